"""Charts that a village meeting reads at once: a gauge, bars side by side, a line over months.

Each is drawn once, as a reportlab ``Drawing`` 360 units wide, and goes onto paper (``place``) and
onto the screen (``svg``). Dark and light tell everything that colour does: most village printers
are black and white.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import cos, pi, sin
from typing import Any, Final

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import (
    ArcPath,
    Circle,
    Drawing,
    Line,
    Polygon,
    PolyLine,
    Rect,
    Shape,
    String,
)
from reportlab.lib.colors import Color, HexColor

from moralbank.i18n import _
from moralbank.printing import palette
from moralbank.printing.fonts import Voice
from moralbank.printing.svg import svg
from moralbank.printing.text import line, shrunk

__all__ = ["Bar", "Part", "Point", "gauge", "lines", "place", "stacked", "svg"]

WIDTH: Final = 360
"""Width of every drawing: that of a phone, so that its text of 11 units is read there."""
FULL: Final = 100
"""Cover at which every yuan owed has a yuan behind it, in percent."""
TIGHT: Final = 120
"""Cover below which it is called tight, in percent."""

_SMALL, _TEXT, _LARGE = 10.5, 12.5, 30.0
_GAUGE_END: Final = 200
_GAUGE_HIGH: Final = 206
_OUTER, _INNER = 138.0, 94.0
_HUB: Final = 48.0
_HAND: Final = 0.055
"""Half the width of the hand's foot, as a part of its length."""
_ZONES: Final = (HexColor("#CE7A66"), HexColor("#F0D08C"), HexColor("#E6F0E5"))
"""Short, tight, enough: from dark to light, in print as well, and never too dark for words."""
_WARNING: Final = HexColor("#8F1117")
_TONES: Final = (
    (HexColor("#5E9A70"), HexColor("#A9CBB1"), HexColor("#DCEADD"), HexColor("#F5F9F4")),
    (HexColor("#B9534A"), HexColor("#DB9A86"), HexColor("#F1CFC0"), HexColor("#FBF0EA")),
)
"""Tones of a bar's parts from dark to light: what is there, and what is owed."""
_BAR_HIGH, _TITLE_HIGH, _LEGEND_HIGH, _BAR_GAP = 24.0, 22.0, 19.0, 16.0
_LINES_HIGH: Final = 200
_LINES_LEFT, _LINES_RIGHT, _LINES_BOTTOM, _LINES_TOP = 38.0, 350.0, 26.0, 180.0
_LINES_MOST: Final = 300
_LINES_STEP: Final = 50


@dataclass(frozen=True)
class Part:
    """A part of a bar: ``value`` is its length in any unit, ``text`` how it is written."""

    label: str
    value: int
    text: str


@dataclass(frozen=True)
class Bar:
    """A bar made of parts; ``text`` is how their sum is written."""

    label: str
    text: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Point:
    """A value over its label, in percent; None leaves a gap."""

    label: str
    value: int | None


def gauge(ratio: int | None, verdict: str) -> Drawing:
    """Return cover as a half circle with a hand, 0 to 200 % (more points at its end).

    ``ratio`` is in percent, None where nothing is owed; ``verdict`` is one word under it.
    """
    drawing = Drawing(WIDTH, _GAUGE_HIGH)
    bounds = (0, FULL, TIGHT, _GAUGE_END)
    words = (_("不够"), _("紧"), _("够"))
    for word, tone, start, end in zip(words, _ZONES, bounds, bounds[1:], strict=False):
        drawing.add(_zone(start, end, tone))
        x, y = _on_gauge((start + end) / 2, (_OUTER + _INNER) / 2)
        _write(drawing, word, x, y - _TEXT / 2 + 2, _TEXT, anchor="middle")
    for mark, anchor in zip(bounds, ("end", "middle", "start", "start"), strict=True):
        x, y = _on_gauge(mark, _OUTER + 7)
        _write(drawing, _("%(n)s%%", n=mark), x, y, _SMALL, anchor=anchor)
    if ratio is not None:
        _point_hand(drawing, ratio)
    shown = verdict if ratio is None else _("%(n)s%%　%(word)s", n=ratio, word=verdict)
    _write(drawing, shown, WIDTH / 2, 5, _LARGE, bold=True, anchor="middle")
    return drawing


