"""The periods that boards are hung for: a quarter, a month, a year."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from moralbank import clock
from moralbank.errors import Invalid
from moralbank.i18n import CHINESE, _, current_language, mark
from moralbank.printing import numerals

_MONTH, _QUARTER, _YEAR = 1, 3, 12
"""How many months a period has."""
_QUARTERS: Final = _YEAR // _QUARTER
_QUARTERS_OFFERED: Final = 5
_MONTHS_OFFERED: Final = 6
_YEARS_OFFERED: Final = 2
_WRITTEN: Final = re.compile(r"(20\d\d)(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)


class PeriodInvalid(Invalid):
    """A period is written 2026-Q4, 2026-10 or 2026."""

    text = mark("时段“%(typed)s”不对：季度写 2026-Q4，月份写 2026-10，全年写 2026")
    code = "period_invalid"


@dataclass(frozen=True)
class Period:
    """A span of whole days: `text` as it is typed, `first` and `last` both inside."""

    text: str
    first: date
    last: date

    @property
    def label(self) -> str:
        """The period as boards write it: 二〇二六年第四季度, 二〇二六年十月, 二〇二六年度."""
        if self._months == _MONTH:
            return numerals.month(self.first.year, self.first.month)
        if self._months == _QUARTER:
            return numerals.quarter(self.first.year, self.last.month // _QUARTER)
        return f"{numerals.digits(self.first.year)}年度"

    @property
    def spoken(self) -> str:
        """The period as pages write it: Chinese as on the board, else in the reader's way."""
        if current_language() == CHINESE:
            return self.label
        year = self.first.year
        if self._months == _MONTH:
            return _("%(year)s 年 %(month)s 月", year=year, month=self.first.month)
        if self._months == _QUARTER:
            return _("%(year)s 年第 %(n)s 季度", year=year, n=self.last.month // _QUARTER)
        return _("%(year)s 年", year=year)

    @property
    def before(self) -> "Period":
        """The equal period before: a quarter's quarter, a month's month, a year's year."""
        # Not by read_period: the one before the first that can be typed can't be typed.
        months = self._months
        year, month = divmod(self.first.year * _YEAR + self.first.month - 1 - months, _YEAR)
        texts = {_MONTH: f"{year}-{month + 1:02d}", _QUARTER: f"{year}-Q{month // _QUARTER + 1}"}
        return _span(texts.get(months, str(year)), year, month + 1, month + months)

    @property
    def _months(self) -> int:
        return self.last.month - self.first.month + 1


def read_period(typed: str) -> Period:
    """The period that was typed, full-width or in small letters too; raises PeriodInvalid."""
    text = unicodedata.normalize("NFKC", typed).strip().upper()
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise PeriodInvalid(field="period", typed=typed[:20])
    year, quarter, month = (int(part) if part else 0 for part in written.groups())
    if quarter:
        return _span(text, year, _QUARTER * (quarter - 1) + 1, _QUARTER * quarter)
    return _span(text, year, month or 1, month or _YEAR)


def asked_period(typed: str) -> Period:
    """The period that was typed, the current quarter for nothing; raises PeriodInvalid."""
    return read_period(typed) if typed.strip() else current_quarter()


def quarter_of(day: date) -> Period:
    """The quarter that a day lies in."""
    return _quarter(_quarters_since_zero(day))


def current_quarter() -> Period:
    """The quarter that today lies in."""
    return quarter_of(clock.today())


def current_year() -> Period:
    """The year that today lies in."""
    return read_period(str(clock.today().year))


def of_group(words: str, group: str) -> str:
    """A period's words, with the group where it is one group's: 二〇二六年第四季度 · 一组."""
    return f"{words} · {group}" if group else words


def offered() -> dict[str, tuple[Period, ...]]:
    """What a page offers: kind ("quarter", "month", "year") → periods, the present one first."""
    today = clock.today()
    quarter = _quarters_since_zero(today)
    month = today.year * _YEAR + today.month - 1
    return {
        "quarter": tuple(_quarter(quarter - back) for back in range(_QUARTERS_OFFERED)),
        "month": tuple(_month(month - back) for back in range(_MONTHS_OFFERED)),
        "year": tuple(read_period(str(today.year - back)) for back in range(_YEARS_OFFERED)),
    }


def _quarters_since_zero(day: date) -> int:
    return day.year * _QUARTERS + (day.month - 1) // _QUARTER


def _quarter(count: int) -> Period:
    year, quarter = divmod(count, _QUARTERS)
    return read_period(f"{year}-Q{quarter + 1}")


def _month(count: int) -> Period:
    year, month = divmod(count, _YEAR)
    return read_period(f"{year}-{month + 1:02d}")


def _span(text: str, year: int, first: int, last: int) -> Period:
    return Period(text, date(year, first, 1), date(year, last, monthrange(year, last)[1]))
