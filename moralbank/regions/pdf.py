"""Places of villages on paper: the frame, head and foot of boards around a table of villages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from moralbank.boards.layout import PADDING, Box, Layout, layout_of
from moralbank.boards.pdf import composed_poster
from moralbank.boards.remarks import Remarks, draw_vacancy
from moralbank.boards.sheets import BoardSheet
from moralbank.boards.styles import STYLES, Look
from moralbank.boards.surround import draw_field
from moralbank.i18n import _
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import Paper, mm
from moralbank.printing.table import Align, Column, Table
from moralbank.printing.text import Line, line, name_line
from moralbank.regions.sheets import RankingLine, RankingSheet

_RANK, _COUNT, _SUM, _VALUE, _MARK = 13 * mm, 13.5 * mm, 17 * mm, 20 * mm, 19 * mm
_TOWN: Final = 25 * mm
_MEDALLED: Final = 3
_MEDAL: Final = 0.44
"""A medal's radius, as a part of its row's height."""
_MOST_ROW: Final = 12 * mm
_SMALL_PRINT: Final = 5.6
"""Size of the marks, in points on A4: read only by who wants to prove something."""


def ranking(shown: RankingSheet, *, paper: Paper, plain: bool) -> bytes:
    """Return the sheet as a PDF poster on upright paper; villages flow onto further sheets.

    ``plain`` uses black alone.
    """
    look = STYLES["plain" if plain else "festive"]
    layout = layout_of(paper)
    assert isinstance(layout, Layout), "villages stand on upright paper"  # noqa: S101
    board = _framed(shown)
    return composed_poster(board, _Composed(shown, board, look, layout), look, paper)


def _framed(shown: RankingSheet) -> BoardSheet:
    """What head and foot of a board say of it."""
    return BoardSheet(
        title=shown.title,
        village=shown.region.removesuffix(shown.office) + shown.office,
        organisation=shown.office,
        period=shown.period,
        subject=_("村"),
        entries=(),
        couplet=("", ""),
        contact=_("每村右边的小字是它当日的账尾，在该村“总账”里能查到。"),
        issued_on=shown.day,
        public_url=None,
        ledger_mark="",
        rule=shown.rule,
    )


@dataclass(frozen=True)
class _Field:
    """A column, and what of a line stands in it."""

    column: Column
    cell: Callable[[RankingLine], str]


@dataclass(frozen=True)
class _Composed:
    """The table on the sheets of a layout."""

    shown: RankingSheet
    board: BoardSheet
    look: Look
    layout: Layout

    @property
    def sheets(self) -> int:
        """How many sheets the villages take."""
        return len(self._pages)

    def draw_furniture(self, canvas: Any) -> None:
        """Draw the field, and the rule at its foot."""
        draw_field(canvas, self.look.field, self.layout.body, doubled=True)
        self._remarks.draw(canvas)

    def draw_sheet(self, canvas: Any, number: int) -> None:
        """Draw the villages of one sheet."""
        lines, inner, rows = self._pages[number], self._inner, self.layout.rows
        if not lines:
            draw_vacancy(canvas, self.look, self.layout.body)
            return
        height = min(_MOST_ROW, (inner.height - rows.head) / self._row_count)
        self._table.draw_head(canvas, inner.top, rows.head)
        for place, one in enumerate(lines):
            top = inner.top - rows.head - place * height
            cells = [field.cell(one) for field in self._fields]
            self._table.draw_row(canvas, cells, top, height, striped=place % 2 == 0)
            if one.rank <= _MEDALLED:
                middle = self._table.x + _RANK / 2
                self.look.medal(canvas, one.rank, middle, top - height / 2, height * _MEDAL)

    @cached_property
    def _remarks(self) -> Remarks:
        return Remarks(self.board, self.look, self.layout.body.within(PADDING))

    @property
    def _inner(self) -> Box:
        return self._remarks.left_over

    @cached_property
    def _row_count(self) -> int:
        """How many rows the fullest sheet has: all sheets have the same rows."""
        return max(len(page) for page in self._pages)

    @cached_property
    def _pages(self) -> list[Sequence[RankingLine]]:
        rows, lines = self.layout.rows, self.shown.lines
        most = int((self._inner.height - rows.head) / rows.usual)
        sheets = max(1, -(-len(lines) // most))
        each = max(1, -(-len(lines) // sheets))
        return [lines[start : start + each] for start in range(0, max(1, len(lines)), each)]

    @cached_property
    def _table(self) -> Table:
        columns = tuple(field.column for field in self._fields)
        return Table(columns, x=self._inner.left, ink=self.look.table)

    @cached_property
    def _fields(self) -> tuple[_Field, ...]:
        return tuple(self._columns())

    def _columns(self) -> Iterator[_Field]:
        counts = 3 * _COUNT + _SUM + _VALUE + _MARK + _RANK
        town = _TOWN if self.shown.has_towns else 0
        name = self._inner.width - counts - town
        # The first three bear a medal in place of the figure.
        yield _Field(
            Column(_("名次"), _RANK, _bold, Align.CENTRE),
            lambda one: "" if one.rank <= _MEDALLED else str(one.rank),
        )
        yield _Field(
            Column(_("村"), name, name_line, share=0.62, wraps=True), lambda one: one.village
        )
        if town:
            yield _Field(
                Column(_("乡镇"), town, _regular, share=0.4, wraps=True), lambda one: one.town
            )
        yield _Field(_counted(_("户数"), _COUNT), lambda one: str(one.households))
        yield _Field(_counted(_("参与户"), _COUNT), lambda one: str(one.earning))
        yield _Field(_counted(_("好事"), _COUNT), lambda one: str(one.deeds))
        yield _Field(_counted(_("入账（分）"), _SUM), lambda one: f"{one.points:,}")
        yield _Field(
            Column(self.shown.measure, _VALUE, _bold, Align.RIGHT, 0.6, accented=True),
            lambda one: one.value,
        )
        yield _Field(Column(_("账尾"), _MARK, _small, Align.RIGHT), lambda one: one.mark)


def _counted(title: str, width: float) -> Column:
    return Column(title, width, _regular, Align.RIGHT, 0.44)


def _regular(text: str, size: float) -> Line:
    return line(text, Voice.HEI, size)


def _bold(text: str, size: float) -> Line:
    return line(text, Voice.HEI_BOLD, size)


def _small(text: str, size: float) -> Line:
    return line(text, Voice.HEI, min(size, _SMALL_PRINT))
