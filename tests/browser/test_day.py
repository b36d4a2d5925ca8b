"""A day at the counter in a real browser.

Four ways to know a card, a network that fails, a refund, a reprint, the day's end, the settlement.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from moralbank.access.permissions import Role
from moralbank.cards.pdf import card_sheet
from moralbank.cards.pins import set_pin
from moralbank.cards.queries import card_faces
from moralbank.cards.service import issue
from moralbank.counter.models import Proof
from moralbank.money import yuan
from tests.browser.conftest import CHROMIUM, FLAGS, LAPTOP, TABLET, Office
from tests.counter.snapshots import printed_card, snapshot
from tests.counter.till import DU, SIQIN, WANG, Till
from tests.village import Town

PIN = "2580"
# Counts in the tab what a hand presses: mouse and finger alike.
COUNTS_PRESSES = """addEventListener("pointerdown", () => {
    sessionStorage.setItem("presses", Number(sessionStorage.getItem("presses")) + 1);
}, true);"""


@dataclass
class Morning:
    """The shelves filled, three households with points and printed cards."""

    till: Till
    tokens: dict[str, str]
    sheets: dict[str, bytes]

    def photo(self, label: str, size: tuple[int, int] = (1280, 960)) -> bytes:
        """A photo of a household's card as a phone takes it."""
        return snapshot(printed_card(self.sheets[label]), size)


@pytest.fixture
def morning(hamlet: Town) -> Morning:
    """杜仁森 has 300 points and a PIN; 王䶮 and 斯琴高娃 have 60 each."""
    till, village_id = Till(hamlet), hamlet.village_id
    till.stock(OIL_5L=10, SALT_400G=20, SOAP_126G=20)
    for label, points in ((DU, 300), (WANG, 60), (SIQIN, 60)):
        till.give(label, points)
    households = {label: hamlet.household(label).id for label in (DU, WANG, SIQIN)}
    with hamlet.database.writing() as session:
        cards = issue(session, hamlet.actor(Role.RECORDER), list(households.values()))
        tokens = dict(zip(households, (card.token for card in cards), strict=True))
        set_pin(session, hamlet.actor(Role.ADMIN), cards[0].id, PIN)
        sheets = {
            label: card_sheet(card_faces(session, village_id, [number]))
            for label, number in households.items()
        }
    return Morning(till, tokens, sheets)


@pytest.fixture
def filmed(chromium: Browser, morning: Morning, tmp_path: Path) -> Iterator[Page]:
    """A second Chromium: its camera sees one card for a second and a half, then another."""
    film = tmp_path / "cards.mjpeg"
    frames = [morning.photo(label, (640, 480)) for label in (WANG, SIQIN)]
    film.write_bytes(b"".join(frame * 45 for frame in frames))
    fake = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *fake])
    yield browser.new_context(viewport=LAPTOP, locale="zh-CN").new_page()  # type: ignore[arg-type]
    browser.close()


def _ready(page: Page, office: Office) -> None:
    """The counter waits for somebody; from here presses are counted."""
    page.goto(f"{office.address}/counter")
    expect(page.get_by_text("扫码枪已就绪")).to_be_visible()
    page.evaluate("sessionStorage.setItem('presses', 0)")


def _scan(page: Page, office: Office, token: str) -> None:
    _ready(page, office)
    page.keyboard.type(f"HTTPS://BANK.EXAMPLE.CN/C/{token}\n", delay=3)
    expect(page.locator(".counter--live")).to_be_visible()


def _tile(page: Page, words: str) -> None:
    expect(page.locator(".counter--live")).to_be_visible()
    page.locator(".product__face", has_text=words).first.click()


def _take(page: Page, words: str, presses: int = 3) -> None:
    """One product and the confirmation: the slip lies there after a few presses at most."""
    _tile(page, words)
    page.get_by_role("button", name="确认兑换").click()
    _expect_slip(page)
    assert int(page.evaluate("sessionStorage.getItem('presses')")) <= presses


