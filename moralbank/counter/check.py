"""The proof of the counter: every redemption has its slip, and both say the same."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank.counter.models import Slip, SlipLine
from moralbank.counter.reckoning import Reckoning
from moralbank.i18n import _
from moralbank.ledger.chain import canonical_json
from moralbank.ledger.check import Problem
from moralbank.ledger.models import Account, AccountKind, Event, EventKind, Transfer
from moralbank.store.models import Product

_slips = Slip.__table__  # type: ignore[attr-defined]
_lines = SlipLine.__table__  # type: ignore[attr-defined]
_products = Product.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]

Sides = tuple[tuple[AccountKind, int], tuple[AccountKind, int]]
_VILLAGE: Final = 0


def check_counter(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's slips; an empty list is the proof that nothing is."""
    connection = session.connection()
    events = {
        row.seq: row
        for row in connection.execute(
            select(_events.c.seq, _events.c.payload, _events.c.actor, _events.c.at).where(
                _events.c.village_id == village_id, _events.c.kind == EventKind.REDEEM
            )
        )
    }
    slips = {
        row.seq: row
        for row in connection.execute(select(_slips).where(_slips.c.village_id == village_id))
    }
    lines, legs = _lines_of(session, village_id), _legs_of(session, village_id)
    points = _points_over_time(session, village_id)
    problems = [
        Problem("slip_missing", _("第 %(seq)s 号兑换没有兑换单", seq=seq))
        for seq in sorted(events.keys() - slips.keys())
    ]
    for seq, slip in sorted(slips.items()):
        if seq not in events:
            words = _("第 %(n)s 号兑换单没有对应的账", n=slip.id)
            problems.append(Problem("slip_without_event", words))
        else:
            problems += _check_slip(slip, lines[slip.id], events[seq], legs[seq])
            if slip.points_before != _before(points.get(slip.household_id, []), seq):
                words = _("第 %(n)s 号兑换单的兑前积分与账上不符", n=slip.id)
                problems.append(Problem("slip_before", words))
    return problems


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


def _legs_of(session: Session, village_id: int) -> dict[int, list[tuple[Sides, Any]]]:
    """The transfers of every redemption by event, each with the accounts it runs between."""
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
        .where(_transfers.c.village_id == village_id, _events.c.kind == EventKind.REDEEM)
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


def _before(steps: list[tuple[int, int]], seq: int) -> int:
    """The points just before an event."""
    place = bisect_left(steps, seq, key=lambda step: step[0])
    return steps[place - 1][1] if place else 0


def _check_slip(
    slip: Any, lines: list[Any], event: Any, legs: list[tuple[Sides, Any]]
) -> Iterator[Problem]:
    """One slip against its lines, its own sums, its event's payload and its event's legs."""
    if sum(line.quantity * line.price_fen for line in lines) != slip.total_fen:
        words = _("第 %(n)s 号兑换单的各行合计与总额不符", n=slip.id)
        yield Problem("slip_total", words)
    if not _adds_up(slip):
        words = _("第 %(n)s 号兑换单的积分与余额算不平", n=slip.id)
        yield Problem("slip_sums", words)
    payload = {
        "slip": slip.id,
        "rate": slip.rate_fen,
        "lines": [[line.sku, line.name, line.quantity, line.price_fen] for line in lines],
    }
    same_act = (slip.cashier, slip.at) == (event.actor, event.at)
    if event.payload != canonical_json(payload) or not same_act:
        words = _("第 %(n)s 号兑换单与账上写的内容不符", n=slip.id)
        yield Problem("slip_payload", words)
    if not _legs_agree(slip, legs):
        words = _("第 %(n)s 号兑换单与账上的分录不符", n=slip.id)
        yield Problem("slip_legs", words)


def _adds_up(slip: Any) -> bool:
    """Whether the slip's figures follow from its total, its rate and what was there before."""
    reckoned = Reckoning(slip.total_fen, slip.rate_fen, slip.points_before, slip.credit_before)
    return not reckoned.short and (
        slip.points_used,
        slip.points_after,
        slip.credit_after,
    ) == (reckoned.points_used, reckoned.points_after, reckoned.credit_after)


def _legs_agree(slip: Any, legs: list[tuple[Sides, Any]]) -> bool:
    """Whether the event moved what the slip says, and left the balances it says."""
    points = (AccountKind.HOUSEHOLD_POINTS, slip.household_id)
    credit = (AccountKind.HOUSEHOLD_CREDIT, slip.household_id)
    brought = slip.points_used * slip.rate_fen
    with_credit = slip.credit_before + brought
    expected = [
        (
            ((credit, (AccountKind.SHOP_ACCEPTED, slip.shop_id)), slip.total_fen),
            slip.credit_after,
        )
    ]
    if slip.points_used:
        exchanged = (points, (AccountKind.POINTS_EXCHANGED, _VILLAGE))
        issued = ((AccountKind.CREDIT_ISSUED, _VILLAGE), credit)
        expected = [
            ((exchanged, slip.points_used), slip.points_after),
            ((issued, brought), with_credit),
            *expected,
        ]
    found = [((sides, row.amount), _left_to_household(sides, row)) for sides, row in legs]
    return found == expected


def _left_to_household(sides: Sides, row: Any) -> int:
    """The household's own balance after a leg, whichever side it stands on."""
    owned = {AccountKind.HOUSEHOLD_POINTS, AccountKind.HOUSEHOLD_CREDIT}
    return int(row.debit_after if sides[0][0] in owned else row.credit_after)
