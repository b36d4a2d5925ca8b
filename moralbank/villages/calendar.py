"""Counting days as a village counts them: all, or working days alone."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final

from moralbank.villages.settings import DAYS_OFF, ON, WORKING_DAYS

_SATURDAY: Final = 5


def nth_day(first: date, days: int, settings: Mapping[str, str]) -> date:
    """The last of `days` days that begin with `first`, which counts itself where it counts.

    `settings` are the village's. Working days leave out Saturdays, Sundays and the days off that
    the village has set; which those are is announced each year, so no library knows them ahead.
    """
    counted, day = 0, first
    off = {date.fromisoformat(word) for word in settings[DAYS_OFF].split()}
    working = settings[WORKING_DAYS] == ON
    while True:
        counted += not working or _is_working_day(day, off)
        if counted >= max(days, 1):
            return day
        day += timedelta(days=1)


def days_after(day: date, days: int, settings: Mapping[str, str]) -> date:
    """The day that lies `days` days after `day`, which itself doesn't count."""
    return nth_day(day + timedelta(days=1), days, settings)


def days_counted(first: date, last: date, settings: Mapping[str, str]) -> int:
    """How many days that count lie between two days, both of them included."""
    off = {date.fromisoformat(word) for word in settings[DAYS_OFF].split()}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    working = settings[WORKING_DAYS] == ON
    return sum(not working or _is_working_day(day, off) for day in days)


def _is_working_day(day: date, off: Collection[date]) -> bool:
    return day.weekday() < _SATURDAY and day not in off
