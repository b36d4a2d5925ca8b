"""A village's books in plain Python: what every act of the program must come to.

Written from the rules of the product, apart from its code; whole points and fen.
"""

from dataclasses import dataclass, field
from datetime import date


@dataclass
class Deed:
    """A deed on its way to the books; `posted` is the day on which it got there."""

    household: str
    points: int
    posted: date | None = None
    notice: int | None = None
    reversed: bool = False


@dataclass
class Sold:
    """A slip of one line."""

    household: str
    sku: str
    pieces: int
    fen: int
    rate: int
    points: int
    given_back: bool = False


@dataclass
class Reckoned:
    """Everything of value in the village; acts give back whether they are allowed."""

    prices: dict[str, int]
    stock: dict[str, int]
    rate: int = 100
    cash: int = 0
    accepted: int = 0
    exchanged: int = 0
    lapsed: int = 0
    points: dict[str, int] = field(default_factory=dict)
    credit: dict[str, int] = field(default_factory=dict)
    deeds: dict[int, Deed] = field(default_factory=dict)
    slips: dict[int, Sold] = field(default_factory=dict)

    @property
    def given(self) -> int:
        """Points that were given and not taken back."""
        return sum(one.points for one in self.deeds.values() if one.posted and not one.reversed)

    def post(self, deed: Deed, day: date) -> None:
        """A deed comes into the books."""
        deed.posted = day
        self.points[deed.household] += deed.points

    def reverse(self, deed: Deed) -> bool:
        """Points are taken back, once, and only while they are there."""
        if deed.posted is None or deed.reversed or self.points[deed.household] < deed.points:
            return False
        deed.reversed = True
        self.points[deed.household] -= deed.points
        return True

    def redeem(self, household: str, sku: str, pieces: int) -> Sold | None:
        """Credit pays first, then points, rounded up; the change is credit again."""
        fen = self.prices[sku] * pieces
        credit = min(fen, self.credit[household])
        points = -(-(fen - credit) // self.rate)
        if points > self.points[household] or pieces > self.stock[sku]:
            return None
        self.points[household] -= points
        self.credit[household] += points * self.rate - fen
        self.exchanged += points
        self.accepted += fen
        self.stock[sku] -= pieces
        return Sold(household, sku, pieces, fen, self.rate, points)

    def refund(self, sold: Sold) -> bool:
        """The goods' value comes back: as points as far as the change is still there."""
        if sold.given_back or sold.fen > self.accepted:
            return False
        points = min(sold.points, (self.credit[sold.household] + sold.fen) // sold.rate)
        sold.given_back = True
        self.points[sold.household] += points
        self.credit[sold.household] += sold.fen - points * sold.rate
        self.exchanged -= points
        self.accepted -= sold.fen
        self.stock[sold.sku] += sold.pieces
        return True

    def settle(self) -> bool:
        """The shop is paid all that it is owed."""
        if not 0 < self.accepted <= self.cash:
            return False
        self.cash -= self.accepted
        self.accepted = 0
        return True

    def lapse(self, day: date) -> int:
        """What came before a day and was not spent is gone; the oldest points were spent first."""
        gone = 0
        for household, points in self.points.items():
            fresh = sum(
                one.points
                for one in self.deeds.values()
                if one.household == household
                and one.posted is not None
                and one.posted >= day
                and not one.reversed
            )
            lost = max(0, points - fresh)
            self.points[household] -= lost
            gone += lost
        self.lapsed += gone
        return gone
