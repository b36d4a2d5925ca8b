"""Ornaments of formal paper: meander 回纹, frames, medals, and the place of the seal.

All lengths are points; a box is given by its lower left corner, width and height.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin
from typing import Any

from reportlab.lib.colors import Color, HexColor

from moralbank.printing import palette
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import counted
from moralbank.printing.sheet import mm
from moralbank.printing.text import line, shrunk

SEAL_MM = 42.0
"""Room for a seal across; village committees' seals measure 40 to 42 mm."""

_SEAL_LABEL = 0.05
"""Size of the words beside the seal's place: 6 points, whatever the sheet is enlarged by."""

_UNIT_HEIGHT = 6
_PAIR_WIDTH = 16
_PAIR_MIDDLE = 9
_SPIRAL = ((0, 0), (0, 6), (6, 6), (6, 2), (2, 2), (2, 4), (4, 4))
"""One spiral of the meander, from its foot to its heart, on a lattice 6 high."""

_METALS = {
    1: (HexColor("#E9B949"), HexColor("#B98414")),
    2: (HexColor("#D3D6DA"), HexColor("#8F959C")),
    3: (HexColor("#DBA06B"), HexColor("#9C6233")),
}
"""Light and dark of gold, silver and bronze, by rank."""
_SCALLOPS = 20
_SHARP_JOIN, _ROUND_CAP, _SQUARE_CAP = 0, 1, 2

_CLOUD_WIDTH = 14.0
_CLOUD = (
    ((0, 0), ((11.4, 1.6), (8.4, 1.15), (10.4, 0.7))),
    ((2.6, 1.25), ((5.4, 0.98), (3.9, 0.68), (4.9, 0.4))),
    ((1.2, 3.2), ((8.2, 1.25), (5.6, 0.85), (7.2, 0.5))),
)
"""Each line of a cloud: where it begins, then middle and radius of its half circles."""
_RIDGES = (
    (0.30, 0.62, 0.42, 0.86, 0.55, 0.70, 0.38, 0.92, 0.60, 0.76, 0.34),
    (0.44, 0.30, 0.60, 0.34, 0.48, 0.22, 0.52, 0.30, 0.66, 0.36, 0.50),
    (0.16, 0.34, 0.18, 0.24, 0.40, 0.16, 0.26, 0.14, 0.36, 0.20, 0.30),
)
"""Heights of mountain ranges, from left to right, as parts of the whole; the farthest first."""


def draw_meander(
    canvas: Any, x: float, y: float, width: float, height: float, *, colour: Color, margin: float
) -> None:
    """Fill a lying band with pairs of spirals, with ``margin`` left free above and below.

    The number of pairs is whole, so the band ends on both sides alike.
    """
    unit = (height - 2 * margin) / (_UNIT_HEIGHT + 1)
    pairs = max(1, round(width / (_PAIR_WIDTH * unit)))
    step = width / (pairs * _PAIR_WIDTH)
    canvas.saveState()
    canvas.translate(x, y + margin + unit / 2)
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(unit)
    canvas.setLineCap(_SQUARE_CAP)
    canvas.setLineJoin(_SHARP_JOIN)
    # As raw operators, kept for the next poster: reportlab formats every number in Python.
    canvas._code.append(_pairs(pairs, step, unit))  # noqa: SLF001
    canvas.restoreState()


@lru_cache(maxsize=32)
def _pairs(count: int, step: float, unit: float) -> str:
    """Return the operators that stroke ``count`` pairs of spirals."""
    starts = (pair * _PAIR_WIDTH + _PAIR_MIDDLE for pair in range(count))
    return " ".join(_pair(start, step, unit) for start in starts) + " S"


def _pair(start: float, step: float, unit: float) -> str:
    """Trace heart → foot → foot → heart, so that the two spirals are one line."""
    mirrored = [(start - 2 - across, up) for across, up in reversed(_SPIRAL)]
    outward = [(start + across, up) for across, up in _SPIRAL]
    first, *others = (f"{across * step:.3f} {up * unit:.3f}" for across, up in mirrored + outward)
    return f"{first} m " + " ".join(f"{point} l" for point in others)


