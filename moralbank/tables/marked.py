"""A list given back as a file: the user's own sheet with the result of every row beside it."""

import io
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from moralbank.tables.cells import Cell, Table, as_text, is_blank

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# Words of the file itself, which are known again when it comes back: never translated.
_RESULT_HEADINGS: Final = ("导入结果", "原因")
_LONGEST_CELL: Final = 32_767  # Excel's own limit


@dataclass(frozen=True)
class Mark:
    """What became of a row: the result in a word, why, and the columns that are wrong."""

    result: str
    reason: str
    bad: bool
    wrong: Collection[int] = ()


def marked_table(
    table: Table,
    header_row: int,
    marks: Mapping[int, Mark],
    *,
    exact: Collection[int] = (),
    said: Callable[[Cell, int, int], str] | None = None,
) -> bytes:
    """The sheet as .xlsx with the columns 导入结果 and 原因, wrong cells coloured.

    `header_row` counts from 0, -1 where there is none; `marks` go by line from 1. Numbers in the
    columns `exact` stay text, so that none loses a digit. `said` gives the words of a text cell
    at (row, column) where some must not be shown. Columns of an earlier marked copy are replaced.
    """
    import xlsxwriter  # noqa: PLC0415 - slow to import

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    text = book.add_format({"num_format": "@"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#F8CBAD"})
    sheet = book.add_worksheet()
    width = _own_width(table, header_row)
    sheet.set_column(0, width - 1, 14, text)
    sheet.set_column(width, width, 10, text)
    sheet.set_column(width + 1, width + 1, 60, text)
    words = said or (lambda cell, _row, _column: as_text(cell))
    for index, cells in enumerate(table.rows):
        found = marks.get(index + 1)
        faulty = found.wrong if found else ()
        for column, cell in enumerate(cells[:width]):
            style = wrong if column in faulty else text
            shown = None if is_blank(cell) else words(cell, index, column)
            _write(sheet, (index, column), (cell, shown), style, exact=column in exact)
        if index == header_row:
            sheet.write_row(index, width, _RESULT_HEADINGS, text)
        elif found:
            sheet.write_row(
                index, width, (found.result, found.reason), wrong if found.bad else text
            )
    book.close()
    return buffer.getvalue()


def _own_width(table: Table, header_row: int) -> int:
    """How many columns are the user's own, an earlier copy's result columns left out."""
    width = len(table.rows[0])
    extra = len(_RESULT_HEADINGS)
    if header_row >= 0 and table.rows[header_row][-extra:] == _RESULT_HEADINGS:
        return width - extra
    return width


def _write(
    sheet: "Worksheet",
    place: tuple[int, int],
    shown: tuple[Cell, str | None],
    style: "Format",
    *,
    exact: bool,
) -> None:
    """Write one cell: a number as itself unless `exact`, anything else in its words."""
    cell, words = shown
    if words is None:
        sheet.write_blank(*place, None, style)
    elif isinstance(cell, int | float) and not exact and math.isfinite(cell):
        sheet.write_number(*place, cell)
    else:
        sheet.write_string(*place, words[:_LONGEST_CELL], style)
