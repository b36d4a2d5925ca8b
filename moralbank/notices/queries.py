"""Reading notices: the list, those that are due, one as it is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, func, or_, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.awards.models import AwardStep
from moralbank.awards.states import Act
from moralbank.fund.old_points import lapse_warning
from moralbank.households.queries import household_labels
from moralbank.i18n import _
from moralbank.ledger.queries import STILL_HERE
from moralbank.notices.freezing import frozen_corrections
from moralbank.notices.hanging import (
    Correction,
    HungHousehold,
    HungLine,
    NoticeUnknown,
    correction,
    corrections_on,
    hung_households,
)
from moralbank.notices.models import Notice, NoticeHousehold, NoticeLine, NoticeState
from moralbank.notices.sheets import (
    CorrectionLine,
    DeedLine,
    HouseholdLine,
    LetterSheet,
    NoticeSheet,
)
from moralbank.objections.models import Objection, ObjectionState
from moralbank.prepared import Prepared
from moralbank.villages.calendar import days_counted
from moralbank.villages.queries import VillageInfo, village_info
from moralbank.villages.settings import (
    CONTACT,
    DATES_ARABIC,
    DOCUMENT_CODE,
    FORMAL_DATES,
    OBJECTION_DAYS,
    ON,
    PUBLIC_ADDRESS,
    WORKING_DAYS,
)

_notices = Notice.__table__  # type: ignore[attr-defined]
_lines = NoticeLine.__table__  # type: ignore[attr-defined]
_frozen = NoticeHousehold.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]
_objections = Objection.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class NoticeInfo:
    """A notice as lists show it. `points` are its merits, `deducted` its deductions.

    `lines` counts its deeds, `objections` those objections to its lines that wait for an answer;
    `posted_seq` is the ledger event that posted it.
    """

    id: int
    title: str
    first_day: date
    last_day: date
    state: NoticeState
    opener: str
    opened_at: datetime
    mark: str
    digest: str
    closed_at: datetime | None
    posted_seq: int | None
    lines: int
    households: int
    points: int
    deducted: int
    objections: int

    @property
    def open(self) -> bool:
        """Whether it hangs, or will."""
        return self.state is NoticeState.OPEN

    @property
    def due(self) -> bool:
        """Whether its last day is over but it wasn't posted yet."""
        return self.open and self.last_day < clock.today()

    @property
    def state_words(self) -> str:
        """Where it stands today: "公示中，还有 2 天"."""
        today = clock.today()
        if not self.open:
            return _("已结束")
        if self.due:
            return _("已到期，等入账")
        if today < self.first_day:
            return _("%(day)s 开始", day=self.first_day.isoformat())
        left = (self.last_day - today).days
        return _("公示中，还有 %(n)s 天", n=left) if left else _("公示中，今天最后一天")


@dataclass(frozen=True)
class DueNotice:
    """An open notice whose last day is over."""

    village_id: int
    id: int


def notice(session: Session, village_id: int, notice_id: int) -> NoticeInfo:
    """One notice; raises NoticeUnknown, also for another village's."""
    found = _infos(session, village_id, _ONE.rows(session, village=village_id, notice=notice_id))
    if not found:
        raise NoticeUnknown(id=notice_id)
    return found[0]


def notices_of(session: Session, village_id: int) -> list[NoticeInfo]:
    """Every notice: the open ones first, each kind newest first."""
    found = _infos(session, village_id, _EVERY.rows(session, village=village_id))
    return sorted(found, key=lambda one: (not one.open, -one.id))


def open_notices(session: Session, village_id: int) -> list[NoticeInfo]:
    """The notices that hang or will hang, newest first."""
    return _infos(session, village_id, _OPEN.rows(session, village=village_id))


def due_notices(session: Session, today: date | None = None) -> list[DueNotice]:
    """Every village's open notices whose last day lies before `today`; one quick statement."""
    rows = session.connection().execute(
        select(_notices.c.village_id, _notices.c.id)
        .where(_notices.c.state == NoticeState.OPEN, _notices.c.last_day < (today or clock.today()))
        .where(_notices.c.village_id.in_(STILL_HERE))
        .order_by(_notices.c.village_id, _notices.c.id)
    )
    return [DueNotice(row.village_id, row.id) for row in rows]


