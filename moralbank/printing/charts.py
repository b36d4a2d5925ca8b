"""Charts that a village meeting reads at once: a gauge, bars side by side, a line over months.

Each is a reportlab ``Drawing`` of a ``Size`` and goes onto paper (``place``) and onto the screen
(``svg``). Dark and light tell everything that colour does: most village printers are black and
white.
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

__all__ = [
    "NARROW",
    "WIDE",
    "Bar",
    "Part",
    "Point",
    "Size",
    "gauge",
    "lines",
    "place",
    "stacked",
    "svg",
    "write",
]

FULL: Final = 100
"""Cover at which every yuan owed has a yuan behind it, in percent."""
TIGHT: Final = 120
"""Cover below which it is called tight, in percent."""

_GAUGE_END: Final = 200
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
_LINES_BOTTOM, _LINES_TOP = 26.0, 180.0
_LINES_MOST: Final = 600
_STEPS: Final = (50, 100)
"""The scale's steps: the first up to twice the level, the second beyond."""
_ANCHORS: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""How much of a text's width stands before the place that it is written at."""


@dataclass(frozen=True)
class Size:
    """How wide a drawing is, and the sizes of its letters and of its gauge, in its own units."""

    width: int
    small: float
    text: float
    large: float
    outer: float
    inner: float

    @property
    def middle(self) -> float:
        """Its axis."""
        return self.width / 2


WIDE: Final = Size(360, small=10.5, text=12.5, large=30, outer=138, inner=94)
"""For paper and for screens on which a unit is more than a pixel."""
NARROW: Final = Size(290, small=12.5, text=13, large=28, outer=102, inner=66)
"""For phones: a unit is about a pixel there, and no letter is smaller than 12."""


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


def gauge(ratio: int | None, verdict: str, size: Size = WIDE) -> Drawing:
    """Return cover as a half circle with a hand, 0 to 200 % (more points at its end).

    ``ratio`` is in percent, None where nothing is owed; ``verdict`` is one word under it.
    """
    drawing = Drawing(size.width, _HUB + size.outer + 8 + size.small)
    bounds = (0, FULL, TIGHT, _GAUGE_END)
    words = (_("不够"), _("紧"), _("够"))
    for word, tone, start, end in zip(words, _ZONES, bounds, bounds[1:], strict=False):
        drawing.add(_zone(size, start, end, tone))
        x, y = _on_gauge(size, (start + end) / 2, (size.outer + size.inner) / 2)
        write(drawing, word, x, y - size.text / 2 + 2, size.text, anchor="middle")
    for mark, anchor in zip(bounds, ("end", "middle", "start", "start"), strict=True):
        x, y = _on_gauge(size, mark, size.outer + 7)
        write(drawing, _("%(n)s%%", n=mark), x, y, size.small, anchor=anchor)
    if ratio is not None:
        _point_hand(drawing, size, ratio)
    shown = verdict if ratio is None else _("%(n)s%%　%(word)s", n=ratio, word=verdict)
    write(drawing, shown, size.middle, 5, size.large, bold=True, anchor="middle")
    return drawing


def _on_gauge(size: Size, percent: float, radius: float) -> tuple[float, float]:
    angle = pi * (1 - min(max(percent, 0), _GAUGE_END) / _GAUGE_END)
    return size.middle + radius * cos(angle), _HUB + radius * sin(angle)


def _zone(size: Size, start: int, end: int, tone: Color) -> Shape:
    first, last = (180 - 180 * mark / _GAUGE_END for mark in (end, start))
    ring = ArcPath(fillColor=tone, strokeColor=palette.INK, strokeWidth=0.8)
    ring.addArc(size.middle, _HUB, size.outer, first, last, moveTo=True)
    ring.addArc(size.middle, _HUB, size.inner, first, last, reverse=True)
    ring.closePath()
    return ring


