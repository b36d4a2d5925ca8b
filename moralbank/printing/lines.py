"""One composed line: pieces of text in their voices, its width, and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from moralbank.printing import fonts
from moralbank.printing.spacing import HALF, HANGING, OPENING

if TYPE_CHECKING:
    from moralbank.printing.fonts import Voice
    from moralbank.printing.outline import Outline

_CAP_HEIGHT = 0.76
"""Height of a Chinese character's ink above the baseline, as a part of its size."""
_MOST_TRACKING = 0.1
"""The widest space between two characters that fills a line up, as a part of the size."""
_FULL_WIDTH = 0.9


@dataclass(frozen=True)
class Run:
    """A piece of text in one voice, or one character that is drawn as an ``outline``.

    ``scale`` is its size beside that of its line; ``before`` the space before it, as a part of
    the line's size (see ``spacing``).
    """

    voice: Voice
    text: str
    scale: float = 1.0
    before: float = 0.0
    outline: Outline | None = None

    @cached_property
    def advance(self) -> float:
        """The width with the space before it, in a line of one point."""
        return self.before + self.scale * self._own_width

    @property
    def _own_width(self) -> float:
        return self.outline.advance if self.outline else fonts.width(self.voice, self.text, 1)

    def follows(self, before: Run) -> bool:
        """Tell whether this piece goes on where ``before`` ends, in the same writing."""
        same = self.voice is before.voice and self.scale == before.scale
        return same and not self.before and self.outline is before.outline is None


@dataclass(frozen=True)
class Line:
    """One line of text at ``size`` points; ``gaps`` are the characters that no voice has.

    ``tracking`` is the space after each character in points. ``pull`` and ``hang`` are the parts
    of the size by which a mark's blank half stands out at the left and at the right end.
    """

    runs: tuple[Run, ...]
    size: float
    gaps: tuple[str, ...] = ()
    tracking: float = 0.0
    pull: float = 0.0
    hang: float = 0.0

    @property
    def text(self) -> str:
        """The characters as they are printed."""
        return "".join(run.text for run in self.runs)

    @property
    def width(self) -> float:
        """The width of the ink and the spaces between, in points."""
        advance = sum(run.advance for run in self.runs) - self.pull - self.hang
        return advance * self.size + self._tracked(len(self.text) - 1)

    @property
    def centre_drop(self) -> float:
        """How far the baseline lies below the middle of the characters, in points."""
        return self.size * (_CAP_HEIGHT / 2 - 0.02)

    def at(self, size: float) -> Line:
        """Return the same line at another size, its tracking in proportion."""
        tracking = self.tracking * size / self.size
        return Line(self.runs, size, self.gaps, tracking, self.pull, self.hang)

    def filled(self, width: float) -> Line:
        """Return the line set a little wider, so that it ends flush at ``width`` points.

        A line with so few characters that it would be torn open stays as it is.
        """
        seams = len(self.text) - 1
        more = (width - self.width) / seams if seams > 0 else 0
        if not 0 < more <= _MOST_TRACKING * self.size:
            return self
        return replace(self, tracking=self.tracking + more)

    def draw(self, canvas: Any, x: float, y: float) -> None:
        """Write the line from ``x``, on the baseline ``y``."""
        left = x - self.pull * self.size
        start = 0
        for place, run in enumerate(self.runs):
            if run.outline is not None:
                left = self._write(canvas, self.runs[start:place], left, y)
                run.outline.draw(canvas, left + run.before * self.size, y, self.size * run.scale)
                left += run.advance * self.size + self.tracking
                start = place + 1
        self._write(canvas, self.runs[start:] if start else self.runs, left, y)

    def _write(self, canvas: Any, runs: Sequence[Run], left: float, y: float) -> float:
        """Write pieces that have fonts; return where they end."""
        if not runs:
            return left
        pen = canvas.beginText(left + runs[0].before * self.size, y)
        if self.tracking:
            pen.setCharSpace(self.tracking)
        for place, run in enumerate(runs):
            if run.before and place:
                pen.setTextOrigin(left + run.before * self.size, y)
            pen.setFont(run.voice.font_name, self.size * run.scale)
            pen.textOut(run.text)
            left += run.advance * self.size + self._tracked(len(run.text))
        if self.tracking:
            pen.setCharSpace(0)
        canvas.drawText(pen)
        return left

    def _tracked(self, seams: int) -> float:
        return self.tracking * max(seams, 0)

    def draw_centred(self, canvas: Any, x: float, y: float) -> None:
        """Write the line with its middle at ``x``."""
        self.draw(canvas, x - self.width / 2, y)

    def draw_right(self, canvas: Any, x: float, y: float) -> None:
        """Write the line so that it ends at ``x``."""
        self.draw(canvas, x - self.width, y)


def signs_of(line: Line) -> Iterator[Run]:
    """Yield the line's characters one by one; a character's pinyin is one of them."""
    for run in line.runs:
        if run.outline or run.scale != 1:
            yield run
            continue
        before = run.before
        for sign in run.text:
            yield _sign(run.voice, sign, before)
            before = 0.0


@lru_cache(maxsize=8192)
def _sign(voice: Voice, text: str, before: float) -> Run:
    """Return one character; kept with its width, since few make up all texts of a village."""
    return Run(voice, text, before=before)


def from_signs(signs: Sequence[Run], like: Line) -> Line:
    """Return a line of these characters, in all else like another; no space is before its first."""
    runs: list[list[Run]] = []
    for sign in signs:
        if runs and sign.follows(runs[-1][-1]):
            runs[-1].append(sign)
        else:
            runs.append([sign])
    joined = tuple(_joined(run, first=not place) for place, run in enumerate(runs))
    return Line(joined, like.size, like.gaps, like.tracking)


def _joined(signs: Sequence[Run], *, first: bool) -> Run:
    head, text = signs[0], "".join([sign.text for sign in signs])
    return Run(head.voice, text, head.scale, 0.0 if first else head.before, head.outline)


def may_hang(sign: Run) -> float:
    """Return how much of a sign may lie in the right margin, as a part of the size."""
    return HALF if sign.text in HANGING and _is_square(sign) else 0.0


def may_pull(sign: Run) -> float:
    """Return how much of a sign may lie in the left margin, as a part of the size."""
    return HALF if sign.text in OPENING and _is_square(sign) else 0.0


def _is_square(sign: Run) -> bool:
    return sign.advance - sign.before >= _FULL_WIDTH
