"""Text that stands: the two lines of a couplet."""

import unicodedata
from typing import Any

from moralbank.printing.fonts import Voice
from moralbank.printing.text import clean, line, shrunk

LOOSEST, TIGHTEST = 1.55, 1.06
"""Bounds of the distance between two characters, as a part of their size."""


def spoken(text: str) -> str:
    """Return ``text`` without punctuation and spaces, which a hung couplet does not have."""
    return "".join(sign for sign in clean(text) if unicodedata.category(sign)[0] not in "PZ")


def draw_column(
    canvas: Any, text: str, voice: Voice, *, axis: float, bottom: float, top: float, size: float
) -> None:
    """Write ``text`` from top to bottom, each character centred on the ``axis``.

    The characters are at most ``size`` points high, and smaller where ``text`` is long; they
    stand in the middle between ``bottom`` and ``top``.
    """
    signs = spoken(text)
    if not signs:
        return
    room = (top - bottom) / len(signs)
    fitting = min(size, room / TIGHTEST)
    pitch = min(room, fitting * LOOSEST)
    centre = (top + bottom) / 2 + pitch * (len(signs) - 1) / 2
    for place, sign in enumerate(signs):
        glyph = shrunk(line(sign, voice, fitting), fitting * TIGHTEST, 1)
        glyph.draw_centred(canvas, axis, centre - place * pitch - glyph.centre_drop)
