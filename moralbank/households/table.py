"""A sheet as plain cells, whatever kind of file it came from."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet's cells from its first row on, blank rows and columns at the end cut off.

    A formula that failed stands as its text, such as "#N/A". Every row has the same width.
    """

    sheet: str
    rows: tuple[Row, ...]


def is_blank(cell: Cell) -> bool:
    """Whether a cell shows nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())
