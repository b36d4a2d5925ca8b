"""Posted merits, as the boards count them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlmodel import Session

from moralbank.awards.joining import awards, joined, within
from moralbank.awards.models import AwardState


@dataclass(frozen=True)
class Deed:
    """A posted merit, for boards. `member_id` 0 and no name: the household as a whole."""

    household_id: int
    member_id: int
    member_name: str
    minor: bool
    item: int
    item_name: str
    points: int
    deed_on: date
    note: str


def deeds(
    session: Session,
    village_id: int,
    first: date,
    last: date,
    items: Collection[int] | None,
) -> list[Deed]:
    """Posted merits from `first` to `last`, of some items or of all, the oldest first.

    Deductions stand on no board.
    """
    posted = and_(awards.c.state == AwardState.POSTED, awards.c.deduction.is_(False))
    wanted = joined(village_id).where(posted, within(first, last))
    if items is not None:
        wanted = wanted.where(awards.c.item.in_(items))
    rows = session.connection().execute(wanted.order_by(awards.c.deed_on, awards.c.id))
    return [
        Deed(
            household_id=row.household_id,
            member_id=row.member_id,
            member_name=row.member_name or "",
            minor=bool(row.minor),
            item=row.item,
            item_name=row.item_name,
            points=row.points,
            deed_on=row.deed_on,
            note=row.note,
        )
        for row in rows
    ]


def honour_totals(session: Session, village_id: int) -> dict[tuple[int, int], int]:
    """All points ever posted, by household and member (0: the household as a whole).

    What was exchanged or lapsed stays in it: honour is not spent. One statement.
    """
    counted = func.sum(awards.c.points).label("points")
    rows = session.connection().execute(
        select(awards.c.household_id, awards.c.member_id, counted)
        .where(
            awards.c.village_id == village_id,
            awards.c.state == AwardState.POSTED,
            awards.c.deduction.is_(False),
        )
        .group_by(awards.c.household_id, awards.c.member_id)
    )
    return {(row.household_id, row.member_id): int(row.points) for row in rows}
