"""What a docket of the counter says, whatever it is printed on: a roll or A5 in two parts."""

from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    """How loud a line is."""

    SMALL = "small"
    TEXT = "text"
    LARGE = "large"


@dataclass(frozen=True)
class Pair:
    """Words at the left edge and at the right one; either may be empty."""

    left: str
    right: str = ""
    weight: Weight = Weight.TEXT


@dataclass(frozen=True)
class Item:
    """One kind of goods: title, pieces, price of one and sum as they are written."""

    title: str
    pieces: str
    each: str
    total: str


@dataclass(frozen=True, kw_only=True)
class Docket:
    """A docket from head to foot.

    ``stamp`` is to be seen at a glance (补打), empty on a first copy; ``sums`` follow the items,
    ``balances`` say what the household has now; ``notes`` are sentences before the signature,
    whose label is empty where nobody has to sign;
    ``code`` becomes a QR code with ``caption`` under it, ``mark`` is the ledger's.
    """

    issuer: str
    title: str
    stamp: str
    facts: tuple[Pair, ...]
    items: tuple[Item, ...]
    sums: tuple[Pair, ...]
    balances: tuple[Pair, ...]
    notes: tuple[str, ...]
    signature: str
    code: str
    caption: str
    mark: str
