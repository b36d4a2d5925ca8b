"""On which days points lapse, and which points are too old by then; without a database."""

import calendar
from datetime import date, timedelta
from typing import Final

WARNED: Final = timedelta(days=30)
"""So long before points lapse their households are told; so far ahead a rule has to begin."""


def lapse_day(begins: date, year: int) -> date:
    """The day of a year on which points lapse; 29 February is the 28th where there is none."""
    last = calendar.monthrange(year, begins.month)[1]
    return date(year, begins.month, min(begins.day, last))


def newest_due(begins: date, today: date) -> date | None:
    """The last day up to today on which points lapse; None before the first."""
    day = lapse_day(begins, today.year)
    if day > today:
        day = lapse_day(begins, today.year - 1)
    return day if day >= begins else None


def next_day(begins: date, today: date) -> date:
    """The first day after today on which points lapse."""
    if today < begins:
        return begins
    day = lapse_day(begins, today.year)
    return day if day > today else lapse_day(begins, today.year + 1)


def too_old(day: date, keeps_months: int) -> date:
    """Points that came before this day lapse on `day`; with 0 months, all from before `day`."""
    count = day.year * 12 + day.month - 1 - keeps_months
    year, month = divmod(count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def lapsing_points(balance: int, earned_since: int) -> int:
    """What lapses of a household's balance: the oldest points were spent first.

    So of what is left the newest is what came since the cut-off, and only the rest is old.
    """
    return max(0, balance - max(0, earned_since))
