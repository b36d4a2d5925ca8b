"""Where a line may end: marks stay with their words, figures whole, names break at their dots.

The rules are those of GB/T 15834-2011 (标点符号用法), 5.1, and of W3C's Requirements for Chinese
Text Layout, "Prohibition Rules for Line Start and Line End".
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile

from moralbank.printing.lines import Line, Run, from_signs, may_hang, may_pull, signs_of

DOT = "·"
"""What stands between the parts of a name."""
BREAKS_AFTER = DOT + "，；。、　 "
"""Signs after which a line ends well."""
ROUNDING = 1e-6
_NO_LINE_START = "，。、；：？！）》〉」』】”’…·%℃"
_NO_LINE_END = "（《〈「『【“‘"

Carry = Callable[[list[Run], Run], list[Run]]
"""Takes from a full line what must begin the next one with the given sign."""


def broken(full: Line, width: float) -> tuple[Line, ...]:
    """Return ``full`` as lines of at most ``width`` points for a box, where they need not be full.

    A line ends after a middle dot, or after a comma where its second half has one.
    """
    if full.width <= width:
        return (full,)
    lines = _poured(full, lambda _number: width, _carried)
    return tuple(from_signs(signs, full) for signs in lines)


def filled(full: Line, width: float, indent: float, *, flush: bool) -> tuple[Line, ...]:
    """Return ``full`` as full lines of ``width`` points, the first shorter by ``indent``.

    A closing mark that would begin a line hangs with its blank half behind the one before; an
    opening mark that begins a line lets its blank half stand out. With ``flush``, all lines but
    the last are set a little wider, to end at one edge.
    """
    room = [width - indent]
    if full.width <= room[0]:
        return (full,)
    poured = _poured(full, lambda number: width - (0 if number else indent), _held, margins=True)
    first, *others = [_without_spaces(signs) for signs in poured]
    lines = [_set(first, full, room[0]), *(_pulled(signs, full, width) for signs in others)]
    if flush and others:
        lines[:-1] = [lines[0].filled(room[0]), *(part.filled(width) for part in lines[1:-1])]
    return tuple(lines)


def _poured(
    full: Line, room: Callable[[int], float], carry: Carry, *, margins: bool = False
) -> list[list[Run]]:
    """Fill line after line, each as wide as ``room`` says of its number.

    With ``margins``, the blank halves of marks may lie outside.
    """
    lines: list[list[Run]] = [[]]
    used = 0.0
    for sign in signs_of(full):
        end = used + _step(sign, full) - full.tracking
        if margins:
            end -= may_hang(sign) * full.size
        if lines[-1] and end > room(len(lines) - 1) + ROUNDING:
            lines.append(carry(lines[-1], sign))
            used = sum(_step(held, full) for held in lines[-1])
            used -= _outside([*lines[-1], sign][0], full, margins=margins)
        lines[-1].append(sign)
        used += _step(sign, full)
    return lines


def _step(sign: Run, full: Line) -> float:
    return sign.advance * full.size + full.tracking * len(sign.text)


def _outside(first: Run, full: Line, *, margins: bool) -> float:
    """Return how much of a line's first sign takes no room: the space before it, a blank half."""
    return (first.before + (may_pull(first) if margins else 0.0)) * full.size


def _without_spaces(signs: list[Run]) -> list[Run]:
    """Drop the spaces at both ends of a line."""
    inked = [place for place, sign in enumerate(signs) if sign.text != " "]
    return signs[inked[0] : inked[-1] + 1] if inked else signs


def _set(signs: Sequence[Run], full: Line, room: float) -> Line:
    line = from_signs(signs, full)
    return replace(line, hang=may_hang(signs[-1])) if line.width > room + ROUNDING else line


def _pulled(signs: Sequence[Run], full: Line, room: float) -> Line:
    pull = may_pull(signs[0])
    return replace(_set(signs, full, room + pull * full.size), pull=pull)


def _carried(before: list[Run], sign: Run) -> list[Run]:
    """Take from the end of a full line what should begin the next one.

    Lines break after a middle dot, so that the parts of a name stay whole, or after a comma
    where the second half of the line has one.
    """
    dots = [place for place, run in enumerate(before) if run.text == DOT]
    breaks = [place for place, run in enumerate(before) if run.text in BREAKS_AFTER]
    if dots:
        return _taken(before, len(before) - dots[-1] - 1)
    if sign.text in _NO_LINE_START or not breaks or breaks[-1] < len(before) // 2:
        return _held(before, sign)
    return _taken(before, len(before) - breaks[-1] - 1)


def _held(before: list[Run], sign: Run) -> list[Run]:
    """Take what may not be parted from ``sign``: a word from its marks, a number's figures."""
    count = 0
    if sign.text in _NO_LINE_START or _is_pinyin(sign):
        marks = takewhile(lambda run: run.text in _NO_LINE_START, reversed(before))
        count = sum(1 for _mark in marks) + 1
    elif _is_figure(sign):
        count = sum(1 for _run in takewhile(_is_figure, reversed(before)))
    if sign.text not in _NO_LINE_START and count < len(before):
        count += before[-1 - count].text in _NO_LINE_END
    return _taken(before, count if count < len(before) else 0)


def _is_figure(run: Run) -> bool:
    return run.text.isascii() and (run.text.isalnum() or run.text in ".-:")


def _is_pinyin(run: Run) -> bool:
    return run.scale != 1


def _taken(before: list[Run], count: int) -> list[Run]:
    tail = before[len(before) - count :]
    del before[len(before) - count :]
    return tail
