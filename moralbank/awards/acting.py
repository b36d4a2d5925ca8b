"""What every step of a deed has in common: where it stands, and who was there first."""

from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.audit import Actor
from moralbank.awards.models import AwardSource, AwardState, AwardStep
from moralbank.awards.states import STATE_LABELS, Act, after
from moralbank.errors import Invalid, Refused
from moralbank.i18n import _, in_the_villages_language, mark

_steps = AwardStep.__table__  # type: ignore[attr-defined]

LONGEST_REASON: Final = 200
_BY_THE_HOUSEHOLD: Final = (Act.SAVE, Act.RECORD, Act.SUBMIT, Act.WITHDRAW)


class NothingChosen(Invalid):
    """At least one deed must be chosen."""

    text = mark("还没有选记录")
    code = "nothing_chosen"


class ReasonNeeded(Invalid):
    """Who refuses, asks, changes or takes back says why."""

    text = mark("请写明理由（最多 %(most)s 个字）")
    code = "reason_needed"


class AlreadyDecided(Refused):
    """The deed isn't where this act could take it on from: somebody was there first."""

    text = mark("第 %(id)s 条%(who)s已在 %(when)s 处理过：%(state)s")
    code = "already_decided"


class NotHandedIn(Refused):
    """A draft is nobody's business but its writer's."""

    text = mark("第 %(id)s 条还是草稿，提交以后才能办")
    code = "not_handed_in"


def checked_reason(typed: str, most: int = LONGEST_REASON) -> str:
    """The reason without blanks around it; raises ReasonNeeded."""
    reason = typed.strip()
    if not 1 <= len(reason) <= most:
        raise ReasonNeeded(field="reason", most=most)
    return reason


def change_words(before: int, after: int, reason: str) -> str:
    """What a step says that changes points: "3 分 → 5 分：…", in the village's language."""
    words = {"before": before, "after": after, "reason": reason}
    with in_the_villages_language():
        return _("%(before)s 分 → %(after)s 分：%(reason)s", **words)


def next_state(session: Session, actor: Actor, row: Any, act: Act) -> AwardState:
    """Where `act` takes this award.

    Raises NotHandedIn where it can't be done yet, AlreadyDecided where it can't any more.
    """
    state = after(row.state, act)
    if state is None and row.state is AwardState.DRAFT:
        raise NotHandedIn(id=row.id)
    if state is None:
        raise _already_decided(session, actor, row)
    return state


def who_did(names: dict[int, str], by: int, act: str, source: AwardSource) -> str:
    """Who took a step, in words: a user, the household itself, a reader of the notice."""
    if by == 0 and act == Act.OBJECT:
        return _("公示页上")
    if by == 0 and source is AwardSource.HOUSEHOLD and act in _BY_THE_HOUSEHOLD:
        return _("本户")
    return names.get(by, "")


def _already_decided(session: Session, actor: Actor, row: Any) -> AlreadyDecided:
    """The refusal that names who decided, and when."""
    last = (
        session.connection()
        .execute(
            select(_steps.c.by, _steps.c.at, _steps.c.act)
            .where(_steps.c.village_id == actor.village_id, _steps.c.award_id == row.id)
            .order_by(_steps.c.step.desc())
            .limit(1)
        )
        .one()
    )
    return AlreadyDecided(
        id=row.id,
        who=who_did(user_names(session, actor.village_id), last.by, last.act, row.source),
        when=clock.local(last.at).strftime("%m-%d %H:%M"),
        state=_(STATE_LABELS[row.state]),
    )
