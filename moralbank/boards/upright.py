"""A board on upright sheets: the first three above, the table of the rest below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from moralbank.boards.layout import PADDING, STRIP_GAP, Box, Layout
from moralbank.boards.podium import draw_podium, photos_of
from moralbank.boards.ranktable import RankTable
from moralbank.boards.remarks import Remarks, draw_vacancy
from moralbank.boards.sheets import BoardEntry, BoardSheet
from moralbank.boards.styles import Look
from moralbank.boards.surround import draw_couplet, draw_field, has_couplet
from moralbank.printing.sheet import mm

_HONOURS_GAP: Final = 2.5 * mm


@dataclass(frozen=True)
class Upright:
    """A board composed for a ``layout``."""

    board: BoardSheet
    look: Look
    layout: Layout

    @property
    def sheets(self) -> int:
        """How many sheets the board takes."""
        return len(self._rows)

    def draw_furniture(self, canvas: Any) -> None:
        """Draw couplet, panel and remarks."""
        body, strip = self.layout.body, self.layout.strip
        right = Box(body.right - strip, body.bottom, body.right, body.top)
        left = Box(body.left, body.bottom, body.left + strip, body.top)
        draw_couplet(canvas, self.board, self.look, right, left)
        draw_field(canvas, self.look.field, self._panel, doubled=True)
        self._remarks.draw(canvas)

    def draw_sheet(self, canvas: Any, number: int) -> None:
        """Draw the names of one sheet."""
        rows, top = self._rows[number], self._inner.top
        honoured = self.board.honoured if number == 0 else ()
        if not honoured and not rows:
            draw_vacancy(canvas, self.look, self._panel)
            return
        if honoured:
            height = self._honours_height(len(rows))
            if not rows:
                top = self._inner.middle + height / 2
            box = Box(self._inner.left, top - height, self._inner.right, top)
            draw_podium(canvas, self.board, honoured, self.look, box, photos=self._photos)
            top -= height + _HONOURS_GAP
        if rows:
            inner = self._inner
            self._table.draw(canvas, rows, Box(inner.left, inner.bottom, inner.right, top))

    @cached_property
    def _panel(self) -> Box:
        """The field between the couplet's lines."""
        body = self.layout.body
        return body.within(self.layout.strip + STRIP_GAP if has_couplet(self.board) else 0, 0)

    @cached_property
    def _remarks(self) -> Remarks:
        return Remarks(self.board, self.look, self._panel.within(PADDING))

    @property
    def _inner(self) -> Box:
        return self._remarks.left_over

    @cached_property
    def _table(self) -> RankTable:
        inner = self._inner
        return RankTable(self.board, self.look, self.layout.rows, inner.left, inner.width)

    @cached_property
    def _photos(self) -> tuple[Any | None, ...]:
        return photos_of(self.board.honoured, self.look, self.layout.honours.dots)

    @cached_property
    def _rows(self) -> list[Sequence[BoardEntry]]:
        """The rows of each sheet's table."""
        rest = self.board.rest
        room = self._inner.height
        taken = self._least_honours + _HONOURS_GAP if self.board.honoured else 0
        first = self._table.holds(room - taken, self.layout.rows.least)
        if len(rest) > first:
            first = self._table.holds(room - taken, self.layout.rows.usual)
        later = self._table.holds(room, self.layout.rows.usual)
        starts = range(first, len(rest), later)
        return [rest[:first], *(rest[start : start + later] for start in starts)]

    @property
    def _least_honours(self) -> float:
        honours = self.layout.honours
        return honours.least_pictured if self._photos else honours.least

    def _honours_height(self, rows: int) -> float:
        """The height left for the first three above a table of so many rows."""
        room, most = self._inner.height, self.layout.honours.most
        if not rows:
            return min(room, most)
        table = self._table.height(rows, self.layout.rows.most) + _HONOURS_GAP
        return max(self._least_honours, min(most, room - table))
