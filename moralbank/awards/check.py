"""The proof that deeds and the ledger tell the same: one transfer for each, and none besides."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session

from moralbank.awards.models import Award, AwardState
from moralbank.i18n import _
from moralbank.ledger.check import Problem
from moralbank.ledger.models import Account, AccountKind, Event, EventKind, Transfer

_awards = Award.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]

_POSTED = (AwardState.POSTED, AwardState.REVERSED)


def check_awards(session: Session, village_id: int) -> list[Problem]:
    """Everything in which a village's deeds and its ledger differ; an empty list proves both."""
    awards = (
        session.connection()
        .execute(select(_awards).where(_awards.c.village_id == village_id).order_by(_awards.c.id))
        .all()
    )
    legs = _posted_legs(session, village_id)
    taken_back = _taken_back(session, village_id)
    problems: list[Problem] = []
    for award in awards:
        problems += _check_award(award, legs, taken_back)
    problems += _check_legs(awards, legs)
    problems += _check_events(session, village_id, awards)
    return problems


def _posted_legs(session: Session, village_id: int) -> dict[tuple[int, int], Any]:
    """Every transfer of an event that posted awards, with whose account it credited."""
    credited = and_(
        _accounts.c.village_id == _transfers.c.village_id,
        _accounts.c.id == _transfers.c.credit_account,
    )
    rows = session.connection().execute(
        select(_transfers, _accounts.c.kind.label("credit_kind"), _accounts.c.owner)
        .join(
            _events,
            and_(
                _events.c.village_id == _transfers.c.village_id, _events.c.seq == _transfers.c.seq
            ),
        )
        .join(_accounts, credited)
        .where(_transfers.c.village_id == village_id, _events.c.kind == EventKind.POST_AWARDS)
    )
    return {(row.seq, row.leg): row for row in rows}


def _taken_back(session: Session, village_id: int) -> set[tuple[int, int]]:
    """The transfers that some other transfer takes back."""
    rows = session.connection().execute(
        select(_transfers.c.reverses_seq, _transfers.c.reverses_leg).where(
            _transfers.c.village_id == village_id, _transfers.c.reverses_seq.is_not(None)
        )
    )
    return {(row.reverses_seq, row.reverses_leg) for row in rows}


def _check_award(
    award: Any, legs: dict[tuple[int, int], Any], taken_back: set[tuple[int, int]]
) -> Iterator[Problem]:
    """One award: its own sum, its transfer, and whether it was taken back."""
    if award.points != award.points_each * award.quantity:
        yield Problem("award_points", _("第 %(id)s 条积分记录的分数算得不对", id=award.id))
    place = (award.posted_seq, award.posted_leg)
    if award.state not in _POSTED:
        if place != (None, None):
            yield Problem("award_early", _("第 %(id)s 条积分记录没有通过，却有账", id=award.id))
        return
    leg = legs.get(place)
    if leg is None:
        yield Problem("award_unposted", _("第 %(id)s 条积分记录已入账，却没有账", id=award.id))
        return
    there = (leg.amount, leg.credit_kind, leg.owner)
    if there != (award.points, AccountKind.HOUSEHOLD_POINTS, award.household_id):
        yield Problem("award_transfer", _("第 %(id)s 条积分记录与账上的不符", id=award.id))
    if (award.state == AwardState.REVERSED) != (place in taken_back):
        yield Problem("award_reversal", _("第 %(id)s 条积分记录的冲正与账上的不符", id=award.id))


def _check_legs(awards: Any, legs: dict[tuple[int, int], Any]) -> Iterator[Problem]:
    """No points were posted for which there is no award."""
    named = {(award.posted_seq, award.posted_leg) for award in awards}
    for seq, leg in sorted(set(legs) - named):
        text = _("第 %(seq)s 号账第 %(leg)s 笔加了分，却没有积分记录", seq=seq, leg=leg)
        yield Problem("award_missing", text)


def _check_events(session: Session, village_id: int, awards: Any) -> Iterator[Problem]:
    """The awards that an event names, under its hash, are those that say they were posted by it."""
    posted: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for award in awards:
        if award.posted_seq is not None:
            posted[award.posted_seq].append((award.posted_leg, award.id))
    events = session.connection().execute(
        select(_events.c.seq, _events.c.payload).where(
            _events.c.village_id == village_id, _events.c.kind == EventKind.POST_AWARDS
        )
    )
    for event in events:
        there = [number for _leg, number in sorted(posted.get(event.seq, []))]
        if json.loads(event.payload).get("awards") != there:
            text = _("第 %(seq)s 号账写明的积分记录与实际的不符", seq=event.seq)
            yield Problem("award_event", text)
