"""The counter in a real browser: Back, keys and fingers, a signature. `test_day.py` has its day."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from moralbank.access.permissions import Role
from moralbank.counter.models import Proof
from moralbank.villages.service import change_setting
from tests.browser.conftest import LAPTOP, PHONE, Office
from tests.counter.till import DU, Till
from tests.village import Town


@pytest.fixture
def till(hamlet: Town) -> Till:
    """杜仁森 has 127 points; oil, salt and soap are on the shelf."""
    made = Till(hamlet)
    made.give(DU, 127)
    made.stock(OIL_5L=10, SALT_400G=10, SOAP_126G=10)
    return made


@pytest.fixture
def keeper(person: Callable[..., Page], office: Office) -> Page:
    """The shopkeeper, signed in."""
    return office.sign_in(person(LAPTOP), Role.SHOPKEEPER)


@pytest.fixture
def plain_keeper(chromium: Browser, office: Office) -> Iterator[Page]:
    """The shopkeeper at a browser without scripts."""
    context = chromium.new_context(java_script_enabled=False)
    yield office.sign_in(context.new_page(), Role.SHOPKEEPER)
    context.close()


def _goods(page: Page, office: Office, till: Till) -> None:
    page.goto(f"{office.address}/counter?household={till.town.household(DU).id}")


def _take_salt(page: Page, office: Office, till: Till) -> str:
    """Exchange one bag of salt and go back; the name of its box."""
    box = f"input[name=q-{till.product('SALT-400G').id}]"
    _goods(page, office, till)
    page.locator(box).fill("1", force=True)
    page.get_by_role("button", name="确认兑换").click()
    expect(page.get_by_text("兑换好了")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="购物篮")).to_be_visible()
    return box


def test_back_to_the_counter_brings_no_old_cart(till: Till, office: Office, keeper: Page) -> None:
    box = _take_salt(keeper, office, till)
    expect(keeper.locator(box)).to_have_value("0")
    expect(keeper.get_by_role("button", name="确认兑换")).to_be_disabled()
    keeper.locator(".product__face", has_text="加碘食用盐").click()
    keeper.locator("[data-product]", has_text="加碘食用盐").get_by_role("button").last.click()
    expect(keeper.locator("[data-count]")).to_have_text("2 件")
    expect(keeper.locator("[name=shown-total]")).to_have_value("500")
    assert till.slips() == 1


def test_back_without_scripts_exchanges_nothing_twice(
    till: Till, office: Office, plain_keeper: Page
) -> None:
    _take_salt(plain_keeper, office, till)
    plain_keeper.get_by_role("button", name="确认兑换").click()
    expect(plain_keeper.get_by_text("还没有选商品")).to_be_visible()
    assert till.slips() == 1


def test_back_to_a_receipt_takes_nothing_in_twice(till: Till, office: Office, keeper: Page) -> None:
    keeper.goto(f"{office.address}/store/receive")
    keeper.locator(f"input[name=q-{till.product('SALT-400G').id}]").fill("5")
    keeper.get_by_role("button", name="确认进货").click()
    expect(keeper.get_by_text("已进货 1 种，共 5 件")).to_be_visible()
    keeper.go_back()
    keeper.get_by_role("button", name="确认进货").click()
    expect(keeper.get_by_text("还没有填写进货数量")).to_be_visible()
    assert till.product("SALT-400G").stock == 15


def test_fingers_write_and_scanners_scan(till: Till, office: Office, keeper: Page) -> None:
    """Without a click into any box: a name, goods by initials, arrows and barcode; a card."""
    token = till.card(DU).token
    count, found = keeper.locator("[data-count]"), keeper.locator(".counter--live")
    keeper.goto(f"{office.address}/counter")
    expect(keeper.get_by_text("扫码枪已就绪")).to_be_visible()
    keeper.keyboard.type("drs", delay=120)
    expect(keeper.get_by_label("没带卡")).to_have_value("drs")
    keeper.keyboard.press("Enter")
    expect(found).to_be_visible()
    keeper.keyboard.type("jd", delay=120)
    expect(keeper.get_by_role("searchbox")).to_have_value("jd")
    keeper.keyboard.press("Enter")
    expect(count).to_have_text("1 件")
    keeper.keyboard.type("xz")
    keeper.keyboard.press("ArrowDown")
    keeper.keyboard.press("Enter")
    keeper.keyboard.press("+")
    keeper.keyboard.press("-")
    expect(count).to_have_text("2 件")
    for digits, pieces in ((till.product("SALT-400G").barcode, "3 件"), ("6900000000001", "3 件")):
        keeper.keyboard.type(f"{digits}\n", delay=3)
        expect(count).to_have_text(pieces)
    expect(keeper.get_by_text("不是店里的条码")).to_be_visible()
    keeper.keyboard.type(f"HTTPS://BANK.EXAMPLE.CN/C/{token}\n", delay=3)
    expect(keeper.get_by_text("这一单还没办完")).to_be_visible()
    keeper.keyboard.press("F2")
    # The same card within three seconds is the same customer; far enough from now to be sure.
    for then in (60_000, -4_000):
        expect(keeper.get_by_text("扫码枪已就绪")).to_be_visible()
        keeper.evaluate(f"sessionStorage.setItem('card', '{token}@' + (Date.now() + {then}))")
        keeper.keyboard.type(f"HTTPS://BANK.EXAMPLE.CN/C/{token}\n", delay=3)
        if then > 0:
            keeper.wait_for_timeout(300)
            assert "card=" not in keeper.url
    keeper.wait_for_url(re.compile("card="))
    expect(count).to_have_text("0 件")  # given up with F2


def test_a_signature_outlives_a_new_price(
    till: Till, office: Office, person: Callable[..., Page]
) -> None:
    """On a phone: signed, the price changed meanwhile, shown in place, confirmed once more."""
    with till.town.database.writing() as session:
        change_setting(session, till.town.actor(Role.ADMIN), "proof_points", "50")
    phone = office.sign_in(person(PHONE), Role.SHOPKEEPER)
    _goods(phone, office, till)
    phone.locator(".product__face", has_text="大豆油 5 升").click()
    confirm = phone.get_by_role("button", name="确认兑换")
    confirm.click()
    expect(phone.get_by_text("请领取人在框里签名，再确认")).to_be_visible()
    box = phone.locator("canvas").bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + 30, box["y"] + 30)
    phone.mouse.down()
    for step in range(1, 6):
        phone.mouse.move(box["x"] + 30 + 40 * step, box["y"] + 30 + 14 * (step % 3), steps=2)
    phone.mouse.up()
    till.price("OIL-5L", 6600)
    confirm.click()
    expect(phone.get_by_text("现在合计 66.00 元，要用 66 分")).to_be_visible()
    expect(phone.locator(".signature--there")).to_be_visible()
    confirm.click()
    expect(phone.get_by_text("兑换好了")).to_be_visible()
    assert (till.slip(1).proof, till.slip(1).points_used) == (Proof.SIGNATURE, 66)
    assert till.problems() == []
