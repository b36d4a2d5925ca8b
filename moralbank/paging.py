"""Lists that are shown page by page."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Place:
    """Where in a list of `total` rows a page lies: `number` of `pages`, both counted from 1."""

    number: int
    pages: int
    total: int
    size: int

    @property
    def offset(self) -> int:
        """How many rows stand before the page."""
        return (self.number - 1) * self.size


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, and where it lies."""

    rows: list[Row]
    place: Place


def place(total: int, number: int, size: int) -> Place:
    """The page that was asked for; one too far gives the last, one below 1 the first."""
    pages = max(1, -(-total // size))
    return Place(min(max(1, number), pages), pages, total, size)
