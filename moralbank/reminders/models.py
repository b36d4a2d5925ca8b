"""Table of private reminders, which come before any deduction."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class ReminderState(StrEnum):
    """What came of a reminder."""

    OPEN = "open"
    PUT_RIGHT = "put_right"
    DEDUCTED = "deducted"
    DROPPED = "dropped"


class Reminder(SQLModel, table=True):
    """A household was told in private what to put right, and until which day.

    Only when that day has passed may a deduction be claimed, and it is `award_id` then. The
    `witness` is named to the committee alone, never to the household.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        belongs_to("households", "household_id"),
        belongs_to("awards", "award_id"),
        ForeignKeyConstraint(
            ["village_id", "scheme_version", "item"],
            ["scheme_items.village_id", "scheme_items.version", "scheme_items.number"],
            ondelete="RESTRICT",
        ),
        CheckConstraint("(state = 'deducted') = (award_id IS NOT NULL)", name="deducted"),
        Index("ix_reminders_state", "village_id", "state", "put_right_by"),
    )

    village_id: int = village_key()
    id: int = local_key()
    household_id: int
    scheme_version: int
    item: int
    seen_on: date
    note: str = Field(max_length=200)
    witness: str = Field(max_length=40)
    put_right_by: date
    given_by: int
    given_at: datetime
    state: ReminderState = choice(ReminderState)
    settled_by: int | None
    settled_at: datetime | None
    settled_note: str = Field(max_length=200)
    award_id: int | None