def draw_meander_frame(
    canvas: Any, x: float, y: float, width: float, height: float, *, band: float, colour: Color
) -> None:
    """Draw a border of meander, ``band`` wide, between two lines, with 回 in the corners."""
    canvas.saveState()
    canvas.setStrokeColor(colour)
    canvas.setLineJoin(_SHARP_JOIN)
    canvas.setLineWidth(band * 0.16)
    canvas.rect(x, y, width, height, stroke=1, fill=0)
    canvas.setLineWidth(band * 0.09)
    canvas.rect(x + band, y + band, width - 2 * band, height - 2 * band, stroke=1, fill=0)
    sides = (
        (x, y, 0, width),
        (x + width, y, 90, height),
        (x + width, y + height, 180, width),
        (x, y + height, 270, height),
    )
    for corner_x, corner_y, angle, length in sides:
        canvas.saveState()
        canvas.translate(corner_x, corner_y)
        canvas.rotate(angle)
        _draw_corner(canvas, band)
        draw_meander(canvas, band, 0, length - 2 * band, band, colour=colour, margin=band * 0.2)
        canvas.restoreState()
    canvas.restoreState()


def _draw_corner(canvas: Any, band: float) -> None:
    canvas.setLineWidth(band * 0.09)
    for inset in (0.2, 0.4):
        side = band * (1 - 2 * inset)
        canvas.rect(band * inset, band * inset, side, side, stroke=1, fill=0)


def draw_notched_frame(
    canvas: Any, x: float, y: float, width: float, height: float, *, notch: float
) -> None:
    """Draw a frame in the present line colour, stepping in twice at its corners."""
    right, top = x + width, y + height
    path = canvas.beginPath()
    path.moveTo(x + 2 * notch, y)
    for corner_x, corner_y, across, up in (
        (right, y, -1, 1),
        (right, top, -1, -1),
        (x, top, 1, -1),
        (x, y, 1, 1),
    ):
        _trace_notch(path, corner_x, corner_y, across * notch, up * notch)
    path.close()
    canvas.drawPath(path, stroke=1, fill=0)


def _trace_notch(path: Any, x: float, y: float, across: float, up: float) -> None:
    steps = ((2, 0), (2, 1), (1, 1), (1, 2), (0, 2))
    # Every second corner is walked the other way round, since the frame turns there.
    turned = steps if (across < 0) == (up > 0) else tuple(reversed(steps))
    for far, high in turned:
        path.lineTo(x + far * across, y + high * up)


def draw_medal(canvas: Any, rank: int, x: float, y: float, radius: float) -> None:
    """Draw a medal around the point x, y: a scalloped seal with the rank in Chinese.

    Ranks 1 to 3 are gold, silver and bronze; further ranks are bronze.
    """
    light, dark = _METALS.get(rank, _METALS[3])
    canvas.saveState()
    canvas.setFillColor(light)
    canvas.setStrokeColor(dark)
    canvas.setLineWidth(radius * 0.04)
    canvas.drawPath(_scalloped(canvas, x, y, radius), stroke=1, fill=1)
    canvas.circle(x, y, radius * 0.8, stroke=1, fill=0)
    canvas.setFillColor(palette.RED)
    canvas.circle(x, y, radius * 0.72, stroke=0, fill=1)
    canvas.setStrokeColor(light)
    canvas.circle(x, y, radius * 0.64, stroke=1, fill=0)
    canvas.setFillColor(palette.GOLD_PALE)
    _draw_numeral(canvas, rank, x, y, radius)
    canvas.restoreState()


def _scalloped(canvas: Any, x: float, y: float, radius: float) -> Any:
    """Trace a circle of shallow waves as quadratic arcs, written as cubic ones."""
    path = canvas.beginPath()
    inner, outer = radius * 0.92, radius * 1.08
    turn = 2 * pi / _SCALLOPS
    path.moveTo(x + inner, y)
    for scallop in range(_SCALLOPS):
        start, middle, end = (turn * (scallop + part) for part in (0, 0.5, 1))
        points = []
        for foot in (start, end):
            points.append(x + (inner * cos(foot) + 2 * outer * cos(middle)) / 3)
            points.append(y + (inner * sin(foot) + 2 * outer * sin(middle)) / 3)
        path.curveTo(*points, x + inner * cos(end), y + inner * sin(end))
    path.close()
    return path


def draw_outlined_medal(canvas: Any, rank: int, x: float, y: float, radius: float) -> None:
    """Draw the medal in black lines alone, for red paper from a plain printer.

    It is filled with white, which no printer prints: so the paper shows, and no line crosses it.
    """
    canvas.saveState()
    canvas.setStrokeColor(palette.BLACK)
    canvas.setFillColor(palette.WHITE)
    canvas.setLineWidth(radius * 0.07)
    canvas.drawPath(_scalloped(canvas, x, y, radius), stroke=1, fill=1)
    canvas.setFillColor(palette.BLACK)
    canvas.setLineWidth(radius * 0.05)
    canvas.circle(x, y, radius * 0.8, stroke=1, fill=0)
    _draw_numeral(canvas, rank, x, y, radius)
    canvas.restoreState()


