"""Chinese numerals and dates, as formal paper writes them."""

from datetime import date

from moralbank.i18n import _

_DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_LIMIT = 10_000


def digits(number: int) -> str:
    """Return the digits one by one, as years are read: 2026 → 二〇二六."""
    return "".join(_DIGITS[int(figure)] for figure in str(number))


def counted(number: int) -> str:
    """Return a counted number from 0 to 9999: 20 → 二十, 110 → 一百一十, 1005 → 一千〇五.

    Raises ValueError outside that range.
    """
    if not 0 <= number < _LIMIT:
        message = f"{number} is not between 0 and {_LIMIT - 1}"
        raise ValueError(message)
    text = "".join(_place(figure, unit) for figure, unit in _places(number))
    while "〇〇" in text:
        text = text.replace("〇〇", "〇")
    text = text.rstrip("〇") or "〇"
    return text.removeprefix("一") if text.startswith("一十") else text


def _places(number: int) -> list[tuple[int, str]]:
    figures = [int(figure) for figure in str(number)]
    return list(zip(figures, reversed(_UNITS[: len(figures)]), strict=True))


def _place(figure: int, unit: str) -> str:
    return _DIGITS[figure] + unit if figure else _DIGITS[0]


def full_date(day: date) -> str:
    """Return a date: 二〇二六年十一月二十日."""
    return f"{month(day.year, day.month)}{counted(day.day)}日"


def plain_date(day: date) -> str:
    """Return a date with Arabic figures: 2026年11月20日."""
    return _("%(year)s年%(month)s月%(day)s日", year=day.year, month=day.month, day=day.day)


def plain_month(day: date) -> str:
    """Return the month of ``day`` with Arabic figures: 2026年11月."""
    return _("%(year)s年%(month)s月", year=day.year, month=day.month)


def month(year: int, number: int) -> str:
    """Return a month: 二〇二六年十一月."""
    return f"{digits(year)}年{counted(number)}月"


def quarter(year: int, number: int) -> str:
    """Return a quarter: 二〇二六年第四季度."""
    return f"{digits(year)}年第{counted(number)}季度"
