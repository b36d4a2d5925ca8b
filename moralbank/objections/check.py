"""The proof of objections: a disputed line is held as long as an objection is open, no longer."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session

from moralbank.awards.models import Award, AwardState
from moralbank.i18n import _
from moralbank.ledger.check import Problem
from moralbank.objections.models import Objection, ObjectionState

_objections = Objection.__table__  # type: ignore[attr-defined]
_awards = Award.__table__  # type: ignore[attr-defined]


def check_objections(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's objections; an empty list proves that nothing is."""
    connection = session.connection()
    rows = connection.execute(
        select(_objections, _awards.c.state.label("stands"))
        .join(
            _awards,
            and_(
                _awards.c.village_id == _objections.c.village_id,
                _awards.c.id == _objections.c.award_id,
            ),
        )
        .where(_objections.c.village_id == village_id)
        .order_by(_objections.c.id)
    ).all()
    held = connection.scalars(
        select(_awards.c.id)
        .where(_awards.c.village_id == village_id, _awards.c.state == AwardState.OBJECTED)
        .order_by(_awards.c.id)
    ).all()
    disputed = {row.award_id for row in rows if row.state == ObjectionState.OPEN}
    problems = [
        Problem(
            "objection_missing", _("第 %(id)s 条积分记录被异议压着，却没有待答复的异议", id=one)
        )
        for one in held
        if one not in disputed
    ]
    for row in rows:
        problems += _check(row)
    return problems


def _check(row: Any) -> Iterator[Problem]:
    """One objection: its answer was written, and the deed went where it led."""
    if row.state == ObjectionState.OPEN:
        if row.stands == AwardState.NOTICED:
            words = _("第 %(n)s 号异议还没有答复，它的那一条却没有停下", n=row.id)
            yield Problem("objection_held", words)
    elif not row.answer:
        yield Problem("objection_answer", _("第 %(n)s 号异议没有书面答复", n=row.id))
    elif row.state == ObjectionState.UPHELD and row.stands not in _ENDED:
        yield Problem("objection_upheld", _("第 %(n)s 号异议成立了，那一条却还算分", n=row.id))


_ENDED = (AwardState.REFUSED, AwardState.REVERSED)