def _expect_slip(page: Page) -> None:
    expect(page.get_by_text("兑换好了")).to_be_visible()
    expect(page.get_by_role("link", name="下一位")).to_be_focused()


def _by_scanner(keeper: Page, office: Office, morning: Morning) -> None:
    """A tap; then keys alone, with a PIN since it is much; the card still lies there."""
    till, token = morning.till, morning.tokens[DU]
    _scan(keeper, office, token)
    _take(keeper, "加碘食用盐")
    keeper.evaluate("sessionStorage.removeItem('card')")  # three seconds later
    _scan(keeper, office, token)
    keeper.keyboard.type("/", delay=120)
    expect(keeper.get_by_role("searchbox")).to_be_focused()
    for _time in range(2):
        keeper.keyboard.type("ddy 5\n", delay=5)
    expect(keeper.locator("[data-total]")).to_have_text("130.00")
    keeper.keyboard.press("Control+Enter")
    expect(keeper.get_by_text("请先输密码")).to_be_visible()
    keeper.keyboard.type(PIN)
    keeper.keyboard.press("Control+Enter")
    _expect_slip(keeper)
    assert (till.slip(2).proof, till.slip(2).points_used) == (Proof.PIN, 130)


def _while_the_network_fails(keeper: Page, office: Office, morning: Morning) -> None:
    """Once nothing was sent, once the answer was lost: each becomes one slip."""
    till = morning.till
    _ready(keeper, office)
    keeper.get_by_label("没带卡").fill("杜仁森")
    keeper.keyboard.press("Enter")
    _tile(keeper, "加碘食用盐")
    keeper.context.set_offline(offline=True)
    keeper.get_by_role("button", name="确认兑换").click()
    expect(keeper.get_by_text("还不知道这一单办成没有")).to_be_visible()
    keeper.context.set_offline(offline=False)
    expect(keeper.get_by_text("购物篮还在，可以再确认一次")).to_be_visible()
    sent = keeper.locator("[name=request_id]").input_value()
    keeper.reload()
    expect(keeper.locator("[data-total]")).to_have_text("2.50")
    assert keeper.locator("[name=request_id]").input_value() == sent
    keeper.get_by_role("button", name="确认兑换").dblclick()
    _expect_slip(keeper)
    assert till.slips() == 3

    _ready(keeper, office)
    keeper.get_by_label("没带卡").fill("wy")
    keeper.get_by_role("button", name="认户").click()
    keeper.get_by_role("link", name="王䶮").click()  # 文义 begins with the same letters
    office.loses_answers = True
    _tile(keeper, "香皂")
    keeper.get_by_role("button", name="确认兑换").click()
    assert office.lost.wait(10)
    expect(keeper.get_by_text("还不知道这一单办成没有")).to_be_visible()
    keeper.route("**/counter/outcome/*", lambda route: route.abort())
    keeper.keyboard.press("F2")  # leads nowhere while nobody knows
    expect(keeper.locator(".customer__other")).to_have_attribute("inert", "")
    keeper.goto(f"{office.address}/counter")
    expect(keeper.get_by_text("有一单还没问清：王䶮 2.00 元")).to_be_visible()
    keeper.get_by_role("link", name="去看结果").click()
    expect(keeper.get_by_text("网络断了，等网络好了再试")).to_be_visible()
    keeper.unroute("**/counter/outcome/*")
    office.stop()  # the machine begins anew, and still knows
    office.loses_answers = False
    office.start()
    keeper.get_by_role("link", name="去看结果").click()
    _expect_slip(keeper)
    _ready(keeper, office)
    expect(keeper.get_by_text("还没问清")).to_have_count(0)
    assert till.slips() == 4


