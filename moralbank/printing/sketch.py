"""Simple pictures drawn with a pen: shapes with an outline, and people who do something.

A sketch is drawn in units of its own into a box of any size. Outlines are ink, so every picture
also reads on a black-and-white printer; with ``Tints.PLAIN`` nothing is filled but paper.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from reportlab.lib.colors import Color

from moralbank.printing import palette

_TOKEN: Final = re.compile(r"[MLCQZ]|-?\d+(?:\.\d+)?")
_COUNT: Final = {"M": 2, "L": 2, "C": 6, "Q": 4, "Z": 0}
_ROUND: Final = 1
_FIGURE: Final = 60
"""The height of a person as its parts are measured below."""
_SKIN_LIGHT: Final = Color(0.99, 0.91, 0.82)

Point = tuple[float, float]


@dataclass(frozen=True)
class Tint:
    """The colours of a sketch: lines, and what is filled strongly, lightly and as skin."""

    ink: Color
    strong: Color
    warm: Color
    light: Color
    skin: Color
    paper: Color


class Tints(Enum):
    """In colour, or in black lines alone."""

    COLOUR = Tint(
        palette.INK,
        palette.RED,
        palette.GOLD_BRIGHT,
        palette.CREAM_DARK,
        _SKIN_LIGHT,
        palette.WHITE,
    )
    PLAIN = Tint(
        palette.BLACK,
        palette.WHITE,
        palette.WHITE,
        palette.WHITE,
        palette.WHITE,
        palette.WHITE,
    )


class Hair(Enum):
    """What a person's head looks like from in front."""

    SHORT = "short"
    LONG = "long"
    BUN = "bun"
    SCARF = "scarf"
    CAP = "cap"
    OLD = "old"


@dataclass(frozen=True)
class Person:
    """Somebody who stands at ``feet``; hands are places beside the feet's middle, upwards.

    ``height`` is in the sketch's units from feet to the top of the head; ``coat`` names a colour
    of the tint. Whoever is ``turned`` shows their back.
    """

    feet: Point
    left_hand: Point
    right_hand: Point
    coat: str = "strong"
    hair: Hair = Hair.SHORT
    height: float = 60
    turned: bool = False


_FRONTS: Final = {
    Hair.SHORT: ("M -8 52 Q -7 61 1 60 Q 9 60 8 52 Q 4 56 -8 52 Z", "ink"),
    Hair.LONG: ("M -8 51 Q -7 60 0 60 Q 8 60 8 51 Q 3 57 -8 51 Z", "ink"),
    Hair.BUN: ("M -8 52 Q -5 60 0 60 Q 6 60 8 52 Q 0 58 -8 52 Z", "ink"),
    Hair.SCARF: ("M -9 45 Q -11 61 0 61 Q 11 61 9 45 Q 8 55 0 55.5 Q -8 55 -9 45 Z", "warm"),
    Hair.CAP: ("M -8.5 54 Q -8 62 0 62 Q 8 62 8.5 54 L 12 53 L 12 55 L 8.5 56 Z", "strong"),
    Hair.OLD: (
        "M -8.3 49 Q -9 57 -5 58 Q -7 53 -8.3 49 Z M 8.3 49 Q 9 57 5 58 Q 7 53 8.3 49 Z",
        "light",
    ),
}
_NAPE: Final = "M -8 48 Q -9 60 0 60 Q 9 60 8 48 Q 5 43 0 43 Q -5 43 -8 48 Z"
_BACKS: Final = {
    **dict.fromkeys(Hair, (_NAPE, "ink")),
    Hair.LONG: ("M -8.5 39 Q -11 60 0 60 Q 11 60 8.5 39 Q 0 37 -8.5 39 Z", "ink"),
    Hair.OLD: (_NAPE, "light"),
    Hair.SCARF: ("M -8.5 45 Q -10 61 0 61 Q 10 61 8.5 45 L 0 38 Z", "warm"),
}


