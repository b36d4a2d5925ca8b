"""Tables as Excel files, as the village downloads its lists."""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of an Excel file."""

Cell = str | int | float | None
_NARROWEST: Final = 8
_WIDEST: Final = 48


@dataclass(frozen=True)
class Sheet:
    """One sheet of a file: what it is called, its heads, its rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """An .xlsx of one sheet; see `workbook_of`."""
    return workbook_of([Sheet(title, columns, rows)])


def workbook_of(sheets: Sequence[Sheet]) -> bytes:
    """An .xlsx: heads that stay in sight, a filter, texts that are never formulas.

    Columns without any number are kept as text, so that nobody who edits the file turns 012
    into 12.
    """
    import xlsxwriter  # noqa: PLC0415 - slow to import

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#F4E3C1", "border": 1})
        text = book.add_format({"num_format": "@"})
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.title), sheet, bold, text)
    return content.getvalue()


def _write_sheet(page: Any, sheet: Sheet, bold: Any, text: Any) -> None:
    """Write heads and rows, column by column."""
    for place, head in enumerate(sheet.columns):
        cells = [row[place] for row in sheet.rows]
        style = None if any(isinstance(cell, int | float) for cell in cells) else text
        page.set_column(place, place, _width([head, *cells]), style)
        _write_column(page, place, cells, text)
    page.write_row(0, 0, sheet.columns, bold)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)


def _write_column(sheet: Any, place: int, cells: Sequence[Cell], text: Any) -> None:
    """Write what stands below a head; None leaves its cell empty."""
    for line, cell in enumerate(cells, start=1):
        if isinstance(cell, str):
            sheet.write_string(line, place, cell, text)
        elif cell is not None:
            sheet.write_number(line, place, cell)


def _width(cells: Sequence[Cell]) -> int:
    """A column's width in Latin characters; a Chinese one is two of them wide."""
    longest = max(
        sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in str(cell))
        for cell in cells
    )
    return min(_WIDEST, max(_NARROWEST, longest + 2))
