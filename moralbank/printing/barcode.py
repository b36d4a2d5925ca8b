"""Bar codes as vector rectangles: those of goods (EAN-13, EAN-8, UPC-A, ITF-14) and Code 128.

A module is a whole number of a 300 dpi printer's dots (of a 600 dpi one's all the more), so that
no bar comes out a dot wider than its neighbour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from reportlab.graphics.barcode.code128 import Code128

from moralbank.printing.sheet import mm

_DOT_MM: Final = 25.4 / 300
_MOST_DOTS, _LEAST_DOTS = 4, 2
"""Modules of 0.34 mm (an EAN's nominal size is 0.33) down to 0.17, which every scanner reads."""

_EAN_13, _EAN_8, _UPC_A, _ITF_14 = 13, 8, 12, 14
_SETS: Final = (3211, 2221, 2122, 1411, 1132, 1231, 1114, 1312, 1213, 3112)
"""An EAN's figures as widths of space, bar, space, bar (GS1 General Specifications, 5.2.1)."""
_FIRST_FIGURE: Final = (
    "AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB",
    "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA",
)  # fmt: skip
"""Which sets the left half uses: they spell the thirteenth figure."""
_GUARD, _CENTRE = (1, 1, 1), (1, 1, 1, 1, 1)
_FIVES: Final = (
    "11331", "31113", "13113", "33111", "11313", "31311", "13311", "11133", "31131", "13131",
)  # fmt: skip
"""Interleaved 2 of 5 with wide elements of three modules (GS1 General Specifications, 5.3.2)."""
_WEIGHTS: Final = (3, 1)


class CodeTooWide(ValueError):
    """The code cannot be printed legibly into the given space."""


@dataclass(frozen=True)
class BarCode:
    """A code as the widths of bar, space, bar, … in modules, and the quiet zones it needs.

    ``text`` is what people read under it; ``bearer`` asks for bars along its upper and lower edge
    (ITF-14, so that half a scan can't pass for a whole one).
    """

    text: str
    widths: tuple[int, ...]
    quiet: tuple[int, int]
    bearer: bool = False

    @property
    def modules(self) -> int:
        """Width with both quiet zones, in modules."""
        return sum(self.widths) + sum(self.quiet)

    def module_mm(self, space_mm: float) -> float:
        """Return the width of a module in ``space_mm``. Raises CodeTooWide."""
        dots = min(_MOST_DOTS, int(space_mm / _DOT_MM / self.modules + 1e-9))
        if dots < _LEAST_DOTS:
            raise CodeTooWide(self.text)
        return dots * _DOT_MM


def for_goods(barcode: str, sku: str) -> BarCode:
    """Return the code of a shelf label: that on the goods, else Code 128 of the ``sku``.

    Digits that are no GTIN of 8, 12, 13 or 14 figures with their check figure count as none.
    """
    return gtin(barcode) if is_gtin(barcode) else code_128(sku)


def is_gtin(digits: str) -> bool:
    """Tell whether ``digits`` are a number of goods with the right check figure."""
    if len(digits) not in {_EAN_8, _UPC_A, _EAN_13, _ITF_14}:
        return False
    if not (digits.isascii() and digits.isdecimal()):
        return False
    paired = enumerate(reversed(digits[:-1]))
    total = sum(int(figure) * _WEIGHTS[place % 2] for place, figure in paired)
    return -total % 10 == int(digits[-1])


def gtin(digits: str) -> BarCode:
    """Return the code of a number of goods. Raises ValueError for what is none."""
    if not is_gtin(digits):
        message = f"{digits!r} is no number of goods"
        raise ValueError(message)
    if len(digits) == _ITF_14:
        return BarCode(digits, tuple(_interleaved(digits)), (10, 10), bearer=True)
    if len(digits) == _EAN_8:
        widths = (*_GUARD, *_figures(digits[:4], "AAAA"), *_CENTRE, *_figures(digits[4:], "CCCC"))
        return BarCode(digits, (*widths, *_GUARD), (7, 7))
    figures = digits.zfill(_EAN_13)
    left = _figures(figures[1:7], _FIRST_FIGURE[int(figures[0])])
    right = _figures(figures[7:], "CCCCCC")
    return BarCode(digits, (*_GUARD, *left, *_CENTRE, *right, *_GUARD), (11, 7))


def _figures(digits: str, sets: str) -> Iterator[int]:
    """Yield the widths of figures; set B is set A read backwards, C is A with its colours turned.

    The alternation of bars and spaces turns the colours by itself.
    """
    for figure, which in zip(digits, sets, strict=True):
        widths = str(_SETS[int(figure)])
        yield from map(int, reversed(widths) if which == "B" else widths)


def _interleaved(digits: str) -> Iterator[int]:
    yield from (1, 1, 1, 1)
    for bars, spaces in zip(digits[::2], digits[1::2], strict=True):
        for bar, space in zip(_FIVES[int(bars)], _FIVES[int(spaces)], strict=True):
            yield from (int(bar), int(space))
    yield from (3, 1, 1)


def code_128(text: str) -> BarCode:
    """Return printable ASCII as Code 128. Raises ValueError for anything else."""
    if not (text and text.isascii() and text.isprintable()):
        message = f"{text!r} cannot be written in Code 128"
        raise ValueError(message)
    code = Code128(text, quiet=False)
    code.validate()
    code.encode()
    # reportlab spells widths as letters: A a bar of one module, a a space of one.
    widths = tuple(ord(letter.lower()) - ord("a") + 1 for letter in code.decompose())
    return BarCode(text, widths, (10, 10))


def draw(canvas: Any, code: BarCode, x: float, y: float, width_mm: float, height: float) -> float:
    """Draw the bars from the left edge of a space ``width_mm`` wide; return the width they took.

    ``height`` and the width returned, quiet zones and all, are points; the lower left corner is
    x, y. Nothing is painted under them. Raises CodeTooWide.
    """
    module = code.module_mm(width_mm) * mm
    canvas.saveState()
    canvas.setFillGray(0)
    path = canvas.beginPath()
    first = left = x + code.quiet[0] * module
    for place, width in enumerate(code.widths):
        if place % 2 == 0:
            path.rect(left, y, width * module, height)
        left += width * module
    if code.bearer:
        for edge in (y, y + height - 2 * module):
            path.rect(first, edge, left - first, 2 * module)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()
    return code.modules * module
