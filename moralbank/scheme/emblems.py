"""An emblem for each category of the scheme, drawn into 40 × 40 units."""

from collections.abc import Callable
from typing import Final

from moralbank.printing.sketch import Sketch

Emblem = Callable[[Sketch], None]


def _broom(pen: Sketch) -> None:
    pen.shape("M 6 14 L 20 27 L 34 14 M 10 18 L 10 6 L 30 6 L 30 18", line=1.5)
    pen.shape("M 20 6 L 20 14 M 15 6 L 16.5 14 L 23.5 14 L 25 6", line=1.1)
    pen.shape("M 20 14 L 20 21", line=1.5)
    pen.shape("M 31 32 L 31 36 M 29 34 L 33 34 M 8 30 L 8 34 M 6 32 L 10 32", line=1.1)


def _sprout(pen: Sketch) -> None:
    pen.shape("M 20 6 L 20 24", line=1.5)
    pen.shape("M 20 19 Q 8 19 7 31 Q 19 31 20 19 Z", "warm", line=1.2)
    pen.shape("M 20 23 Q 32 23 33 35 Q 21 35 20 23 Z", "warm", line=1.2)
    pen.shape("M 7 6 L 33 6 M 12 6 Q 20 12 28 6", line=1.5)


def _hands(pen: Sketch) -> None:
    pen.shape("M 20 17 C 6 25 10 36 20 29 C 30 36 34 25 20 17 Z", "warm", line=1.3)
    pen.shape("M 4 16 L 10 16 Q 15 10 20 10 Q 25 10 30 16 L 36 16", line=1.5)
    pen.shape("M 4 8 L 12 8 Q 16 4 20 4 Q 24 4 28 8 L 36 8", line=1.5)


def _old_and_young(pen: Sketch) -> None:
    for x, high, size in ((14, 26, 5.2), (28, 18, 4.2)):
        pen.circle((x, high + size), size, "warm", line=1.2)
        foot = f"M {x - size - 1.5} 5 Q {x - size - 1.5} {high - 1} {x} {high - 1}"
        pen.shape(f"{foot} Q {x + size + 1.5} {high - 1} {x + size + 1.5} 5 Z", line=1.3)
    pen.shape("M 5.5 5 L 5.5 20 Q 5.5 23 8 22", line=1.3)


def _lantern(pen: Sketch) -> None:
    pen.shape("M 20 38 L 20 33 M 15 33 L 25 33 M 15 12 L 25 12", line=1.5)
    pen.shape(
        "M 15 33 Q 5 31 5 22.5 Q 5 14 15 12 L 25 12 Q 35 14 35 22.5 Q 35 31 25 33 Z",
        "warm",
        line=1.3,
    )
    pen.shape("M 20 33 L 20 12 M 15 33 Q 11 22.5 15 12 M 25 33 Q 29 22.5 25 12", line=0.9)
    pen.shape("M 20 12 L 20 3 M 17 9 L 17 4 M 23 9 L 23 4", line=1.1)


def _scales(pen: Sketch) -> None:
    pen.shape("M 20 5 L 20 34 M 12 5 L 28 5 M 7 30 L 33 30", line=1.5)
    pen.circle((20, 35), 2, "warm", line=1.1)
    for x in (8, 32):
        pen.shape(f"M {x} 30 L {x - 5} 17 L {x + 5} 17 Z", line=1)
        pen.shape(f"M {x - 6} 17 Q {x} 9 {x + 6} 17 Z", "warm", line=1.2)


def _reminder(pen: Sketch) -> None:
    pen.shape("M 9 12 Q 12 14 12 22 Q 12 32 20 32 Q 28 32 28 22 Q 28 14 31 12 Z", "warm", line=1.3)
    pen.shape("M 16 9 Q 20 5 24 9 M 20 32 L 20 36", line=1.5)


def _flower(pen: Sketch) -> None:
    for across, up in ((0, 10), (9.5, 3), (6, -8), (-6, -8), (-9.5, 3)):
        pen.circle((20 + across, 20 + up), 6.5, "warm", line=1.2)
    pen.circle((20, 20), 4.5, "paper", line=1.2)


_BY_NAME: Final[dict[str, Emblem]] = {
    "环境卫生": _broom,
    "产业发展": _sprout,
    "热心公益": _hands,
    "孝老爱亲": _old_and_young,
    "移风易俗": _lantern,
    "遵纪守法": _scales,
}
"""By the names of the default scheme; a village's own categories get a flower."""


BELL: Final = _reminder
"""The deductions': a reminder comes first."""


def emblem_of(category: str) -> Emblem:
    """The emblem of a category."""
    return _BY_NAME.get(category, _flower)
