"""The proof that deeds and the ledger tell the same: one transfer for each, and none besides.

What is proven of the way to the ledger stands in `path_check.py`, of what boards add up in
`merit_check.py`.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session

from moralbank.awards.merit_check import check_merits
from moralbank.awards.models import Award, AwardState
from moralbank.awards.path_check import check_path
from moralbank.i18n import _
from moralbank.ledger.check import Problem
from moralbank.ledger.models import Account, AccountKind, Event, EventKind, Transfer

_awards = Award.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]

_DEBIT, _CREDIT = _transfers.c.debit_account, _transfers.c.credit_account
_POSTED = (AwardState.POSTED, AwardState.REVERSED)


def check_awards(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's deeds: against its ledger, and on the way they took."""
    awards = (
        session.connection()
        .execute(select(_awards).where(_awards.c.village_id == village_id).order_by(_awards.c.id))
        .all()
    )
    legs = _posted_legs(session, village_id)
    events = _posting_events(session, village_id)
    taken_back = _taken_back(session, village_id)
    problems: list[Problem] = []
    for award in awards:
        problems += _check_award(award, legs, taken_back)
    problems += _check_legs(awards, legs)
    problems += _check_events(events, awards)
    problems += check_path(session, village_id, awards, events)
    problems += check_merits(session, village_id)
    return problems


def _posted_legs(session: Session, village_id: int) -> dict[tuple[int, int], Any]:
    """Every transfer of an event that posted awards, with the accounts on both its sides."""
    debited, credited = _accounts.alias(), _accounts.alias()
    here = _transfers.c.village_id
    rows = session.connection().execute(
        select(
            _transfers,
            debited.c.kind.label("debit_kind"),
            debited.c.owner.label("debit_owner"),
            credited.c.kind.label("credit_kind"),
            credited.c.owner.label("credit_owner"),
        )
        .join(_events, and_(_events.c.village_id == here, _events.c.seq == _transfers.c.seq))
        .join(debited, and_(debited.c.village_id == here, debited.c.id == _DEBIT))
        .join(credited, and_(credited.c.village_id == here, credited.c.id == _CREDIT))
        .where(here == village_id, _events.c.kind == EventKind.POST_AWARDS)
    )
    return {(row.seq, row.leg): row for row in rows}


def _posting_events(session: Session, village_id: int) -> Sequence[Any]:
    """Every event that posted awards, in order."""
    return (
        session.connection()
        .execute(
            select(_events.c.seq, _events.c.at, _events.c.payload)
            .where(_events.c.village_id == village_id, _events.c.kind == EventKind.POST_AWARDS)
            .order_by(_events.c.seq)
        )
        .all()
    )


def _taken_back(session: Session, village_id: int) -> set[tuple[str, int, int]]:
    """What was taken back: ("leg", seq, leg), and ("award", seq, id) where nothing had moved."""
    legs = session.connection().execute(
        select(_transfers.c.reverses_seq, _transfers.c.reverses_leg).where(
            _transfers.c.village_id == village_id, _transfers.c.reverses_seq.is_not(None)
        )
    )
    found = {("leg", row.reverses_seq, row.reverses_leg) for row in legs}
    events = session.connection().execute(
        select(_events.c.reverses, _events.c.payload).where(
            _events.c.village_id == village_id, _events.c.kind == EventKind.REVERSE
        )
    )
    for event in events:
        for number in json.loads(event.payload).get("awards", []):
            found.add(("award", event.reverses, number))
    return found


def _check_award(
    award: Any, legs: dict[tuple[int, int], Any], taken_back: set[tuple[str, int, int]]
) -> Iterator[Problem]:
    """One award: its own sum, its transfer, and whether it was taken back."""
    if award.points != award.points_each * award.quantity:
        yield Problem("award_points", _("第 %(id)s 条积分记录的分数算得不对", id=award.id))
    place = (award.posted_seq, award.posted_leg)
    if award.state not in _POSTED:
        if place != (None, None):
            yield Problem("award_early", _("第 %(id)s 条积分记录没有通过，却有账", id=award.id))
        return
    if award.posted_leg is None:
        back = ("award", award.posted_seq, award.id)
        if not award.deduction or award.collected != 0:
            yield Problem("award_unposted", _("第 %(id)s 条积分记录已入账，却没有账", id=award.id))
    elif place not in legs:
        yield Problem("award_unposted", _("第 %(id)s 条积分记录已入账，却没有账", id=award.id))
        return
    else:
        back = ("leg", award.posted_seq, award.posted_leg)
        if not _moved_by(legs[place], award):
            yield Problem("award_transfer", _("第 %(id)s 条积分记录与账上的不符", id=award.id))
    if (award.state == AwardState.REVERSED) != (back in taken_back):
        yield Problem("award_reversal", _("第 %(id)s 条积分记录的冲正与账上的不符", id=award.id))


def _moved_by(leg: Any, award: Any) -> bool:
    """Whether a transfer moved what the award says was collected, from or to its household."""
    if award.deduction:
        there = (leg.amount, leg.debit_kind, leg.debit_owner)
    else:
        there = (leg.amount, leg.credit_kind, leg.credit_owner)
    wanted = (award.collected, AccountKind.HOUSEHOLD_POINTS, award.household_id)
    most = award.collected <= award.points if award.deduction else award.collected == award.points
    return there == wanted and most


def _check_legs(awards: Any, legs: dict[tuple[int, int], Any]) -> Iterator[Problem]:
    """No points were posted for which there is no award."""
    named = {(award.posted_seq, award.posted_leg) for award in awards}
    for seq, leg in sorted(set(legs) - named):
        text = _("第 %(seq)s 号账第 %(leg)s 笔加了分，却没有积分记录", seq=seq, leg=leg)
        yield Problem("award_missing", text)


def _check_events(events: Sequence[Any], awards: Any) -> Iterator[Problem]:
    """The awards that an event names, under its hash, are those that say they were posted by it."""
    posted: dict[int, list[Any]] = defaultdict(list)
    for award in awards:
        if award.posted_seq is not None:
            posted[award.posted_seq].append(award)
    for event in events:
        named = json.loads(event.payload).get("awards", [])
        if not named or not _in_their_order(named, posted.pop(event.seq, [])):
            text = _("第 %(seq)s 号账写明的积分记录与实际的不符", seq=event.seq)
            yield Problem("award_event", text)
    for seq, lost in posted.items():
        text = _("第 %(id)s 条积分记录说入在第 %(seq)s 号账，那里却没有", id=lost[0].id, seq=seq)
        yield Problem("award_event", text)


def _in_their_order(named: list[int], posted: list[Any]) -> bool:
    """Whether an event names just these awards, in the order of their legs."""
    moved = [award for award in posted if award.posted_leg is not None]
    legs = [award.id for award in sorted(moved, key=lambda award: award.posted_leg)]
    with_leg, ids = set(legs), [award.id for award in posted]
    return sorted(named) == sorted(ids) and [one for one in named if one in with_leg] == legs
