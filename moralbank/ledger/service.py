"""Moving value. Every change of every balance in the system passes through `post`.

A village's ledger is serial: `lock` takes its head row first, so numbers have no gaps, the
chain has one end, and no two writers can wait for each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, event, select, update
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Session

from moralbank import clock
from moralbank.errors import Invalid, NotFound, Refused
from moralbank.i18n import mark
from moralbank.ledger.chain import canonical_json, event_hash, printed_mark
from moralbank.ledger.models import (
    Account,
    Event,
    EventKind,
    Head,
    Number,
    Transfer,
    Unit,
)
from moralbank.prepared import Prepared, adding, among

_heads = Head.__table__  # type: ignore[attr-defined]
_numbers = Number.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]

_HELD: Final = "ledger_heads"
"""Under this key a session keeps the heads that its transaction has locked."""
LARGEST: Final = 1_000_000_000
"""No single transfer is larger than this (points, or fen: ten million yuan)."""


class LedgerMissing(NotFound):
    """The village has no ledger."""

    text = mark("这个村还没有开账")
    code = "ledger_missing"


class VillageLeft(Refused):
    """The village's books go on in another database; these are kept to be read."""

    text = mark("本村的账已于 %(day)s 迁到别处，这里只能看，不能再记")
    code = "village_left"


class AccountMissing(NotFound):
    """No such account in this village."""

    text = mark("账户不存在")
    code = "account_missing"


class AmountInvalid(Invalid):
    """An amount must be a whole number from 1 to LARGEST."""

    text = mark("数额不对：须是 1 到 1000000000 的整数")
    code = "amount_invalid"


class UnitsDiffer(Invalid):
    """A transfer would mix points with money."""

    text = mark("积分与金额不能混记")
    code = "units_differ"


class BelowFloor(Refused):
    """An account would fall below what it must hold."""

    text = mark("余额不足：现有 %(balance)s，这次要用 %(amount)s")
    code = "below_floor"


class AlreadyReversed(Refused):
    """What is to be taken back was taken back before."""

    text = mark("这笔账已经冲正过，不能再冲正")
    code = "already_reversed"


class NothingToReverse(NotFound):
    """No such event or transfer."""

    text = mark("没有这笔账，无法冲正")
    code = "nothing_to_reverse"


@dataclass(frozen=True)
class Leg:
    """One transfer to be posted: `amount` from account `debit` to account `credit`.

    `memo` is what a statement says about it; `reverses` is (seq, leg) of what it takes back.
    """

    debit: int
    credit: int
    amount: int
    memo: str = ""
    reverses: tuple[int, int] | None = None


@dataclass(frozen=True)
class Posted:
    """An event that stands in the books."""

    seq: int
    hash: str
    at: datetime

    @property
    def mark(self) -> str:
        """Number and short hash, as printed on paper."""
        return printed_mark(self.seq, self.hash)


@dataclass
class _Holding:
    """An account while an event is being made."""

    unit: Unit
    balance: int
    floor: int | None
    touched: bool = field(default=False)

    def move(self, amount: int) -> int:
        """Add `amount` (may be negative) and give back the new balance."""
        if self.floor is not None and self.balance + amount < self.floor:
            raise BelowFloor(balance=self.balance, amount=-amount)
        self.balance += amount
        self.touched = True
        return self.balance


_LOCK: Final = Prepared(
    select(_heads.c.seq, _heads.c.hash, _heads.c.left_at)
    .where(_heads.c.village_id == bindparam("village"))
    .with_for_update()
)
_TAKE_NUMBERS: Final = Prepared(
    update(_numbers)
    .where(_numbers.c.village_id == bindparam("village"), _numbers.c.name == bindparam("of"))
    .values(last=_numbers.c.last + bindparam("count"))
    .returning(_numbers.c.last)
)
_BEGIN_NUMBERS: Final = adding(_numbers)
_HOLDINGS: Final = Prepared(
    select(_accounts.c.id, _accounts.c.unit, _accounts.c.balance, _accounts.c.floor).where(
        _accounts.c.village_id == bindparam("village"), among(_accounts.c.id, "ids")
    )
)
_ADD_EVENT: Final = adding(_events)
_ADD_TRANSFERS: Final = adding(_transfers)
_SET_BALANCE: Final = Prepared(
    update(_accounts)
    .where(_accounts.c.village_id == bindparam("village"), _accounts.c.id == bindparam("account"))
    .values(balance=bindparam("left"))
)
_SET_HEAD: Final = Prepared(
    update(_heads)
    .where(_heads.c.village_id == bindparam("village"))
    .values(seq=bindparam("last"), hash=bindparam("end"))
)


def lock(session: Session, village_id: int) -> tuple[int, str]:
    """Take the village's head row until the end of the transaction; its last seq and hash.

    Every step of an act takes it for itself; only the first of a transaction asks the database.
    Raises LedgerMissing, VillageLeft.
    """
    held: dict[int, tuple[int, str]] = session.info.setdefault(_HELD, {})
    if village_id not in held:
        row = _LOCK.first(session, village=village_id)
        if row is None:
            raise LedgerMissing
        if row.left_at is not None:
            raise VillageLeft(day=clock.local(row.left_at).date())
        held[village_id] = (row.seq, row.hash)
    return held[village_id]


def let_go(session: OrmSession, *_which: object) -> None:
    """What ends a transaction, or goes back to a savepoint in it, may give the row away."""
    session.info.pop(_HELD, None)


for _end in ("after_commit", "after_soft_rollback"):
    event.listen(OrmSession, _end, let_go)


