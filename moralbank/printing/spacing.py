"""The spaces inside a line that nobody types: where Chinese meets Latin, and between two marks.

A full-width mark fills half of its square and leaves the other half blank. Where two marks stand
side by side, print shops take one of the blank halves away (W3C, Requirements for Chinese Text
Layout, "Punctuation Width Adjustment"), and they part Chinese from letters and figures. Both are
drawn, not typed: whoever copies the text gets it as it was written.
"""

import re
from collections.abc import Iterator

MEETING = 0.095
"""Space between a Chinese character and a letter or a figure, as a part of the size.

As wide as it may be: from a tenth on, readers of PDF take it for a space that was typed (poppler
from 0.1, pdf.js from 0.102). The letters' own sides make it look like an eighth or more.
"""
CLOSING_UP = 0.48
"""What two neighbouring marks lose, as a part of the size: the blank half of one of them, nearly.

At a whole half poppler takes the second mark for the beginning of another line.
"""
HALF = 0.5
"""The blank half of a full-width mark, as a part of the size."""
HANGING = "，。、；：）》」』】〉"
"""Marks whose right half is blank; at the end of a line it may lie in the margin."""
OPENING = "（《「『【〈"
"""Marks whose left half is blank; at the beginning of a line it may lie in the margin."""

_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LATIN = r"A-Za-z0-9À-ɏ"
_MEETS = re.compile(rf"(?<=[{_HAN}])(?=[{_LATIN}])|(?<=[{_LATIN}%])(?=[{_HAN}])")
_MARKS = re.compile(
    rf"(?<=[{HANGING}])(?=[{HANGING}{OPENING}“‘”’])|(?<=[{OPENING}“‘])(?=[{OPENING}])"
)
_SEAM = re.compile(f"{_MEETS.pattern}|{_MARKS.pattern}")


def pieces(text: str) -> Iterator[tuple[str, float]]:
    """Yield ``text`` cut at its seams, each piece with the space before it (a part of the size).

    A negative space pulls the piece to the left. The first piece has none.
    """
    start, before = 0, 0.0
    for seam in _SEAM.finditer(text):
        yield text[start : seam.start()], before
        start = seam.start()
        before = MEETING if _MEETS.match(text, start) else -CLOSING_UP
    yield text[start:], before
