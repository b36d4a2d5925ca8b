"""What the demo's committee does with deeds: looks at them, sits, hangs, answers, corrects."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlmodel import Session

from moralbank.access.permissions import Role
from moralbank.access.queries import barred_households, groups_looked_after
from moralbank.audit import Actor
from moralbank.awards import deciding, posting
from moralbank.awards.models import AwardState
from moralbank.awards.queries import (
    AwardRow,
    Filter,
    approved,
    awards_named,
    listed_awards,
    to_verify,
    waiting,
)
from moralbank.demo.town import Village, at
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import balances
from moralbank.notices.service import close_due, open_notice
from moralbank.objections.models import ObjectionState, ObjectionWay
from moralbank.objections.service import RaiseObjection, decide, raise_objection
from moralbank.sittings.models import Duty
from moralbank.sittings.service import Attending, close_sitting, open_sitting_now

SITS_BEFORE: Final = 3
"""So many days' deeds still wait for the review."""
SITS_EVERY: Final = 14

_REFUSED: Final = 0.018
_ASKED: Final = 0.05
"""Of what households claim, the part about which the grid worker asks for more."""
_OBJECTED_BEFORE: Final = {
    1: None,
    15: ObjectionState.DISMISSED,
    29: ObjectionState.UPHELD,
    57: ObjectionState.CHANGED,
}
"""Days before today on which somebody objects, and how the supervisor answers a day later."""


def sits(left: int) -> bool:
    """Whether the review group sits on the day that lies `left` days before today."""
    return left >= SITS_BEFORE and (left - SITS_BEFORE) % SITS_EVERY == 0


def post_due(session: Session, village: Village, day: date) -> None:
    """Each morning: what hung to its last day is posted."""
    with at(day, 0, 10):
        closed = close_due(session)
    if closed:
        rows = listed_awards(session, village.id, Filter(state=AwardState.POSTED))
        village.posted = [row.id for row in rows if row.notice_id in closed]


def look_at_claims(session: Session, village: Village, day: date) -> None:
    """Each afternoon the grid worker and the recorder look at what households claimed."""
    grid, recorder = village.actors[Role.GRID], village.actors[Role.RECORDER]
    mine = groups_looked_after(session, village.id, grid.user_id)
    barred = {
        who: barred_households(session, village.id, who.user_id).keys() for who in (grid, recorder)
    }
    rows = [
        row for row in to_verify(session, village.id, groups=None, limit=None) if row.deed_on < day
    ]
    with at(day, 16):
        for row in rows:
            able = (grid, recorder) if row.group_id in mine else (recorder,)
            who = next((one for one in able if row.household_id not in barred[one]), None)
            if who is not None:
                _look_at(session, village, who, row, day)


def _look_at(session: Session, village: Village, who: Actor, row: AwardRow, day: date) -> None:
    words = village.material.words
    if row.id not in village.asked and village.draw.random() < _ASKED:
        question = village.draw.randrange(len(words.questions))
        deciding.send_back(session, who, row.id, words.questions[question])
        village.asked[row.id] = (day, question)
        return
    witness = village.draw.choice(words.witnesses)
    deciding.verify(session, who, village.request_id(), [row.id], witness=witness)


def sit(session: Session, village: Village, day: date) -> None:
    """The review group meets: a few deeds are refused, the others approved."""
    chair, colleague = village.actors[Role.REVIEWER], village.colleague
    with at(day, 19):
        sitting = open_sitting_now(
            session, chair, village.request_id(), day, village.material.words.room, _there(village)
        )
    rows = waiting(session, village.id, limit=None)
    refused = [row for row in rows if village.draw.random() < _REFUSED]
    for minute, row in enumerate(refused, start=1):
        with at(day, 19, after=minute):
            reason = village.draw.choice(village.material.words.refusals)
            deciding.refuse(session, _reviewer_of(session, village, row), row.id, reason)
    left = [row for row in rows if row not in refused]
    barred = barred_households(session, village.id, chair.user_id)
    with at(day, 20, 30):
        _approve(session, village, chair, [row for row in left if row.household_id not in barred])
        _approve(session, village, colleague, [row for row in left if row.household_id in barred])
    with at(day, 20, 50):
        close_sitting(session, chair, sitting, village.material.words.sitting)


