"""What is typed about counts, orders and labels, on pages and at the command line."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from wtforms import SelectField

from moralbank.forms import AtMost, BaseForm, DayField, TextField
from moralbank.i18n import _, mark
from moralbank.store.counting import CountedInvalid, NotInCount, Tally
from moralbank.store.counts import CountedLine, CountInfo

_FIELD: Final = re.compile(r"counted-([0-9]{1,9})")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_LONGEST_TYPED: Final = 12


class OpenCountForm(BaseForm):
    """What is to be counted: the whole shop (an empty category) or one category."""

    category = SelectField(mark("盘点哪些"), default="")
    note = TextField(mark("备注"), [AtMost(80)])

    def offer(self, categories: Iterable[str]) -> None:
        """Let the categories of the shop be chosen."""
        self.category.choices = [("", _("整个店")), *((name, name) for name in categories)]


class LabelsForm(BaseForm):
    """Which goods get a label: those of a category, those changed since a day, or all."""

    category = SelectField(mark("类别"), default="")
    since = DayField(mark("只要这天起改过的"))

    def offer(self, categories: Iterable[str]) -> None:
        """Let the categories of the shop be chosen."""
        self.category.choices = [("", _("全部类别")), *((name, name) for name in categories)]


def typed_beside(form: Mapping[str, str]) -> dict[int, str]:
    """What was typed beside each product (fields `counted-<product>`), as it was typed."""
    found = {}
    for name, value in form.items():
        field = _FIELD.fullmatch(name)
        if field is not None:
            found[int(field.group(1))] = _plain(value)
    return found


def read_tallies(form: Mapping[str, str], lines: Iterable[CountedLine]) -> dict[int, Tally]:
    """The pieces typed beside each product, and what stood there then (fields `was-<product>`).

    Raises CountedInvalid, with its field, for what is no number of pieces; NotInCount.
    """
    titles = {line.product.id: line.product.title for line in lines}
    found = {}
    for number, typed in typed_beside(form).items():
        if number not in titles:
            raise NotInCount(name=number)
        was = _plain(form.get(f"was-{number}", ""))
        pieces = _pieces(typed, number, titles[number])
        found[number] = Tally(pieces, int(was) if _DIGITS.fullmatch(was) else None)
    return found


def read_counted(typed: Iterable[str], info: CountInfo, *, again: bool) -> dict[int, Tally]:
    """Pieces by product from "OIL-5L=12"; `again` lets a line that was counted be changed.

    Raises CountedInvalid, NotInCount.
    """
    lines = {line.product.sku: line for line in info.lines}
    found = {}
    for one in typed:
        sku, _equals, pieces = _plain(one, longest=40).partition("=")
        line = lines.get(sku.strip().upper())
        if line is None:
            raise NotInCount(name=sku)
        if not pieces.strip():
            raise CountedInvalid(name=line.product.title)
        number = line.product.id
        read = _pieces(pieces.strip(), number, line.product.title)
        found[number] = Tally(read, line.counted if again else None)
    return found


def _pieces(typed: str, number: int, title: str) -> int | None:
    if not typed:
        return None
    if not _DIGITS.fullmatch(typed):
        raise CountedInvalid(field=f"counted-{number}", name=title)
    return int(typed)


def _plain(value: str, longest: int = _LONGEST_TYPED) -> str:
    return unicodedata.normalize("NFKC", value).strip()[:longest]
