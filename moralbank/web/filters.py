"""How values are written on pages: yuan, dates, times, points, lists."""

import re
from datetime import date, datetime
from typing import Any, Final

from flask import Flask

from moralbank import clock
from moralbank.i18n import _, clauses, listed
from moralbank.money import yuan

_WITHIN_DATE: Final = re.compile(r"(?<=\d) (?=[年月日])|(?<=[年月]) (?=\d)")


def day(value: date | datetime | None) -> str:
    """A date as the village counts it: "2026-11-20"; empty for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return value.isoformat()


def minute(value: datetime | None) -> str:
    """A moment on the village's clock: "2026-11-20 10:32"; empty for None."""
    return "" if value is None else clock.minute(value)


def signed(number: int) -> str:
    """Points with their sign, never by colour alone: "+5", "−12"."""
    return f"+{number}" if number >= 0 else f"−{-number}"


def unbroken(words: str) -> str:
    """The words with their dates, "2027 年 1 月 10 日", kept on one line each."""
    return _WITHIN_DATE.sub("\u00a0", words)


def translated(marked: str) -> str:
    """A text that was marked elsewhere, such as a field's label, in the reader's language."""
    return _(marked)


def install(app: Flask) -> None:
    """Make them known to templates under their own names."""
    filters: dict[str, Any] = {
        "clauses": clauses,
        "day": day,
        "listed": listed,
        "minute": minute,
        "signed": signed,
        "translated": translated,
        "unbroken": unbroken,
        "yuan": yuan,
    }
    app.jinja_env.filters.update(filters)
