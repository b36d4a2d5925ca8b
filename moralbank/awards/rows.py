"""The rows of awards as the service writes them, many at a time."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, String, bindparam, cast, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import NullType
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.awards.models import Award, AwardSource, AwardState, AwardStep
from moralbank.awards.queries import AwardUnknown
from moralbank.awards.states import Act
from moralbank.awards.understanding import Deed
from moralbank.errors import Refused
from moralbank.households.models import Member
from moralbank.i18n import _, in_the_villages_language, mark
from moralbank.ledger.models import Transfer
from moralbank.ledger.service import lock, take_numbers
from moralbank.local_numbers import number_or_unknown
from moralbank.prepared import Prepared, among
from moralbank.scheme.models import SchemeItem

_awards = Award.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]
_items = SchemeItem.__table__  # type: ignore[attr-defined]
_members = Member.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]


def _posting() -> Any:
    """The update that many awards share though each has a leg of its own."""
    given = func.json_each(bindparam("legs", type_=NullType())).table_valued("key", "value")
    # PostgreSQL makes a number of JSON only by way of text.
    leg = func.nullif(cast(cast(given.c.value, String), Integer), 0).label("leg")
    posted = select(cast(given.c.key, Integer).label("id"), leg).cte("posted")
    posted = posted.prefix_with("MATERIALIZED")  # or SQLite reads it once for each award
    amount = (
        select(_transfers.c.amount)
        .where(
            _transfers.c.village_id == bindparam("village"),
            _transfers.c.seq == bindparam("seq"),
            _transfers.c.leg == posted.c.leg,
        )
        .scalar_subquery()
    )
    return (
        update(_awards)
        .where(_awards.c.village_id == bindparam("village"), _awards.c.id == posted.c.id)
        .values(
            state=AwardState.POSTED,
            posted_seq=bindparam("seq"),
            posted_leg=posted.c.leg,
            collected=func.coalesce(amount, 0),
        )
    )


def _stepping() -> Any:
    """The insert that adds one step to awards, after the last that each has."""
    last = (
        select(func.coalesce(func.max(_steps.c.step), 0) + 1)
        .where(_steps.c.village_id == _awards.c.village_id, _steps.c.award_id == _awards.c.id)
        .correlate(_awards)
        .scalar_subquery()
    )
    said = ("act", "state", "by", "at", "device", "reason", "witness")
    return insert(_steps).from_select(
        ["village_id", "award_id", "step", *said],
        select(
            _awards.c.village_id,
            _awards.c.id,
            last,
            *(bindparam(name, type_=_steps.c[name].type) for name in said),
        ).where(_awards.c.village_id == bindparam("village"), among(_awards.c.id, "awards")),
    )


_NAMED: Final = Prepared(
    select(_awards)
    .where(_awards.c.village_id == bindparam("village"), among(_awards.c.id, "awards"))
    .order_by(_awards.c.id)
)
_POST: Final = Prepared(_posting())
_ADD_STEP: Final = Prepared(_stepping())


class RecordedAtOnce(Refused):
    """The same deed was recorded a moment before."""

    text = mark("这件事刚才已经记过了，请在积分记录里查看")
    code = "same_deed"


def award_rows(session: Session, actor: Actor, ids: Sequence[int]) -> list[Any]:
    """The awards of these numbers as they stand now, in order; raises AwardUnknown."""
    asked = [number_or_unknown(one) for one in ids]
    rows = _NAMED.rows(session, village=actor.village_id, awards=asked)
    missing = set(ids) - {row.id for row in rows}
    if missing:
        raise AwardUnknown(id=min(missing))
    return rows


def locked_rows(session: Session, actor: Actor, ids: Sequence[int]) -> list[Any]:
    """The same, and nobody else takes a step of theirs until this transaction ends."""
    lock(session, actor.village_id)
    return award_rows(session, actor, ids)


def locked_row(session: Session, actor: Actor, award_id: int) -> Any:
    """One of them."""
    return locked_rows(session, actor, [award_id])[0]


def deed_values(deed: Deed) -> dict[str, Any]:
    """The columns of an award that say what was done."""
    return {
        "scheme_version": deed.scheme_version,
        "item": deed.item.number,
        "quantity": deed.quantity,
        "points_each": deed.points_each,
        "points": deed.points,
        "deed_on": deed.deed_on,
        "note": deed.note,
        "deed_key": deed.key,
        "deduction": deed.item.deduction,
    }


def award_values(
    deed: Deed, state: AwardState, by: int, source: AwardSource, helper: str = ""
) -> dict[str, Any]:
    """The columns of a new award but whose it is; of the household as a whole unless named."""
    return {
        **deed_values(deed),
        "member_id": 0,
        "state": state,
        "recorded_by": by,
        "source": source,
        "helper": helper,
        "ballot": 1,
        "decided_by": None,
        "decided_at": None,
        "sitting_id": None,
        "notice_id": None,
        "posted_seq": None,
        "posted_leg": None,
        "collected": None,
    }


def write_awards(session: Session, actor: Actor, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write new awards (all columns but village, number, moment); gives back their numbers.

    Raises RecordedAtOnce.
    """
    if not rows:
        return []
    ids = list(take_numbers(session, actor.village_id, "award", len(rows)))
    # One moment for all: `batch_of` knows by it what was recorded together.
    common = {"village_id": actor.village_id, "recorded_at": clock.now()}
    numbered = [{**common, **row, "id": number} for number, row in zip(ids, rows, strict=True)]
    _with_words(session, lambda: session.connection().execute(insert(_awards), numbered))
    return ids


