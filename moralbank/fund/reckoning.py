"""The arithmetic of what stands behind the points, without a database. Money in fen."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

FULL: Final = 100
"""Percent: behind every yuan owed there is a yuan."""
TIGHT: Final = 120
"""Percent: with less than a fifth to spare one dear month is enough to run short."""
AHEAD: Final = timedelta(days=365)
"""So far a forecast looks."""
LEAST_DAYS: Final = 30
"""From less than a month's books no pace can be told."""
BUDGET_FROM: Final = 5
"""From the fifth of a month on its pace is told: before, one evening's points would be a flood."""
_DAYS, _MONTHS = 365, 12


class Verdict(StrEnum):
    """What a village meeting wants to know: enough, tight, short; or nothing is owed."""

    NOTHING_OWED = "nothing_owed"
    ENOUGH = "enough"
    TIGHT = "tight"
    SHORT = "short"


@dataclass(frozen=True, kw_only=True)
class Position:
    """What was there and what was owed at one moment.

    There: the fund's `cash`, and `goods` of the village's own shops at cost. Owed: `points` in
    households' hands at `rate_fen` each, their `credit`, `claims` of shops under contract, and
    `bills`: goods of the own shops that no money was paid for yet.
    """

    cash: int
    goods: int
    points: int
    rate_fen: int
    credit: int
    claims: int
    bills: int

    @property
    def points_fen(self) -> int:
        """What the points are worth."""
        return self.points * self.rate_fen

    @property
    def have(self) -> int:
        """All that is there."""
        return self.cash + self.goods

    @property
    def owe(self) -> int:
        """All that is owed."""
        return self.owe_at(self.rate_fen)

    def owe_at(self, rate_fen: int) -> int:
        """All that is owed when a point is worth so many fen."""
        return self.points * rate_fen + self.credit + self.claims + self.bills

    @property
    def ratio(self) -> int | None:
        """Percent of what is owed that is there, never rounded up; None where nothing is owed."""
        return self.have * FULL // self.owe if self.owe > 0 else None

    @property
    def lacking(self) -> int:
        """What is missing until everything owed is covered."""
        return max(0, self.owe - self.have)

    @property
    def verdict(self) -> Verdict:
        """Enough, tight or short."""
        ratio = self.ratio
        if ratio is None:
            return Verdict.NOTHING_OWED
        if ratio < FULL:
            return Verdict.SHORT
        return Verdict.TIGHT if ratio < TIGHT else Verdict.ENOUGH


@dataclass(frozen=True, kw_only=True)
class Flows:
    """What moved over so many days: points issued and spent, money in, goods bought."""

    days: int
    issued: int
    spent: int
    income: int
    purchases: int

    def monthly(self, amount: int) -> int:
        """How much of `amount` falls on a month, rounded to the nearest."""
        return (2 * amount * _DAYS + self.days * _MONTHS) // (2 * self.days * _MONTHS)


@dataclass(frozen=True)
class Forecast:
    """Where the present pace leads: on `short_on` cover falls below 100 %; None: not in a year."""

    short_on: date | None


def forecast(
    then: Position, now: Position, days: int, today: date, without: int = 0
) -> Forecast | None:
    """Go on as in the last `days` days: what is there and what is owed change as they did.

    `without` is money that came in since and is not to come again. Points count at today's rate
    in both positions: a new rate is no pace. None where the books are too young to tell. Cover
    that is short already is short today.
    """
    if days < LEAST_DAYS:
        return None
    spare = now.have - now.owe
    if spare < 0:
        return Forecast(today)
    spare_then = then.have - then.owe_at(now.rate_fen)
    loss = spare_then + without - spare
    if loss <= 0:
        return Forecast(None)
    left = spare * days // loss + 1
    return Forecast(today + timedelta(days=left) if left <= AHEAD.days else None)


@dataclass(frozen=True)
class MonthPace:
    """The points of a month against its budget (`limit` 0: none was set), on its day `today`."""

    used: int
    limit: int
    today: date

    @property
    def left(self) -> int:
        """What may still be issued; below zero where too much was."""
        return self.limit - self.used

    @property
    def told(self) -> bool:
        """Whether the month is old enough to tell its pace."""
        return self.today.day >= BUDGET_FROM

    @property
    def by_month_end(self) -> int:
        """Where the present pace leads by the month's last day, rounded up."""
        last = calendar.monthrange(self.today.year, self.today.month)[1]
        return -(-self.used * last // self.today.day)

    @property
    def runs_out(self) -> date | None:
        """The day of this month on which the budget is used up at this pace; None if it lasts.

        Today where it is used up already.
        """
        if not self.limit:
            return None
        if self.left <= 0:
            return self.today
        if not self.told or self.by_month_end <= self.limit:
            return None
        return self.today.replace(day=-(-self.limit * self.today.day // self.used))


def month_ends(today: date, count: int) -> list[date]:
    """The first days of the last `count` months and today's: each ends the month before it."""
    present = today.year * _MONTHS + today.month - 1
    firsts = (divmod(present - back, _MONTHS) for back in range(count - 1, -1, -1))
    return [date(year, month + 1, 1) for year, month in firsts]