def _point_hand(drawing: Drawing, size: Size, ratio: int) -> None:
    """Draw the hand from its hub into the ring, short of the words."""
    hub = size.middle
    tip_x, tip_y = _on_gauge(size, ratio, size.inner + 5)
    across, up = (tip_y - _HUB) * _HAND, (hub - tip_x) * _HAND
    corners = [hub + across, _HUB + up, tip_x, tip_y, hub - across, _HUB - up]
    drawing.add(Polygon(corners, fillColor=palette.INK, strokeColor=None))
    drawing.add(Circle(hub, _HUB, 9, fillColor=palette.INK, strokeColor=None))


def stacked(bars: Sequence[Bar], size: Size = WIDE) -> Drawing:
    """Return bars under one another in one scale, each with its parts and sums written out.

    The first bar is green (what is there), the others red (what is owed).
    """
    heights = [_TITLE_HIGH + _BAR_HIGH + _LEGEND_HIGH * len(bar.parts) + 6 for bar in bars]
    drawing = Drawing(size.width, sum(heights) + _BAR_GAP * (len(bars) - 1) + 2)
    longest = max([1, *(sum(part.value for part in bar.parts) for bar in bars)])
    top = drawing.height
    for number, (bar, height) in enumerate(zip(bars, heights, strict=True)):
        _stack(drawing, size, bar, top, (size.width - 2) / longest, _TONES[min(number, 1)])
        top -= height + _BAR_GAP
    return drawing


def _stack(
    drawing: Drawing,
    size: Size,
    bar: Bar,
    top: float,
    per_value: float,
    tones: Sequence[Color],
) -> None:
    base = top - _TITLE_HIGH + 7
    write(drawing, bar.label, 1, base, size.text, bold=True)
    write(drawing, bar.text, size.width - 1, base, size.text, bold=True, anchor="end")
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
        end = write(drawing, part.text, size.width - 1, line_base, size.text, anchor="end")
        room = size.width - 18 - end - 8
        write(drawing, part.label, 18, line_base, size.text, room=room)


def _box(x: float, y: float, width: float, height: float, tone: Color) -> Rect:
    return Rect(x, y, width, height, fillColor=tone, strokeColor=palette.INK, strokeWidth=0.7)


