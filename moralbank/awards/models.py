"""Tables of awards and of the steps that each has taken."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class AwardState(StrEnum):
    """Where a deed stands on its way."""

    CLAIMED = "claimed"
    APPROVED = "approved"
    POSTED = "posted"
    REFUSED = "refused"
    REVERSED = "reversed"


LIVE_STATES = (AwardState.CLAIMED, AwardState.APPROVED, AwardState.POSTED)
"""States in which a deed counts towards caps and bars its own repetition."""


class Award(SQLModel, table=True):
    """One deed of one household, judged by the scheme version in force on its day.

    `points` = `points_each` × `quantity`, whole points. `deed_key` is the note as compared for
    "the same deed"; `member_id` 0 means the whole household. `posted_seq` and `posted_leg` name
    the ledger transfer that posted it.
    """

    __tablename__ = "awards"
    __table_args__ = (
        belongs_to("households", "household_id"),
        ForeignKeyConstraint(
            ["village_id", "scheme_version", "item"],
            ["scheme_items.village_id", "scheme_items.version", "scheme_items.number"],
            ondelete="RESTRICT",
        ),
        ForeignKeyConstraint(
            ["village_id", "posted_seq", "posted_leg"],
            [
                "ledger_transfers.village_id",
                "ledger_transfers.seq",
                "ledger_transfers.leg",
            ],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("village_id", "posted_seq", "posted_leg"),
        CheckConstraint("quantity > 0 AND points = points_each * quantity", name="points"),
        CheckConstraint(
            "(state IN ('posted', 'reversed')) = (posted_seq IS NOT NULL)", name="posted"
        ),
        Index(
            "uq_awards_same_deed",
            "village_id",
            "household_id",
            "item",
            "deed_on",
            "member_id",
            "deed_key",
            unique=True,
            sqlite_where=text("state IN ('claimed', 'approved', 'posted')"),
            postgresql_where=text("state IN ('claimed', 'approved', 'posted')"),
        ),
        Index("ix_awards_state", "village_id", "state", "id"),
        Index("ix_awards_deeds", "village_id", "deed_on", "state"),
    )

    village_id: int = village_key()
    id: int = local_key()
    household_id: int
    member_id: int
    scheme_version: int
    item: int
    quantity: int
    points_each: int
    points: int
    deed_on: date
    note: str = Field(max_length=200)
    deed_key: str = Field(max_length=200)
    state: AwardState = choice(AwardState)
    recorded_by: int
    recorded_at: datetime
    decided_by: int | None
    posted_seq: int | None
    posted_leg: int | None


class AwardStep(SQLModel, table=True):
    """One step of a deed: who took it, when, from where and why. Steps are only added."""

    __tablename__ = "award_steps"
    __table_args__ = (belongs_to("awards", "award_id"),)

    village_id: int = village_key()
    award_id: int = local_key()
    step: int = local_key()
    act: str = Field(max_length=12)
    state: AwardState = choice(AwardState)
    by: int
    at: datetime
    device: str = Field(max_length=80)
    reason: str = Field(max_length=200)
