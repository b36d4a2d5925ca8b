"""A count is typed in with keys and a scanner alone, and nothing of it is lost."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from moralbank.access.permissions import Role
from moralbank.store.counting import open_count
from tests.browser.conftest import Office
from tests.counter.till import Till
from tests.village import Town


def test_a_count_is_typed_in(hamlet: Town, office: Office, person: Callable[..., Page]) -> None:
    till = Till(hamlet)
    with hamlet.database.writing() as session:
        open_count(session, hamlet.actor(Role.SHOPKEEPER), "browser-count-1")
    page = person()
    office.sign_in(page, Role.SHOPKEEPER)
    page.goto(f"{office.address}/store/counts/1")

    def box(sku: str) -> str:
        return f"#counted-{till.product(sku).id}"

    def keys(typed: str, gap: int) -> None:
        page.keyboard.type(typed, delay=gap)
        page.keyboard.press("Enter")

    page.locator(box("RICE-5KG")).focus()
    keys("12", gap=120)
    expect(page.locator(box("FLOUR-5KG"))).to_be_focused()  # Enter leads on, and sends nothing
    keys(till.product("COOKER-4L").barcode, gap=5)
    expect(page.locator(box("COOKER-4L"))).to_be_focused()
    expect(page.locator(box("FLOUR-5KG"))).to_have_value("")
    page.wait_for_timeout(100)
    keys("SOAP-126G", gap=5)  # a shelf label without a barcode of the goods
    expect(page.locator(box("SOAP-126G"))).to_be_focused()
    page.keyboard.type("3")
    expect(page.locator("[data-done]")).to_have_text("2")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存：填了 2 种")).to_be_visible()
    page.get_by_role("link", name="接着填：小麦粉").click()
    expect(page.locator(box("FLOUR-5KG"))).to_be_focused()
    expect(page.locator(box("RICE-5KG"))).to_have_value("12")
