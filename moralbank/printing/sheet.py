"""Sheets of paper: crop marks, and the document itself; sizes stand in `stocks.py`."""

from io import BytesIO
from typing import Any, BinaryIO, Final

from moralbank.printing.stocks import A3, A4, A5, MM, Paper, Stock
from moralbank.printing.streaming import StreamedCanvas

__all__ = ["A3", "A4", "A5", "Document", "Paper", "Stock", "draw_crop_marks", "mm"]

mm: Final = MM
"""Points in a millimetre: ``5 * mm`` is a length for a canvas."""

_CROP_LENGTH_MM = 4.0
_CROP_DISTANCE_MM = 1.5
_HAIRLINE = 0.25


def draw_crop_marks(canvas: Any, stock: Stock) -> None:
    """Draw hairlines in the margin at every line to cut along, gaps at both their sides."""
    canvas.saveState()
    canvas.setStrokeGray(0)
    canvas.setLineWidth(_HAIRLINE)
    lefts = [stock.left_mm + n * (stock.width_mm + stock.gap_mm[0]) for n in range(stock.columns)]
    lows = [stock.bottom_mm + n * (stock.height_mm + stock.gap_mm[1]) for n in range(stock.rows)]
    right, top = lefts[-1] + stock.width_mm, lows[-1] + stock.height_mm
    for x in sorted({*lefts, *(left + stock.width_mm for left in lefts)}):
        _mark(canvas, (x, stock.bottom_mm), (0, -1))
        _mark(canvas, (x, top), (0, 1))
    for y in sorted({*lows, *(low + stock.height_mm for low in lows)}):
        _mark(canvas, (stock.left_mm, y), (-1, 0))
        _mark(canvas, (right, y), (1, 0))
    canvas.restoreState()


def _mark(canvas: Any, corner_mm: tuple[float, float], direction: tuple[int, int]) -> None:
    near, far = _CROP_DISTANCE_MM, _CROP_DISTANCE_MM + _CROP_LENGTH_MM
    (x, y), (across, up) = corner_mm, direction
    canvas.line(
        (x + across * near) * mm,
        (y + up * near) * mm,
        (x + across * far) * mm,
        (y + up * far) * mm,
    )


class Document:
    """A PDF; the same drawing gives the same bytes, whenever and wherever it is made.

    Ordinary sheets are made in memory: `close()` gives the file. What may have thousands of pages
    is written `to` an open binary file, at its start, page by page, and takes no more memory for
    fifty thousand cards than for a thousand. Either way a form has to be defined before the first
    page that shows it is finished. What was written before an error or a cancelled job is no PDF:
    whoever gave the file throws it away.
    """

    def __init__(self, paper: Paper, title: str, *, to: BinaryIO | None = None) -> None:
        """Open a document of ``paper`` size, called ``title`` in the reader's window."""
        self._buffer = BytesIO()
        self.canvas = StreamedCanvas(to or self._buffer, paper.points)
        self.canvas.setTitle(title)
        self.canvas.setCreator("moralbank")
        self.canvas.setAuthor("")

    def close(self) -> bytes:
        """End the last page and return the file; nothing where it was written to another.

        Without anything drawn it has one empty page, since readers refuse a file of none.
        """
        if self.canvas.blank:
            self.canvas.showPage()
        self.canvas.save()
        return self._buffer.getvalue()
