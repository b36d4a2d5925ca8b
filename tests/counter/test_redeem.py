"""The rules of redeeming, through the service, on both engines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace as replaced
from threading import Barrier

import pytest

from moralbank.access.permissions import Role
from moralbank.awards.service import record_deduction
from moralbank.cards.queries import CardLost, CardReplaced, CardUnknown
from moralbank.cards.service import mark_lost, replace
from moralbank.counter import judging, service
from moralbank.counter.models import Proof
from moralbank.counter.queries import SlipUnknown
from moralbank.counter.service import Redeem, Shown
from moralbank.db import Database
from moralbank.errors import MoralbankError
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import HouseholdUnknown
from moralbank.households.service import EditHousehold, edit_household
from moralbank.ledger.requests import RefusedBefore, RequestReused
from moralbank.store.moving import OutOfStock
from moralbank.store.queries import ProductUnknown
from tests.awards.deeds import Deeds
from tests.counter.till import DU, SIQIN, WANG, Till
from tests.village import found_village

NEIGHBOUR = 150404103202


def test_points_become_goods(till: Till) -> None:
    till.give(DU, 127)
    slip = till.redeem(DU, OIL_5L=1, SALT_400G=2)
    assert slip.total_fen == 6500 + 2 * 250
    assert (slip.points_before, slip.points_used, slip.points_after) == (127, 70, 57)
    assert (slip.credit_before, slip.credit_after) == (0, 0)
    assert [(line.title, line.quantity) for line in slip.lines] == [
        ("大豆油 5 升", 1),
        ("加碘食用盐 400 克", 2),
    ]
    assert till.has(DU).points == 57
    assert till.product("OIL-5L").stock == 9
    assert till.product("SALT-400G").stock == 8


def test_leftover_credit_is_used_first_next_time(till: Till) -> None:
    till.give(DU, 20)
    first = till.redeem(DU, NOODLE_1KG=1)  # 9.90 yuan
    assert (first.points_used, first.credit_after) == (10, 10)
    second = till.redeem(DU, NOODLE_1KG=1)
    assert (second.credit_before, second.points_used, second.credit_after) == (10, 10, 20)


def test_credit_alone_can_pay(till: Till) -> None:
    till.rate(5000)
    till.give(DU, 1)
    till.redeem(DU, SALT_400G=1)
    slip = till.redeem(DU, SALT_400G=1)
    assert (slip.points_used, slip.points_before, slip.points_after) == (0, 0, 0)
    assert (slip.credit_before, slip.credit_after) == (4750, 4500)


@pytest.mark.parametrize(
    ("rate", "used", "left"), [(200, 33, 100), (33, 197, 1), (100, 65, 0), (25, 260, 0)]
)
def test_any_rate_is_exact(till: Till, rate: int, used: int, left: int) -> None:
    till.rate(rate)
    till.give(DU, 300)
    slip = till.redeem(DU, OIL_5L=1)  # 65.00 yuan
    assert (slip.rate_fen, slip.points_used, slip.credit_after) == (rate, used, left)


def test_too_few_points_says_exactly_how_many(till: Till) -> None:
    till.give(DU, 47)
    with pytest.raises(judging.PointsShort) as refused:
        till.redeem(DU, OIL_5L=1)
    assert "还差 18 分" in refused.value.message
    till.give(DU, 17, days_ago=2)
    with pytest.raises(judging.PointsShort) as refused:
        till.redeem(DU, OIL_5L=1)
    assert "还差 1 分" in refused.value.message
    till.give(DU, 1, days_ago=3)
    assert till.redeem(DU, OIL_5L=1).points_after == 0


def test_a_refusal_leaves_nothing_behind(till: Till) -> None:
    till.give(DU, 10)
    with pytest.raises(judging.PointsShort):
        till.redeem(DU, OIL_5L=1)
    assert till.slips() == 0
    assert till.product("OIL-5L").stock == 10
    assert till.redeem(DU, SALT_400G=1).id == 1  # the number was not used up


def test_nothing_is_sold_that_is_not_there(till: Till) -> None:
    till.give(DU, 500)
    with pytest.raises(OutOfStock) as refused:
        till.redeem(DU, SALT_400G=11)
    assert "只剩 10 袋" in refused.value.message
    assert till.redeem(DU, SALT_400G=10).total_fen == 2500
    with pytest.raises(OutOfStock):
        till.redeem(DU, SALT_400G=1)


def test_what_is_off_the_shelf_is_not_sold(till: Till) -> None:
    till.give(DU, 100)
    till.price("OIL-5L", 6500, active=False)
    with pytest.raises(service.ProductWithdrawn):
        till.redeem(DU, OIL_5L=1)


def test_a_slip_keeps_the_price_of_its_day(till: Till) -> None:
    till.give(DU, 200)
    first = till.redeem(DU, OIL_5L=1)
    till.price("OIL-5L", 7000)
    assert till.redeem(DU, OIL_5L=1).total_fen == 7000
    assert till.slip(first.id).lines[0].price_fen == 6500


def test_the_same_request_makes_one_slip(till: Till) -> None:
    till.give(DU, 200)
    first = till.redeem(DU, "request-of-du", OIL_5L=1)
    again = till.redeem(DU, "request-of-du", OIL_5L=1)
    assert first == again
    assert till.slips() == 1
    assert till.has(DU).points == 135


def test_a_refused_request_stays_refused(till: Till) -> None:
    with pytest.raises(judging.PointsShort):
        till.redeem(DU, "request-of-du", SALT_400G=1)
    till.give(DU, 200)
    with pytest.raises(RefusedBefore) as refused:
        till.redeem(DU, "request-of-du", SALT_400G=1)
    assert "还差 3 分" in refused.value.message


def test_a_request_id_is_for_one_cart(till: Till) -> None:
    till.give(DU, 200)
    till.redeem(DU, "request-of-du", SALT_400G=1)
    with pytest.raises(service.RedeemedBefore) as refused:
        till.redeem(DU, "request-of-du", SALT_400G=2)
    assert till.slip(1).label in refused.value.message
    till.give(WANG, 1)
    with pytest.raises(judging.PointsShort):
        till.redeem(WANG, "request-of-wang", SALT_400G=1)
    with pytest.raises(RequestReused):  # there is no slip to tell of
        till.redeem(WANG, "request-of-wang", SALT_400G=2)


def test_what_was_shown_must_still_be_true(till: Till) -> None:
    till.give(DU, 200)
    number, oil = till.town.household(DU).id, till.product("OIL-5L").id
    shown = Redeem(number, None, {oil: 1}, shown=Shown(6500, 65), proof=Proof.PIN)
    till.price("OIL-5L", 7000)
    with pytest.raises(service.SumChanged) as refused:
        _redeem(till, shown)
    assert "70.00 元" in refused.value.message
    assert "70 分" in refused.value.message
    till.price("OIL-5L", 6500)
    till.rate(50)
    with pytest.raises(service.SumChanged) as refused:
        _redeem(till, shown)
    assert "130 分" in refused.value.message
    assert till.has(DU).points == 200
    assert till.slip(_redeem(till, replaced(shown, shown=Shown(6500, 130)))).points_used == 130


def test_two_tills_and_the_last_piece(till: Till) -> None:
    """One gets it, the other is told so; nothing is taken from the other."""
    till.stock(COOKER_4L=1)
    till.give(DU, 300)
    till.give(WANG, 300)
    answers = _at_once(
        lambda: till.redeem(DU, "request-of-du", COOKER_4L=1),
        lambda: till.redeem(WANG, "request-of-wang", COOKER_4L=1),
    )
    refused = [answer for answer in answers if isinstance(answer, OutOfStock)]
    assert len(refused) == 1
    assert till.product("COOKER-4L").stock == 0
    assert till.has(DU).points + till.has(WANG).points == 600 - 210


def test_the_same_request_from_two_threads_makes_one_slip(till: Till) -> None:
    till.give(DU, 200)
    answers = _at_once(
        lambda: till.redeem(DU, "request-of-du", OIL_5L=1),
        lambda: till.redeem(DU, "request-of-du", OIL_5L=1),
    )
    assert answers[0] == answers[1]
    assert till.slips() == 1


def test_one_household_at_two_tills_spends_no_point_twice(till: Till) -> None:
    till.give(DU, 65)
    answers = _at_once(
        lambda: till.redeem(DU, OIL_5L=1),
        lambda: till.redeem(DU, "request-of-du", OIL_5L=1),
    )
    assert [isinstance(answer, judging.PointsShort) for answer in answers].count(True) == 1
    assert till.has(DU).points == 0


@pytest.mark.parametrize("pieces", [0, -1, 1.5, 1_000_000_000, "一", "1", True, None])
def test_pieces_are_whole_and_few(till: Till, pieces: object) -> None:
    till.give(DU, 100)
    with pytest.raises(service.PiecesInvalid):
        till.redeem(DU, SALT_400G=pieces)  # type: ignore[arg-type]


def test_a_cart_has_something_in_it(till: Till) -> None:
    with pytest.raises(service.CartEmpty):
        till.redeem(DU)


def test_a_cart_has_at_most_fifty_lines(till: Till) -> None:
    with pytest.raises(service.CartTooLong):
        _redeem(till, Redeem(till.town.household(DU).id, None, dict.fromkeys(range(1, 52), 1)))


def test_who_collects_is_said_briefly(till: Till) -> None:
    till.give(DU, 100)
    lines = {till.product("SALT-400G").id: 1}
    number = till.town.household(DU).id
    with pytest.raises(service.CollectorTooLong):
        _redeem(till, Redeem(number, None, lines, "长" * 41))
    with pytest.raises(service.RelationTooLong):
        _redeem(till, Redeem(number, None, lines, "杜小军", "长" * 21))


def test_unknown_goods_and_households(till: Till) -> None:
    till.give(DU, 100)
    number = till.town.household(DU).id
    with pytest.raises(ProductUnknown):
        _redeem(till, Redeem(number, None, {9999: 1}))
    with pytest.raises(HouseholdUnknown):
        _redeem(till, Redeem(9999, None, {1: 1}))


def test_a_household_that_moved_away(till: Till) -> None:
    till.give(DU, 100)
    with till.town.database.writing() as session:
        gone = EditHousehold(head="杜仁森", status=HouseholdStatus.MOVED)
        actor = till.town.actor(Role.ADMIN)
        edit_household(session, actor, till.town.household(DU).id, gone)
    with pytest.raises(service.HouseholdMoved):
        till.redeem(DU, SALT_400G=1)


def test_by_card(till: Till) -> None:
    till.give(DU, 100)
    card = till.card(DU)
    lines = {till.product("SALT-400G").id: 1}
    made = _redeem(till, Redeem(card.household_id, card.id, lines))
    assert till.slip(made).card_id == card.id
    with pytest.raises(CardUnknown):  # somebody else's card
        _redeem(till, Redeem(till.town.household(WANG).id, card.id, lines))
    with pytest.raises(CardUnknown):
        _redeem(till, Redeem(card.household_id, 9999, lines))


def test_a_lost_card_works_no_longer_but_the_name_does(till: Till) -> None:
    till.give(DU, 100)
    card = till.card(DU)
    lines = {till.product("SALT-400G").id: 1}
    with till.town.database.writing() as session:
        mark_lost(session, till.town.actor(Role.RECORDER), card.id)
    with pytest.raises(CardLost):
        _redeem(till, Redeem(card.household_id, card.id, lines))
    assert till.redeem(DU, SALT_400G=1).points_used == 3


def test_a_replaced_card_works_no_longer(till: Till) -> None:
    till.give(SIQIN, 100)
    old = till.card(SIQIN)
    lines = {till.product("SALT-400G").id: 1}
    with till.town.database.writing() as session:
        new = replace(session, till.town.actor(Role.RECORDER), old.household_id).id
    with pytest.raises(CardReplaced):
        _redeem(till, Redeem(old.household_id, old.id, lines))
    assert till.slip(_redeem(till, Redeem(old.household_id, new, lines))).card_id == new


def test_another_village_is_another_world(till: Till) -> None:
    """The neighbours have the same numbers; none of theirs is ours."""
    found_village(till.town.database, NEIGHBOUR, "河东村")
    till.give(DU, 100)
    theirs = Till(type(till.town)(till.town.database, NEIGHBOUR), requests=500)
    theirs.stock(SALT_400G=3)
    theirs.give(DU, 10)
    with pytest.raises(judging.PointsShort):
        theirs.redeem(DU, SALT_400G=5)
    assert theirs.redeem(DU, SALT_400G=3).id == 1
    assert till.has(DU).points == 100
    assert till.product("SALT-400G").stock == 10
    for _time in range(2):
        till.redeem(DU, SALT_400G=1)
    with pytest.raises(SlipUnknown):
        theirs.refund(2, 1)
    assert theirs.problems() == []


def _redeem(till: Till, wanted: Redeem) -> int:
    database: Database = till.town.database
    with database.writing() as session:
        actor = till.town.actor(Role.SHOPKEEPER)
        return service.redeem(session, actor, till.request_id(), wanted)


def _at_once(*acts: Callable[[], object]) -> list[object]:
    """The acts at the same moment; what each gave, or why it was refused."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(10)
        try:
            return act()
        except MoralbankError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_merits_and_a_deduction_in_one_event_before_a_slip(till: Till) -> None:
    """The points before a slip are what the event's last leg left, on whichever side it stands."""
    deeds = Deeds(till.town)
    with till.town.database.writing() as session:
        wanted = deeds.wanted(DU, "乱倒垃圾", note="倒在渠里，拍了照")
        deduction = record_deduction(session, deeds.recorder, wanted)
    merits = [deeds.record(DU, "出义务工", note=f"第 {n} 天修渠") for n in range(2)]
    deeds.approve(deduction, *merits)
    till.redeem(DU, SALT_400G=1)
    assert till.problems() == []
