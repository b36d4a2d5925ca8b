"""Which line stands where: a line's number alone says on which page, and on which of its rows."""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from moralbank.passbooks.sheets import How, PassbookLine, PassbookSheet, Totals
from moralbank.printing.booklet import PAGES_A_SHEET

ROWS: Final = 12
"""Lines on a page."""
_COVERS: Final = 2
"""A booklet's first and last page have no lines."""


def page_of(number: int) -> int:
    """The page of a line, counted from 1."""
    return (number - 1) // ROWS + 1


def row_of(number: int) -> int:
    """The row of a line on its page, counted from 0."""
    return (number - 1) % ROWS


def page_end(number: int) -> int:
    """The last line of the page on which a line stands."""
    return page_of(number) * ROWS


def span(how: How, printed: int, total: int) -> range:
    """The lines to be printed where ``printed`` of ``total`` were printed before."""
    if how in {How.BOOKLET, How.WHOLE}:
        return range(1, total + 1)
    last = min(total, page_end(printed + 1)) if how is How.CONTINUE else total
    return range(printed + 1, last + 1)


@dataclass(frozen=True)
class Leaf:
    """A page of lines.

    ``opening`` and ``closing`` are what is carried from the page before and to the next one;
    None where that is not to be written. ``struck`` rows at the top stay empty, since their lines
    stand on another leaf. ``totals`` are those of all lines, on the page with the newest one.
    """

    number: int
    lines: tuple[PassbookLine, ...]
    opening: Totals | None
    closing: Totals | None
    struck: int = 0
    totals: Totals | None = None


def leaves(sheet: PassbookSheet) -> tuple[Leaf, ...]:
    """The pages of lines to be printed; a booklet's are so many that it fills whole sheets."""
    filled = _filled(sheet)
    if sheet.how in {How.REFILL, How.CONTINUE}:
        return filled
    wanted = _inner_pages(len(sheet.lines)) if sheet.how is How.BOOKLET else 1
    empty = range(len(filled) + 1, wanted + 1)
    return (*filled, *(_untouched(number, sheet) for number in empty))


def _inner_pages(lines: int) -> int:
    """Pages between the covers: there is always a row left for the next line."""
    pages = lines // ROWS + 1 + _COVERS
    return -(-pages // PAGES_A_SHEET) * PAGES_A_SHEET - _COVERS


def _untouched(number: int, sheet: PassbookSheet) -> Leaf:
    """A page without a line; a passbook without any begins with nothing."""
    opening = Totals() if number == 1 else None
    totals = sheet.before.after(sheet.lines) if number == 1 else None
    return Leaf(number, (), opening, None, totals=totals)


def _filled(sheet: PassbookSheet) -> tuple[Leaf, ...]:
    """The pages that hold lines."""
    made: list[Leaf] = []
    totals = sheet.before
    for number, group in groupby(sheet.lines, key=lambda line: page_of(line.number)):
        lines = tuple(group)
        before, totals = totals, totals.after(lines)
        struck = row_of(lines[0].number)
        overlaid = sheet.how is How.CONTINUE
        made.append(
            Leaf(
                number,
                lines,
                opening=None if overlaid and struck else before,
                closing=totals if row_of(lines[-1].number) == ROWS - 1 else None,
                struck=0 if overlaid else struck,
                totals=totals if lines[-1] is sheet.lines[-1] and not overlaid else None,
            )
        )
    return tuple(made)
