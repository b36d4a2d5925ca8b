from hypothesis import given
from hypothesis import strategies as st

from moralbank.counter.reckoning import Reckoning, affordable_fen
from moralbank.store.prices import points_for

FEN = st.integers(1, 10**9)
POINTS = st.integers(0, 10**6)
RATE = st.integers(1, 10_000)


@given(total=FEN, rate=RATE, points=POINTS, credit=st.integers(0, 10**8))
def test_nothing_is_lost_between_points_and_credit(
    total: int, rate: int, points: int, credit: int
) -> None:
    reckoned = Reckoning(total, rate, points, credit)
    assert reckoned.points_used * rate + credit - total == reckoned.credit_after
    assert reckoned.points_before - reckoned.points_used == reckoned.points_after
    assert reckoned.credit_after >= 0


@given(total=FEN, rate=RATE, points=POINTS, credit=st.integers(0, 10**8))
def test_no_point_more_than_needed(total: int, rate: int, points: int, credit: int) -> None:
    used = Reckoning(total, rate, points, credit).points_used
    assert credit + used * rate >= total
    assert used == 0 or credit + (used - 1) * rate < total


@given(total=FEN, rate=RATE, points=POINTS, credit=st.integers(0, 10**8))
def test_the_shortfall_is_exact(total: int, rate: int, points: int, credit: int) -> None:
    """With so many points more it is enough, with one less it is not."""
    short = Reckoning(total, rate, points, credit).short
    assert Reckoning(total, rate, points + short, credit).short == 0
    assert short == 0 or Reckoning(total, rate, points + short - 1, credit).short == 1
    assert (short == 0) == (affordable_fen(points, credit, rate) >= total)


def test_rates_that_do_not_divide() -> None:
    assert points_for(1000, 33) == 31  # 31 × 33 = 1023
    assert Reckoning(1000, 33, 31, 0).credit_after == 23
    assert points_for(1000, 200) == 5
    assert points_for(1001, 200) == 6
    assert points_for(0, 100) == 0