def rewrite_award(
    session: Session, actor: Actor, row: Any, values: dict[str, Any], act: Act
) -> None:
    """Let an award say something else, by one step; votes on what it said before are void.

    `values` hold its new state too. Raises RecordedAtOnce.
    """
    values = {**values, "ballot": row.ballot + 1}
    _with_words(session, lambda: change_awards(session, actor.village_id, [row.id], values))
    add_steps(session, actor, [row.id], [(act, values["state"])])


def _with_words(session: Session, write: Callable[[], Any]) -> None:
    """Write, and put the database's own bar to a repeated deed into words: RecordedAtOnce.

    `judging` sees every earlier record; this is for the one that it ever misses.
    """
    try:
        with session.begin_nested():
            write()
    except IntegrityError as error:
        if "same_deed" not in str(error) and "awards.deed_key" not in str(error):
            raise
        raise RecordedAtOnce from error


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


def change_awards(
    session: Session, village_id: int, ids: Collection[int], values: dict[str, Any]
) -> None:
    """Give the same values to columns of these awards, however many by one statement."""
    given = {f"new_{name}": value for name, value in values.items()}
    _changing(*values).run(session, village=village_id, awards=ids, **given)


@cache
def _changing(*names: str) -> Prepared:
    return Prepared(
        update(_awards)
        .where(_awards.c.village_id == bindparam("village"), among(_awards.c.id, "awards"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )


def write_posted(session: Session, village_id: int, seq: int, legs: dict[int, int]) -> None:
    """Let awards say which leg of an event posted each, 0 where nothing moved.

    What was collected is what that transfer moved.
    """
    _POST.run(session, village=village_id, seq=seq, legs=json.dumps(legs))


def add_steps(
    session: Session,
    actor: Actor,
    ids: Collection[int],
    way: Iterable[tuple[Act, AwardState]],
    reason: str = "",
    witness: str = "",
) -> None:
    """Write the same steps after the last one of each award."""
    for act, state in way:
        _ADD_STEP.run(
            session,
            village=actor.village_id,
            awards=ids,
            act=act,
            state=state,
            by=actor.user_id,
            at=clock.now(),
            device=actor.device[:80],
            reason=reason,
            witness=witness,
        )


def memos_of(session: Session, village_id: int, awards: list[Any]) -> Callable[[Any], str]:
    """What statements say of an award: "志愿服务 11-20 杜小妹", "扣分：乱倒垃圾 11-20"."""
    items = items_of(session, village_id, awards)
    members = _member_names(session, village_id, {award.member_id for award in awards})

    @cache
    def deed(version: int, item: int, day: date, *, deduction: bool) -> str:
        name = items[version, item].name
        with in_the_villages_language():
            words = _("扣分：%(item)s", item=name) if deduction else name
        return f"{words} {day:%m-%d}"

    def memo(award: Any) -> str:
        said = deed(
            award.scheme_version, award.item, award.deed_on, deduction=bool(award.deduction)
        )
        return f"{said} {members.get(award.member_id, '')}".rstrip()

    return memo


def items_of(
    session: Session, village_id: int, awards: Iterable[Any]
) -> dict[tuple[int, int], Any]:
    """Name and `evidence` of the items of awards, by (version, number)."""
    rows = session.connection().execute(
        select(_items.c.version, _items.c.number, _items.c.name, _items.c.evidence).where(
            _items.c.village_id == village_id,
            _items.c.version.in_({award.scheme_version for award in awards}),
        )
    )
    return {(row.version, row.number): row for row in rows}


def _member_names(session: Session, village_id: int, ids: Collection[int]) -> dict[int, str]:
    """The names of members, by number; 0 has none."""
    rows = session.connection().execute(
        select(_members.c.id, _members.c.name).where(
            _members.c.village_id == village_id, _members.c.id.in_(ids)
        )
    )
    return {row.id: row.name for row in rows}
