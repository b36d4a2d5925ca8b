"""Reading households: one, all in walking order, by what was typed, page by page."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlmodel import Session

from moralbank.errors import NotFound
from moralbank.households.entry import read_label
from moralbank.households.models import Household, HouseholdStatus, Member
from moralbank.households.roster import ExistingHousehold
from moralbank.i18n import _, mark
from moralbank.paging import Page, place
from moralbank.prepared import Prepared
from moralbank.villages.models import Group
from moralbank.villages.queries import group_called

_households = Household.__table__  # type: ignore[attr-defined]
_members = Member.__table__  # type: ignore[attr-defined]
_groups = Group.__table__  # type: ignore[attr-defined]

_WITH_GROUP: Final = select(
    _households, _groups.c.name.label("group_name"), _groups.c.position
).join(
    _groups,
    and_(_groups.c.village_id == _households.c.village_id, _groups.c.id == _households.c.group_id),
)
_ONE: Final = Prepared(
    _WITH_GROUP.where(
        _households.c.village_id == bindparam("village"),
        _households.c.id == bindparam("household"),
    )
)
_MEMBERS: Final = Prepared(
    select(_members)
    .where(
        _members.c.village_id == bindparam("village"),
        _members.c.household_id == bindparam("household"),
    )
    .order_by(_members.c.id)
)
PAGE_ROWS: Final = 30
SHORTEST_TAIL: Final = 3
"""So many digits at least are taken for the end of a telephone number."""


class HouseholdUnknown(NotFound):
    """No such household in this village."""

    text = mark("本村没有这一户")
    code = "household_unknown"


class HouseholdNotNamed(HouseholdUnknown):
    """No household in this village is called so."""

    text = mark("本村没有“%(label)s”这一户")


class MemberUnknown(NotFound):
    """No such member in this village."""

    text = mark("没有这位家庭成员")
    code = "member_unknown"


@dataclass(frozen=True)
class HouseholdInfo:
    """A household as pages and sheets speak of it."""

    id: int
    group_id: int
    group: str
    number: str
    head: str
    telephone: str
    people: int | None
    address: str
    note: str
    consent: bool
    status: HouseholdStatus
    erased_at: datetime | None = None

    @property
    def label(self) -> str:
        """Group and number in one word: "一组-012"."""
        return f"{self.group}-{self.number}"

    @property
    def spoken(self) -> str:
        """Group and number as people say them: "一组 012 号"."""
        return _("%(group)s %(number)s 号", group=self.group, number=self.number)

    @property
    def moved(self) -> bool:
        """Whether the household has moved away."""
        return self.status == HouseholdStatus.MOVED

    @property
    def erased(self) -> bool:
        """Whether what was personal of it was erased."""
        return self.erased_at is not None


@dataclass(frozen=True)
class MemberInfo:
    """A person of a household."""

    id: int
    name: str
    relation: str
    minor: bool


@dataclass(frozen=True)
class GroupCount:
    """A group with how many households it has."""

    id: int
    name: str
    households: int


def household(session: Session, village_id: int, household_id: int) -> HouseholdInfo:
    """One household by its number; raises HouseholdUnknown, also for another village's."""
    row = _ONE.first(session, village=village_id, household=household_id)
    if row is None:
        raise HouseholdUnknown
    return _info(row)


def household_named(session: Session, village_id: int, label: str) -> HouseholdInfo:
    """One household by its label: "一组-012", "一组012", full-width or spaced.

    Raises HouseholdNotNamed.
    """
    known = read_label(label)
    if known is not None:
        row = session.connection().execute(_chosen(village_id).where(_is_at(*known))).first()
        if row is not None:
            return _info(row)
    raise HouseholdNotNamed(label=label[:40])


def all_households(
    session: Session, village_id: int, *, group_id: int | None = None, active_only: bool = True
) -> list[HouseholdInfo]:
    """Every household in walking order: by group, then by number."""
    chosen = _chosen(village_id)
    if group_id is not None:
        chosen = chosen.where(_households.c.group_id == group_id)
    if active_only:
        chosen = chosen.where(_households.c.status == HouseholdStatus.ACTIVE)
    return _infos(session, _walking(chosen))


def households_meant(
    session: Session, village_id: int, household: str = "", group: str = ""
) -> list[int]:
    """The numbers of a household by its label, else of a group's by its name, else of all's.

    In walking order; raises HouseholdNotNamed, GroupUnknown.
    """
    if household:
        return [household_named(session, village_id, household).id]
    group_id = group_called(session, village_id, group).id if group else None
    return [one.id for one in all_households(session, village_id, group_id=group_id)]


def find_households(
    session: Session, village_id: int, typed: str, limit: int = 20
) -> list[HouseholdInfo]:
    """Households that take part and fit what was typed, at most `limit`, in walking order.

    Fits: characters of the head or of a member, pinyin initials, label or number, the end of
    the telephone number. Of several words all must fit. Nothing typed finds nothing.
    """
    if not typed.strip():
        return []
    chosen = _chosen(village_id).where(
        _households.c.status == HouseholdStatus.ACTIVE, *_fitting(typed)
    )
    return _infos(session, _walking(chosen).limit(limit))


def household_page(
    session: Session,
    village_id: int,
    *,
    typed: str = "",
    group_id: int | None = None,
    number: int = 1,
) -> Page[HouseholdInfo]:
    """One page of the list of households, moved ones too; a page too far gives the last."""
    chosen = _listed(village_id, typed=typed, group_id=group_id)
    total = session.connection().scalar(select(func.count()).select_from(chosen.subquery())) or 0
    here = place(total, number, PAGE_ROWS)
    rows = _infos(session, _walking(chosen).limit(PAGE_ROWS).offset(here.offset))
    return Page(rows, here)


