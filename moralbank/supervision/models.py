"""Tables of the supervisor's re-checks."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class Finding(StrEnum):
    """What a re-check on the spot found."""

    WAITING = "waiting"
    RIGHT = "right"
    WRONG = "wrong"


class Recheck(SQLModel, table=True):
    """A random list of a month's posted deeds.

    Which ones follows from `seed` alone (`supervision/drawing.py`), so that anyone can draw it
    again; every draw is kept.
    """

    __tablename__ = "rechecks"
    __table_args__ = (CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),)

    village_id: int = village_key()
    id: int = local_key()
    month: date
    percent: int
    seed: str = Field(max_length=40)
    out_of: int
    drawn_by: int
    drawn_at: datetime


class RecheckLine(SQLModel, table=True):
    """One deed to be looked at again."""

    __tablename__ = "recheck_lines"
    __table_args__ = (belongs_to("rechecks", "recheck_id"), belongs_to("awards", "award_id"))

    village_id: int = village_key()
    recheck_id: int = local_key()
    line: int = local_key()
    award_id: int
    finding: Finding = choice(Finding)
    note: str = Field(max_length=200)
    checked_at: datetime | None
