"""The arithmetic of cover, pace, budget and lapse, without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moralbank.fund import reckoning
from moralbank.fund.lapse_days import lapsing_points, newest_due, next_day, too_old
from moralbank.fund.reckoning import (
    Flows,
    MonthPace,
    Position,
    Verdict,
    forecast,
    month_ends,
)
from moralbank.printing import charts

TODAY = date(2026, 11, 20)
FEN = st.integers(0, 10**10)


def position(have: int, owe: int, **said: int) -> Position:
    """What is there as cash, what is owed as credit, unless said otherwise."""
    none = dict.fromkeys(("goods", "points", "claims", "bills"), 0)
    return Position(**{**none, "cash": have, "rate_fen": 100, "credit": owe, **said})


@pytest.mark.parametrize(
    ("have", "owe", "ratio", "verdict"),
    [
        (0, 0, None, Verdict.NOTHING_OWED),
        (500, 0, None, Verdict.NOTHING_OWED),
        (0, 1, 0, Verdict.SHORT),
        (99_999, 100_000, 99, Verdict.SHORT),
        (100_000, 100_000, 100, Verdict.TIGHT),
        (119_999, 100_000, 119, Verdict.TIGHT),
        (120_000, 100_000, 120, Verdict.ENOUGH),
        (132_900, 100_000, 132, Verdict.ENOUGH),
    ],
)
def test_verdicts(have: int, owe: int, ratio: int | None, verdict: Verdict) -> None:
    assert (position(have, owe).ratio, position(have, owe).verdict) == (ratio, verdict)


@given(cash=FEN, goods=FEN, points=st.integers(0, 10**7), rate=st.integers(1, 10_000), owe=FEN)
def test_cover_is_never_called_better_than_it_is(
    cash: int, goods: int, points: int, rate: int, owe: int
) -> None:
    told = position(cash, owe, goods=goods, points=points, rate_fen=rate, claims=7, bills=3)
    assert told.ratio is not None
    assert told.ratio * told.owe <= 100 * told.have
    assert (told.verdict is Verdict.SHORT) == (told.have < told.owe) == (told.lacking > 0)


@pytest.mark.parametrize(
    ("then", "now", "days", "short_on"),
    [
        # 100 yuan to spare, and 10 yuan a day lost: ten days, and the next one is short.
        ((91_000 + 10_000, 0), (10_000, 0), 91, TODAY + timedelta(days=11)),
        ((30_000, 10_000), (30_000, 25_000), 30, TODAY + timedelta(days=11)),
        ((10_000, 0), (10_000, 0), 91, None),
        ((10_000, 5_000), (90_000, 6_000), 91, None),
        ((50_001, 0), (50_000, 0), 91, None),  # a fen in three months: not in this life
        ((10_000, 0), (5_000, 6_000), 91, TODAY),
    ],
)
def test_forecast(
    then: tuple[int, int], now: tuple[int, int], days: int, short_on: date | None
) -> None:
    told = forecast(position(*then), position(*now), days, TODAY)
    assert told is not None
    assert told.short_on == short_on


def test_no_forecast_from_young_books_and_a_new_rate_is_no_pace() -> None:
    assert forecast(position(0, 0), position(1, 2), 29, TODAY) is None
    then = position(90_000, 0, points=100, rate_fen=50)
    now = position(90_000, 0, points=100, rate_fen=100)
    told = forecast(then, now, 91, TODAY)
    assert told is not None
    assert told.short_on is None


def test_the_gauge_is_coloured_as_the_words_say() -> None:
    assert (charts.FULL, charts.TIGHT) == (reckoning.FULL, reckoning.TIGHT)


def test_a_gift_that_will_not_come_again() -> None:
    """100 yuan came in, 40 were spent: it lasts for ever with such gifts, or 75 days without."""
    then, now = position(4_000, 0), position(10_000, 0)
    with_gifts = forecast(then, now, 30, TODAY)
    without = forecast(then, now, 30, TODAY, without=10_000)
    assert with_gifts is not None
    assert without is not None
    assert (with_gifts.short_on, without.short_on) == (None, TODAY + timedelta(days=76))


@given(spare=st.integers(0, 10**8), loss=st.integers(1, 10**8), days=st.integers(30, 91))
def test_a_forecast_names_the_first_short_day(spare: int, loss: int, days: int) -> None:
    told = forecast(position(spare + loss, 0), position(spare, 0), days, TODAY)
    assert told is not None
    if told.short_on is not None:
        after = (told.short_on - TODAY).days
        assert spare * days - loss * after < 0 <= spare * days - loss * (after - 1)


@pytest.mark.parametrize(
    ("used", "limit", "day", "by_end", "runs_out"),
    [
        (0, 0, 20, 0, None),
        (0, 500, 20, 0, None),
        (300, 500, 20, 450, None),
        (333, 500, 20, 500, None),
        (400, 500, 20, 600, 25),
        (500, 500, 20, 750, 20),
        (520, 500, 20, 780, 20),
        (400, 500, 4, 3000, None),  # the month is too young
        (100, 500, 5, 600, 25),
    ],
)
def test_budget(used: int, limit: int, day: int, by_end: int, runs_out: int | None) -> None:
    pace = MonthPace(used, limit, TODAY.replace(day=day))
    assert pace.by_month_end == by_end
    assert pace.runs_out == (None if runs_out is None else TODAY.replace(day=runs_out))


def test_months_and_paces() -> None:
    assert month_ends(date(2026, 2, 28), 3) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    flows = Flows(days=91, issued=91, spent=0, income=91_00, purchases=3)
    assert [flows.monthly(n) for n in (91, 0, 91_00, 3)] == [30, 0, 3042, 1]


@pytest.mark.parametrize(
    ("begins", "today", "due", "following"),
    [
        (date(2027, 1, 10), date(2027, 1, 9), None, date(2027, 1, 10)),
        (date(2027, 1, 10), date(2027, 1, 10), date(2027, 1, 10), date(2028, 1, 10)),
        (date(2027, 1, 10), date(2030, 1, 9), date(2029, 1, 10), date(2030, 1, 10)),
        (date(2028, 2, 29), date(2029, 2, 27), date(2028, 2, 29), date(2029, 2, 28)),
        (date(2028, 2, 29), date(2029, 2, 28), date(2029, 2, 28), date(2030, 2, 28)),
        (date(2028, 2, 29), date(2032, 2, 28), date(2031, 2, 28), date(2032, 2, 29)),
    ],
)
def test_lapse_days(begins: date, today: date, due: date | None, following: date) -> None:
    assert (newest_due(begins, today), next_day(begins, today)) == (due, following)


def test_what_is_too_old() -> None:
    assert too_old(date(2027, 1, 10), 0) == date(2027, 1, 10)
    assert too_old(date(2027, 1, 10), 12) == date(2026, 1, 10)
    assert too_old(date(2027, 3, 31), 1) == date(2027, 2, 28)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 50), st.integers(0, 50)), max_size=30))
def test_the_oldest_points_go_first(story: list[tuple[bool, int, int]]) -> None:
    """Against a heap of coins with their dates: earned old or new, spent from the oldest."""
    heap: list[bool] = []  # whether each point came since the cut-off, oldest first
    earned_since = 0
    for is_new, earned, spent in sorted(story, key=lambda step: step[0]):
        heap += [is_new] * earned
        earned_since += earned * is_new
        del heap[:spent]
    assert lapsing_points(len(heap), earned_since) == heap.count(False)
