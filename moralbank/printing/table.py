"""Tables of formal paper: a red head, striped rows, and cells that never leave their column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from reportlab.lib.colors import Color

from moralbank.printing import palette
from moralbank.printing.fonts import Voice
from moralbank.printing.text import (
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


class Align(Enum):
    """Where a cell's text stands in its column."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True)
class Column:
    """A column ``width`` points wide.

    ``compose`` makes the line of a cell from its text and a size in points; ``share`` is that
    size as a part of the row's height; ``wraps`` lets a long text (a name) use two lines where
    others are shrunk and then cut.
    """

    title: str
    width: float
    compose: Callable[[str, float], Line]
    align: Align = Align.LEFT
    share: float = 0.5
    colour: Color = palette.INK
    wraps: bool = False


@dataclass(frozen=True)
class Table:
    """Columns side by side from ``x``; sizes of text follow the height of the rows.

    ``largest`` bounds the text of high rows, in points.
    """

    columns: Sequence[Column]
    x: float
    largest: float = 15.0

    @property
    def width(self) -> float:
        """The width of all columns together."""
        return sum(column.width for column in self.columns)

    def draw_head(self, canvas: Any, top: float, height: float) -> None:
        """Draw the row of titles downwards from ``top``."""
        canvas.setFillColor(palette.RED)
        canvas.rect(self.x, top - height, self.width, height, stroke=0, fill=1)
        canvas.setFillColor(palette.GOLD_PALE)
        left = self.x
        for column in self.columns:
            title = line(column.title, Voice.HEI_BOLD, height * 0.48)
            fitting = shrunk(title, column.width - 2 * CELL_PADDING, _SMALLEST)
            _draw_aligned(canvas, (fitting,), column, left, top - height / 2)
            left += column.width

    def draw_row(
        self, canvas: Any, cells: Sequence[str], top: float, height: float, *, striped: bool
    ) -> None:
        """Draw one row of texts downwards from ``top``."""
        if striped:
            canvas.setFillColor(palette.CREAM_DARK)
            canvas.rect(self.x, top - height, self.width, height, stroke=0, fill=1)
        canvas.setStrokeColor(palette.GOLD)
        canvas.setLineWidth(0.25)
        canvas.line(self.x, top - height, self.x + self.width, top - height)
        left = self.x
        for column, cell in zip(self.columns, cells, strict=True):
            canvas.setFillColor(column.colour)
            lines = self._fitted(column, cell, height)
            _draw_aligned(canvas, lines, column, left, top - height / 2)
            left += column.width

    def _fitted(self, column: Column, cell: str, height: float) -> tuple[Line, ...]:
        full = column.compose(cell, min(height * column.share, self.largest))
        room = column.width - 2 * CELL_PADDING
        if column.wraps:
            return boxed(full, room, height * 0.98, _SMALLEST)
        return (shrunk(full, room, min(full.size * 0.72, _SMALL)),)


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
