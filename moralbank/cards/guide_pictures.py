"""The six pictures of how a card is used, each 150 × 93 units; see `guide.py`."""

from collections.abc import Callable
from typing import Final

from moralbank.printing.sketch import Hair, Person, Sketch

Picture = Callable[[Sketch], None]
WIDTH, HEIGHT = 150, 93

_EYES: Final = ((0.0, 4.0), (4.0, 4.0), (0.0, 0.0))
_DOTS: Final = (
    (3.2, 5.0),
    (4.2, 2.2),
    (5.6, 2.2),
    (4.8, 0.6),
    (6.2, 0.4),
    (3.3, 3.2),
    (3.4, 0.6),
)
"""Of what looks like a code, in sevenths of its side."""


def _ground(pen: Sketch, high: float = 14) -> None:
    pen.box((0, 0), (WIDTH, high), "light", line=0)
    pen.shape(f"M 0 {high} L {WIDTH} {high}")


def _house(pen: Sketch, x: float, y: float) -> None:
    pen.box((x, y), (58, 34), "paper")
    pen.shape(
        f"M {x - 6} {y + 34} L {x + 10} {y + 54} L {x + 48} {y + 54} L {x + 64} {y + 34} Z",
        "strong",
    )
    for step in range(1, 6):
        pen.shape(f"M {x - 6 + 11.6 * step} {y + 34} L {x + 10 + 6.4 * step} {y + 54}", line=0.5)
    pen.box((x + 8, y), (16, 24), "warm")
    pen.circle((x + 20.5, y + 12), 1, "ink")
    pen.box((x + 33, y + 10), (17, 15), "light")
    pen.shape(
        f"M {x + 41.5} {y + 10} L {x + 41.5} {y + 25} M {x + 33} {y + 17.5} L {x + 50} {y + 17.5}"
    )


def _tree(pen: Sketch, x: float, y: float) -> None:
    pen.limb(((x, y), (x, y + 26)), 3.6, "warm")
    for across, up, radius in ((-8, 30, 9), (8, 31, 9), (0, 40, 11)):
        pen.circle((x + across, y + up), radius, "light")


def _card(pen: Sketch, x: float, y: float, width: float) -> None:
    """A card with its code, `width` wide."""
    k = width / 60
    pen.box((x, y), (60 * k, 38 * k), "paper", round_by=3 * k)
    pen.shape(
        f"M {x} {y + 28 * k} L {x} {y + 35 * k} Q {x} {y + 38 * k} {x + 3 * k} {y + 38 * k} "
        f"L {x + 57 * k} {y + 38 * k} Q {x + 60 * k} {y + 38 * k} {x + 60 * k} {y + 35 * k} "
        f"L {x + 60 * k} {y + 28 * k} Z",
        "strong",
    )
    for row, length in enumerate((20, 24, 16)):
        high = y + (21 - 6 * row) * k
        pen.shape(f"M {x + 5 * k} {high} L {x + (5 + length) * k} {high}", line=0.9)
    _code(pen, x + 36 * k, y + 4 * k, 20 * k)


def _code(pen: Sketch, x: float, y: float, side: float) -> None:
    """What looks like a code: three eyes and some dots."""
    u = side / 7
    for across, up in _EYES:
        pen.box((x + across * u, y + up * u), (3 * u, 3 * u), "paper", line=0.9)
        pen.box((x + (across + 1) * u, y + (up + 1) * u), (u, u), "ink", line=0)
    for across, up in _DOTS:
        pen.box((x + across * u, y + up * u), (u * 0.8, u * 0.8), "ink", line=0)


