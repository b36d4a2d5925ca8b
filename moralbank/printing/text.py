"""Text that fits: it shrinks, then wraps, then ends in an ellipsis; it never leaves its box.

And text that shows: a character missing in one voice is written in the next of its chain; one
that no voice has becomes □, with its pinyin beside it in a name, and is reported in ``gaps``.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, takewhile
from typing import Any

from moralbank.printing import fonts
from moralbank.printing.fonts import Voice

GAP = "□"
ELLIPSIS = "…"
NAME_CHAIN = (Voice.KAI, Voice.SONG, Voice.HEI)
"""A person's name: Kai first, since it is the most beautiful and has the most characters."""

_TITLE_VOICES = (Voice.BRUSH, Voice.SONG, Voice.KAI)
_SPARE = {
    Voice.BRUSH: (Voice.KAI, Voice.HEI),
    Voice.SONG: (Voice.HEI_BOLD, Voice.KAI),
    Voice.KAI: (Voice.SONG, Voice.HEI),
    Voice.HEI: (Voice.KAI,),
    Voice.HEI_BOLD: (Voice.HEI, Voice.KAI),
}
_PINYIN_SCALE = 0.5
_BREAKS_AFTER = "·，；。、　 "
_NO_LINE_START = "，。、；：？！）》」』】”’…·%℃"
_NO_LINE_END = "（《「『【“‘"
LEADING = 1.14
"""Distance between the baselines of a block, as a part of its size."""
_SPACES = re.compile(r"[^\S\u3000]+")
"""Any space but the full-width one, with which Chinese text is arranged."""
_STEP = 0.96
_ROUNDING = 1e-6
_CAP_HEIGHT = 0.76
"""Height of a Chinese character's ink above the baseline, as a part of its size."""


@dataclass(frozen=True)
class Run:
    """A piece of text in one voice; ``scale`` is its size beside that of its line."""

    voice: Voice
    text: str
    scale: float = 1.0


@dataclass(frozen=True)
class Line:
    """One line of text at ``size`` points; ``gaps`` are the characters that no voice has."""

    runs: tuple[Run, ...]
    size: float
    gaps: tuple[str, ...] = ()
    tracking: float = 0.0

    @property
    def text(self) -> str:
        """The characters as they are printed."""
        return "".join(run.text for run in self.runs)

    @property
    def width(self) -> float:
        """The width of the ink and the spaces between, in points."""
        advance = sum(fonts.width(run.voice, run.text, self.size * run.scale) for run in self.runs)
        return advance + self.tracking * max(len(self.text) - 1, 0)

    @property
    def centre_drop(self) -> float:
        """How far the baseline lies below the middle of the characters, in points."""
        return self.size * (_CAP_HEIGHT / 2 - 0.02)

    def at(self, size: float) -> "Line":
        """Return the same line at another size, its tracking in proportion."""
        return Line(self.runs, size, self.gaps, self.tracking * size / self.size)

    def draw(self, canvas: Any, x: float, y: float) -> None:
        """Write the line from ``x``, on the baseline ``y``."""
        pen = canvas.beginText(x, y)
        pen.setCharSpace(self.tracking)
        for run in self.runs:
            pen.setFont(run.voice.font_name, self.size * run.scale)
            pen.textOut(run.text)
        pen.setCharSpace(0)
        canvas.drawText(pen)

    def draw_centred(self, canvas: Any, x: float, y: float) -> None:
        """Write the line with its middle at ``x``."""
        self.draw(canvas, x - self.width / 2, y)

    def draw_right(self, canvas: Any, x: float, y: float) -> None:
        """Write the line so that it ends at ``x``."""
        self.draw(canvas, x - self.width, y)


def clean(text: str) -> str:
    """Return ``text`` with single spaces and without characters that have no shape.

    Names copied from office files carry line ends, zero-width spaces and variation selectors.
    """
    spaced = _SPACES.sub(" ", text).strip()
    return "".join(sign for sign in spaced if not _is_shapeless(sign))


def _is_shapeless(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs"} or "VARIATION SELECTOR" in (
        unicodedata.name(sign, "")
    )


def line(
    text: str, voice: Voice, size: float, *, tracking: float = 0.0, spell: bool = False
) -> Line:
    """Return ``text`` in ``voice`` at ``size`` points, with spare voices where it has gaps.

    ``tracking`` is the extra space between two characters, in points; ``spell`` puts the pinyin
    beside a character that no voice has.
    """
    runs, gaps = _compose(clean(text), (voice, *_SPARE[voice]), spell=spell)
    return Line(runs, size, gaps, tracking)


