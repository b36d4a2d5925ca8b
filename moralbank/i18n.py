"""Translation: Chinese msgids, English catalogue.

Chinese is the source language, so Chinese needs no catalogue at all. The English one is read
from `locale/en.po` once, when English is first asked for. Babel alone does this, without Flask,
so that services, the command line and paper speak the reader's language too.

English words that change with a number stand in the catalogue in both forms, parted by ‖, behind
the number's place: "%(n)s record‖records, %(points)s point‖points in all". The nearest place
before a pair chooses, and where none stands before it, the value `n`: 1 takes the first form,
everything else the second.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any, Final

CHINESE: Final = "zh"
ENGLISH: Final = "en"
LANGUAGES: Final = {CHINESE: "中文", ENGLISH: "English"}

_PLACE_OR_PAIR: Final = re.compile(r"%\((\w+)\)s|([\w’]+)‖([\w’]+)")

_language: ContextVar[str] = ContextVar("language", default=CHINESE)


def use_language(language: str) -> None:
    """Speak `language` from here on in this context; an unknown one means Chinese."""
    _language.set(language if language in LANGUAGES else CHINESE)


def current_language() -> str:
    """The language in use here: "zh" or "en"."""
    return _language.get()


@contextmanager
def in_the_villages_language() -> Iterator[None]:
    """Speak Chinese inside the block, whoever reads: for words that are kept in the books.

    Memos, titles, reasons of steps are records of the village; a visitor who closes a notice by
    opening a page, or a clerk who reads English, doesn't choose their language.
    """
    token = _language.set(CHINESE)
    try:
        yield
    finally:
        _language.reset(token)


def mark(msgid: str) -> str:
    """Mark a msgid for extraction without translating it yet."""
    return msgid


def _(msgid: str, **values: Any) -> str:
    """Translate `msgid` into the language in use and fill its `%(name)s` places."""
    text = unfilled(msgid, values)
    return text % values if values else text


def unfilled(msgid: str, values: Mapping[str, Any]) -> str:
    """The translation whose words suit `values`, its places still open (templates fill them)."""
    text = _catalogue(_language.get()).get(msgid) or msgid
    return _suited(text, values) if "‖" in text else text


def _suited(text: str, values: Mapping[str, Any]) -> str:
    """Choose of each "one‖many" by the place before it."""
    number = str(values.get("n", ""))

    def choose(found: re.Match[str]) -> str:
        nonlocal number
        place, one, many = found.groups()
        if place is None:
            return str(one if number == "1" else many)
        number = str(values.get(place, "")).lstrip("+-−")
        return found[0]

    return _PLACE_OR_PAIR.sub(choose, text)


def listed(parts: Iterable[str]) -> str:
    """Things in a row: "一组、二组", in English "一组, 二组"."""
    return _("、").join(parts)


def clauses(parts: Iterable[str]) -> str:
    """Several statements in one line: "没有填；含有身份证号", in English with "; "."""
    return _("；").join(parts)


def sentences(parts: Iterable[str]) -> str:
    """Whole sentences after each other; Chinese ones have no space between them."""
    return ("" if _language.get() == CHINESE else " ").join(parts)


@cache
def _catalogue(language: str) -> dict[str, str]:
    """Every msgid with its translation; empty for Chinese."""
    if language == CHINESE:
        return {}
    from babel.messages.pofile import read_po  # noqa: PLC0415 - only English pays for it

    with files("moralbank").joinpath("locale", f"{language}.po").open("rb") as source:
        catalog = read_po(source)
    return {
        message.id: message.string
        for message in catalog
        if isinstance(message.id, str) and isinstance(message.string, str)
    }
