"""What the village allows at the counter, and what a household has left of it.

Limits count what a household's slips used less what came back of those slips, whenever it came.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.counter.models import Refund, RefundLine, Slip, SlipLine
from moralbank.store.models import LimitPeriod, Product
from moralbank.store.queries import ProductInfo
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import (
    DAY_POINTS,
    EXCHANGE_DAYS,
    LEAST_POINTS,
    MONTH_POINTS,
    PROOF_POINTS,
)

Goods = Sequence[tuple[ProductInfo, int]]
"""Products with their pieces, in the order of the slip."""

_slips = Slip.__table__  # type: ignore[attr-defined]
_slip_lines = SlipLine.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]
_refund_lines = RefundLine.__table__  # type: ignore[attr-defined]
_products = Product.__table__  # type: ignore[attr-defined]

_MONTHS: Final = {LimitPeriod.MONTH: 1, LimitPeriod.QUARTER: 3, LimitPeriod.YEAR: 12}
_DAYS_AHEAD: Final = 366
"""So far an exchange day is looked for: the 31st, the 30th of no February."""


@dataclass(frozen=True)
class Allowance:
    """What a household may still do at a shop's counter today.

    `day_left` and `month_left` are points that it may still use of `day_points` and
    `month_points` (None: no limit); it must have `least_points`; `next_exchange_day` is None where
    today is one; a redemption of more than `proof_points` points needs a PIN or a signature
    (0: none does); `product_left` has the pieces that are left of limited products alone.
    """

    day_left: int | None
    month_left: int | None
    least_points: int
    next_exchange_day: date | None
    proof_points: int
    product_left: Mapping[int, int] = field(default_factory=dict)
    day_points: int = 0
    month_points: int = 0

    @property
    def points_left(self) -> int | None:
        """The points that both limits still allow; None without any limit."""
        return min((n for n in (self.day_left, self.month_left) if n is not None), default=None)

    def needs_proof(self, points: int) -> bool:
        """Whether a redemption of so many points needs a PIN or a signature."""
        return 0 < self.proof_points < points


def allowance(session: Session, village_id: int, household_id: int, shop_id: int) -> Allowance:
    """What a household may still do at this shop's counter today."""
    rows = session.connection().execute(
        select(_products.c.id, _products.c.limit_pieces, _products.c.limit_period).where(
            _products.c.village_id == village_id,
            _products.c.shop_id == shop_id,
            _products.c.active.is_(True),
            _products.c.limit_pieces > 0,
        )
    )
    limits = {row.id: (row.limit_pieces, LimitPeriod(row.limit_period)) for row in rows}
    return _allowance(session, village_id, household_id, limits)


def allowance_for(session: Session, village_id: int, household_id: int, goods: Goods) -> Allowance:
    """The same for the products of a cart alone."""
    limits = {
        info.id: (info.limit_pieces, LimitPeriod(info.limit_period))
        for info, _pieces in goods
        if info.limit_pieces
    }
    return _allowance(session, village_id, household_id, limits)


def exchange_day_ahead(session: Session, village_id: int) -> date | None:
    """The village's next exchange day; None where today is one."""
    return _exchange_day(settings_of(session, village_id), clock.today())


def next_exchange_day(days: Sequence[int], today: date) -> date | None:
    """The next day of the month that is one of `days`; None where today is, or every day is."""
    if not days or today.day in days:
        return None
    ahead = (today + timedelta(days=n) for n in range(1, _DAYS_AHEAD))
    return next(day for day in ahead if day.day in days)


def _allowance(
    session: Session,
    village_id: int,
    household_id: int,
    limits: Mapping[int, tuple[int, LimitPeriod]],
) -> Allowance:
    values, today = settings_of(session, village_id), clock.today()
    a_day, a_month = int(values[DAY_POINTS]), int(values[MONTH_POINTS])
    of_today = of_month = 0
    if a_day or a_month:
        of_today, of_month = _points_used(session, village_id, household_id, today)
    taken = _pieces_taken(session, village_id, household_id, limits, today)
    return Allowance(
        day_left=max(0, a_day - of_today) if a_day else None,
        month_left=max(0, a_month - of_month) if a_month else None,
        least_points=int(values[LEAST_POINTS]),
        next_exchange_day=_exchange_day(values, today),
        proof_points=int(values[PROOF_POINTS]),
        product_left={
            number: max(0, pieces - taken[number]) for number, (pieces, _period) in limits.items()
        },
        day_points=a_day,
        month_points=a_month,
    )


def _exchange_day(values: Mapping[str, str], today: date) -> date | None:
    return next_exchange_day([int(day) for day in values[EXCHANGE_DAYS].split()], today)


def _points_used(
    session: Session, village_id: int, household_id: int, today: date
) -> tuple[int, int]:
    """Points that slips of this day and of this month used, less what came back of them."""
    back = (
        select(func.coalesce(func.sum(_refunds.c.points_back), 0))
        .where(_refunds.c.village_id == _slips.c.village_id, _refunds.c.slip_id == _slips.c.id)
        .correlate(_slips)
        .scalar_subquery()
    )
    rows = session.connection().execute(
        select(_slips.c.at, (_slips.c.points_used - back).label("points")).where(
            _of(village_id, household_id, today.replace(day=1))
        )
    )
    used = [(clock.local(row.at).date(), int(row.points)) for row in rows]
    return sum(n for day, n in used if day == today), sum(n for _day, n in used)


def _pieces_taken(
    session: Session,
    village_id: int,
    household_id: int,
    limits: Mapping[int, tuple[int, LimitPeriod]],
    today: date,
) -> dict[int, int]:
    """Pieces that the household took of limited products, each within its own period."""
    taken: dict[int, int] = defaultdict(int)
    if not limits:
        return taken
    begins = {number: period_begin(period, today) for number, (_most, period) in limits.items()}
    rows = session.connection().execute(
        select(_slips.c.at, _slip_lines.c.product_id, _slip_lines.c.quantity)
        .join(
            _slip_lines,
            and_(
                _slip_lines.c.village_id == _slips.c.village_id,
                _slip_lines.c.slip_id == _slips.c.id,
            ),
        )
        .outerjoin(
            _refund_lines,
            and_(
                _refund_lines.c.village_id == _slip_lines.c.village_id,
                _refund_lines.c.slip_id == _slip_lines.c.slip_id,
                _refund_lines.c.line == _slip_lines.c.line,
            ),
        )
        .where(
            _of(village_id, household_id, min(begins.values())), _refund_lines.c.slip_id.is_(None)
        )
    )
    for row in rows:
        begin = begins.get(row.product_id)
        if begin is not None and clock.local(row.at).date() >= begin:
            taken[row.product_id] += row.quantity
    return taken


def _of(village_id: int, household_id: int, first: date) -> Any:
    """The household's slips since a day began."""
    return and_(
        _slips.c.village_id == village_id,
        _slips.c.household_id == household_id,
        _slips.c.at >= clock.midnight(first),
    )


def period_begin(period: LimitPeriod, today: date) -> date:
    """The first day of the period that today lies in."""
    if period is LimitPeriod.DAY:
        return today
    months = _MONTHS[period]
    return today.replace(month=(today.month - 1) // months * months + 1, day=1)


def period_end(period: LimitPeriod, today: date) -> date:
    """The first day after that period."""
    if period is LimitPeriod.DAY:
        return today + timedelta(days=1)
    first = period_begin(period, today)
    months = first.month - 1 + _MONTHS[period]
    return date(first.year + months // 12, months % 12 + 1, 1)