def _by_name_and_photo(tablet: Page, office: Office, morning: Morning) -> None:
    """With fingers: by number, by pinyin, and two cards that are photographed."""
    for typed in ("六组042", "sqgw"):
        _ready(tablet, office)
        tablet.get_by_label("没带卡").fill(typed)
        tablet.keyboard.press("Enter")
        _take(tablet, "香皂")
    for label in (WANG, SIQIN):
        _ready(tablet, office)
        photo = {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": morning.photo(label)}
        tablet.locator("[data-photo]").set_input_files([photo])  # type: ignore[list-item]
        tablet.wait_for_url(re.compile("card="))
        _take(tablet, "香皂")


def _by_camera(filmed: Page, office: Office, till: Till) -> None:
    """The camera stays on for the next one."""
    _ready(filmed, office)
    filmed.get_by_role("button", name="开摄像头").click()
    filmed.wait_for_url(re.compile("card="))
    _take(filmed, "香皂")
    filmed.get_by_role("link", name="下一位").click()
    filmed.wait_for_url(re.compile("card="))
    _take(filmed, "香皂", presses=6)
    assert None not in {till.slip(number).card_id for number in (9, 10)}


def _after_hours(keeper: Page, office: Office, till: Till) -> None:
    """A refund, a reprint, the day's end; then the counter is shut."""
    keeper.goto(f"{office.address}/counter/slips/4")
    keeper.get_by_role("link", name="退货").click()
    keeper.get_by_role("radio", name="退，回货架").check()
    keeper.get_by_role("button", name="核对").click()
    keeper.get_by_role("button", name="确认退货").click()
    expect(keeper.get_by_text(re.compile(r"TH\d{8}-0001")).first).to_be_visible()
    for reprint in (False, True):
        paper = keeper.request.get(f"{office.address}/counter/slips/1.pdf").body()
        document = pypdfium2.PdfDocument(paper)
        assert ("补打" in document[0].get_textpage().get_text_range()) == reprint
        document.close()
    keeper.goto(f"{office.address}/counter/day")
    keeper.get_by_label("点到几张兑换单").fill("10")
    total = sum(till.slip(number).total_fen for number in range(1, 11))
    keeper.get_by_label("这些单合计").fill(yuan(total))
    keeper.get_by_role("button", name="日结", exact=True).click()
    expect(keeper.get_by_text("已经日结").first).to_be_visible()
    for page in ("/counter", f"/counter?household={till.town.household(DU).id}"):
        keeper.goto(f"{office.address}{page}")
        expect(keeper.get_by_text("不能再兑换和退货")).to_be_visible()


def _settle(person: Callable[..., Page], office: Office, keeper: Page) -> None:
    """Drawn up, signed, checked, closed without money: four hands, three people."""
    accountant = office.sign_in(person(LAPTOP), Role.ACCOUNTANT)
    supervisor = office.sign_in(person(LAPTOP), Role.SUPERVISOR)
    accountant.goto(f"{office.address}/settlements/new")
    accountant.get_by_role("button", name="开结算单").click()
    accountant.wait_for_url(re.compile(r"/settlements/\d+"))
    for page, button in (
        (keeper, re.compile("元无误")),
        (supervisor, "核对无误"),
        (accountant, "对清入账"),
    ):
        page.goto(accountant.url)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("button", name=button)).to_have_count(0)
    expect(accountant.get_by_text("已对清，不用付款").first).to_be_visible()


def test_a_day_at_the_counter(
    person: Callable[..., Page], office: Office, morning: Morning, filmed: Page
) -> None:
    keeper, tablet = person(LAPTOP), person(TABLET)
    for page in (keeper, tablet, filmed):
        page.context.add_init_script(COUNTS_PRESSES)
        office.sign_in(page, Role.SHOPKEEPER)
    _by_scanner(keeper, office, morning)
    _while_the_network_fails(keeper, office, morning)
    _by_name_and_photo(tablet, office, morning)
    _by_camera(filmed, office, morning.till)
    assert morning.till.slips() == 10
    _after_hours(keeper, office, morning.till)
    _settle(person, office, keeper)
    assert morning.till.problems() == []
