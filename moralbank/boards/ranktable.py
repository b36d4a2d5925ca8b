"""The table of everybody after the first: place, name, group, deed, points."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any, Final

from moralbank.boards.layout import Box, Rows
from moralbank.boards.sheets import BoardEntry, BoardSheet, figure_format
from moralbank.boards.styles import Look
from moralbank.i18n import _
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.table import CELL_PADDING, Align, Column, Table
from moralbank.printing.text import Line, line, name_line, shrunk

_RANK: Final = 12 * mm
_NAME: Final = 29 * mm
_GROUP: Final = 15 * mm
_LEAST_POINTS, _MOST_POINTS = 15 * mm, 27 * mm
_FIGURE_SIZE: Final = 12.0
_BLOCK_GAP: Final = 5 * mm
_MANY: Final = 8
"""From more entries on, a board without deeds stands in two blocks side by side."""
_USUAL_DEED, _LEAST_DEED = 8.4, 5.6


@dataclass(frozen=True)
class _Field:
    """A column, and what of an entry stands in it."""

    column: Column
    cell: Callable[[BoardEntry], str]


@dataclass(frozen=True)
class RankTable:
    """The table of a board, in a box ``width`` points wide from ``left``."""

    board: BoardSheet
    look: Look
    rows: Rows
    left: float
    width: float

    @cached_property
    def blocks(self) -> int:
        """How many tables stand side by side."""
        return 1 if self._deeds or len(self.board.entries) <= _MANY else 2

    @cached_property
    def _deeds(self) -> bool:
        return any(entry.deed for entry in self.board.entries)

    @cached_property
    def _groups(self) -> bool:
        return any(entry.group for entry in self.board.entries)

    @cached_property
    def _figures(self) -> str:
        return figure_format(self.board.entries)

    def holds(self, room: float, height: float) -> int:
        """How many rows of this ``height`` fit into ``room``, the head included."""
        return max(1, int((room - self.rows.head) / height)) * self.blocks

    def height(self, count: int, row: float) -> float:
        """The height of a table of so many entries."""
        return self.rows.head + ceil(count / self.blocks) * row

    def draw(self, canvas: Any, entries: Sequence[BoardEntry], box: Box) -> None:
        """Draw a table of ``entries`` that fills ``box``, as far as rows may grow."""
        each = ceil(len(entries) / self.blocks)
        row = min(self.rows.most, (box.height - self.rows.head) / each)
        fields = tuple(self._fields(self._deed_size(entries, row)))
        width = self._block_width + _BLOCK_GAP
        for block in range(self.blocks):
            table = Table(
                tuple(field.column for field in fields),
                x=self.left + block * width,
                ink=self.look.table,
            )
            table.draw_head(canvas, box.top, self.rows.head)
            for number, entry in enumerate(entries[block * each : (block + 1) * each]):
                cells = [field.cell(entry) for field in fields]
                top = box.top - self.rows.head - number * row
                table.draw_row(canvas, cells, top, row, striped=number % 2 == 0)

    @property
    def _block_width(self) -> float:
        return (self.width - _BLOCK_GAP * (self.blocks - 1)) / self.blocks

    @cached_property
    def _points_width(self) -> float:
        texts = {self._amount(entry) for entry in self.board.entries}
        widest = max((line(text, Voice.HEI_BOLD, _FIGURE_SIZE).width for text in texts), default=0)
        return max(_LEAST_POINTS, min(_MOST_POINTS, widest + 2 * CELL_PADDING))

    @property
    def _rest(self) -> float:
        """The width that is left for the deeds, or, without any, for the names."""
        taken = _RANK + self._points_width + (_GROUP if self._groups else 0)
        return self._block_width - taken - (_NAME if self._deeds else 0)

    def _amount(self, entry: BoardEntry) -> str:
        return format(entry.points, self._figures)

    def _deed_size(self, entries: Sequence[BoardEntry], row: float) -> float:
        """The size at which all deeds of the sheet fit one line, so that no row looks smaller.

        A few very long deeds don't make the others small: they alone are broken or shrunk.
        """
        usual = row * 0.5
        if not self._deeds:
            return usual
        room = self._rest - 2 * CELL_PADDING
        fitting = (shrunk(line(entry.deed, Voice.HEI, usual), room, 1).size for entry in entries)
        return max(min(fitting), min(usual, _USUAL_DEED))

    def _fields(self, deed_size: float) -> Iterator[_Field]:
        def deed(text: str, size: float) -> Line:
            return line(text, Voice.HEI, min(size, deed_size))

        name = _NAME if self._deeds else self._rest
        yield _Field(Column(_("名次"), _RANK, _bold, Align.CENTRE), lambda entry: str(entry.rank))
        yield _Field(
            Column(self.board.subject, name, name_line, share=0.7, wraps=True),
            lambda entry: entry.name,
        )
        if self._groups:
            yield _Field(Column(_("小组"), _GROUP, _regular), lambda entry: entry.group)
        if self._deeds:
            yield _Field(
                Column(_("主要事迹"), self._rest, deed, wraps=True, least=_LEAST_DEED),
                lambda entry: entry.deed,
            )
        heading = self.board.measure
        if self.board.unit == _("元"):
            heading = _("%(measure)s（元）", measure=heading)
        yield _Field(
            Column(heading, self._points_width, _bold, Align.RIGHT, 0.58, accented=True),
            self._amount,
        )


def _regular(text: str, size: float) -> Line:
    return line(text, Voice.HEI, size)


def _bold(text: str, size: float) -> Line:
    return line(text, Voice.HEI_BOLD, size)
