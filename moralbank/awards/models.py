"""Tables of awards and of the steps that each has taken."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, big, choice, local_key, village_key


class AwardState(StrEnum):
    """Where a deed stands on its way (`states.py` has the table of the way)."""

    DRAFT = "draft"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    RETURNED = "returned"
    APPROVED = "approved"
    NOTICED = "noticed"
    OBJECTED = "objected"
    POSTED = "posted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


LIVE_STATES = (
    AwardState.CLAIMED,
    AwardState.VERIFIED,
    AwardState.RETURNED,
    AwardState.APPROVED,
    AwardState.NOTICED,
    AwardState.OBJECTED,
    AwardState.POSTED,
)
"""States in which a deed counts towards caps and bars its own repetition."""

_LIVE = text(
    "state IN ('claimed', 'verified', 'returned', 'approved', 'noticed', 'objected', 'posted')"
)

UNPOSTED = text("state <> 'posted'")
"""Deeds that are on their way, or were not given, as the index over them says it."""

TOLD = text("state = 'posted' AND NOT deduction AND note <> ''")
"""Deeds whose notes a board may tell, as the index over them says it."""


class AwardSource(StrEnum):
    """Who brought a deed in, and how."""

    COMMITTEE = "committee"
    GRID = "grid"
    HOUSEHOLD = "household"
    PAPER = "paper"
    ROUND = "round"


class Award(SQLModel, table=True):
    """One deed of one household, judged by the scheme version in force on its day.

    `points` = `points_each` × `quantity`, whole points. `deed_key` is the note as compared for
    "the same deed"; `member_id` 0 means the whole household. `posted_seq` and `posted_leg` name
    the ledger transfer that posted it, `collected` how many points that moved: all of them for a
    merit; for a deduction what was there, so that nobody falls below zero (none: no leg).
    `ballot` grows with every change that makes earlier votes void. `helper` is who wrote it down
    for a household that claimed on paper (代办). `notice_id` is the last notice it hung on.
    """

    __tablename__ = "awards"
    __table_args__ = (
        belongs_to("households", "household_id"),
        belongs_to("sittings", "sitting_id"),
        belongs_to("notices", "notice_id"),
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
        CheckConstraint(
            "(posted_seq IS NULL) = (collected IS NULL) AND collected >= 0 "
            "AND collected <= points AND (deduction OR collected = points)",
            name="collected",
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
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_awards_state", "village_id", "state", "id"),
        Index("ix_awards_deeds", "village_id", "deed_on", "state"),
        Index("ix_awards_household", "village_id", "household_id", "item"),
        # What a card's page tells of: few rows however long the history is.
        Index(
            "ix_awards_unposted",
            "village_id",
            "household_id",
            sqlite_where=UNPOSTED,
            postgresql_where=UNPOSTED,
        ),
        Index(
            "ix_awards_told",
            "village_id",
            "household_id",
            "member_id",
            "item",
            "deed_on",
            "points",
            "id",
            sqlite_where=TOLD,
            postgresql_where=TOLD,
        ),
        Index("ix_awards_notice", "village_id", "notice_id", "state"),
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
    deduction: bool
    source: AwardSource = choice(AwardSource)
    helper: str = Field(max_length=40)
    ballot: int
    decided_at: datetime | None
    sitting_id: int | None
    notice_id: int | None
    collected: int | None


class AwardStep(SQLModel, table=True):
    """One step of a deed: who took it, when, from where and why. Steps are only added.

    `witness` names who was there when a deed was verified on the spot.
    """

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
    witness: str = Field(max_length=40)


class AwardVote(SQLModel, table=True):
    """One reviewer's vote on a deed.

    Votes are only added; of one voter the last counts, and only those of the present `ballot`.
    """

    __tablename__ = "award_votes"
    __table_args__ = (belongs_to("awards", "award_id"),)

    village_id: int = village_key()
    award_id: int = local_key()
    vote: int = local_key()
    ballot: int
    voter: int
    in_favour: bool
    reason: str = Field(max_length=200)
    at: datetime
    device: str = Field(max_length=80)


class AwardMonth(SQLModel, table=True):
    """What posted merits of one kind, of one person, came to in one month: what boards add up.

    `month` is that of the deeds as a number (202610); `member_id` 0 means the household as a
    whole. `points` and `merits` (how many deeds) are kept by the transaction that posts a deed or
    takes it back (`merits.py`); a row whose deeds were all taken back stays with 0.
    """

    __tablename__ = "award_months"
    __table_args__ = (
        belongs_to("households", "household_id"),
        ForeignKeyConstraint(
            ["village_id", "scheme_version", "item"],
            ["scheme_items.village_id", "scheme_items.version", "scheme_items.number"],
            ondelete="RESTRICT",
        ),
        CheckConstraint("merits >= 0 AND points >= 0", name="merits"),
    )

    village_id: int = village_key()
    month: int = local_key()
    item: int = local_key()
    scheme_version: int = local_key()
    household_id: int = local_key()
    member_id: int = local_key()
    points: int = big()
    merits: int


class AwardHonour(SQLModel, table=True):
    """All posted merits of one person, ever: `points` and `merits` as in `AwardMonth`."""

    __tablename__ = "award_honours"
    __table_args__ = (
        belongs_to("households", "household_id"),
        CheckConstraint("merits >= 0 AND points >= 0", name="merits"),
    )

    village_id: int = village_key()
    household_id: int = local_key()
    member_id: int = local_key()
    points: int = big()
    merits: int
