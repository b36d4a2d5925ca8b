"""The proof of the counter: every redemption has its slip, and both say the same.

`refund_check.py` proves what was taken back, and the days that were closed.
"""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session

from moralbank.counter.models import Proof, Refund, Slip, SlipLine
from moralbank.counter.posting import TAKER, slip_payload
from moralbank.counter.reckoning import Reckoning
from moralbank.counter.refund_check import check_days, check_refunds
from moralbank.i18n import _
from moralbank.ledger.chain import canonical_json
from moralbank.ledger.check import Problem
from moralbank.ledger.models import VILLAGE, Account, AccountKind, Event, EventKind, Transfer
from moralbank.store.models import Product

_slips = Slip.__table__  # type: ignore[attr-defined]
_lines = SlipLine.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]
_products = Product.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]

Sides = tuple[tuple[AccountKind, int], tuple[AccountKind, int]]
_OWN: Final = {AccountKind.HOUSEHOLD_POINTS, AccountKind.HOUSEHOLD_CREDIT}


@dataclass(frozen=True)
class Books:
    """What the ledger says of the counter: events, their legs, and points over time."""

    events: dict[int, Any]
    legs: dict[int, list[tuple[Sides, Any]]]
    points: dict[int, list[tuple[int, int]]]

    def points_before(self, household_id: int, seq: int) -> int:
        """The household's points just before an event."""
        steps = self.points.get(household_id, [])
        place = bisect_left(steps, seq, key=lambda step: step[0])
        return steps[place - 1][1] if place else 0

    def moved(self, seq: int) -> list[tuple[Sides, int, int]]:
        """Each leg of an event: between whom, how much, what it left to the household."""
        return [(sides, row.amount, _left(sides, row)) for sides, row in self.legs.get(seq, [])]

    def of_kind(self, kind: EventKind) -> dict[int, Any]:
        """The events of one kind by number."""
        return {seq: event for seq, event in self.events.items() if event.kind == kind}


def check_counter(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's slips, refunds and closed days; empty is the proof."""
    books = _books(session, village_id)
    slips = {
        row.seq: row
        for row in session.connection().execute(
            select(_slips).where(_slips.c.village_id == village_id)
        )
    }
    lines = _lines_of(session, village_id)
    problems = [*_check_slips(slips, lines, books)]
    of_slip = {slip.id: slip for slip in slips.values()}
    problems += check_refunds(session, village_id, of_slip, lines, books)
    problems += _check_claims(session, village_id)
    problems += check_days(session, village_id)
    return problems


def _books(session: Session, village_id: int) -> Books:
    kinds = (EventKind.REDEEM, EventKind.REFUND)
    rows = session.connection().execute(
        select(
            _events.c.seq, _events.c.kind, _events.c.payload, _events.c.actor, _events.c.at
        ).where(_events.c.village_id == village_id, _events.c.kind.in_(kinds))
    )
    events = {row.seq: row for row in rows}
    legs = _legs_of(session, village_id, kinds)
    return Books(events, legs, _points_over_time(session, village_id))


def _check_slips(
    slips: dict[int, Any], lines: dict[int, list[Any]], books: Books
) -> Iterator[Problem]:
    """Redemptions and slips are the same ones, and agree."""
    events = books.of_kind(EventKind.REDEEM)
    for seq in sorted(events.keys() - slips.keys()):
        yield Problem("slip_missing", _("第 %(seq)s 号兑换没有兑换单", seq=seq))
    for seq, slip in sorted(slips.items()):
        if seq not in events:
            words = _("第 %(n)s 号兑换单没有对应的账", n=slip.id)
            yield Problem("slip_without_event", words)
            continue
        yield from _check_slip(slip, lines[slip.id], events[seq], books)
        if slip.points_before != books.points_before(slip.household_id, seq):
            words = _("第 %(n)s 号兑换单的兑前积分与账上不符", n=slip.id)
            yield Problem("slip_before", words)


def _lines_of(session: Session, village_id: int) -> dict[int, list[Any]]:
    """Lines by slip, each with the SKU of its product."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = session.connection().execute(
        select(_lines, _products.c.sku)
        .join(
            _products,
            (_products.c.village_id == _lines.c.village_id)
            & (_products.c.id == _lines.c.product_id),
        )
        .where(_lines.c.village_id == village_id)
        .order_by(_lines.c.slip_id, _lines.c.line)
    )
    for row in rows:
        found[row.slip_id].append(row)
    return found


def _legs_of(
    session: Session, village_id: int, kinds: tuple[EventKind, ...]
) -> dict[int, list[tuple[Sides, Any]]]:
    """The transfers of these kinds of events, each with the accounts it runs between."""
    connection = session.connection()
    accounts = {
        row.id: (row.kind, row.owner)
        for row in connection.execute(
            select(_accounts.c.id, _accounts.c.kind, _accounts.c.owner).where(
                _accounts.c.village_id == village_id
            )
        )
    }
    found: dict[int, list[tuple[Sides, Any]]] = defaultdict(list)
    rows = connection.execute(
        select(_transfers)
        .join(
            _events,
            (_events.c.village_id == _transfers.c.village_id) & (_events.c.seq == _transfers.c.seq),
        )
        .where(_transfers.c.village_id == village_id, _events.c.kind.in_(kinds))
        .order_by(_transfers.c.seq, _transfers.c.leg)
    )
    for row in rows:
        sides = (accounts[row.debit_account], accounts[row.credit_account])
        found[row.seq].append((sides, row))
    return found


def _points_over_time(session: Session, village_id: int) -> dict[int, list[tuple[int, int]]]:
    """By household: (event, points it left), in the ledger's order."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for account, after in (
        (_transfers.c.debit_account, _transfers.c.debit_after),
        (_transfers.c.credit_account, _transfers.c.credit_after),
    ):
        rows = session.connection().execute(
            select(_accounts.c.owner, _transfers.c.seq, _transfers.c.leg, after.label("left"))
            .join(
                _accounts,
                (_accounts.c.village_id == _transfers.c.village_id) & (_accounts.c.id == account),
            )
            .where(
                _transfers.c.village_id == village_id,
                _accounts.c.kind == AccountKind.HOUSEHOLD_POINTS,
            )
        )
        for row in rows:
            found[row.owner].append((row.seq, row.leg, row.left))
    # Both sides in one order: what is given and what is deducted may stand in the same event.
    return {
        owner: [(seq, left) for seq, _leg, left in sorted(steps)] for owner, steps in found.items()
    }


