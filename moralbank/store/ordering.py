"""How much to buy (采购建议): the arithmetic, without a database.

What went over the counter in the last weeks goes on at the same pace; what is bought must last
for the weeks ahead and leave the product's reserve on the shelf.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

LOOKED_BACK: Final = (4, 8)
"""Weeks of the past that a pace may be taken from."""
LOOKED_AHEAD: Final = (2, 4, 8)
"""Weeks that what is bought may have to last."""
USUAL_AHEAD: Final = 4


@dataclass(frozen=True)
class Pace:
    """How quickly a product goes: `sold` pieces, less what came back, in so many `weeks` (> 0)."""

    sold: int
    weeks: int

    @property
    def per_week(self) -> float:
        """Pieces a week, to be shown; nothing is reckoned with it."""
        return max(0, self.sold) / self.weeks

    def needed(self, weeks: int) -> int:
        """Whole pieces that go in so many weeks, rounded up."""
        return -(-max(0, self.sold) * weeks // self.weeks)

    def lasts(self, stock: int) -> int | None:
        """Full weeks that `stock` pieces last; None where nothing goes."""
        return stock * self.weeks // self.sold if self.sold > 0 else None


@dataclass(frozen=True)
class Suggestion:
    """What to buy of one product: `pieces`, at `cost_fen` a piece where that is known.

    `stock` leaves out the `expired` pieces, which nobody can be given any more.
    """

    product_id: int
    title: str
    unit: str
    sku: str
    stock: int
    expired: int
    low_at: int
    pace: Pace
    pieces: int
    cost_fen: int | None
    supplier: str

    @property
    def low(self) -> bool:
        """Whether the shelf is at its threshold, or below."""
        return self.stock <= self.low_at

    @property
    def lasts(self) -> int | None:
        """Full weeks that the stock still lasts; None where nothing goes."""
        return self.pace.lasts(self.stock)

    @property
    def sum_fen(self) -> int | None:
        """What the pieces cost; None where nobody knows."""
        return None if self.cost_fen is None else self.pieces * self.cost_fen


@dataclass(frozen=True)
class Errand:
    """What to buy from one supplier; an empty name where nobody knows whom it came from."""

    supplier: str
    lines: tuple[Suggestion, ...]

    @property
    def sum_fen(self) -> int:
        """What all of it costs, as far as it is known."""
        return sum(line.sum_fen or 0 for line in self.lines)


def pieces_to_buy(pace: Pace, stock: int, low_at: int, ahead: int) -> int:
    """Pieces that let the stock last `ahead` weeks and stay at the threshold then; 0 for none.

    Of what doesn't go only so many that the shelf is above its threshold again.
    """
    if pace.sold <= 0:
        return low_at + 1 - stock if stock <= low_at else 0
    return max(0, pace.needed(ahead) + low_at - stock)


def errands(lines: Sequence[Suggestion]) -> list[Errand]:
    """The lines supplier by supplier, in the order of their names; unknown ones last."""
    ordered = sorted(lines, key=lambda line: (not line.supplier, line.supplier))
    return [
        Errand(supplier, tuple(found))
        for supplier, found in groupby(ordered, key=lambda line: line.supplier)
    ]
