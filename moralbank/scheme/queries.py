"""Reading the scheme: what gives how many points, on which day."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any, Final

from sqlalchemy import and_, select
from sqlmodel import Session

from moralbank import clock
from moralbank.errors import NotFound, Refused
from moralbank.i18n import _, listed, mark
from moralbank.local_numbers import LARGEST
from moralbank.scheme.models import (
    CapMeasure,
    CapPer,
    CapPeriod,
    SchemeCategory,
    SchemeItem,
    SchemeVersion,
)

_versions = SchemeVersion.__table__  # type: ignore[attr-defined]
_categories = SchemeCategory.__table__  # type: ignore[attr-defined]
_items = SchemeItem.__table__  # type: ignore[attr-defined]

PERIOD_WORDS: Final = {
    CapPeriod.MONTH: mark("每月"),
    CapPeriod.QUARTER: mark("每季"),
    CapPeriod.YEAR: mark("每年"),
    CapPeriod.ONCE: mark("总共"),
}
MEASURE_WORDS: Final = {CapMeasure.TIMES: mark("次"), CapMeasure.POINTS: mark("分")}
ONCE: Final = "次"
"""The unit of what is counted by itself, as schemes write it."""
PERIOD_UNITS: Final = {"月": CapPeriod.MONTH, "季度": CapPeriod.QUARTER, "年": CapPeriod.YEAR}
"""Units that are a period, as schemes write them."""


class NoScheme(Refused):
    """No version of the scheme was in force on that day."""

    text = mark("%(day)s 还没有积分细则，不能按这一天记分")
    code = "no_scheme"


class VersionUnknown(NotFound):
    """The scheme has no such version."""

    text = mark("积分细则没有第 %(version)s 版")
    code = "version_unknown"


class ItemUnknown(NotFound):
    """The version in force has no such item; it may have been retired."""

    text = mark("第 %(version)s 版积分细则里没有“%(item)s”这一项")
    code = "item_unknown"


@dataclass(frozen=True)
class Cap:
    """At most `amount` (times, or points) in each period, for a household or for each member."""

    amount: int
    measure: CapMeasure
    period: CapPeriod
    per: CapPer = CapPer.HOUSEHOLD

    @property
    def text(self) -> str:
        """The cap in words: "每月最多 8 分", "每人只计 1 次"."""
        by_member = self.per is CapPer.MEMBER
        if self.period is CapPeriod.ONCE and self.measure is CapMeasure.TIMES:
            text = mark("每人只计 %(n)s 次") if by_member else mark("只计 %(n)s 次")
            return _(text, n=self.amount)
        text = (
            mark("每人%(period)s最多 %(n)s %(measure)s")
            if by_member
            else mark("%(period)s最多 %(n)s %(measure)s")
        )
        period = _(PERIOD_WORDS[self.period])
        measure = _(MEASURE_WORDS[self.measure], n=self.amount)
        return _(text, period=period, n=self.amount, measure=measure)


@dataclass(frozen=True)
class Item:
    """One item. `number` is its own through all versions; points are whole, also of deductions.

    `levels` are (name, points): the only amounts allowed, where there are any.
    """

    number: int
    category: int
    category_name: str
    name: str
    points_min: int
    points_max: int
    levels: tuple[tuple[str, int], ...]
    unit: str
    cap: Cap | None
    evidence: bool
    deduction: bool
    note: str

    @property
    def has_range(self) -> bool:
        """Whether somebody must say how many points it was worth."""
        return self.points_min != self.points_max

    def allows(self, points: int) -> bool:
        """Whether the item may give so many points for one time."""
        if self.levels:
            return points in {given for _name, given in self.levels}
        return self.points_min <= points <= self.points_max

    @property
    def points_text(self) -> str:
        """How many points in words: "3 分", "1–5 分", "村 3、镇 5 分"; deductions with minus."""
        sign = "−" if self.deduction else ""
        if self.levels:
            amounts = listed(f"{name} {sign}{points}" for name, points in self.levels)
        elif self.has_range:
            amounts = f"{sign}{self.points_min}–{sign}{self.points_max}"
        else:
            amounts = f"{sign}{self.points_min}"
        return _("%(amounts)s 分", amounts=amounts)

    @property
    def each_text(self) -> str:
        """For how much the points are, in words: "每次", "每 2 小时"."""
        # A unit that begins with a figure stands apart from the word before it.
        words = mark("每 %(unit)s") if self.unit[:1].isdigit() else mark("每%(unit)s")
        return _(words, unit=self.unit)

    @property
    def cap_text(self) -> str:
        """The cap in words; empty where there is none."""
        return self.cap.text if self.cap else ""


@dataclass(frozen=True)
class Category:
    """A category with the items that give points."""

    position: int
    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Scheme:
    """One version of the rules. Deductions stand apart from the categories' items."""

    version: int
    valid_from: date
    adopted_on: date
    resolution: str
    categories: tuple[Category, ...]
    deductions: tuple[Item, ...]

    @cached_property
    def merits(self) -> tuple[Item, ...]:
        """Every item that gives points, category by category."""
        return tuple(item for category in self.categories for item in category.items)

    @cached_property
    def _known(self) -> dict[str, Item]:
        known = {}
        for item in (*self.merits, *self.deductions):
            known[item.name] = item
            known[str(item.number)] = item
        return known

    def item(self, name_or_number: str | int) -> Item:
        """The item of this name or number; raises ItemUnknown."""
        found = self._known.get(str(name_or_number).strip())
        if found is None:
            raise ItemUnknown(field="item", item=name_or_number, version=self.version)
        return found


