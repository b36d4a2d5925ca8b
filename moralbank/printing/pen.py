"""Lines written straight as PDF operators, for what comes by the thousand: cards, labels.

reportlab's own text objects format and remember much that a card doesn't need; that takes longer
than everything else about a line.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from reportlab.pdfbase import pdfmetrics

from moralbank.printing.lines import Line, Run

Placed = tuple[Line, float, float]
"""A line, and where it begins on its baseline, in points."""


class Pen:
    """Writes into one canvas."""

    def __init__(self, canvas: Any) -> None:
        """Write into ``canvas``, in whichever fill colour it has."""
        self._canvas = canvas

    def write(self, lines: Iterable[Placed]) -> None:
        """Write lines, all in one text object; on paper they look as ``Line.draw`` has them.

        A line with a character that no font of ours has is left to that.
        """
        written: list[str] = []
        for words, x, y in lines:
            if any(run.outline for run in words.runs):
                words.draw(self._canvas, x, y)
            else:
                written.extend(self._pieces(words, x, y))
        self._canvas._code.append(f"BT {' '.join(written)} ET")  # noqa: SLF001 - see the module

    def _pieces(self, words: Line, x: float, y: float) -> Iterator[str]:
        """Yield a line's operators: its place, and each run behind the one before."""
        left, tracking = x - words.pull * words.size, words.tracking
        if tracking:
            yield f"{tracking:.3f} Tc"
        for place, run in enumerate(words.runs):
            if run.before or not place:
                yield f"1 0 0 1 {left + run.before * words.size:.2f} {y:.2f} Tm"
            yield self._shown(run, words.size * run.scale)
            if len(words.runs) > 1:
                left += run.advance * words.size + tracking * len(run.text)
        if tracking:
            yield "0 Tc"

    def _shown(self, run: Run, size: float) -> str:
        """Return what shows a run; a font of many characters is several fonts to a PDF."""
        font = pdfmetrics.getFont(run.voice.font_name)
        document = self._canvas._doc  # noqa: SLF001 - fonts are numbered by document
        escape = self._canvas._escape  # noqa: SLF001
        return " ".join(
            f"{font.getSubsetInternalName(subset, document)} {size:.2f} Tf ({escape(codes)}) Tj"
            for subset, codes in font.splitString(run.text, document)
        )