def draw_stamp(canvas: Any, rank: int, x: float, y: float, radius: float) -> None:
    """Draw the rank as a carved seal prints it: white on a square of cinnabar."""
    half = radius * 0.82
    canvas.saveState()
    canvas.setFillColor(palette.CINNABAR)
    canvas.roundRect(x - half, y - half, 2 * half, 2 * half, half * 0.22, stroke=0, fill=1)
    canvas.setStrokeColor(palette.WHITE)
    canvas.setLineWidth(radius * 0.05)
    inner = half * 0.84
    canvas.roundRect(x - inner, y - inner, 2 * inner, 2 * inner, half * 0.14, stroke=1, fill=0)
    canvas.setFillColor(palette.WHITE)
    _draw_numeral(canvas, rank, x, y, radius)
    canvas.restoreState()


def _draw_numeral(canvas: Any, rank: int, x: float, y: float, radius: float) -> None:
    full = line(counted(rank), Voice.SONG, radius * 0.86)
    numeral = shrunk(full, radius * 1.1, radius * 0.2)
    numeral.draw_centred(canvas, x, y - numeral.centre_drop)


def draw_seal_place(
    canvas: Any,
    x: float,
    y: float,
    diameter: float,
    label: str,
    *,
    colour: Color = palette.RED,
    label_colour: Color = palette.GREY,
) -> None:
    """Draw the dotted circle, around x, y, where the seal goes, its ``label`` outside of it."""
    canvas.saveState()
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(0.5)
    canvas.setDash(1, 2)
    canvas.circle(x, y, diameter / 2, stroke=1, fill=0)
    canvas.setFillColor(label_colour)
    words = line(label, Voice.HEI, diameter * _SEAL_LABEL)
    words.draw_right(canvas, x + diameter / 2, y - diameter / 2)
    canvas.restoreState()


def draw_cloud(canvas: Any, x: float, y: float, width: float, *, towards: int) -> None:
    """Draw a drifting cloud 流云 in the present line colour, heading right (1) or left (-1).

    Its foot begins at x, y; it is about a third as high as wide.
    """
    unit = width / _CLOUD_WIDTH
    path = canvas.beginPath()
    for start, bends in _CLOUD:
        _trace_curl(path, start, bends)
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(towards * unit, unit)
    canvas.setLineWidth(0.28)
    canvas.setLineCap(_ROUND_CAP)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.restoreState()


def _trace_curl(
    path: Any, start: tuple[float, float], bends: Sequence[tuple[float, float]]
) -> None:
    """Trace a line that rolls up: half circles to the right, the left, the right, ever smaller."""
    path.moveTo(*start)
    y, side = start[1], 1
    for middle, radius in bends:
        reach, above = side * radius * 4 / 3, y + side * 2 * radius
        path.lineTo(middle, y)
        path.curveTo(middle + reach, y, middle + reach, above, middle, above)
        y, side = above, -side
    path.lineTo(bends[-1][0] - 1, y)


def draw_mountains(
    canvas: Any, x: float, y: float, width: float, height: float, colours: Sequence[Color]
) -> None:
    """Draw ranges of far mountains above the line y, the farthest in the first of ``colours``.

    Each fades into white mist towards its foot.
    """
    for colour, ridge in zip(colours, _RIDGES, strict=True):
        canvas.saveState()
        canvas.clipPath(_ridge(canvas, ridge, x, y, width, height), stroke=0, fill=0)
        crest = y + max(ridge) * height
        canvas.linearGradient(x, crest, x, y, (colour, palette.WHITE), extend=False)
        canvas.restoreState()


def _ridge(
    canvas: Any, heights: Sequence[float], x: float, y: float, width: float, height: float
) -> Any:
    """Trace a range of mountains as waves between ``heights``, closed along its foot."""
    path = canvas.beginPath()
    path.moveTo(x, y)
    path.lineTo(x, y + heights[0] * height)
    step = width / (len(heights) - 1)
    for place, (low, high) in enumerate(pairwise(heights)):
        left = x + place * step
        start, end = y + low * height, y + high * height
        path.curveTo(left + step * 0.45, start, left + step * 0.55, end, left + step, end)
    path.lineTo(x + width, y)
    path.close()
    return path


def draw_diamond_rule(canvas: Any, x: float, y: float, length: float, towards: int) -> None:
    """Draw a line of ``length`` from x to the left (-1) or right (1), beginning in a diamond."""
    half = 1.1 * mm
    path = canvas.beginPath()
    path.moveTo(x - half, y)
    for across, up in ((0, half), (half, 0), (0, -half)):
        path.lineTo(x + across, y + up)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.line(x, y, x + towards * length, y)
