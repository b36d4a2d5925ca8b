"""Reading reminders. They are private: no board and no public page may ask for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.errors import NotFound
from moralbank.households.models import Household
from moralbank.households.queries import find_households
from moralbank.i18n import _, mark
from moralbank.paging import Page, place
from moralbank.prepared import Prepared
from moralbank.reminders.models import Reminder, ReminderState
from moralbank.reminders.sheets import ReminderLetter
from moralbank.scheme.queries import Item, scheme_version
from moralbank.villages.models import Group
from moralbank.villages.queries import village_info
from moralbank.villages.settings import CONTACT

_reminders = Reminder.__table__  # type: ignore[attr-defined]
_households = Household.__table__  # type: ignore[attr-defined]
_groups = Group.__table__  # type: ignore[attr-defined]

PAGE_ROWS: Final = 30
STATE_LABELS: Final = {
    ReminderState.OPEN: mark("等改正"),
    ReminderState.PUT_RIGHT: mark("已改正"),
    ReminderState.DEDUCTED: mark("已转为扣分"),
    ReminderState.DROPPED: mark("已撤销"),
}
DUE: Final = "due"
"""Besides the states, what a list may be narrowed to: those whose day is over."""


class ReminderUnknown(NotFound):
    """The village has no such reminder."""

    text = mark("没有这条提醒")
    code = "reminder_unknown"


@dataclass(frozen=True)
class ReminderInfo:
    """A reminder as pages speak of it.

    `points_text` is what a deduction would be ("−2 分"), by the scheme version of the day it was
    seen. `giver` and `settler` are names ("" for nobody yet), `award_id` the deduction, if any.
    """

    id: int
    household_id: int
    group: str
    number: str
    head: str
    item: Item
    seen_on: date
    note: str
    witness: str
    put_right_by: date
    given_by: int
    giver: str
    given_at: datetime
    state: ReminderState
    settler: str
    settled_at: datetime | None
    settled_note: str
    award_id: int | None

    @property
    def spoken(self) -> str:
        """The household as people say it: "一组 012 号"."""
        return _("%(group)s %(number)s 号", group=self.group, number=self.number)

    @property
    def open(self) -> bool:
        """Whether nothing came of it yet."""
        return self.state is ReminderState.OPEN

    @property
    def due(self) -> bool:
        """Whether the day until which it could be put right is over and nothing was done."""
        return self.open and self.put_right_by < clock.today()

    @property
    def state_words(self) -> str:
        """Where it stands today: "还有 3 天", "今天到期", "已过期 2 天", "已改正"."""
        if not self.open:
            return _(STATE_LABELS[self.state])
        left = (self.put_right_by - clock.today()).days
        if left > 0:
            return _("还有 %(n)s 天", n=left)
        return _("过期 %(n)s 天", n=-left) if left else _("今天到期")


def reminder(session: Session, village_id: int, reminder_id: int) -> ReminderInfo:
    """One reminder; raises ReminderUnknown, also for another village's."""
    wanted = _chosen(village_id).where(_reminders.c.id == reminder_id)
    found = _infos(session, village_id, wanted)
    if not found:
        raise ReminderUnknown
    return found[0]


def reminder_page(
    session: Session, village_id: int, *, state: str = "", typed: str = "", number: int = 1
) -> Page[ReminderInfo]:
    """One page of the list: what is due first, then open ones by their day, then the rest.

    `state` is a ReminderState, DUE or "" for all; `typed` narrows to households found by it.
    """
    wanted = _chosen(village_id).where(*_narrowed(state))
    if typed:
        homes = [home.id for home in find_households(session, village_id, typed, limit=200)]
        wanted = wanted.where(_reminders.c.household_id.in_(homes))
    total = session.connection().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    here = place(total, number, PAGE_ROWS)
    shown = _ordered(wanted).limit(here.size).offset(here.offset)
    return Page(_infos(session, village_id, shown), here)


def open_reminders(session: Session, village_id: int, household_id: int) -> list[ReminderInfo]:
    """What a household is asked to put right now, the next day first: for its own page."""
    rows = _OPEN.rows(session, village=village_id, household=household_id)
    return _told(session, village_id, rows)


