"""Posted merits, as the boards count them: sums of whole months, and the notes to be told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, String, Table, and_, cast, func, select
from sqlmodel import Session

from moralbank.awards.joining import awards, items, members, within
from moralbank.awards.merits import month_number
from moralbank.awards.models import TOLD, AwardHonour, AwardMonth

_months: Final[Table] = AwardMonth.__table__  # type: ignore[attr-defined]
_honours: Final[Table] = AwardHonour.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Span:
    """What a board counts: deeds of these items from `first` to `last`, which are whole months."""

    first: date
    last: date
    items: Collection[int]


@dataclass(frozen=True)
class Merits:
    """What one person's merits come to; `member_id` 0 and no name: the household as a whole."""

    household_id: int
    member_id: int
    member_name: str
    minor: bool
    points: int


@dataclass(frozen=True)
class Tally:
    """How many merits of one item a person has."""

    household_id: int
    member_id: int
    item_name: str
    merits: int


@dataclass(frozen=True)
class Note:
    """What was noted of one deed."""

    household_id: int
    member_id: int
    note: str


def merits(session: Session, village_id: int, span: Span) -> list[Merits]:
    """What everybody has who has something. Deductions stand on no board."""
    points = func.sum(_months.c.points).label("points")
    whose = (_months.c.household_id, _months.c.member_id)
    summed = (
        select(*whose, points)
        .where(_counted(village_id, span))
        .group_by(*whose)
        .having(func.sum(_months.c.merits) > 0)
        .subquery()
    )
    of_member = and_(members.c.village_id == village_id, members.c.id == summed.c.member_id)
    rows = session.connection().execute(
        select(summed, members.c.name, members.c.minor).outerjoin(members, of_member)
    )
    return [
        Merits(
            household_id=row.household_id,
            member_id=row.member_id,
            member_name=row.name or "",
            minor=bool(row.minor),
            points=int(row.points),  # PostgreSQL sums into a Decimal
        )
        for row in rows
    ]


def tallies(
    session: Session, village_id: int, span: Span, households: Collection[int]
) -> list[Tally]:
    """How often people of these households did what, in the order of the scheme."""
    of_item = and_(
        items.c.village_id == _months.c.village_id,
        items.c.version == _months.c.scheme_version,
        items.c.number == _months.c.item,
    )
    keys = (_months.c.household_id, _months.c.member_id, _months.c.item, items.c.name)
    rows = session.connection().execute(
        select(*keys, func.sum(_months.c.merits).label("merits"))
        .join(items, of_item)
        .where(_counted(village_id, span), _months.c.household_id.in_(households))
        .group_by(*keys)
        .having(func.sum(_months.c.merits) > 0)
        .order_by(_months.c.item, items.c.name)
    )
    return [Tally(row.household_id, row.member_id, row.name, int(row.merits)) for row in rows]


def notes(
    session: Session,
    village_id: int,
    span: Span,
    households: Collection[int],
    *,
    highest: bool,
    most: int,
) -> list[Note]:
    """What was noted of deeds by people of these households, of each person's at most `most`.

    Those of most points come first, or the latest; which they are is seen in `ix_awards_told`
    alone, so that no more deeds are read than are given.
    """
    order: list[Any] = [awards.c.deed_on.desc(), awards.c.id]
    if highest:
        order.insert(0, awards.c.points.desc())
    theirs = (
        select(cast(awards.c.id, String).label("id"))
        .where(
            awards.c.village_id == village_id,
            awards.c.household_id == _honours.c.household_id,
            awards.c.member_id == _honours.c.member_id,
            awards.c.item.in_(span.items),
            within(span.first, span.last),
            TOLD,
        )
        .order_by(*order)
        .limit(most)
        .correlate(_honours)
        .subquery()
    )
    # One list for each person: a window over all of them would sort every deed of the period.
    listed = select(func.aggregate_strings(theirs.c.id, ",")).scalar_subquery()
    found = session.connection().scalars(
        select(listed).where(
            _honours.c.village_id == village_id, _honours.c.household_id.in_(households)
        )
    )
    ids = [int(number) for numbers in found if numbers for number in numbers.split(",")]
    rows = session.connection().execute(
        select(awards.c.household_id, awards.c.member_id, awards.c.note)
        .where(awards.c.village_id == village_id, awards.c.id.in_(ids))
        .order_by(*order)
    )
    return [Note(row.household_id, row.member_id, row.note) for row in rows]


def honour_totals(session: Session, village_id: int) -> dict[tuple[int, int], int]:
    """All points ever posted, by household and member (0: the household as a whole).

    What was exchanged or lapsed stays in it: honour is not spent. One statement.
    """
    rows = session.connection().execute(
        select(_honours).where(_honours.c.village_id == village_id, _honours.c.merits > 0)
    )
    return {(row.household_id, row.member_id): row.points for row in rows}


def _counted(village_id: int, span: Span) -> ColumnElement[bool]:
    """Each month is named, so that the key leads to the items: between two, all would be read."""
    first, last = (12 * day.year + day.month - 1 for day in (span.first, span.last))
    months = [month_number(count // 12, count % 12 + 1) for count in range(first, last + 1)]
    return and_(
        _months.c.village_id == village_id,
        _months.c.month.in_(months),
        _months.c.item.in_(span.items),
    )