def _there(village: Village) -> list[Attending]:
    actors = village.actors
    return [
        Attending(Duty.CHAIR, user_id=actors[Role.REVIEWER].user_id),
        Attending(Duty.REVIEWER, user_id=village.colleague.user_id),
        Attending(Duty.CLERK, user_id=actors[Role.RECORDER].user_id),
        Attending(Duty.WATCH, user_id=actors[Role.SUPERVISOR].user_id),
    ]


def _reviewer_of(session: Session, village: Village, row: AwardRow) -> Actor:
    """The chair, or where they are close to the household their colleague."""
    chair = village.actors[Role.REVIEWER]
    close = row.household_id in barred_households(session, village.id, chair.user_id)
    return village.colleague if close else chair


def _approve(session: Session, village: Village, who: Actor, rows: Sequence[AwardRow]) -> None:
    if rows:
        deciding.approve(session, who, village.request_id(), [row.id for row in rows])


def hang(session: Session, village: Village, day: date) -> None:
    """The morning after: everything approved is hung for as long as the village has set."""
    with at(day, 8):
        ids = [row.id for row in approved(session, village.id)]
        if ids:
            open_notice(session, village.actors[Role.ADMIN], village.request_id(), ids)


def object_and_answer(session: Session, village: Village, day: date, left: int) -> None:
    """Somebody objects to a line that hangs; the supervisor answers the next day."""
    outcome = _OBJECTED_BEFORE.get(left + 1)
    if village.objection and outcome:
        with at(day, 15):
            _answer(session, village, outcome)
        village.objection = 0
    if left in _OBJECTED_BEFORE:
        with at(day, 15, 30):
            _object(session, village, change=_OBJECTED_BEFORE[left] is ObjectionState.CHANGED)


def _object(session: Session, village: Village, *, change: bool) -> None:
    """Object to one of the lines that hang; to one that may give other points for a change."""
    rows = listed_awards(session, village.id, Filter(state=AwardState.NOTICED))
    answering = village.actors[Role.SUPERVISOR].user_id
    close = barred_households(session, village.id, answering)
    fitting = [
        row
        for row in rows
        if row.note
        and row.household_id not in close
        and (not change or row.item_name in _WITH_LEVELS)
    ]
    if not fitting:
        return
    row = village.draw.choice(fitting)
    village.objection = raise_objection(
        session,
        village.actors[Role.SUPERVISOR],
        village.request_id(),
        RaiseObjection(
            row.id, village.draw.choice(village.material.words.objections), ObjectionWay.PHONE
        ),
    )


_WITH_LEVELS: Final = frozenset({"拾金不昧"})


def _answer(session: Session, village: Village, outcome: ObjectionState) -> None:
    decide(
        session,
        village.actors[Role.SUPERVISOR],
        village.request_id(),
        village.objection,
        outcome,
        village.material.words.answers[outcome],
        new_points=1 if outcome is ObjectionState.CHANGED else None,
    )


def take_one_back(session: Session, village: Village, day: date) -> None:
    """One of the last posted deeds turns out to be wrong; its points are still there."""
    purses = balances(session, village.id, AccountKind.HOUSEHOLD_POINTS)
    rows = [
        row
        for row in awards_named(session, village.id, village.posted)
        if row.note and purses[row.household_id].amount >= row.points
    ]
    if not rows:
        return
    chosen = village.draw.choice(rows)
    reason = village.draw.choice(village.material.words.reversals)
    with at(day, 21):
        who = _reviewer_of(session, village, chosen)
        posting.reverse(session, who, village.request_id(), chosen.id, reason)
    village.posted.remove(chosen.id)
