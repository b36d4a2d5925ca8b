"""Reading objections: the list, one, those of a deed. Who objected is read apart from the rest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Select, and_, bindparam, func, or_, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.awards.joining import awards, groups, households, items, with_household
from moralbank.errors import NotFound
from moralbank.i18n import _, mark
from moralbank.objections.models import Objection, ObjectionState, ObjectionWay
from moralbank.paging import Page, place
from moralbank.prepared import Prepared

_objections = Objection.__table__  # type: ignore[attr-defined]

PAGE_ROWS: Final = 30

STATE_LABELS: Final = {
    ObjectionState.OPEN: mark("待答复"),
    ObjectionState.UPHELD: mark("成立"),
    ObjectionState.CHANGED: mark("改分"),
    ObjectionState.DISMISSED: mark("不成立"),
}
WAY_LABELS: Final = {
    ObjectionWay.PAGE: mark("网页"),
    ObjectionWay.PHONE: mark("电话"),
    ObjectionWay.PAPER: mark("书面"),
    ObjectionWay.PERSON: mark("当面"),
}


class ObjectionUnknown(NotFound):
    """No such objection in this village."""

    text = mark("没有第 %(id)s 号异议")
    code = "objection_unknown"


@dataclass(frozen=True)
class ObjectionInfo:
    """An objection without who raised it (`complainant`), and the deed it is about.

    `points` are the deed's now, positive also for deductions; `new_points` what a changed deed
    gives for one time. `taker` and `decider` are names.
    """

    id: int
    award_id: int
    notice_id: int | None
    household_id: int
    group: str
    number: str
    head: str
    item_name: str
    points: int
    deduction: bool
    deed_on: date
    way: ObjectionWay
    words: str
    raised_at: datetime
    taken_by: int
    taker: str
    due_on: date
    state: ObjectionState
    answer: str
    new_points: int | None
    decider: str
    decided_at: datetime | None

    @property
    def spoken(self) -> str:
        """The household's group and number as people say them: "一组 012 号"."""
        return _("%(group)s %(number)s 号", group=self.group, number=self.number)

    @property
    def state_label(self) -> str:
        """What was decided, in words."""
        return _(STATE_LABELS[self.state])

    @property
    def way_label(self) -> str:
        """How it reached the village, in words."""
        return _(WAY_LABELS[self.way])

    @property
    def waits(self) -> bool:
        """Whether it still needs an answer."""
        return self.state is ObjectionState.OPEN

    @property
    def late(self) -> bool:
        """Whether it was answered after its last day, or still waits after it."""
        ended = clock.local(self.decided_at).date() if self.decided_at else clock.today()
        return ended > self.due_on

    @property
    def days_words(self) -> str:
        """How the village stands with its answer: "还有 2 天", "超期 3 天"."""
        if self.decided_at is not None:
            return _("超期答复") if self.late else _("按期答复")
        left = (self.due_on - clock.today()).days
        if left < 0:
            return _("超期 %(n)s 天", n=-left)
        return _("还有 %(n)s 天", n=left) if left else _("今天到期")


@dataclass(frozen=True)
class Complainant:
    """Who objected; both may be empty. For the supervisor and whoever took it down alone."""

    name: str
    telephone: str


def objection(session: Session, village_id: int, objection_id: int) -> ObjectionInfo:
    """One objection; raises ObjectionUnknown, also for another village's."""
    found = _read(session, village_id, _joined(village_id).where(_objections.c.id == objection_id))
    if not found:
        raise ObjectionUnknown(id=objection_id)
    return found[0]


def complainant(session: Session, village_id: int, objection_id: int) -> Complainant:
    """Who objected; the caller judges who may read it. Raises ObjectionUnknown."""
    row = (
        session.connection()
        .execute(
            select(_objections.c.name, _objections.c.telephone).where(
                _objections.c.village_id == village_id, _objections.c.id == objection_id
            )
        )
        .first()
    )
    if row is None:
        raise ObjectionUnknown(id=objection_id)
    return Complainant(row.name, row.telephone)


def objection_page(
    session: Session, village_id: int, *, state: ObjectionState | None = None, number: int = 1
) -> Page[ObjectionInfo]:
    """One page of the list: open ones first, the most pressing on top; then the newest answers."""
    wanted = _in_state(village_id, state)
    total = session.connection().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    here = place(total, number, PAGE_ROWS)
    page = _ordered(wanted).limit(PAGE_ROWS).offset(here.offset)
    return Page(_read(session, village_id, page), here)


