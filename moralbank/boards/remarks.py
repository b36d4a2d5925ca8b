"""What a poster says about itself: what it corrects, how places were decided, that it is empty."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from moralbank.boards.layout import Box
from moralbank.boards.sheets import BoardSheet
from moralbank.boards.styles import Look
from moralbank.i18n import _
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.text import (
    LEADING,
    Line,
    boxed,
    draw_block,
    draw_block_centred,
    line,
    shrunk,
    title_line,
)

_GAP: Final = 2.5 * mm
_EDGE: Final = 1.6 * mm
_MOST_CORRECTION, _MOST_RULE = 14 * mm, 11 * mm


@dataclass(frozen=True)
class Remarks:
    """The remarks of a board at the upper and the lower edge of ``box``."""

    board: BoardSheet
    look: Look
    box: Box

    @property
    def left_over(self) -> Box:
        """What of the box is left between them."""
        box = self.box
        top = box.top - (self._correction_height + _GAP if self._correction else 0)
        bottom = box.bottom + (_height(self._rule) + _GAP / 2 if self._rule else 0)
        return Box(box.left, bottom, box.right, top)

    def draw(self, canvas: Any) -> None:
        """Draw the correction in a frame above, the rule in small type below."""
        box = self.box
        if self._correction:
            self._draw_correction(canvas)
        if self._rule:
            canvas.setFillColor(self.look.field.faint)
            middle = box.bottom - _EDGE + _height(self._rule) / 2
            draw_block(canvas, self._rule, box.left, middle)

    @cached_property
    def _correction(self) -> tuple[Line, ...]:
        if not self.board.correction:
            return ()
        full = line(self.board.correction, Voice.HEI_BOLD, 12)
        return boxed(full, self.box.width - 6 * mm, _MOST_CORRECTION, 5)

    @property
    def _correction_height(self) -> float:
        return _height(self._correction) + 2 * _EDGE

    @cached_property
    def _rule(self) -> tuple[Line, ...]:
        if not self.board.rule:
            return ()
        return boxed(line(self.board.rule, Voice.HEI, 7), self.box.width, _MOST_RULE, 4.4)

    def _draw_correction(self, canvas: Any) -> None:
        height, ink = self._correction_height, self.look.field
        bottom = self.box.top - height
        canvas.setStrokeColor(ink.accent)
        canvas.setLineWidth(1.2)
        canvas.roundRect(self.box.left, bottom, self.box.width, height, 1.2 * mm, stroke=1, fill=0)
        canvas.setFillColor(ink.accent)
        draw_block_centred(canvas, self._correction, self.box.centre, bottom + height / 2)


def _height(lines: tuple[Line, ...]) -> float:
    return len(lines) * lines[0].size * LEADING


def draw_vacancy(canvas: Any, look: Look, box: Box) -> None:
    """Say in ``box`` that nobody stands on the board yet."""
    if look.table.stripe is not None:
        canvas.setFillColor(look.table.stripe)
        mark = title_line("善", min(300, box.height * 0.7))
        mark.draw_centred(canvas, box.centre, box.middle - mark.centre_drop)
    canvas.setFillColor(look.field.accent)
    heading = shrunk(line(_("本期暂无上榜"), Voice.SONG, 30, tracking=4), box.width * 0.94, 12)
    heading.draw_centred(canvas, box.centre, box.middle + 3 * mm)
    canvas.setFillColor(look.field.faint)
    words = line(_("榜上留位，静候好人好事"), Voice.KAI, 16, tracking=2)
    shrunk(words, box.width * 0.94, 8).draw_centred(canvas, box.centre, box.middle - 10 * mm)
