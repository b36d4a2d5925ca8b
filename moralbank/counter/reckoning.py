"""The arithmetic of one redemption and of taking goods back, apart from any database."""

from dataclasses import dataclass

from moralbank.store.prices import points_for


@dataclass(frozen=True)
class Reckoning:
    """What goods cost a household: amounts of credit are fen, points whole points.

    Of the credit left over from earlier at most `credit_most` is used (None: all there is);
    points are exchanged for the rest, and what the last point brings too much stays as credit.
    """

    total_fen: int
    rate_fen: int
    points_before: int
    credit_before: int
    credit_most: int | None = None

    @property
    def credit_used(self) -> int:
        """Fen of the earlier credit that pay for a part."""
        most = self.total_fen if self.credit_most is None else self.credit_most
        return min(self.total_fen, self.credit_before, most)

    @property
    def points_used(self) -> int:
        """Points to be exchanged."""
        return points_for(self.total_fen - self.credit_used, self.rate_fen)

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

    @property
    def credit_paid(self) -> int:
        """Fen of credit that are gone by it; below zero: so many came to it."""
        return credit_paid(self.credit_before, self.credit_after)


@dataclass(frozen=True)
class GivingBack:
    """What comes back when some lines of a slip do, at the slip's own rate.

    The points that come back are those that the slip would have used less without these lines
    and the ones taken back before. Where the household has spent the last point's change since,
    fewer points come back and the rest as credit: together it is always the goods' value, and
    nothing falls below zero.
    """

    rate_fen: int
    points_used: int
    credit_used: int
    value_fen: int
    left_fen: int
    points_back_before: int
    credit_now: int

    @property
    def points_back(self) -> int:
        """Points that come back; `left_fen` is what stays with the household."""
        kept = points_for(self.left_fen - self.credit_used, self.rate_fen)
        due = self.points_used - kept - self.points_back_before
        return min(due, (self.credit_now + self.value_fen) // self.rate_fen)

    @property
    def credit_back(self) -> int:
        """Fen of credit that come back; below zero where the last point's change goes back."""
        return self.value_fen - self.points_back * self.rate_fen


def credit_paid(before: int, after: int) -> int:
    """How much credit a sale took, in fen; below zero where its last point brought more.

    What people are shown: points' worth and this together are the total. That all of the credit
    went in and some of it came back is the ledger's affair.
    """
    return before - after


def affordable_fen(points: int, credit_fen: int, rate_fen: int) -> int:
    """Fen of goods that points and credit together can pay."""
    return points * rate_fen + credit_fen