class Sketch:
    """A pen on a canvas, moved to a box and scaled to its units."""

    def __init__(self, canvas: Any, tint: Tint, *, pen: float = 1.3) -> None:
        """Draw on ``canvas`` as it stands; ``pen`` is the outline's width in units."""
        self.canvas = canvas
        self.tint = tint
        self.pen = pen

    def colour(self, name: str) -> Color:
        """The tint's colour of this name."""
        found: Color = getattr(self.tint, name)
        return found

    def shape(self, data: str, fill: str = "", *, line: float = 1.0) -> None:
        """Draw a path written as in SVG (M L C Q Z, absolute, y upwards), filled or not."""
        self._set(line)
        path = traced(self.canvas, data)
        if fill:
            self.canvas.setFillColor(self.colour(fill))
        self.canvas.drawPath(path, stroke=1 if line else 0, fill=1 if fill else 0)

    def circle(self, middle: Point, radius: float, fill: str = "", *, line: float = 1.0) -> None:
        """Draw a circle."""
        self._set(line)
        if fill:
            self.canvas.setFillColor(self.colour(fill))
        self.canvas.circle(*middle, radius, stroke=1 if line else 0, fill=1 if fill else 0)

    def box(
        self,
        corner: Point,
        size: Point,
        fill: str = "",
        *,
        round_by: float = 0.0,
        line: float = 1.0,
    ) -> None:
        """Draw a rectangle from its lower left ``corner``."""
        self._set(line)
        if fill:
            self.canvas.setFillColor(self.colour(fill))
        drawn = {"stroke": 1 if line else 0, "fill": 1 if fill else 0}
        self.canvas.roundRect(*corner, *size, round_by, **drawn)

    def limb(self, points: tuple[Point, ...], width: float, fill: str) -> None:
        """Draw a bent tube with an outline: an arm, a leg, a handle."""
        for thick, colour in ((width + 2 * self.pen, "ink"), (width, fill)):
            self.canvas.setStrokeColor(self.colour(colour))
            self.canvas.setLineWidth(thick)
            self.canvas.setLineCap(_ROUND)
            self.canvas.setLineJoin(_ROUND)
            path = self.canvas.beginPath()
            path.moveTo(*points[0])
            for point in points[1:]:
                path.lineTo(*point)
            self.canvas.drawPath(path, stroke=1, fill=0)

    def person(self, who: Person) -> None:
        """Draw somebody from in front: legs, coat, arms, head."""
        self.canvas.saveState()
        self.canvas.translate(*who.feet)
        scale = who.height / _FIGURE
        self.canvas.scale(scale, scale)
        left, right = ((x / scale, y / scale) for x, y in (who.left_hand, who.right_hand))
        for side in (-1, 1):
            self.limb(((side * 3.6, 1.6), (side * 3.6, 18)), 4.4, "paper")
            self.shape(f"M {side * 1.4} 0 L {side * 7} 0 L {side * 6} 3 L {side * 1.6} 3 Z", "ink")
        self._arm((-8, 36), left, who.coat)
        self.shape("M -8.5 40 Q 0 44 8.5 40 L 11 14 Q 0 11.5 -11 14 Z", who.coat)
        if not who.turned:
            self.shape("M 0 41.5 L 0 13")
        self._arm((8, 36), right, who.coat)
        self._head(who)
        self.canvas.restoreState()

    def _arm(self, shoulder: Point, hand: Point, coat: str) -> None:
        (x, y), (far, high) = shoulder, hand
        # The elbow hangs a little below the straight way.
        elbow = ((x + far) / 2, (y + high) / 2 - 3)
        self.limb((shoulder, elbow, hand), 4.2, coat)
        self.circle((far + (far - elbow[0]) * 0.25, high + (high - elbow[1]) * 0.25), 2.4, "skin")

    def _head(self, who: Person) -> None:
        self.box((-2.4, 40), (4.8, 5), "skin")
        if who.hair in {Hair.LONG, Hair.BUN}:
            self.shape("M -8.5 41 Q -11 58 0 60 Q 11 58 8.5 41 Z", "ink")
        if who.hair is Hair.BUN:
            self.circle((0, 61.5), 3.6, "ink")
        self.circle((0, 50.5), 8, "skin")
        data, fill = (_BACKS if who.turned else _FRONTS)[who.hair]
        self.shape(data, fill)
        if not who.turned:
            self._face()

    def _face(self) -> None:
        for side in (-1, 1):
            self.circle((side * 2.8, 50.6), 0.75, "ink", line=0)
        self.shape("M -2.6 47 Q 0 44.6 2.6 47", line=0.8)

    def _set(self, line: float) -> None:
        self.canvas.setStrokeColor(self.colour("ink"))
        self.canvas.setLineWidth(self.pen * line)
        self.canvas.setLineCap(_ROUND)
        self.canvas.setLineJoin(_ROUND)


def traced(canvas: Any, data: str) -> Any:
    """Return ``data``, a path written as in SVG with absolute M L C Q Z, as the canvas's path."""
    path, tokens = canvas.beginPath(), _TOKEN.findall(data)
    command, here = "", (0.0, 0.0)
    while tokens:
        if tokens[0] in _COUNT:
            command = tokens.pop(0)
        given = [float(tokens.pop(0)) for _number in range(_COUNT[command])]
        here = _trace(path, command, given, here)
        if command == "M":
            command = "L"  # further pairs are lines, as in SVG
    return path


def _trace(path: Any, command: str, given: list[float], here: Point) -> Point:
    match command:
        case "M":
            path.moveTo(*given)
        case "L":
            path.lineTo(*given)
        case "C":
            path.curveTo(*given)
        case "Q":
            path.curveTo(*_as_cubic(here, given))
        case "Z":
            path.close()
            return here
    return given[-2], given[-1]


def _as_cubic(here: Point, given: list[float]) -> tuple[float, ...]:
    """Write a quadratic curve as a cubic one, the only one that PDF has."""
    (x, y), (across, up, end_x, end_y) = here, given
    return (
        x + 2 / 3 * (across - x),
        y + 2 / 3 * (up - y),
        end_x + 2 / 3 * (across - end_x),
        end_y + 2 / 3 * (up - end_y),
        end_x,
        end_y,
    )
