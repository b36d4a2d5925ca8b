"""Caps: how much of an item a period still allows, and in which words it is said."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from moralbank import clock
from moralbank.awards.models import AwardSource, AwardState
from moralbank.errors import Refused
from moralbank.i18n import _, mark
from moralbank.scheme.models import CapMeasure, CapPer, CapPeriod
from moralbank.scheme.queries import Cap

_MONTHS: Final = {CapPeriod.MONTH: 1, CapPeriod.QUARTER: 3, CapPeriod.YEAR: 12}
_THIS: Final = {
    CapPeriod.MONTH: mark("本月"),
    CapPeriod.QUARTER: mark("本季度"),
    CapPeriod.YEAR: mark("今年"),
    CapPeriod.ONCE: mark("这一项"),
}


class CapRefused(Refused):
    """The item's cap stands against it; one subclass for each way of saying so."""

    code = "cap_reached"


class PointsReached(CapRefused):
    """Nothing is left of a cap that counts points."""

    text = mark("%(period)s已得 %(done)s 分，达到上限 %(cap)s 分")


class PointsLeft(CapRefused):
    """Something is left of a cap that counts points, but less than this deed is worth."""

    text = mark("%(period)s还可再得 %(left)s 分（上限 %(cap)s 分），这次是 %(wanted)s 分")


class TimesReached(CapRefused):
    """Nothing is left of a cap that counts times."""

    text = mark("%(period)s已记 %(done)s 次，达到上限 %(cap)s 次")


class TimesLeft(CapRefused):
    """Something is left of a cap that counts times, but less than what is asked for."""

    text = mark("%(period)s还可再记 %(left)s 次（上限 %(cap)s 次），这次是 %(wanted)s 次")


class WhoIsIt(CapRefused):
    """A cap counts each member, and a deed of nobody in particular was counted before."""

    text = mark("这一项按人计，已有一条没写明是哪一位：请选家里的哪一位")


_REFUSALS: Final = {
    (CapMeasure.POINTS, False): PointsLeft,
    (CapMeasure.POINTS, True): PointsReached,
    (CapMeasure.TIMES, False): TimesLeft,
    (CapMeasure.TIMES, True): TimesReached,
}


@dataclass(frozen=True)
class Counted:
    """A live deed of the same item: what caps count, and what bars its own repetition."""

    id: int
    household_id: int
    member_id: int
    item: int
    quantity: int
    points: int
    deed_on: date
    deed_key: str
    state: AwardState
    recorded_by: int
    recorded_at: datetime
    source: AwardSource


def period_around(period: CapPeriod, day: date) -> tuple[date, date]:
    """First and last day of the month, quarter or year that holds `day`; for once, all days."""
    if period is CapPeriod.ONCE:
        return date.min, date.max
    months = _MONTHS[period]
    first = (day.month - 1) // months * months + 1
    last = first + months - 1
    return date(day.year, first, 1), date(day.year, last, monthrange(day.year, last)[1])


def period_words(period: CapPeriod, day: date) -> str:
    """The period in words: "本月" where it holds today, else "2026 年 3 月"."""
    first, last = period_around(period, day)
    if first <= clock.today() <= last:
        return _(_THIS[period])
    if period is CapPeriod.MONTH:
        return _("%(year)s 年 %(month)s 月", year=day.year, month=day.month)
    if period is CapPeriod.QUARTER:
        return _("%(year)s 年第 %(n)s 季度", year=day.year, n=(day.month + 2) // 3)
    return _("%(year)s 年", year=day.year)


def refusal_by_cap(
    cap: Cap, day: date, earlier: Iterable[Counted], *, member_id: int, quantity: int, points: int
) -> CapRefused | None:
    """The words in which `cap` refuses a deed on `day`, or None where it lets it through.

    `earlier` are the household's live deeds of the item, of any day.
    """
    first, last = period_around(cap.period, day)
    counted = [
        deed
        for deed in earlier
        if first <= deed.deed_on <= last
        and (cap.per is CapPer.HOUSEHOLD or deed.member_id == member_id)
    ]
    by_points = cap.measure is CapMeasure.POINTS
    done = sum(deed.points if by_points else deed.quantity for deed in counted)
    wanted = points if by_points else quantity
    if done + wanted <= cap.amount:
        return None
    if cap.per is CapPer.MEMBER and member_id == 0 and counted:
        return WhoIsIt(field="member")
    left = cap.amount - done
    return _REFUSALS[cap.measure, left <= 0](
        field="quantity",
        period=period_words(cap.period, day),
        done=done,
        cap=cap.amount,
        left=left,
        wanted=wanted,
    )
