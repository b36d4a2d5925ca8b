"""What an office sees are the villages' own figures, added up; and nothing else."""

import io
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from python_calamine import CalamineWorkbook
from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.honours import Span, merits, tallies
from moralbank.boards.periods import Period, current_year
from moralbank.counter.queries import SlipFilter, slip_sums
from moralbank.counter.refunding import refund
from moralbank.counter.service import Redeem, redeem
from moralbank.db import Database
from moralbank.fund.cover import cover
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import head_mark, total
from moralbank.regions.figures import VillageFigures
from moralbank.regions.queries import Comparison, comparison, village_months
from moralbank.store.queries import ProductInfo, products
from tests.boards.deeds import do, edit, take_back
from tests.fund.purse import Purse
from tests.intruder import intrude
from tests.lively import live
from tests.regions.conftest import HALA, NORTH, RIVER, SONGSHAN, County
from tests.village import VILLAGE_ID, Browser, Town

MEETING = "参加村民会议"
SECRET = "替邻居收麦子那天的事"


def told(county: County, office: int, period: Period | None = None) -> Comparison:
    """What an office sees of this year, or of another period."""
    with county.database.reading() as session:
        return comparison(session, office, period or current_year())


def statements(database: Database, county: County, office: int) -> int:
    """How many statements a comparison takes."""
    counted: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        counted.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    told(county, office)
    event.remove(database.engine, "before_cursor_execute", note)
    return len([one for one in counted if one.lstrip().startswith("SELECT")])


def _busy(town: Town) -> None:
    """Give a village a fund, goods that are owed for, deeds, slips and a refund."""
    purse = Purse(town)
    purse.income(300_00)
    cheap = min(_goods(town), key=lambda one: one.price_fen)
    paid, owed = purse.stock(cheap.sku, 4, 100), purse.stock(cheap.sku, 6, 150)
    purse.buy(400, receipt_id=paid)
    purse.send_back(owed, cheap.sku, 2)
    household = town.household("东组-001")
    do(town, "东组-001", MEETING, 9, note="签到")
    do(town, "东组-002", MEETING, 3, note="签到")
    with town.database.writing() as session:
        keeper = town.actor(Role.SHOPKEEPER)
        for number in range(2):
            redeem(
                session,
                keeper,
                f"regions-redeem-{number}",
                Redeem(household.id, None, {cheap.id: 1}),
            )
        refund(session, keeper, "regions-refund", 1, {1: False}, "包装破了")


def _goods(town: Town) -> Sequence[ProductInfo]:
    with town.database.reading() as session:
        return products(session, town.village_id)


def _own(town: Town) -> dict[str, Any]:
    """The same figures as the village's own pages have them."""
    year, village_id = current_year(), town.village_id
    with town.database.reading() as session:
        span = Span(year.first, year.last, range(1, 200))
        own = merits(session, village_id, span)
        homes = {one.household_id for one in own}
        taken = slip_sums(session, village_id, SlipFilter(year.first, year.last))
        now = cover(session, village_id).now
        return {
            "deeds": sum(one.merits for one in tallies(session, village_id, span, homes)),
            "points": sum(one.points for one in own),
            "earning": len(homes),
            "used": taken.points_used - taken.points_back,
            "fen": taken.net_fen,
            "held": total(session, village_id, AccountKind.HOUSEHOLD_POINTS),
            "have": now.have,
            "owe": now.owe,
            "cover": now.ratio,
            "mark": head_mark(session, village_id),
        }


def _seen(one: VillageFigures) -> dict[str, Any]:
    standing, activity = one.figures.standing, one.figures.activity
    return {
        "deeds": activity.deeds,
        "points": activity.points,
        "earning": activity.earning,
        "used": activity.used_points,
        "fen": activity.used_fen,
        "held": standing.held,
        "have": standing.have_fen,
        "owe": standing.owe_fen,
        "cover": standing.cover,
        "mark": one.mark,
    }


