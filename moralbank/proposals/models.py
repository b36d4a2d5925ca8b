"""The table of acts that wait for a second person."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    TURNED_DOWN = "turned_down"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Proposal(SQLModel, table=True):
    """An act (`act` is its key in `proposals/acts.py`) that one person wants and another confirms.

    `content` is the act's own JSON, `words` what it comes to, as the two people read it. Who
    decides is never who proposed: the database holds that too. `result` is the number that the
    act gave, if it gave one.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        belongs_to("users", "proposed_by"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint("state <> 'confirmed' OR decided_by IS NOT NULL", name="decided"),
        Index(
            "ix_proposals_open",
            "village_id",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    village_id: int = village_key()
    id: int = local_key()
    act: str = Field(max_length=40)
    words: str = Field(max_length=400)
    content: str
    state: ProposalState = choice(ProposalState)
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    answer: str = Field(max_length=200)
    result: int | None