def _check_slip(slip: Any, lines: list[Any], event: Any, books: Books) -> Iterator[Problem]:
    """One slip against its lines, its own sums, its event's payload and its event's legs."""
    reckoned = _reckoned(slip)
    if sum(line.quantity * line.price_fen for line in lines) != slip.total_fen:
        words = _("第 %(n)s 号兑换单的各行合计与总额不符", n=slip.id)
        yield Problem("slip_total", words)
    if not _adds_up(slip, reckoned):
        words = _("第 %(n)s 号兑换单的积分与余额算不平", n=slip.id)
        yield Problem("slip_sums", words)
    named = [[line.sku, line.name, line.quantity, line.price_fen] for line in lines]
    said = canonical_json(slip_payload(slip.id, reckoned, named, _taker(slip, event)))
    if event.payload != said or (slip.cashier, slip.at) != (event.actor, event.at):
        words = _("第 %(n)s 号兑换单与账上写的内容不符", n=slip.id)
        yield Problem("slip_payload", words)
    if books.moved(slip.seq) != _expected(slip):
        words = _("第 %(n)s 号兑换单与账上的分录不符", n=slip.id)
        yield Problem("slip_legs", words)


def _taker(slip: Any, event: Any) -> list[Any] | None:
    """What the event must say of whoever took the goods; None of slips from before it was said.

    Those know neither relation nor proof.
    """
    is_old = "taker" not in json.loads(event.payload)
    if is_old and (slip.relation, slip.proof) == ("", Proof.NONE):
        return None
    return [getattr(slip, name) for name in TAKER]


def _reckoned(slip: Any) -> Reckoning:
    return Reckoning(
        total_fen=slip.total_fen,
        rate_fen=slip.rate_fen,
        points_before=slip.points_before,
        credit_before=slip.credit_before,
        credit_most=slip.credit_used,
    )


def _adds_up(slip: Any, reckoned: Reckoning) -> bool:
    """Whether the slip's figures follow from its total, its rate and what was there before."""
    figures = (slip.credit_used, slip.points_used, slip.points_after, slip.credit_after)
    return not reckoned.short and figures == (
        reckoned.credit_used,
        reckoned.points_used,
        reckoned.points_after,
        reckoned.credit_after,
    )


def _expected(slip: Any) -> list[tuple[Sides, int, int]]:
    """What the event must have moved, and left to the household."""
    points = (AccountKind.HOUSEHOLD_POINTS, slip.household_id)
    credit = (AccountKind.HOUSEHOLD_CREDIT, slip.household_id)
    brought = slip.points_used * slip.rate_fen
    paid = ((credit, (AccountKind.SHOP_ACCEPTED, slip.shop_id)), slip.total_fen, slip.credit_after)
    if not slip.points_used:
        return [paid]
    exchanged = (points, (AccountKind.POINTS_EXCHANGED, VILLAGE))
    issued = ((AccountKind.CREDIT_ISSUED, VILLAGE), credit)
    return [
        (exchanged, slip.points_used, slip.points_after),
        (issued, brought, slip.credit_before + brought),
        paid,
    ]


def _left(sides: Sides, row: Any) -> int:
    """The household's own balance after a leg, whichever side it stands on."""
    return int(row.debit_after if sides[0][0] in _OWN else row.credit_after)


def _check_claims(session: Session, village_id: int) -> Iterator[Problem]:
    """What each shop may claim is its slips less its refunds less what was settled."""
    connection = session.connection()
    claims: dict[int, int] = defaultdict(int)
    for table, sign in ((_slips, 1), (_refunds, -1)):
        rows = connection.execute(
            select(table.c.shop_id, func.sum(table.c.total_fen).label("fen"))
            .where(table.c.village_id == village_id)
            .group_by(table.c.shop_id)
        )
        for row in rows:
            claims[row.shop_id] += sign * int(row.fen)
    for legs in _legs_of(session, village_id, (EventKind.SETTLE, EventKind.REVERSE)).values():
        for (debit, credit), row in legs:
            if debit[0] == AccountKind.SHOP_ACCEPTED:
                claims[debit[1]] -= row.amount
            if credit[0] == AccountKind.SHOP_ACCEPTED:
                claims[credit[1]] += row.amount
    held = connection.execute(
        select(_accounts.c.owner, _accounts.c.balance).where(
            _accounts.c.village_id == village_id, _accounts.c.kind == AccountKind.SHOP_ACCEPTED
        )
    )
    for row in held:
        if row.balance != claims[row.owner]:
            words = _("%(n)s 号店铺应收的与兑换单、退货、结算算不平", n=row.owner)
            yield Problem("shop_claim", words)
