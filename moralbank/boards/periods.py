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
        months = self.last.month - self.first.month + 1
        if months == 1:
            return numerals.month(self.first.year, self.first.month)
        if months == 3:  # noqa: PLR2004 - a quarter
            return numerals.quarter(self.first.year, self.last.month // 3)
        return f"{numerals.digits(self.first.year)}年度"

    @property
    def spoken(self) -> str:
        """The period as pages write it: Chinese as on the board, else in the reader's way."""
        if current_language() == CHINESE:
            return self.label
        months, year = self.last.month - self.first.month + 1, self.first.year
        if months == 1:
            return _("%(year)s 年 %(month)s 月", year=year, month=self.first.month)
        if months == 3:  # noqa: PLR2004 - a quarter
            return _("%(year)s 年第 %(n)s 季度", year=year, n=self.last.month // 3)
        return _("%(year)s 年", year=year)

    @property
    def before(self) -> "Period":
        """The equal period before: a quarter's quarter, a month's month, a year's year."""
        months = self.last.month - self.first.month + 1
        year, month = divmod(self.first.year * 12 + self.first.month - 1 - months, 12)
        text = {1: f"{year}-{month + 1:02d}", 3: f"{year}-Q{month // 3 + 1}"}.get(months, str(year))
        return _span(text, year, month + 1, month + months)


def read_period(typed: str) -> Period:
    """The period that was typed, full-width or in small letters too; raises PeriodInvalid."""
    text = unicodedata.normalize("NFKC", typed).strip().upper()
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise PeriodInvalid(field="period", typed=typed[:20])
    year, quarter, month = (int(part) if part else 0 for part in written.groups())
    if quarter:
        return _span(text, year, 3 * quarter - 2, 3 * quarter)
    return _span(text, year, month or 1, month or 12)


def current_quarter() -> Period:
    """The quarter that today lies in."""
    return _quarter(_quarters_since_zero(clock.today()))


def offered() -> dict[str, tuple[Period, ...]]:
    """What a page offers: kind ("quarter", "month", "year") → periods, the present one first."""
    today = clock.today()
    quarter = _quarters_since_zero(today)
    month = today.year * 12 + today.month - 1
    return {
        "quarter": tuple(_quarter(quarter - back) for back in range(_QUARTERS_OFFERED)),
        "month": tuple(_month(month - back) for back in range(_MONTHS_OFFERED)),
        "year": tuple(read_period(str(today.year - back)) for back in range(_YEARS_OFFERED)),
    }


def _quarters_since_zero(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _quarter(count: int) -> Period:
    year, quarter = divmod(count, 4)
    return read_period(f"{year}-Q{quarter + 1}")


def _month(count: int) -> Period:
    year, month = divmod(count, 12)
    return read_period(f"{year}-{month + 1:02d}")


def _span(text: str, year: int, first: int, last: int) -> Period:
    return Period(text, date(year, first, 1), date(year, last, monthrange(year, last)[1]))
