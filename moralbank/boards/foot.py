"""The foot of a poster: its code, whom to ask, who issued it and when, place for the seal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from moralbank.boards.layout import Box, Foot
from moralbank.boards.sheets import BoardSheet
from moralbank.boards.styles import Look
from moralbank.boards.surround import draw_field
from moralbank.i18n import _
from moralbank.printing import numerals, ornament, qr
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.text import Line, boxed, draw_block, line, shrunk

_PARTS: Final = re.compile(r"[\n\u3000]+")
"""What separates the parts of a contact: a line end or a full-width space."""
_SIDE: Final = 5 * mm
_CODE_SIDE: Final = 2 * mm
_BASE: Final = 2 * mm
"""From the field's edge up to the smallest line: the ledger's mark and the number of the sheet."""
_STEP: Final = 5.4 * mm
_SIGNATURE: Final = 12.8 * mm
_SEAL_GAP: Final = 2.5 * mm
_MOST_SEAL_MARGIN, _LEAST_SEAL_SIDE = 5 * mm, 1.4 * mm


@dataclass(frozen=True)
class Colophon:
    """The foot of a board; ``seal`` is the diameter of the seal's place in points."""

    board: BoardSheet
    look: Look
    foot: Foot
    seal: float

    def draw(self, canvas: Any) -> None:
        """Draw everything that all sheets share."""
        draw_field(canvas, self.look.field, self.foot.box)
        x, y = self.seal_place
        faint = self.look.field.faint
        ornament.draw_seal_place(
            canvas, x, y, self.seal, _("盖章处"), colour=self.look.seal, label_colour=faint
        )
        if self.board.public_url:
            self._draw_code(canvas, self.board.public_url)
        canvas.setFillColor(self.look.field.text)
        self._draw_told(canvas)
        self._draw_signature(canvas)
        canvas.setFillColor(faint)
        left = self.foot.box.left + _SIDE
        mark = line(self.board.ledger_mark, Voice.HEI, 6 * self._type)
        fitting = shrunk(mark, (self._words.right - left) * 0.6, 3)
        fitting.draw(canvas, left, self.foot.box.bottom + _BASE)

    def draw_sheet_number(self, canvas: Any, number: int, total: int) -> None:
        """Write which of several sheets this is."""
        canvas.setFillColor(self.look.field.faint)
        words = _("第 %(number)s 张，共 %(total)s 张", number=number, total=total)
        full = line(words, Voice.HEI, 7 * self._type)
        full.draw_right(canvas, self._words.right, self.foot.box.bottom + _BASE)

    @cached_property
    def seal_place(self) -> tuple[float, float]:
        """The middle of the seal's place: at the right end, low where the seal is small."""
        box = self.foot.box
        margin = min(_MOST_SEAL_MARGIN, max((box.height - self.seal) / 2, 0))
        reach = self.seal / 2
        return box.right - max(_LEAST_SEAL_SIDE, margin) - reach, box.bottom + margin + reach

    @property
    def _type(self) -> float:
        return self.foot.enlarged

    @cached_property
    def _words(self) -> Box:
        """The box of everything that is written between the code and the seal's place."""
        box = self.foot.box
        coded = bool(self.board.public_url)
        return Box(
            box.left + (_CODE_SIDE + self.foot.code if coded else _SIDE),
            box.bottom + _BASE + 3 * mm * self._type,
            self.seal_place[0] - self.seal / 2 - _SEAL_GAP,
            box.top - 3 * mm,
        )

    def _draw_code(self, canvas: Any, address: str) -> None:
        box, side = self.foot.box, self.foot.code
        # Above the ledger's mark, whose line may be longer than the code is wide.
        low = box.bottom + max((box.height - side) / 2, _BASE + 2.5 * mm * self._type)
        qr.draw(canvas, address, box.left + _CODE_SIDE, low, side / mm)

    def _draw_told(self, canvas: Any) -> None:
        """Write what the code is for, until when to object, whom to ask, each on its own line."""
        told, words = tuple(self._told()), self._words
        if not told:
            return
        room = words.height - _SIGNATURE * self._type
        step = min(_STEP * self._type, room / len(told))
        for number, full in enumerate(told):
            lines = boxed(full, words.width, step * 0.98, 4.5)
            draw_block(canvas, lines, words.left, words.top - step * (number + 0.5))

    def _told(self) -> Iterator[Line]:
        if self.board.public_url:
            yield line(_("扫码在手机上看本榜"), Voice.HEI_BOLD, 11 * self._type)
        if self.board.notice:
            yield line(self.board.notice, Voice.HEI_BOLD, 10 * self._type)
        for part in _PARTS.split(self.board.contact):
            if part.strip():
                yield line(part, Voice.HEI, 9.5 * self._type)

    def _draw_signature(self, canvas: Any) -> None:
        """Write who issued the board and when, beside the place of the seal."""
        words, size = self._words, self._type
        # One line, however small: broken, a village's name falls apart (羊圈湾村村 / 民委员会).
        organisation = line(self.board.organisation, Voice.SONG, 14 * size, tracking=0.6 * size)
        fitting = shrunk(organisation, words.width, 6.5)
        fitting.draw_right(canvas, words.right, words.bottom + 8 * mm * size)
        date = numerals.formal_date(self.board.issued_on, arabic=self.board.arabic_dates)
        day = shrunk(line(date, Voice.KAI, 12.5 * size), words.width, 6)
        day.draw_right(canvas, words.right, words.bottom + 1.8 * mm * size)
