"""The arithmetic of one redemption, apart from any database."""

from dataclasses import dataclass

from moralbank.store.prices import points_for


@dataclass(frozen=True)
class Reckoning:
    """What goods cost a household: amounts of credit are fen, points whole points.

    Credit left over from earlier is used first; points are exchanged for the rest, and what the
    last point brings too much stays as credit.
    """

    total_fen: int
    rate_fen: int
    points_before: int
    credit_before: int

    @property
    def points_used(self) -> int:
        """Points to be exchanged."""
        return points_for(self.total_fen - self.credit_before, self.rate_fen)

    @property
    def points_after(self) -> int:
        """Points that stay; below zero where they don't suffice."""
        return self.points_before - self.points_used

    @property
    def short(self) -> int:
        """How many points are lacking; 0 when there are enough."""
        return max(0, -self.points_after)

    @property
    def credit_after(self) -> int:
        """Fen of credit that stay (when the points suffice)."""
        return self.credit_before + self.points_used * self.rate_fen - self.total_fen


def affordable_fen(points: int, credit_fen: int, rate_fen: int) -> int:
    """Fen of goods that points and credit together can pay."""
    return points * rate_fen + credit_fen
