"""Text that fits: it shrinks, then wraps, then ends in an ellipsis; it never leaves its box.

And text that shows: a character missing in one voice is written in the next of its chain, then
as a font of the system draws it (``outline``); one that is nowhere becomes □, with its pinyin
beside it in a name, and is reported in ``gaps``.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, groupby, takewhile
from typing import TYPE_CHECKING, Any

from moralbank.printing import fonts
from moralbank.printing.breaking import BREAKS_AFTER, DOT, ROUNDING, Breakable, filled
from moralbank.printing.fonts import Voice
from moralbank.printing.lines import Line, Run, from_signs, signs_of
from moralbank.printing.spacing import pieces
from moralbank.readings import toned

if TYPE_CHECKING:
    from moralbank.printing.outline import Outline

__all__ = [
    "ELLIPSIS",
    "GAP",
    "LEADING",
    "Line",
    "Run",
    "boxed",
    "clean",
    "draw_block",
    "draw_block_centred",
    "line",
    "name_line",
    "shrunk",
    "title_line",
    "title_voice",
    "unprintable",
    "wrapped",
]

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
LEADING = 1.14
"""Distance between the baselines of a block, as a part of its size."""
_SPACES = re.compile(r"[^\S\u3000]+")
"""Any space but the full-width one, with which Chinese text is arranged."""
_CLEAN = re.compile(r"[\u4e00-\u9fff\w·，。：；（）+-]*", re.ASCII)
"""What most texts consist of, and what needs no cleaning."""
_STEP = 0.96
_SURELY = 1 - 1e-9
"""Makes up for rounding where a text is told to be too wide for a box without a trial."""
_WHOLE = 0.7
"""How much smaller a name may be so that its parts stay whole."""


def clean(text: str) -> str:
    """Return ``text`` with single spaces and without characters that have no shape.

    Names copied from office files carry line ends, zero-width spaces and variation selectors.
    """
    if _CLEAN.fullmatch(text):
        return text
    spaced = _SPACES.sub(" ", text).strip()
    return "".join(sign for sign in spaced if not _is_shapeless(sign))


def _is_shapeless(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs"} or "VARIATION SELECTOR" in (
        unicodedata.name(sign, "")
    )


def line(
    text: str,
    voice: Voice,
    size: float,
    *,
    tracking: float = 0.0,
    spell: bool = False,
    spaced: bool = True,
) -> Line:
    """Return ``text`` in ``voice`` at ``size`` points, with spare voices where it has gaps.

    ``tracking`` is the extra space between two characters, in points; ``spell`` puts the pinyin
    beside a character that no voice has. ``spaced`` sets Chinese apart from letters and figures
    and closes up neighbouring marks (see ``spacing``); text with a ``tracking`` needs neither.
    """
    seams = spaced and not tracking
    runs, gaps = _compose(clean(text), (voice, *_SPARE[voice]), spell=spell, spaced=seams)
    return Line(runs, size, gaps, tracking)


def name_line(name: str, size: float) -> Line:
    """Return a person's name, Kai → Song → Hei → an outline of the system → □ with pinyin.

    The line's ``gaps`` tell which characters could not be printed, so that a clerk is warned.
    """
    runs, gaps = _compose(clean(name), NAME_CHAIN, spell=True, spaced=False)
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
    """Return the characters of ``name`` that no font has; ``rare`` warns a clerk about them."""
    return name_line(name, 1).gaps


def shrunk(full: Line, width: float, least: float) -> Line:
    """Return ``full`` shrunk to ``width`` points, but no smaller than ``least`` points.

    What is still too long at ``least`` loses its end to an ellipsis.
    """
    natural = full.width
    if natural <= width:
        return full
    fitting = full.at(max(min(least, full.size), full.size * width / natural))
    return fitting if fitting.width <= width + ROUNDING else _cut(fitting, width)


def boxed(full: Line, width: float, height: float, least: float) -> tuple[Line, ...]:
    """Return ``full`` as the lines that fill a box of ``width`` × ``height`` points best.

    The size is the largest, from that of ``full`` down to ``least``, at which the text fits on
    one line or several, ``LEADING`` apart; what is still too long ends in an ellipsis. A name
    of several parts is written a little smaller where this keeps its parts whole.
    """
    if full.size > least and full.width <= width and full.size * LEADING <= height:
        return (full,)
    text = Breakable(full)
    size, starts = _largest(text, width, height, least)
    if starts:
        return text.lines(_balanced(text, starts, size, width), size)
    most = max(1, int(height / (least * LEADING)))
    lines = text.lines(text.breaks(least, width), least)[: most - 1]
    return (*lines, _cut(_after(full.at(least), lines), width))


def _largest(
    text: Breakable, width: float, height: float, least: float
) -> tuple[float, list[int] | None]:
    """Return the size that fills a box best, and the breaks there; None where none fits."""
    torn: tuple[float, list[int]] | None = None
    size = text.full.size
    while size > max(least, torn[0] * _WHOLE if torn else 0):
        starts = _fitting(text, size, width, height)
        if starts:
            if DOT not in text.full.text or text.ends_in(starts, DOT):
                return size, starts
            torn = torn or (size, starts)
        size *= _STEP
    return torn or (least, _fitting(text, least, width, height))


def _fitting(text: Breakable, size: float, width: float, height: float) -> list[int] | None:
    """Return the breaks of lines that fit into a box at ``size``; None where they don't."""
    most = int((height + ROUNDING) / (size * LEADING))
    # What is wider than all lines of the box together needs no trial.
    if most * (width + ROUNDING) < size * text.least * _SURELY:
        return None
    starts = text.breaks(size, width, most=most)
    fits = len(starts) <= most and text.widest(starts, size) <= width + ROUNDING
    return starts if fits else None


