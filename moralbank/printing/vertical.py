"""Text that stands: the two lines of a couplet, a title from top to bottom.

A couplet hangs without punctuation. Where a column has any, it is written as upright text writes
it (W3C, Requirements for Chinese Text Layout, "Vertical Writing Mode"): brackets and dashes are
turned, commas and full stops move to the upper right, up to two figures or one letter stand
upright, longer ones are turned.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moralbank.printing.fonts import Voice
from moralbank.printing.spacing import HALF, HANGING, OPENING
from moralbank.printing.text import Line, clean, line, shrunk

LOOSEST, TIGHTEST = 1.3, 1.06
"""Bounds of the distance between two characters, as a part of their size."""
_BRACKETS = OPENING + "）》〉」』】“”‘’"
_STROKES = "—…～–-"
_MOVED = "，。、"
_SHORT = 0.5
"""The height of a mark's place, as a part of that of a character."""
_MOVE = 0.55
"""How far a comma or a full stop goes right and up from where a level line has it."""
_UPRIGHT_FIGURES = 2
_CELL = re.compile(r"—+|…+|[A-Za-z]+(?:[ '-][A-Za-z]+)*|[0-9]+(?:[.:-][0-9]+)*%?|.", re.DOTALL)


@dataclass(frozen=True)
class _Cell:
    """What stands in one place of a column; ``height`` is a part of a character's place.

    ``aside`` and ``rise`` move it along and across its own line, as parts of its size.
    """

    glyphs: Line
    height: float
    turned: bool = False
    aside: float = 0.0
    rise: float = 0.0

    def draw(self, canvas: Any, axis: float, centre: float) -> None:
        """Draw with the middle of the place at ``axis`` and ``centre``."""
        x, y = self.aside * self.glyphs.size, self.rise * self.glyphs.size
        canvas.saveState()
        canvas.translate(axis, centre)
        if self.turned:
            canvas.rotate(-90)
        self.glyphs.draw_centred(canvas, x, y - self.glyphs.centre_drop)
        canvas.restoreState()


def spoken(text: str) -> str:
    """Return ``text`` without punctuation and spaces, which a hung couplet does not have."""
    return "".join(sign for sign in clean(text) if unicodedata.category(sign)[0] not in "PZ")


def draw_column(
    canvas: Any,
    text: str,
    voice: Voice,
    *,
    axis: float,
    bottom: float,
    top: float,
    size: float,
    marks: bool = False,
) -> None:
    """Write ``text`` from top to bottom, each character centred on the ``axis``.

    The characters are at most ``size`` points high, and smaller where ``text`` is long; they
    stand in the middle between ``bottom`` and ``top``. Punctuation is left out, as couplets have
    none, unless ``marks`` asks for it.
    """
    said = clean(text) if marks else spoken(text)
    places = sum(cell.height for cell in _cells(said, voice, 1))
    if not places:
        return
    room = (top - bottom) / places
    fitting = min(size, room / TIGHTEST)
    pitch = min(room, fitting * LOOSEST)
    upper = (top + bottom) / 2 + pitch * places / 2
    for cell in _cells(said, voice, fitting):
        cell.draw(canvas, axis, upper - pitch * cell.height / 2)
        upper -= pitch * cell.height


def _cells(text: str, voice: Voice, size: float) -> Iterator[_Cell]:
    for part in _CELL.findall(text):
        glyphs = line(part, voice, size, spaced=False)
        if part in _BRACKETS:
            yield _Cell(glyphs, _SHORT, turned=True, aside=_middle_of_ink(part))
        elif part in _MOVED:
            yield _Cell(glyphs, _SHORT, aside=_MOVE, rise=_MOVE - (1 - _SHORT) / 2)
        elif _stands_upright(part):
            yield _Cell(shrunk(glyphs, size * TIGHTEST, 1e-3), 1)
        else:
            yield _Cell(glyphs, max(glyphs.width / size, 1), turned=True)


def _middle_of_ink(mark: str) -> float:
    """Return how far a bracket moves, so that its ink lies in the middle of its half place."""
    if mark in OPENING:
        return -HALF / 2
    return HALF / 2 if mark in HANGING else 0.0


def _stands_upright(part: str) -> bool:
    if part[0] in _STROKES:
        return False
    return len(part) == 1 or (part.isdecimal() and len(part) <= _UPRIGHT_FIGURES)