def listed_households(
    session: Session, village_id: int, *, typed: str = "", group_id: int | None = None
) -> list[HouseholdInfo]:
    """What `household_page` turns over, all at once, for a download."""
    return _infos(session, _walking(_listed(village_id, typed=typed, group_id=group_id)))


def members_of(session: Session, village_id: int, household_id: int) -> list[MemberInfo]:
    """The people of a household, the first entered first."""
    rows = _MEMBERS.rows(session, village=village_id, household=household_id)
    return [MemberInfo(row.id, row.name, row.relation, row.minor) for row in rows]


def member_of(session: Session, village_id: int, household_id: int, member_id: int) -> MemberInfo:
    """One person of a household; raises MemberUnknown."""
    for member in members_of(session, village_id, household_id):
        if member.id == member_id:
            return member
    raise MemberUnknown


def household_labels(
    session: Session, village_id: int, ids: Collection[int]
) -> dict[int, HouseholdInfo]:
    """The households of these numbers, by number; an unknown number is left out."""
    if not ids:
        return {}
    chosen = _chosen(village_id).where(_households.c.id.in_(set(ids)))
    return {info.id: info for info in _infos(session, chosen)}


def joined_at(session: Session, village_id: int) -> dict[int, datetime]:
    """When each household of the village was entered, by number."""
    rows = session.connection().execute(
        select(_households.c.id, _households.c.joined_at).where(
            _households.c.village_id == village_id
        )
    )
    return {row.id: row.joined_at for row in rows}


def group_counts(session: Session, village_id: int) -> list[GroupCount]:
    """The village's groups in their order, with how many households each has."""
    rows = session.connection().execute(
        select(_groups.c.id, _groups.c.name, func.count(_households.c.id).label("households"))
        .outerjoin(
            _households,
            and_(
                _households.c.village_id == _groups.c.village_id,
                _households.c.group_id == _groups.c.id,
            ),
        )
        .where(_groups.c.village_id == village_id)
        .group_by(_groups.c.id, _groups.c.name, _groups.c.position)
        .order_by(_groups.c.position, _groups.c.id)
    )
    return [GroupCount(row.id, row.name, row.households) for row in rows]


def existing_households(
    session: Session, village_id: int
) -> dict[tuple[str, str], ExistingHousehold]:
    """What the village knows of every household, by (group, number), for judging a roster."""
    known = all_households(session, village_id, active_only=False)
    return {
        (info.group, info.number): ExistingHousehold(
            head=info.head,
            telephone=info.telephone,
            people=info.people,
            address=info.address,
            note=info.note,
            consent=info.consent,
            erased=info.erased,
        )
        for info in known
    }


def _listed(village_id: int, *, typed: str, group_id: int | None) -> Select[Any]:
    """The households of a list's search and filter, not yet ordered."""
    chosen = _chosen(village_id).where(*_fitting(typed))
    return chosen if group_id is None else chosen.where(_households.c.group_id == group_id)


def _chosen(village_id: int) -> Select[Any]:
    """Households of one village, each with its group's name and place."""
    return _WITH_GROUP.where(_households.c.village_id == village_id)


def _walking(chosen: Select[Any]) -> Select[Any]:
    """The order in which one walks from door to door."""
    # 1000 comes after 999, and 012A after 012: numbers have leading zeros up to three digits.
    length = func.length(func.rtrim(_households.c.number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return chosen.order_by(_groups.c.position, _groups.c.id, length, _households.c.number)


def _fitting(typed: str) -> list[ColumnElement[bool]]:
    """The condition that all words fit, or that they are one household's label: "1组 12"."""
    words = [_fits(word) for word in typed[:60].split()]
    label = read_label(typed)
    if label is None:
        return words
    return [or_(and_(*words), _is_at(*label))]


def _fits(word: str) -> ColumnElement[bool]:
    """Whether a household fits one word."""
    plain = unicodedata.normalize("NFKC", word)
    label = _groups.c.name + "-" + _households.c.number
    ways = [
        _households.c.head.contains(word, autoescape=True),
        label.contains(plain, autoescape=True),
        _has_member(word),
    ]
    if plain.isascii() and plain.isalpha():
        ways.append(_households.c.initials.startswith(plain.lower(), autoescape=True))
    if plain.isascii() and plain.isdecimal() and len(plain) >= SHORTEST_TAIL:
        ways.append(_households.c.telephone.endswith(plain, autoescape=True))
    return or_(*ways)


def _is_at(group: str, number: str) -> ColumnElement[bool]:
    return and_(_groups.c.name == group, _households.c.number == number)


def _has_member(name: str) -> ColumnElement[bool]:
    return (
        select(_members.c.id)
        .where(
            _members.c.village_id == _households.c.village_id,
            _members.c.household_id == _households.c.id,
            _members.c.name.contains(name, autoescape=True),
        )
        .exists()
    )


def _infos(session: Session, chosen: Select[Any]) -> list[HouseholdInfo]:
    return [_info(row) for row in session.connection().execute(chosen)]


def _info(row: Any) -> HouseholdInfo:
    return HouseholdInfo(
        id=row.id,
        group_id=row.group_id,
        group=row.group_name,
        number=row.number,
        head=row.head,
        telephone=row.telephone,
        people=row.people,
        address=row.address,
        note=row.note,
        consent=row.consent,
        status=row.status,
        erased_at=row.erased_at,
    )
