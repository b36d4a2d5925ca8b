"""Tables of slips, refunds and closed days."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, big, choice, local_key, village_key


class Proof(StrEnum):
    """How whoever took the goods proved to be right: not asked, the card's PIN, a signature."""

    NONE = "none"
    PIN = "pin"
    SIGNATURE = "signature"


class Slip(SQLModel, table=True):
    """One redemption (兑换单). Amounts of credit are fen; `rate_fen` is fen per point.

    `seq` is the ledger event that moved its value. Before and after are the household's own
    balances, so the slip can be printed again as it was. `credit_used` is how much of the credit
    from earlier paid for a part. An empty `collector` is the head; `relation` says whose hand
    took the goods where it is nobody of the household.
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
        CheckConstraint("credit_used >= 0 AND credit_used <= credit_before", name="credit"),
        # A day's slips of a shop, and what a household took: the counter asks at every step.
        Index("ix_slips_day", "village_id", "shop_id", "at"),
        Index("ix_slips_household", "village_id", "household_id", "at"),
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
    relation: str = Field(default="", max_length=20)
    proof: Proof = choice(Proof, Proof.NONE)
    total_fen: int = big()
    rate_fen: int
    points_used: int
    credit_used: int = big(default=0)
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


class Refund(SQLModel, table=True):
    """Lines of a slip that were taken back (退货), by the ledger event `seq`.

    `total_fen` = `points_back` × the slip's rate + `credit_back`, which is below zero where the
    change of the slip's last point goes back, too. Before and after are the household's balances.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        belongs_to("slips", "slip_id"),
        ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("village_id", "seq"),
        CheckConstraint("total_fen > 0 AND points_back >= 0", name="amounts"),
        Index("ix_refunds_slip", "village_id", "slip_id"),
        Index("ix_refunds_day", "village_id", "shop_id", "at"),
    )

    village_id: int = village_key()
    id: int = local_key()
    slip_id: int
    shop_id: int
    household_id: int
    seq: int
    at: datetime
    by: int
    reason: str = Field(max_length=80)
    total_fen: int = big()
    points_back: int
    credit_back: int = big()
    points_after: int
    credit_after: int


class RefundLine(SQLModel, table=True):
    """A slip's line that was taken back: its key lets that happen once.

    `written_off` goods came back spoiled and left the shelf again.
    """

    __tablename__ = "refund_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "slip_id", "line"],
            ["slip_lines.village_id", "slip_lines.slip_id", "slip_lines.line"],
            ondelete="RESTRICT",
        ),
        belongs_to("refunds", "refund_id"),
    )

    village_id: int = village_key()
    slip_id: int = local_key()
    line: int = local_key()
    refund_id: int
    written_off: bool


class DayClose(SQLModel, table=True):
    """A shop's closed day (日结): what the books say, what was counted, and why they differ.

    `goods` is canonical JSON of [product, title, pieces, fen, pieces back, fen back] by product.
    Opened again by the accountant it stays, with who and why; the day may then be closed anew.
    """

    __tablename__ = "day_closes"
    __table_args__ = (
        belongs_to("shops", "shop_id"),
        Index(
            "uq_day_closes_one",
            "village_id",
            "shop_id",
            "day",
            unique=True,
            sqlite_where=text("reopened_at IS NULL"),
            postgresql_where=text("reopened_at IS NULL"),
        ),
    )

    village_id: int = village_key()
    id: int = local_key()
    shop_id: int
    day: date
    slips: int
    total_fen: int = big()
    points_used: int
    credit_used: int = big()
    refunds: int
    refunded_fen: int = big()
    points_back: int
    counted_slips: int
    counted_fen: int = big()
    reason: str = Field(max_length=80)
    goods: str
    mark: str = Field(max_length=24)
    closed_at: datetime
    closed_by: int
    reopened_at: datetime | None
    reopened_by: int | None
    reopened_why: str = Field(default="", max_length=80)