def test_an_office_sees_the_villages_own_figures_and_their_sums(
    county: County, watch: Callable[[int], Browser]
) -> None:
    """Slips, a refund, unpaid goods, an objection, a household gone, a deed taken back."""
    few = statements(county.database, county, SONGSHAN)
    live(county.villages[VILLAGE_ID], SECRET)
    _busy(county.villages[RIVER])
    wrong = do(county.villages[NORTH], "东组-001", MEETING, 5, note="记错")
    take_back(county.villages[NORTH], wrong)
    do(county.villages[NORTH], "东组-002", MEETING, 2, note="签到")
    everything = told(county, SONGSHAN)
    seen = {one.id: one for one in everything.villages}
    own = {code: _own(town) for code, town in county.villages.items()}
    assert {code: _seen(one) for code, one in seen.items()} == own
    assert all(own[RIVER][name] for name in ("used", "fen", "have", "owe", "cover"))
    assert [one.name for one in everything.towns] == ["哈拉道口镇", "安庆镇"]
    town = told(county, HALA)
    assert town.figures == everything.towns[0].figures
    assert town.figures.activity.points == own[VILLAGE_ID]["points"] + own[RIVER]["points"]
    assert town.figures.standing.households == 12
    assert seen[RIVER].figures.share == 500  # two of four
    assert seen[RIVER].figures.points_each == 30
    standing = seen[VILLAGE_ID].figures.standing
    assert (standing.open_notices, standing.open_objections, standing.overdue) == (1, 1, 0)
    assert statements(county.database, county, SONGSHAN) == few

    page = watch(SONGSHAN).open("/regions", period=current_year().text)
    assert f"{town.figures.activity.points + own[NORTH]['points']:,}" in page
    for name in ("杜仁森", "欧阳春", "巴特尔", SECRET):
        assert name not in page

    edit(county.villages[RIVER], "东组-002", status="moved")
    left = next(one for one in told(county, HALA).villages if one.id == RIVER)
    assert (left.figures.standing.households, left.figures.activity.earning) == (3, 1)


def test_months_of_a_village_add_up_to_its_year(
    county: County, watch: Callable[[int], Browser]
) -> None:
    _busy(county.villages[RIVER])
    with county.database.reading() as session:
        found = village_months(session, HALA, str(RIVER))
    done = [activity for _period, activity in found.months]
    assert len(done) == 12
    assert done[-1] == found.village.figures.activity
    assert (done[-1].points, sum(one.points for one in done[:-1])) == (12, 0)
    page = watch(HALA).open(f"/regions/{RIVER}")
    assert "内蒙古自治区赤峰市松山区" in page
    assert re.search(r"<svg.*12 分、兑换", page, re.DOTALL)
    assert found.village.mark in page


def test_what_is_wrong_in_a_village_is_named(county: County) -> None:
    """Sixty quiet days; points without any money; an objection without an answer."""
    live(county.villages[VILLAGE_ID], SECRET)
    do(county.villages[RIVER], "东组-001", MEETING, 9, note="签到")
    signs = {one.name: one.signs for one in told(county, HALA).villages}
    assert signs == {"羊圈湾村": (), "小河沿村": ("保障不够",)}
    with clock.at(clock.now() + timedelta(days=61)):
        later = {one.name: one.signs for one in told(county, HALA).villages}
        assert told(county, HALA).noted[0].name in later
    quiet = ("60 天没有公示", "60 天没有动账")
    assert later["小河沿村"] == (*quiet, "保障不够")
    assert later["羊圈湾村"] == (*quiet, "异议超期 1 件")
    with clock.at(clock.now() + timedelta(days=61)):
        ever = Period("", clock.today() - timedelta(days=99), clock.today())
        assert told(county, HALA, ever).figures.activity.late == 1


def test_a_village_that_went_elsewhere_is_said_so(county: County) -> None:
    moment = clock.now().strftime("%Y-%m-%d %H:%M:%S")
    left = f"UPDATE ledger_heads SET left_at = '{moment}' WHERE village_id = {RIVER}"
    intrude(county.database, left)
    signs = {one.name: one.signs for one in told(county, HALA).villages}
    assert signs["小河沿村"] == ("账已迁走",)


def test_the_list_can_be_ordered_narrowed_and_kept(
    county: County, watch: Callable[[int], Browser]
) -> None:
    for code, points in ((VILLAGE_ID, 6), (RIVER, 5), (NORTH, 4)):
        town = county.villages[code]
        label = "一组-012" if code == VILLAGE_ID else "东组-001"
        do(town, label, MEETING, points, note="签到")
    person = watch(SONGSHAN)

    def shown(**asked: str) -> list[str]:
        page = person.open("/regions", **asked)
        return re.findall(r'<a class="row-link" href="/regions/\d{12}[^>]*>([^<]+)', page)

    assert shown() == ["羊圈湾村", "小河沿村", "北洼村"]
    assert shown(order="each") == ["北洼村", "小河沿村", "羊圈湾村"]
    assert shown(order="points", turned="1") == ["北洼村", "小河沿村", "羊圈湾村"]
    assert shown(town="150404104") == ["北洼村"]
    assert shown(order="<b>", town="x") == shown()
    person.open("/regions", 404, town="150405001")
    person.open("/regions", 422, period="昨天")
    answer = person.client.get("/regions.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.sheet_names == ["各乡镇", "各村"]
    rows = book.get_sheet_by_name("各村").to_python()
    assert [row[2] for row in rows[1:]] == ["羊圈湾村", "小河沿村", "北洼村", "合计"]
    points = rows[0].index("入账（分）")
    assert [row[points] for row in rows[1:]] == [6, 5, 4, 15]
