"""Where a line may end: marks stay with their words, figures whole, names break at their dots.

The rules are those of GB/T 15834-2011 (标点符号用法), 5.1, and of W3C's Requirements for Chinese
Text Layout, "Prohibition Rules for Line Start and Line End".
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise, takewhile
from operator import add

from moralbank.printing.lines import Line, Run, from_signs, may_hang, may_pull, signs_of

DOT = "·"
"""What stands between the parts of a name."""
BREAKS_AFTER = DOT + "，；。、　 "
"""Signs after which a line ends well."""
ROUNDING = 1e-6
_NO_LINE_START = "，。、；：？！）》〉」』】”’…·%℃"
_NO_LINE_END = "（《〈「『【“‘"


class Breakable:
    """A line measured once, sign by sign, to be broken at many sizes and widths.

    Lengths inside are parts of the size. Breaks are the places of the signs that begin lines; the
    first of them is 0.
    """

    def __init__(self, full: Line, *, margins: bool = False) -> None:
        """Measure ``full``. With ``margins``, the blank halves of marks may lie outside."""
        self.full = full
        self.signs = tuple(signs_of(full))
        self._margins = margins
        self._tracking = full.tracking / full.size
        steps = [sign.advance + self._tracking * len(sign.text) for sign in self.signs]
        self._ends: tuple[float, ...] = (0.0, *accumulate(steps))
        befores = (*(sign.before for sign in self.signs), 0.0)
        # The space before a line's first sign takes no room in it.
        self._begins: tuple[float, ...] = tuple(map(add, self._ends, befores))
        inked = [end - self._tracking for end in self._ends[1:]]
        if margins:
            hanging = zip(inked, self.signs, strict=True)
            inked = [end - may_hang(sign) for end, sign in hanging]
        # The widest so far, since the next mark may end further left than the sign before it.
        self._reach = tuple(accumulate(inked, max))
        spaces = sum(sign.before for sign in self.signs[1:] if sign.before > 0)
        self.least = sum(sign.advance for sign in self.signs) - spaces
        """What all lines together take at least: the spaces at their beginnings fall away."""

    def breaks(
        self, size: float, width: float, *, first: float | None = None, most: int | None = None
    ) -> list[int]:
        """Return the breaks of lines of ``width`` points at ``size``, the first ``first`` wide.

        A line ends after a middle dot, or after a comma where its second half has one; with
        margins, lines are as full as may be. Stops where there are more than ``most``.
        """
        room = (width + ROUNDING) / size
        limit = room if first is None else (first + ROUNDING) / size
        starts = [0]
        # From the line's own second sign on: what was taken along may fill a line already.
        while (place := bisect_right(self._reach, limit, starts[-1] + 1)) < len(self.signs):
            start = place - self._taken_along(starts[-1], place)
            starts.append(start)
            limit = room + self._begin(start)
            if most is not None and len(starts) > most:
                break
        return starts

    def widest(self, starts: Sequence[int], size: float) -> float:
        """Return the width in points of the widest line."""
        spans = self._spans(starts)
        return size * (
            max(self._ends[end] - self._begins[at] for at, end in spans) - self._tracking
        )

    def lines(self, starts: Sequence[int], size: float) -> tuple[Line, ...]:
        """Return the lines that begin at ``starts``, at ``size`` points."""
        like = self.full.at(size)
        return tuple(from_signs(signs, like) for signs in self.cut(starts))

    def cut(self, starts: Sequence[int]) -> list[Sequence[Run]]:
        """Return the signs of the lines that begin at ``starts``."""
        return [self.signs[start:end] for start, end in self._spans(starts)]

    def ends_in(self, starts: Sequence[int], marks: str) -> bool:
        """Tell whether all lines but the last end in one of ``marks``."""
        return all(self.signs[start - 1].text[-1] in marks for start in starts[1:])

    def _spans(self, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
        return pairwise((*starts, len(self.signs)))

    def _begin(self, start: int) -> float:
        pull = may_pull(self.signs[start]) if self._margins else 0.0
        return self._begins[start] + pull

    def _taken_along(self, start: int, place: int) -> int:
        """Return how many signs at a full line's end begin the next one, with that at ``place``."""
        before, sign = self.signs[start:place], self.signs[place]
        return _held(before, sign) if self._margins else _carried(before, sign)


def filled(full: Line, width: float, indent: float, *, flush: bool) -> tuple[Line, ...]:
    """Return ``full`` as full lines of ``width`` points, the first shorter by ``indent``.

    A closing mark that would begin a line hangs with its blank half behind the one before; an
    opening mark that begins a line lets its blank half stand out. With ``flush``, all lines but
    the last are set a little wider, to end at one edge.
    """
    room = width - indent
    if full.width <= room:
        return (full,)
    text = Breakable(full, margins=True)
    starts = text.breaks(full.size, width, first=room)
    first, *others = [_without_spaces(signs) for signs in text.cut(starts)]
    lines = [_set(first, full, room), *(_pulled(signs, full, width) for signs in others)]
    if flush and others:
        lines[:-1] = [lines[0].filled(room), *(part.filled(width) for part in lines[1:-1])]
    return tuple(lines)


def _without_spaces(signs: Sequence[Run]) -> Sequence[Run]:
    """Drop the spaces at both ends of a line."""
    inked = [place for place, sign in enumerate(signs) if sign.text != " "]
    return signs[inked[0] : inked[-1] + 1] if inked else signs


def _set(signs: Sequence[Run], full: Line, room: float) -> Line:
    line = from_signs(signs, full)
    return replace(line, hang=may_hang(signs[-1])) if line.width > room + ROUNDING else line


def _pulled(signs: Sequence[Run], full: Line, room: float) -> Line:
    pull = may_pull(signs[0])
    return replace(_set(signs, full, room + pull * full.size), pull=pull)


def _carried(before: Sequence[Run], sign: Run) -> int:
    """Return how many signs at the end of a full line should begin the next one, with ``sign``.

    Lines break after a middle dot, so that the parts of a name stay whole, or after a comma
    where the second half of the line has one.
    """
    after = [place for place, run in enumerate(before, start=1) if run.text in BREAKS_AFTER]
    dots = [place for place in after if before[place - 1].text == DOT]
    if dots:
        return len(before) - dots[-1]
    if sign.text in _NO_LINE_START or not after or after[-1] <= len(before) // 2:
        return _held(before, sign)
    return len(before) - after[-1]


def _held(before: Sequence[Run], sign: Run) -> int:
    """Return how many signs may not be parted from ``sign``: a word's last, a number's figures."""
    count = 0
    if sign.text in _NO_LINE_START or _is_pinyin(sign):
        marks = takewhile(lambda run: run.text in _NO_LINE_START, reversed(before))
        count = sum(1 for _mark in marks) + 1
    elif _is_figure(sign):
        count = sum(1 for _run in takewhile(_is_figure, reversed(before)))
    if sign.text not in _NO_LINE_START and count < len(before):
        count += before[-1 - count].text in _NO_LINE_END
    return count if count < len(before) else 0


def _is_figure(run: Run) -> bool:
    return run.text.isascii() and (run.text.isalnum() or run.text in ".-:")


def _is_pinyin(run: Run) -> bool:
    return run.scale != 1