def next_in_year(session: Session, village_id: int, year: int) -> int:
    """Which notice of that year the next one will be: 1 for the first (第 1 期)."""
    hung = session.connection().scalar(
        select(func.count()).where(
            _notices.c.village_id == village_id,
            _notices.c.first_day.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )
    return int(hung or 0) + 1


def corrections_waiting(session: Session, village_id: int) -> list[Correction]:
    """What was taken back and no notice has named yet: the next one will."""
    return [correction(row) for row in frozen_corrections(session, village_id, 0)]


def sheet_of(session: Session, village_id: int, notice_id: int) -> NoticeSheet:
    """A notice as it is printed, signed as the village has set. Raises NoticeUnknown."""
    info = notice(session, village_id, notice_id)
    return _sheet(session, info, village_info(session, village_id))


def _sheet(session: Session, info: NoticeInfo, village: VillageInfo) -> NoticeSheet:
    households = hung_households(session, village.id, info.id)
    address = village.settings[PUBLIC_ADDRESS]
    return NoticeSheet(
        village=village.name,
        town=village.town,
        organisation=village.organisation,
        number=info.id,
        title=info.title,
        first_day=info.first_day,
        last_day=info.last_day,
        days_words=_days_words(info, village.settings),
        contact=village.settings[CONTACT],
        mark=info.mark,
        digest=info.digest,
        public_url=f"{address}/n/{village.id}/{info.id}" if address else None,
        households=tuple(_paper_household(one) for one in households),
        deeds=tuple(_paper_deed(one, line) for one in households for line in one.lines),
        corrections=correction_lines(
            session, village.id, corrections_on(session, village.id, info.id)
        ),
        posts_words=_("公示期满，没有异议的自动入账；有异议的，查清答复后再办。"),
        warning=lapse_warning(session, village.id) if info.open else "",
        arabic_dates=village.settings[FORMAL_DATES] == DATES_ARABIC,
    )


def letter_of(session: Session, village_id: int, notice_id: int, *, plain: bool) -> LetterSheet:
    """A notice as a formal letter, all black where `plain`. Raises NoticeUnknown."""
    info = notice(session, village_id, notice_id)
    village = village_info(session, village_id)
    settings = village.settings
    aside = _set_aside(session, village_id, info)
    return LetterSheet(
        notice=_sheet(session, info, village),
        document_number=_document_number(session, village_id, info, settings[DOCUMENT_CODE]),
        refused=aside.get(Act.REFUSE, 0),
        returned=aside.get(Act.SEND_BACK, 0),
        answer_words=_counted_days(int(settings[OBJECTION_DAYS]), settings),
        plain=plain,
    )


def _document_number(session: Session, village_id: int, info: NoticeInfo, code: str) -> str:
    """The letter's number: which notice of its year it is, behind the village's own code."""
    if not code:
        return ""
    year = info.first_day.year
    place = session.connection().scalar(
        select(func.count()).where(
            _notices.c.village_id == village_id,
            _notices.c.id <= info.id,
            _notices.c.first_day.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )
    return _("%(code)s〔%(year)s〕%(n)s 号", code=code, year=year, n=place)


def _set_aside(session: Session, village_id: int, info: NoticeInfo) -> dict[str, int]:
    """How many deeds were refused, and sent back, since the notice before was opened."""
    before = (
        select(func.max(_notices.c.opened_at))
        .where(_notices.c.village_id == village_id, _notices.c.id < info.id)
        .scalar_subquery()
    )
    rows = session.connection().execute(
        select(_steps.c.act, func.count(func.distinct(_steps.c.award_id)).label("deeds"))
        .where(
            _steps.c.village_id == village_id,
            _steps.c.act.in_([Act.REFUSE, Act.SEND_BACK]),
            _steps.c.at <= info.opened_at,
            or_(before.is_(None), _steps.c.at > before),
        )
        .group_by(_steps.c.act)
    )
    return {row.act: row.deeds for row in rows}


def correction_lines(
    session: Session, village_id: int, corrections: Sequence[Correction]
) -> tuple[CorrectionLine, ...]:
    """Corrections with the names of their households, as pages and paper show them."""
    whose = household_labels(session, village_id, {one.household_id for one in corrections})
    return tuple(
        CorrectionLine(
            group=whose[one.household_id].group,
            number=whose[one.household_id].number,
            head=whose[one.household_id].head,
            item=one.item,
            points=one.points,
            deduction=one.deduction,
            deed_on=one.deed_on,
            reason=one.reason,
        )
        for one in corrections
    )


def _summed() -> Select[Any]:
    """A village's notices with the sums of their lines, newest first."""
    here: ColumnElement[int] = bindparam("village")
    sums = (
        select(
            _frozen.c.notice_id,
            func.count().label("households"),
            func.sum(_frozen.c.added).label("points"),
            func.sum(_frozen.c.deducted).label("deducted"),
        )
        .where(_frozen.c.village_id == here)
        .group_by(_frozen.c.notice_id)
        .subquery()
    )
    return (
        select(
            _notices,
            sums.c.households,
            sums.c.points,
            sums.c.deducted,
            _line_count().label("lines"),
            _objection_count().label("objections"),
        )
        .outerjoin(sums, sums.c.notice_id == _notices.c.id)
        .where(_notices.c.village_id == here)
        .order_by(_notices.c.id.desc())
    )


def _line_count() -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(_lines.c.village_id == _notices.c.village_id, _lines.c.notice_id == _notices.c.id)
        .scalar_subquery()
    )


def _objection_count() -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(
            _objections.c.village_id == _notices.c.village_id,
            _objections.c.notice_id == _notices.c.id,
            _objections.c.state == ObjectionState.OPEN,
        )
        .scalar_subquery()
    )


