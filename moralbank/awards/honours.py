"""Posted merits, as the boards count them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_
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