def listed_objections(
    session: Session, village_id: int, *, state: ObjectionState | None = None
) -> list[ObjectionInfo]:
    """What `objection_page` turns over, all at once, for a download."""
    return _read(session, village_id, _ordered(_in_state(village_id, state)))


def open_objections(session: Session, village_id: int) -> list[ObjectionInfo]:
    """Everything that waits for an answer, the most pressing first."""
    return _told(session, village_id, _OPEN.rows(session, village=village_id))


def objections_of_award(session: Session, village_id: int, award_id: int) -> list[ObjectionInfo]:
    """Every objection to one deed, the oldest first."""
    wanted = _joined(village_id).where(_objections.c.award_id == award_id)
    return _read(session, village_id, wanted.order_by(_objections.c.id))


def objections_of_notice(session: Session, village_id: int, notice_id: int) -> list[ObjectionInfo]:
    """Every objection to the lines of one notice, the oldest first."""
    wanted = _joined(village_id).where(_objections.c.notice_id == notice_id)
    return _read(session, village_id, wanted.order_by(_objections.c.id))


def objections_between(
    session: Session, village_id: int, begin: datetime, end: datetime
) -> list[ObjectionInfo]:
    """Those raised or answered from `begin` until before `end`, the oldest first."""
    moments = (_objections.c.raised_at, _objections.c.decided_at)
    within = or_(*(and_(moment >= begin, moment < end) for moment in moments))
    return _read(session, village_id, _joined(village_id).where(within).order_by(_objections.c.id))


def counts_by_state(session: Session, village_id: int) -> dict[ObjectionState, int]:
    """How many objections stand in each state; a state without any is left out."""
    rows = session.connection().execute(
        select(_objections.c.state, func.count().label("there"))
        .where(_objections.c.village_id == village_id)
        .group_by(_objections.c.state)
    )
    return {row.state: row.there for row in rows}


def open_ids(session: Session, village_id: int, award_ids: Collection[int]) -> list[int]:
    """The numbers of the open objections to these deeds."""
    found = session.connection().scalars(
        select(_objections.c.id)
        .where(
            _objections.c.village_id == village_id,
            _objections.c.award_id.in_(award_ids),
            _objections.c.state == ObjectionState.OPEN,
        )
        .order_by(_objections.c.id)
    )
    return list(found)


def _in_state(village_id: int | BindParameter[int], state: ObjectionState | None) -> Select[Any]:
    wanted = _joined(village_id)
    return wanted if state is None else wanted.where(_objections.c.state == state)


def _ordered(wanted: Select[Any]) -> Select[Any]:
    """Open before answered; among the open ones by their last day, then newest first."""
    return wanted.order_by(
        _objections.c.state != ObjectionState.OPEN,
        _objections.c.decided_at.desc(),
        _objections.c.due_on,
        _objections.c.id,
    )


def _joined(village_id: int | BindParameter[int]) -> Select[Any]:
    """Objections of one village with their deed, its household, group and item."""
    here = _objections.c.village_id
    chosen = select(
        _objections,
        awards.c.household_id,
        awards.c.points,
        awards.c.deduction,
        awards.c.deed_on,
        households.c.number,
        households.c.head,
        groups.c.name.label("group_name"),
        items.c.name.label("item_name"),
    )
    its_deed = and_(awards.c.village_id == here, awards.c.id == _objections.c.award_id)
    return with_household(chosen.join(awards, its_deed)).where(here == village_id)


_OPEN: Final = Prepared(_ordered(_in_state(bindparam("village"), ObjectionState.OPEN)))


def _read(session: Session, village_id: int, wanted: Select[Any]) -> list[ObjectionInfo]:
    return _told(session, village_id, session.connection().execute(wanted).all())


def _told(session: Session, village_id: int, rows: Sequence[Any]) -> list[ObjectionInfo]:
    names = user_names(session, village_id) if rows else {}
    return [_info(row, names) for row in rows]


def _info(row: Any, names: dict[int, str]) -> ObjectionInfo:
    return ObjectionInfo(
        id=row.id,
        award_id=row.award_id,
        notice_id=row.notice_id,
        household_id=row.household_id,
        group=row.group_name,
        number=row.number,
        head=row.head,
        item_name=row.item_name,
        points=row.points,
        deduction=row.deduction,
        deed_on=row.deed_on,
        way=row.way,
        words=row.words,
        raised_at=row.raised_at,
        taken_by=row.taken_by,
        taker=names.get(row.taken_by, "") if row.taken_by else _("本人在网页上提出"),
        due_on=row.due_on,
        state=row.state,
        answer=row.answer,
        new_points=row.new_points,
        decider=names.get(row.decided_by, "") if row.decided_by is not None else "",
        decided_at=row.decided_at,
    )
