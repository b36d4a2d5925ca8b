"""What first pages and tabs tell of deeds: how many wait for what, and one's own of late."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, and_, bindparam, func, select
from sqlmodel import Session

from moralbank.awards import joining
from moralbank.awards.models import AwardSource, AwardState
from moralbank.awards.queries import AwardRow, told
from moralbank.awards.verification import Rule
from moralbank.prepared import Prepared

_awards = joining.awards
_groups = joining.groups
_items = joining.items
_HERE: Final[BindParameter[int]] = bindparam("village")
_OURS: Final = _awards.c.village_id == _HERE

LATEST: Final = 200


@dataclass(frozen=True)
class GroupWaiting:
    """How many deeds of a group wait to be decided on."""

    id: int
    name: str
    count: int


_UNDECIDED: Final = Prepared(
    select(
        _groups.c.id,
        _groups.c.name,
        _awards.c.state,
        _awards.c.item,
        _awards.c.source,
        func.count().label("there"),
    )
    .join_from(
        _awards,
        joining.households,
        and_(
            joining.households.c.village_id == _awards.c.village_id,
            joining.households.c.id == _awards.c.household_id,
        ),
    )
    .join(
        _groups,
        and_(
            _groups.c.village_id == _awards.c.village_id,
            _groups.c.id == joining.households.c.group_id,
        ),
    )
    .where(_OURS, joining.stands(AwardState.CLAIMED, AwardState.VERIFIED))
    .group_by(
        _groups.c.id,
        _groups.c.name,
        _groups.c.position,
        _awards.c.state,
        _awards.c.item,
        _awards.c.source,
    )
    .order_by(_groups.c.position, _groups.c.id)
)
"""How many deeds wait, by everything that says for what: a few rows, judged by the rule here."""
_OF_ONE: Final = and_(_OURS, _awards.c.recorded_by == bindparam("user"))
_DRAFTS_COUNTED: Final = Prepared(
    select(_awards.c.state, func.count().label("there"))
    .where(
        _OF_ONE,
        joining.stands(AwardState.DRAFT, AwardState.RETURNED),
        _awards.c.source != AwardSource.HOUSEHOLD,
    )
    .group_by(_awards.c.state)
)
_LATELY: Final = and_(
    _OF_ONE,
    _awards.c.id > select(func.max(_awards.c.id)).where(_OURS).scalar_subquery() - LATEST,
    _awards.c.recorded_at >= bindparam("since"),
)
_LATELY_COUNTED: Final = Prepared(
    select(_awards.c.state, func.count().label("there")).where(_LATELY).group_by(_awards.c.state)
)
_OWN_LATELY: Final = Prepared(
    joining.joined(_HERE).where(_LATELY).order_by(_awards.c.id.desc()).limit(bindparam("rows"))
)
_READY_SUMS: Final = Prepared(
    select(
        func.count().label("deeds"),
        func.coalesce(func.sum(_awards.c.points).filter(_awards.c.deduction.is_(False)), 0).label(
            "points"
        ),
    ).where(_OURS, joining.stands(AwardState.APPROVED))
)


def count_waiting(session: Session, village_id: int) -> int:
    """How many deeds can be decided on."""
    return sum(group.count for group in waiting_by_group(session, village_id))


def waiting_by_group(session: Session, village_id: int) -> list[GroupWaiting]:
    """The groups in which deeds can be decided on, in their order."""
    groups: Counter[tuple[int, str]] = Counter()
    for row, needed in _undecided(session, village_id):
        if row.state is AwardState.VERIFIED or not needed:
            groups[row.id, row.name] += row.there
    return [GroupWaiting(number, name, there) for (number, name), there in groups.items()]


def to_verify_count(
    session: Session, village_id: int, *, groups: Collection[int] | None = None
) -> int:
    """How many deeds must be looked at on the spot, of these groups or of all."""
    return sum(
        row.there
        for row, needed in _undecided(session, village_id)
        if row.state is AwardState.CLAIMED and needed and (groups is None or row.id in groups)
    )


def _undecided(session: Session, village_id: int) -> list[tuple[Any, bool]]:
    """What waits, counted by group, state, item and source; and whether it must be verified."""
    rows = _UNDECIDED.rows(session, village=village_id)
    if not rows:
        return []
    rule = Rule.of(session, village_id)
    return [(row, rule.needed(row)) for row in rows]


def own_drafts_counted(session: Session, village_id: int, user_id: int) -> Counter[AwardState]:
    """How many of `own_drafts` there are: begun, and given back."""
    rows = _DRAFTS_COUNTED.rows(session, village=village_id, user=user_id)
    return Counter({row.state: row.there for row in rows})


def own_lately(
    session: Session, village_id: int, user_id: int, since: datetime, rows: int
) -> tuple[Counter[AwardState], list[AwardRow]]:
    """What somebody recorded since a moment: how many stand where, and the newest `rows` of them.

    Only the newest records of the village are looked through, so that it costs the same after
    many years: LATEST of them.
    """
    mine = {"village": village_id, "user": user_id, "since": since}
    counted = _LATELY_COUNTED.rows(session, **mine)
    if not counted:
        return Counter(), []
    newest = _OWN_LATELY.rows(session, **mine, rows=rows)
    states = Counter({row.state: row.there for row in counted})
    return states, told(session, village_id, newest)


def approved_sums(session: Session, village_id: int) -> tuple[int, int]:
    """How many deeds are ready for a notice, and the points of the merits among them."""
    sums = _READY_SUMS.rows(session, village=village_id)[0]
    return sums.deeds, int(sums.points)


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
