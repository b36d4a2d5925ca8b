"""Reading re-checks: which deeds a month has, the draws, one with its lines, its sheet."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import TieRow, barred_households, user_names
from moralbank.audit import AuditEntry
from moralbank.awards.models import Award, AwardStep
from moralbank.awards.queries import AwardRow, awards_named
from moralbank.awards.states import Act
from moralbank.errors import NotFound
from moralbank.i18n import _, mark
from moralbank.ledger.queries import head_mark
from moralbank.local_numbers import number_or_unknown
from moralbank.prepared import Prepared
from moralbank.supervision.drawing import rule_words
from moralbank.supervision.models import Finding, Recheck, RecheckLine
from moralbank.supervision.months import Month
from moralbank.supervision.sheets import RecheckLine as PaperLine
from moralbank.supervision.sheets import RecheckSheet
from moralbank.villages.queries import village_info

_audit = AuditEntry.__table__  # type: ignore[attr-defined]
_rechecks = Recheck.__table__  # type: ignore[attr-defined]
_lines = RecheckLine.__table__  # type: ignore[attr-defined]
_awards = Award.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]

DRAWN: Final = "supervision.draw"
"""The act under which draws stand in the audit trail."""
FINDING_LABELS: Final = {
    Finding.WAITING: mark("还没查"),
    Finding.RIGHT: mark("属实"),
    Finding.WRONG: mark("不属实"),
}


class RecheckUnknown(NotFound):
    """No such draw in this village."""

    text = mark("没有第 %(id)s 次抽查")
    code = "recheck_unknown"


@dataclass(frozen=True)
class RecheckInfo:
    """One draw. `nth` counts the draws from the same month, so that drawing twice is seen.

    `out_of` deeds were posted in the month, `drawn` of them are to be looked at; of these
    `right`, `wrong` and `waiting` stand as found so far.
    """

    id: int
    month: Month
    nth: int
    percent: int
    seed: str
    out_of: int
    drawer: str
    drawn_at: datetime
    drawn: int
    right: int
    wrong: int
    waiting: int


@dataclass(frozen=True)
class RecheckRow:
    """One deed to be looked at again. `tie` says how the reader is close to the household."""

    line: int
    award: AwardRow
    posted_at: datetime
    finding: Finding
    note: str
    checked_at: datetime | None
    tie: TieRow | None

    @property
    def finding_label(self) -> str:
        """What was found, in words."""
        return _(FINDING_LABELS[self.finding])


def posted_in(session: Session, village_id: int, month: Month, seq: int | None = None) -> list[int]:
    """The deeds that were posted in a month, also those taken back later, by number.

    With `seq` only those that the books held when that was their last event.
    """
    wanted = _posted(village_id, month).with_only_columns(_awards.c.id).order_by(_awards.c.id)
    if seq is not None:
        wanted = wanted.where(_awards.c.posted_seq <= seq)
    return list(session.connection().scalars(wanted))


def posted_sums(session: Session, village_id: int, month: Month) -> tuple[int, int]:
    """How many deeds those are, and their points together."""
    when = {"begin": month.begin, "end": month.end}
    sums = _POSTED_SUMS.rows(session, village=village_id, **when)[0]
    return sums.deeds, int(sums.points)


def rechecks(session: Session, village_id: int, month: Month | None = None) -> list[RecheckInfo]:
    """Every draw of a month, or of all, the newest first."""
    if month is not None:
        of_month = _OF_MONTH.rows(session, village=village_id, first=month.first)
        return _told(session, village_id, of_month)[::-1]
    wanted = select(_rechecks).where(_rechecks.c.village_id == village_id)
    return _infos(session, village_id, wanted)[::-1]


def recheck(session: Session, village_id: int, recheck_id: int) -> RecheckInfo:
    """One draw; raises RecheckUnknown, also for another village's."""
    number = number_or_unknown(recheck_id)
    month = session.connection().scalar(
        select(_rechecks.c.month).where(
            _rechecks.c.village_id == village_id, _rechecks.c.id == number
        )
    )
    if month is None:
        raise RecheckUnknown(id=recheck_id)
    of_month = rechecks(session, village_id, Month(month))
    return next(one for one in of_month if one.id == number)


def recheck_rows(
    session: Session, village_id: int, recheck_id: int, reader: int
) -> list[RecheckRow]:
    """The deeds of a draw in its order, for a reader (a user's number) who may be kin of some."""
    lines = (
        session.connection()
        .execute(
            select(_lines)
            .where(_lines.c.village_id == village_id, _lines.c.recheck_id == recheck_id)
            .order_by(_lines.c.line)
        )
        .all()
    )
    ids = [line.award_id for line in lines]
    awards = {row.id: row for row in awards_named(session, village_id, ids)}
    posted = _posted_at(session, village_id, recheck_id)
    close = barred_households(session, village_id, reader)
    return [
        RecheckRow(
            line=line.line,
            award=awards[line.award_id],
            posted_at=posted[line.award_id],
            finding=line.finding,
            note=line.note,
            checked_at=line.checked_at,
            tie=close.get(awards[line.award_id].household_id),
        )
        for line in lines
    ]


def ends_of_books(session: Session, village_id: int) -> dict[int, int]:
    """The books' last event at each draw, by its number, from the trail, which nobody changes."""
    rows = session.connection().execute(
        select(_audit.c.subject, _audit.c.detail).where(
            _audit.c.village_id == village_id, _audit.c.act == DRAWN
        )
    )
    return {int(row.subject): json.loads(row.detail)["seq"] for row in rows}


