"""Tables of door-to-door rounds (评比). Scores are only added, each under its own id."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class RoundState(StrEnum):
    """Whether scores are still taken."""

    OPEN = "open"
    CLOSED = "closed"


class Round(SQLModel, table=True):
    """One round: on a day, through some groups, by some scorers."""

    __tablename__ = "rounds"

    village_id: int = village_key()
    id: int = local_key()
    title: str = Field(max_length=40)
    held_on: date
    state: RoundState = choice(RoundState)
    opened_by: int
    opened_at: datetime
    closed_by: int | None
    closed_at: datetime | None


class RoundItem(SQLModel, table=True):
    """An item of a round.

    `choices` (JSON: list of [word, points]) are the buttons; 0 points give no deed.
    """

    __tablename__ = "round_items"
    __table_args__ = (belongs_to("rounds", "round_id"),)

    village_id: int = village_key()
    round_id: int = local_key()
    item: int = local_key()
    position: int
    choices: str


class RoundGroup(SQLModel, table=True):
    """A group that the round walks through."""

    __tablename__ = "round_groups"
    __table_args__ = (belongs_to("rounds", "round_id"), belongs_to("groups", "group_id"))

    village_id: int = village_key()
    round_id: int = local_key()
    group_id: int = local_key()


class RoundScorer(SQLModel, table=True):
    """Somebody who scores in the round."""

    __tablename__ = "round_scorers"
    __table_args__ = (belongs_to("rounds", "round_id"), belongs_to("users", "user_id"))

    village_id: int = village_key()
    round_id: int = local_key()
    user_id: int = local_key()


class RoundScore(SQLModel, table=True):
    """One score as it came in.

    `op` is the id that the phone gave it; a changed mind keeps it and comes with the next
    `revision`. `handed_in_by` is who sent it, typed it from paper or brought a backup in: mostly
    the scorer. `settles`: the committee's word on a conflict. `scored_at` is what the phone's
    clock said, `received_at` what ours did.
    """

    __tablename__ = "round_scores"
    __table_args__ = (
        belongs_to("rounds", "round_id"),
        belongs_to("households", "household_id"),
        belongs_to("photos", "photo_id"),
        CheckConstraint("points >= 0 AND revision > 0", name="points"),
        Index("ix_round_scores_household", "village_id", "round_id", "household_id"),
    )

    village_id: int = village_key()
    round_id: int = local_key()
    op: str = Field(primary_key=True, max_length=40)
    revision: int = local_key()
    household_id: int
    item: int
    points: int
    remark: str = Field(max_length=100)
    photo_id: int | None
    scorer: int
    handed_in_by: int
    settles: bool
    scored_at: datetime | None
    received_at: datetime
    device: str = Field(max_length=80)


class RoundResult(SQLModel, table=True):
    """What a closed round gave a household for an item: a deed, or the reason why none."""

    __tablename__ = "round_results"
    __table_args__ = (
        belongs_to("rounds", "round_id"),
        belongs_to("households", "household_id"),
        belongs_to("awards", "award_id"),
    )

    village_id: int = village_key()
    round_id: int = local_key()
    household_id: int = local_key()
    item: int = local_key()
    points: int
    award_id: int | None
    left_out: str = Field(max_length=200)
