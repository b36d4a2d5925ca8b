"""Ruled tables: black lines on white, rows as high as their text, the head again on each page.

What office printers print best. Posters have ``table.Table`` instead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from moralbank.errors import Refused
from moralbank.i18n import mark
from moralbank.printing import palette
from moralbank.printing.flow import Piece, stacked
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.table import Align
from moralbank.printing.text import (
    LEADING,
    Line,
    boxed,
    draw_block,
    draw_block_centred,
    line,
    name_line,
    shrunk,
    wrapped,
)

PADDING = 3.0
_SMALLEST = 4.0
_NARROWEST = 2 * PADDING + _SMALLEST
"""A column that has room for one character of the smallest size."""
_HAIR, _EDGE = 0.4, 0.9
_SHADE = 0.92
"""Grey of the head: light enough for an old laser printer, dark enough to be seen."""


class TableTooWide(Refused):
    """A table has so many columns that on this paper not a character fits into one."""

    text = mark("这张表的栏太多，纸上放不下：请少选几栏，或换大一些的纸")
    code = "table_too_wide"


def plain(text: str, size: float) -> Line:
    """Return the line of a cell in Hei; what it can't write shows as a box."""
    return line(text, Voice.HEI, size)


def bold(text: str, size: float) -> Line:
    """Return the line of a cell to be seen first."""
    return line(text, Voice.HEI_BOLD, size)


def named(text: str, size: float) -> Line:
    """Return the line of a cell that holds a person's name."""
    return name_line(text, size * 1.12)


@dataclass(frozen=True)
class RuledColumn:
    """A column ``width`` points wide.

    A long text makes its row higher where ``grows`` is set, else it is fitted into the row's
    height. ``compose`` makes the line of a cell from its text and a size in points; ``inset``
    moves cells away from the edge they are aligned to, in points.
    """

    title: str
    width: float
    compose: Callable[[str, float], Line] = plain
    align: Align = Align.CENTRE
    grows: bool = False
    inset: float = 0.0


@dataclass(frozen=True)
class RuledTable:
    """Columns side by side from ``x``; text of ``size`` points in rows of at least ``row``.

    Making one raises TableTooWide where a column is too narrow to be read.
    """

    columns: tuple[RuledColumn, ...]
    x: float
    size: float = 10.0
    row: float = 7 * mm

    def __post_init__(self) -> None:
        """Refuse what nobody could read."""
        if min(column.width for column in self.columns) < _NARROWEST:
            raise TableTooWide

    @property
    def width(self) -> float:
        """The width of all columns together."""
        return sum(column.width for column in self.columns)

    @cached_property
    def head(self) -> Piece:
        """The row of titles, which never stands at the foot of a page alone."""
        titled = [replace(column, compose=bold, align=Align.CENTRE) for column in self.columns]
        height = self.row * 1.15
        cells = [
            boxed(bold(column.title, self.size), self._room(column), height * 0.94, _SMALLEST)
            for column in titled
        ]

        def draw(canvas: Any, top: float) -> None:
            shade(canvas, self.x, top, self.width, height)
            self._draw_grid(canvas, top, height)
            canvas.setLineWidth(_EDGE)
            canvas.line(self.x, top, self.x + self.width, top)
            self._draw_cells(canvas, titled, cells, top - height / 2)

        return Piece(height, draw, keeps=True)

    def rows(self, rows: Iterable[Sequence[str]], *, head: Piece | None = None) -> Iterator[Piece]:
        """Yield the head and each row; a row that opens a page brings the head along.

        ``head`` is drawn instead of the columns' titles.
        """
        head = head or self.head
        yield head
        for cells in rows:
            row = self.one_row(cells)
            yield replace(row, opening=stacked(head, row))

    def one_row(self, cells: Sequence[str]) -> Piece:
        """Return a single row, as high as the highest of its cells that grow beyond one line."""
        composed = [self._grown(column, cell) for column, cell in self._pairs(cells)]
        height = max([self.row, *(_block_height(lines) for lines in composed if len(lines) > 1)])
        fitted = [
            lines or self._fitted(column, cell, height)
            for lines, (column, cell) in zip(composed, self._pairs(cells), strict=True)
        ]

        def draw(canvas: Any, top: float) -> None:
            self._draw_grid(canvas, top, height)
            self._draw_cells(canvas, self.columns, fitted, top - height / 2)

        return Piece(height, draw)

    def _pairs(self, cells: Sequence[str]) -> Iterator[tuple[RuledColumn, str]]:
        return zip(self.columns, cells, strict=True)

    def _room(self, column: RuledColumn) -> float:
        return column.width - 2 * PADDING - column.inset

    def _grown(self, column: RuledColumn, cell: str) -> tuple[Line, ...]:
        """Return the lines of a cell that grows; of others none yet."""
        if not column.grows:
            return ()
        return wrapped(column.compose(cell, self.size), self._room(column))

    def _fitted(self, column: RuledColumn, cell: str, height: float) -> tuple[Line, ...]:
        full = column.compose(cell, self.size)
        if full.width <= self._room(column):
            return (full,)
        # One line, a little smaller, is easier to read than two of half the size.
        once = shrunk(full, self._room(column), self.size * 0.8)
        if once.text == full.text:
            return (once,)
        return boxed(full, self._room(column), height * 0.96, _SMALLEST)

    def _draw_grid(self, canvas: Any, top: float, height: float) -> None:
        """Draw the lines below and between the cells, the outer ones heavier."""
        canvas.setStrokeColor(palette.INK)
        right, bottom = self.x + self.width, top - height
        canvas.setLineWidth(_HAIR)
        canvas.line(self.x, bottom, right, bottom)
        left = self.x
        for column in self.columns[:-1]:
            left += column.width
            canvas.line(left, top, left, bottom)
        canvas.setLineWidth(_EDGE)
        canvas.line(self.x, top, self.x, bottom)
        canvas.line(right, top, right, bottom)

    def _draw_cells(
        self,
        canvas: Any,
        columns: Sequence[RuledColumn],
        cells: Sequence[Sequence[Line]],
        middle: float,
    ) -> None:
        canvas.setFillColor(palette.INK)
        left = self.x
        for column, lines in zip(columns, cells, strict=True):
            if column.align is Align.CENTRE:
                draw_block_centred(canvas, lines, left + column.width / 2, middle)
            elif column.align is Align.RIGHT:
                widest = max(part.width for part in lines)
                draw_block(
                    canvas, lines, left + column.width - PADDING - column.inset - widest, middle
                )
            else:
                draw_block(canvas, lines, left + PADDING + column.inset, middle)
            left += column.width


def shade(canvas: Any, x: float, top: float, width: float, height: float) -> None:
    """Paint the light ground of a head downwards from ``top``."""
    canvas.setFillGray(_SHADE)
    canvas.rect(x, top - height, width, height, stroke=0, fill=1)


def _block_height(lines: Sequence[Line]) -> float:
    return len(lines) * lines[0].size * LEADING + 2 * PADDING