def _on_gauge(percent: float, radius: float) -> tuple[float, float]:
    angle = pi * (1 - min(max(percent, 0), _GAUGE_END) / _GAUGE_END)
    return WIDTH / 2 + radius * cos(angle), _HUB + radius * sin(angle)


def _zone(start: int, end: int, tone: Color) -> Shape:
    first, last = (180 - 180 * mark / _GAUGE_END for mark in (end, start))
    ring = ArcPath(fillColor=tone, strokeColor=palette.INK, strokeWidth=0.8)
    ring.addArc(WIDTH / 2, _HUB, _OUTER, first, last, moveTo=True)
    ring.addArc(WIDTH / 2, _HUB, _INNER, first, last, reverse=True)
    ring.closePath()
    return ring


def _point_hand(drawing: Drawing, ratio: int) -> None:
    """Draw the hand from its hub into the ring, short of the words."""
    tip_x, tip_y = _on_gauge(ratio, _INNER + 5)
    across, up = (tip_y - _HUB) * _HAND, (WIDTH / 2 - tip_x) * _HAND
    corners = [WIDTH / 2 + across, _HUB + up, tip_x, tip_y, WIDTH / 2 - across, _HUB - up]
    drawing.add(Polygon(corners, fillColor=palette.INK, strokeColor=None))
    drawing.add(Circle(WIDTH / 2, _HUB, 9, fillColor=palette.INK, strokeColor=None))


def stacked(bars: Sequence[Bar]) -> Drawing:
    """Return bars under one another in one scale, each with its parts and sums written out.

    The first bar is green (what is there), the others red (what is owed).
    """
    heights = [_TITLE_HIGH + _BAR_HIGH + _LEGEND_HIGH * len(bar.parts) + 6 for bar in bars]
    drawing = Drawing(WIDTH, sum(heights) + _BAR_GAP * (len(bars) - 1) + 2)
    longest = max([1, *(sum(part.value for part in bar.parts) for bar in bars)])
    top = drawing.height
    for number, (bar, height) in enumerate(zip(bars, heights, strict=True)):
        _stack(drawing, bar, top, (WIDTH - 2) / longest, _TONES[min(number, 1)])
        top -= height + _BAR_GAP
    return drawing


def _stack(
    drawing: Drawing, bar: Bar, top: float, per_value: float, tones: Sequence[Color]
) -> None:
    base = top - _TITLE_HIGH + 7
    _write(drawing, bar.label, 1, base, _TEXT, bold=True)
    _write(drawing, bar.text, WIDTH - 1, base, _TEXT, bold=True, anchor="end")
    left, bottom = 1.0, top - _TITLE_HIGH - _BAR_HIGH
    drawing.add(Line(1, bottom - 1, 1, bottom + _BAR_HIGH + 1, strokeColor=palette.INK))
    for number, part in enumerate(bar.parts):
        tone = tones[min(number, len(tones) - 1)]
        length = part.value * per_value
        if length > 0:
            drawing.add(_box(left, bottom, length, _BAR_HIGH, tone))
            left += length
        line_base = bottom - _LEGEND_HIGH * (number + 1) + 2
        drawing.add(_box(1, line_base - 1, 11, 11, tone))
        _write(drawing, part.label, 18, line_base, _TEXT, room=WIDTH * 0.62)
        _write(drawing, part.text, WIDTH - 1, line_base, _TEXT, anchor="end")


def _box(x: float, y: float, width: float, height: float, tone: Color) -> Rect:
    return Rect(x, y, width, height, fillColor=tone, strokeColor=palette.INK, strokeWidth=0.7)