def good_deed(pen: Sketch) -> None:
    """Somebody sweeps the yard, a child carries the bin."""
    _ground(pen)
    _house(pen, 10, 14)
    _tree(pen, 120, 14)
    pen.person(Person((84, 11), (-14, 34), (1.5, 22), "strong", Hair.SCARF, 64))
    pen.limb(((66, 54), (102, 14)), 1.6, "warm")
    pen.shape("M 98 19 L 106 14 L 113 2 L 96 5 Z", "warm")
    pen.shape("M 101 13 L 99 5 M 104 13 L 105 4 M 106 12 L 109 3", line=0.6)
    for hand in ((71, 48.5), (86, 31.8)):
        pen.circle(hand, 2.6, "skin")
    pen.person(Person((131, 5), (-9, 15), (9, 16), "warm", Hair.SHORT, 42))
    pen.shape("M 115 4 L 124 4 L 126 16 L 113 16 Z", "paper")
    pen.shape("M 112 16 L 127 16", line=1.4)
    for x, y in ((60, 5), (70, 4), (52, 9), (40, 5)):
        pen.shape(
            f"M {x} {y} Q {x + 2} {y + 3} {x + 4} {y} Q {x + 2} {y - 1.5} {x} {y} Z",
            "warm",
            line=0.6,
        )


def telling(pen: Sketch) -> None:
    """Somebody tells the grid worker at the door, who writes it down."""
    _ground(pen)
    _house(pen, 4, 14)
    pen.person(Person((76, 9), (-11, 24), (14, 40), "warm", Hair.BUN, 66))
    pen.person(Person((116, 9), (-13, 33), (9, 33), "strong", Hair.CAP, 68))
    pen.box((95, 36), (15, 19), "paper", round_by=1)
    for row in range(3):
        pen.shape(f"M 98 {50 - 4.5 * row} L 107 {50 - 4.5 * row}", line=0.7)
    pen.shape("M 98 41 L 99.5 39 L 103 43", line=0.9)
    pen.shape(
        "M 80 80 Q 80 91 96 91 Q 110 91 110 83 Q 110 76 96 76 L 91 76 L 85 70 L 86 76 "
        "Q 80 77 80 80 Z",
        "paper",
    )
    pen.shape("M 95 78.5 C 87 83 90 89 95 86 C 100 89 103 83 95 78.5 Z", "strong")


def hanging(pen: Sketch) -> None:
    """The list hangs on the village's board for three days, and people read it."""
    _ground(pen)
    for x in (34, 116):
        pen.limb(((x, 12), (x, 84)), 3.4, "warm")
    pen.shape("M 22 80 L 34 91 L 116 91 L 128 80 Z", "strong")
    pen.box((30, 34), (90, 46), "light")
    for x, wide in ((36, 24), (66, 24), (96, 20)):
        pen.box((x, 38), (wide, 36), "paper")
        pen.box((x + 3, 67), (wide - 6, 4), "strong", line=0.6)
        for row in range(5):
            pen.shape(f"M {x + 3} {62 - 4.6 * row} L {x + wide - 3} {62 - 4.6 * row}", line=0.6)
    old = Person((56, 3), (-11, 17), (14, 40), "warm", Hair.OLD, 56, turned=True)
    pen.person(old)
    pen.person(Person((92, 3), (-11, 17), (11, 17), "strong", Hair.LONG, 58, turned=True))
    pen.person(Person((114, 3), (-12, 13), (7, 12), "paper", Hair.SHORT, 38, turned=True))


def points(pen: Sketch) -> None:
    """The points are on the card: a hand holds it."""
    pen.shape(
        "M 75 50 L 0 100 L 0 86 Z M 75 50 L 20 100 L 40 100 Z M 75 50 L 62 100 L 84 100 Z "
        "M 75 50 L 108 100 L 130 100 Z M 75 50 L 150 98 L 150 80 Z M 75 50 L 0 62 L 0 46 Z "
        "M 75 50 L 150 62 L 150 46 Z",
        "light",
        line=0,
    )
    _card(pen, 28, 27, 86)
    pen.shape(
        "M 62 0 L 60 12 Q 46 20 42 30 Q 40 40 46 41 Q 51 41 54 34 L 60 29 L 84 29 "
        "Q 94 22 92 10 L 92 0 Z",
        "skin",
    )
    pen.shape("M 60 29 Q 68 26 70 19 M 76 29 Q 82 25 82 19", line=0.8)
    pen.box((57, -2), (39, 9), "strong")
    _coin(pen, 24, 78, 13)
    _coin(pen, 128, 74, 11)
    _coin(pen, 14, 40, 8)


