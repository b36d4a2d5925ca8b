"""Periods: how they are typed and how boards write them."""

from datetime import UTC, date, datetime

import pytest

from moralbank import clock
from moralbank.boards.periods import PeriodInvalid, current_quarter, offered, read_period


@pytest.mark.parametrize(
    ("typed", "first", "last", "label"),
    [
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "二〇二六年第四季度"),
        ("2026-q1", date(2026, 1, 1), date(2026, 3, 31), "二〇二六年第一季度"),
        (" ２０２６－Ｑ２ ", date(2026, 4, 1), date(2026, 6, 30), "二〇二六年第二季度"),
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31), "二〇二六年十月"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "二〇二八年二月"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "二〇二六年度"),
    ],
)
def test_periods_are_read(typed: str, first: date, last: date, label: str) -> None:
    period = read_period(typed)
    assert (period.first, period.last, period.label) == (first, last, label)


@pytest.mark.parametrize(
    "typed",
    ["", "2026-Q5", "2026-Q0", "2026-13", "2026-00", "2026-1", "1999", "26-Q4", "2026Q4", "今年"],
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(PeriodInvalid) as refused:
        read_period(typed)
    assert refused.value.field == "period"
    assert "2026-Q4" in refused.value.message


def test_the_present_quarter_is_the_villages() -> None:
    """Eight hours before UTC's new year it is next year in the village."""
    with clock.at(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)):
        assert current_quarter().text == "2027-Q1"
    with clock.at(datetime(2026, 11, 20, tzinfo=UTC)):
        assert current_quarter().text == "2026-Q4"


def test_pages_offer_the_last_periods_across_the_year() -> None:
    with clock.at(datetime(2026, 2, 10, tzinfo=UTC)):
        kinds = {kind: [period.text for period in found] for kind, found in offered().items()}
    assert kinds["quarter"] == ["2026-Q1", "2025-Q4", "2025-Q3", "2025-Q2", "2025-Q1"]
    assert kinds["month"][:3] == ["2026-02", "2026-01", "2025-12"]
    assert kinds["year"] == ["2026", "2025"]
