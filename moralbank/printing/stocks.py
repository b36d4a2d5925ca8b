"""Paper that is bought: its sizes, and where the pieces on a sheet lie. Plain data, quickly read.

A stock names a sheet of cards or labels as they are sold; lengths are in mm.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MM: Final = 72 / 25.4
"""Points in a millimetre."""


@dataclass(frozen=True)
class Paper:
    """A size of paper, in mm."""

    width_mm: float
    height_mm: float

    @property
    def points(self) -> tuple[float, float]:
        """Width and height in points (1/72 inch)."""
        return self.width_mm * MM, self.height_mm * MM

    @property
    def turned(self) -> "Paper":
        """The same paper, a quarter turn round."""
        return Paper(self.height_mm, self.width_mm)


A5: Final = Paper(148, 210)
A4: Final = Paper(210, 297)
A3: Final = Paper(297, 420)
P60X90: Final = Paper(600, 900)
P80X120: Final = Paper(800, 1200)
BANNER: Final = Paper(3000, 800)
"""A wide banner over the village road, as print shops sell them by the metre."""


@dataclass(frozen=True)
class Place:
    """Where one piece goes: its page, counted from 0, and its lower left corner in points."""

    page: int
    x: float
    y: float


@dataclass(frozen=True)
class Stock:
    """Equal pieces on a sheet, in mm.

    `gap_mm` lies between columns and rows; `margin_mm` is left free at the left and the top of the
    first piece, None where the pieces stand in the middle of the sheet. `cut` says that somebody
    cuts along crop marks; ready-cut stock has none.
    """

    key: str
    paper: Paper
    columns: int
    rows: int
    width_mm: float
    height_mm: float
    gap_mm: tuple[float, float] = (0, 0)
    margin_mm: tuple[float, float] | None = None
    cut: bool = True

    @property
    def per_page(self) -> int:
        """How many pieces a full sheet has."""
        return self.columns * self.rows

    @property
    def left_mm(self) -> float:
        """Distance of the first column from the left edge."""
        if self.margin_mm is not None:
            return self.margin_mm[0]
        wide = self.columns * self.width_mm + (self.columns - 1) * self.gap_mm[0]
        return (self.paper.width_mm - wide) / 2

    @property
    def bottom_mm(self) -> float:
        """Distance of the last row from the lower edge."""
        high = self.rows * self.height_mm + (self.rows - 1) * self.gap_mm[1]
        if self.margin_mm is not None:
            return self.paper.height_mm - self.margin_mm[1] - high
        return (self.paper.height_mm - high) / 2

    def places(self, count: int, *, skip: int = 0) -> Iterator[Place]:
        """Yield `count` places from left to right and top to bottom.

        `skip` is the number of places of the first sheet that are used up already. Raises
        ValueError when `skip` is negative or a whole sheet.
        """
        if not 0 <= skip < self.per_page:
            message = f"skip must be between 0 and {self.per_page - 1}, not {skip}"
            raise ValueError(message)
        for number in range(skip, skip + count):
            page, index = divmod(number, self.per_page)
            row, column = divmod(index, self.columns)
            x = self.left_mm + column * (self.width_mm + self.gap_mm[0])
            y = self.bottom_mm + (self.rows - 1 - row) * (self.height_mm + self.gap_mm[1])
            yield Place(page, x * MM, y * MM)
