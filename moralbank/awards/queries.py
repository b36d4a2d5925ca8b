"""Reading deeds: lists, the queue, one with its steps, posted ones for boards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session

from moralbank.access.queries import user_names
from moralbank.awards.models import Award, AwardState, AwardStep
from moralbank.awards.states import ACT_LABELS, STATE_LABELS, Act
from moralbank.errors import NotFound
from moralbank.households.models import Household, Member
from moralbank.i18n import _, mark
from moralbank.local_numbers import number_or_unknown
from moralbank.paging import Page, place
from moralbank.scheme.models import SchemeItem
from moralbank.villages.models import Group

_awards = Award.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]
_households = Household.__table__  # type: ignore[attr-defined]
_members = Member.__table__  # type: ignore[attr-defined]
_groups = Group.__table__  # type: ignore[attr-defined]
_items = SchemeItem.__table__  # type: ignore[attr-defined]

PAGE_ROWS: Final = 30
QUEUE_ROWS: Final = 200


class AwardUnknown(NotFound):
    """No such award in this village."""

    text = mark("没有第 %(id)s 条积分记录")
    code = "award_unknown"


@dataclass(frozen=True)
class AwardRow:
    """A deed as lists show it: `points` = `points_each` × `quantity`; names may be empty."""

    id: int
    household_id: int
    group_id: int
    group: str
    number: str
    head: str
    member_id: int
    member_name: str
    scheme_version: int
    item: int
    item_name: str
    unit: str
    quantity: int
    points_each: int
    points: int
    deed_on: date
    note: str
    state: AwardState
    recorded_by: int
    recorder: str
    recorded_at: datetime
    decided_by: int | None
    decider: str
    posted_seq: int | None

    @property
    def label(self) -> str:
        """The household's group and number: "一组-012"."""
        return f"{self.group}-{self.number}"

    @property
    def spoken(self) -> str:
        """The same as people say it: "一组 012 号"."""
        return _("%(group)s %(number)s 号", group=self.group, number=self.number)

    @property
    def state_label(self) -> str:
        """The state in words."""
        return _(STATE_LABELS[self.state])


@dataclass(frozen=True)
class Step:
    """One step that a deed has taken."""

    act: str
    state: str
    by: str
    at: datetime
    device: str
    reason: str


@dataclass(frozen=True)
class Deed:
    """A posted deed, for boards. `member_id` 0 and no name: the household as a whole."""

    household_id: int
    member_id: int
    member_name: str
    minor: bool
    item: int
    item_name: str
    points: int
    deed_on: date
    note: str


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; days are those of the deeds, first and last included."""

    typed: str = ""
    state: AwardState | None = None
    group_id: int | None = None
    item: int | None = None
    household_id: int | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class AwardPage(Page[AwardRow]):
    """One page of a list; `points` are those of all its pages."""

    points: int


@dataclass(frozen=True)
class GroupWaiting:
    """How many deeds of a group wait to be decided on."""

    id: int
    name: str
    count: int


def award(session: Session, village_id: int, award_id: int) -> AwardRow:
    """One award; raises AwardUnknown, also for another village's."""
    wanted = _joined(village_id).where(_awards.c.id == number_or_unknown(award_id))
    found = _awards_of(session, village_id, wanted)
    if not found:
        raise AwardUnknown(id=award_id)
    return found[0]


def steps_of(session: Session, village_id: int, award_id: int) -> list[Step]:
    """The steps of an award, the first one first."""
    names = user_names(session, village_id)
    rows = session.connection().execute(
        select(_steps)
        .where(_steps.c.village_id == village_id, _steps.c.award_id == award_id)
        .order_by(_steps.c.step)
    )
    return [
        Step(
            act=_(ACT_LABELS[Act(row.act)]),
            state=_(STATE_LABELS[row.state]),
            by=names.get(row.by, ""),
            at=row.at,
            device=row.device,
            reason=row.reason,
        )
        for row in rows
    ]


def award_page(
    session: Session, village_id: int, chosen: Filter, *, number: int = 1, rows: int = PAGE_ROWS
) -> AwardPage:
    """One page of the list, the newest record first; a page too far gives the last."""
    wanted = _narrowed(village_id, chosen)
    sums = wanted.with_only_columns(func.count(), func.coalesce(func.sum(_awards.c.points), 0))
    total, points = session.connection().execute(sums).one()
    here = place(total, number, rows)
    page = wanted.order_by(_awards.c.id.desc()).limit(rows).offset(here.offset)
    return AwardPage(_awards_of(session, village_id, page), here, points)


def listed_awards(session: Session, village_id: int, chosen: Filter) -> list[AwardRow]:
    """What `award_page` turns over, all at once, for a download."""
    wanted = _narrowed(village_id, chosen).order_by(_awards.c.id.desc())
    return _awards_of(session, village_id, wanted)


def awards_named(session: Session, village_id: int, ids: Collection[int]) -> list[AwardRow]:
    """The awards of these numbers, in order; unknown ones are left out."""
    wanted = _joined(village_id).where(_awards.c.id.in_(ids)).order_by(_awards.c.id)
    return _awards_of(session, village_id, wanted)


def waiting(
    session: Session,
    village_id: int,
    *,
    group_id: int | None = None,
    limit: int | None = QUEUE_ROWS,
) -> list[AwardRow]:
    """What waits to be decided on: by group, item, household; at most `limit`."""
    wanted = _narrowed(village_id, Filter(state=AwardState.CLAIMED, group_id=group_id)).order_by(
        _groups.c.position, _groups.c.id, _awards.c.item, _households.c.number, _awards.c.id
    )
    return _awards_of(session, village_id, wanted if limit is None else wanted.limit(limit))


