"""The rows of awards as the service writes them, many at a time."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.awards.models import Award, AwardState, AwardStep
from moralbank.awards.queries import AwardUnknown
from moralbank.awards.states import Act
from moralbank.households.models import Member
from moralbank.local_numbers import number_or_unknown
from moralbank.scheme.models import SchemeItem

_awards = Award.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]
_items = SchemeItem.__table__  # type: ignore[attr-defined]
_members = Member.__table__  # type: ignore[attr-defined]


def award_rows(session: Session, actor: Actor, ids: Sequence[int]) -> list[Any]:
    """The awards of these numbers as they stand now, in order; raises AwardUnknown."""
    rows = (
        session.connection()
        .execute(
            select(_awards)
            .where(
                _awards.c.village_id == actor.village_id,
                _awards.c.id.in_([number_or_unknown(one) for one in ids]),
            )
            .order_by(_awards.c.id)
        )
        .all()
    )
    missing = set(ids) - {row.id for row in rows}
    if missing:
        raise AwardUnknown(id=min(missing))
    return list(rows)


def batch_of(session: Session, actor: Actor, first: int, most: int) -> list[int]:
    """The numbers of the deeds that were recorded together with `first`, also at a repetition.

    One batch has one moment, and its numbers follow each other.
    """
    moment = (
        select(_awards.c.recorded_at)
        .where(_awards.c.village_id == actor.village_id, _awards.c.id == first)
        .scalar_subquery()
    )
    found = session.connection().scalars(
        select(_awards.c.id)
        .where(
            _awards.c.village_id == actor.village_id,
            _awards.c.id.between(first, first + most - 1),
            _awards.c.recorded_at == moment,
        )
        .order_by(_awards.c.id)
    )
    return list(found)


def change_awards(session: Session, village_id: int, changes: list[dict[str, Any]]) -> None:
    """Change awards; each of `changes` names its award and the new values, all the same ones."""
    columns = [name for name in changes[0] if name != "award"]
    statement = (
        update(_awards)
        .where(_awards.c.village_id == bindparam("village"), _awards.c.id == bindparam("award"))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
    rows = [
        {
            "village": village_id,
            "award": change["award"],
            **{f"new_{name}": change[name] for name in columns},
        }
        for change in changes
    ]
    session.connection().execute(statement, rows)


def add_steps(
    session: Session,
    actor: Actor,
    ids: Sequence[int],
    way: Iterable[tuple[Act, AwardState]],
    reason: str = "",
) -> None:
    """Write the same steps after the last one of each award."""
    taken = session.connection().execute(
        select(_steps.c.award_id, func.max(_steps.c.step).label("last"))
        .where(_steps.c.village_id == actor.village_id, _steps.c.award_id.in_(ids))
        .group_by(_steps.c.award_id)
    )
    last = {row.award_id: row.last for row in taken}
    rows = [
        {
            "village_id": actor.village_id,
            "award_id": number,
            "step": last.get(number, 0) + place,
            "act": act,
            "state": state,
            "by": actor.user_id,
            "at": clock.now(),
            "device": actor.device[:80],
            "reason": reason,
            "witness": "",
        }
        for number in ids
        for place, (act, state) in enumerate(way, start=1)
    ]
    session.connection().execute(insert(_steps), rows)


def memos_of(session: Session, village_id: int, awards: list[Any]) -> Callable[[Any], str]:
    """What statements say of an award: "志愿服务 11-20 杜小妹"."""
    names = _item_names(session, village_id, {award.scheme_version for award in awards})
    members = _member_names(session, village_id, {award.member_id for award in awards})

    def memo(award: Any) -> str:
        words = f"{names[award.scheme_version, award.item]} {award.deed_on:%m-%d}"
        return f"{words} {members.get(award.member_id, '')}".rstrip()

    return memo


def _item_names(
    session: Session, village_id: int, versions: Collection[int]
) -> dict[tuple[int, int], str]:
    """The names of all items of some scheme versions, by (version, number)."""
    rows = session.connection().execute(
        select(_items.c.version, _items.c.number, _items.c.name).where(
            _items.c.village_id == village_id, _items.c.version.in_(versions)
        )
    )
    return {(row.version, row.number): row.name for row in rows}


def _member_names(session: Session, village_id: int, ids: Collection[int]) -> dict[int, str]:
    """The names of members, by number; 0 has none."""
    rows = session.connection().execute(
        select(_members.c.id, _members.c.name).where(
            _members.c.village_id == village_id, _members.c.id.in_(ids)
        )
    )
    return {row.id: row.name for row in rows}
