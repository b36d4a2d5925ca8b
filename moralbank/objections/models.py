"""Table of objections (异议)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class ObjectionWay(StrEnum):
    """How an objection reached the village."""

    PAGE = "page"
    PHONE = "phone"
    PAPER = "paper"
    PERSON = "person"


class ObjectionState(StrEnum):
    """What the supervisor decided."""

    OPEN = "open"
    UPHELD = "upheld"
    CHANGED = "changed"
    DISMISSED = "dismissed"


class Objection(SQLModel, table=True):
    """An objection to one deed. `name` may be empty: it counts all the same.

    `taken_by` is who wrote it down, 0 from the public page; `due_on` the last day for an answer;
    `new_points` what a changed deed gives for one time.
    """

    __tablename__ = "objections"
    __table_args__ = (
        belongs_to("awards", "award_id"),
        belongs_to("notices", "notice_id"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index("ix_objections_award", "village_id", "award_id", "state"),
        Index("ix_objections_state", "village_id", "state", "due_on"),
    )

    village_id: int = village_key()
    id: int = local_key()
    award_id: int
    notice_id: int | None
    way: ObjectionWay = choice(ObjectionWay)
    name: str = Field(max_length=40)
    telephone: str = Field(max_length=20)
    words: str = Field(max_length=500)
    raised_at: datetime
    taken_by: int
    due_on: date
    state: ObjectionState = choice(ObjectionState)
    answer: str = Field(max_length=500)
    new_points: int | None
    decided_by: int | None
    decided_at: datetime | None
