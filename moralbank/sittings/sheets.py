"""What the minutes of a sitting show on paper, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Present:
    """Somebody who was there, with what they did there (主持, 评议员, 记录 …)."""

    name: str
    duty: str


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One deed that was decided. `place` counts the lines of the minutes from 1.

    `points` carry their sign and unit ("+5 分"); `outcome` is the word for it (通过, 不通过, 退回);
    `votes` say who was in favour (a name where one person decides, else "3/3 同意"), "" where
    nobody was; `reason` is "" where none was needed.
    """

    place: int
    group: str
    number: str
    head: str
    item: str
    points: str
    outcome: str
    votes: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MinutesSheet:
    """The minutes of one sitting.

    `number` is its village-local number; `stayed_out` are sentences saying who kept out of
    whose matter; `approved_points` are net whole points; `mark` is the end of the ledger when
    it was printed ("1234-ab12cd34").
    """

    village: str
    organisation: str
    number: int
    held_on: date
    place: str
    present: tuple[Present, ...]
    stayed_out: tuple[str, ...]
    decided: tuple[Decided, ...]
    note: str
    approved_count: int
    approved_points: int
    refused_count: int
    returned_count: int
    mark: str
