"""Counting the shelf: from the sheet to the books, once, whatever happens in between."""

import io
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.errors import Refused
from moralbank.store import counting
from moralbank.store.counting import Tally
from moralbank.store.counts import CountInfo, CountUnknown, count_for, count_number
from moralbank.store.goods import TextTooLong
from moralbank.store.keeping import NotYourShop
from moralbank.store.models import MoveKind, ShopKind
from moralbank.store.service import ReceivedLine, Receiving, receive
from moralbank.store.shelf import batches, moves
from moralbank.store.shops import NewShop, add_shop, appoint
from tests.counter.till import DU, Till
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town, found_village

Browse = Callable[[Role], Browser]
KEEPER = STAFF[Role.SHOPKEEPER]
NEIGHBOUR = 150404103202


@pytest.fixture
def till(village: Town) -> Till:
    """The shop on both engines, its shelves empty."""
    return Till(village)


@pytest.fixture
def stall(hamlet: Town) -> Till:
    """The shop on SQLite alone."""
    return Till(hamlet)


def _open(till: Till, category: str = "", request_id: str = "", note: str = "") -> int:
    request_id = request_id or till.request_id()
    with till.town.database.writing() as session:
        keeper = till.town.actor(Role.SHOPKEEPER)
        return counting.open_count(session, keeper, request_id, category=category, note=note)


def _type(till: Till, count_id: int, **pieces: int | None) -> int:
    tallies = {till.product(sku.replace("_", "-")).id: Tally(n) for sku, n in pieces.items()}
    with till.town.database.writing() as session:
        return counting.type_in(session, till.town.actor(Role.SHOPKEEPER), count_id, tallies)


def _post(till: Till, count_id: int, request_id: str = "", seen: str = "") -> int:
    with till.town.database.writing() as session:
        keeper = till.town.actor(Role.SHOPKEEPER)
        return counting.post_count(session, keeper, request_id or till.request_id(), count_id, seen)


def _count(till: Till, count_id: int, role: Role = Role.SHOPKEEPER) -> CountInfo:
    with till.town.database.reading() as session:
        return count_for(session, till.town.actor(role), count_id)


def _receive(till: Till, sku: str, *arrivals: tuple[int, int | None, date | None]) -> None:
    for pieces, cost_fen, best_before in arrivals:
        line = ReceivedLine(pieces, cost_fen, best_before)
        with till.town.database.writing() as session:
            keeper = till.town.actor(Role.SHOPKEEPER)
            receive(session, keeper, till.request_id(), Receiving({till.product(sku).id: line}))


def _left(till: Till, sku: str) -> list[int]:
    """What is left of each batch, in the order in which they leave."""
    with till.town.database.reading() as session:
        return [one.left for one in batches(session, till.town.village_id, till.product(sku).id)]


def test_from_the_sheet_to_the_books(till: Till) -> None:
    """Missing leaves first expired first, surplus joins the newest batch, or makes one."""
    soon, later = (clock.today() + timedelta(days=days) for days in (20, 90))
    _receive(till, "OIL-5L", (6, 5500, later), (4, 5000, soon))
    _receive(till, "RICE-5KG", (5, 3600, None), (5, 3800, None))
    till.stock(SALT_400G=8)
    till.give(DU, 70)
    number = _open(till)
    till.redeem(DU, OIL_5L=1)  # between the sheet and the books
    assert _type(till, number, OIL_5L=7, RICE_5KG=12, SOAP_126G=3, TOWEL=0) == 4
    info = _count(till, number)
    lines = {line.product.sku: line for line in info.lines}
    assert (lines["OIL-5L"].expected, lines["OIL-5L"].moved) == (10, -1)
    assert (len(info.counted), len(info.lines)) == (4, 24)
    _post(till, number)
    assert till.product("OIL-5L").stock == 6  # 10 − 1 redeemed − 3 missing
    assert _left(till, "OIL-5L") == [6]  # the four that expire soon went first
    assert _left(till, "RICE-5KG") == [5, 7]
    assert (till.product("SOAP-126G").stock, _left(till, "SOAP-126G")) == (3, [3])
    assert till.product("SALT-400G").stock == 8  # nobody counted it
    posted = _count(till, number)
    costs = {line.product.sku: line.cost_fen for line in posted.differing}
    assert costs == {"OIL-5L": -3 * 5000, "RICE-5KG": 2 * 3800, "SOAP-126G": None}
    assert (posted.cost_fen, posted.unknown_kinds) == (-15000 + 7600, 1)
    with till.town.database.reading() as session:
        newest = moves(session, till.town.village_id, till.product("OIL-5L").id)[0]
    assert (newest.kind, newest.quantity, newest.count_id) == (MoveKind.COUNT, -3, number)
    assert till.problems() == []