def name_line(name: str, size: float) -> Line:
    """Return a person's name, Kai → Song → Hei → □ with pinyin.

    The line's ``gaps`` tell which characters could not be printed, so that a clerk is warned.
    """
    runs, gaps = _compose(clean(name), NAME_CHAIN, spell=True)
    return Line(runs, size, gaps)


def title_line(text: str, size: float, *, tracking: float = 0.0) -> Line:
    """Return a title in the brush; with one character missing, the whole line changes voice."""
    return line(text, title_voice(text), size, tracking=tracking)


def title_voice(*texts: str) -> Voice:
    """Return the first of brush, Song and Kai that can write all the ``texts`` alone.

    The two lines of a couplet, or the characters of a title, must never differ in their writing.
    """
    whole = [clean(text) for text in texts]
    fitting = (voice for voice in _TITLE_VOICES if all(fonts.covers(voice, text) for text in whole))
    return next(fitting, Voice.SONG)


def unprintable(name: str) -> tuple[str, ...]:
    """Return the characters of ``name`` that no voice has; a roster import warns about them."""
    return name_line(name, 1).gaps


def shrunk(full: Line, width: float, least: float) -> Line:
    """Return ``full`` shrunk to ``width`` points, but no smaller than ``least`` points.

    What is still too long at ``least`` loses its end to an ellipsis.
    """
    natural = full.width
    if natural <= width:
        return full
    fitting = full.at(max(min(least, full.size), full.size * width / natural))
    return fitting if fitting.width <= width + _ROUNDING else _cut(fitting, width)


def boxed(full: Line, width: float, height: float, least: float) -> tuple[Line, ...]:
    """Return ``full`` as the lines that fill a box of ``width`` × ``height`` points best.

    The size is the largest, from that of ``full`` down to ``least``, at which the text fits on
    one line or several, ``LEADING`` apart; what is still too long ends in an ellipsis.
    """
    size = full.size
    while size > least:
        lines = _broken(full.at(size), width)
        if _fits(lines, width, height):
            return _balanced(lines, width)
        size *= _STEP
    lines = _broken(full.at(least), width)
    if _fits(lines, width, height):
        return _balanced(lines, width)
    most = max(1, int(height / (least * LEADING)))
    return (*lines[: most - 1], _cut(_joined(lines[most - 1 :]), width))


def wrapped(full: Line, width: float, *, indent: float = 0.0) -> tuple[Line, ...]:
    """Return ``full`` at its own size as the lines it takes, each at most ``width`` points wide.

    The first line leaves ``indent`` points free. Every line is filled; numbers stay whole.
    """
    first, *others = _broken(full, width, indent=indent, carry=_held)
    return (first, *map(_without_leading_space, others))


def draw_block(canvas: Any, lines: Sequence[Line], x: float, middle: float) -> None:
    """Write ``lines`` from ``x`` with the middle of the block at the height ``middle``."""
    for part, baseline in _baselines(lines, middle):
        part.draw(canvas, x, baseline)


def draw_block_centred(canvas: Any, lines: Sequence[Line], x: float, middle: float) -> None:
    """Write ``lines`` around the axis ``x`` with the middle of the block at ``middle``."""
    for part, baseline in _baselines(lines, middle):
        part.draw_centred(canvas, x, baseline)


def _baselines(lines: Sequence[Line], middle: float) -> Iterator[tuple[Line, float]]:
    leading = lines[0].size * LEADING
    top = middle + leading * (len(lines) - 1) / 2
    for number, part in enumerate(lines):
        yield part, top - number * leading - part.centre_drop


def _balanced(lines: tuple[Line, ...], width: float) -> tuple[Line, ...]:
    """Break the same text anew, at the narrowest width that needs no further line.

    Widths at which the lines end at a comma or a middle dot are preferred.
    """
    full, count = _joined(lines), len(lines)
    narrowing = (_broken(full, width * share / 20) for share in range(20, 9, -1))
    tries = list(takewhile(lambda tried: len(tried) == count, narrowing))
    well_broken = [tried for tried in tries if all(map(_ends_well, tried[:-1]))]
    return (well_broken or tries)[-1]


def _ends_well(part: Line) -> bool:
    return part.text[-1] in _BREAKS_AFTER


def _fits(lines: Sequence[Line], width: float, height: float) -> bool:
    widest = max(part.width for part in lines)
    tall = lines[0].size * LEADING * len(lines)
    return widest <= width + _ROUNDING and tall <= height + _ROUNDING


