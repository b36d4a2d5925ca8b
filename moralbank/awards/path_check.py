"""The proof of a deed's way: nobody judged their own or kin, nothing skipped its notice."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank.access.queries import TieRow, ties
from moralbank.audit import AuditEntry
from moralbank.awards.cap_check import check_caps
from moralbank.awards.models import AwardState, AwardStep, AwardVote
from moralbank.awards.states import Act, after
from moralbank.i18n import _
from moralbank.ledger.check import Problem
from moralbank.ledger.queries import CLOCK_SLACK
from moralbank.notices.models import NoticeLine
from moralbank.objections.models import Objection
from moralbank.rounds.queries import scorers_of
from moralbank.villages.queries import setting_past
from moralbank.villages.settings import NOTICE_DAYS

_steps = AwardStep.__table__  # type: ignore[attr-defined]
_votes = AwardVote.__table__  # type: ignore[attr-defined]
_lines = NoticeLine.__table__  # type: ignore[attr-defined]
_objections = Objection.__table__  # type: ignore[attr-defined]
_audit = AuditEntry.__table__  # type: ignore[attr-defined]

_JUDGING: Final = frozenset(
    {Act.VERIFY, Act.DENY, Act.SEND_BACK, Act.ADJUST, Act.APPROVE, Act.REFUSE}
)
_BARRED: Final = _JUDGING | {Act.UPHOLD, Act.CHANGE, Act.DISMISS, Act.REVERSE}
_LETTING_OFF: Final = _BARRED | {Act.WITHDRAW}
"""What nobody does with a deduction of their own household or kin."""
_APPROVED: Final = (
    AwardState.APPROVED,
    AwardState.NOTICED,
    AwardState.OBJECTED,
    AwardState.POSTED,
    AwardState.REVERSED,
)


@dataclass(frozen=True)
class _Way:
    """What is known of the way of all deeds; steps and votes by award, in their order."""

    awards: dict[int, Any]
    steps: dict[int, list[Any]]
    votes: dict[int, list[Any]]
    events: Sequence[Any]


def check_path(
    session: Session, village_id: int, awards: Sequence[Any], events: Sequence[Any]
) -> list[Problem]:
    """Everything wrong on the way that a village's deeds took.

    `awards` are the rows of all of them, `events` those that posted some, in order.
    """
    way = _Way(
        awards={award.id: award for award in awards},
        steps=_by_award(session, village_id, _steps, _steps.c.step),
        votes=_by_award(session, village_id, _votes, _votes.c.vote),
        events=events,
    )
    return [
        *_check_states(way),
        *_check_notices(session, village_id, way),
        *_check_judges(session, village_id, way),
        *_check_votes(session, village_id, way),
        *_check_objections(session, village_id, way),
        *check_caps(session, village_id, awards),
    ]


def _by_award(session: Session, village_id: int, table: Any, order: Any) -> dict[int, list[Any]]:
    rows = session.connection().execute(
        select(table).where(table.c.village_id == village_id).order_by(table.c.award_id, order)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.award_id].append(row)
    return found


def _check_states(way: _Way) -> Iterator[Problem]:
    """Each deed stands where its last step left it, and took no step that the table hasn't."""
    for number, award in way.awards.items():
        taken = way.steps.get(number)
        if not taken or taken[-1].state != award.state:
            text = _("第 %(id)s 条积分记录的状态与它最后一步不符", id=number)
            yield Problem("award_state", text)
        elif not _walked(taken):
            text = _("第 %(id)s 条积分记录走过的步骤不合规定的路", id=number)
            yield Problem("award_steps", text)


def _walked(steps: Sequence[Any]) -> bool:
    """Whether every step leads on from the one before; so nothing is posted while disputed."""
    states = [None, *(step.state for step in steps)]
    return all(
        after(before, step.act) == step.state for before, step in zip(states, steps, strict=False)
    )


def _check_notices(session: Session, village_id: int, way: _Way) -> Iterator[Problem]:
    """What was posted hung on its notice, or the village had no days of notice just then.

    Events that say nothing of notices are from before there were any.
    """
    rows = session.connection().execute(
        select(_lines.c.notice_id, _lines.c.award_id, _lines.c.points).where(
            _lines.c.village_id == village_id
        )
    )
    hung = {(row.notice_id, row.award_id): row.points for row in rows}
    days = setting_past(session, village_id, NOTICE_DAYS)
    known = False
    for event in way.events:
        payload = json.loads(event.payload)
        known = known or "notice" in payload
        notice = payload.get("notice")
        if (
            known
            and notice is None
            and ("notice" not in payload or days.when(event.seq, event.at) != "0")
        ):
            text = _("第 %(seq)s 号账没有公示就入了账", seq=event.seq)
            yield Problem("award_direct", text)
        if notice is None:
            continue
        for number in payload.get("awards", []):
            award = way.awards.get(number)
            if award is None or hung.get((notice, number)) != award.points:
                text = _("第 %(id)s 条积分记录没有这样公示过就入了账", id=number)
                yield Problem("award_unnoticed", text)


