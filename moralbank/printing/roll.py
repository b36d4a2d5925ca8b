"""Dockets on a thermal roll: black only, as long as their content.

Everything is Hei Bold: at 203 dots per inch thinner strokes break. Lengths are points.
"""

from dataclasses import dataclass
from typing import Any, Final

from moralbank.i18n import _
from moralbank.printing import qr
from moralbank.printing.docket import Docket, Item, Pair, Weight
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import Document, Paper, mm
from moralbank.printing.text import ELLIPSIS, Line, boxed, line, shrunk, wrapped

_SMALLEST: Final = 6.5
_LEADING: Final = 1.42
_RULE_SPACE: Final = 6.5
_SIGNATURE_SPACE: Final = 12 * mm
_TOP_MM, _TAIL_MM = 4.0, 8.0
_MOST_LINES: Final = 3


@dataclass(frozen=True)
class RollPaper:
    """A roll of thermal paper: its width, what of it is printable, and the sizes that suit it."""

    width_mm: float
    printable_mm: float
    small: float
    text: float
    large: float
    huge: float
    code_mm: float

    @property
    def left(self) -> float:
        """Where printing begins."""
        return (self.width_mm - self.printable_mm) / 2 * mm

    @property
    def right(self) -> float:
        """Where printing ends."""
        return self.left + self.width

    @property
    def width(self) -> float:
        """What can be printed on."""
        return self.printable_mm * mm

    @property
    def middle(self) -> float:
        """The axis of the roll."""
        return self.width_mm / 2 * mm

    def size(self, weight: Weight) -> float:
        """Return the size of a line."""
        return {Weight.SMALL: self.small, Weight.TEXT: self.text, Weight.LARGE: self.large}[weight]


ROLL_80: Final = RollPaper(80, 72, small=8.5, text=10.5, large=14, huge=17, code_mm=26)
ROLL_58: Final = RollPaper(58, 48, small=7.5, text=9, large=11.5, huge=14, code_mm=22)


def printed(docket: Docket, paper: RollPaper) -> bytes:
    """Return the docket as a PDF page as wide as the roll and as long as it needs."""
    measuring = _Roll(paper, None)
    _print(measuring, docket)
    height_mm = measuring.used / mm + _TOP_MM + _TAIL_MM
    document = Document(Paper(paper.width_mm, height_mm), f"{docket.issuer} {docket.code}")
    document.canvas.setFillGray(0)
    document.canvas.setStrokeGray(0)
    _print(_Roll(paper, document.canvas, (height_mm - _TOP_MM) * mm), docket)
    return document.close()


