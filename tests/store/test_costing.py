"""A batch whose cost nobody said is given it, once."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.store import costing, shops
from moralbank.store.goods import CostInvalid
from moralbank.store.keeping import NotYourShop
from moralbank.store.models import MoveKind
from moralbank.store.moving import Arrival, Paper, put
from moralbank.store.queries import StockValue, stock_value
from moralbank.store.receipts import ReceiptDetail, receipt
from moralbank.store.service import ReceivedLine, Receiving, receive, waste
from moralbank.store.shops import NewShop
from tests.counter.till import Till
from tests.fund.purse import Purse
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, Browser, Town, found_village

Browse = Callable[[Role], Browser]
NEIGHBOUR: Final = 150404103202
OIL, SALT = "OIL-5L", "SALT-400G"


@pytest.fixture
def till(village: Town) -> Till:
    """Ten bottles of oil that cost 58 yuan each, eight packs of salt of which nobody said."""
    made = Till(village)
    lines = {
        made.product(OIL).id: ReceivedLine(10, 5800),
        made.product(SALT).id: ReceivedLine(8, None, clock.today() + timedelta(days=90)),
    }
    with village.database.writing() as session:
        keeper = village.actor(Role.SHOPKEEPER)
        receive(session, keeper, made.request_id(), Receiving(lines, "镇上批发部"))
    return made


def _cost(
    till: Till, fen: int | None, sku: str = SALT, batch: int = 2, request_id: str = ""
) -> int:
    with till.town.database.writing() as session:
        keeper, number = till.town.actor(Role.SHOPKEEPER), till.product(sku).id
        request_id = request_id or till.request_id()
        return costing.give_cost(session, keeper, request_id, number, batch, fen)


def _receipt(till: Till) -> ReceiptDetail:
    with till.town.database.reading() as session:
        return receipt(session, till.town.village_id, 1)


def _value(till: Till) -> StockValue:
    with till.town.database.reading() as session:
        return stock_value(session, till.town.village_id)


def test_its_receipt_costs_so_much_more(till: Till) -> None:
    with till.town.database.writing() as session:
        keeper = till.town.actor(Role.SHOPKEEPER)
        waste(session, keeper, till.request_id(), {till.product(SALT).id: 3}, "受潮")
    assert _value(till) == StockValue(58000, unknown_kinds=1)
    assert _cost(till, 150, request_id="cost-0001") == 2
    assert _cost(till, 150, request_id="cost-0001") == 2  # sent twice
    found = _receipt(till)
    assert (found.cost_fen, found.unknown_kinds) == (58000 + 8 * 150, 0)  # eight came
    assert _value(till) == StockValue(58000 + 5 * 150, unknown_kinds=0)  # five are there
    assert till.product(SALT).cost_fen == 150
    with pytest.raises(costing.CostKnown, match=r"每件 1\.50 元"):
        _cost(till, 160)
    assert till.problems() == []


def test_what_came_without_a_receipt(village: Town) -> None:
    """As an older program kept it; what the product costs by now is left alone."""
    till, keeper = Till(village), village.actor(Role.SHOPKEEPER)
    oil = till.product(OIL).id
    with village.database.writing() as session:
        put(session, keeper, MoveKind.RECEIVE, [Arrival(oil, 4)], Paper())
        bought = Receiving({oil: ReceivedLine(10, 5800)})
        receive(session, keeper, till.request_id(), bought)
    assert _cost(till, 0, OIL, 1) == 1  # a gift
    assert _value(till).cost_fen == 58000
    assert till.product(OIL).cost_fen == 5800
    assert _receipt(till).cost_fen == 58000
    with pytest.raises(costing.CostKnown):
        _cost(till, 5800, OIL, 1)
    assert till.problems() == []


def test_what_can_not_be_said(till: Till) -> None:
    for fen in (None, -1, 1_000_001, 1.5):
        with pytest.raises(CostInvalid):
            _cost(till, fen)  # type: ignore[arg-type]
    for sku, batch in ((OIL, 2), (SALT, 99)):
        with pytest.raises(costing.BatchUnknown):
            _cost(till, 150, sku, batch)
    found_village(till.town.database, NEIGHBOUR, "河东村")
    theirs = Till(Town(till.town.database, NEIGHBOUR), requests=500)
    with pytest.raises(costing.BatchUnknown):
        _cost(theirs, 150)
    admin, village = till.town.actor(Role.ADMIN), till.town
    with village.database.writing() as session:
        second = shops.add_shop(session, admin, NewShop("老周家便民店"))
        user = add_user(session, admin, "周建国", Role.SHOPKEEPER, PASSWORD, first=False)
        shops.appoint(session, admin, user.id, second.id)
        shops.appoint(session, admin, village.actor(Role.SHOPKEEPER).user_id, second.id)
    with pytest.raises(NotYourShop):
        _cost(till, 150)
    assert _receipt(till).cost_fen == 58000
    assert till.problems() == []


def test_a_receipt_that_was_paid_stands(till: Till) -> None:
    purse = Purse(till.town)
    purse.income(100_000)
    paid = purse.buy(58000, receipt_id=1)
    with pytest.raises(costing.ReceiptSettled, match=r"已经付过 580\.00 元"):
        _cost(till, 150)
    assert _receipt(till).cost_fen == 58000
    purse.take_back(paid)
    _cost(till, 150)
    assert _receipt(till).cost_fen == 59200
    assert till.problems() == []


def test_at_the_page(till: Till, browse: Browse) -> None:
    salt = till.product(SALT).id
    address = f"/store/{salt}/batches/2/cost"
    assert "补上" not in browse(Role.ACCOUNTANT).open(f"/store/{salt}")
    keeper = browse(Role.SHOPKEEPER)
    keeper.open(f"/store/{salt}")
    for wrong, status in (("", 422), ("贵", 422), ("-1", 422), ("10000.01", 422)):
        form = {"request_id": keeper.value("request_id"), "batch-2-cost": wrong}
        assert keeper.send(address, **form).status_code == status
        assert "还不能保存" in keeper.page
        assert keeper.value("batch-2-cost") == wrong
    form = {"request_id": keeper.value("request_id"), "batch-2-cost": "１.５０"}
    for _time in range(2):  # sent twice
        assert keeper.send(address, **form).status_code == 303
    page = keeper.open(f"/store/{salt}")
    assert "已记下这一批的进价" in page
    assert "补上" not in page
    form["request_id"] = "another-one-01"
    assert keeper.send(address, **form).status_code == 409
    assert "记了就不能改" in keeper.page
    assert keeper.send(f"/store/{salt}/batches/1/cost", **form).status_code == 422
    assert "592.00" in keeper.open("/store/receipts/1")
    assert till.problems() == []


def test_by_command(till: Till, terminal: Terminal) -> None:
    keeper = STAFF[Role.SHOPKEEPER]
    (batch,) = json.loads(terminal.run("store", "batches", SALT, "--json", who=keeper))
    assert (batch["id"], batch["cost"], batch["left"]) == (2, None, 8)
    assert "进价不对" in terminal.run("store", "cost", SALT, "2", "贵", who=keeper, expect=1)
    assert "已记下" in terminal.run("store", "cost", SALT, "2", "1.50", who=keeper)
    assert "1.50" in terminal.run("store", "batches", SALT, who=keeper)
    assert till.problems() == []