def lines(points: Sequence[Point], *, level: int = FULL) -> Drawing:
    """Return values over time in percent; ``level`` is a line that they should stay above.

    Above 300 % they stand at the upper edge, their true value beside them.
    """
    drawing = Drawing(WIDTH, _LINES_HIGH)
    values = [point.value for point in points if point.value is not None]
    most = min(_LINES_MOST, max([level, *values]))
    end = max(2 * level, -(-most // _LINES_STEP) * _LINES_STEP)
    _draw_scale(drawing, end, level)
    spots = list(_spots(points, end))
    for known, run in groupby(spots, key=lambda spot: spot[2] is not None):
        corners = [edge for x, y, _value in run for edge in (x, y)]
        if known and len(corners) > 2:  # noqa: PLR2004 - a line has two ends
            drawing.add(PolyLine(corners, strokeColor=palette.INK, strokeWidth=2))
    for place_of, (x, y, value) in enumerate(spots):
        _write(drawing, points[place_of].label, x, 8, _SMALL * 0.9, anchor="middle")
        if value is not None:
            fill = _WARNING if value < level else palette.WHITE
            drawing.add(Circle(x, y, 4, fillColor=fill, strokeColor=palette.INK, strokeWidth=1.5))
            around = [points[near].value for near in _around(place_of, len(points))]
            _write_value(drawing, x, y, value, around, short=value < level)
    return drawing


def _around(number: int, count: int) -> tuple[int, int]:
    """Return the places before and behind a point; its own at an end."""
    return max(number - 1, 0), min(number + 1, count - 1)


def _write_value(
    drawing: Drawing, x: float, y: float, value: int, around: Sequence[int | None], *, short: bool
) -> None:
    """Write a point's value where the line doesn't run."""
    before, after = (value if near is None else near for near in around)
    if short or (before > value < after):
        place_x, place_y, anchor = x, y - 15, "middle"
    elif before > value:
        place_x, place_y, anchor = x + 3, y + 6, "start"
    elif after > value:
        place_x, place_y, anchor = x - 3, y + 6, "end"
    else:
        place_x, place_y, anchor = x, y + 8, "middle"
    _write(drawing, str(value), place_x, place_y, _SMALL * 0.9, anchor=anchor, bold=short)


def _spots(points: Sequence[Point], end: int) -> Iterator[tuple[float, float, int | None]]:
    """Yield where each point stands: x, y and its value."""
    pitch = (_LINES_RIGHT - _LINES_LEFT) / max(len(points), 1)
    for number, point in enumerate(points):
        height = (_LINES_TOP - _LINES_BOTTOM) * min(max(point.value or 0, 0), end) / end
        yield _LINES_LEFT + (number + 0.5) * pitch, _LINES_BOTTOM + height, point.value


def _draw_scale(drawing: Drawing, end: int, level: int) -> None:
    for mark in range(0, end + 1, _LINES_STEP if end <= 2 * level else 2 * _LINES_STEP):
        y = _LINES_BOTTOM + (_LINES_TOP - _LINES_BOTTOM) * mark / end
        wanted = mark == level
        rule = Line(_LINES_LEFT, y, _LINES_RIGHT, y, strokeColor=palette.GREY, strokeWidth=0.4)
        if wanted:
            rule.strokeColor, rule.strokeWidth, rule.strokeDashArray = _WARNING, 1.4, (5, 3)
        drawing.add(rule)
        label = _("%(n)s%%", n=mark)
        _write(drawing, label, _LINES_LEFT - 5, y - 4, _SMALL * 0.9, anchor="end", bold=wanted)


def _write(
    drawing: Drawing,
    text: str,
    x: float,
    y: float,
    size: float,
    *,
    bold: bool = False,
    anchor: str = "start",
    room: float = WIDTH,
) -> None:
    """Write ``text`` from, around or up to x; a run in another voice is placed on its own."""
    words = shrunk(line(text, Voice.HEI_BOLD if bold else Voice.HEI, size), room, size * 0.6)
    if len(words.runs) == 1:
        drawing.add(_string(x, y, words.text, words.runs[0].voice, words.size, anchor))
        return
    left = x - words.width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    for run in words.runs:
        part = line(run.text, run.voice, words.size * run.scale)
        drawing.add(_string(left, y, run.text, run.voice, part.size, "start"))
        left += part.width


def _string(x: float, y: float, text: str, voice: Voice, size: float, anchor: str) -> String:
    return String(
        x,
        y,
        text,
        fontName=voice.font_name,
        fontSize=size,
        fillColor=palette.INK,
        textAnchor=anchor,
    )


def place(drawing: Drawing, canvas: Any, x: float, top: float, width: float) -> float:
    """Draw on paper, ``width`` points wide, downwards from ``top``; return the height it took."""
    scale = width / drawing.width
    height = float(drawing.height * scale)
    canvas.saveState()
    canvas.translate(x, top - height)
    canvas.scale(scale, scale)
    renderPDF.draw(drawing, canvas, 0, 0)
    canvas.restoreState()
    return height