def test_a_count_is_posted_once(till: Till) -> None:
    till.stock(OIL_5L=10)
    number = _open(till)
    with pytest.raises(counting.NothingCounted):
        _post(till, number, "post-early-1")
    _type(till, number, OIL_5L=8)
    assert _post(till, number, "post-0001") == _post(till, number, "post-0001") == number
    with pytest.raises(counting.CountPosted) as refused:
        _post(till, number, "post-0002")
    assert KEEPER in refused.value.message
    assert clock.today().isoformat() in refused.value.message
    with pytest.raises(counting.CountPosted):
        _type(till, number, OIL_5L=9)
    with pytest.raises(counting.CountPosted), till.town.database.writing() as session:
        counting.drop_count(session, till.town.actor(Role.SHOPKEEPER), number)
    assert till.product("OIL-5L").stock == 8
    assert till.problems() == []


def test_two_who_post_at_the_same_moment(till: Till) -> None:
    till.stock(OIL_5L=10)
    number = _open(till)
    _type(till, number, OIL_5L=7)
    start, done, refused = threading.Barrier(4), [], []

    def post(request_id: str) -> None:
        start.wait()
        try:
            done.append(_post(till, number, request_id))
        except Refused as refusal:
            refused.append(type(refusal))

    people = [threading.Thread(target=post, args=(f"at-once-{n:03d}",)) for n in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert done == [number]
    assert refused == [counting.CountPosted] * 3
    assert till.product("OIL-5L").stock == 7
    assert till.problems() == []


def test_no_product_is_in_two_open_counts(till: Till) -> None:
    first = _open(till, "米面粮油", "open-0001")
    assert _open(till, "米面粮油", "open-0001") == first  # sent twice
    second = _open(till, "小家电")
    assert {line.product.category for line in _count(till, second).lines} == {"小家电"}
    with pytest.raises(counting.CountOverlaps) as refused:
        _open(till)
    assert "大米 5 公斤" in refused.value.message
    assert _count(till, first).head.label in refused.value.message
    for number in (first, second):
        with till.town.database.writing() as session:
            counting.drop_count(session, till.town.actor(Role.SHOPKEEPER), number)
    with pytest.raises(counting.CountDropped):
        _post(till, first)
    assert len(_count(till, _open(till)).lines) == 24
    with pytest.raises(counting.NothingToCount):
        _open(till, "烟酒")
    with pytest.raises(TextTooLong):
        _open(till, note="长" * 81)


def test_what_is_counted(stall: Till) -> None:
    """What is offered, and what was taken off the shelf as long as some of it lies there."""
    stall.stock(OIL_5L=2)
    stall.price("OIL-5L", 6500, active=False)
    stall.price("RICE-5KG", 4500, active=False)
    skus = {line.product.sku for line in _count(stall, _open(stall)).lines}
    assert "OIL-5L" in skus
    assert "RICE-5KG" not in skus


def test_two_who_count_differently(stall: Till) -> None:
    stall.stock(OIL_5L=10)
    number = _open(stall)
    assert _type(stall, number, OIL_5L=9) == 1
    assert _type(stall, number, OIL_5L=9, RICE_5KG=None) == 0  # the same again says nothing new
    with pytest.raises(counting.CountedOtherwise) as refused:
        _type(stall, number, OIL_5L=8)
    assert "“大豆油 5 升”已经填了 9，这次填的是 8" in refused.value.message
    oil = stall.product("OIL-5L").id
    for knowing in (Tally(8, was=9), Tally(None, was=8)):
        with stall.town.database.writing() as session:
            keeper = stall.town.actor(Role.SHOPKEEPER)
            assert counting.type_in(session, keeper, number, {oil: knowing}) == 1
    assert _count(stall, number).counted == []


@pytest.mark.parametrize("pieces", [-1, 1.5, 100_001, "7", True])
def test_numbers_that_are_no_count(stall: Till, pieces: Any) -> None:
    number = _open(stall)
    with pytest.raises(counting.CountedInvalid):
        _type(stall, number, OIL_5L=5, RICE_5KG=pieces)
    assert _count(stall, number).counted == []  # all or nothing


def test_more_is_missing_than_is_left(till: Till) -> None:
    till.stock(SALT_400G=4)
    till.give(DU, 20)
    number = _open(till)
    _type(till, number, SALT_400G=1)
    till.redeem(DU, SALT_400G=2)
    with pytest.raises(counting.CountBelowZero) as refused:
        _post(till, number)
    assert "盘亏 3 袋，可账上只剩 2 袋" in refused.value.message
    assert till.product("SALT-400G").stock == 2
    assert _count(till, number).head.open
    assert till.problems() == []


def test_a_count_belongs_to_its_shop_and_village(till: Till) -> None:
    own = _open(till)
    with till.town.database.writing() as session:
        admin, keeper = till.town.actor(Role.ADMIN), till.town.actor(Role.SHOPKEEPER)
        other = add_shop(session, admin, NewShop("河东小卖部", ShopKind.CONTRACT))
        appoint(session, admin, keeper.user_id, other.id)
    with pytest.raises(NotYourShop):
        _type(till, own, OIL_5L=1)
    with pytest.raises(NotYourShop):
        _post(till, own)
    with pytest.raises(counting.NothingToCount):
        _open(till)  # the other shop has no goods
    assert _count(till, own, Role.ACCOUNTANT).head.id == own
    found_village(till.town.database, NEIGHBOUR, "河东村")
    theirs = Till(Town(till.town.database, NEIGHBOUR))
    with pytest.raises(CountUnknown):
        _count(theirs, own)
    mine = {line.product.id: line.product.sku for line in _count(till, own, Role.ADMIN).lines}
    foreign = max(mine) + 1
    number = _open(theirs)
    with pytest.raises(counting.NotInCount), theirs.town.database.writing() as session:
        counting.type_in(session, theirs.town.actor(Role.SHOPKEEPER), number, {foreign: Tally(1)})


def test_statements_do_not_grow_with_the_shelf(stall: Till) -> None:
    few, many = _open(stall, "小家电"), _open(stall, "米面粮油")
    engine, counted = stall.town.database.engine, [0]

    def note(*_given: Any) -> None:
        counted[0] += 1

    event.listen(engine, "before_cursor_execute", note)
    found = []
    for number in (few, many):
        counted[0] = 0
        _count(stall, number)
        found.append(counted[0])
    event.remove(engine, "before_cursor_execute", note)
    assert found[0] == found[1]


def test_counting_by_the_pages(till: Till, browse: Browse) -> None:
    """A sheet is opened and typed in, by two phones; after a refusal what was typed is there."""
    till.stock(OIL_5L=10, RICE_5KG=6)
    keeper, page = browse(Role.SHOPKEEPER), "/store/counts/1"
    assert "还没有盘点过" in keeper.open("/store/counts")
    assert keeper.send("/store/counts", request_id="x", category="").status_code == 422
    form = {"request_id": keeper.value("request_id"), "category": "米面粮油", "note": "赵德顺监点"}
    for _time in range(2):
        assert keeper.send("/store/counts", **form).headers["Location"] == page
    assert "赵德顺监点" in keeper.open(page)
    oil, rice = (till.product(sku).id for sku in ("OIL-5L", "RICE-5KG"))
    for wrong in ("-1", "1.5", "一", "1e3"):
        answer = keeper.send(page, **{f"counted-{oil}": "９", f"counted-{rice}": wrong})
        assert answer.status_code == 422
        assert "“大米 5 公斤”点到的数不对" in keeper.page
        assert f'value="{wrong}"' in keeper.page
    answer = keeper.send(page, **{f"counted-{oil}": "９", f"counted-{rice}": ""})
    assert answer.status_code == 303
    assert "填了 1 种，还有 7 种没填" in keeper.open(page)
    assert keeper.send(page, **{f"counted-{oil}": "8"}).status_code == 409  # another phone
    assert "已经填了 9，这次填的是 8" in keeper.page
    assert 'value="8"' in keeper.page
    assert keeper.value(f"was-{oil}") == "9"  # seen now: sent again, it counts
    answer = keeper.send(page, review="1", **{f"counted-{rice}": "6", f"was-{rice}": ""})
    assert answer.headers["Location"] == f"{page}/review"
    assert "少 1 桶" in keeper.open(f"{page}/review")
    assert "还有 6 种没点" in keeper.page
    scanned = keeper.client.get("/store/counts", query_string={"q": _count(till, 1).head.label})
    assert scanned.headers["Location"] == page
    assert "没有编号像“大豆油”的盘点" in keeper.open("/store/counts", q="大豆油")
    keeper.open("/store/counts/99", expect=404)


def test_posting_by_the_page(till: Till, browse: Browse) -> None:
    """What is posted is what was looked at; afterwards it is read by others, and as Excel."""
    till.stock(OIL_5L=10, RICE_5KG=6)
    keeper, page = browse(Role.SHOPKEEPER), f"/store/counts/{_open(till, '米面粮油')}"
    _type(till, 1, OIL_5L=9, RICE_5KG=6)
    keeper.open(f"{page}/review")
    _again(till, till.product("OIL-5L").id, 7, was=9)  # while it is looked over
    form = {name: keeper.value(name) for name in ("seen", "request_id")}
    assert keeper.send(f"{page}/post", **form).status_code == 409
    assert "核对之后点到的数又改过" in keeper.page
    form = {name: keeper.value(name) for name in ("seen", "request_id")}
    for _time in range(2):
        assert keeper.send(f"{page}/post", **form).headers["Location"] == page
    assert till.product("OIL-5L").stock == 7
    again = {**form, "request_id": "another-0001"}
    assert keeper.send(f"{page}/post", **again).status_code == 409
    assert "少 3 桶" in browse(Role.SUPERVISOR).open(page)
    answer = keeper.client.get(f"{page}/count.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    found = {row[0]: row[4:8] for row in rows}
    assert found["OIL-5L"] == [10, 7, -3, ""]
    assert found["RICE-5KG"][:3] == [6, 6, 0]
    assert found["FLOUR-5KG"] == [0, "", "", ""]
    assert till.problems() == []


def _again(till: Till, product_id: int, pieces: int, was: int) -> None:
    with till.town.database.writing() as session:
        keeper = till.town.actor(Role.SHOPKEEPER)
        counting.type_in(session, keeper, 1, {product_id: Tally(pieces, was=was)})


def test_a_count_is_given_up_by_the_page(till: Till, browse: Browse) -> None:
    number = _open(till)
    keeper = browse(Role.SHOPKEEPER)
    keeper.open(f"/store/counts/{number}")
    assert keeper.send(f"/store/counts/{number}/drop").status_code == 303
    assert "已作废" in keeper.open("/store/counts")
    answer = keeper.send(f"/store/counts/{number}/drop")
    assert answer.status_code == 409
    assert f"已由{KEEPER}在" in keeper.page


def test_counting_at_the_command_line(till: Till, terminal: Terminal, tmp_path: Any) -> None:
    def run(*arguments: str, expect: int = 0) -> str:
        return terminal.run("store", "count", *arguments, who=KEEPER, expect=expect)

    till.stock(OIL_5L=10)
    said = run("open", "--category", "米面粮油", "--request-id", "count-01")
    number = said.split()[0]
    assert "共 8 种" in said
    assert "填了 2 种，还有 6 种没填" in run("type", number, "oil-5l=8", "RICE-5KG=0")
    assert "已经填了 8" in run("type", number, "OIL-5L=9", expect=1)
    run("type", number, "OIL-5L=9", "--again")
    for wrong, why in (("GOLD=1", "没有“GOLD”"), ("OIL-5L=1.5", "不对"), ("OIL-5L", "不对")):
        assert why in run("type", number, wrong, expect=1)
    assert "大豆油" in run("show", "1")
    run("print", number, "--books", "--out", str(tmp_path / "sheet.pdf"))
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    assert "1 种不符，盘盈 0 件，盘亏 1 件" in run("post", number, "--request-id", "post-0001")
    assert "不能再改" in run("drop", number, expect=1)
    assert "编号不对" in run("post", "第三次", expect=1)
    assert "已入账" in run("list")
    assert till.product("OIL-5L").stock == 9
    assert till.problems() == []


@pytest.mark.parametrize(
    ("typed", "number"),
    [("PD2026-0003", 3), ("pd2026-12345", 12345), (" 7 ", 7), ("DH2026-0003", None), ("", None)],
)
def test_the_number_of_a_sheet_is_read(typed: str, number: int | None) -> None:
    assert count_number(typed) == number
