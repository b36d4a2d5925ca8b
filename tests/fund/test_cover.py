"""What stands behind the points: against a recount by hand, over months, on page and paper."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.fund.check import check_fund
from moralbank.fund.models import FundSource
from moralbank.fund.reckoning import Verdict
from moralbank.ledger import service as ledger
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import Leg
from moralbank.store.service import set_rate
from moralbank.store.shops import NewShop, add_shop
from tests.awards.deeds import DU, GAOWA, WANG
from tests.conftest import on_one_engine
from tests.counter.till import Till
from tests.fund.purse import Purse
from tests.notices.wall import after
from tests.terminal import Terminal
from tests.village import STAFF, Town


def accept(purse: Purse, label: str, points: int, fen: int, shop_id: int) -> None:
    """Points become credit, and a part of it goods of a shop; 100 fen a point."""
    village_id, owner = purse.town.village_id, purse.town.household(label).id
    with purse.town.database.writing() as session:

        def of(kind: AccountKind, whose: int = 0) -> int:
            return account_of(session, village_id, kind, whose).account

        legs = [
            Leg(of(AccountKind.HOUSEHOLD_POINTS, owner), of(AccountKind.POINTS_EXCHANGED), points),
            Leg(
                of(AccountKind.CREDIT_ISSUED),
                of(AccountKind.HOUSEHOLD_CREDIT, owner),
                points * 100,
            ),
            Leg(
                of(AccountKind.HOUSEHOLD_CREDIT, owner),
                of(AccountKind.SHOP_ACCEPTED, shop_id),
                fen,
            ),
        ]
        ledger.post(session, village_id, EventKind.REDEEM, legs, actor=1)


def test_a_villages_half_year(village: Town) -> None:
    """Money, goods and debts of a story, and the same story told back month by month."""
    purse, begun = Purse(village), clock.today()
    purse.income(100_000)
    purse.stock("OIL-5L", 10, 6_000)
    purse.stock("SALT-400G", 10, None)  # nobody said what it cost
    purse.give(DU, 300)
    with purse.town.database.writing() as session:
        contract = add_shop(session, purse.admin, NewShop("便民小卖部")).id
    first = purse.cover()
    # Goods that nobody has paid for are there, and owed.
    assert (first.now.have, first.now.owe, first.now.ratio) == (160_000, 90_000, 177)
    assert (first.unknown_kinds, first.unpaid, first.now.bills) == (1, 1, 60_000)
    assert first.forecast_words == "账还不满一个月，看不出快慢"
    with after(62):
        purse.buy(60_000, receipt_id=1)
        purse.give(WANG, 500)
        accept(purse, DU, 100, 9_970, 1)
        accept(purse, WANG, 200, 20_000, contract)
        # 300 + 500 − 300 points, 30 fen of credit, 200 yuan owed to the contract shop.
        told = purse.cover()
        assert (told.now.cash, told.now.goods) == (40_000, 60_000)
        assert (told.now.points, told.now.credit, told.now.claims) == (500, 30, 20_000)
        assert (told.now.owe, told.now.ratio) == (70_030, 142)
        assert (told.own_claim, told.unpaid) == (9_970, 0)
        assert told.words == "每 1 元积分背后有 1.42 元"
        assert [(line.fen) for line in (*told.have, *told.owe)] == [
            40_000,
            60_000,
            50_000,
            30,
            20_000,
            0,
        ]
        # From nothing to 299.70 yuan to spare in 62 days; without the 1000 that came in, a loss.
        assert told.forecast is not None
        assert told.dry is not None
        assert told.forecast.short_on is None
        assert told.dry.short_on == clock.today() + timedelta(days=29_970 * 62 // 70_030 + 1)
        assert "要是不再进钱" in told.forecast_words
    with after(150):
        later = purse.cover()
        ends = {end.day: end.position for end in later.months}
        assert ends[date(begun.year, begun.month, 1) - timedelta(days=1)] is None
        month_end = max(day for day in ends if begun <= day < begun + timedelta(days=62))
        past = ends[month_end]
        assert past is not None
        assert (past.have, past.owe, past.ratio) == (160_000, 90_000, 177)
        assert later.months[-2].position == told.now == later.now
        assert later.flows is not None
        assert (later.flows.issued, later.flows.income) == (500, 0)
    with village.database.reading() as session:
        assert check_fund(session, village.village_id) == []


def test_what_suppliers_have_to_get(village: Town) -> None:
    """Goods are owed until a voucher pays for them, less what went back, month by month."""
    purse, today = Purse(village), clock.today()
    tenth = (today.replace(day=1) + timedelta(days=40)).replace(day=10)
    begun = (tenth - today).days
    with after(begun):
        purse.income(100_000)
        for sku, cost in (("OIL-5L", 6_000), ("SALT-400G", 200)):
            purse.stock(sku, 10, cost)

    def owed(day: int) -> list[int]:
        """A day's debt and that of the four months' ends before it, the newest first."""
        with after(begun + day):
            ends = [end.position for end in purse.cover().months[:-6:-1]]
            return [end.bills if end else 0 for end in ends]

    assert owed(0) == [62_000, 0, 0, 0, 0]
    with after(begun + 40):
        purse.send_back(1, "OIL-5L", 4)
        assert [one.cost_fen for one in purse.to_pay()] == [36_000, 2_000]
        paid = purse.buy(36_000, receipt_id=1)
        assert purse.cover().now.bills == 2_000
        assert [line.fen for line in purse.cover().owe][-1] == 2_000
    assert owed(70)[:3] == [2_000, 2_000, 62_000]
    with after(begun + 71):
        purse.take_back(paid)
        assert purse.cover().now.bills == 38_000
    with after(begun + 100):
        purse.buy(36_000, receipt_id=1)
    assert owed(130) == [2_000, 2_000, 38_000, 2_000, 62_000]


def test_short_tight_and_a_new_rate(purse: Purse) -> None:
    nothing = purse.cover()
    assert (nothing.now.ratio, nothing.verdict_words) == (None, "没有欠账")
    purse.give(DU, 100)
    assert purse.cover().words == "每 1 元积分背后有 0.00 元，还差 100.00 元"
    assert purse.cover().now.verdict is Verdict.SHORT
    purse.income(11_000, source=FundSource.PARTNER)
    assert (purse.cover().verdict_words, purse.cover().now.ratio) == ("紧", 110)
    with purse.town.database.writing() as session:
        set_rate(session, purse.admin, 50, clock.today(), "村民会议第 6 号")
    assert (purse.cover().verdict_words, purse.cover().now.ratio) == ("够", 220)


def test_a_new_rate_never_touches_what_was_exchanged(village: Town) -> None:
    """Points exchanged at one yuan each come back as they went, though a point is worth two."""
    till, purse = Till(village), Purse(village)
    till.stock(SALT_400G=10)
    till.give(DU, 40)
    price = till.product("SALT-400G").price_fen
    sold = till.redeem(DU, SALT_400G=2)
    points, left = till.has(DU).points, purse.cover().now.credit
    till.rate(200)
    assert till.slip(sold.id).rate_fen == 100
    assert purse.cover().now.points_fen == points * 200
    assert purse.cover().now.credit == left
    back = till.refund(sold.id, 1)
    assert (back.points_back, back.total_fen) == (sold.points_used, 2 * price)
    assert (till.has(DU).points, purse.cover().now.credit) == (40, 0)
    assert till.problems() == []


@on_one_engine
def test_the_budget_warns_before_it_is_passed(purse: Purse) -> None:
    """As reviewers count it: what was approved this month."""
    purse.allow("month_budget", "500")
    today = clock.today()
    twentieth = (today.replace(day=1) + timedelta(days=40)).replace(day=20)
    with after((twentieth - today).days):
        purse.give(DU, 100)
        months_end = purse.cover().budget.by_month_end
        assert purse.cover().budget_words.startswith("本月已通过 100 分，限额 500 分。")
        assert purse.cover().budget_words.endswith(f"到月底约 {months_end} 分")
        assert not purse.cover().budget_warns
        purse.give(WANG, 399)
        assert "日就会用完" in purse.cover().budget_words
        purse.give(GAOWA, 1)
        assert purse.cover().budget_words.endswith("已经用完")
        purse.give(GAOWA, 20)
        assert purse.cover().budget_words.endswith("超了 20 分")
        assert purse.cover().budget_warns


def test_statements_do_not_grow(purse: Purse) -> None:
    made: list[str] = []

    def note(*arguments: object) -> None:
        made.append(str(arguments[2]))

    def counted() -> int:
        made.clear()
        purse.cover()
        return len(made)

    event.listen(purse.town.database.engine, "before_cursor_execute", note)
    before = counted()
    for month in range(4):
        with after(31 * month):
            purse.income(10_000)
            purse.stock("OIL-5L", 1, 6_000)
            purse.give(DU, 10)
            purse.give(WANG, 10)
    with after(124):
        assert counted() <= before
    assert before <= 15


def test_the_command_line_and_the_sheet(village: Town, terminal: Terminal, tmp_path: Path) -> None:
    purse, anybody = Purse(village), STAFF[Role.GRID]
    purse.give(DU, 50)
    purse.income(7_500)
    said = terminal.run("fund", "cover", who=anybody)
    assert "够：每 1 元积分背后有 1.50 元" in said
    assert '"percent": 150' in terminal.run("fund", "cover", "--json", who=anybody)
    terminal.run("fund", "cover", "--out", str(tmp_path / "cover.pdf"), who=anybody)
    assert (tmp_path / "cover.pdf").read_bytes().startswith(b"%PDF")
