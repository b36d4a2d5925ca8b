"""What the sheet of places shows, as plain values: page, command and tests share it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class RankingLine:
    """One village; `value` is its measure as written, `mark` the end of its books that day."""

    rank: int
    village: str
    town: str
    households: int
    earning: int
    deeds: int
    points: int
    value: str
    mark: str


@dataclass(frozen=True, kw_only=True)
class RankingSheet:
    """Villages side by side, as an office hangs them; tied ones carry the same ``rank``.

    ``region`` is what the office lies in, ``period`` in words ("二〇二六年第四季度");
    ``measure`` heads the figures; ``rule`` says how it was reckoned. Towns are written where
    ``has_towns``.
    """

    region: str
    office: str
    title: str
    period: str
    measure: str
    rule: str
    has_towns: bool
    lines: tuple[RankingLine, ...]
    day: date
