"""The proof of the books: reads everything again from the first event and compares.

Nothing here trusts a stored balance, hash or number: all are made anew from the transfers.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Table, select
from sqlmodel import Session

from moralbank.i18n import _
from moralbank.ledger.accounts import UNIT_OF
from moralbank.ledger.chain import GENESIS, HASHED, event_hash
from moralbank.ledger.models import Account, Event, EventKind, Head, Rate, Transfer
from moralbank.ledger.service import hashed

_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]
_heads = Head.__table__  # type: ignore[attr-defined]
_rates = Rate.__table__  # type: ignore[attr-defined]
_AT_ONCE: Final = 1_000
"""So many rows are fetched at a time."""


@dataclass(frozen=True)
class Problem:
    """Something in the books that can't be. `code` is a stable word, `text` says it in words."""

    code: str
    text: str


@dataclass
class _Replay:
    """The books as they are made anew.

    Of the transfers only those stay that are taken back (`named`).
    """

    named: frozenset[tuple[int, int]]
    balances: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    opened: dict[int, list[Any]] = field(default_factory=dict)
    rates: dict[int, tuple[int, str]] = field(default_factory=dict)
    transfers: dict[tuple[int, int], Any] = field(default_factory=dict)
    taken_back: set[tuple[int, int]] = field(default_factory=set)
    seq: int = 0
    hash: str = GENESIS


