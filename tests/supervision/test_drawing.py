"""Drawing by lot: the same seed gives the same list, to anybody, in whatever order."""

from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from moralbank import clock
from moralbank.supervision.drawing import draw, how_many, new_seed, rule_words
from moralbank.supervision.months import Month, MonthInvalid, offered, read_month


def test_a_draw_can_be_repeated_with_nothing_but_the_seed() -> None:
    """As the rule on the sheet says it, written out by hand."""
    deeds = list(range(3, 120, 7))
    by_hand = sorted((sha256(f"20261120:{one}".encode()).hexdigest(), one) for one in deeds)
    drawn = draw("20261120", deeds, 10)
    assert drawn == [one for _lot, one in by_hand][:2]
    assert draw("20261120", deeds[::-1], 10) == drawn
    assert draw("20261121", deeds, 100) != draw("20261120", deeds, 100)
    assert "20261120:3" in rule_words("20261120", 3)


@pytest.mark.parametrize(
    ("out_of", "percent", "wanted"),
    [(0, 5, 0), (1, 1, 1), (20, 5, 1), (21, 5, 2), (200, 5, 10), (201, 5, 11), (7, 100, 7)],
)
def test_a_part_of_a_deed_counts_as_one(out_of: int, percent: int, wanted: int) -> None:
    assert how_many(out_of, percent) == wanted
    assert len(draw("seed", range(out_of), percent)) == wanted


def test_seeds_are_eight_digits_and_differ() -> None:
    seeds = {new_seed() for _draw in range(50)}
    assert len(seeds) > 45
    assert all(len(seed) == 8 and seed.isdecimal() for seed in seeds)


def test_months_begin_at_the_villages_midnight() -> None:
    december = Month(date(2026, 12, 1))
    assert december.begin == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert december.end == datetime(2026, 12, 31, 16, tzinfo=UTC)
    with clock.at(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)):
        assert read_month("") == december
        assert [one.text for one in offered()][:2] == ["2026-12", "2026-11"]
        assert not december.over
    with clock.at(datetime(2026, 12, 31, 16, tzinfo=UTC)):
        assert december.over
    assert read_month("２０２６-12") == december
    for typed in ("2026-13", "2026", "去年", "2026-1-1"):
        with pytest.raises(MonthInvalid):
            read_month(typed)
