"""Tables of vouchers, and of points that lapse."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, big, choice, local_key, village_key


class VoucherKind(StrEnum):
    """Which way money went: income, goods bought, a shop's settlement paid."""

    INCOME = "income"
    PURCHASE = "purchase"
    SETTLEMENT = "settlement"


class FundSource(StrEnum):
    """Where income came from: 村集体, 财政, 捐赠, 帮扶单位, 其他; none where money went out."""

    VILLAGE = "village"
    FINANCE = "finance"
    DONATION = "donation"
    PARTNER = "partner"
    OTHER = "other"
    NONE = "none"


class Voucher(SQLModel, table=True):
    """One movement of the fund's money, by the ledger event `seq`; photos hang on it.

    `number` is the paper voucher's, `day` the day on it, `party` who paid or was paid. A wrong
    one is taken back by the event `reversed_seq`, and stays.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("village_id", "seq"),
        CheckConstraint("amount_fen > 0", name="amount"),
    )

    village_id: int = village_key()
    id: int = local_key()
    kind: VoucherKind = choice(VoucherKind)
    source: FundSource = choice(FundSource)
    number: str = Field(max_length=30)
    day: date
    amount_fen: int = big()
    party: str = Field(max_length=60)
    note: str = Field(max_length=120)
    receipt_id: int | None
    settlement_id: int | None
    seq: int
    at: datetime
    by: int
    reversed_seq: int | None = Field(default=None)
    reversed_why: str = Field(default="", max_length=80)


class LapseRule(SQLModel, table=True):
    """From `begins` on, points older than `keeps_months` lapse every year on that day and month.

    The newest rule holds. `begins` is None where points no longer lapse.
    """

    __tablename__ = "lapse_rules"
    __table_args__ = (CheckConstraint("keeps_months BETWEEN 0 AND 120", name="keeps"),)

    village_id: int = village_key()
    id: int = local_key()
    begins: date | None
    keeps_months: int
    resolution: str = Field(max_length=80)
    at: datetime
    by: int


class Lapse(SQLModel, table=True):
    """Points that lapsed on a day, by the ledger event `seq` (None where nobody had any)."""

    __tablename__ = "lapses"
    __table_args__ = (
        belongs_to("lapse_rules", "rule_id"),
        UniqueConstraint("village_id", "day"),
    )

    village_id: int = village_key()
    id: int = local_key()
    rule_id: int
    day: date
    older_than: date
    households: int
    points: int = big()
    seq: int | None
    at: datetime


class LapseLine(SQLModel, table=True):
    """What one household lost by a lapse."""

    __tablename__ = "lapse_lines"
    __table_args__ = (
        belongs_to("lapses", "lapse_id"),
        belongs_to("households", "household_id"),
        CheckConstraint("points > 0", name="points"),
    )

    village_id: int = village_key()
    lapse_id: int = local_key()
    household_id: int = local_key()
    points: int
