"""Reading the books: balances, rates, statements, printed marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import Session

from moralbank import clock
from moralbank.errors import Refused
from moralbank.i18n import mark
from moralbank.ledger.chain import printed_mark
from moralbank.ledger.models import (
    VILLAGE,
    Account,
    AccountKind,
    Event,
    EventKind,
    Head,
    Rate,
    Transfer,
)
from moralbank.ledger.service import AccountMissing
from moralbank.prepared import Prepared

_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]
_rates = Rate.__table__  # type: ignore[attr-defined]
_heads = Head.__table__  # type: ignore[attr-defined]

STILL_HERE: Final = select(_heads.c.village_id).where(_heads.c.left_at.is_(None))
"""The villages whose books go on in this database: what falls due by itself is theirs alone."""
CLOCK_SLACK: Final = timedelta(minutes=5)
"""So far may this machine's clock stand before the last event: another machine may have posted.

Proofs that compare moments leave as much.
"""


class NoRate(Refused):
    """No rate is in force today."""

    text = mark("还没有设定积分兑换比例，请管理员先设定")
    code = "no_rate"


class ClockBehind(Refused):
    """The machine's clock stands before what is in the books already."""

    text = mark(
        "这台电脑的时间（%(now)s）比账上最后一笔（%(last)s）还早，这次没有办。请先校准电脑的时间"
    )
    code = "clock_behind"


@dataclass(frozen=True)
class Balance:
    """An account's number and what is on it (points or fen)."""

    account: int
    amount: int


@dataclass(frozen=True)
class StatementLine:
    """One transfer as the account's owner sees it.

    `amount` is signed: positive came in, negative went out; `balance` is what was left.
    """

    seq: int
    leg: int
    at: datetime
    kind: EventKind
    amount: int
    balance: int
    memo: str
    reverses_seq: int | None
    mark: str


def account_of(
    session: Session, village_id: int, kind: AccountKind, owner: int = VILLAGE
) -> Balance:
    """The account of `kind` that belongs to `owner`; raises AccountMissing."""
    row = (
        session.connection()
        .execute(
            select(_accounts.c.id, _accounts.c.balance).where(
                _accounts.c.village_id == village_id,
                _accounts.c.kind == kind,
                _accounts.c.owner == owner,
            )
        )
        .first()
    )
    if row is None:
        raise AccountMissing
    return Balance(row.id, row.balance)


@cache
def _accounts_asked(count: int) -> Prepared:
    """So many accounts by kind and owner: each is looked up by itself in the index."""
    wanted = select(_accounts.c.kind, _accounts.c.owner, _accounts.c.id, _accounts.c.balance)
    these = (
        and_(
            # The village in each of them: else SQLite reads all of its accounts.
            _accounts.c.village_id == bindparam("village"),
            _accounts.c.kind == bindparam(f"kind{n}"),
            _accounts.c.owner == bindparam(f"owner{n}"),
        )
        for n in range(count)
    )
    return Prepared(wanted.where(or_(*these)))


def accounts_of(
    session: Session, village_id: int, wanted: Sequence[tuple[AccountKind, int]]
) -> list[Balance]:
    """The accounts of each (kind, owner), in this order, by one statement; see `account_of`."""
    asked: dict[str, Any] = {}
    for n, (kind, owner) in enumerate(wanted):
        asked |= {f"kind{n}": kind, f"owner{n}": owner}
    rows = _accounts_asked(len(wanted)).rows(session, village=village_id, **asked)
    found = {(row.kind, row.owner): Balance(row.id, row.balance) for row in rows}
    if not found.keys() >= set(wanted):
        raise AccountMissing
    return [found[one] for one in wanted]


def balances(session: Session, village_id: int, kind: AccountKind) -> dict[int, Balance]:
    """Every account of `kind` in the village, by owner."""
    rows = session.connection().execute(
        select(_accounts.c.owner, _accounts.c.id, _accounts.c.balance).where(
            _accounts.c.village_id == village_id, _accounts.c.kind == kind
        )
    )
    return {row.owner: Balance(row.id, row.balance) for row in rows}


_TOTAL: Final = Prepared(
    select(func.sum(_accounts.c.balance)).where(
        _accounts.c.village_id == bindparam("village"), _accounts.c.kind == bindparam("kind")
    )
)


def total(session: Session, village_id: int, kind: AccountKind) -> int:
    """What all accounts of `kind` hold together."""
    found = _TOTAL.scalar(session, village=village_id, kind=kind)
    return int(found or 0)  # PostgreSQL sums into a Decimal