_EVERY: Final = Prepared(_summed())
_OPEN: Final = Prepared(_summed().where(_notices.c.state == NoticeState.OPEN))
_ONE: Final = Prepared(_summed().where(_notices.c.id == bindparam("notice")))


def _infos(session: Session, village_id: int, rows: Sequence[Any]) -> list[NoticeInfo]:
    names = user_names(session, village_id) if rows else {}
    return [_info(row, names) for row in rows]


def _info(row: Any, names: dict[int, str]) -> NoticeInfo:
    return NoticeInfo(
        id=row.id,
        title=row.title,
        first_day=row.first_day,
        last_day=row.last_day,
        state=row.state,
        opener=names.get(row.opened_by, ""),
        opened_at=row.opened_at,
        mark=row.mark,
        digest=row.digest,
        closed_at=row.closed_at,
        posted_seq=row.posted_seq,
        lines=row.lines,
        households=row.households or 0,
        points=int(row.points or 0),  # PostgreSQL sums into a Decimal
        deducted=int(row.deducted or 0),
        objections=row.objections,
    )


def _days_words(info: NoticeInfo, settings: Mapping[str, str]) -> str:
    """How long it hangs, counted as the village counts days."""
    return _counted_days(days_counted(info.first_day, info.last_day, settings), settings)


def _counted_days(days: int, settings: Mapping[str, str]) -> str:
    if settings[WORKING_DAYS] == ON:
        return _("%(n)s 个工作日", n=days)
    return _("%(n)s 天", n=days)


def _paper_household(one: HungHousehold) -> HouseholdLine:
    names = ("place", "group", "number", "head", "balance", "exchanged", "added", "deducted")
    return HouseholdLine(**{name: getattr(one, name) for name in names})


def _paper_deed(one: HungHousehold, line: HungLine) -> DeedLine:
    return DeedLine(
        place=one.place,
        group=one.group,
        number=one.number,
        head=one.head,
        member=line.member,
        item=line.item,
        note=line.note,
        quantity_words=line.quantity_words,
        points=line.points,
        deduction=line.deduction,
        deed_on=line.deed_on,
    )
