"""Tables of the ledger. Rows of events and transfers are never changed and never deleted."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import big, choice, local_key, village_key

VILLAGE = 0
"""The owner of an account that belongs to the village itself."""


class Unit(StrEnum):
    """What an account counts: whole points, store credit in fen, money in fen."""

    POINT = "point"
    CREDIT = "credit"
    CASH = "cash"


class AccountKind(StrEnum):
    """What an account is for. The owner is a household, a shop, or 0 for the village."""

    HOUSEHOLD_POINTS = "household_points"
    HOUSEHOLD_CREDIT = "household_credit"
    SHOP_ACCEPTED = "shop_accepted"
    POINTS_ISSUED = "points_issued"
    POINTS_EXCHANGED = "points_exchanged"
    POINTS_LAPSED = "points_lapsed"
    CREDIT_ISSUED = "credit_issued"
    CREDIT_SETTLED = "credit_settled"
    FUND_CASH = "fund_cash"
    FUND_INCOME = "fund_income"
    FUND_SETTLED = "fund_settled"
    FUND_GOODS = "fund_goods"


class EventKind(StrEnum):
    """What an event did."""

    OPEN_ACCOUNTS = "open_accounts"
    SET_RATE = "set_rate"
    POST_AWARDS = "post_awards"
    REDEEM = "redeem"
    REFUND = "refund"
    INCOME = "income"
    PURCHASE = "purchase"
    SETTLE = "settle"
    LAPSE = "lapse"
    REVERSE = "reverse"


class Head(SQLModel, table=True):
    """The end of a village's chain, and the one row that a writer locks first.

    Since `left_at` the village lives in another database; nothing more is written here.
    """

    __tablename__ = "ledger_heads"

    village_id: int = village_key()
    seq: int = Field(default=0)
    hash: str = Field(max_length=64)
    left_at: datetime | None = None


class Number(SQLModel, table=True):
    """The last number given in a village under a name ("award", "slip"); never goes back."""

    __tablename__ = "ledger_numbers"

    village_id: int = village_key()
    name: str = Field(primary_key=True, max_length=24)
    last: int


class Account(SQLModel, table=True):
    """A heap of one unit. `balance` = credits − debits; it may not fall below `floor`."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("village_id", "kind", "owner"),
        # The target of the transfers' keys: both sides of a transfer share one unit.
        UniqueConstraint("village_id", "id", "unit"),
        CheckConstraint("floor IS NULL OR balance >= floor", name="floor"),
    )

    village_id: int = village_key()
    id: int = local_key()
    unit: Unit = choice(Unit)
    kind: AccountKind = choice(AccountKind)
    owner: int
    balance: int = big()
    floor: int | None = big()


class Event(SQLModel, table=True):
    """One act. `hash` = sha256(hash of the one before + canonical form of this one)."""

    __tablename__ = "ledger_events"
    __table_args__ = (
        UniqueConstraint("village_id", "request_id"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("reverses < seq", name="reverses"),
    )

    village_id: int = village_key()
    seq: int = local_key()
    kind: EventKind = choice(EventKind)
    at: datetime
    actor: int
    request_id: str | None = Field(max_length=64)
    reverses: int | None
    payload: str
    hash: str = Field(max_length=64)


class Transfer(SQLModel, table=True):
    """`amount` of `unit` from the debited to the credited account: balanced by construction.

    `debit_after` and `credit_after` are the balances this transfer left behind, so a statement
    of fifty lines costs fifty rows however long the history is. A reversing transfer names the
    transfer that it takes back; each can be taken back once.
    """

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            ondelete="RESTRICT",
        ),
        ForeignKeyConstraint(
            ["village_id", "debit_account", "unit"],
            ["ledger_accounts.village_id", "ledger_accounts.id", "ledger_accounts.unit"],
            ondelete="RESTRICT",
        ),
        ForeignKeyConstraint(
            ["village_id", "credit_account", "unit"],
            ["ledger_accounts.village_id", "ledger_accounts.id", "ledger_accounts.unit"],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("village_id", "reverses_seq", "reverses_leg"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_account <> credit_account", name="two_accounts"),
        CheckConstraint("(reverses_seq IS NULL) = (reverses_leg IS NULL)", name="reverses"),
        Index("ix_ledger_transfers_debit", "village_id", "debit_account", "seq", "leg"),
        Index("ix_ledger_transfers_credit", "village_id", "credit_account", "seq", "leg"),
    )

    village_id: int = village_key()
    seq: int = local_key()
    leg: int = local_key()
    unit: Unit = choice(Unit)
    debit_account: int
    credit_account: int
    amount: int = big()
    debit_after: int = big()
    credit_after: int = big()
    memo: str = Field(max_length=120)
    reverses_seq: int | None
    reverses_leg: int | None


class Request(SQLModel, table=True):
    """What became of a request id: its result, or its refusal. Either way it stays so."""

    __tablename__ = "ledger_requests"

    village_id: int = village_key()
    id: str = Field(primary_key=True, max_length=64)
    act: str = Field(max_length=40)
    digest: str = Field(max_length=64)
    result: int | None
    refusal: str | None
    at: datetime


class Rate(SQLModel, table=True):
    """Fen of store credit for one point, from a day on. Set by an event of the same number."""

    __tablename__ = "ledger_rates"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            ondelete="RESTRICT",
        ),
        CheckConstraint("fen_per_point > 0", name="fen_per_point"),
    )

    village_id: int = village_key()
    seq: int = local_key()
    fen_per_point: int
    valid_from: date
