"""Whether a cart may become a slip: every rule, and the nearest thing that would make it work."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from moralbank import clock
from moralbank.counter.limits import Allowance, Goods, period_end
from moralbank.counter.reckoning import Reckoning
from moralbank.errors import Refused
from moralbank.i18n import _, mark
from moralbank.store.models import LimitPeriod
from moralbank.store.queries import ProductInfo

_THIS: Final = {
    LimitPeriod.DAY: mark("今天"),
    LimitPeriod.MONTH: mark("本月"),
    LimitPeriod.QUARTER: mark("本季度"),
    LimitPeriod.YEAR: mark("今年"),
}
_EACH: Final = {
    LimitPeriod.DAY: mark("每天"),
    LimitPeriod.MONTH: mark("每月"),
    LimitPeriod.QUARTER: mark("每季度"),
    LimitPeriod.YEAR: mark("每年"),
}
_WEEKDAYS: Final = (
    mark("周一"),
    mark("周二"),
    mark("周三"),
    mark("周四"),
    mark("周五"),
    mark("周六"),
    mark("周日"),
)


class NoExchangeDay(Refused):
    """The village exchanges on other days of the month."""

    text = mark("今天不兑换。下次兑换是 %(month)s 月 %(day)s 日（%(weekday)s）")
    code = "no_exchange_day"


class BelowLeast(Refused):
    """A household exchanges once it has gathered so many points."""

    text = mark("满 %(least)s 分才能兑换，现有 %(has)s 分，还差 %(n)s 分")
    code = "below_least"


class PointsShort(Refused):
    """The household hasn't enough points and credit."""

    text = mark("积分不够：这些商品要用 %(needed)s 分，现有 %(has)s 分，还差 %(n)s 分%(advice)s")
    code = "points_short"


class OverDayPoints(Refused):
    """The slip would use more points than the household still may today."""

    text = mark(
        "每户一天最多用 %(most)s 分，今天还能用 %(left)s 分，这一单要用 %(needed)s 分%(advice)s"
    )
    code = "over_day_points"


class DayPointsSpent(Refused):
    """The household used all the points it may in a day."""

    text = mark("每户一天最多用 %(most)s 分，今天已经用完，明天可以再换")
    code = "day_points_spent"


class OverMonthPoints(Refused):
    """The slip would use more points than the household still may this month."""

    text = mark(
        "每户一个月最多用 %(most)s 分，本月还能用 %(left)s 分，这一单要用 %(needed)s 分%(advice)s"
    )
    code = "over_month_points"


class MonthPointsSpent(Refused):
    """The household used all the points it may in a month."""

    text = mark("每户一个月最多用 %(most)s 分，本月已经用完，下月 1 日起可以再换")
    code = "month_points_spent"


class OverPieces(Refused):
    """More of a product than the household still may take in this period."""

    text = mark("“%(name)s”每户%(each)s最多 %(most)s %(unit)s，%(this)s还可以拿 %(left)s %(unit)s")
    code = "over_pieces"


class PiecesTaken(Refused):
    """The household took all that it may of a product in this period."""

    text = mark(
        "“%(name)s”每户%(each)s最多 %(most)s %(unit)s，%(this)s已经拿满，"
        "%(month)s 月 %(day)s 日起可以再拿"
    )
    code = "pieces_taken"


class ProofMissing(Refused):
    """Above so many points the card's PIN or a signature is asked for."""

    text = mark("一次用超过 %(most)s 分，要输积分卡的密码，或者请领取人签名")
    code = "proof_missing"


def not_today(day: date) -> NoExchangeDay:
    """The refusal that names the next exchange day."""
    weekday = _(_WEEKDAYS[day.weekday()])
    return NoExchangeDay(month=day.month, day=day.day, weekday=weekday)


def require_proof(*, proven: bool, points: int, allowed: Allowance) -> None:
    """Raise ProofMissing where so many points need a PIN or a signature and there is neither."""
    if allowed.needs_proof(points) and not proven:
        raise ProofMissing(field="proof", most=allowed.proof_points)