def counts(session: Session, village_id: int) -> dict[str, int]:
    """How many reminders are in each state, and under DUE how many wait to be looked at."""
    rows = session.connection().execute(
        select(_reminders.c.state, func.count(), func.sum(case((_is_due(), 1), else_=0)))
        .where(_reminders.c.village_id == village_id)
        .group_by(_reminders.c.state)
    )
    found = {DUE: 0, **{state.value: 0 for state in ReminderState}}
    for state, number, due in rows:
        found[ReminderState(state).value] = number
        found[DUE] += due
    return found


def due_count(session: Session, village_id: int, *, groups: Collection[int] | None = None) -> int:
    """How many wait to be looked at because their day is over, in these groups or in all."""
    rows = _DUE_BY_GROUP.rows(session, village=village_id, today=clock.today())
    return sum(row.there for row in rows if groups is None or row.group_id in groups)


def letter_of(session: Session, village_id: int, reminder_id: int) -> ReminderLetter:
    """A reminder as the letter that is handed over; raises ReminderUnknown.

    The witness isn't named in it.
    """
    info, village = reminder(session, village_id, reminder_id), village_info(session, village_id)
    return ReminderLetter(
        village=village.name,
        organisation=village.organisation,
        number=info.id,
        head=info.head,
        household=info.spoken,
        item=info.item.name,
        seen_on=info.seen_on,
        note=info.note,
        put_right_by=info.put_right_by,
        points=info.item.points_max,
        given_on=clock.local(info.given_at).date(),
        contact=village.settings[CONTACT],
    )


def _chosen(village_id: int | BindParameter[int]) -> Select[Any]:
    """Reminders of one village, each with its household."""
    return (
        select(
            _reminders,
            _groups.c.name.label("group"),
            _households.c.number.label("number"),
            _households.c.head.label("head"),
        )
        .join(_households, _same_household())
        .join(
            _groups,
            and_(
                _groups.c.village_id == _households.c.village_id,
                _groups.c.id == _households.c.group_id,
            ),
        )
        .where(_reminders.c.village_id == village_id)
    )


def _same_household() -> ColumnElement[bool]:
    return and_(
        _households.c.village_id == _reminders.c.village_id,
        _households.c.id == _reminders.c.household_id,
    )


def _is_due() -> ColumnElement[bool]:
    return and_(_reminders.c.state == ReminderState.OPEN, _reminders.c.put_right_by < clock.today())


def _narrowed(state: str) -> list[ColumnElement[bool]]:
    if state == DUE:
        return [_is_due()]
    return [_reminders.c.state == ReminderState(state)] if state in list(ReminderState) else []


def _ordered(wanted: Select[Any]) -> Select[Any]:
    """Open ones by the day they are due, which puts those overdue first; then settled ones."""
    settled = _reminders.c.state != ReminderState.OPEN
    return wanted.order_by(
        case((settled, 1), else_=0),
        case((settled, None), else_=_reminders.c.put_right_by),
        _reminders.c.settled_at.desc(),
        _reminders.c.id,
    )


_OPEN: Final = Prepared(
    _ordered(
        _chosen(bindparam("village")).where(
            _reminders.c.household_id == bindparam("household"),
            _reminders.c.state == ReminderState.OPEN,
        )
    )
)
_DUE_BY_GROUP: Final = Prepared(
    select(_households.c.group_id, func.count().label("there"))
    .select_from(_reminders.join(_households, _same_household()))
    .where(
        _reminders.c.village_id == bindparam("village"),
        _reminders.c.state == ReminderState.OPEN,
        _reminders.c.put_right_by < bindparam("today"),
    )
    .group_by(_households.c.group_id)
)


def _infos(session: Session, village_id: int, wanted: Select[Any]) -> list[ReminderInfo]:
    return _told(session, village_id, session.connection().execute(wanted).all())


def _told(session: Session, village_id: int, rows: Sequence[Any]) -> list[ReminderInfo]:
    if not rows:
        return []
    names = user_names(session, village_id)
    schemes = {
        version: scheme_version(session, village_id, version)
        for version in {row.scheme_version for row in rows}
    }
    return [
        ReminderInfo(
            item=schemes[row.scheme_version].item(row.item),
            giver=names.get(row.given_by, ""),
            settler="" if row.settled_by is None else names.get(row.settled_by, ""),
            **{name: getattr(row, name) for name in _PLAIN},
        )
        for row in rows
    ]


_PLAIN: Final = tuple(
    name for name in ReminderInfo.__dataclass_fields__ if name not in {"item", "giver", "settler"}
)