@dataclass(frozen=True)
class VersionInfo:
    """A version in the list of versions."""

    version: int
    valid_from: date
    adopted_on: date
    resolution: str


def item_names(session: Session, village_id: int) -> dict[int, str]:
    """What every item that there ever was is or was called, the latest name, by number."""
    rows = session.connection().execute(
        select(_items.c.number, _items.c.name)
        .where(_items.c.village_id == village_id)
        .order_by(_items.c.version)
    )
    return {row.number: row.name for row in rows}


def versions(session: Session, village_id: int) -> list[VersionInfo]:
    """All versions, the newest first."""
    rows = session.connection().execute(
        select(_versions)
        .where(_versions.c.village_id == village_id)
        .order_by(_versions.c.version.desc())
    )
    return [_version_info(row) for row in rows]


def scheme_on(session: Session, village_id: int, day: date) -> Scheme:
    """The version in force on `day`: the latest that had begun. Raises NoScheme."""
    row = (
        session.connection()
        .execute(
            select(_versions)
            .where(_versions.c.village_id == village_id, _versions.c.valid_from <= day)
            .order_by(_versions.c.valid_from.desc(), _versions.c.version.desc())
            .limit(1)
        )
        .first()
    )
    if row is None:
        raise NoScheme(field="deed_on", day=day.isoformat())
    return _read(session, village_id, _version_info(row))


def scheme_in_force(session: Session, village_id: int, day: date) -> Scheme | None:
    """The version in force on `day`, or None before the first."""
    try:
        return scheme_on(session, village_id, day)
    except NoScheme:
        return None


def item_on(session: Session, village_id: int, number: int, day: date) -> Item:
    """The item as the scheme of that day has it, else as today's; raises ItemUnknown."""
    try:
        return scheme_on(session, village_id, day).item(number)
    except (NoScheme, ItemUnknown):
        return scheme_on(session, village_id, clock.today()).item(number)


def scheme_version(session: Session, village_id: int, version: int) -> Scheme:
    """One version, whether in force or not; raises VersionUnknown."""
    row = (
        session.connection()
        .execute(
            select(_versions).where(
                _versions.c.village_id == village_id,
                _versions.c.version == min(version, LARGEST),
            )
        )
        .first()
    )
    if row is None:
        raise VersionUnknown(version=version)
    return _read(session, village_id, _version_info(row))


def latest_scheme(session: Session, village_id: int) -> Scheme | None:
    """The version adopted last, perhaps to begin only later; None before the first."""
    found = versions(session, village_id)
    return _read(session, village_id, found[0]) if found else None


def _read(session: Session, village_id: int, info: VersionInfo) -> Scheme:
    rows = session.connection().execute(
        select(_items, _categories.c.name.label("category_name"))
        .join(
            _categories,
            and_(
                _categories.c.village_id == _items.c.village_id,
                _categories.c.version == _items.c.version,
                _categories.c.position == _items.c.category,
            ),
        )
        .where(_items.c.village_id == village_id, _items.c.version == info.version)
        .order_by(_items.c.category, _items.c.number)
    )
    items = [_item(row) for row in rows]
    categories = tuple(
        Category(position, name, tuple(item for item in several if not item.deduction))
        for (position, name), several in groupby(
            items, key=lambda item: (item.category, item.category_name)
        )
    )
    return Scheme(
        version=info.version,
        valid_from=info.valid_from,
        adopted_on=info.adopted_on,
        resolution=info.resolution,
        categories=tuple(category for category in categories if category.items),
        deductions=tuple(item for item in items if item.deduction),
    )


def _version_info(row: Any) -> VersionInfo:
    return VersionInfo(row.version, row.valid_from, row.adopted_on, row.resolution)


def _item(row: Any) -> Item:
    cap = None
    if row.cap_amount is not None:
        cap = Cap(row.cap_amount, row.cap_measure, row.cap_period, row.cap_per)
    return Item(
        number=row.number,
        category=row.category,
        category_name=row.category_name,
        name=row.name,
        points_min=row.points_min,
        points_max=row.points_max,
        levels=tuple((name, points) for name, points in json.loads(row.levels)),
        unit=row.unit,
        cap=cap,
        evidence=row.evidence,
        deduction=row.deduction,
        note=row.note,
    )
