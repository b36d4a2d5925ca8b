"""Tables of posters: a head, rows that may be striped, and cells that never leave their column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import Any

from reportlab.lib.colors import Color

from moralbank.printing import palette
from moralbank.printing.fonts import Voice
from moralbank.printing.text import (
    LEADING,
    Line,
    boxed,
    draw_block,
    draw_block_centred,
    line,
    shrunk,
)

CELL_PADDING = 2.6
_SMALLEST = 4.0
_SMALL = 7.2
_FILLED = 0.92
"""How much of a row's height its lines may fill."""
_HAIRLINE, _HEAVY = 0.25, 1.0


class Align(Enum):
    """Where a cell's text stands in its column."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True)
class Column:
    """A column ``width`` points wide.

    ``compose`` makes the line of a cell from its text and a size in points; ``share`` is that
    size as a part of the row's height; ``wraps`` lets a long text use more lines where others are
    shrunk and then cut, down to ``least`` points; ``accented`` gives it the table's second colour.
    """

    title: str
    width: float
    compose: Callable[[str, float], Line]
    align: Align = Align.LEFT
    share: float = 0.5
    accented: bool = False
    wraps: bool = False
    least: float = _SMALLEST


@dataclass(frozen=True)
class TableInk:
    """A table's colours; without a ``head`` its titles stand between two lines on the paper."""

    head: Color | None = palette.RED
    head_text: Color = palette.GOLD_PALE
    stripe: Color | None = palette.CREAM_DARK
    rule: Color = palette.GOLD
    text: Color = palette.INK
    accent: Color = palette.RED


@dataclass(frozen=True)
class Table:
    """Columns side by side from ``x``; sizes of text follow the height of the rows.

    ``largest`` bounds the text of high rows, in points.
    """

    columns: Sequence[Column]
    x: float
    largest: float = 15.0
    ink: TableInk = TableInk()

    @property
    def width(self) -> float:
        """The width of all columns together."""
        return sum(column.width for column in self.columns)

    def draw_head(self, canvas: Any, top: float, height: float) -> None:
        """Draw the row of titles downwards from ``top``."""
        self._draw_head_ground(canvas, top, height)
        canvas.setFillColor(self.ink.head_text)
        left = self.x
        for column in self.columns:
            title = line(column.title, Voice.HEI_BOLD, height * 0.48)
            fitting = shrunk(title, column.width - 2 * CELL_PADDING, _SMALLEST)
            _draw_aligned(canvas, (fitting,), column, left, top - height / 2)
            left += column.width

    def _draw_head_ground(self, canvas: Any, top: float, height: float) -> None:
        if self.ink.head is None:
            canvas.setStrokeColor(self.ink.rule)
            canvas.setLineWidth(_HEAVY)
            for y in (top, top - height):
                canvas.line(self.x, y, self.x + self.width, y)
        else:
            canvas.setFillColor(self.ink.head)
            canvas.rect(self.x, top - height, self.width, height, stroke=0, fill=1)

    def draw_row(
        self, canvas: Any, cells: Sequence[str], top: float, height: float, *, striped: bool
    ) -> None:
        """Draw one row of texts downwards from ``top``."""
        if striped and self.ink.stripe is not None:
            canvas.setFillColor(self.ink.stripe)
            canvas.rect(self.x, top - height, self.width, height, stroke=0, fill=1)
        canvas.setStrokeColor(self.ink.rule)
        canvas.setLineWidth(_HAIRLINE)
        canvas.line(self.x, top - height, self.x + self.width, top - height)
        left = self.x
        for column, cell in zip(self.columns, cells, strict=True):
            canvas.setFillColor(self.ink.accent if column.accented else self.ink.text)
            lines = self._fitted(column, cell, height)
            _draw_aligned(canvas, lines, column, left, top - height / 2)
            left += column.width

    def _fitted(self, column: Column, cell: str, height: float) -> tuple[Line, ...]:
        full = column.compose(cell, min(height * column.share, self.largest))
        room = column.width - 2 * CELL_PADDING
        if column.wraps:
            high = height * _FILLED
            return boxed(_bounded(full, room, high), room, high, column.least)
        return (shrunk(full, room, min(full.size * 0.72, _SMALL)),)


def _bounded(full: Line, width: float, height: float) -> Line:
    """Return ``full`` at a size no larger than could fit a box on one line or several.

    ``boxed`` would find its way down from any size, but step by step.
    """
    natural = full.width
    if natural <= width and full.size * LEADING <= height:
        return full
    tall, wide = height / LEADING, width * full.size / natural
    most = ceil((tall / wide) ** 0.5) + 1
    largest = max(min(tall / lines, wide * lines) for lines in range(1, most + 1))
    return full.at(min(full.size, largest))


def _draw_aligned(
    canvas: Any, lines: Sequence[Line], column: Column, left: float, middle: float
) -> None:
    if column.align is Align.CENTRE:
        draw_block_centred(canvas, lines, left + column.width / 2, middle)
    elif column.align is Align.RIGHT:
        widest = max(part.width for part in lines)
        draw_block(canvas, lines, left + column.width - CELL_PADDING - widest, middle)
    else:
        draw_block(canvas, lines, left + CELL_PADDING, middle)
