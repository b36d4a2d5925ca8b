"""Tables of the review group's sittings (评议会)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class SittingState(StrEnum):
    """Whether the sitting goes on."""

    OPEN = "open"
    CLOSED = "closed"


class Duty(StrEnum):
    """What somebody does at a sitting, in the order in which minutes name them."""

    CHAIR = "chair"
    REVIEWER = "reviewer"
    CLERK = "clerk"
    WATCH = "watch"
    GUEST = "guest"


class Sitting(SQLModel, table=True):
    """One sitting. What is decided while it is open belongs to it; a village has one at a time."""

    __tablename__ = "sittings"
    __table_args__ = (
        Index(
            "uq_sittings_one_open",
            "village_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    village_id: int = village_key()
    id: int = local_key()
    held_on: date
    place: str = Field(max_length=40)
    note: str = Field(max_length=400)
    state: SittingState = choice(SittingState)
    opened_by: int
    opened_at: datetime
    closed_by: int | None
    closed_at: datetime | None


class Attendee(SQLModel, table=True):
    """Somebody who was there. `user_id` 0: no user of the system, known by name alone.

    `duty` is a Duty's word.
    """

    __tablename__ = "sitting_attendees"
    __table_args__ = (belongs_to("sittings", "sitting_id"),)

    village_id: int = village_key()
    sitting_id: int = local_key()
    position: int = local_key()
    user_id: int
    name: str = Field(max_length=40)
    duty: str = Field(max_length=20)