def wrapped(
    full: Line, width: float, *, indent: float = 0.0, flush: bool = False
) -> tuple[Line, ...]:
    """Return ``full`` at its own size as the lines it takes, each at most ``width`` points wide.

    The first line leaves ``indent`` points free. Every line is filled; numbers stay whole, a mark
    hangs at the line's end rather than begin the next. With ``flush``, all lines but the last end
    at one edge.
    """
    return filled(full, width, indent, flush=flush)


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


def _balanced(text: Breakable, starts: list[int], size: float, width: float) -> list[int]:
    """Break ``text`` anew, at the narrowest width that needs no more lines than ``starts``.

    Widths at which the lines end at a comma or a middle dot are preferred.
    """
    count = len(starts)
    if count == 1:
        return starts
    narrowing = (text.breaks(size, width * share / 20, most=count) for share in range(20, 9, -1))
    tries = list(takewhile(lambda tried: len(tried) == count, narrowing))
    well_broken = [tried for tried in tries if text.ends_in(tried, BREAKS_AFTER)]
    return (well_broken or tries)[-1]


@lru_cache(maxsize=4096)
def _compose(
    text: str, chain: Sequence[Voice], *, spell: bool, spaced: bool
) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """Return the runs of ``text``, and the characters that no font has."""
    cut = pieces(text) if spaced else ((text, 0.0),)
    runs = [run for piece, before in cut for run in _runs(piece, before, chain, spell=spell)]
    if fonts.covers(chain[0], text):
        return tuple(runs), ()
    return tuple(runs), tuple(sign for sign in text if _is_gap(sign, chain))


def _runs(text: str, before: float, chain: Sequence[Voice], *, spell: bool) -> Iterator[Run]:
    """Yield ``text`` in as many runs as it needs voices, with the space ``before`` the first."""
    if text and fonts.covers(chain[0], text):
        yield Run(chain[0], text, before=before)
        return
    for voice, group in groupby(text, key=lambda sign: _voice_for(sign, chain)):
        written = "".join(group)
        made = [Run(voice, written)] if voice else _runs_without_voice(written, chain, spell=spell)
        for run in made:
            yield replace(run, before=before) if before else run
            before = 0.0


def _voice_for(sign: str, chain: Sequence[Voice]) -> Voice | None:
    return next((voice for voice in chain if fonts.covers(voice, sign)), None)


def _is_gap(sign: str, chain: Sequence[Voice]) -> bool:
    return _voice_for(sign, chain) is None and _outline_of(sign) is None


def _runs_without_voice(missing: str, chain: Sequence[Voice], *, spell: bool) -> Iterator[Run]:
    for sign in missing:
        outline = _outline_of(sign)
        if outline:
            yield Run(Voice.HEI, sign, outline=outline)
            continue
        yield Run(Voice.HEI, GAP)
        sound = toned(sign) if spell else ""
        if sound:
            yield Run(chain[0], sound, _PINYIN_SCALE)


def _outline_of(sign: str) -> "Outline | None":
    # Loaded here since it takes a moment and almost no name needs it.
    from moralbank.printing.outline import outline_of  # noqa: PLC0415

    return outline_of(sign)


def _after(full: Line, lines: Sequence[Line]) -> Line:
    """Return what of ``full`` is left after its first ``lines``."""
    taken = sum(1 for part in lines for _sign in signs_of(part))
    return from_signs(list(signs_of(full))[taken:], full)


def _cut(full: Line, width: float) -> Line:
    if full.width <= width:
        return full
    signs = list(signs_of(full))
    dots = Run(Voice.HEI, ELLIPSIS)
    ends = accumulate(sign.advance * full.size + full.tracking * len(sign.text) for sign in signs)
    room = width - dots.advance * full.size + ROUNDING
    del signs[max((place for place, end in enumerate(ends, start=1) if end <= room), default=0) :]
    while signs and from_signs([*signs, dots], full).width > width:
        signs.pop()
    return from_signs([*signs, dots], full)