class _Roll:
    """A roll that is written from top to bottom; without a canvas it only measures."""

    def __init__(self, paper: RollPaper, canvas: Any, top: float = 0.0) -> None:
        self.paper = paper
        self._canvas = canvas
        self._top = top
        self.used = 0.0

    @property
    def _y(self) -> float:
        return self._top - self.used

    def centred(self, text: str, size: float, *, tracking: float = 0.0) -> None:
        """Write ``text`` in the middle, on several lines where it is long."""
        full = _bold(text, size, tracking=tracking)
        for part in boxed(full, self.paper.width, size * 2.6, _SMALLEST):
            self.used += part.size * _LEADING
            self._draw(part, self.paper.middle - part.width / 2)

    def pair(self, pair: Pair) -> None:
        """Write both ends of one line; what stands at the left wraps if it must.

        Where two long names would be cut, the right end follows on a line of its own.
        """
        size = self.paper.size(pair.weight)
        left, right = _bold(pair.left, size), _bold(pair.right, size)
        end = shrunk(right, self.paper.width * 0.62, _SMALLEST)
        room = self.paper.width - end.width - (6 if pair.right else 0)
        begin = boxed(left, room, size * 3.6, _SMALLEST)
        beside = 0
        if pair.right and (_is_cut(end) or _is_cut(begin[-1])):
            begin = boxed(left, self.paper.width, size * 3.6, _SMALLEST)
            end = shrunk(right, self.paper.width, _SMALLEST)
            beside = len(begin)
        for number in range(max(len(begin), beside + 1)):
            self.used += size * _LEADING
            if number < len(begin):
                self._draw(begin[number], self.paper.left)
            if number == beside:
                self._draw(end, self.paper.right - end.width)

    def item(self, item: Item) -> None:
        """Write goods and their sum on one line, or one under the other where that is too long."""
        total = f"{item.pieces} × {item.each} = {item.total}"
        title = _bold(item.title, self.paper.text)
        end = shrunk(_bold(total, self.paper.text), self.paper.width, _SMALLEST)
        step = self.paper.text * _LEADING
        if title.width + end.width + 6 > self.paper.width:
            most = step * _MOST_LINES
            for part in boxed(title, self.paper.width, most, self.paper.text * 0.8):
                self.used += step
                self._draw(part, self.paper.left)
            self.used += step
        else:
            self.used += step
            self._draw(title, self.paper.left)
        self._draw(end, self.paper.right - end.width)

    def note(self, text: str) -> None:
        """Write a sentence over the whole width."""
        size = self.paper.size(Weight.TEXT)
        for part in wrapped(_bold(text, size), self.paper.width):
            self.used += size * _LEADING
            self._draw(part, self.paper.left)

    def rule(self, *, dashed: bool = True) -> None:
        """Draw a line from edge to edge."""
        self.used += _RULE_SPACE
        if self._canvas is not None:
            self._canvas.saveState()
            self._canvas.setLineWidth(1)
            if dashed:
                self._canvas.setDash(2.5, 2)
            self._canvas.line(self.paper.left, self._y, self.paper.right, self._y)
            self._canvas.restoreState()
        self.used += _RULE_SPACE * 0.3

    def signature(self, label: str) -> None:
        """Leave a place to sign, on a line behind ``label``."""
        self.used += _SIGNATURE_SPACE
        words = _bold(label, self.paper.text)
        self._draw(words, self.paper.left)
        if self._canvas is not None:
            start = self.paper.left + words.width + 4
            self._canvas.setLineWidth(1)
            self._canvas.line(start, self._y - 2, self.paper.right, self._y - 2)
        self.used += 2 * mm

    def code(self, payload: str) -> None:
        """Draw a QR code in the middle."""
        side = self.paper.code_mm
        self.used += side * mm
        if self._canvas is not None:
            qr.draw(self._canvas, payload, self.paper.middle - side * mm / 2, self._y, side)

    def stamp(self, text: str) -> None:
        """Write ``text`` white on a black bar, to be seen at a glance."""
        size = self.paper.large
        high = size * 1.5
        self.used += high + 2 * mm
        if self._canvas is not None:
            self._canvas.rect(self.paper.left, self._y, self.paper.width, high, stroke=0, fill=1)
            self._canvas.setFillGray(1)
            words = shrunk(_bold(text, size, tracking=6), self.paper.width, _SMALLEST)
            middle = self._y + high / 2 - words.centre_drop
            words.draw_centred(self._canvas, self.paper.middle, middle)
            self._canvas.setFillGray(0)
        self.used += 1 * mm

    def _draw(self, words: Line, x: float) -> None:
        if self._canvas is not None:
            words.draw(self._canvas, x, self._y)


def _bold(text: str, size: float, *, tracking: float = 0.0) -> Line:
    return line(text, Voice.HEI_BOLD, size, tracking=tracking, spell=True)


def _print(roll: _Roll, docket: Docket) -> None:
    roll.centred(docket.issuer, roll.paper.huge)
    roll.centred(docket.title, roll.paper.text + 1, tracking=4)
    if docket.stamp:
        roll.stamp(docket.stamp)
    roll.rule(dashed=False)
    _print_pairs(roll, docket.facts)
    roll.rule()
    roll.pair(Pair(_("商品"), _("数量 × 单价 = 元"), Weight.SMALL))
    for item in docket.items:
        roll.item(item)
    roll.rule()
    _print_pairs(roll, docket.sums)
    roll.rule()
    _print_pairs(roll, docket.balances)
    if docket.notes:
        roll.rule()
    for note in docket.notes:
        roll.note(note)
    roll.rule()
    if docket.signature:
        roll.signature(docket.signature)
    roll.code(docket.code)
    roll.centred(docket.caption, roll.paper.small)
    roll.centred(docket.mark, roll.paper.small)


def _print_pairs(roll: _Roll, pairs: tuple[Pair, ...]) -> None:
    for pair in pairs:
        roll.pair(pair)


def _is_cut(part: Line) -> bool:
    return part.text.endswith(ELLIPSIS)
