"""Taking down objections, and answering them."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.queries import user_names
from moralbank.audit import Actor
from moralbank.awards import posting
from moralbank.awards.bars import require_unbarred_from
from moralbank.awards.models import AwardState
from moralbank.awards.rows import award_rows
from moralbank.awards.states import STATE_LABELS
from moralbank.errors import Invalid, Refused
from moralbank.i18n import _, in_the_villages_language, mark
from moralbank.ledger.queries import require_clock
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_number
from moralbank.notices.hanging import OBJECTABLE
from moralbank.notices.queries import notice
from moralbank.objections.models import Objection, ObjectionState, ObjectionWay
from moralbank.objections.queries import STATE_LABELS as OUTCOME_LABELS
from moralbank.objections.queries import ObjectionUnknown, open_ids
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach
from moralbank.villages.calendar import days_after
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import OBJECTION_DAYS

_objections = Objection.__table__  # type: ignore[attr-defined]

LONGEST_WORDS: Final = 500
LONGEST_NAME: Final = 40
LONGEST_TELEPHONE: Final = 20
LONGEST_REASON: Final = 200
"""So much of an answer stands in the steps of the deed; the whole answer stands here."""


class WordsNeeded(Invalid):
    """An objection says what is wrong, in 1 to 500 characters."""

    text = mark("请写明哪里不对（最多 500 个字）")
    code = "words_needed"


class NameTooLong(Invalid):
    """A name has at most 40 characters."""

    text = mark("姓名太长：最多 40 个字")
    code = "name_too_long"


class TelephoneInvalid(Invalid):
    """A telephone number is digits, at most 20 characters with its dashes and spaces."""

    text = mark("电话不对：应像 13800000000 或 0476-0000000；也可以不填")
    code = "telephone_invalid"


class NotPublic(Refused):
    """Objections are to what hangs or was posted; what is still decided on has its reviewers."""

    text = mark("第 %(id)s 条现在是“%(state)s”，没有公示也没有入账，不能提异议")
    code = "not_public"


class AnswerNeeded(Invalid):
    """Whoever decides answers in writing, in 1 to 500 characters."""

    text = mark("请写明答复（最多 500 个字）")
    code = "answer_needed"


class OutcomeNeeded(Invalid):
    """An objection is upheld, leads to other points, or is dismissed."""

    text = mark("请选处理结果：成立、改分、不成立")
    code = "outcome_needed"


class NewPointsNeeded(Invalid):
    """Whoever changes the points says to how many."""

    text = mark("请写明改为每次几分")
    code = "new_points_needed"


class SamePoints(Invalid):
    """Other points are other than those that were disputed."""

    text = mark("新的分数和原来一样；没有要改的，请判“不成立”")
    code = "same_points"


class AlreadyAnswered(Refused):
    """Somebody has answered it."""

    text = mark("第 %(id)s 号异议%(who)s已在 %(when)s 答复：%(state)s")
    code = "already_answered"


class CannotChange(Refused):
    """Only what isn't posted yet can be given other points."""

    text = mark("第 %(id)s 条%(state)s，不能直接改分：请判“成立”，把分冲回，再按对的分重新申报")
    code = "cannot_change"


@dataclass(frozen=True)
class RaiseObjection:
    """An objection to one deed. Name and telephone may be left out; `photos` are kept ones."""

    award_id: int
    words: str
    way: ObjectionWay
    name: str = ""
    telephone: str = ""
    photos: tuple[int, ...] = ()


def raise_objection(session: Session, actor: Actor, request_id: str, wanted: RaiseObjection) -> int:
    """Take down an objection; gives its number. A line that hangs is held, and it alone.

    What was posted stays posted until the answer. Raises WordsNeeded, NameTooLong,
    TelephoneInvalid, AwardUnknown, NotPublic, PhotoUnknown, ClockBehind.
    """
    said = _checked(wanted)
    # By moments a village proves that nothing disputed was posted.
    require_clock(session, actor.village_id)

    def perform() -> int:
        (award,) = award_rows(session, actor, [said.award_id])
        if award.state not in OBJECTABLE:
            raise NotPublic(id=award.id, state=_(STATE_LABELS[award.state]))
        number = _write(session, actor, said, award)
        if award.state == AwardState.NOTICED:
            with in_the_villages_language():
                posting.hold(session, actor, award.id, _("第 %(n)s 号异议", n=number))
        return number

    # A photo that was sent again may have another number, and is the same objection all the same.
    content = {**asdict(said), "photos": len(said.photos)}
    return once(session, actor.village_id, request_id, "objections.raise", content, perform).result


