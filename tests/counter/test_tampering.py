"""What `check` finds when somebody writes into slips and stock past the program."""

import pytest

from moralbank import clock
from moralbank.counter.service import Redeem
from tests.counter.till import DU, WANG, Till
from tests.intruder import intrude
from tests.village import Town


@pytest.fixture
def sold(village: Town) -> Till:
    """A counter that has sold three times; what is broken then stays broken."""
    till = Till(village)
    till.stock(OIL_5L=10, SALT_400G=10, NOODLE_1KG=10)
    till.give(DU, 127)
    till.give(WANG, 40)
    till.redeem(DU, OIL_5L=1, SALT_400G=2)
    till.redeem(WANG, NOODLE_1KG=2)
    till.redeem(DU, SALT_400G=1)
    assert till.problems() == []
    return till


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE slips SET total_fen = total_fen - 100 WHERE id = 1", "slip_total"),
        ("UPDATE slips SET points_used = points_used - 1 WHERE id = 1", "slip_sums"),
        ("UPDATE slips SET points_after = 127 WHERE id = 1", "slip_sums"),
        ("UPDATE slips SET credit_after = credit_after + 1 WHERE id = 2", "slip_sums"),
        (
            (
                "UPDATE slips SET points_before = points_before + 5, "
                "points_after = points_after + 5 WHERE id = 3"
            ),
            "slip_before",
        ),
        ("UPDATE slips SET rate_fen = 200 WHERE id = 1", "slip_payload"),
        ("UPDATE slips SET cashier = cashier + 1 WHERE id = 1", "slip_payload"),
        (
            (
                "UPDATE slips SET household_id = (SELECT household_id FROM slips WHERE id = 2) "
                "WHERE id = 1"
            ),
            "slip_legs",
        ),
        ("UPDATE slips SET collector = '张三' WHERE id = 1", "slip_payload"),
        ("UPDATE slips SET relation = '邻居' WHERE id = 1", "slip_payload"),
        ("UPDATE slips SET proof = 'none' WHERE id = 1", "slip_payload"),
        ("UPDATE slips SET card_id = 7 WHERE id = 1", "slip_payload"),
        ("UPDATE slip_lines SET quantity = 3 WHERE slip_id = 1 AND line = 2", "slip_total"),
        ("UPDATE slip_lines SET name = '金条' WHERE slip_id = 1 AND line = 1", "slip_payload"),
        ("DELETE FROM slip_lines WHERE slip_id = 2", "slip_total"),
        ("UPDATE products SET stock = stock + 1 WHERE sku = 'OIL-5L'", "stock"),
        ("UPDATE stock_moves SET quantity = 11 WHERE id = 1", "stock_left"),
        ("UPDATE stock_moves SET slip_id = NULL WHERE slip_id = 2", "stock_slip"),
        ("UPDATE stock_moves SET slip_id = 1 WHERE slip_id IS NULL", "stock_paper"),
        ("DELETE FROM stock_moves WHERE slip_id = 1", "stock_slip"),
        ("UPDATE stock_moves SET kind = 'receive' WHERE slip_id = 1", "stock_direction"),
    ],
)
def test_it_is_found(sold: Till, statement: str, code: str) -> None:
    intrude(sold.town.database, statement)
    assert code in {problem.code for problem in sold.problems()}


def test_a_slip_that_is_gone(sold: Till) -> None:
    intrude(
        sold.town.database,
        "DELETE FROM slip_lines WHERE slip_id = 2",
        "DELETE FROM slips WHERE id = 2",
    )
    assert {"slip_missing", "stock_slip"} <= {problem.code for problem in sold.problems()}


def test_a_slip_without_an_event(sold: Till) -> None:
    intrude(sold.town.database, "UPDATE slips SET seq = 1 WHERE id = 2")
    codes = {problem.code for problem in sold.problems()}
    assert {"slip_missing", "slip_without_event"} <= codes


