"""The fund's pages: what the accountant types, what everybody sees."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.i18n import use_language
from tests.awards.deeds import DU, WANG
from tests.conftest import make_app
from tests.fund.purse import Purse
from tests.notices.wall import after
from tests.photos.phone import from_a_phone
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]


@pytest.fixture
def browse(hamlet: Town, tmp_path: Path) -> Iterator[Browse]:
    """Somebody of a role, signed in, on one engine: pages read no rows in their own way."""
    app = make_app(hamlet, tmp_path)
    yield lambda role: Browser(app).sign_in(STAFF[role])
    app.extensions["moralbank"].close()


def test_an_accountants_hour(hamlet: Town, browse: Browse) -> None:
    """Income with a photo, a receipt paid, a wrong voucher taken back, all of it as Excel."""
    purse, accountant = Purse(hamlet), browse(Role.ACCOUNTANT)
    receipt = purse.stock("OIL-5L", 10, 6_250, "镇上批发部")
    assert "先把村集体、财政或捐赠来的钱记上" in accountant.open("/fund")
    accountant.open("/fund/income")
    typed = {
        "request_id": accountant.value("request_id"),
        "source": "donation",
        "party": "刘国庆",
        "number": "捐-1",
        "amount": "１０００",
        "day": clock.today().isoformat(),
    }
    photo = (io.BytesIO(from_a_phone()), "凭证.jpg")
    answer = accountant.send("/fund/income", **typed, photos=photo)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/fund/vouchers/1")
    again = accountant.send("/fund/income", **typed, photos=(io.BytesIO(from_a_phone()), "a.jpg"))
    assert (again.status_code, purse.cash()) == (303, 100_000)
    assert "/photos/1.jpg" in accountant.open("/fund/vouchers/1")

    assert f"/fund/buy?receipt={receipt}" in accountant.open("/fund")
    accountant.open("/fund/buy", receipt=receipt)
    assert (accountant.value("amount"), accountant.value("party")) == ("625.00", "镇上批发部")
    bought = {
        "request_id": accountant.value("request_id"),
        "receipt": str(receipt),
        "party": "镇上批发部",
        "day": clock.today().isoformat(),
    }
    answer = accountant.send("/fund/buy", **bought, amount="1625")
    assert answer.status_code == 409
    assert "还差 625.00 元" in accountant.page
    bought["request_id"] = accountant.value("request_id")
    assert accountant.send("/fund/buy", **bought, amount="625").status_code == 303
    page = accountant.open("/fund")
    assert ("375.00" in page, "−625.00" in page, "还没有付款" in page) == (True, True, False)

    accountant.open("/fund/vouchers/2")
    said = {"request_id": accountant.value("request_id")}
    assert accountant.send("/fund/vouchers/2/reverse", **said).status_code == 422
    said["reason"] = "货退了"
    assert accountant.send("/fund/vouchers/2/reverse", **said).status_code == 303
    assert "原因：货退了" in accountant.open("/fund/vouchers/2")
    assert "为什么冲正" not in accountant.page
    assert "捐-1" in accountant.open("/fund", kind="income", source="donation", q="刘国庆")
    assert "没有这样的凭证" in accountant.open("/fund", first="2020-01-01", last="bad", q="没有")
    sheet = accountant.client.get("/fund/vouchers.xlsx")
    assert (sheet.status_code, sheet.data[:2]) == (200, b"PK")
    assert purse.codes() == []


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("", "请填写这一项"),
        ("0", "0.01 元到 9999999.99 元"),
        ("-5", "金额不对"),
        ("1.005", "金额不对"),
        ("一百", "金额不对"),
        ("10000000", "金额不对"),
    ],
)
def test_amounts_are_refused_in_place(browse: Browse, amount: str, words: str) -> None:
    accountant = browse(Role.ACCOUNTANT)
    accountant.open("/fund/income")
    typed = {"source": "village", "party": "村集体", "number": "1", "day": "2026-01-01"}
    request_id = accountant.value("request_id")
    answer = accountant.send("/fund/income", request_id=request_id, amount=amount, **typed)
    assert answer.status_code == 422
    assert words in accountant.page
    assert accountant.value("party") == "村集体"


def test_cover_for_everybody_and_on_the_first_page(hamlet: Town, browse: Browse) -> None:
    """One gauge, two bars, a year and the way ahead, for every role; and the sheet."""
    purse = Purse(hamlet)
    purse.give(DU, 100)
    purse.income(13_200)
    purse.allow("month_budget", "100")
    for role in (Role.GRID, Role.SHOPKEEPER, Role.SUPERVISOR):
        page = browse(role).open("/fund/cover")
        assert page.count("<svg xmlns") == 2 * 3  # for the phone, and for wider screens
        assert "每 1 元积分背后有 1.32 元" in page
        assert "已经用完" in page
        assert not re.search(r"<svg xmlns.*?style=", page)
    sheet = browse(Role.REVIEWER).client.get("/fund/cover.pdf")
    assert (sheet.status_code, sheet.data[:4]) == (200, b"%PDF")
    assert "132%" in browse(Role.ACCOUNTANT).open("/")
    with after(40):
        assert "一年内都够" in browse(Role.ADMIN).open("/fund/cover")


def test_the_admin_sets_when_points_lapse(hamlet: Town, browse: Browse) -> None:
    """The rule with its resolution, who would lose how much, and what was typed wrong."""
    purse, admin = Purse(hamlet), browse(Role.ADMIN)
    purse.give(DU, 35)
    purse.give(WANG, 12)
    day = clock.today() + timedelta(days=45)
    admin.open("/fund/lapse")
    said = {"request_id": admin.value("request_id"), "lapses": "lapses", "keeps_months": "0"}
    for wrong, words in (
        ({"begins": day.isoformat()}, "请填写这一项"),
        ({"resolution": "第 5 号"}, "请填写这一项"),
        ({"begins": clock.today().isoformat(), "resolution": "第 5 号"}, "要提前 30 天告诉各户"),
        ({"begins": "去年", "resolution": "第 5 号"}, "日期不对"),
        ({"begins": "0001-01-01", "resolution": "第 5 号"}, "年份不对：应在 1900 到 2100 年之间"),
        ({"begins": day.isoformat(), "resolution": "第 5 号", "keeps_months": "200"}, "0 到 120"),
    ):
        assert admin.send("/fund/lapse", **{**said, **wrong}).status_code == 422
        assert words in admin.page
    said |= {"begins": day.isoformat(), "resolution": "第 5 号"}
    assert admin.send("/fund/lapse", **said).status_code == 303
    page = admin.open("/fund/lapse")
    assert f"下一次：{day.isoformat()}" in page
    assert ("杜仁森" in page, "王䶮" in page, ">47</span>" in page) == (True, True, True)
    accountant = browse(Role.ACCOUNTANT)
    assert "定新的规定" not in accountant.open("/fund/lapse")
    stays = {"request_id": "lapse-rule-stays", "lapses": "stays", "resolution": "第 6 号"}
    admin.open("/fund/lapse")
    assert admin.send("/fund/lapse", **stays, begins="去年").status_code == 303
    assert "积分长期有效" in admin.open("/fund/lapse")
    use_language("zh")
