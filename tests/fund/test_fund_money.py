"""Money in, goods bought, vouchers taken back: each once, exact, and never below nothing."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.fund import service
from moralbank.fund.check import check_fund
from moralbank.fund.models import FundSource, VoucherKind
from moralbank.fund.queries import (
    ReceiptUnknown,
    VoucherFilter,
    VoucherUnknown,
    months,
    receipts_to_pay,
)
from moralbank.ledger import service as ledger
from moralbank.ledger.accounts import village_account
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import ClockBehind
from moralbank.ledger.service import Leg
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.photos.service import keep
from moralbank.store.shops import NewShop, add_shop, appoint
from tests.conftest import on_one_engine
from tests.fund.purse import Purse
from tests.notices.wall import after
from tests.photos.phone import from_a_phone
from tests.terminal import Terminal
from tests.village import STAFF, VILLAGERS, Town, found_village


def test_a_months_money(purse: Purse) -> None:
    """Income, a purchase, what is left; told by months, sources and words."""
    today = clock.today()
    last_month = today.replace(day=1) - timedelta(days=1)
    purse.income(500_000, "财-7", day=last_month, note="乡风文明专项")
    purse.income(30_050, "捐-1", source=FundSource.DONATION, party="刘国庆")
    purse.buy(128_050, number="0231", note="米面油")
    assert purse.cash() == 402_000
    with purse.town.database.reading() as session:
        told = months(session, purse.town.village_id)
    assert [(one.first, one.sums.income, one.sums.purchases, one.cash) for one in told] == [
        (today.replace(day=1), 30_050, 128_050, 402_000),
        (last_month.replace(day=1), 500_000, 0, 500_000),
    ]
    numbers = [one.number for one in purse.vouchers()]
    assert numbers == ["0231", "捐-1", "财-7"]
    for wanted, found in (
        (VoucherFilter(kind=VoucherKind.INCOME), ["捐-1", "财-7"]),
        (VoucherFilter(source=FundSource.DONATION), ["捐-1"]),
        (VoucherFilter(last=last_month), ["财-7"]),
        (VoucherFilter(typed="刘国庆"), ["捐-1"]),
        (VoucherFilter(typed="米面 批发"), ["0231"]),
        (VoucherFilter(typed="%"), []),
    ):
        assert [one.number for one in purse.vouchers(wanted)] == found


def test_it_counts_once_and_a_paper_is_written_down_once(purse: Purse) -> None:
    first = purse.income(10_000, "财-1", request_id="income-0001")
    assert purse.income(10_000, "财-1", request_id="income-0001") == first
    assert purse.cash() == 10_000
    with pytest.raises(service.NumberTaken, match=r"已经记过：.*100\.00"):
        purse.income(10_000, "财-1", party="别的人来记")
    assert purse.cash() == 10_000
    bought = purse.buy(4_000, number="财-1", request_id="bought-0001")  # another kind of paper
    assert purse.buy(4_000, number="财-1", request_id="bought-0001") == bought
    assert purse.cash() == 6_000


def test_never_below_nothing(purse: Purse) -> None:
    with pytest.raises(service.FundShort, match=r"现有 0\.00 元.*还差 0\.01 元"):
        purse.buy(1)
    made = purse.income(10_000)
    with pytest.raises(service.FundShort, match=r"现有 100\.00 元，这次要 100\.01 元，还差 0\.01"):
        purse.buy(10_001)
    spent = purse.buy(9_000)
    with pytest.raises(service.FundShort, match=r"还差 90\.00"):
        purse.take_back(made)
    purse.take_back(spent, "这批货退了", request_id="back-000001")
    purse.take_back(spent, "这批货退了", request_id="back-000001")
    with pytest.raises(service.VoucherReversed):
        purse.take_back(spent)
    purse.take_back(made)
    assert purse.cash() == 0
    assert [(one.live, one.reversed_why) for one in purse.vouchers()] == [
        (False, "这批货退了"),
        (False, "金额写错"),
    ]


@on_one_engine
def test_what_is_no_voucher(purse: Purse) -> None:
    """Amounts, days and texts out of bounds are refused in place."""
    tomorrow, ages_ago = clock.today() + timedelta(days=1), date(1999, 12, 31)
    for fen in (0, -1, 10**9, 10**15):
        with pytest.raises(service.FundAmountInvalid):
            purse.income(fen)
    for day in (tomorrow, ages_ago):
        with pytest.raises(service.DayInvalid):
            purse.income(100, day=day)
    with pytest.raises(service.SourceMissing):
        purse.income(100, source=FundSource.NONE)
    for texts in ({"party": " "}, {"number": " ", "request_id": "no-number"}):
        with pytest.raises(service.FundTextMissing):
            purse.income(100, **texts)
    with pytest.raises(service.FundTextTooLong):
        purse.income(100, note="很" * 121)
    with pytest.raises(VoucherUnknown):
        purse.take_back(77)
    with pytest.raises(ReceiptUnknown):
        purse.buy(100, receipt_id=77)
    assert purse.vouchers() == []


def test_a_receipt_of_goods_is_paid_once(purse: Purse) -> None:
    """What came in at a cost waits for its money; a gift and a contract shop's goods don't."""
    receipt = purse.stock("OIL-5L", 10, 6_200, "镇上批发部")
    purse.stock("SALT-400G", 10, 0)
    with purse.town.database.writing() as session:
        other = add_shop(session, purse.admin, NewShop("便民小卖部")).id
        appoint(session, purse.admin, purse.keeper.user_id, other)
    purse.income(100_000)
    with purse.town.database.reading() as session:
        (waits,) = receipts_to_pay(session, purse.town.village_id)
    assert (waits.id, waits.supplier, waits.cost_fen) == (receipt, "镇上批发部", 62_000)
    paid = purse.buy(62_000, receipt_id=receipt)
    with pytest.raises(service.ReceiptPaid, match=r"620\.00 元"):
        purse.buy(62_000, receipt_id=receipt)
    purse.take_back(paid)
    purse.buy(61_000, receipt_id=receipt, note="抹零")
    assert purse.cash() == 39_000


def test_a_settlements_payment_stays_with_its_settlement(village: Town) -> None:
    """The caller posts the event; the voucher is a row of it, and can't be taken back here."""
    purse, village_id = Purse(village), village.village_id
    purse.income(50_000)
    with purse.town.database.writing() as session:
        service.require_cash(session, village_id, 50_000)
        with pytest.raises(service.FundShort):
            service.require_cash(session, village_id, 50_001)
        spent, left = (
            village_account(session, village_id, kind, actor=0).account
            for kind in (AccountKind.FUND_CASH, AccountKind.FUND_SETTLED)
        )
        legs = [Leg(spent, left, 20_000)]
        by = purse.accountant.user_id
        posted = ledger.post(session, village_id, EventKind.SETTLE, legs, actor=by)
        made = service.record_payment(
            session,
            purse.accountant,
            settlement_id=1,
            amount_fen=20_000,
            party="便民小卖部",
            number="JS2026-0001",
            day=clock.today(),
            seq=posted.seq,
        )
    with pytest.raises(service.SettlementStays):
        purse.take_back(made)
    assert purse.cash() == 30_000
    with purse.town.database.reading() as session:
        assert check_fund(session, village_id) == []


