"""What is told of villages above them: counts and sums, never a villager. Money in fen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from moralbank import clock
from moralbank.fund.reckoning import FULL
from moralbank.i18n import _

QUIET: Final = timedelta(days=60)
"""So long a village may hang no notice, or write nothing into its books, before it is named."""

_Sums = TypeVar("_Sums", "Activity", "Standing")


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What happened in a period.

    `deeds` of that period were posted and gave `points` (merits alone, by the deed's day, as boards
    count); `earning` households of those that take part had one at least. `used_points` for goods
    worth `used_fen`: what slips took less what refunds gave back. `late` objections were to be
    answered in the period and were not, or too late.
    """

    deeds: int = 0
    points: int = 0
    earning: int = 0
    used_points: int = 0
    used_fen: int = 0
    late: int = 0


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How things stand today.

    `households` take part; they hold `held` points. `have_fen` and `owe_fen` are what is there and
    what is owed (`fund/reckoning.py`). Of the `open_objections` so many are `overdue`.
    """

    households: int = 0
    held: int = 0
    have_fen: int = 0
    owe_fen: int = 0
    open_notices: int = 0
    open_objections: int = 0
    overdue: int = 0

    @property
    def cover(self) -> int | None:
        """Percent of what is owed that is there, never rounded up; None where nothing is owed."""
        return self.have_fen * FULL // self.owe_fen if self.owe_fen > 0 else None


@dataclass(frozen=True)
class Figures:
    """A village's figures, or those of several together."""

    standing: Standing
    activity: Activity

    @property
    def share(self) -> int | None:
        """Households with a deed, in tenths of a percent of all; None without any household."""
        return scaled(self.activity.earning, self.standing.households, 1000)

    @property
    def points_each(self) -> int | None:
        """Points a household, in tenths."""
        return scaled(self.activity.points, self.standing.households, 10)

    @property
    def deeds_each(self) -> int | None:
        """Deeds a household, in hundredths."""
        return scaled(self.activity.deeds, self.standing.households, 100)

    @property
    def used_share(self) -> int | None:
        """Points used, in tenths of a percent of those posted; None where none was posted."""
        return scaled(self.activity.used_points, self.activity.points, 1000)


@dataclass(frozen=True)
class VillageFigures:
    """One village as its town or county sees it.

    `last_notice` is the first day of its newest notice, `last_event` the moment of the last event
    in its books, `mark` that event's number and short hash. Since `left_at` its books go on in
    another database.
    """

    id: int
    name: str
    town_id: int
    town: str
    opened_on: date
    mark: str
    last_notice: date | None
    last_event: datetime | None
    left_at: datetime | None
    figures: Figures

    @property
    def full_name(self) -> str:
        """The village behind its town."""
        return f"{self.town}{self.name}"

    @property
    def signs(self) -> tuple[str, ...]:
        """What somebody should ask after, in a few words each."""
        return tuple(self._signs())

    def _signs(self) -> Iterator[str]:
        if self.left_at is not None:
            yield _("账已迁走")
            return
        standing, today = self.figures.standing, clock.today()
        if today - (self.last_notice or self.opened_on) > QUIET:
            yield _("%(n)s 天没有公示", n=QUIET.days)
        if self.last_event is not None and clock.now() - self.last_event > QUIET:
            yield _("%(n)s 天没有动账", n=QUIET.days)
        if standing.cover is not None and standing.cover < FULL:
            yield _("保障不够")
        if standing.overdue:
            yield _("异议超期 %(n)s 件", n=standing.overdue)


@dataclass(frozen=True)
class TownFigures:
    """The villages of a town together."""

    id: int
    name: str
    villages: int
    figures: Figures


def together(all_of: Iterable[Figures]) -> Figures:
    """The figures of several as those of one."""
    standing, activity = Standing(), Activity()
    for one in all_of:
        standing, activity = _added(standing, one.standing), _added(activity, one.activity)
    return Figures(standing, activity)


def scaled(amount: int, of: int, scale: int) -> int | None:
    """`amount` of each one of `of`, times `scale`, rounded half up; None of nothing."""
    return (2 * amount * scale + of) // (2 * of) if of > 0 else None


def decimals(value: int | None, digits: int) -> str:
    """A scaled whole number as it is written: 123 with one digit → "12.3"; a dash for None."""
    if value is None:
        return "—"
    whole, part = divmod(abs(value), 10**digits)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{digits}d}"


def _added(one: _Sums, other: _Sums) -> _Sums:
    names = (each.name for each in fields(one))
    return type(one)(**{name: getattr(one, name) + getattr(other, name) for name in names})
