"""Reading sittings: the list, one with who was there, when the next is due, the minutes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, func, literal_column, select
from sqlmodel import Session
from sqlmodel import select as select_rows

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.awards.caps import period_around
from moralbank.awards.models import Award, AwardStep
from moralbank.awards.states import Act
from moralbank.errors import NotFound
from moralbank.i18n import _, clauses, mark
from moralbank.local_numbers import number_or_unknown
from moralbank.paging import Page, place
from moralbank.prepared import Prepared
from moralbank.scheme.models import CapPeriod
from moralbank.sittings.models import Attendee, Duty, Sitting, SittingState
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import SITTINGS, SITTINGS_ANY

_sittings = Sitting.__table__  # type: ignore[attr-defined]
_attendees = Attendee.__table__  # type: ignore[attr-defined]
_awards = Award.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]

PAGE_ROWS: Final = 20
DUTY_LABELS: Final = {
    Duty.CHAIR: mark("主持"),
    Duty.REVIEWER: mark("评议员"),
    Duty.CLERK: mark("记录"),
    Duty.WATCH: mark("监督"),
    Duty.GUEST: mark("列席"),
}

_LATE_WORDS: Final = {
    "month": mark("上个月一次也没有开"),
    "quarter": mark("上个季度一次也没有开"),
}


class SittingUnknown(NotFound):
    """No such sitting in this village."""

    text = mark("没有第 %(id)s 次评议会")
    code = "sitting_unknown"


@dataclass(frozen=True)
class Person:
    """Somebody who was there; `user_id` 0 is no user of the system."""

    user_id: int
    name: str
    duty: Duty

    @property
    def duty_label(self) -> str:
        """The duty in words."""
        return _(DUTY_LABELS[self.duty])


@dataclass(frozen=True)
class SittingInfo:
    """A sitting with who was there and how many deeds it approved and refused.

    `closer` and `closed_at` are empty while it goes on.
    """

    id: int
    held_on: date
    place: str
    note: str
    state: SittingState
    opener: str
    opened_at: datetime
    closer: str
    closed_at: datetime | None
    present: tuple[Person, ...]
    approved: int
    refused: int

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.state == SittingState.OPEN

    @property
    def state_label(self) -> str:
        """The state in words."""
        return _("正在开") if self.open else _("已结束")


@dataclass(frozen=True)
class Due:
    """When the group meets: `every` is the setting's word (any, month, quarter).

    `due_on` is the last day by which the next sitting is to be held, none where the group meets
    at any time; `late` says that a whole month or quarter went by without one.
    """

    every: str
    last_id: int | None
    last_on: date | None
    due_on: date | None
    late: bool

    @property
    def words(self) -> str:
        """Both in one line."""
        said = [
            _("上次：%(day)s（第 %(id)s 次）", day=self.last_on, id=self.last_id)
            if self.last_on
            else _("还没有开过")
        ]
        if self.due_on:
            said.append(_("下次最晚 %(day)s", day=self.due_on))
        if self.late:
            said.append(_(_LATE_WORDS[self.every]))
        return clauses(said)


_OPEN: Final = Prepared(
    select(_sittings.c.id).where(
        _sittings.c.village_id == bindparam("village"),
        _sittings.c.state == literal_column(f"'{SittingState.OPEN.value}'"),
    )
)
_NEWEST: Final = Prepared(
    select(_sittings.c.id, _sittings.c.held_on)
    .where(_sittings.c.village_id == bindparam("village"))
    .order_by(_sittings.c.held_on.desc(), _sittings.c.id.desc())
    .limit(1)
)


def open_sitting(session: Session, village_id: int) -> int | None:
    """The number of the sitting that goes on now, if there is one."""
    session.flush()  # one that was opened in this very transaction
    found: int | None = _OPEN.scalar(session, village=village_id)
    return found


def sitting_row(session: Session, village_id: int, sitting_id: int) -> Sitting:
    """The row of a sitting as it stands; raises SittingUnknown, also for another village's."""
    found = session.exec(
        select_rows(Sitting)
        .where(Sitting.village_id == village_id, Sitting.id == number_or_unknown(sitting_id))
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise SittingUnknown(id=sitting_id)
    return found


def sitting(session: Session, village_id: int, sitting_id: int) -> SittingInfo:
    """One sitting; raises SittingUnknown."""
    number = sitting_row(session, village_id, sitting_id).id
    return _infos(session, village_id, _of(village_id).where(_sittings.c.id == number))[0]


def last_sitting(session: Session, village_id: int) -> SittingInfo | None:
    """The sitting that was opened last, if there was any."""
    found = _infos(session, village_id, _of(village_id).limit(1))
    return found[0] if found else None


def sittings_page(
    session: Session, village_id: int, *, number: int = 1, rows: int = PAGE_ROWS
) -> Page[SittingInfo]:
    """One page of the sittings, the last one first; a page too far gives the last page."""
    of_village = _sittings.c.village_id == village_id
    total = session.connection().scalar(select(func.count()).where(of_village)) or 0
    here = place(total, number, rows)
    page = _of(village_id).limit(rows).offset(here.offset)
    return Page(_infos(session, village_id, page), here)


def due(session: Session, village_id: int) -> Due:
    """When the last sitting was held, and when the next one is due."""
    every = settings_of(session, village_id)[SITTINGS]
    last = _NEWEST.first(session, village=village_id)
    last_id, last_on = (last.id, last.held_on) if last else (None, None)
    if every == SITTINGS_ANY:
        return Due(every, last_id, last_on, None, late=False)
    first, end = _period(every, clock.today())
    before = _period(every, first - timedelta(days=1))
    if last_on and last_on >= first:
        end = _period(every, end + timedelta(days=1))[1]
    return Due(every, last_id, last_on, end, late=bool(last_on and last_on < before[0]))


def _period(every: str, day: date) -> tuple[date, date]:
    """First and last day of the month or quarter that a day lies in."""
    return period_around(CapPeriod(every), day)


def _of(village_id: int) -> Select[Any]:
    return (
        select(_sittings)
        .where(_sittings.c.village_id == village_id)
        .order_by(_sittings.c.id.desc())
    )


def _infos(session: Session, village_id: int, wanted: Select[Any]) -> list[SittingInfo]:
    """Sittings with everything that belongs to them, by four statements however many they are."""
    rows = session.connection().execute(wanted).all()
    ids = [row.id for row in rows]
    names = user_names(session, village_id)
    present = _present(session, village_id, ids)
    deeds = _deeds(session, village_id, ids)
    return [_info(row, names, present.get(row.id, ()), deeds) for row in rows]


def _info(
    row: Any,
    names: Mapping[int, str],
    present: tuple[Person, ...],
    deeds: Mapping[tuple[int, str], int],
) -> SittingInfo:
    return SittingInfo(
        id=row.id,
        held_on=row.held_on,
        place=row.place,
        note=row.note,
        state=row.state,
        opener=names.get(row.opened_by, ""),
        opened_at=row.opened_at,
        closer=names.get(row.closed_by, "") if row.closed_by is not None else "",
        closed_at=row.closed_at,
        present=present,
        approved=deeds.get((row.id, Act.APPROVE), 0),
        refused=deeds.get((row.id, Act.REFUSE), 0),
    )


def _present(
    session: Session, village_id: int, ids: Collection[int]
) -> dict[int, tuple[Person, ...]]:
    rows = session.connection().execute(
        select(_attendees)
        .where(_attendees.c.village_id == village_id, _attendees.c.sitting_id.in_(ids))
        .order_by(_attendees.c.sitting_id, _attendees.c.position)
    )
    found: dict[int, tuple[Person, ...]] = {}
    for row in rows:
        person = Person(row.user_id, row.name, Duty(row.duty))
        found[row.sitting_id] = (*found.get(row.sitting_id, ()), person)
    return found


def _deeds(session: Session, village_id: int, ids: Collection[int]) -> dict[tuple[int, str], int]:
    """How many deeds, by sitting and by what was decided."""
    rows = session.connection().execute(
        select(_awards.c.sitting_id, _steps.c.act, func.count().label("deeds"))
        .join_from(
            _awards,
            _steps,
            and_(_steps.c.village_id == _awards.c.village_id, _steps.c.award_id == _awards.c.id),
        )
        .where(
            _awards.c.village_id == village_id,
            _awards.c.sitting_id.in_(ids),
            _steps.c.act.in_((Act.APPROVE, Act.REFUSE)),
        )
        .group_by(_awards.c.sitting_id, _steps.c.act)
    )
    return {(row.sitting_id, row.act): row.deeds for row in rows}
