"""What a reviewer should know before deciding: caps, likely repetitions, odd amounts, the budget.

Warnings bar nothing. The number of statements doesn't grow with the deeds asked about.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlmodel import Session

from moralbank import clock
from moralbank.awards.caps import period_around, period_words
from moralbank.awards.joining import awards, items, stands
from moralbank.awards.models import LIVE_STATES, AwardState
from moralbank.awards.queries import AwardRow
from moralbank.awards.understanding import key_of
from moralbank.households.queries import HouseholdInfo, household_labels
from moralbank.i18n import _, listed
from moralbank.ledger.models import Event
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import same_photo
from moralbank.prepared import Prepared
from moralbank.scheme.models import CapMeasure, CapPer, CapPeriod
from moralbank.scheme.queries import MEASURE_WORDS, Cap, Scheme, scheme_version
from moralbank.villages.queries import number_set
from moralbank.villages.settings import MONTH_BUDGET

NEARBY: Final = timedelta(days=3)
"""Deeds of one item and household so near to each other look like the same one."""
SHARED: Final = 4
"""So many equal characters in a row make two notes look like one event."""
USUAL_OF: Final = 200
LEAST_USUAL: Final = 5
"""What is usual follows from so many of the last posted deeds of an item, and at least so many."""
TIMES_USUAL: Final = 3
ALIKE_NAMED: Final = 2
"""So many deeds that look like the same one are named; of more it is said how many."""
NEARLY_PERCENT: Final = 90
"""From so much of the month's budget on reviewers are told how little is left."""
_STILL_TO_POST: Final = (AwardState.APPROVED, AwardState.NOTICED, AwardState.OBJECTED)
_events: Final = Event.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Warning:  # noqa: A001 - the room's own word; Python's exceptions of that name are not near
    """One thing to look at.

    `kind` is a stable word: cap, same_deed, same_photo, other_item, unusual, budget, moved.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Budget:
    """The points approved in the present month and the month's limit (0: none)."""

    used: int
    limit: int

    def words(self, more: int = 0) -> str:
        """What to say before `more` points are approved; empty while enough is left."""
        after = self.used + more
        if not self.limit or 100 * after < NEARLY_PERCENT * self.limit:
            return ""
        words = {"used": self.used, "limit": self.limit, "left": self.limit - self.used}
        if self.used >= self.limit:
            return _("本月已通过 %(used)s 分，每月 %(limit)s 分的限额已用完", **words)
        if after > self.limit:
            return _("本月已通过 %(used)s 分，加上这条超过每月 %(limit)s 分的限额", **words)
        return _("本月已通过 %(used)s 分，离每月 %(limit)s 分的限额还差 %(left)s 分", **words)


@dataclass(frozen=True)
class _Known:
    """What is read once for all deeds asked about: others by household, and what is usual."""

    others: dict[int, list[Any]]
    usual: dict[int, float]
    twins: dict[int, list[int]]
    households: dict[int, HouseholdInfo]
    schemes: dict[int, Scheme]
    budget: Budget


def warnings_of(
    session: Session, village_id: int, rows: Sequence[AwardRow]
) -> dict[int, list[Warning]]:
    """What speaks for looking twice at each of these deeds, by number; none: left out."""
    if not rows:
        return {}
    known = _read(session, village_id, rows)
    found = {row.id: list(_all_of(row, known)) for row in rows}
    return {number: warnings for number, warnings in found.items() if warnings}


def month_budget(session: Session, village_id: int) -> Budget:
    """How much of this month's budget is used."""
    limit = number_set(session, village_id, MONTH_BUDGET)
    return Budget(budget_used(session, village_id), limit)


