"""Tables of settlements and of what stands in them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, big, choice, local_key, village_key


class SettlementState(StrEnum):
    """How far a settlement is; a draft that was given up sets its slips free."""

    DRAFT = "draft"
    SIGNED = "signed"
    CHECKED = "checked"
    PAID = "paid"
    DROPPED = "dropped"


class Settlement(SQLModel, table=True):
    """What a shop's slips less refunds come to, up to a day (结算单).

    `amount_fen` = slips − refunds. `due_fen` is what of it was to be paid when it was drawn up, by
    the kind that the shop then was; `paid_fen` may differ from that, with a `reason`. `first` is
    the day after the last settlement's cut-off, or the day of the first slip.
    """

    __tablename__ = "settlements"
    __table_args__ = (
        belongs_to("shops", "shop_id"),
        CheckConstraint("amount_fen >= 0 AND due_fen >= 0 AND paid_fen >= 0", name="amounts"),
        CheckConstraint("last >= first", name="days"),
    )

    village_id: int = village_key()
    id: int = local_key()
    shop_id: int
    first: date
    last: date
    state: SettlementState = choice(SettlementState)
    slips: int
    refunds: int
    refunds_fen: int = big()
    amount_fen: int = big()
    due_fen: int = big()
    paid_fen: int | None = big(default=None)
    reason: str = Field(default="", max_length=120)
    drafted_by: int
    drafted_at: datetime
    signed_by: int | None = Field(default=None)
    signed_at: datetime | None = Field(default=None)
    checked_by: int | None = Field(default=None)
    checked_at: datetime | None = Field(default=None)
    paid_by: int | None = Field(default=None)
    paid_at: datetime | None = Field(default=None)
    seq: int | None = Field(default=None)


class SettlementSlip(SQLModel, table=True):
    """A slip in its settlement: its key lets it be in one only."""

    __tablename__ = "settlement_slips"
    __table_args__ = (belongs_to("slips", "slip_id"), belongs_to("settlements", "settlement_id"))

    village_id: int = village_key()
    slip_id: int = local_key()
    settlement_id: int


class SettlementRefund(SQLModel, table=True):
    """A refund in its settlement: the first after it, also where its slip was paid long ago."""

    __tablename__ = "settlement_refunds"
    __table_args__ = (
        belongs_to("refunds", "refund_id"),
        belongs_to("settlements", "settlement_id"),
    )

    village_id: int = village_key()
    refund_id: int = local_key()
    settlement_id: int