def _check_judges(session: Session, village_id: int, way: _Way) -> Iterator[Problem]:
    """Nobody judged what rests on their own word, or what is their household's or kin's."""
    scorers = scorers_of(session, village_id)
    close: dict[tuple[int, int], list[TieRow]] = defaultdict(list)
    for tie in ties(session, village_id):
        close[tie.user_id, tie.household_id].append(tie)
    for number, award in way.awards.items():
        voted = [(vote.voter, vote.at) for vote in way.votes.get(number, [])]
        steps = way.steps.get(number, [])
        judged = [(step.by, step.at) for step in steps if step.act in _JUDGING]
        recorders = {award.recorded_by, *scorers.get(number, ())} - {0}
        if any(by in recorders for by, _at in (*voted, *judged)):
            text = _("第 %(id)s 条积分记录由记它的人自己评了", id=number)
            yield Problem("award_self", text)
        acts = _LETTING_OFF if award.deduction else _BARRED
        decided = [(step.by, step.at) for step in steps if step.act in acts]
        for by, at in (*voted, *decided):
            if _was_barred(close.get((by, award.household_id), ()), at):
                text = _("第 %(id)s 条积分记录由须回避的人评了", id=number)
                yield Problem("award_barred", text)
                break


def _was_barred(held: Collection[TieRow], moment: datetime) -> bool:
    """Whether a tie held at that moment, as far as clocks can be trusted."""
    return any(
        tie.since < moment - CLOCK_SLACK
        and (tie.ended_at is None or moment < tie.ended_at - CLOCK_SLACK)
        for tie in held
    )


def _check_votes(session: Session, village_id: int, way: _Way) -> Iterator[Problem]:
    """What was approved has its votes, as many as the trail says were needed."""
    needed = _needed(session, village_id)
    old = {event.seq for event in way.events if "notice" not in json.loads(event.payload)}
    for number, award in way.awards.items():
        if award.state not in _APPROVED or award.posted_seq in old:
            continue
        cast = [vote for vote in way.votes.get(number, []) if vote.ballot == award.ballot]
        last = {vote.voter: vote.in_favour for vote in cast}
        in_favour = {voter for voter, favour in last.items() if favour}
        if award.decided_by not in in_favour or len(in_favour) < needed.get(number, 1):
            text = _("第 %(id)s 条积分记录通过了，却没有足够的票", id=number)
            yield Problem("award_votes", text)


def _needed(session: Session, village_id: int) -> dict[int, int]:
    """How many votes each approved deed needed, as written down when it was approved."""
    rows = session.connection().scalars(
        select(_audit.c.detail).where(
            _audit.c.village_id == village_id, _audit.c.act == f"awards.{Act.APPROVE}"
        )
    )
    found: dict[int, int] = {}
    for detail in rows:
        for number, votes in json.loads(detail).get("needed", {}).items():
            found[int(number)] = votes
    return found


def _check_objections(session: Session, village_id: int, way: _Way) -> Iterator[Problem]:
    """No line was posted while an objection to it was open."""
    rows = session.connection().execute(
        select(_objections.c.award_id, _objections.c.raised_at, _objections.c.decided_at).where(
            _objections.c.village_id == village_id
        )
    )
    for row in rows:
        steps = way.steps.get(row.award_id, [])
        posted = [step for step in steps if step.act == Act.POST]
        if posted and _held_over(row, posted[0]) and not _let_go(steps, row, posted[0]):
            text = _("第 %(id)s 条积分记录还有异议就入了账", id=row.award_id)
            yield Problem("award_objected_posted", text)


def _held_over(objection: Any, posted: Any) -> bool:
    """Whether an objection was open at that step, as far as clocks can be trusted."""
    undecided = objection.decided_at is None or posted.at < objection.decided_at - CLOCK_SLACK
    return bool(objection.raised_at < posted.at - CLOCK_SLACK and undecided)


def _let_go(steps: Sequence[Any], objection: Any, posted: Any) -> bool:
    """Whether the line was let go between that objection and its posting."""
    return any(
        step.act == Act.DISMISS
        and step.step < posted.step
        and step.at >= objection.raised_at - CLOCK_SLACK
        for step in steps
    )