def test_books_that_are_older_than_the_fund_and_a_clock_set_back(purse: Purse) -> None:
    """The account of goods bought is opened when it is first needed."""
    with after(40):
        purse.income(10_000)
    with pytest.raises(ClockBehind):
        purse.income(10_000)
    with after(41):
        purse.buy(1_000)
    assert purse.cash() == 9_000


@on_one_engine
def test_a_photo_hangs_on_its_voucher(purse: Purse, tmp_path: Path) -> None:
    with purse.town.database.writing() as session:
        photo = keep(session, purse.accountant, tmp_path, from_a_phone())
    made = purse.income(1_000, photos=[photo])
    with purse.town.database.reading() as session:
        shown = photos_of(session, purse.town.village_id, PhotoSubject.VOUCHER, [made])
    assert [one.id for one in shown[made]] == [photo]


def test_the_command_line(terminal: Terminal, village: Town) -> None:
    accountant, admin = STAFF[Role.ACCOUNTANT], STAFF[Role.ADMIN]
    said = terminal.run(
        *("fund", "income", "2000", "--source", "village", "--party", "村集体"),
        *("--number", "收-1", "--request-id", "fund-income-1"),
        who=accountant,
    )
    assert "基金现有 2000.00 元" in said
    terminal.run("fund", "buy", "120.5", "--party", "批发部", "--number", "7", who=accountant)
    for wrong in ("1.234", "-5", "0", "一百", "99999999"):
        arguments = ("fund", "buy", "--party", "批发部", "--", wrong)
        assert "金额不对" in terminal.run(*arguments, who=accountant, expect=1)
    refused = terminal.run("fund", "buy", "1880", "--party", "批发部", who=accountant, expect=1)
    assert "还差 0.50 元" in refused
    terminal.run("fund", "reverse", "2", "--reason", "记错了", who=accountant)
    listed = terminal.run("fund", "list", who=admin)
    assert ("收-1" in listed, "记错了" in listed, "基金现有 2000.00 元" in listed) == (True,) * 3
    assert '"fen": 200000' in terminal.run("fund", "list", "--kind", "income", "--json", who=admin)
    assert "由会计来办" in terminal.run(
        "fund", "reverse", "1", "--reason", "x", who=admin, expect=1
    )
    assert Purse(village).codes() == []


def test_another_villages_vouchers_do_not_exist(hamlet: Town) -> None:
    ours = Purse(hamlet)
    found_village(hamlet.database, 150404103202, "小河沿村", VILLAGERS[:1])
    theirs = Purse(Town(hamlet.database, 150404103202))
    made = theirs.income(1_000)
    with pytest.raises(VoucherUnknown):
        ours.take_back(made)
    assert (ours.cash(), theirs.cash()) == (0, 1_000)
    assert (ours.vouchers(), len(theirs.vouchers())) == ([], 1)
