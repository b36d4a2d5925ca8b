"""Drawing deeds to be looked at again, and keeping what was found."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import insert
from sqlmodel import Session, select

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Invalid, NotFound, Refused
from moralbank.i18n import mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_number
from moralbank.supervision.drawing import draw, new_seed
from moralbank.supervision.models import Finding, Recheck, RecheckLine
from moralbank.supervision.months import Month
from moralbank.supervision.queries import DRAWN, posted_in, recheck
from moralbank.villages.queries import number_set
from moralbank.villages.settings import RECHECK_PERCENT

_lines = RecheckLine.__table__  # type: ignore[attr-defined]

SHORTEST_SEED: Final = 4
LONGEST_SEED: Final = 40
LONGEST_NOTE: Final = 200


class SeedInvalid(Invalid):
    """A seed has 4 to 40 letters, digits or Chinese characters, so that it can be read aloud."""

    text = mark("种子不对：4 到 40 个数字、字母或汉字，中间不能有空格")
    code = "seed_invalid"


class NothingPosted(Refused):
    """A month without posted deeds has nothing to draw from."""

    text = mark("%(month)s 还没有入账的记录，没有可抽的")
    code = "nothing_posted"


class LineUnknown(NotFound):
    """The draw has no such line."""

    text = mark("这次抽查没有第 %(line)s 行")
    code = "line_unknown"


class FindingNoteInvalid(Invalid):
    """What is wrong is said in words, at most 200 characters."""

    text = mark("第 %(line)s 行：不属实的要写明查到什么（最多 200 个字）")
    code = "finding_note_invalid"


@dataclass(frozen=True)
class Found:
    """What was found on the spot."""

    finding: Finding
    note: str = ""


def draw_recheck(
    session: Session, actor: Actor, request_id: str, month: Month, seed: str = ""
) -> int:
    """Draw the village's percentage of a month's posted deeds; gives back the draw's number.

    Without a `seed` (from dice, say) the system draws eight digits. Every draw is kept, so that
    drawing again until the list suits is seen. Raises SeedInvalid, NothingPosted.
    """
    seed = unicodedata.normalize("NFKC", seed).strip()
    if seed and not (SHORTEST_SEED <= len(seed) <= LONGEST_SEED and seed.isalnum()):
        raise SeedInvalid(field="seed")

    def perform() -> int:
        return _draw(session, actor, month, seed or new_seed())

    content = {"month": month.text, "seed": seed}
    return once(session, actor.village_id, request_id, DRAWN, content, perform).result


def keep_findings(
    session: Session, actor: Actor, recheck_id: int, found: Mapping[int, Found]
) -> int:
    """Write down what was found, by line; gives back how many lines changed.

    A finding may be mended; what it was before stands in the trail. Raises RecheckUnknown,
    LineUnknown, FindingNoteInvalid.
    """
    for line, one in sorted(found.items()):
        too_long = len(one.note.strip()) > LONGEST_NOTE
        if too_long or (one.finding is Finding.WRONG and not one.note.strip()):
            raise FindingNoteInvalid(line=line, field=f"note-{line}")
    lock(session, actor.village_id)
    number = recheck(session, actor.village_id, recheck_id).id
    rows = {
        row.line: row
        for row in session.exec(
            select(RecheckLine)
            .where(RecheckLine.village_id == actor.village_id, RecheckLine.recheck_id == number)
            .execution_options(populate_existing=True)
        )
    }
    changes = []
    for line, one in sorted(found.items()):
        if line not in rows:
            raise LineUnknown(line=line)
        changes += _change(session, rows[line], Found(one.finding, one.note.strip()))
    if changes:
        audit.record(session, actor, "supervision.find", str(number), changes=changes)
    return len(changes)


def _draw(session: Session, actor: Actor, month: Month, seed: str) -> int:
    village_id = actor.village_id
    seq, _hash = lock(session, village_id)
    there = posted_in(session, village_id, month, seq)
    if not there:
        raise NothingPosted(month=month.text, field="month")
    percent = number_set(session, village_id, RECHECK_PERCENT)
    drawn = draw(seed, there, percent)
    row = Recheck(
        village_id=village_id,
        id=take_number(session, village_id, "recheck"),
        month=month.first,
        percent=percent,
        seed=seed,
        out_of=len(there),
        drawn_by=actor.user_id,
        drawn_at=clock.now(),
    )
    session.add(row)
    session.flush()
    session.connection().execute(insert(_lines), _line_rows(row, drawn))
    # With the books' last event anybody can say later which deeds there were to draw from.
    said = {"month": month.text, "seed": seed, "out_of": len(there), "seq": seq}
    audit.record(session, actor, DRAWN, str(row.id), **said)
    return row.id


def _line_rows(row: Recheck, drawn: list[int]) -> list[dict[str, object]]:
    common = {"village_id": row.village_id, "recheck_id": row.id}
    waiting = {"finding": Finding.WAITING, "note": "", "checked_at": None}
    return [
        {**common, **waiting, "line": line, "award_id": award_id}
        for line, award_id in enumerate(drawn, start=1)
    ]


def _change(session: Session, row: RecheckLine, found: Found) -> list[dict[str, object]]:
    """Let a line say what was found now; what changed, for the trail."""
    before = Found(row.finding, row.note)
    if before == found:
        return []
    row.finding, row.note = found.finding, found.note
    row.checked_at = None if found.finding is Finding.WAITING else clock.now()
    session.add(row)
    return [
        {"line": row.line, "before": before.finding, "after": found.finding, "was": before.note}
    ]