def check_ledger(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's ledger; an empty list is the proof that it is whole.

    Read as a stream: it takes no more memory for ten million transfers than for ten thousand.
    """
    replay = _Replay(named=_named(session, village_id))
    problems: list[Problem] = []
    orphans: list[int] = []
    for seq, event, rows in _history(session, village_id):
        if event is None:
            orphans.append(seq)
        else:
            problems += _check_event(event, rows, replay)
    for seq in orphans:
        problems.append(Problem("orphan", _("第 %(seq)s 号账有分录，却没有账目", seq=seq)))
    problems += _check_head(session, village_id, replay)
    problems += _check_accounts(session, village_id, replay)
    problems += _check_rates(session, village_id, replay)
    return problems


def _named(session: Session, village_id: int) -> frozenset[tuple[int, int]]:
    """The transfers that others say they take back."""
    rows = session.connection().execute(
        select(_transfers.c.reverses_seq, _transfers.c.reverses_leg).where(
            _transfers.c.village_id == village_id, _transfers.c.reverses_seq.is_not(None)
        )
    )
    return frozenset((row.reverses_seq, row.reverses_leg) for row in rows)


def _history(session: Session, village_id: int) -> Iterator[tuple[int, Any, list[Any]]]:
    """Every number in order with its event (None where there is none) and its transfers."""
    events = _stream(session, _events, village_id, _events.c.seq)
    transfers = _stream(session, _transfers, village_id, _transfers.c.seq, _transfers.c.leg)
    groups = ((seq, list(rows)) for seq, rows in groupby(transfers, key=itemgetter("seq")))
    ahead = next(groups, None)
    for event in events:
        seq = event["seq"]
        while ahead is not None and ahead[0] < seq:
            yield ahead[0], None, ahead[1]
            ahead = next(groups, None)
        if ahead is not None and ahead[0] == seq:
            yield seq, event, ahead[1]
            ahead = next(groups, None)
        else:
            yield seq, event, []
    while ahead is not None:
        yield ahead[0], None, ahead[1]
        ahead = next(groups, None)


def _stream(session: Session, table: Table, village_id: int, *order: Any) -> Iterator[Any]:
    wanted = select(table).where(table.c.village_id == village_id).order_by(*order)
    rows = session.connection().execute(wanted.execution_options(yield_per=_AT_ONCE))
    return iter(rows.mappings())


def _check_event(event: Any, rows: list[Any], replay: _Replay) -> Iterator[Problem]:
    """One event: its number, its hash, its transfers, what it takes back."""
    seq = event["seq"]
    if seq != replay.seq + 1:
        gap = _("第 %(seq)s 号账之前缺号", seq=seq)
        yield Problem("gap", gap)
    expected = event_hash(
        replay.hash,
        **{name: event[name] for name in HASHED},
        transfers=[hashed(row) for row in rows],
    )
    if expected != event["hash"]:
        yield Problem("hash", _("第 %(seq)s 号账与它的校验码不符", seq=seq))
    replay.seq, replay.hash = seq, event["hash"]
    for leg, row in enumerate(rows, start=1):
        yield from _check_transfer(row, leg, replay)
    yield from _check_payload(event, rows, replay)
    yield from _check_reversal(event, rows, replay)


def _check_transfer(row: Any, leg: int, replay: _Replay) -> Iterator[Problem]:
    """A transfer stands in its order, and left the balances that it says."""
    if row["leg"] != leg:
        yield Problem("legs", _("第 %(seq)s 号账的分录缺号", seq=row["seq"]))
    replay.balances[row["debit_account"]] -= row["amount"]
    replay.balances[row["credit_account"]] += row["amount"]
    left = (replay.balances[row["debit_account"]], replay.balances[row["credit_account"]])
    if left != (row["debit_after"], row["credit_after"]):
        yield Problem("running", _("第 %(seq)s 号账记的余额与分录不符", seq=row["seq"]))
    if replay.named and (row["seq"], row["leg"]) in replay.named:
        replay.transfers[row["seq"], row["leg"]] = row


def _check_payload(event: Any, rows: list[Any], replay: _Replay) -> Iterator[Problem]:
    """Events without transfers say what they did in their payload; remember it.

    Deeds may move nothing: deductions from a household that has no points.
    """
    if event["kind"] == EventKind.OPEN_ACCOUNTS:
        for number, *rest in json.loads(event["payload"]).get("opened", []):
            replay.opened[number] = rest
    elif event["kind"] == EventKind.SET_RATE:
        rate = json.loads(event["payload"])
        replay.rates[event["seq"]] = (rate["fen_per_point"], rate["valid_from"])
    elif not rows and not json.loads(event["payload"]).get("awards"):
        yield Problem("empty", _("第 %(seq)s 号账没有分录", seq=event["seq"]))


def _check_reversal(event: Any, rows: list[Any], replay: _Replay) -> Iterator[Problem]:
    """A reversal mirrors transfers of the one event it names, each of them once."""
    problem = Problem("reversal", _("第 %(seq)s 号冲正与原账不符", seq=event["seq"]))
    is_reversal = event["kind"] == EventKind.REVERSE
    if is_reversal != (event["reverses"] is not None):
        yield problem
        return
    for row in rows:
        target = (row["reverses_seq"], row["reverses_leg"])
        if (target != (None, None)) != is_reversal:
            yield problem
        if not is_reversal:
            continue
        original = replay.transfers.get(target)
        if target[0] != event["reverses"] or original is None or not _mirrors(row, original):
            yield problem
        if target in replay.taken_back:
            yield Problem("reversed_twice", _("第 %(seq)s 号账被冲正两次", seq=target[0]))
        replay.taken_back.add(target)


def _mirrors(row: Any, original: Any) -> bool:
    there = (original["credit_account"], original["debit_account"], original["amount"])
    return (row["debit_account"], row["credit_account"], row["amount"]) == there


def _check_head(session: Session, village_id: int, replay: _Replay) -> Iterator[Problem]:
    """The head row stands at the chain's end: nothing was cut off there."""
    head = (
        session.connection()
        .execute(select(_heads.c.seq, _heads.c.hash).where(_heads.c.village_id == village_id))
        .first()
    )
    if head is None or (head.seq, head.hash) != (replay.seq, replay.hash):
        yield Problem("head", _("账尾与总账记录不符：可能有账被删去"))


def _check_accounts(session: Session, village_id: int, replay: _Replay) -> Iterator[Problem]:
    """Each account is as it was opened, and holds what its transfers left; units sum to zero."""
    rows = session.connection().execute(
        select(_accounts).where(_accounts.c.village_id == village_id)
    )
    sums: dict[str, int] = defaultdict(int)
    seen = set()
    for row in rows:
        seen.add(row.id)
        sums[row.unit] += row.balance
        if replay.opened.get(row.id) != [row.unit, row.kind, row.owner, row.floor]:
            yield Problem("account", _("%(id)s 号账户与开户记录不符", id=row.id))
        if row.unit != UNIT_OF[row.kind]:
            yield Problem("unit", _("%(id)s 号账户的单位不对", id=row.id))
        if row.balance != replay.balances.get(row.id, 0):
            yield Problem("balance", _("%(id)s 号账户的余额与分录不符", id=row.id))
        if row.floor is not None and row.balance < row.floor:
            yield Problem("floor", _("%(id)s 号账户透支", id=row.id))
    for number in set(replay.opened) - seen:
        yield Problem("account_missing", _("%(id)s 号账户不见了", id=number))
    for unit, amount in sums.items():
        if amount != 0:
            yield Problem("sum", _("%(unit)s 的总和不是零", unit=unit))


def _check_rates(session: Session, village_id: int, replay: _Replay) -> Iterator[Problem]:
    """Each rate has its event, and each such event its rate."""
    rows = session.connection().execute(select(_rates).where(_rates.c.village_id == village_id))
    found = {row.seq: (row.fen_per_point, row.valid_from.isoformat()) for row in rows}
    for seq in sorted(set(found) | set(replay.rates)):
        if found.get(seq) != replay.rates.get(seq):
            yield Problem("rate", _("第 %(seq)s 号账定的兑换比例被改动", seq=seq))
