"""Tables of slips and their lines."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, big, local_key, village_key


class Slip(SQLModel, table=True):
    """One redemption (兑换单). Amounts of credit are fen; `rate_fen` is fen per point.

    `seq` is the ledger event that moved its value. Before and after are the household's own
    balances, so the slip can be printed again as it was.
    """

    __tablename__ = "slips"
    __table_args__ = (
        belongs_to("households", "household_id"),
        belongs_to("shops", "shop_id"),
        ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("village_id", "seq"),
        CheckConstraint("total_fen > 0 AND points_used >= 0", name="amounts"),
    )

    village_id: int = village_key()
    id: int = local_key()
    shop_id: int
    household_id: int
    card_id: int | None
    seq: int
    at: datetime
    cashier: int
    collector: str = Field(max_length=40)
    total_fen: int = big()
    rate_fen: int
    points_used: int
    points_before: int
    points_after: int
    credit_before: int
    credit_after: int


class SlipLine(SQLModel, table=True):
    """One product on a slip, as it was called and priced at that moment."""

    __tablename__ = "slip_lines"
    __table_args__ = (
        belongs_to("slips", "slip_id"),
        belongs_to("products", "product_id"),
        CheckConstraint("quantity > 0 AND price_fen > 0", name="amounts"),
    )

    village_id: int = village_key()
    slip_id: int = local_key()
    line: int = local_key()
    product_id: int
    name: str = Field(max_length=40)
    spec: str = Field(max_length=20)
    quantity: int
    price_fen: int
