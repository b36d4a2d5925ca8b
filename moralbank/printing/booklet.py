"""Booklets: which pages lie on which sheet, so that a folded and stapled heap reads on.

Two pages lie side by side on each side of a sheet; a booklet bound at its top has them one above
the other, `left` above. Sheets are turned over their short edge. Creep is ignored: a village's
booklets have few sheets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from moralbank.printing.stocks import MM, Paper

PAGES_A_SHEET: Final = 4
BLANK: Final = None
"""Stands where a sheet has room for a page that the booklet doesn't have."""

_MARK_MM: Final = 4.0
_STAPLE_MM: Final = 11.0
"""How far a staple reaches; office staplers' are 10 to 12 mm."""
_HAIRLINE: Final = 0.3

Page = int | None
Side = tuple[Page, Page]
"""What lies left and right (above and below) on one side of a sheet; pages count from 1."""


@dataclass(frozen=True)
class FoldedSheet:
    """One sheet of a booklet, its front being the outside once it is folded."""

    front: Side
    back: Side


def imposed(pages: int) -> tuple[FoldedSheet, ...]:
    """Return the sheets of a booklet of ``pages`` pages, the outermost first.

    What is missing to whole sheets is blank at the end. Raises ValueError for no page at all.
    """
    if pages < 1:
        message = f"a booklet has a page at least, not {pages}"
        raise ValueError(message)
    count = -(-pages // PAGES_A_SHEET)
    total = count * PAGES_A_SHEET

    def there(number: int) -> Page:
        return number if number <= pages else BLANK

    return tuple(
        FoldedSheet(
            front=(there(total - 2 * sheet), there(2 * sheet + 1)),
            back=(there(2 * sheet + 2), there(total - 2 * sheet - 1)),
        )
        for sheet in range(count)
    )


def sides(pages: int) -> Iterator[Side]:
    """Yield the sides of a booklet as a printer with duplex takes them: front, then back."""
    for sheet in imposed(pages):
        yield sheet.front
        yield sheet.back


def draw_middle_marks(canvas: Any, paper: Paper, *, staples: bool = False) -> None:
    """Draw hairlines at the left and right edges where a standing sheet is folded or cut.

    ``staples`` shows the two places for staples on the fold as well.
    """
    middle, right = paper.height_mm / 2 * MM, paper.width_mm * MM
    canvas.saveState()
    canvas.setStrokeGray(0.35)
    canvas.setLineWidth(_HAIRLINE)
    canvas.setDash(2, 1.5)
    for start, end in ((0, _MARK_MM * MM), (right - _MARK_MM * MM, right)):
        canvas.line(start, middle, end, middle)
    canvas.setDash()
    for axis in (right / 4, right * 3 / 4) if staples else ():
        reach = _STAPLE_MM / 2 * MM
        canvas.line(axis - reach, middle, axis + reach, middle)
        for end in (axis - reach, axis + reach):
            canvas.line(end, middle - 1, end, middle + 1)
    canvas.restoreState()
