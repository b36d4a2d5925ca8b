"""What a list of deeds was asked for by its address."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from moralbank import clock
from moralbank.awards.caps import period_around
from moralbank.awards.models import AwardState
from moralbank.awards.queries import Filter
from moralbank.i18n import mark
from moralbank.local_numbers import local_number
from moralbank.scheme.models import CapPeriod

FILTERS: Final = ("q", "state", "group", "item", "period", "household")
"""The names that narrow a list, as its address spells them."""

PERIODS: Final = {
    "month": mark("本月"),
    "last-month": mark("上月"),
    "quarter": mark("本季度"),
    "year": mark("今年"),
}
LONGEST_SEARCH: Final = 60


def read_filter(asked: Mapping[str, str]) -> Filter:
    """The filter that an address asks for; what it doesn't understand narrows nothing."""
    state = asked.get("state", "")
    first, last = span(asked.get("period", ""))
    return Filter(
        typed=asked.get("q", "").strip()[:LONGEST_SEARCH],
        state=AwardState(state) if state in set(AwardState) else None,
        group_id=read_number(asked, "group"),
        item=read_number(asked, "item"),
        household_id=read_number(asked, "household"),
        first=first,
        last=last,
    )


def read_number(asked: Mapping[str, str], name: str) -> int | None:
    """A village-local number from an address; None for anything else."""
    return local_number(asked.get(name, ""))


def read_day(asked: Mapping[str, str], name: str = "deed_on") -> date:
    """A day from an address; today for anything else."""
    try:
        return date.fromisoformat(asked.get(name, ""))
    except ValueError:
        return clock.today()


def read_batch(asked: Mapping[str, str]) -> range:
    """The numbers of the deeds that were recorded together, if the address names them."""
    first, count = read_number(asked, "first"), read_number(asked, "count")
    return range(0) if first is None or count is None else range(first, first + min(count, 1000))


def span(period: str) -> tuple[date | None, date | None]:
    """First and last day of one of PERIODS; none for anything else."""
    today = clock.today()
    if period == "last-month":
        return period_around(CapPeriod.MONTH, today.replace(day=1) - timedelta(days=1))
    if period in PERIODS:
        return period_around(CapPeriod(period), today)
    return None, None