def decide(
    session: Session,
    actor: Actor,
    request_id: str,
    objection_id: int,
    outcome: ObjectionState,
    answer: str,
    new_points: int | None = None,
) -> int:
    """Answer an objection, and let its line go where the answer leads; gives its number.

    `new_points` are what one time of a changed deed gives. Raises OutcomeNeeded, AnswerNeeded,
    ObjectionUnknown, KinBarred, AlreadyAnswered, CannotChange, NewPointsNeeded, SamePoints, what
    `posting.change` raises, and PointsSpent where a posted deed's points are gone: then the
    objection stays open.
    """
    answer = answer.strip()
    if not 1 <= len(answer) <= LONGEST_WORDS:
        raise AnswerNeeded(field="answer")
    if outcome == ObjectionState.OPEN:
        raise OutcomeNeeded(field="outcome")
    about = _row(session, actor, objection_id)
    (award,) = award_rows(session, actor, [about.award_id])
    require_unbarred_from(session, actor, [award])
    verdict = _Verdict(request_id, objection_id, outcome, answer, new_points)

    def perform() -> int:
        _decide(session, actor, verdict)
        return objection_id

    content = asdict(verdict)
    return once(session, actor.village_id, request_id, "objections.decide", content, perform).result


@dataclass(frozen=True)
class _Verdict:
    """What was decided on one objection."""

    request_id: str
    objection_id: int
    outcome: ObjectionState
    answer: str
    new_points: int | None

    @property
    def inner_id(self) -> str:
        """The id of the posting or reversal within: another one, which nobody could have used."""
        return sha256(self.request_id.encode()).hexdigest()[:40]

    @property
    def reason(self) -> str:
        """What the deed's steps say of it."""
        with in_the_villages_language():
            words = _("第 %(n)s 号异议：%(answer)s", n=self.objection_id, answer=self.answer)
        return words[:LONGEST_REASON]


def _checked(wanted: RaiseObjection) -> RaiseObjection:
    """What was said, trimmed."""
    said = RaiseObjection(
        award_id=wanted.award_id,
        words=wanted.words.strip(),
        way=ObjectionWay(wanted.way),
        name=wanted.name.strip(),
        telephone=wanted.telephone.strip(),
        photos=tuple(wanted.photos),
    )
    if not 1 <= len(said.words) <= LONGEST_WORDS:
        raise WordsNeeded(field="words")
    if len(said.name) > LONGEST_NAME:
        raise NameTooLong(field="name")
    if not re.fullmatch(r"(\+?[0-9][0-9 \-]{4,18})?", said.telephone, re.ASCII):
        raise TelephoneInvalid(field="telephone")
    return said


def _write(session: Session, actor: Actor, said: RaiseObjection, award: Any) -> int:
    settings = settings_of(session, actor.village_id)
    number = take_number(session, actor.village_id, "objection")
    row = {
        "village_id": actor.village_id,
        "id": number,
        "award_id": award.id,
        "notice_id": award.notice_id,
        "way": said.way,
        "name": said.name,
        "telephone": said.telephone,
        "words": said.words,
        "raised_at": clock.now(),
        "taken_by": actor.user_id,
        "due_on": days_after(clock.today(), int(settings[OBJECTION_DAYS]), settings),
        "state": ObjectionState.OPEN,
        "answer": "",
        "new_points": None,
        "decided_by": None,
        "decided_at": None,
    }
    session.connection().execute(insert(_objections), row)
    attach(session, actor.village_id, said.photos, PhotoSubject.OBJECTION, number)
    audit.record(session, actor, "objections.raise", str(number), award=award.id, way=said.way)
    return number