def take_numbers(session: Session, village_id: int, name: str, count: int = 1) -> range:
    """The next `count` village-local numbers under `name`; a number is never given twice."""
    lock(session, village_id)
    last = _TAKE_NUMBERS.scalar(session, village=village_id, of=name, count=count)
    if last is None:
        _BEGIN_NUMBERS.run(session, village_id=village_id, name=name, last=count)
        last = count
    return range(last - count + 1, last + 1)


def take_number(session: Session, village_id: int, name: str) -> int:
    """One number; see `take_numbers`."""
    return take_numbers(session, village_id, name)[0]


def post(
    session: Session,
    village_id: int,
    kind: EventKind,
    legs: Iterable[Leg],
    *,
    actor: int,
    request_id: str | None = None,
    payload: dict[str, Any] | None = None,
    reverses: int | None = None,
) -> Posted:
    """Write one event with its transfers, move the balances, lengthen the chain.

    Legs are taken in order; an account may not be below its floor after any of them. Raises
    AmountInvalid, AccountMissing, UnitsDiffer, BelowFloor; the caller's transaction then ends.
    """
    seq, previous = lock(session, village_id)
    seq += 1
    legs = list(legs)
    holdings = _holdings(session, village_id, legs)
    rows = [
        _transfer_row(village_id, seq, number, leg, holdings)
        for number, leg in enumerate(legs, start=1)
    ]
    at = clock.now()
    written: dict[str, Any] = {
        "village_id": village_id,
        "seq": seq,
        "kind": kind,
        "at": at,
        "actor": actor,
        "request_id": request_id,
        "reverses": reverses,
        "payload": canonical_json(payload or {}),
    }
    end = event_hash(previous, **written, transfers=[hashed(row) for row in rows])
    _ADD_EVENT.run(session, **written, hash=end)
    if rows:
        _ADD_TRANSFERS.many(session, rows)
        _SET_BALANCE.many(
            session,
            [
                {"village": village_id, "account": account, "left": holding.balance}
                for account, holding in holdings.items()
                if holding.touched
            ],
        )
    _SET_HEAD.run(session, village=village_id, last=seq, end=end)
    session.info[_HELD][village_id] = (seq, end)
    return Posted(seq, end, at)


def hashed(row: Any) -> list[Any]:
    """The part of a transfer's row that the hash covers (see `chain.event_hash`)."""
    return [
        row["leg"],
        row["unit"],
        row["debit_account"],
        row["credit_account"],
        row["amount"],
        row["memo"],
        row["reverses_seq"],
        row["reverses_leg"],
    ]


def reverse(
    session: Session,
    village_id: int,
    seq: int,
    *,
    actor: int,
    reason: str,
    legs: Sequence[int] | None = None,
    request_id: str | None = None,
) -> Posted:
    """Take back an event, or only some of its legs, by an event that names it.

    Value goes back the way it came, last leg first. Raises NothingToReverse, AlreadyReversed,
    and BelowFloor where the value is no longer there.
    """
    lock(session, village_id)
    found = (
        session.connection()
        .execute(
            select(_transfers)
            .where(_transfers.c.village_id == village_id, _transfers.c.seq == seq)
            .order_by(_transfers.c.leg.desc())
        )
        .all()
    )
    chosen = [row for row in found if legs is None or row.leg in legs]
    if not chosen or (legs is not None and len(chosen) != len(set(legs))):
        raise NothingToReverse
    _require_not_reversed(session, village_id, seq, [row.leg for row in chosen])
    back = [
        Leg(
            debit=row.credit_account,
            credit=row.debit_account,
            amount=row.amount,
            memo=row.memo,
            reverses=(seq, row.leg),
        )
        for row in chosen
    ]
    return post(
        session,
        village_id,
        EventKind.REVERSE,
        back,
        actor=actor,
        request_id=request_id,
        payload={"reason": reason},
        reverses=seq,
    )


def _holdings(session: Session, village_id: int, legs: list[Leg]) -> dict[int, _Holding]:
    """The accounts that the legs touch, by number."""
    ids = sorted({account for leg in legs for account in (leg.debit, leg.credit)})
    if not ids:
        return {}
    rows = _HOLDINGS.rows(session, village=village_id, ids=ids)
    holdings = {row.id: _Holding(row.unit, row.balance, row.floor) for row in rows}
    if len(holdings) != len(ids):
        raise AccountMissing
    return holdings


def _transfer_row(
    village_id: int, seq: int, number: int, leg: Leg, holdings: dict[int, _Holding]
) -> dict[str, Any]:
    """Move the two balances in memory and give the row that says so."""
    if not 1 <= leg.amount <= LARGEST:
        raise AmountInvalid
    debit, credit = holdings[leg.debit], holdings[leg.credit]
    if debit.unit != credit.unit or leg.debit == leg.credit:
        raise UnitsDiffer
    reversed_seq, reversed_leg = leg.reverses or (None, None)
    return {
        "village_id": village_id,
        "seq": seq,
        "leg": number,
        "unit": debit.unit,
        "debit_account": leg.debit,
        "credit_account": leg.credit,
        "amount": leg.amount,
        "debit_after": debit.move(-leg.amount),
        "credit_after": credit.move(leg.amount),
        "memo": leg.memo[:120],
        "reverses_seq": reversed_seq,
        "reverses_leg": reversed_leg,
    }


def _require_not_reversed(session: Session, village_id: int, seq: int, legs: list[int]) -> None:
    again = session.connection().execute(
        select(_transfers.c.reverses_leg).where(
            _transfers.c.village_id == village_id,
            _transfers.c.reverses_seq == seq,
            _transfers.c.reverses_leg.in_(legs),
        )
    )
    if again.first() is not None:
        raise AlreadyReversed
