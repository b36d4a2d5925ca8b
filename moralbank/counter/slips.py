"""What a counter slip shows, as plain values: the roll, the screen and the tests share it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class SlipLine:
    """One kind of goods on a slip; ``price_fen`` is the price of one piece, in fen."""

    name: str
    spec: str
    quantity: int
    price_fen: int


@dataclass(frozen=True, kw_only=True)
class SlipSheet:
    """One exchange at the counter.

    ``at`` is local time; ``rate_fen`` is fen per point; points are whole points; credit is the
    household's store credit in fen. ``reprint`` marks every copy after the first.
    """

    shop: str
    number: str
    at: datetime
    household: str
    head: str
    collector: str
    cashier: str
    lines: tuple[SlipLine, ...]
    rate_fen: int
    points_used: int
    credit_used_fen: int
    points_before: int
    points_after: int
    credit_before_fen: int
    credit_after_fen: int
    ledger_mark: str
    reprint: bool

    @property
    def total_fen(self) -> int:
        """What all lines come to, in fen."""
        return sum(line.quantity * line.price_fen for line in self.lines)

    @property
    def credit_brought_fen(self) -> int:
        """Fen that the last point brought beyond the total, kept as credit.

        So the slip adds up: points' worth + credit used = total + credit brought.
        """
        return self.points_used * self.rate_fen + self.credit_used_fen - self.total_fen
