"""A board on a wide banner over the road: title at the left, names in columns beside it.

From the road a name is read, and how many points; who comes near reads the deed under it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any, Final

from moralbank.boards.layout import PADDING, BannerLayout, Box
from moralbank.boards.podium import draw_podium, photos_of
from moralbank.boards.remarks import Remarks, draw_vacancy
from moralbank.boards.sheets import BoardEntry, BoardSheet, figure_format
from moralbank.boards.styles import Look
from moralbank.boards.surround import draw_couplet, draw_field
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.text import boxed, draw_block, line, name_line, shrunk

_LAUREATE, _LAUREATE_ALONE = 56 * mm, 110 * mm
_GAP: Final = 6 * mm
_COLUMN_GAP: Final = 7 * mm
_LARGEST_CELL: Final = 30 * mm
_WITH_DEED: Final = 15 * mm
"""Lower places show no deed: it could not be read."""


@dataclass(frozen=True)
class Banner:
    """A board composed for the banner."""

    board: BoardSheet
    look: Look
    layout: BannerLayout

    @property
    def sheets(self) -> int:
        """How many banners the board takes."""
        return len(self._parts)

    def draw_furniture(self, canvas: Any) -> None:
        """Draw couplet, field and remarks."""
        layout = self.layout
        draw_couplet(canvas, self.board, self.look, layout.right_strip, layout.left_strip)
        draw_field(canvas, self.look.field, layout.names, doubled=True)
        self._remarks.draw(canvas)

    def draw_sheet(self, canvas: Any, number: int) -> None:
        """Draw the names of one banner."""
        rows, inner = self._parts[number], self._remarks.left_over
        if not self.board.entries:
            draw_vacancy(canvas, self.look, self.layout.names)
        elif number == 0 and self.board.honoured:
            box = self._honours_box(inner, alone=not rows)
            widest = _LAUREATE if rows else _LAUREATE_ALONE
            told = (self.board, self.board.honoured, self.look, box)
            draw_podium(canvas, *told, photos=self._photos, widest=widest)
            inner = Box(box.right + _GAP, inner.bottom, inner.right, inner.top)
        if rows:
            self._draw_columns(canvas, rows, inner)

    @cached_property
    def _remarks(self) -> Remarks:
        return Remarks(self.board, self.look, self.layout.names.within(PADDING))

    @cached_property
    def _figures(self) -> str:
        return figure_format(self.board.entries)

    @cached_property
    def _photos(self) -> tuple[Any | None, ...]:
        return photos_of(self.board.honoured, self.look, self.layout.dots)

    def _honours_box(self, inner: Box, *, alone: bool) -> Box:
        if alone:
            return inner
        width = len(self.board.honoured) * _LAUREATE
        return Box(inner.left, inner.bottom, inner.left + width, inner.top)

    @cached_property
    def _parts(self) -> list[Sequence[BoardEntry]]:
        """The entries in the columns of each banner."""
        rest = self.board.rest
        inner = self._remarks.left_over
        taken = len(self.board.honoured) * _LAUREATE + _GAP if self.board.honoured else 0
        first = self._holds(inner.width - taken, inner.height)
        later = self._holds(inner.width, inner.height)
        starts = range(first, len(rest), later)
        return [rest[:first], *(rest[start : start + later] for start in starts)]

    def _holds(self, width: float, height: float) -> int:
        least_width, least_height = self.layout.cell
        return max(1, int(width / least_width)) * max(1, int(height / least_height))

    def _draw_columns(self, canvas: Any, rows: Sequence[BoardEntry], box: Box) -> None:
        """Fill columns from above, as many as make the places largest."""
        columns = self._columns(len(rows), box)
        each = ceil(len(rows) / columns)
        width, height = box.width / columns, min(box.height / each, _LARGEST_CELL)
        for index, entry in enumerate(rows):
            column, place = divmod(index, each)
            left, top = box.left + column * width, box.top - place * height
            self._draw_place(canvas, entry, Box(left, top - height, left + width, top))

    def _columns(self, count: int, box: Box) -> int:
        least_width, least_height = self.layout.cell

        def size(columns: int) -> float:
            height = min(box.height / ceil(count / columns), _LARGEST_CELL)
            return min(box.width / columns / least_width, height / least_height)

        return max(range(1, max(1, int(box.width / least_width)) + 1), key=size)

    def _draw_place(self, canvas: Any, entry: BoardEntry, cell: Box) -> None:
        """Write place, name and points; the deed below where there is room."""
        ink, right = self.look.field, cell.right - _COLUMN_GAP
        told = " · ".join(filter(None, (entry.group, entry.deed)))
        roomy = cell.height >= _WITH_DEED and bool(told)
        high = cell.height * (0.62 if roomy else 0.92)
        middle = cell.top - high / 2 - cell.height * 0.04
        rank_width = high * 0.72
        canvas.setFillColor(ink.accent)
        rank = shrunk(line(str(entry.rank), Voice.HEI_BOLD, high * 0.5), rank_width * 0.86, 4)
        rank.draw_right(canvas, cell.left + rank_width * 0.9, middle - rank.centre_drop)
        amount = format(entry.points, self._figures)
        points = shrunk(
            line(f"{amount} {self.board.unit}", Voice.HEI_BOLD, high * 0.42), cell.width * 0.34, 4
        )
        points.draw_right(canvas, right, middle - points.centre_drop)
        canvas.setFillColor(ink.text)
        left = cell.left + rank_width + 1.5 * mm
        room = right - 2 * mm - points.width - left
        name = boxed(name_line(entry.name, high * 0.72), room, high, 6)
        draw_block(canvas, name, left, middle)
        if roomy:
            canvas.setFillColor(ink.faint)
            full = line(told, Voice.HEI, cell.height * 0.15)
            deed = boxed(full, right - left, cell.height * 0.3, 4)
            draw_block(canvas, deed, left, cell.bottom + cell.height * 0.2)
        canvas.setStrokeColor(self.look.table.rule)
        canvas.setLineWidth(0.3)
        canvas.line(cell.left + 1 * mm, cell.bottom, right, cell.bottom)
