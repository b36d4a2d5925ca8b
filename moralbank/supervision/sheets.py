"""What the list of a re-check shows on paper, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class RecheckLine:
    """One posted deed to look at again. `place` counts the lines of the list from 1.

    `award` is the deed's number, which the lot is drawn with; `points` carry their sign and unit
    ("+5 分").
    """

    place: int
    award: int
    group: str
    number: str
    head: str
    item: str
    points: str
    deed_on: date
    note: str
    decided_by: str
    posted_on: date


@dataclass(frozen=True, kw_only=True)
class RecheckSheet:
    """One draw, with all that is needed to draw it again.

    `month` is the first day of the month drawn from, `out_of` how many deeds it had, `percent`
    how many of them were wanted; `rule_words` say how the seed chooses; `mark` is the end of the
    ledger when it was printed ("1234-ab12cd34").
    """

    village: str
    organisation: str
    number: int
    month: date
    percent: int
    seed: str
    out_of: int
    rule_words: str
    drawn_by: str
    drawn_on: date
    lines: tuple[RecheckLine, ...]
    mark: str