def drawn_from(session: Session, village_id: int, drawn: RecheckInfo) -> list[int]:
    """The deeds that a draw was made from, by number."""
    seq = ends_of_books(session, village_id).get(drawn.id)
    return posted_in(session, village_id, drawn.month, seq)


def sheet_of(session: Session, village_id: int, recheck_id: int) -> RecheckSheet:
    """The list to walk with; raises RecheckUnknown."""
    drawn = recheck(session, village_id, recheck_id)
    rows = recheck_rows(session, village_id, recheck_id, reader=0)
    village = village_info(session, village_id)
    return RecheckSheet(
        village=village.name,
        organisation=village.organisation,
        number=drawn.id,
        month=drawn.month.first,
        percent=drawn.percent,
        seed=drawn.seed,
        out_of=drawn.out_of,
        rule_words=rule_words(drawn.seed, rows[0].award.id),
        drawn_by=drawn.drawer,
        drawn_on=_day(drawn.drawn_at),
        lines=tuple(_paper_line(row) for row in rows),
        mark=head_mark(session, village_id),
    )


def _paper_line(row: RecheckRow) -> PaperLine:
    return PaperLine(
        place=row.line,
        award=row.award.id,
        group=row.award.group,
        number=row.award.number,
        head=row.award.head,
        item=row.award.item_name,
        points=row.award.points_words,
        deed_on=row.award.deed_on,
        note=row.award.note,
        decided_by=row.award.decider,
        posted_on=_day(row.posted_at),
    )


def _day(moment: datetime) -> date:
    return clock.local(moment).date()


_ITS_STEPS: Final = and_(
    _steps.c.village_id == _awards.c.village_id, _steps.c.award_id == _awards.c.id
)


def _posted(village_id: int, month: Month) -> Select[Any]:
    """The deeds whose posting fell into a month."""
    return (
        select(_awards)
        .join_from(_awards, _steps, _ITS_STEPS)
        .where(
            _awards.c.village_id == village_id,
            _steps.c.act == Act.POST,
            _steps.c.at >= month.begin,
            _steps.c.at < month.end,
        )
    )


_POSTED_SUMS: Final = Prepared(
    select(
        func.count().label("deeds"),
        func.coalesce(
            func.sum(case((_awards.c.deduction, -_awards.c.collected), else_=_awards.c.points)), 0
        ).label("points"),
    )
    .join_from(_awards, _steps, _ITS_STEPS)
    .where(
        _awards.c.village_id == bindparam("village"),
        _steps.c.act == Act.POST,
        _steps.c.at >= bindparam("begin"),
        _steps.c.at < bindparam("end"),
    )
)


def _posted_at(session: Session, village_id: int, recheck_id: int) -> dict[int, datetime]:
    drawn = select(_lines.c.award_id).where(
        _lines.c.village_id == village_id, _lines.c.recheck_id == recheck_id
    )
    rows = session.connection().execute(
        select(_steps.c.award_id, _steps.c.at).where(
            _steps.c.village_id == village_id,
            _steps.c.act == Act.POST,
            _steps.c.award_id.in_(drawn),
        )
    )
    return {row.award_id: row.at for row in rows}


def _infos(session: Session, village_id: int, wanted: Select[Any]) -> list[RecheckInfo]:
    """Draws in order, by three statements however many they are."""
    return _told(session, village_id, session.connection().execute(wanted.order_by(_rechecks.c.id)))


_OF_MONTH: Final = Prepared(
    select(_rechecks)
    .where(_rechecks.c.village_id == bindparam("village"), _rechecks.c.month == bindparam("first"))
    .order_by(_rechecks.c.id)
)


def _told(session: Session, village_id: int, given: Iterable[Any]) -> list[RecheckInfo]:
    rows = list(given)
    if not rows:
        return []
    found = _findings(session, village_id)
    names, before = user_names(session, village_id), Counter[date]()
    infos = []
    for row in rows:
        before[row.month] += 1
        infos.append(_info(row, before[row.month], names, found[row.id]))
    return infos


def _info(
    row: Any, nth: int, names: Mapping[int, str], found: Mapping[Finding, int]
) -> RecheckInfo:
    return RecheckInfo(
        id=row.id,
        month=Month(row.month),
        nth=nth,
        percent=row.percent,
        seed=row.seed,
        out_of=row.out_of,
        drawer=names.get(row.drawn_by, ""),
        drawn_at=row.drawn_at,
        drawn=sum(found.values()),
        right=found.get(Finding.RIGHT, 0),
        wrong=found.get(Finding.WRONG, 0),
        waiting=found.get(Finding.WAITING, 0),
    )


def _findings(session: Session, village_id: int) -> dict[int, dict[Finding, int]]:
    """How many lines of each draw stand as what."""
    rows = session.connection().execute(
        select(_lines.c.recheck_id, _lines.c.finding, func.count().label("lines"))
        .where(_lines.c.village_id == village_id)
        .group_by(_lines.c.recheck_id, _lines.c.finding)
    )
    found: dict[int, dict[Finding, int]] = defaultdict(dict)
    for row in rows:
        found[row.recheck_id][row.finding] = row.lines
    return found
