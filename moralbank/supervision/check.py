"""The proof that what was drawn follows from the seed."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from moralbank.i18n import _
from moralbank.ledger.check import Problem
from moralbank.supervision.drawing import draw
from moralbank.supervision.models import Recheck, RecheckLine
from moralbank.supervision.months import Month
from moralbank.supervision.queries import ends_of_books, posted_in

_rechecks = Recheck.__table__  # type: ignore[attr-defined]
_lines = RecheckLine.__table__  # type: ignore[attr-defined]


def check_supervision(session: Session, village_id: int) -> list[Problem]:
    """Draw every re-check again; an empty list proves that nobody chose its deeds."""
    drawn = _drawn(session, village_id)
    ends = ends_of_books(session, village_id)
    rows = session.connection().execute(
        select(_rechecks).where(_rechecks.c.village_id == village_id).order_by(_rechecks.c.id)
    )
    return [
        problem
        for row in rows.all()
        for problem in _check(session, row, drawn.get(row.id, []), ends.get(row.id))
    ]


def _check(session: Session, row: Any, drawn: list[int], seq: int | None) -> list[Problem]:
    there = posted_in(session, row.village_id, Month(row.month), seq) if seq is not None else []
    if len(there) == row.out_of and draw(row.seed, there, row.percent) == drawn:
        return []
    text = _("第 %(id)s 次抽查的名单，与用它的种子 %(seed)s 重抽的不一样", id=row.id, seed=row.seed)
    return [Problem("recheck_not_as_drawn", text)]


def _drawn(session: Session, village_id: int) -> dict[int, list[int]]:
    """The deeds of every draw in its order."""
    rows = session.connection().execute(
        select(_lines.c.recheck_id, _lines.c.award_id)
        .where(_lines.c.village_id == village_id)
        .order_by(_lines.c.recheck_id, _lines.c.line)
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row.recheck_id, []).append(row.award_id)
    return found
