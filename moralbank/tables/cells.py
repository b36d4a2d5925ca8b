"""A sheet as plain cells, whatever kind of file it came from, and which row holds its headings."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from moralbank.forms import visible
from moralbank.i18n import _

HEADER_ROWS: Final = 20
"""The headings are looked for in this many rows from the top."""

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Row = tuple[Cell, ...]
Headings = Mapping[str, tuple[str, ...]]
"""What the column of each field may be called, the surest name first."""

_FAILED_FORMULA: Final = re.compile(r"#(N/A|[A-Z_]+[!?]|DIV/0!)")
_INVISIBLE: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")


class Fate(StrEnum):
    """What importing a row would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet's cells from its first row on, blank rows and columns at the end cut off.

    A formula that failed stands as its text, such as "#N/A". Every row has the same width.
    """

    sheet: str
    rows: tuple[Row, ...]


def fate_label(fate: Fate) -> str:
    """A fate in words."""
    return {
        Fate.NEW: _("新增"),
        Fate.CHANGED: _("更新"),
        Fate.SAME: _("没有变化"),
        Fate.ERROR: _("有错误"),
    }[fate]


def is_blank(cell: Cell) -> bool:
    """Whether a cell shows nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def best_header(rows: Sequence[Sequence[Cell]], headings: Headings) -> tuple[int, dict[str, int]]:
    """The upper row that names most fields, at least two, with the column of each field.

    The columns are empty where no row does.
    """
    best: tuple[int, dict[str, int]] = (0, {})
    for index, row in enumerate(rows[:HEADER_ROWS]):
        columns = _recognised(row, headings)
        if len(columns) > max(1, len(best[1])):
            best = (index, columns)
    return best


def heading(cell: Cell) -> str:
    """A heading without spaces, line breaks, remarks in brackets and full-width forms."""
    if not isinstance(cell, str):
        return ""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell))
    return re.sub(r"\(.*?\)", "", text).strip("*:.。、")


def _recognised(row: Sequence[Cell], headings: Headings) -> dict[str, int]:
    """The fields that a row's cells name, each with its column."""
    keys = [heading(cell) for cell in row]
    columns = {}
    for field, names in headings.items():
        column = next((keys.index(name) for name in names if name in keys), None)
        if column is not None:
            columns[field] = column
    return columns


class WrongCellError(ValueError):
    """A cell that can't be taken; its text says why."""


def as_text(cell: Cell) -> str:
    """What a cell shows, whole numbers without the .0 that Excel's reader gives them."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        return f"{cell:.0f}"
    if isinstance(cell, date | time):
        return cell.isoformat()
    return re.sub(r"\s+", " ", _INVISIBLE.sub("", visible(str(cell)))).strip()


def squeezed(cell: Cell) -> str:
    """Text in its plain (half-width) forms without any space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", as_text(cell)))


def worked_out(cell: Cell) -> str:
    """A cell as one line of text; raises WrongCellError for a formula that failed."""
    text = as_text(cell)
    if _FAILED_FORMULA.fullmatch(text):
        raise WrongCellError(_("公式出错（%(error)s），请改成文字", error=text))
    return text
