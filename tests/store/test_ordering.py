"""What to buy, and what expires: the arithmetic by itself, then from the shop's own moves."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.counter.refunding import refund
from moralbank.store.demand import suggestions
from moralbank.store.expiring import ExpiringBatch, expiring
from moralbank.store.ordering import Pace, Suggestion, errands, pieces_to_buy
from moralbank.store.service import ReceivedLine, Receiving, receive
from tests.counter.till import DU, Till
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]
PIECES = st.integers(0, 10_000)
WEEKS = st.integers(1, 52)


@pytest.fixture
def till(village: Town) -> Till:
    """The shop on both engines, its shelves empty."""
    return Till(village)


@pytest.mark.parametrize(
    ("sold", "weeks", "stock", "low_at", "ahead", "pieces"),
    [
        (8, 4, 0, 3, 4, 11),  # two a week for four weeks, and the reserve
        (8, 4, 11, 3, 4, 0),
        (8, 4, 10, 3, 4, 1),
        (7, 4, 0, 0, 2, 4),  # three and a half are four
        (1, 8, 3, 3, 4, 1),
        (0, 4, 4, 3, 4, 0),  # nobody takes it: not suggested above its threshold
        (0, 4, 3, 3, 4, 1),
        (0, 4, 0, 3, 8, 4),
        (0, 4, 0, 0, 4, 1),
        (-2, 4, 10, 3, 4, 0),  # more came back than went
        (10, 1, 0, 3, 8, 83),
    ],
)
def test_pieces_to_buy(
    *, sold: int, weeks: int, stock: int, low_at: int, ahead: int, pieces: int
) -> None:
    assert pieces_to_buy(Pace(sold, weeks), stock, low_at, ahead) == pieces


@given(PIECES, WEEKS, PIECES, st.integers(0, 100), WEEKS)
def test_what_is_bought_lasts_and_is_no_piece_too_many(
    sold: int, weeks: int, stock: int, low_at: int, ahead: int
) -> None:
    pace = Pace(sold, weeks)
    bought = pieces_to_buy(pace, stock, low_at, ahead)
    assert bought >= 0
    assert (bought > 0) or stock > low_at
    if sold and bought:
        after = stock + bought
        assert (after - low_at) * weeks >= sold * ahead  # lasts, and the reserve is still there
        assert (after - 1 - low_at) * weeks < sold * ahead
    assert pieces_to_buy(pace, stock + 1, low_at, ahead) <= bought


@pytest.mark.parametrize(
    ("sold", "weeks", "stock", "lasts"),
    [(8, 4, 10, 5), (8, 4, 1, 0), (0, 4, 10, None), (-1, 4, 10, None), (3, 4, 0, 0)],
)
def test_weeks_that_a_stock_lasts(sold: int, weeks: int, stock: int, lasts: int | None) -> None:
    assert Pace(sold, weeks).lasts(stock) == lasts


def _receive(till: Till, supplier: str, **lines: tuple[int, int | None, date | None]) -> None:
    arrived = {
        till.product(sku.replace("_", "-")).id: ReceivedLine(*line) for sku, line in lines.items()
    }
    with till.town.database.writing() as session:
        keeper = till.town.actor(Role.SHOPKEEPER)
        receive(session, keeper, till.request_id(), Receiving(arrived, supplier=supplier))


def _suggested(till: Till, back: int = 4, ahead: int = 4) -> dict[str, Suggestion]:
    with till.town.database.reading() as session:
        found = suggestions(session, till.town.village_id, 1, back, ahead)
    return {line.sku: line for line in found}


def _expiring(till: Till, days: int = 30) -> list[ExpiringBatch]:
    with till.town.database.reading() as session:
        return expiring(session, till.town.village_id, 1, days)


@pytest.fixture
def trading(till: Till) -> Iterator[Till]:
    """A shop after ten weeks, whose day it is: salt goes, soap stands, oil came three weeks ago."""
    till.give(DU, 900)
    opened = clock.now()
    _receive(till, "镇上批发部", SALT_400G=(20, 200, None), SOAP_126G=(9, 150, None))
    with clock.at(opened + timedelta(days=42)):
        till.redeem(DU, SALT_400G=20)
    with clock.at(opened + timedelta(days=50)):
        _receive(till, "", OIL_5L=(3, None, None))
        _receive(till, "粮油公司", SALT_400G=(30, 210, clock.today() + timedelta(days=18)))
        _receive(till, "", SALT_400G=(5, None, clock.today() + timedelta(days=27)))
    with clock.at(opened + timedelta(days=70)):
        yield till


def _take(till: Till, days_ago: int, **pieces: int) -> int:
    with clock.at(clock.now() - timedelta(days=days_ago)):
        return till.redeem(DU, "", **pieces).id


def test_suggestions_from_the_moves(trading: Till) -> None:
    """Redemptions less what came back, by the weeks since a product is there; less what expired.

    What went four weeks ago to the day is no longer looked at.
    """
    _take(trading, 12, SALT_400G=10, OIL_5L=1)
    slip = _take(trading, 3, SALT_400G=20)
    _take(trading, 0, SALT_400G=4)
    with trading.town.database.writing() as session:
        keeper = trading.town.actor(Role.ACCOUNTANT)
        refund(session, keeper, trading.request_id(), slip, {1: False}, "拿错了")
    found = _suggested(trading)
    salt, oil = found["SALT-400G"], found["OIL-5L"]
    assert trading.product("SALT-400G").stock == 21
    assert (salt.pace, salt.stock, salt.expired) == (Pace(14, 4), 1, 20)
    assert salt.pieces == 14 + 3 - 1
    assert (salt.supplier, oil.supplier) == ("粮油公司", "")
    assert (oil.pace, oil.pieces) == (Pace(1, 3), 2 + 3 - 2)
    assert "SOAP-126G" not in found  # nobody takes it, and nine lie there
    assert found["TOWEL"].pieces == 4  # nobody takes it, but none is left
    assert _suggested(trading, back=8)["SALT-400G"].pace == Pace(34, 8)
    names = [one.supplier for one in errands(list(found.values()))]
    assert names == ["粮油公司", ""]


def test_what_expires(trading: Till, browse: Browse, terminal: Terminal) -> None:
    today = clock.today()
    _receive(trading, "", RICE_5KG=(2, 3600, today), TOWEL=(1, None, today + timedelta(days=60)))
    found = _expiring(trading)
    assert [(one.sku, one.left, one.days) for one in found] == [
        ("SALT-400G", 30, -2),
        ("RICE-5KG", 2, 0),
        ("SALT-400G", 5, 7),
    ]
    assert [one.expired for one in found] == [True, False, False]
    assert [one.sum_fen for one in found] == [6300, 7200, None]
    assert len(_expiring(trading, 90)) == 4
    keeper = browse(Role.SHOPKEEPER)
    page = keeper.open("/store/expiring", days=90)
    assert "过期 2 天" in page
    assert "今天是最后一天" in page
    salt = trading.product("SALT-400G").id
    assert f"/store/waste?q-{salt}=30" in page
    assert "/store/waste" not in browse(Role.ACCOUNTANT).open("/store/expiring")
    said = terminal.run("store", "expiring", "--days", "7", "--json", who=STAFF[Role.ADMIN])
    assert [one["days"] for one in json.loads(said)] == [-2, 0, 7]


def test_the_page_of_what_to_buy(trading: Till, browse: Browse, terminal: Terminal) -> None:
    _take(trading, 5, SALT_400G=20)
    keeper = browse(Role.SHOPKEEPER)
    page = keeper.open("/store/order", back="8", ahead="2")
    assert "按最近 8 周的用量，往后 2 周" in page
    assert page.index("粮油公司") < page.index("还不知道从哪里进")
    low = keeper.open("/store/order", low="1")
    assert "纯棉毛巾" in low
    assert "加碘食用盐" not in low  # five are left, and more than five are needed
    answer = keeper.client.get("/store/order.xlsx?back=4&ahead=4")
    rows: list[Any] = (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    )
    said = json.loads(terminal.run("store", "order", "--json", who=STAFF[Role.SHOPKEEPER]))
    assert [row[1] for row in rows[1:]] == [one["sku"] for one in said]
    assert [row[4] for row in rows[1:]] == [one["pieces"] for one in said]
    browse(Role.RECORDER).open("/store/order", expect=403)
