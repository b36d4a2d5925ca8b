"""Two shops: each keeper sees and touches their own shop's slips alone, by page and command."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.queries import actor_of
from moralbank.access.service import add_user
from moralbank.counter.closing import day_figures
from moralbank.counter.service import Redeem, redeem
from moralbank.photos import storage
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach, keep
from moralbank.store.goods import ProductDetails, add_product
from moralbank.store.service import ReceivedLine, Receiving, receive
from moralbank.store.shops import NewShop, add_shop, appoint
from tests.conftest import make_app
from tests.counter.till import DU, WANG, Till
from tests.photos.phone import sent, snapshot
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, Browser

OTHER_KEEPER, NOBODYS = "郑福来", "吴小满"
SLIP, REFUND = "/counter/slips/2", "/counter/refunds/2"
FIRST_SALE = "first-sale-1"
NOT_HERS = "这是“东头小卖部”的，您管的不是这一家"

Browse = Callable[[Role], Browser]


@pytest.fixture
def trade(till: Till) -> Till:
    """A slip in each shop, of which some came back: 1 in 周桂兰's, 2 in 郑福来's."""
    return _traded(till)


@pytest.fixture
def small_trade(booth: Till) -> Till:
    """The same on SQLite alone."""
    return _traded(booth)


def _traded(till: Till) -> Till:
    till.give(DU, 60)
    till.give(WANG, 60)
    town = till.town
    with town.database.writing() as session:
        admin = town.actor(Role.ADMIN)
        second = add_shop(session, admin, NewShop("东头小卖部"))
        hired = add_user(session, admin, OTHER_KEEPER, Role.SHOPKEEPER, PASSWORD, first=False)
        appoint(session, admin, hired.id, second.id)
        keeper = actor_of(hired, "test")
        details = ProductDetails(name="红糖", price_fen=800, category="食品", unit="袋")
        sugar = add_product(session, keeper, "SUGAR-1", details)
        receive(session, keeper, till.request_id(), Receiving({sugar.id: ReceivedLine(9)}))
    till.redeem(DU, FIRST_SALE, NOODLE_1KG=1, SALT_400G=1)
    with town.database.writing() as session:
        wanted = Redeem(town.household(WANG).id, None, {sugar.id: 3})
        redeem(session, keeper, till.request_id(), wanted)
    till.refund(1, 2, by=Role.ACCOUNTANT, reason="漏气")
    till.refund(2, 1, by=Role.ACCOUNTANT, reason="结块了")
    return till


def _cells(answer: bytes) -> Sequence[Sequence[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(answer)).get_sheet_by_index(0).to_python()


def test_another_shops_slip_is_refused_in_words(trade: Till, app: Flask, browse: Browse) -> None:
    keeper, other = browse(Role.SHOPKEEPER), Browser(app).sign_in(OTHER_KEEPER)
    asked: list[tuple[str, dict[str, int]]] = [
        (SLIP, {}),
        (f"{SLIP}.pdf", {}),
        (f"{SLIP}/refund", {}),
    ]
    asked += [(REFUND, {}), (f"{REFUND}.pdf", {})]
    lists = ("slips", "slips.xlsx", "day", "days", "day.xlsx")
    asked += [(f"/counter/{one}", {"shop": 2}) for one in lists]
    for address, query in asked:
        said = keeper.open(address, expect=403, **query)
        assert NOT_HERS in said
        assert "王䶮" not in said
        assert "红糖" not in said
        assert other.client.get(address, query_string=query).status_code == 200
    assert NOT_HERS in keeper.open("/counter/day.pdf", expect=403, shop=2)
    keeper.open("/counter/slips/1/refund", check=1, **{"line-1": "shelf"})
    back = {"request_id": keeper.value("request_id"), "line-1": "shelf"}
    assert keeper.send(f"{SLIP}/refund", **back).status_code == 403
    assert NOT_HERS in keeper.page
    with trade.town.database.reading() as session:
        today = day_figures(session, trade.town.village_id, 2, clock.today())
    assert (today.refunds, today.net_fen) == (1, 0)


def test_what_became_of_a_sale_is_told_to_its_own_shop(small_trade: Till, tmp_path: Path) -> None:
    asked, app = f"/counter/outcome/{FIRST_SALE}", make_app(small_trade.town, tmp_path)
    own, other = (
        Browser(app).sign_in(who).client.get(asked).json
        for who in (STAFF[Role.SHOPKEEPER], OTHER_KEEPER)
    )
    assert own["slip"] == "/counter/slips/1?new=1"
    assert other == {"slip": "", "words": "", "request_id": ""}
    app.extensions["moralbank"].close()


@pytest.mark.usefixtures("trade")
def test_lists_and_sums_are_the_own_shops(app: Flask, browse: Browse) -> None:
    keeper, other = browse(Role.SHOPKEEPER), Browser(app).sign_in(OTHER_KEEPER)
    for one, own, others in ((keeper, "杜仁森", "王䶮"), (other, "王䶮", "杜仁森")):
        for address in ("/counter/slips", "/counter", "/counter/day"):
            page = one.open(address)
            assert others not in page
            assert (own in page) == (address != "/counter/day")
        assert "东头小卖部" not in keeper.open("/counter/slips")  # no choice, so no word
        assert [row[3] for row in _cells(one.client.get("/counter/slips.xlsx").data)[1:]] in (
            [own],
            [own, own],
        )
    assert _stats(keeper.open("/counter/slips")) == ["1", "12.40", "2.50", "9.90", "13", "3"]
    assert _stats(other.open("/counter/slips")) == ["1", "24.00", "24.00", "0.00", "24", "24"]
    assert _stats(keeper.open("/"))[:3] == ["1", "13", "9.90"]
    assert _stats(other.open("/"))[:3] == ["1", "24", "0.00"]
    assert "今天 1 单" in other.open("/counter")


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.SUPERVISOR])
def test_who_watches_sees_every_shop_and_chooses(browse: Browse, role: Role) -> None:
    watcher = browse(role)
    page = watcher.open("/counter/slips")
    assert _stats(page) == ["2", "36.40", "26.50", "9.90", "37", "27"]
    assert "退回：红糖 ×3" in page
    assert "全退了" in page
    assert "退了一部分" in page
    assert page.count("东头小卖部") == 2  # to choose, and beside its slip
    day = clock.today().isoformat()
    page = watcher.open("/counter/slips", shop=2, first=day, last=day)
    assert "王䶮" in page
    assert "杜仁森" not in page
    assert f"/counter/slips.xlsx?first={day}&amp;last={day}&amp;shop=2" in page
    assert 'name="shop" value="2"' in page
    assert "没有这样的兑换单" in watcher.open("/counter/slips", shop=2, q="杜仁森")
    watcher.open("/counter/slips", expect=404, shop=9)
    for address in (SLIP, REFUND):
        assert "东头小卖部" in watcher.open(address)
    rows = _cells(watcher.client.get("/counter/slips.xlsx").data)
    assert rows[0][15:] == ["店铺", "退回（元）", "净额（元）", "退货单"]
    assert rows[1][15:18] == ["东头小卖部", 24, 0]
    assert [row[16:18] for row in rows[2:]] == [["", 9.9], [2.5, 0]]
    one_shop = _cells(watcher.client.get("/counter/slips.xlsx?shop=2").data)
    assert len(one_shop) == 2
    goods = _cells(watcher.client.get("/counter/day.xlsx?shop=2").data)
    assert goods[1] == ["红糖", 3, 24, 3, 24, "东头小卖部"]


def test_by_the_command_line_too(trade: Till, terminal: Terminal, tmp_path: Path) -> None:
    keeper, accountant = STAFF[Role.SHOPKEEPER], STAFF[Role.ACCOUNTANT]
    paper = str(tmp_path / "paper.pdf")

    def run(*arguments: str, who: str = keeper, expect: int = 0) -> str:
        return terminal.run("counter", *arguments, who=who, expect=expect)

    def slips(*arguments: str, who: str = keeper) -> list[tuple[str, str]]:
        found = json.loads(run("slips", "--json", *arguments, who=who))
        return [(one["head"], one["shop"]) for one in found]

    for act in (
        ("slip", "2"),
        ("slip", "2", "-o", paper),
        ("refund-slip", "2", "-o", paper),
        ("refund", "2", "--whole"),
        ("refund", "2", "--line", "1"),
        ("slips", "--shop", "2"),
        ("days", "--shop", "2"),
        ("day", "--shop", "2"),
    ):
        assert NOT_HERS in run(*act, expect=1)
    assert not Path(paper).exists()
    own, others = ("杜仁森", "乡风文明积分超市"), ("王䶮", "东头小卖部")
    assert slips() == [own]
    assert slips(who=OTHER_KEEPER) == [others]
    assert slips(who=accountant) == [others, own]
    assert slips("--shop", "2", who=accountant) == [others]
    assert trade.slip(2).label in run("slip", "2", who=OTHER_KEEPER)


def test_who_keeps_no_shop_yet_is_told_so(small_trade: Till, tmp_path: Path) -> None:
    town = small_trade.town
    with town.database.writing() as session:
        admin = town.actor(Role.ADMIN)
        add_user(session, admin, NOBODYS, Role.SHOPKEEPER, PASSWORD, first=False)
    newcomer = Browser(make_app(town, tmp_path)).sign_in(NOBODYS)
    assert "还没有定您管哪一家" in newcomer.open("/")
    for address in ("/counter/slips", SLIP, "/counter/slips.xlsx", "/counter/days"):
        assert "还没有定您管哪一家" in newcomer.open(address, expect=409)


def test_a_signature_is_seen_with_its_slip(small_trade: Till, tmp_path: Path) -> None:
    town, app = small_trade.town, make_app(small_trade.town, tmp_path)
    with town.database.writing() as session:
        actor = town.actor(Role.SHOPKEEPER)
        drawn = keep(session, actor, storage.folder_of(tmp_path), sent(snapshot()))
        attach(session, town.village_id, [drawn], PhotoSubject.SLIP, 2)
    for name, status in (
        (STAFF[Role.SHOPKEEPER], 403),
        (OTHER_KEEPER, 200),
        (STAFF[Role.ACCOUNTANT], 200),
    ):
        answer = Browser(app).sign_in(name).client.get(f"/photos/{drawn}.jpg")
        assert answer.status_code == status, name


def _stats(page: str) -> list[str]:
    """The figures of a page."""
    parts = page.split('<span class="stat__value">')[1:]
    return [part.partition("</span>")[0] for part in parts]
