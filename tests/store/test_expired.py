"""Goods past their best-before day: nobody is given any; they stay until written off."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.store.moving import OutOfStock, StockExpired
from moralbank.store.service import ReceivedLine, Receiving, receive, send_back, waste
from moralbank.store.shelf import batches
from tests.counter.till import DU, Till
from tests.notices.wall import after
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]
NOODLE: Final = "NOODLE-1KG"


@pytest.fixture
def till(village: Town) -> Till:
    """Three packs of noodles that keep two days, two that keep ten, on both engines."""
    made = Till(village)
    for pieces, days in ((3, 2), (2, 10)):
        line = ReceivedLine(pieces, 600, clock.today() + timedelta(days=days))
        with village.database.writing() as session:
            lines = {made.product(NOODLE).id: line}
            keeper = village.actor(Role.SHOPKEEPER)
            receive(session, keeper, made.request_id(), Receiving(lines))
    made.give(DU, 200)
    return made


def _left(till: Till) -> Mapping[int, int]:
    """What is left of each batch."""
    with till.town.database.reading() as session:
        shelf = batches(session, till.town.village_id, till.product(NOODLE).id)
    return {one.id: one.left for one in shelf}


def _counts(till: Till) -> tuple[int, int, int]:
    """How many there are, how many of them are expired, how many can be given out."""
    found = till.product(NOODLE)
    return found.stock, found.expired, found.sellable


def test_they_are_not_given_out(till: Till) -> None:
    assert _counts(till) == (5, 0, 5)
    with after(2):  # the last day is a good one
        first = till.redeem(DU, NOODLE_1KG=1)
        assert _left(till) == {1: 2, 2: 2}
    with after(3):
        assert _counts(till) == (4, 2, 2)
        with pytest.raises(OutOfStock, match="只剩 2 把"):
            till.redeem(DU, NOODLE_1KG=3)
        second = till.redeem(DU, NOODLE_1KG=2)
        assert _left(till) == {1: 2}
        with pytest.raises(StockExpired, match="“挂面 1 公斤”剩下的 2 把已经过了保质期"):
            till.redeem(DU, NOODLE_1KG=1)
        till.refund(first.id, 1, by=Role.ACCOUNTANT, reason="生虫")  # back into its own batch
        till.refund(second.id, 1)
        assert _left(till) == {1: 3, 2: 2}
        assert _counts(till) == (5, 3, 2)
    assert till.problems() == []


def test_they_can_be_written_off_and_sent_back(till: Till) -> None:
    keeper, noodle = till.town.actor(Role.SHOPKEEPER), till.product(NOODLE).id
    with after(3):
        with till.town.database.writing() as session:
            send_back(session, keeper, till.request_id(), 1, {noodle: 1}, "过期")
        assert _left(till) == {1: 2, 2: 2}
        with till.town.database.writing() as session:
            waste(session, keeper, till.request_id(), {noodle: 2}, "过期")
        assert _left(till) == {2: 2}  # the expired ones went first
        assert _counts(till) == (2, 0, 2)
    with after(11):
        with pytest.raises(StockExpired, match="剩下的 2 把"):
            till.redeem(DU, NOODLE_1KG=3)
        with till.town.database.writing() as session:
            waste(session, keeper, till.request_id(), {noodle: 2}, "过期")
        with pytest.raises(OutOfStock, match="只剩 0 把"):
            till.redeem(DU, NOODLE_1KG=1)
    assert till.problems() == []


def test_pages_count_what_can_be_given_out(till: Till, browse: Browse, terminal: Terminal) -> None:
    noodle = till.product(NOODLE).id
    with after(3):
        keeper = browse(Role.SHOPKEEPER)
        page = keeper.open("/counter", household=till.town.household(DU).id)
        assert "剩 2 把" in page
        form = {
            "request_id": keeper.value("request_id"),
            "household": keeper.value("household"),
            "act": "redeem",
            f"q-{noodle}": "3",
        }
        assert keeper.send("/counter/redeem", **form).status_code == 409
        assert "只剩 2 把" in keeper.page
        assert f'data-product="{noodle}"' in keeper.page
        assert 'data-most="2"' in keeper.page
        page = keeper.open("/store")
        assert "另有 3 过期" in page
        assert "有 1 种商品过期了" in page
        assert "其中 3 已过期" in keeper.open(f"/store/{noodle}")
        assert "请下架报损" in keeper.open("/")
        assert "3 把过期" in keeper.open("/store/waste")
        listed = terminal.run("store", "list", "--json", who=STAFF[Role.SHOPKEEPER])
        assert '"expired": 3' in listed
    with after(11):
        page = browse(Role.SHOPKEEPER).open("/counter", household=till.town.household(DU).id)
        assert "已过期，请先报损" in page