def lines(points: Sequence[Point], *, level: int = FULL, size: Size = WIDE) -> Drawing:
    """Return values over time in percent; ``level`` is a line that they should stay above.

    Above 600 % they stand at the upper edge. A value or a label that would run into another is
    left out, never the last one's.
    """
    drawing = Drawing(size.width, _LINES_HIGH)
    values = [point.value for point in points if point.value is not None]
    highest = max([level, *values])
    step = _STEPS[highest > 2 * level]
    end = max(2 * level, -(-min(_LINES_MOST, highest) // step) * step)
    left = 2.9 * size.small + 8
    _draw_scale(drawing, size, left, end, step, level, over=highest > end)
    spots = list(_spots(points, left, size.width - 10, end))
    _draw_line(drawing, spots, level)
    _label(drawing, size, points, spots)
    _write_values(drawing, size, spots, level)
    return drawing


@dataclass(frozen=True)
class _Spot:
    """Where a point stands, and its value."""

    x: float
    y: float
    value: int | None


def _spots(points: Sequence[Point], left: float, right: float, end: int) -> Iterator[_Spot]:
    pitch = (right - left) / max(len(points), 1)
    for number, point in enumerate(points):
        height = (_LINES_TOP - _LINES_BOTTOM) * min(max(point.value or 0, 0), end) / end
        yield _Spot(left + (number + 0.5) * pitch, _LINES_BOTTOM + height, point.value)


def _draw_line(drawing: Drawing, spots: Sequence[_Spot], level: int) -> None:
    for known, run in groupby(spots, key=lambda spot: spot.value is not None):
        corners = [edge for spot in run for edge in (spot.x, spot.y)]
        if known and len(corners) > 2:  # noqa: PLR2004 - a line has two ends
            drawing.add(PolyLine(corners, strokeColor=palette.INK, strokeWidth=2))
    for spot in spots:
        if spot.value is not None:
            fill = _WARNING if spot.value < level else palette.WHITE
            ring = Circle(spot.x, spot.y, 4, fillColor=fill, strokeColor=palette.INK)
            ring.strokeWidth = 1.5
            drawing.add(ring)


def _label(drawing: Drawing, size: Size, points: Sequence[Point], spots: Sequence[_Spot]) -> None:
    """Write the labels from the last one on, as many as have room."""
    free = float(size.width)
    for point, spot in zip(reversed(points), reversed(spots), strict=True):
        half = line(point.label, Voice.HEI, size.small * 0.95).width / 2
        if spot.x + half <= free:
            write(drawing, point.label, spot.x, 8, size.small * 0.95, anchor="middle")
            free = spot.x - half - 4


def _write_values(drawing: Drawing, size: Size, spots: Sequence[_Spot], level: int) -> None:
    """Write values where they run into none that says more: last, least, highest, then the rest."""
    known = [spot for spot in spots if spot.value is not None]
    if not known:
        return
    by_value = sorted(known, key=_value_of)
    telling = [known[-1], by_value[0], by_value[-1], *reversed(known)]
    taken: list[tuple[float, float, float]] = []
    for spot in dict.fromkeys(telling):
        x, y, anchor = _beside(spots, spots.index(spot), size, level)
        words = str(spot.value)
        bold = _value_of(spot) < level
        width = line(words, Voice.HEI_BOLD, size.small * 0.95).width
        left = min(x - width * _ANCHORS[anchor], size.width - width)
        if all(
            left > end + 2 or left + width < start - 2 or abs(y - at) > size.small
            for start, end, at in taken
        ):
            write(drawing, words, left, y, size.small * 0.95, bold=bold)
            taken.append((left, left + width, y))


def _value_of(spot: _Spot) -> int:
    return spot.value or 0


def _beside(
    spots: Sequence[_Spot], number: int, size: Size, level: int
) -> tuple[float, float, str]:
    """Return where the line doesn't run beside a point, and how words are set there."""
    spot = spots[number]
    value = _value_of(spot)
    around = (spots[max(number - 1, 0)].value, spots[min(number + 1, len(spots) - 1)].value)
    before, after = (value if near is None else near for near in around)
    if value < level or (before > value < after):
        return spot.x, spot.y - size.small - 4, "middle"
    if before > value:
        return spot.x + 3, spot.y + 6, "start"
    if after > value:
        return spot.x - 3, spot.y + 6, "end"
    return spot.x, spot.y + 8, "middle"


def _draw_scale(
    drawing: Drawing, size: Size, left: float, end: int, step: int, level: int, *, over: bool
) -> None:
    """Draw the rules with their percents; ``over`` says that values go beyond the last one."""
    right = size.width - 10
    for mark in range(0, end + 1, step):
        y = _LINES_BOTTOM + (_LINES_TOP - _LINES_BOTTOM) * mark / end
        wanted = mark == level
        rule = Line(left, y, right, y, strokeColor=palette.GREY, strokeWidth=0.4)
        if wanted:
            rule.strokeColor, rule.strokeWidth, rule.strokeDashArray = _WARNING, 1.4, (5, 3)
        drawing.add(rule)
        label = _("%(n)s%%", n=mark)
        write(drawing, label, left - 5, y - 4, size.small * 0.95, anchor="end", bold=wanted)
    if over:
        write(drawing, _("以上"), left - 5, _LINES_TOP - 16, size.small * 0.95, anchor="end")


def write(
    drawing: Drawing,
    text: str,
    x: float,
    y: float,
    size: float,
    *,
    bold: bool = False,
    anchor: str = "start",
    room: float | None = None,
) -> float:
    """Write ``text`` from, around or up to x, in the ``room`` given; return how wide it is.

    A run in another voice is placed on its own.
    """
    words = line(text, Voice.HEI_BOLD if bold else Voice.HEI, size, spaced=False)
    words = shrunk(words, drawing.width if room is None else room, size * 0.6)
    if len(words.runs) == 1:
        drawing.add(_string(x, y, words.text, words.runs[0].voice, words.size, anchor))
        return words.width
    left = x - words.width * _ANCHORS[anchor]
    for run in words.runs:
        part = line(run.text, run.voice, words.size * run.scale, spaced=False)
        drawing.add(_string(left, y, run.text, run.voice, part.size, "start"))
        left += part.width
    return words.width


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
