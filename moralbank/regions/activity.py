"""What happened in villages over periods: grouped by village and period, as `sums.py` does."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    distinct,
    func,
    literal,
    select,
    tuple_,
)
from sqlmodel import Session

from moralbank import clock
from moralbank.awards.joining import stands
from moralbank.awards.models import Award, AwardState
from moralbank.boards.periods import Period
from moralbank.counter.models import Refund, Slip
from moralbank.households.models import Household, HouseholdStatus
from moralbank.objections.models import Objection
from moralbank.prepared import Prepared
from moralbank.regions.sums import Scope, held_by
from moralbank.store.models import Shop

_awards = Award.__table__  # type: ignore[attr-defined]
_households = Household.__table__  # type: ignore[attr-defined]
_shops = Shop.__table__  # type: ignore[attr-defined]
_slips = Slip.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]
_objections = Objection.__table__  # type: ignore[attr-defined]

Spans = Sequence[Period]
"""Periods that don't overlap, the first one first."""

_SPAN: Final = "span"
"""What the number of a span is called; grouped by this name, its values are sent once."""


def deeds(session: Session, scope: Scope, spans: Spans) -> dict[tuple[int, int], Any]:
    """`deeds`, `points` and how many `households` did them, by village and number of the span.

    Posted merits by the deed's own day, as boards count them; also of households that have gone.
    """
    rows = _deeds(len(spans)).rows(session, **scope.asked, **_days(spans))
    return {(row.village_id, row.span): row for row in rows}


@cache
def _deeds(spans: int) -> Prepared:
    return Prepared(
        select(
            _awards.c.village_id,
            _span(_awards.c.deed_on, spans),
            func.count().label("deeds"),
            func.sum(_awards.c.points).label("points"),
            func.count(distinct(_awards.c.household_id)).label("households"),
        )
        .where(held_by(_awards), _merits(spans))
        .group_by(*_each(_awards, spans))
    )


def gone(session: Session, scope: Scope, spans: Spans) -> Counter[tuple[int, int]]:
    """How many of those households have gone meanwhile: they are no part of those that take part.

    A statement of its own: few have, and a join of every deed with its household is what costs.
    """
    rows = _gone(len(spans)).rows(session, **scope.asked, **_days(spans))
    return Counter({(row.village_id, row.span): row.households for row in rows})


@cache
def _gone(spans: int) -> Prepared:
    have_gone = select(_households.c.village_id, _households.c.id).where(
        held_by(_households), _households.c.status != HouseholdStatus.ACTIVE
    )
    return Prepared(
        select(
            _awards.c.village_id,
            _span(_awards.c.deed_on, spans),
            func.count(distinct(_awards.c.household_id)).label("households"),
        )
        .where(tuple_(_awards.c.village_id, _awards.c.household_id).in_(have_gone), _merits(spans))
        .group_by(*_each(_awards, spans))
    )


def used(session: Session, scope: Scope, spans: Spans) -> dict[tuple[int, int], Counter[str]]:
    """`points` and `fen` that slips took less what refunds gave back, by village and span."""
    found: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for asked, sign in zip(_used(len(spans)), (1, -1), strict=True):
        for row in asked.rows(session, **scope.asked, **_moments(spans)):
            found[row.village_id, row.span]["points"] += sign * int(row.points)
            found[row.village_id, row.span]["fen"] += sign * int(row.fen)
    return found


@cache
def _used(spans: int) -> tuple[Prepared, Prepared]:
    """What slips took, and what refunds gave back."""
    # By way of the shops: the key of both papers is village, shop, moment.
    shops = select(_shops.c.village_id, _shops.c.id).where(held_by(_shops))

    def summed(papers: Any, points: ColumnElement[int]) -> Prepared:
        return Prepared(
            select(
                papers.c.village_id,
                _span(papers.c.at, spans),
                func.sum(points).label("points"),
                func.sum(papers.c.total_fen).label("fen"),
            )
            .where(
                tuple_(papers.c.village_id, papers.c.shop_id).in_(shops),
                papers.c.at >= bindparam("begin"),
                papers.c.at < bindparam(f"end{spans - 1}"),
            )
            .group_by(*_each(papers, spans))
        )

    return summed(_slips, _slips.c.points_used), summed(_refunds, _refunds.c.points_back)


def late_answers(session: Session, scope: Scope, spans: Spans) -> Counter[tuple[int, int]]:
    """Objections due in a span that were answered after their day, or not yet, by village, span.

    Row by row, as the two databases have no arithmetic of days in common; objections are few.
    """
    rows = _late_answers(len(spans)).rows(session, **scope.asked, **_days(spans))
    now = clock.now()
    late = (
        (row.village_id, row.span)
        for row in rows
        if (row.decided_at or now) >= clock.midnight(row.due_on + timedelta(days=1))
    )
    return Counter(late)


def _merits(spans: int) -> ColumnElement[bool]:
    """Posted merits whose day lies in one of the spans."""
    return and_(
        _awards.c.deed_on >= bindparam("begin"),
        _awards.c.deed_on < bindparam(f"end{spans - 1}"),
        stands(AwardState.POSTED),
        _awards.c.deduction.is_(False),
    )


@cache
def _late_answers(spans: int) -> Prepared:
    return Prepared(
        select(
            _objections.c.village_id,
            _span(_objections.c.due_on, spans),
            _objections.c.due_on,
            _objections.c.decided_at,
        ).where(
            held_by(_objections),
            _objections.c.due_on >= bindparam("begin"),
            _objections.c.due_on < bindparam(f"end{spans - 1}"),
        )
    )


def _each(table: Any, spans: int) -> tuple[Any, ...]:
    """What is grouped by: villages as their key has them, unsorted while there is one span."""
    return (table.c.village_id, _SPAN) if spans > 1 else (table.c.village_id,)


def _span(when: ColumnElement[Any], spans: int) -> ColumnElement[int]:
    """The number of the span that a day or moment lies in: of the first that ends after it."""
    if spans == 1:
        return literal(0).label(_SPAN)
    ends = ((when < bindparam(f"end{number}"), number) for number in range(spans))
    return case(*ends).label(_SPAN)


def _days(spans: Spans) -> dict[str, date]:
    """The days with which spans begin and (the day after) end, as statements ask for them."""
    ends = {f"end{number}": span.last + timedelta(days=1) for number, span in enumerate(spans)}
    return {"begin": spans[0].first, **ends}


def _moments(spans: Spans) -> dict[str, datetime]:
    """The same as midnights."""
    return {name: clock.midnight(day) for name, day in _days(spans).items()}
