"""Tiny fonts for tests, as if they lay among those of the system: one square for each character.

The square's left edge tells the fonts apart.
"""

from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

EM = 1000


def small_font(signs: str, left: int, *, family: str = "Trial", cff: bool = False) -> TTFont:
    """A font of 1000 units to the em with a square for every sign, from ``left`` to 900."""
    names = {ord(sign): f"u{ord(sign):X}" for sign in signs}
    glyphs = [".notdef", *names.values()]
    builder = FontBuilder(EM, isTTF=not cff)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap(names)
    if cff:
        shapes = {name: _square(T2CharStringPen(EM, None), left) for name in glyphs}
        strings = {name: pen.getCharString() for name, pen in shapes.items()}
        builder.setupCFF(family, {"FullName": family}, strings, {})
    else:
        builder.setupGlyf({name: _square(TTGlyphPen(None), left).glyph() for name in glyphs})
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (EM, left)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    return builder.font


def _square(pen: Any, left: int) -> Any:
    pen.moveTo((left, 0))
    for corner in ((left, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen


def save_collection(path: Path, *fonts: TTFont) -> None:
    """Write several fonts into one file, as Debian and Windows ship theirs."""
    collection = TTCollection()
    collection.fonts = list(fonts)
    collection.save(path)