def count_waiting(session: Session, village_id: int) -> int:
    """How many deeds wait to be decided on."""
    return sum(group.count for group in waiting_by_group(session, village_id))


def waiting_by_group(session: Session, village_id: int) -> list[GroupWaiting]:
    """The groups in which deeds wait, in their order."""
    rows = session.connection().execute(
        _narrowed(village_id, Filter(state=AwardState.CLAIMED))
        .with_only_columns(_groups.c.id, _groups.c.name, func.count().label("waiting"))
        .group_by(_groups.c.id, _groups.c.name, _groups.c.position)
        .order_by(_groups.c.position, _groups.c.id)
    )
    return [GroupWaiting(row.id, row.name, row.waiting) for row in rows]


def recent_items(session: Session, village_id: int, user_id: int, count: int = 4) -> list[int]:
    """The items that somebody recorded last, the latest first."""
    last = func.max(_awards.c.id)
    rows = session.connection().execute(
        select(_awards.c.item)
        .where(_awards.c.village_id == village_id, _awards.c.recorded_by == user_id)
        .group_by(_awards.c.item)
        .order_by(last.desc())
        .limit(count)
    )
    return list(rows.scalars())


def items_used(session: Session, village_id: int) -> list[tuple[int, str]]:
    """Every item that was ever recorded: its number, and its name in the last version of it."""
    used = select(_awards.c.item).distinct().where(_awards.c.village_id == village_id)
    rows = session.connection().execute(
        select(_items.c.number, _items.c.name)
        .where(_items.c.village_id == village_id, _items.c.number.in_(used))
        .order_by(_items.c.number, _items.c.version)
    )
    return sorted({row.number: row.name for row in rows}.items())


def deeds(
    session: Session,
    village_id: int,
    first: date,
    last: date,
    items: Collection[int] | None,
) -> list[Deed]:
    """Posted deeds from `first` to `last`, of some items or of all, the oldest first."""
    wanted = _narrowed(village_id, Filter(state=AwardState.POSTED, first=first, last=last))
    if items is not None:
        wanted = wanted.where(_awards.c.item.in_(items))
    rows = session.connection().execute(wanted.order_by(_awards.c.deed_on, _awards.c.id))
    return [
        Deed(
            household_id=row.household_id,
            member_id=row.member_id,
            member_name=row.member_name or "",
            minor=bool(row.minor),
            item=row.item,
            item_name=row.item_name,
            points=row.points,
            deed_on=row.deed_on,
            note=row.note,
        )
        for row in rows
    ]


def _joined(village_id: int) -> Select[Any]:
    """Awards of one village with their household, group, item and member."""
    here = _awards.c.village_id
    return (
        select(
            _awards,
            _households.c.number,
            _households.c.head,
            _groups.c.id.label("group_id"),
            _groups.c.name.label("group_name"),
            _items.c.name.label("item_name"),
            _items.c.unit,
            _members.c.name.label("member_name"),
            _members.c.minor,
        )
        .join(
            _households,
            and_(_households.c.village_id == here, _households.c.id == _awards.c.household_id),
        )
        .join(
            _groups,
            and_(_groups.c.village_id == here, _groups.c.id == _households.c.group_id),
        )
        .join(
            _items,
            and_(
                _items.c.village_id == here,
                _items.c.version == _awards.c.scheme_version,
                _items.c.number == _awards.c.item,
            ),
        )
        .outerjoin(
            _members,
            and_(_members.c.village_id == here, _members.c.id == _awards.c.member_id),
        )
        .where(here == village_id)
    )


def _narrowed(village_id: int, chosen: Filter) -> Select[Any]:
    equal = {
        _awards.c.state: chosen.state,
        _groups.c.id: chosen.group_id,
        _awards.c.item: chosen.item,
        _awards.c.household_id: chosen.household_id,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if chosen.first is not None:
        conditions.append(_awards.c.deed_on >= chosen.first)
    if chosen.last is not None:
        conditions.append(_awards.c.deed_on <= chosen.last)
    conditions += [_fits(word) for word in chosen.typed[:60].split()]
    return _joined(village_id).where(*conditions)


def _fits(word: str) -> ColumnElement[bool]:
    """Whether a deed fits one word typed: a name, initials, a label, words of the note."""
    label = _groups.c.name + "-" + _households.c.number
    texts = (_households.c.head, _members.c.name, label, _awards.c.note, _items.c.name)
    ways = [text.contains(word, autoescape=True) for text in texts]
    if word.isascii() and word.isalpha():
        ways.append(_households.c.initials.startswith(word.lower(), autoescape=True))
    return or_(*ways)


def _awards_of(session: Session, village_id: int, wanted: Select[Any]) -> list[AwardRow]:
    names = user_names(session, village_id)
    return [_row(row, names) for row in session.connection().execute(wanted)]


def _row(row: Any, names: dict[int, str]) -> AwardRow:
    return AwardRow(
        id=row.id,
        household_id=row.household_id,
        group_id=row.group_id,
        group=row.group_name,
        number=row.number,
        head=row.head,
        member_id=row.member_id,
        member_name=row.member_name or "",
        scheme_version=row.scheme_version,
        item=row.item,
        item_name=row.item_name,
        unit=row.unit,
        quantity=row.quantity,
        points_each=row.points_each,
        points=row.points,
        deed_on=row.deed_on,
        note=row.note,
        state=row.state,
        recorded_by=row.recorded_by,
        recorder=names.get(row.recorded_by, ""),
        recorded_at=row.recorded_at,
        decided_by=row.decided_by,
        decider=names.get(row.decided_by, "") if row.decided_by is not None else "",
        posted_seq=row.posted_seq,
    )