def _row(session: Session, actor: Actor, objection_id: int) -> Any:
    found = (
        session.connection()
        .execute(
            select(_objections).where(
                _objections.c.village_id == actor.village_id, _objections.c.id == objection_id
            )
        )
        .first()
    )
    if found is None:
        raise ObjectionUnknown(id=objection_id)
    return found


def _decide(session: Session, actor: Actor, verdict: _Verdict) -> None:
    """Under the village's lock: read again, move the deed, write the answer."""
    lock(session, actor.village_id)
    about = _row(session, actor, verdict.objection_id)
    if about.state != ObjectionState.OPEN:
        raise _already_answered(session, actor, about)
    (award,) = award_rows(session, actor, [about.award_id])
    others = [
        number
        for number in open_ids(session, actor.village_id, [award.id])
        if number != verdict.objection_id
    ]
    _MOVES[verdict.outcome](session, actor, verdict, award, others)
    _answer(session, actor, [verdict.objection_id], verdict, verdict.answer)
    if others and verdict.outcome != ObjectionState.DISMISSED:
        # The line has ended or goes to the next notice: nothing is left to be objected to.
        with in_the_villages_language():
            along = _("已随第 %(n)s 号异议一并处理", n=verdict.objection_id)
        _answer(session, actor, others, verdict, along)


def _uphold(
    session: Session, actor: Actor, verdict: _Verdict, award: Any, _others: Sequence[int]
) -> None:
    """The line ends; what was posted is taken back."""
    if award.state == AwardState.OBJECTED:
        posting.uphold(session, actor, award.id, verdict.reason)
    elif award.state == AwardState.POSTED:
        posting.reverse(session, actor, verdict.inner_id, award.id, verdict.reason)
    # Else somebody took it back meanwhile: only the answer is missing.


def _change(
    session: Session, actor: Actor, verdict: _Verdict, award: Any, _others: Sequence[int]
) -> None:
    """The line goes to the next notice with other points."""
    if award.state != AwardState.OBJECTED:
        raise CannotChange(id=award.id, state=_(STATE_LABELS[award.state]))
    if verdict.new_points is None:
        raise NewPointsNeeded(field="new_points")
    if verdict.new_points == award.points_each:
        raise SamePoints(field="new_points")
    try:
        posting.change(session, actor, award.id, verdict.new_points, verdict.reason)
    except Invalid as refusal:
        refusal.field = "new_points"
        raise


def _dismiss(
    session: Session, actor: Actor, verdict: _Verdict, award: Any, others: Sequence[int]
) -> None:
    """The line goes on hanging, or is posted if its notice has closed, once nobody objects."""
    if award.state != AwardState.OBJECTED or others:
        return
    hangs_on = notice(session, actor.village_id, award.notice_id)
    posting.dismiss(
        session,
        actor,
        verdict.inner_id,
        award.id,
        verdict.reason,
        notice_open=hangs_on.open,
    )


_MOVES: Final = {
    ObjectionState.UPHELD: _uphold,
    ObjectionState.CHANGED: _change,
    ObjectionState.DISMISSED: _dismiss,
}


def _answer(
    session: Session, actor: Actor, ids: Sequence[int], verdict: _Verdict, answer: str
) -> None:
    session.connection().execute(
        update(_objections)
        .where(_objections.c.village_id == actor.village_id, _objections.c.id.in_(ids))
        .values(
            state=verdict.outcome,
            answer=answer,
            new_points=verdict.new_points if verdict.outcome == ObjectionState.CHANGED else None,
            decided_by=actor.user_id,
            decided_at=clock.now(),
        )
    )
    for number in ids:
        said = {"outcome": verdict.outcome, "points": verdict.new_points}
        audit.record(session, actor, "objections.decide", str(number), **said)


def _already_answered(session: Session, actor: Actor, row: Any) -> AlreadyAnswered:
    return AlreadyAnswered(
        id=row.id,
        who=user_names(session, actor.village_id).get(row.decided_by, ""),
        when=clock.local(row.decided_at).strftime("%m-%d %H:%M"),
        state=_(OUTCOME_LABELS[row.state]),
    )
