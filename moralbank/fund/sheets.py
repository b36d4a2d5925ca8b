"""What the page on cover shows on paper, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class CoverLine:
    """One thing that is there, or that is owed, in fen."""

    label: str
    fen: int


@dataclass(frozen=True, kw_only=True)
class CoverMonth:
    """A month's end: ``ratio`` as on the sheet, None where nothing was owed."""

    label: str
    ratio: int | None


@dataclass(frozen=True, kw_only=True)
class CoverSheet:
    """What stands behind the village's points (积分保障), for its meeting.

    ``ratio`` is the fen that are there for each yuan owed (132: 1.32 yuan, cover of 132 %), None
    where nothing is owed. ``verdict`` is one word for it (够、紧、不够), ``words`` a sentence.
    ``aside`` are amounts said beside and counted nowhere (the village's own shop's claim, goods
    without a cost); ``forecast`` and ``budget`` are sentences, empty where there is nothing to say.
    """

    village: str
    day: date
    ratio: int | None
    verdict: str
    words: str
    have: tuple[CoverLine, ...]
    owe: tuple[CoverLine, ...]
    months: tuple[CoverMonth, ...]
    forecast: str
    budget: str
    ledger_mark: str
    aside: tuple[str, ...] = ()

    @property
    def have_fen(self) -> int:
        """All that is there, in fen."""
        return sum(line.fen for line in self.have)

    @property
    def owe_fen(self) -> int:
        """All that is owed, in fen."""
        return sum(line.fen for line in self.owe)