def require_within(reckoned: Reckoning, goods: Goods, allowed: Allowance) -> None:
    """Raise what stands nearest against a cart, saying what would make it work.

    Raises NoExchangeDay, BelowLeast, OverPieces, PiecesTaken, PointsShort, OverDayPoints,
    DayPointsSpent, OverMonthPoints, MonthPointsSpent. What credit alone pays uses no points, so
    no number of points stands against it.
    """
    if allowed.next_exchange_day is not None:
        raise not_today(allowed.next_exchange_day)
    _require_pieces(goods, allowed)
    has, least = reckoned.points_before, allowed.least_points
    if reckoned.points_used and has < least:
        raise BelowLeast(least=least, has=has, n=least - has)
    _require_points(reckoned, goods, allowed)


def _require_pieces(goods: Goods, allowed: Allowance) -> None:
    for info, pieces in goods:
        left = allowed.product_left.get(info.id)
        if left is None or pieces <= left:
            continue
        period = LimitPeriod(info.limit_period)
        values: dict[str, Any] = {
            "name": info.title,
            "unit": info.unit,
            "most": info.limit_pieces,
            "each": _(_EACH[period]),
            "this": _(_THIS[period]),
        }
        if left > 0:
            raise OverPieces(left=left, **values)
        again = period_end(period, clock.today())
        raise PiecesTaken(month=again.month, day=again.day, **values)


def _require_points(reckoned: Reckoning, goods: Goods, allowed: Allowance) -> None:
    """The points suffice: those the household has, and those it may use."""
    needed, has = reckoned.points_used, reckoned.points_before
    most = min(has, *(n for n in (allowed.day_left, allowed.month_left, has) if n is not None))
    if needed <= most:
        return
    values: dict[str, Any] = {"needed": needed, "advice": _advice(reckoned, goods, most)}
    if most == has:
        raise PointsShort(has=has, n=needed - has, **values)
    if most == allowed.day_left:
        if not most:
            raise DayPointsSpent(most=allowed.day_points)
        raise OverDayPoints(most=allowed.day_points, left=most, **values)
    if not most:
        raise MonthPointsSpent(most=allowed.month_points)
    raise OverMonthPoints(most=allowed.month_points, left=most, **values)


def _advice(reckoned: Reckoning, goods: Goods, most: int) -> str:
    """What would do it: all of the credit, or so many pieces less of one product."""
    if _points(reckoned, reckoned.total_fen, None) <= most:
        return _("；把余额都用上就够了")

    def fits(total_fen: int) -> bool:
        return _points(reckoned, total_fen, reckoned.credit_most) <= most

    found = _fewest(goods, reckoned.total_fen, fits)
    if found is None:
        return ""
    info, fewer = found
    return _("；少拿 %(n)s %(unit)s%(name)s就够了", n=fewer, unit=info.unit, name=info.name)


def _points(reckoned: Reckoning, total_fen: int, credit_most: int | None) -> int:
    return replace(reckoned, total_fen=total_fen, credit_most=credit_most).points_used


def _fewest(
    goods: Goods, total_fen: int, fits: Callable[[int], bool]
) -> tuple[ProductInfo, int] | None:
    """Of which one product how many pieces less would do; the least worth. None: no one's."""
    found: list[tuple[int, int]] = []
    for place, (info, pieces) in enumerate(goods):
        # With every piece less it fits the better: the first number that fits is sought.
        price = info.price_fen
        left = [total_fen - n * price for n in range(1, pieces + 1)]
        fewer = bisect_left(left, True, key=fits) + 1
        if fewer < pieces or (fewer == pieces and len(goods) > 1):
            found.append((fewer * price, place))
    if not found:
        return None
    worth, place = min(found)
    return goods[place][0], worth // goods[place][0].price_fen
