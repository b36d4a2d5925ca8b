"""What happened in villages over periods: grouped by village and period, as `sums.py` does."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, distinct, func, literal, select, tuple_
from sqlmodel import Session

from moralbank import clock
from moralbank.awards.models import Award, AwardState
from moralbank.boards.periods import Period
from moralbank.counter.models import Refund, Slip
from moralbank.households.models import Household, HouseholdStatus
from moralbank.objections.models import Objection
from moralbank.regions.sums import Scope
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


def deeds(session: Session, scope: Scope, spans: Spans) -> dict[tuple[int, int], Row[Any]]:
    """`deeds`, `points` and how many `households` did them, by village and number of the span.

    Posted merits by the deed's own day, as boards count them; also of households that have gone.
    """
    rows = session.connection().execute(
        select(
            _awards.c.village_id,
            _span_of_day(_awards.c.deed_on, spans).label(_SPAN),
            func.count().label("deeds"),
            func.sum(_awards.c.points).label("points"),
            func.count(distinct(_awards.c.household_id)).label("households"),
        )
        .where(scope.holds(_awards), _merits(spans))
        .group_by(*_each(_awards, spans))
    )
    return {(row.village_id, row.span): row for row in rows}


def gone(session: Session, scope: Scope, spans: Spans) -> Counter[tuple[int, int]]:
    """How many of those households have gone meanwhile: they are no part of those that take part.

    A statement of its own: few have, and a join of every deed with its household is what costs.
    """
    of_household = and_(
        _awards.c.village_id == _households.c.village_id, _awards.c.household_id == _households.c.id
    )
    rows = session.connection().execute(
        select(
            _awards.c.village_id,
            _span_of_day(_awards.c.deed_on, spans).label(_SPAN),
            func.count(distinct(_awards.c.household_id)).label("households"),
        )
        .select_from(_households.join(_awards, of_household))
        .where(
            scope.holds(_households),
            _households.c.status != HouseholdStatus.ACTIVE,
            _merits(spans),
        )
        .group_by(*_each(_awards, spans))
    )
    return Counter({(row.village_id, row.span): row.households for row in rows})


def used(session: Session, scope: Scope, spans: Spans) -> dict[tuple[int, int], Counter[str]]:
    """`points` and `fen` that slips took less what refunds gave back, by village and span."""
    found: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    begin, end = _moments(spans[0])[0], _moments(spans[-1])[1]
    for papers, points, sign in (
        (_slips, _slips.c.points_used, 1),
        (_refunds, _refunds.c.points_back, -1),
    ):
        # By way of the shops: the key of both papers is village, shop, moment.
        shops = select(_shops.c.village_id, _shops.c.id).where(scope.holds(_shops))
        rows = session.connection().execute(
            select(
                papers.c.village_id,
                _span_of_moment(papers.c.at, spans).label(_SPAN),
                func.sum(points).label("points"),
                func.sum(papers.c.total_fen).label("fen"),
            )
            .where(
                tuple_(papers.c.village_id, papers.c.shop_id).in_(shops),
                papers.c.at >= begin,
                papers.c.at < end,
            )
            .group_by(*_each(papers, spans))
        )
        for row in rows:
            found[row.village_id, row.span]["points"] += sign * int(row.points)
            found[row.village_id, row.span]["fen"] += sign * int(row.fen)
    return found


def late_answers(session: Session, scope: Scope, spans: Spans) -> Counter[tuple[int, int]]:
    """Objections due in a span that were answered after their day, or not yet, by village, span.

    Row by row, as the two databases have no arithmetic of days in common; objections are few.
    """
    rows = session.connection().execute(
        select(
            _objections.c.village_id,
            _span_of_day(_objections.c.due_on, spans).label(_SPAN),
            _objections.c.due_on,
            _objections.c.decided_at,
        ).where(
            scope.holds(_objections),
            _objections.c.due_on.between(spans[0].first, spans[-1].last),
        )
    )
    now = clock.now()
    late = (
        (row.village_id, row.span)
        for row in rows
        if (row.decided_at or now) >= clock.midnight(row.due_on + timedelta(days=1))
    )
    return Counter(late)


def _merits(spans: Spans) -> ColumnElement[bool]:
    """Posted merits whose day lies in one of the spans."""
    return and_(
        _awards.c.deed_on.between(spans[0].first, spans[-1].last),
        _awards.c.state == AwardState.POSTED,
        _awards.c.deduction.is_(False),
    )


def _each(table: Any, spans: Spans) -> tuple[Any, ...]:
    """What is grouped by: villages as their key has them, unsorted while there is one span."""
    return (table.c.village_id, _SPAN) if len(spans) > 1 else (table.c.village_id,)


def _span_of_day(day: ColumnElement[Any], spans: Spans) -> ColumnElement[int]:
    """The number of the span that a day lies in."""
    return _number([day <= span.last for span in spans])


def _span_of_moment(moment: ColumnElement[Any], spans: Spans) -> ColumnElement[int]:
    return _number([moment < _moments(span)[1] for span in spans])


def _number(ends: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    """The number of the first condition that holds."""
    if len(ends) == 1:
        return literal(0)
    return case(*((end, number) for number, end in enumerate(ends)))


def _moments(span: Period) -> tuple[datetime, datetime]:
    """The midnights with which a span begins and ends."""
    return clock.midnight(span.first), clock.midnight(span.last + timedelta(days=1))
