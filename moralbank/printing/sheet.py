"""Sheets of paper: sizes, places of an N-up sheet, crop marks, and the document itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from reportlab.pdfgen.canvas import Canvas

mm: Final = 72 / 25.4
"""Points in a millimetre: ``5 * mm`` is a length for a canvas."""

_CROP_LENGTH_MM = 4.0
_CROP_DISTANCE_MM = 1.5
_HAIRLINE = 0.25


@dataclass(frozen=True)
class Paper:
    """A size of paper, in mm."""

    width_mm: float
    height_mm: float

    @property
    def points(self) -> tuple[float, float]:
        """Width and height in points."""
        return self.width_mm * mm, self.height_mm * mm

    @property
    def turned(self) -> "Paper":
        """The same paper, a quarter turn round."""
        return Paper(self.height_mm, self.width_mm)


A5 = Paper(148, 210)
A4 = Paper(210, 297)
A3 = Paper(297, 420)


@dataclass(frozen=True)
class Place:
    """Where one piece goes: its page, counted from 0, and its lower left corner in points."""

    page: int
    x: float
    y: float


@dataclass(frozen=True)
class Grid:
    """Equal pieces on a sheet, in mm, centred and without gaps."""

    paper: Paper
    columns: int
    rows: int
    width_mm: float
    height_mm: float

    @property
    def per_page(self) -> int:
        """How many pieces a full sheet has."""
        return self.columns * self.rows

    @property
    def left_mm(self) -> float:
        """Distance of the first column from the left edge."""
        return (self.paper.width_mm - self.columns * self.width_mm) / 2

    @property
    def bottom_mm(self) -> float:
        """Distance of the last row from the lower edge."""
        return (self.paper.height_mm - self.rows * self.height_mm) / 2

    def places(self, count: int, *, skip: int = 0) -> Iterator[Place]:
        """Yield ``count`` places from left to right and top to bottom.

        ``skip`` is the number of places of the first sheet that are used up already. Raises
        ValueError when it is negative or a whole sheet.
        """
        if not 0 <= skip < self.per_page:
            message = f"skip must be between 0 and {self.per_page - 1}, not {skip}"
            raise ValueError(message)
        for number in range(skip, skip + count):
            page, index = divmod(number, self.per_page)
            row, column = divmod(index, self.columns)
            x = self.left_mm + column * self.width_mm
            y = self.bottom_mm + (self.rows - 1 - row) * self.height_mm
            yield Place(page, x * mm, y * mm)

    def draw_crop_marks(self, canvas: Any) -> None:
        """Draw hairlines in the margin at every line to cut along."""
        right = self.left_mm + self.columns * self.width_mm
        top = self.bottom_mm + self.rows * self.height_mm
        canvas.saveState()
        canvas.setStrokeGray(0)
        canvas.setLineWidth(_HAIRLINE)
        for column in range(self.columns + 1):
            x = self.left_mm + column * self.width_mm
            self._mark(canvas, (x, self.bottom_mm), (0, -1))
            self._mark(canvas, (x, top), (0, 1))
        for row in range(self.rows + 1):
            y = self.bottom_mm + row * self.height_mm
            self._mark(canvas, (self.left_mm, y), (-1, 0))
            self._mark(canvas, (right, y), (1, 0))
        canvas.restoreState()

    def _mark(
        self, canvas: Any, corner_mm: tuple[float, float], direction: tuple[int, int]
    ) -> None:
        near, far = _CROP_DISTANCE_MM, _CROP_DISTANCE_MM + _CROP_LENGTH_MM
        (x, y), (across, up) = corner_mm, direction
        canvas.line(
            (x + across * near) * mm,
            (y + up * near) * mm,
            (x + across * far) * mm,
            (y + up * far) * mm,
        )


CARDS_ON_A4 = Grid(A4, columns=2, rows=5, width_mm=85.6, height_mm=54)
"""Ten bank cards (ISO/IEC 7810 ID-1, to the tenth of a mm) on a sheet of A4."""


class Document:
    """A PDF in memory; the same drawing gives the same bytes, whenever it is made."""

    def __init__(self, paper: Paper, title: str) -> None:
        """Open a document of ``paper`` size, called ``title`` in the reader's window."""
        self._buffer = BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=paper.points, invariant=1, pageCompression=1)
        self.canvas.setTitle(title)
        self.canvas.setCreator("moralbank")
        self.canvas.setAuthor("")

    def close(self) -> bytes:
        """End the last page and return the file."""
        self.canvas.save()
        return self._buffer.getvalue()
