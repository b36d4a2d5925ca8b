"""The only clock: UTC for records, the village's day for rules.

A deed belongs to a day as the village counts it, so months and quarters are cut in China
Standard Time, which has no summer time. The demo and the tests set the clock with `at`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

VILLAGE_ZONE: Final = ZoneInfo("Asia/Shanghai")

_fixed: ContextVar[datetime | None] = ContextVar("fixed", default=None)


def now() -> datetime:
    """The present moment, in UTC."""
    return _fixed.get() or datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on the village's wall clock."""
    return moment.astimezone(VILLAGE_ZONE)


def minute(moment: datetime) -> str:
    """How a moment is written: "2026-11-20 10:32" on the village's wall clock."""
    return local(moment).strftime("%Y-%m-%d %H:%M")


def today() -> date:
    """The village's date."""
    return local(now()).date()


def midnight(day: date) -> datetime:
    """The moment with which a day of the village begins, in UTC."""
    return datetime.combine(day, time(), tzinfo=VILLAGE_ZONE).astimezone(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock stand at `moment` (aware) inside the block."""
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
