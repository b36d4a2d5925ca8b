"""Table of cards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class CardState(StrEnum):
    """Whether a card works."""

    ACTIVE = "active"
    LOST = "lost"
    REPLACED = "replaced"


class Card(SQLModel, table=True):
    """A card of a household. `token` is 14 random digits and a Luhn digit, unguessable.

    A household has at most one active card. `pin_hash` is its PIN, if the household chose one;
    after too many wrong ones it is locked until `pin_locked_until`.
    """

    __tablename__ = "cards"
    __table_args__ = (
        belongs_to("households", "household_id"),
        UniqueConstraint("token"),
        Index(
            "uq_cards_one_active",
            "village_id",
            "household_id",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    village_id: int = village_key()
    id: int = local_key()
    household_id: int
    token: str = Field(max_length=15)
    state: CardState = choice(CardState)
    issued_at: datetime
    ended_at: datetime | None
    prints: int = Field(default=0)
    pin_hash: str | None = Field(default=None, max_length=200)
    pin_failures: int = Field(default=0)
    pin_locked_until: datetime | None = Field(default=None)