def _coin(pen: Sketch, x: float, y: float, radius: float) -> None:
    pen.circle((x, y), radius, "warm")
    pen.circle((x, y), radius * 0.8, line=0.6)
    arm = radius * 0.42
    pen.shape(f"M {x - arm} {y} L {x + arm} {y} M {x} {y - arm} L {x} {y + arm}", line=1.6)


def shop(pen: Sketch) -> None:
    """At the counter the shopkeeper scans the card."""
    for row in range(2):
        base = 48 + 22 * row
        pen.shape(f"M 6 {base} L 144 {base}", line=1.6)
        for place in range(8):
            _ware(pen, 10 + 17 * place, base + 1, place + row)
    pen.person(Person((52, 12), (-9, 28), (26, 35), "strong", Hair.SHORT, 68))
    pen.person(Person((112, 4), (-25, 44), (10, 24), "warm", Hair.OLD, 64))
    pen.box((8, 0), (86, 30), "paper")
    pen.box((4, 30), (94, 5), "warm")
    pen.shape("M 36 0 L 36 30 M 64 0 L 64 30", line=0.6)
    _card(pen, 82, 47, 16)
    pen.shape("M 74 45 L 80 49 L 78 53 L 71 50 Z M 72 46 L 70 37 L 74 36 L 76.5 44 Z", "ink")
    pen.shape("M 81 52 L 86 56 M 82 50 L 88 51", line=0.6)


def _ware(pen: Sketch, x: float, y: float, kind: int) -> None:
    match kind % 4:
        case 0:
            pen.shape(f"M {x} {y} L {x + 12} {y} L {x + 11} {y + 15} L {x + 1} {y + 15} Z", "paper")
            pen.box((x + 2.5, y + 4), (7, 6), "strong", line=0.6)
        case 1:
            pen.box((x + 1, y), (9, 12), "warm", round_by=2)
            pen.box((x + 3.5, y + 12), (4, 4), "strong", line=0.8)
        case 2:
            pen.box((x, y), (12, 8), "light")
            pen.shape(f"M {x} {y + 4} L {x + 12} {y + 4}", line=0.6)
        case _:
            pen.box((x + 2, y), (8, 14), "paper", round_by=1)
            pen.shape(
                f"M {x + 2} {y + 5} L {x + 10} {y + 5} L {x + 10} {y + 10} L {x + 2} {y + 10} Z",
                "strong",
                line=0.6,
            )


def home(pen: Sketch) -> None:
    """Home they go with rice and oil, having signed."""
    _ground(pen)
    _tree(pen, 14, 14)
    pen.shape("M 52 7 Q 50 30 55 34 Q 66 37 77 34 Q 82 30 80 7 Q 66 3 52 7 Z", "paper")
    pen.shape("M 55 34 L 53 40 L 60 37 L 66 41 L 72 37 L 79 40 L 77 34", "paper")
    pen.shape("M 66 27 L 60 19 L 66 11 L 72 19 Z", "strong")
    pen.person(Person((100, 7), (-21, 26), (19, 27), "strong", Hair.LONG, 68))
    pen.shape("M 112 8 L 126 8 L 126 26 L 122 31 L 122 35 L 116 35 L 116 31 L 112 26 Z", "warm")
    pen.shape("M 112 14 L 126 14 L 126 22 L 112 22 Z", "paper", line=0.8)
    pen.person(Person((136, 7), (-8, 20), (8, 22), "warm", Hair.SHORT, 42))
    pen.circle((38, 76), 8, "warm")
    for across, up in (
        (0, 13),
        (9.5, 9.5),
        (13, 0),
        (9.5, -9.5),
        (0, -13),
        (-9.5, -9.5),
        (-13, 0),
        (-9.5, 9.5),
    ):
        pen.shape(f"M {38 + across * 0.8} {76 + up * 0.8} L {38 + across} {76 + up}", line=0.9)


PICTURES: Final[tuple[Picture, ...]] = (good_deed, telling, hanging, points, shop, home)