_RATE_ON: Final = Prepared(
    select(_rates.c.fen_per_point)
    .where(_rates.c.village_id == bindparam("village"), _rates.c.valid_from <= bindparam("day"))
    .order_by(_rates.c.valid_from.desc(), _rates.c.seq.desc())
    .limit(1)
)


def rate_on(session: Session, village_id: int, day: date | None = None) -> int:
    """Fen per point on `day` (today if not given): the latest that had begun. Raises NoRate."""
    found = _RATE_ON.scalar(session, village=village_id, day=day or clock.today())
    if found is None:
        raise NoRate
    return int(found)


def rate_in_force(session: Session, village_id: int) -> int | None:
    """Fen per point today, or None before the first rate."""
    try:
        return rate_on(session, village_id)
    except NoRate:
        return None


def _side(account: ColumnElement[int]) -> Select[Any]:
    """The newest transfers on one side of an account, read off that side's index in its order."""
    older = tuple_(_transfers.c.seq, _transfers.c.leg) < tuple_(
        bindparam("seq", type_=Integer), bindparam("leg", type_=Integer)
    )
    newest = (
        select(_transfers)
        .where(
            _transfers.c.village_id == bindparam("village"),
            account == bindparam("account"),
            older,
        )
        .order_by(_transfers.c.seq.desc(), _transfers.c.leg.desc())
        .limit(bindparam("lines"))
    )
    return select(newest.subquery())


def _statement() -> Select[Any]:
    """Of both sides together: with OR, databases sort an account's whole history."""
    lines = union_all(_side(_transfers.c.debit_account), _side(_transfers.c.credit_account))
    found = lines.subquery()
    of_event = and_(_events.c.village_id == found.c.village_id, _events.c.seq == found.c.seq)
    return (
        select(found, _events.c.at, _events.c.kind, _events.c.hash)
        .join(_events, of_event)
        .order_by(found.c.seq.desc(), found.c.leg.desc())
        .limit(bindparam("lines"))
    )


STATEMENT: Final = _statement()
_STATEMENT: Final = Prepared(STATEMENT)
_NEWEST: Final = ((1 << 31) - 1, 0)
"""Older than this (seq, leg) is every line."""


def statement(
    session: Session,
    village_id: int,
    account: int,
    *,
    limit: int = 50,
    before: tuple[int, int] | None = None,
) -> list[StatementLine]:
    """The newest `limit` lines of an account, newest first, older than `before` (seq, leg).

    It costs as many lines as it gives, however long the account's history is.
    """
    seq, leg = before or _NEWEST
    asked = {"village": village_id, "account": account, "seq": seq, "leg": leg, "lines": limit}
    lines = []
    for row in _STATEMENT.rows(session, **asked):
        credited = row.credit_account == account
        lines.append(
            StatementLine(
                seq=row.seq,
                leg=row.leg,
                at=row.at,
                kind=row.kind,
                amount=row.amount if credited else -row.amount,
                balance=row.credit_after if credited else row.debit_after,
                memo=row.memo,
                reverses_seq=row.reverses_seq,
                mark=printed_mark(row.seq, row.hash),
            )
        )
    return lines


def event_mark(session: Session, village_id: int, seq: int) -> str:
    """Number and short hash of one event."""
    found = session.connection().scalar(
        select(_events.c.hash).where(_events.c.village_id == village_id, _events.c.seq == seq)
    )
    return printed_mark(seq, found or "")


_HEAD: Final = Prepared(
    select(_heads.c.seq, _heads.c.hash).where(_heads.c.village_id == bindparam("village"))
)


def head_mark(session: Session, village_id: int) -> str:
    """Number and short hash of the books' last event: what sheets carry."""
    row = _HEAD.rows(session, village=village_id)[0]
    return printed_mark(row.seq, row.hash)


_LAST_MOMENT: Final = Prepared(
    select(_events.c.at)
    .where(_events.c.village_id == bindparam("village"))
    .order_by(_events.c.seq.desc())
    .limit(1)
)


def last_moment(session: Session, village_id: int) -> datetime | None:
    """When the books' last event was written; None before the first."""
    return _LAST_MOMENT.scalar(session, village=village_id)


def require_clock(session: Session, village_id: int) -> None:
    """Raise ClockBehind where the clock was set back behind the last event of the books."""
    last, now = last_moment(session, village_id), clock.now()
    if last is not None and now < last - CLOCK_SLACK:
        raise ClockBehind(now=clock.minute(now), last=clock.minute(last))
