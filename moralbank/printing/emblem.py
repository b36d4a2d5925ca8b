"""Emblems of honour: the five-pointed star, ears of wheat around a title, rays behind it.

All lengths are points, all angles degrees, counted from the right against the clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, radians, sin
from typing import Any, Final

from reportlab.lib.colors import Color

_POINTS: Final = 5
_WAIST: Final = 0.382
"""The inner radius of a star whose edges lie on straight lines."""
_TOP: Final = pi / 2
_OPENING: Final = 27
"""Degrees between a grain and the stem."""
_CHUBBY: Final = 0.36
"""Half the width of a grain, as a part of its length."""
_BARE: Final = 0.16
"""The part of an ear's arc that is stem alone."""
_AWN: Final = 0.85


@dataclass(frozen=True)
class EmblemInk:
    """How an emblem is drawn: ``fill`` None leaves the paper, ``line`` None has no outline."""

    fill: Color | None
    line: Color | None
    thickness: float = 0.6


@dataclass(frozen=True)
class Ear:
    """An ear of wheat along an arc around x, y, from its foot at ``start`` to its tip at ``end``.

    ``grain`` is the length of a grain, ``pairs`` how many stand along the arc.
    """

    x: float
    y: float
    radius: float
    start: float
    end: float
    grain: float
    pairs: int = 9

    def at(self, part: float) -> tuple[float, float, float]:
        """A place on the arc, and the direction of growth there."""
        angle = self.start + (self.end - self.start) * part
        ahead = 90 if self.end > self.start else -90
        turned = radians(angle)
        return (
            self.x + self.radius * cos(turned),
            self.y + self.radius * sin(turned),
            angle + ahead,
        )


def draw_star(canvas: Any, x: float, y: float, radius: float, ink: EmblemInk) -> None:
    """Draw a star around the point x, y, one of its points upwards."""
    corners = (
        (radius * (1 if number % 2 == 0 else _WAIST), _TOP + number * pi / _POINTS)
        for number in range(2 * _POINTS)
    )
    path = canvas.beginPath()
    for number, (reach, turn) in enumerate(corners):
        step = path.lineTo if number else path.moveTo
        step(x + reach * cos(turn), y + reach * sin(turn))
    path.close()
    _paint(canvas, path, ink)


def draw_ear(canvas: Any, ear: Ear, ink: EmblemInk) -> None:
    """Draw one ear of wheat: its stem, pairs of grains with awns, and the grain at its tip."""
    colour = ink.line or ink.fill
    canvas.saveState()
    canvas.setStrokeColor(colour)
    canvas.setLineCap(1)
    canvas.setLineWidth(max(ink.thickness, ear.grain * 0.07))
    canvas.drawPath(_stem(canvas, ear), stroke=1, fill=0)
    canvas.setLineWidth(ink.thickness * 0.7)
    for x, y, direction in _grains(ear):
        _draw_awn(canvas, x, y, direction, ear.grain)
    for x, y, direction in _grains(ear):
        _paint(canvas, _grain(canvas, x, y, direction, ear.grain), ink)
    canvas.restoreState()


def draw_wreath(canvas: Any, x: float, y: float, radius: float, ink: EmblemInk) -> None:
    """Draw two ears that meet below and leave the wreath around x, y open above."""
    grain = radius * 0.3
    for side in (-1, 1):
        foot, tip = 270 + side * 6, 270 + side * 142
        draw_ear(canvas, Ear(x, y, radius, foot, tip, grain, 10), ink)


def draw_rays(
    canvas: Any, x: float, y: float, reach: float, colour: Color, *, count: int = 36
) -> None:
    """Fill ``count`` rays that go out from x, y, with as much left free between them."""
    path = canvas.beginPath()
    step = 2 * pi / count
    for number in range(count):
        path.moveTo(x, y)
        for turn in (number * step, (number + 0.5) * step):
            path.lineTo(x + reach * cos(turn), y + reach * sin(turn))
        path.close()
    canvas.setFillColor(colour)
    canvas.drawPath(path, stroke=0, fill=1)


def _grains(ear: Ear) -> Iterator[tuple[float, float, float]]:
    """Yield where each grain begins and grows to, from the foot to the tip."""
    for number in range(ear.pairs):
        x, y, growth = ear.at(_BARE + (1 - _BARE) * number / ear.pairs)
        yield x, y, growth - _OPENING
        yield x, y, growth + _OPENING
    yield ear.at(1)


def _stem(canvas: Any, ear: Ear) -> Any:
    path = canvas.beginPath()
    places = [ear.at(part / 24)[:2] for part in range(25)]
    path.moveTo(*places[0])
    for place in places[1:]:
        path.lineTo(*place)
    return path


def _grain(canvas: Any, x: float, y: float, direction: float, length: float) -> Any:
    """Trace a grain from its foot x, y: full in the lower half, pointed at the end."""
    turn = radians(direction)
    along, across = (cos(turn), sin(turn)), (-sin(turn), cos(turn))

    def place(far: float, aside: float) -> tuple[float, float]:
        return (
            x + length * (far * along[0] + aside * across[0]),
            y + length * (far * along[1] + aside * across[1]),
        )

    path = canvas.beginPath()
    path.moveTo(*place(0.04, 0))
    path.curveTo(*place(0.2, _CHUBBY), *place(0.68, _CHUBBY * 0.8), *place(1, 0))
    path.curveTo(*place(0.68, -_CHUBBY * 0.8), *place(0.2, -_CHUBBY), *place(0.04, 0))
    path.close()
    return path


def _draw_awn(canvas: Any, x: float, y: float, direction: float, length: float) -> None:
    turn = radians(direction)
    far = length * (1 + _AWN)
    canvas.line(
        x + length * 0.9 * cos(turn),
        y + length * 0.9 * sin(turn),
        x + far * cos(turn),
        y + far * sin(turn),
    )


def _paint(canvas: Any, path: Any, ink: EmblemInk) -> None:
    if ink.fill is not None:
        canvas.setFillColor(ink.fill)
    if ink.line is not None:
        canvas.setStrokeColor(ink.line)
        canvas.setLineWidth(ink.thickness)
    canvas.drawPath(path, stroke=int(ink.line is not None), fill=int(ink.fill is not None))
