"""Tables of households and members. No identity numbers are stored anywhere."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class HouseholdStatus(StrEnum):
    """Whether a household takes part."""

    ACTIVE = "active"
    MOVED = "moved"


class Household(SQLModel, table=True):
    """A household (户): known by group and number, spoken of by its head.

    `consent` lets its name stand on boards; without it the name is masked. `initials` are the
    pinyin initials of the head, for search. Since `erased_at` nothing personal is left of it but
    what was published or stands in the books (`households/erasing.py`).
    """

    __tablename__ = "households"
    __table_args__ = (
        belongs_to("groups", "group_id"),
        UniqueConstraint("village_id", "group_id", "number"),
        CheckConstraint("people IS NULL OR people BETWEEN 0 AND 99", name="people"),
    )

    village_id: int = village_key()
    id: int = local_key()
    group_id: int
    number: str = Field(max_length=12)
    head: str = Field(max_length=40)
    initials: str = Field(max_length=40)
    telephone: str = Field(max_length=20)
    people: int | None
    address: str = Field(max_length=80)
    note: str = Field(max_length=80)
    consent: bool
    status: HouseholdStatus = choice(HouseholdStatus)
    joined_at: datetime
    erased_at: datetime | None = None


class Member(SQLModel, table=True):
    """A person of a household; minors never stand on boards."""

    __tablename__ = "members"
    __table_args__ = (
        belongs_to("households", "household_id"),
        UniqueConstraint("village_id", "household_id", "name"),
    )

    village_id: int = village_key()
    id: int = local_key()
    household_id: int
    name: str = Field(max_length=40)
    relation: str = Field(max_length=12)
    minor: bool