_BEFORE: Final = (
    select(_events.c.seq)
    .where(_events.c.village_id == bindparam("village"), _events.c.at < bindparam("begin"))
    .order_by(_events.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)


def _approved_since(either: ColumnElement[bool]) -> ColumnElement[int]:
    """The points of merits that were approved since a moment and stand so."""
    return func.coalesce(
        select(func.sum(awards.c.points))
        .where(
            awards.c.village_id == bindparam("village"),
            awards.c.deduction.is_(False),
            awards.c.decided_at >= bindparam("begin"),
            either,
        )
        .scalar_subquery(),
        0,
    )


_BUDGET_USED: Final = Prepared(
    select(
        # What was posted before then was approved before it, too: only later ones are looked at.
        _approved_since(
            and_(stands(AwardState.POSTED), awards.c.posted_seq > func.coalesce(_BEFORE, 0))
        ).label("posted"),
        _approved_since(stands(*_STILL_TO_POST)).label("to_post"),
    )
)


def budget_used(session: Session, village_id: int) -> int:
    """The points of merits that were approved in the village's present month."""
    first, _last = period_around(CapPeriod.MONTH, clock.today())
    begin = clock.midnight(first)
    return int(sum(_BUDGET_USED.rows(session, village=village_id, begin=begin)[0]))


def _read(session: Session, village_id: int, rows: Sequence[AwardRow]) -> _Known:
    ids, whose = [row.id for row in rows], {row.household_id for row in rows}
    versions = {row.scheme_version for row in rows}
    return _Known(
        others=_others(session, village_id, rows, whose),
        usual=_usual(session, village_id, {row.item for row in rows}),
        twins=same_photo(session, village_id, PhotoSubject.AWARD, ids),
        households=household_labels(session, village_id, whose),
        schemes={version: scheme_version(session, village_id, version) for version in versions},
        budget=month_budget(session, village_id),
    )


def _others(
    session: Session, village_id: int, rows: Sequence[AwardRow], whose: Collection[int]
) -> dict[int, list[Any]]:
    """The live deeds of these households: of the same items, or of about the same days."""
    days = [row.deed_on for row in rows]
    near = awards.c.deed_on.between(min(days), max(days))
    same = awards.c.item.in_({row.item for row in rows})
    found = session.connection().execute(
        select(awards, items.c.name.label("item_name"))
        .join(
            items,
            and_(
                items.c.village_id == awards.c.village_id,
                items.c.version == awards.c.scheme_version,
                items.c.number == awards.c.item,
            ),
        )
        .where(
            awards.c.village_id == village_id,
            awards.c.household_id.in_(whose),
            awards.c.state.in_(LIVE_STATES),
            or_(near, same),
        )
        .order_by(awards.c.id)
    )
    others: dict[int, list[Any]] = defaultdict(list)
    for row in found:
        others[row.household_id].append(row)
    return others


def _usual(session: Session, village_id: int, wanted: Collection[int]) -> dict[int, float]:
    """The median of the points of each item's last posted deeds, where there are enough."""
    back = func.row_number().over(partition_by=awards.c.item, order_by=awards.c.id.desc())
    last = (
        select(awards.c.item, awards.c.points, back.label("back"))
        .where(
            awards.c.village_id == village_id,
            awards.c.item.in_(wanted),
            awards.c.state == AwardState.POSTED,
        )
        .subquery()
    )
    points: dict[int, list[int]] = defaultdict(list)
    few = select(last.c.item, last.c.points).where(last.c.back <= USUAL_OF)
    for item, amount in session.connection().execute(few):
        points[item].append(amount)
    return {item: median(one) for item, one in points.items() if len(one) >= LEAST_USUAL}


def _all_of(row: AwardRow, known: _Known) -> Iterator[Warning]:
    if known.households[row.household_id].moved:
        yield Warning("moved", _("这一户已经迁出"))
    others = [other for other in known.others.get(row.household_id, []) if other.id != row.id]
    cap = known.schemes[row.scheme_version].item(row.item).cap
    if cap is not None:
        yield from _cap(row, cap, others)
    repeated = list(_repeated(row, others))
    yield from repeated[:ALIKE_NAMED]
    if len(repeated) > ALIKE_NAMED:
        left = len(repeated) - ALIKE_NAMED
        yield Warning("same_deed", _("像是同一件事的还有 %(n)s 条", n=left))
    twins = known.twins.get(row.id, [])
    if twins:
        ids = listed(str(number) for number in twins)
        yield Warning("same_photo", _("照片和第 %(ids)s 条的一样", ids=ids))
    yield from _amount(row, known)


def _cap(row: AwardRow, cap: Cap, others: Sequence[Any]) -> Iterator[Warning]:
    """The cap is reached with this deed, or was passed (the rules have changed meanwhile)."""
    first, last = period_around(cap.period, row.deed_on)
    counted = [
        other
        for other in others
        if other.item == row.item
        and first <= other.deed_on <= last
        and (cap.per is CapPer.HOUSEHOLD or other.member_id == row.member_id)
    ]
    by_points = cap.measure is CapMeasure.POINTS
    done = sum(one.points if by_points else one.quantity for one in (*counted, row))
    words = {
        "period": period_words(cap.period, row.deed_on),
        "done": done,
        "cap": cap.amount,
        "measure": _(MEASURE_WORDS[cap.measure], n=cap.amount),
    }
    if done > cap.amount:
        yield Warning("cap", _("%(period)s共 %(done)s，超过上限 %(cap)s %(measure)s", **words))
    elif done == cap.amount and counted:
        yield Warning("cap", _("连这条，%(period)s正好到上限 %(cap)s %(measure)s", **words))


def _repeated(row: AwardRow, others: Sequence[Any]) -> Iterator[Warning]:
    """The same deed of a day or two before, or the same event under another item."""
    for other in others:
        if other.item == row.item and _near(other.deed_on, row.deed_on):
            words = {"id": other.id, "day": f"{other.deed_on:%m-%d}"}
            yield Warning("same_deed", _("像是第 %(id)s 条（%(day)s）的同一件事", **words))
        elif other.deed_on == row.deed_on and _alike(other.deed_key, key_of(row.note)):
            words = {"id": other.id, "item": other.item_name}
            yield Warning(
                "other_item", _("同一天的第 %(id)s 条“%(item)s”，说的像是同一件事", **words)
            )


def _amount(row: AwardRow, known: _Known) -> Iterator[Warning]:
    """Far more than usual, or nearly all that is left of the month's budget, or more."""
    usual = known.usual.get(row.item)
    if usual is not None and row.points > TIMES_USUAL * usual:
        words = {"usual": int(usual), "points": row.points}
        yield Warning(
            "unusual", _("分数少见：这一项一般 %(usual)s 分，这条 %(points)s 分", **words)
        )
    budget = "" if row.deduction else known.budget.words(row.points)
    if budget:
        yield Warning("budget", budget)


def _near(one: date, other: date) -> bool:
    return abs(one - other) <= NEARBY


def _alike(one: str, other: str) -> bool:
    """Whether two notes, as compared, are the same or share some characters in a row."""
    if not one or not other:
        return False
    parts = (one[start : start + SHARED] for start in range(len(one) - SHARED + 1))
    return one == other or any(part in other for part in parts)