@lru_cache(maxsize=4096)
def _compose(
    text: str, chain: Sequence[Voice], *, spell: bool = False
) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    signs = [(sign, _voice_for(sign, chain)) for sign in text]
    runs: list[Run] = []
    for voice, group in groupby(signs, key=lambda pair: pair[1]):
        written = "".join(sign for sign, _voice in group)
        runs.extend([Run(voice, written)] if voice else _gap_runs(written, chain[0], spell=spell))
    return tuple(runs), tuple(sign for sign, voice in signs if voice is None)


def _voice_for(sign: str, chain: Sequence[Voice]) -> Voice | None:
    return next((voice for voice in chain if fonts.covers(voice, sign)), None)


def _gap_runs(missing: str, voice: Voice, *, spell: bool) -> Iterator[Run]:
    for sign in missing:
        yield Run(Voice.HEI, GAP)
        sound = _pinyin(sign) if spell else ""
        if sound:
            yield Run(voice, sound, _PINYIN_SCALE)


def _pinyin(sign: str) -> str:
    # Loaded here since it takes a moment and almost no name needs it.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    sound = lazy_pinyin(sign, style=Style.TONE, errors="ignore")
    return sound[0] if sound else ""


def _signs(full: Line) -> list[Run]:
    return [Run(run.voice, sign, run.scale) for run in full.runs for sign in run.text]


def _from_signs(signs: Sequence[Run], like: Line) -> Line:
    runs = tuple(
        Run(voice, "".join(sign.text for sign in group), scale)
        for (voice, scale), group in groupby(signs, key=lambda sign: (sign.voice, sign.scale))
    )
    return Line(runs, like.size, like.gaps, like.tracking)


def _joined(lines: Sequence[Line]) -> Line:
    return _from_signs([sign for part in lines for sign in _signs(part)], lines[0])


def _cut(full: Line, width: float) -> Line:
    if full.width <= width:
        return full
    signs = _signs(full)
    dots = Run(Voice.HEI, ELLIPSIS)
    while signs and _from_signs([*signs, dots], full).width > width:
        signs.pop()
    return _from_signs([*signs, dots], full)


def _broken(
    full: Line,
    width: float,
    *,
    indent: float = 0.0,
    carry: Callable[[list[Run], Run], list[Run]] | None = None,
) -> tuple[Line, ...]:
    """Break ``full`` greedily; ``carry`` says what of a full line begins the next one."""
    carry = carry or _carried
    if full.width <= width - indent:
        return (full,)
    lines: list[list[Run]] = [[]]
    for sign in _signs(full):
        room = width - indent if len(lines) == 1 else width
        if lines[-1] and _from_signs([*lines[-1], sign], full).width > room:
            lines.append(carry(lines[-1], sign))
        lines[-1].append(sign)
    return tuple(_from_signs(signs, full) for signs in lines)


def _without_leading_space(part: Line) -> Line:
    signs = _signs(part)
    return _from_signs(signs[1:], part) if signs[0].text == " " else part


def _carried(before: list[Run], sign: Run) -> list[Run]:
    """Take from the end of a full line what should begin the next one.

    Lines break after a middle dot or a comma where the second half of the line has one.
    """
    breaks = [place for place, run in enumerate(before) if run.text in _BREAKS_AFTER]
    if sign.text in _NO_LINE_START or not breaks or breaks[-1] < len(before) // 2:
        return _held(before, sign)
    return _taken(before, len(before) - breaks[-1] - 1)


def _held(before: list[Run], sign: Run) -> list[Run]:
    """Take what may not be parted from ``sign``: a word from its marks, a number's figures."""
    count = 0
    if sign.text in _NO_LINE_START:
        marks = takewhile(lambda run: run.text in _NO_LINE_START, reversed(before))
        count = sum(1 for _mark in marks) + 1
    elif _is_figure(sign):
        count = sum(1 for _run in takewhile(_is_figure, reversed(before)))
    if sign.text not in _NO_LINE_START and count < len(before):
        count += before[-1 - count].text in _NO_LINE_END
    return _taken(before, count if count < len(before) else 0)


def _is_figure(run: Run) -> bool:
    return run.text.isascii() and (run.text.isalnum() or run.text in ".-:")


def _taken(before: list[Run], count: int) -> list[Run]:
    tail = before[len(before) - count :]
    del before[len(before) - count :]
    return tail
