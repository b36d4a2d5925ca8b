"""The proof of passbooks: no paper says more than the books, and the trail knows each printing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from moralbank import audit
from moralbank.i18n import _
from moralbank.ledger.chain import printed_mark
from moralbank.ledger.check import Problem
from moralbank.ledger.models import Event
from moralbank.local_numbers import local_number
from moralbank.passbooks.queries import PRINTED, SET_BACK, line_counts, printed_so_far

_events = Event.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _Told:
    """How far a passbook was printed, how often, at which end of the books, by whom last."""

    lines: int
    prints: int
    mark: str
    by: int


def check_passbooks(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's passbooks; an empty list is the proof that nothing is."""
    printed = printed_so_far(session, village_id)
    counts = line_counts(session, village_id)
    marks = _marks(session, village_id, {row.mark for row in printed.values()})
    said = _by_the_trail(session, village_id)
    return [
        problem
        for owner in sorted(printed.keys() | said.keys())
        for problem in _wrong(owner, printed.get(owner), counts.get(owner, 0), marks, said)
    ]


def _wrong(
    owner: int, row: Any | None, total: int, marks: set[str], said: dict[int, _Told]
) -> Iterator[Problem]:
    if row is None or _Told(row.lines, row.prints, row.mark, row.printed_by) != said.get(owner):
        text = _("第 %(id)s 户的存折印到哪一笔，与打印的记录不一样", id=owner)
        yield Problem("passbook_trail", text)
    if row is None:
        return
    if row.lines > total:
        words = {"id": owner, "printed": row.lines, "total": total}
        text = _("第 %(id)s 户的存折记着印了 %(printed)s 笔，账上只有 %(total)s 笔", **words)
        yield Problem("passbook_lines", text)
    if row.mark not in marks:
        text = _("第 %(id)s 户的存折上的“%(mark)s”不在账中", id=owner, mark=row.mark)
        yield Problem("passbook_mark", text)


def _marks(session: Session, village_id: int, wanted: set[str]) -> set[str]:
    """Those of the wanted marks that stand in the books."""
    numbers = {seq for one in wanted if (seq := local_number(one.partition("-")[0]))}
    if not numbers:
        return set()
    rows = session.connection().execute(
        select(_events.c.seq, _events.c.hash).where(
            _events.c.village_id == village_id, _events.c.seq.in_(sorted(numbers))
        )
    )
    return {printed_mark(row.seq, row.hash) for row in rows}


def _by_the_trail(session: Session, village_id: int) -> dict[int, _Told]:
    """Each passbook as the trail tells of it."""
    told: dict[int, _Told] = {}
    for entry in audit.trail(session, village_id, (PRINTED, SET_BACK)):
        if entry.act == SET_BACK:
            owner, lines = int(entry.subject), entry.detail["lines"]
            if owner in told:  # else its printing was taken out of the trail
                told[owner] = replace(told[owner], lines=lines)
            continue
        for written, (_before, _first, last, _credit) in entry.detail["books"].items():
            owner = int(written)
            prints = told[owner].prints + 1 if owner in told else 1
            told[owner] = _Told(last, prints, entry.detail["mark"], entry.user_id)
    return told