@pytest.fixture
def taken_back(hamlet: Town) -> Till:
    """Three slips, two refunds of which one took the change back, and a closed day."""
    till = Till(hamlet)
    till.stock(OIL_5L=10, SALT_400G=10, NOODLE_1KG=10)
    till.give(DU, 127)
    till.give(WANG, 40)
    till.redeem(DU, NOODLE_1KG=1, SALT_400G=2)
    till.redeem(WANG, NOODLE_1KG=2)
    till.redeem(DU, OIL_5L=1)
    till.refund(1, 1)
    till.refund(2, spoiled=[1])
    till.close(clock.today(), 3, 9970)
    assert till.problems() == []
    return till


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE slips SET credit_used = 5 WHERE id = 3", "slip_payload"),
        ("UPDATE refunds SET total_fen = total_fen + 1 WHERE id = 1", "refund_total"),
        ("UPDATE refunds SET points_back = 9, credit_back = 90 WHERE id = 1", "refund_sums"),
        ("UPDATE refunds SET points_after = points_after + 1 WHERE id = 1", "refund_sums"),
        ("UPDATE refunds SET credit_after = credit_after + 5 WHERE id = 1", "refund_legs"),
        ("UPDATE refunds SET by = by + 1 WHERE id = 1", "refund_payload"),
        ("UPDATE refunds SET reason = '别的' WHERE id = 1", "refund_payload"),
        ("UPDATE refunds SET household_id = household_id + 1 WHERE id = 1", "refund_slip"),
        ("UPDATE refund_lines SET written_off = 0 WHERE refund_id = 2", "refund_payload"),
        ("UPDATE refund_lines SET line = 2 WHERE refund_id = 1", "refund_total"),
        ("UPDATE refund_lines SET slip_id = 3 WHERE refund_id = 2", "refund_lines"),
        ("DELETE FROM refund_lines WHERE refund_id = 1", "refund_total"),
        ("UPDATE refunds SET seq = 1 WHERE id = 1", "refund_missing"),
        ("UPDATE refunds SET seq = 1 WHERE id = 1", "refund_without_event"),
        ("UPDATE refunds SET shop_id = 2 WHERE id = 1", "shop_claim"),
        ("UPDATE day_closes SET total_fen = total_fen - 100", "day_figures"),
        ("UPDATE day_closes SET goods = '[]'", "day_figures"),
        ("UPDATE day_closes SET counted_slips = 4", "day_reason"),
        ("UPDATE day_closes SET mark = '7-00000000'", "day_mark"),
        ("UPDATE day_closes SET counted_slips = 4, reason = '多一张'", "day_trail"),
        ("UPDATE day_closes SET closed_by = closed_by + 1", "day_trail"),
        ("UPDATE day_closes SET reopened_by = 1, reopened_at = closed_at", "day_trail"),
        ("DELETE FROM day_closes", "day_gone"),
    ],
)
def test_what_was_taken_back_and_closed(taken_back: Till, statement: str, code: str) -> None:
    intrude(taken_back.town.database, statement)
    assert code in {problem.code for problem in taken_back.problems()}


def test_credit_that_was_kept_is_written_in_the_books(booth: Till) -> None:
    """Where it makes no difference in points, only the event says how much credit was used."""
    booth.give(DU, 100)
    booth.redeem(DU, NOODLE_1KG=1)
    lines = {booth.product("NOODLE-1KG").id: 1}
    kept = booth.take(Redeem(booth.town.household(DU).id, None, lines, credit_fen=0))
    assert booth.slip(kept).credit_before == 10
    assert booth.problems() == []
    intrude(booth.town.database, "UPDATE slips SET credit_used = 10 WHERE id = 2")
    assert {problem.code for problem in booth.problems()} == {"slip_payload"}
    intrude(booth.town.database, "UPDATE slips SET credit_used = 0 WHERE id = 2")
