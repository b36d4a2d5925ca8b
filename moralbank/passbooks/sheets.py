"""What a passbook shows, as plain values: paper, screen and tests share it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from moralbank.cards.faces import BANK


class How(StrEnum):
    """What is printed of a passbook.

    BOOKLET: a new one with cover and all lines. REFILL: new leaves with what was not printed yet.
    CONTINUE: those lines alone, at their places of the leaf in hand. WHOLE: all lines on leaves.
    """

    BOOKLET = "booklet"
    REFILL = "refill"
    CONTINUE = "continue"
    WHOLE = "whole"


@dataclass(frozen=True, kw_only=True)
class PassbookLine:
    """One line: a transfer of the household's points as the ledger has it.

    ``number`` counts from 1; ``amount`` is what came in, below zero what went out, ``balance``
    what it left behind, in points; ``mark`` names the ledger's event.
    """

    number: int
    day: date
    words: str
    amount: int
    balance: int
    by: str
    mark: str


@dataclass(frozen=True)
class Totals:
    """What came in and went out up to a line, in points; the rest is the balance."""

    given: int = 0
    taken: int = 0

    @property
    def balance(self) -> int:
        """What is left."""
        return self.given - self.taken

    def after(self, lines: Iterable[PassbookLine]) -> "Totals":
        """The totals with more lines."""
        amounts = [line.amount for line in lines]
        given = sum(amount for amount in amounts if amount > 0)
        taken = -sum(amount for amount in amounts if amount < 0)
        return Totals(self.given + given, self.taken + taken)


@dataclass(frozen=True, kw_only=True)
class PassbookSheet:
    """A household's passbook, or what is to be printed of it now.

    ``lines`` are those to be printed, ``before`` the totals of all lines ahead of them.
    ``payload`` is what the card's QR code says, empty where the household has no card;
    ``credit_fen`` what is left over at the shop; ``mark`` the end of the books at that moment.
    """

    village: str
    town: str
    organisation: str
    contact: str
    bank: str = BANK
    household: str
    head: str
    payload: str
    lines: tuple[PassbookLine, ...]
    before: Totals
    credit_fen: int
    mark: str
    printed_on: date
    how: How
    sample: bool = False


@dataclass(frozen=True)
class Printer:
    """The village's printer: whether it is to print black lines alone, how far it is off, in mm."""

    saving: bool = False
    offset_mm: tuple[float, float] = (0.0, 0.0)
