"""A chart of how a cost grows with a size: lines over factors of ten, or over even steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, Shape

from moralbank.printing import palette
from moralbank.printing.charts import Size, write
from moralbank.printing.fonts import Voice
from moralbank.printing.text import line

PAGE: Final = Size(600, small=11, text=12, large=15, outer=0, inner=0)
"""For documents that are read on a screen."""

_HIGH: Final = 300
_BOTTOM, _TOP, _RIGHT = 44.0, 236.0, 12.0
_INSET: Final = 28.0
"""So far from the chart's sides the first and the last size stand, for the figures at them."""
_FACTOR: Final = 1.5
"""Sizes that grow by this much from each to the next are meant as factors."""
_WIDE: Final = 20
"""Costs that differ by more than this are shown as factors."""
_MARKED: Final = 12
"""More points than this are a line without marks and figures."""
_STEPS: Final = 5
_DASHES: Final = (5, 3)
_THIN: Final = 0.4


@dataclass(frozen=True)
class Series:
    """One line: what it is called in the legend, and its value at each size."""

    label: str
    values: Sequence[float]


@dataclass(frozen=True)
class Growth:
    """What a chart of growth shows: `across` is what the sizes are, `unit` that of the values.

    The first of one or two `series` is drawn full, the second dashed and hollow.
    """

    title: str
    across: str
    unit: str
    sizes: Sequence[int]
    series: Sequence[Series]


def growth(shown: Growth, size: Size = PAGE) -> Drawing:
    """Return the chart; raises ValueError where nothing was measured."""
    drawing = Drawing(size.width, _HIGH)
    drawing.add(Rect(0, 0, size.width, _HIGH, fillColor=palette.WHITE, strokeColor=None))
    values = [value for one in shown.series for value in one.values]
    up = _scale(values, (_BOTTOM, _TOP), by_factors=max(values) > _WIDE * min(values) > 0)
    words = [_written(mark) for mark in up.marks()]
    left = max(line(word, Voice.HEI, size.small).width for word in words) + 16
    ends = (left + _INSET, size.width - _RIGHT - _INSET)
    across = _scale(shown.sizes, ends, by_factors=_are_factors(shown.sizes))
    _head(drawing, shown, size)
    _grid(drawing, size, across, up)
    write(drawing, shown.across, size.width - _RIGHT, 6, size.small, anchor="end")
    for number, one in enumerate(shown.series):
        spots = [
            (across.at(where), up.at(value))
            for where, value in zip(shown.sizes, one.values, strict=True)
        ]
        drawing.add(_line([edge for spot in spots for edge in spot], dashed=bool(number)))
        if len(spots) <= _MARKED:
            above = _stands_above(shown.series, number)
            for (x, y), value in zip(spots, one.values, strict=True):
                drawing.add(_mark(x, y, hollow=bool(number)))
                under = y - 8 - size.small * 0.7
                base = y + 8 if above or under < _BOTTOM + 3 else under
                write(drawing, _written(value), x, base, size.small, bold=True, anchor="middle")
    return drawing


@dataclass(frozen=True)
class _Scale:
    """From a value to its place: `low` to `high` between two `ends`, by factors or evenly."""

    low: float
    high: float
    step: float
    ends: tuple[float, float]
    by_factors: bool

    def at(self, value: float) -> float:
        first, last = self.ends
        low, high, here = (
            (log10(one) for one in (self.low, self.high, value))
            if self.by_factors
            else (self.low, self.high, value)
        )
        return first + (last - first) * (here - low) / (high - low)

    def marks(self) -> Iterator[float]:
        mark = self.low
        while mark <= self.high * (1 + 1e-9):
            yield mark
            mark = mark * 10 if self.by_factors else mark + self.step


def _scale(values: Sequence[float], ends: tuple[float, float], *, by_factors: bool) -> _Scale:
    """Whole powers of ten around the values, or even steps from nothing."""
    if by_factors:
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        return _Scale(10.0**low, 10.0 ** max(high, low + 1), 10, ends, by_factors=True)
    most = max(values) or 1
    rough = most * 1.02 / _STEPS
    power = 10.0 ** floor(log10(rough))
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
    return _Scale(0, step * ceil(most * 1.02 / step), step, ends, by_factors=False)


def _are_factors(sizes: Sequence[int]) -> bool:
    steps = list(pairwise(sizes))
    return bool(steps) and all(0 < before * _FACTOR <= after for before, after in steps)


def _head(drawing: Drawing, shown: Growth, size: Size) -> None:
    """Title, unit and legend."""
    write(drawing, shown.title, 8, _HIGH - 22, size.large, bold=True)
    base, left = _TOP + 18, 0.0
    write(drawing, shown.unit, 8, base, size.small)
    for number, one in reversed(list(enumerate(shown.series))):
        words = write(drawing, one.label, size.width - _RIGHT - left, base, size.text, anchor="end")
        end = size.width - _RIGHT - left - words - 6
        drawing.add(_line([end - 34, base + 4, end, base + 4], dashed=bool(number)))
        drawing.add(_mark(end - 17, base + 4, hollow=bool(number)))
        left += words + 60


def _grid(drawing: Drawing, size: Size, across: _Scale, up: _Scale) -> None:
    left, right = across.ends[0] - _INSET, across.ends[1] + _INSET
    for mark in up.marks():
        y = up.at(mark)
        drawing.add(Line(left, y, right, y, strokeColor=palette.GREY, strokeWidth=_THIN))
        write(drawing, _written(mark), left - 8, y - 4, size.small, anchor="end")
    for mark in across.marks():
        x = across.at(mark)
        drawing.add(Line(x, _BOTTOM, x, _TOP, strokeColor=palette.GREY, strokeWidth=_THIN))
        write(drawing, _written(mark), x, _BOTTOM - 17, size.small, anchor="middle")
    drawing.add(Line(left, _BOTTOM, right, _BOTTOM, strokeColor=palette.INK))


def _line(corners: list[float], *, dashed: bool) -> Shape:
    drawn = PolyLine(corners, strokeColor=palette.INK, strokeWidth=2)
    if dashed:
        drawn.strokeDashArray = _DASHES
    return drawn


def _mark(x: float, y: float, *, hollow: bool) -> Shape:
    fill = palette.WHITE if hollow else palette.INK
    return Circle(x, y, 4, fillColor=fill, strokeColor=palette.INK, strokeWidth=1.5)


def _stands_above(series: Sequence[Series], number: int) -> bool:
    """Whether a line's figures are written over it: over the higher one, under the lower one."""
    ends = [one.values[-1] for one in series]
    return ends[number] == max(ends) and ends.index(max(ends)) == number


def _written(value: float) -> str:
    """Three digits that matter, thousands parted."""
    if value == 0 or value >= 1000:  # noqa: PLR2004 - where parting begins
        return f"{round(value):,}"
    return f"{float(f'{value:.3g}'):g}"
