"""The months that the supervisor looks at, as the village counts them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from moralbank import clock
from moralbank.errors import Invalid
from moralbank.i18n import _, mark

OFFERED: Final = 12
_WRITTEN: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


class MonthInvalid(Invalid):
    """A month is written 2026-11."""

    text = mark("月份“%(typed)s”不对：应像 2026-11")
    code = "month_invalid"


@dataclass(frozen=True)
class Month:
    """A month by its first day."""

    first: date

    @property
    def text(self) -> str:
        """The month as addresses and commands write it: "2026-11"."""
        return self.first.strftime("%Y-%m")

    @property
    def label(self) -> str:
        """The month in words."""
        return _("%(year)s 年 %(month)s 月", year=self.first.year, month=self.first.month)

    @property
    def after(self) -> "Month":
        """The month that follows."""
        return _counted(_count(self.first) + 1)

    @property
    def begin(self) -> datetime:
        """The village's midnight with which it begins, in UTC."""
        return clock.midnight(self.first)

    @property
    def end(self) -> datetime:
        """The midnight that ends it and is no longer part of it."""
        return self.after.begin

    @property
    def over(self) -> bool:
        """Whether nothing can be added to it any more."""
        return clock.now() >= self.end


def month_of(day: date) -> Month:
    """The month that a day lies in."""
    return Month(day.replace(day=1))


def read_month(typed: str) -> Month:
    """The month that was typed, the present one for nothing; raises MonthInvalid."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return month_of(clock.today())
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise MonthInvalid(field="month", typed=typed[:20])
    return Month(date(int(found[1]), int(found[2]), 1))


def offered() -> list[Month]:
    """The last twelve months, the present one first."""
    present = _count(clock.today())
    return [_counted(present - back) for back in range(OFFERED)]


def _count(day: date) -> int:
    return day.year * 12 + day.month - 1


def _counted(count: int) -> Month:
    year, month = divmod(count, 12)
    return Month(date(year, month + 1, 1))
