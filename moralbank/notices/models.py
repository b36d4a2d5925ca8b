"""Tables of public notices (公示). What hangs is frozen: lines are only added."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class NoticeState(StrEnum):
    """Whether the notice still hangs."""

    OPEN = "open"
    CLOSED = "closed"


class Notice(SQLModel, table=True):
    """One numbered notice: what hangs from `first_day` to the end of `last_day`.

    `mark` is the end of the ledger when it was frozen, `digest` the sha256 of its frozen lines
    (`notices/freezing.py`). `posted_seq` is the event that posted it; none if no line was left.
    """

    __tablename__ = "notices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "posted_seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            ondelete="RESTRICT",
        ),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_notices_state", "village_id", "state", "last_day"),
    )

    village_id: int = village_key()
    id: int = local_key()
    title: str = Field(max_length=60)
    first_day: date
    last_day: date
    state: NoticeState = choice(NoticeState)
    opened_by: int
    opened_at: datetime
    mark: str = Field(max_length=24)
    digest: str = Field(max_length=64)
    closed_at: datetime | None
    posted_seq: int | None


class NoticeLine(SQLModel, table=True):
    """One deed as it hangs, in the words of the day it was frozen; points are positive."""

    __tablename__ = "notice_lines"
    __table_args__ = (
        belongs_to("notices", "notice_id"),
        belongs_to("awards", "award_id"),
        belongs_to("households", "household_id"),
        UniqueConstraint("village_id", "notice_id", "award_id"),
        Index("ix_notice_lines_award", "village_id", "award_id"),
    )

    village_id: int = village_key()
    notice_id: int = local_key()
    line: int = local_key()
    award_id: int
    household_id: int
    item: int
    item_name: str = Field(max_length=30)
    unit: str = Field(max_length=12)
    quantity: int
    points: int
    deduction: bool
    deed_on: date
    member_name: str = Field(max_length=40)
    note: str = Field(max_length=200)


class NoticeHousehold(SQLModel, table=True):
    """One household of a notice, in walking order: what it had, and what the notice would change.

    `balance` are its points when frozen, `exchanged` what it used since the notice before.
    """

    __tablename__ = "notice_households"
    __table_args__ = (
        belongs_to("notices", "notice_id"),
        belongs_to("households", "household_id"),
    )

    village_id: int = village_key()
    notice_id: int = local_key()
    household_id: int = local_key()
    place: int
    group_name: str = Field(max_length=20)
    number: str = Field(max_length=12)
    head: str = Field(max_length=40)
    balance: int
    exchanged: int
    added: int
    deducted: int


class NoticeCorrection(SQLModel, table=True):
    """A posted deed that was taken back since the notice before, and why."""

    __tablename__ = "notice_corrections"
    __table_args__ = (
        belongs_to("notices", "notice_id"),
        belongs_to("awards", "award_id"),
        UniqueConstraint("village_id", "award_id"),
    )

    village_id: int = village_key()
    notice_id: int = local_key()
    award_id: int = local_key()
    household_id: int
    item_name: str = Field(max_length=30)
    points: int
    deduction: bool
    deed_on: date
    reason: str = Field(max_length=200)
    seq: int
