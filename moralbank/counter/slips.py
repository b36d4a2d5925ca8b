"""What the counter's papers show, as plain values: slip, refund, and the day's end."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from moralbank.counter.reckoning import credit_paid


class SlipPaper(StrEnum):
    """What slips are printed on; the values are those of the village's setting."""

    ROLL_80 = "80"
    """Thermal roll of 80 mm, 72 of them printable."""
    ROLL_58 = "58"
    """Thermal roll of 58 mm, 48 of them printable."""
    A5 = "A5"
    """A5 in two parts: one stays in the shop, one goes with the goods."""


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

    Empty where there is nothing to say: ``relation`` of the ``collector`` to the household,
    ``proof`` (已输密码), ``warning`` (points that will lapse), ``refunded`` (a line for each refund
    that came later). ``signed`` on the screen, it needs no line to sign on.
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
    points_before: int
    points_after: int
    credit_before_fen: int
    credit_after_fen: int
    ledger_mark: str
    reprint: bool
    relation: str = ""
    proof: str = ""
    signed: bool = False
    warning: str = ""
    refunded: tuple[str, ...] = ()

    @property
    def total_fen(self) -> int:
        """What all lines come to, in fen."""
        return sum(line.quantity * line.price_fen for line in self.lines)

    @property
    def credit_paid_fen(self) -> int:
        """Fen of credit that are gone by it; below zero: so many came to it."""
        return credit_paid(self.credit_before_fen, self.credit_after_fen)


@dataclass(frozen=True, kw_only=True)
class RefundSheet:
    """Goods of one slip that were taken back (退货凭条).

    ``number`` is like "TH20261120-0003"; ``at`` is local time, ``by`` who took them back.
    ``written_off`` says of each line whether its goods came back spoiled. ``credit_back_fen`` is
    below zero where the change of the slip's last point goes back, too.
    """

    shop: str
    number: str
    slip_number: str
    at: datetime
    household: str
    head: str
    by: str
    reason: str
    lines: tuple[SlipLine, ...]
    written_off: tuple[bool, ...]
    points_back: int
    credit_back_fen: int
    points_after: int
    credit_after_fen: int
    ledger_mark: str
    reprint: bool

    @property
    def total_fen(self) -> int:
        """What all lines come to, in fen."""
        return sum(line.quantity * line.price_fen for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class DayGoods:
    """One product on a day: pieces given out and taken back, with what they come to in fen."""

    title: str
    pieces: int
    fen: int
    pieces_back: int = 0
    fen_back: int = 0


@dataclass(frozen=True, kw_only=True)
class DaySheet:
    """A shop's closed day (日结表): what the books say beside what was counted.

    ``closed_at`` is local time. ``counted_fen`` is the sum of the ``counted_slips`` paper slips;
    ``reason`` says why they differ from the books, empty where they don't.
    """

    village: str
    shop: str
    day: date
    goods: tuple[DayGoods, ...]
    slips: int
    total_fen: int
    points_used: int
    credit_used_fen: int
    refunds: int
    refunded_fen: int
    points_back: int
    counted_slips: int
    counted_fen: int
    reason: str
    closed_at: datetime
    closed_by: str
    ledger_mark: str
