"""Taking goods back: points, credit and stock return exactly as they went, each line once."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.counter import refunding
from moralbank.counter.closing import DayClosed, NothingToClose
from moralbank.counter.reckoning import GivingBack, Reckoning
from moralbank.errors import Invalid, NotFound, Refused
from moralbank.ledger.requests import RequestReused
from moralbank.settlements.service import draft
from moralbank.store.keeping import NotYourShop
from moralbank.store.models import MoveKind
from moralbank.store.queries import ProductUnknown
from moralbank.store.shelf import moves
from moralbank.store.shops import NewShop, add_shop, appoint
from tests.counter.till import DU, WANG, Till

TOMORROW = timedelta(days=1)


def test_a_whole_slip_comes_back_as_if_it_had_never_been(till: Till) -> None:
    till.give(DU, 127)
    before, stock = till.has(DU), till.product("NOODLE-1KG").stock
    sold = till.redeem(DU, NOODLE_1KG=3, SALT_400G=1)  # 32.20: 33 points, 0.80 change
    made = till.refund(sold.id, 1, 2, reason="拿错了")
    assert (made.points_back, made.credit_back) == (33, -80)
    assert till.has(DU) == before
    assert till.product("NOODLE-1KG").stock == stock
    shown = till.slip(sold.id)
    assert not shown.refundable
    assert [line.refund_id for line in shown.lines] == [made.id, made.id]
    assert made.label.startswith("TH")
    kinds = _moves(till, "NOODLE-1KG")
    assert kinds[:2] == [(MoveKind.RETURN, 3), (MoveKind.REDEEM, -3)]


def test_some_lines_first_and_the_others_later(till: Till) -> None:
    till.give(DU, 200)
    before = till.has(DU)
    sold = till.redeem(DU, NOODLE_1KG=1, RICE_5KG=1, SALT_400G=1)  # 57.40: 58 points
    first = till.refund(sold.id, spoiled=[2])
    assert (first.points_back, first.credit_back) == (45, 0)
    assert [kind for kind, _n in _moves(till, "RICE-5KG")[:2]] == [MoveKind.WASTE, MoveKind.RETURN]
    assert till.product("RICE-5KG").stock == 9
    with pytest.raises(refunding.RefundedBefore):
        till.refund(sold.id, 1, 2)
    second = till.refund(sold.id, 3)
    assert (second.points_back, second.credit_back) == (3, -50)
    third = till.refund(sold.id, 1)
    assert (third.points_back, third.credit_back) == (10, -10)
    assert till.has(DU) == before
    assert [one.id for one in till.slip(sold.id).refunds] == [1, 2, 3]


def test_change_that_was_spent_meanwhile(till: Till) -> None:
    """Fewer points come back, the rest as credit: never more than it cost, never below zero."""
    till.rate(700)
    till.give(DU, 20)
    sold = till.redeem(DU, SALT_400G=1, SOAP_126G=1)  # 4.50: one point, 2.50 change
    till.redeem(DU, SALT_400G=1)  # by the change
    assert (till.has(DU).points, till.has(DU).credit_fen) == (19, 0)
    first = till.refund(sold.id, 2)
    assert (first.points_back, first.credit_back) == (0, 200)
    second = till.refund(sold.id, 1)
    assert (second.points_back, second.credit_back) == (0, 250)
    assert (till.has(DU).points, till.has(DU).credit_fen) == (19, 450)


def test_a_double_click_takes_back_once(till: Till) -> None:
    till.give(DU, 100)
    sold = till.redeem(DU, SALT_400G=2, SOAP_126G=1)
    first = till.refund(sold.id, 1, request_id="refund-of-du")
    assert till.refund(sold.id, 1, request_id="refund-of-du") == first
    with pytest.raises(RequestReused):
        till.refund(sold.id, 2, request_id="refund-of-du")
    assert till.product("SALT-400G").stock == 10


def test_who_may_take_back_and_when(till: Till) -> None:
    till.give(DU, 100)
    sold = till.redeem(DU, SALT_400G=2, SOAP_126G=1)
    with clock.at(clock.now() + TOMORROW):
        with pytest.raises(refunding.NotToday) as refused:
            till.refund(sold.id, 1)
        assert "请会计来退" in refused.value.message
        with pytest.raises(refunding.RefundReasonMissing):
            till.refund(sold.id, 1, by=Role.ACCOUNTANT)
        assert till.refund(sold.id, 1, by=Role.ACCOUNTANT, reason="漏气").total_fen == 500
        till.close(clock.today(), 0, 0)  # a day with a refund alone
        with pytest.raises(DayClosed):
            till.refund(sold.id, 2, by=Role.ACCOUNTANT, reason="漏气")


def test_another_shop_is_none_of_hers(booth: Till) -> None:
    """Whoever keeps the second shop sells and takes back there alone; so does its day."""
    booth.give(DU, 100)
    sold = booth.redeem(DU, SALT_400G=2)
    keeper = booth.town.actor(Role.SHOPKEEPER)
    with booth.town.database.writing() as session:
        admin = booth.town.actor(Role.ADMIN)
        second = add_shop(session, admin, NewShop("老周商店")).id
        appoint(session, admin, keeper.user_id, second)
    with pytest.raises(NotYourShop):
        booth.refund(sold.id, 1)
    with pytest.raises(ProductUnknown):
        booth.redeem(DU, SALT_400G=1)
    with pytest.raises(NothingToClose):  # of her own shop
        booth.close(clock.today(), 1, 500)
    assert booth.refund(sold.id, 1, by=Role.ACCOUNTANT, reason="漏气").shop_id == 1


def test_what_is_asked_for_must_be_there(booth: Till) -> None:
    booth.give(DU, 100)
    sold = booth.redeem(DU, SALT_400G=2)
    with pytest.raises(refunding.NothingRefunded):
        booth.refund(sold.id)
    for line in (0, -1, 2, 10**12):
        with pytest.raises(refunding.LineUnknown):
            booth.refund(sold.id, line)
    with pytest.raises(refunding.RefundReasonTooLong):
        booth.refund(sold.id, 1, reason="长" * 81)
    booth.price("SALT-400G", 300, active=False)  # off the shelf with the slip still open
    assert booth.refund(sold.id, 1).total_fen == 500
    assert booth.product("SALT-400G").stock == 10


def test_a_claim_that_was_settled_can_not_be_taken_back(till: Till) -> None:
    till.give(DU, 100)
    sold = till.redeem(DU, SALT_400G=2)
    with clock.at(clock.now() + TOMORROW):
        with till.town.database.writing() as session:
            yesterday = clock.today() - TOMORROW
            draft(session, till.town.actor(Role.ACCOUNTANT), till.request_id(), 1, yesterday)
        with pytest.raises(refunding.ClaimSettled) as refused:
            till.refund(sold.id, 1, by=Role.ACCOUNTANT, reason="漏气")
        assert "只有 0.00 元，不够扣这次要退的 5.00 元" in refused.value.message
        till.redeem(DU, SALT_400G=3)
        assert till.refund(sold.id, 1, by=Role.ACCOUNTANT, reason="漏气").points_back == 5


@given(
    rate=st.sampled_from([25, 33, 100, 700]),
    lines=st.lists(st.integers(1, 9999), min_size=1, max_size=6),
    credit=st.integers(0, 5000),
    most=st.none() | st.integers(0, 5000),
    spent=st.integers(0, 9999),
    order=st.randoms(use_true_random=False),
)
def test_giving_back_is_exact(
    rate: int, lines: list[int], credit: int, most: int | None, spent: int, order: Any
) -> None:
    """Line after line: value is exact, nothing falls below zero, in the end all is back."""
    sold = Reckoning(sum(lines), rate, 10**9, credit, most)
    order.shuffle(lines)
    now = sold.credit_after - min(spent, sold.credit_after)
    points = 0
    for place, value in enumerate(lines):
        left = sum(lines[place + 1 :])
        back = GivingBack(rate, sold.points_used, sold.credit_used, value, left, points, now)
        assert back.points_back >= 0
        assert back.points_back * rate + back.credit_back == value
        points += back.points_back
        now += back.credit_back
        assert now >= 0
    assert points <= sold.points_used
    if not min(spent, sold.credit_after):
        assert (points, now) == (sold.points_used, credit)


SKUS = ("SALT_400G", "SOAP_126G", "NOODLE_1KG")
ACTS = st.lists(
    st.tuples(st.sampled_from(("redeem", "refund")), st.integers(0, 5), st.integers(1, 3)),
    min_size=4,
    max_size=9,
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS, rate=st.sampled_from([33, 100, 700]))
def test_any_sequence_leaves_the_books_exact(
    booth: Till, acts: list[tuple[str, int, int]], rate: int
) -> None:
    """What households have, with what the shop may claim, is what was given; goods likewise."""
    booth.rate(rate)
    booth.give(WANG, 40, days_ago=1 + booth.requests)
    for kind, which, pieces in acts:
        try:
            if kind == "redeem":
                booth.redeem(WANG, **{SKUS[which % 3]: pieces, SKUS[(which + 1) % 3]: 1})
            else:
                sold = booth.slip(max(1, booth.slips() - which))
                booth.refund(sold.id, *(one.line for one in sold.refundable[:pieces]))
        except (Invalid, NotFound, Refused):  # nothing to sell, or nothing left to take back
            continue
    assert booth.problems() == []


def _moves(till: Till, sku: str) -> list[tuple[MoveKind, int]]:
    number = till.product(sku).id
    with till.town.database.reading() as session:
        return [(one.kind, one.quantity) for one in moves(session, till.town.village_id, number)]
