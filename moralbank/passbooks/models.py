"""Table of passbooks: how far each was printed."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, local_key, village_key


class Passbook(SQLModel, table=True):
    """A household's passbook. Lines count from 1 in the order of the ledger.

    `lines` is how many of them were printed so far, `mark` the ledger's end at that moment;
    `prints` how often anything was printed.
    """

    __tablename__ = "passbooks"
    __table_args__ = (belongs_to("households", "household_id"),)

    village_id: int = village_key()
    household_id: int = local_key()
    lines: int
    mark: str = Field(max_length=24)
    prints: int
    printed_at: datetime
    printed_by: int
