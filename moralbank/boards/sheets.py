"""What a board shows, as plain values: poster, pages and tests share it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final, Protocol, TypeVar

_MOST_LAUREATES: Final = 4
_MEDALLED_RANK: Final = 3
_GROUPED_FROM: Final = 10_000


class Ranked(Protocol):
    """Whoever has a place."""

    @property
    def rank(self) -> int:
        """The place, from 1."""
        ...


_R = TypeVar("_R", bound=Ranked)


@dataclass(frozen=True, kw_only=True)
class BoardEntry:
    """One line of a board; tied entries carry the same ``rank``.

    ``points`` are whole points, or whole yuan on a list of donors. ``photo`` is the JPEG of one
    of the first three, who were asked.
    """

    rank: int
    name: str
    group: str
    deed: str
    points: int
    photo: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class BoardSheet:
    """One issue of a board.

    ``period`` is in words ("二〇二六年第四季度"); ``subject`` heads the column of names ("户主",
    "姓名" or "捐赠人"), ``measure`` that of ``points`` ("积分", "进步", "金额"), counted in
    ``unit`` ("分" or "元"); ``couplet`` is 上联, 下联, the first one hung on the right unless
    ``first_line_left``; ``public_url`` is None where the village has no public address;
    ``ledger_mark`` is the ledger's event number and short hash at the moment of issue
    ("账 1234 · ab12cd34"). ``issue`` says which it is ("第 3 期", "试印稿"), ``rule`` how places
    were decided, ``notice`` from when to when it hangs for objections, ``correction`` which issue
    it corrects and why; these may be empty. ``issued_on`` is written in Chinese numerals unless
    ``arabic_dates``.
    """

    title: str
    village: str
    organisation: str
    period: str
    subject: str
    entries: tuple[BoardEntry, ...]
    couplet: tuple[str, str]
    contact: str
    issued_on: date
    public_url: str | None
    ledger_mark: str
    measure: str = "积分"
    unit: str = "分"
    issue: str = ""
    rule: str = ""
    notice: str = ""
    correction: str = ""
    first_line_left: bool = False
    arabic_dates: bool = False

    @property
    def honoured(self) -> tuple[BoardEntry, ...]:
        """Those with a medal."""
        return laureates(self.entries)

    @property
    def rest(self) -> tuple[BoardEntry, ...]:
        """Everybody after those with a medal."""
        return self.entries[len(self.honoured) :]


def figure_format(entries: Sequence[BoardEntry]) -> str:
    """Return how the points of a board are written: in groups of three where one has five figures.

    All alike, so that they can be compared down the column.
    """
    return "," if any(entry.points >= _GROUPED_FROM for entry in entries) else "d"


def laureates(entries: Sequence[_R]) -> tuple[_R, ...]:
    """Return the entries that get a medal: whole ranks, up to rank 3 and four entries."""
    chosen: tuple[_R, ...] = ()
    for rank, tied in groupby(entries, key=lambda entry: entry.rank):
        group = tuple(tied)
        if rank > _MEDALLED_RANK or len(chosen) + len(group) > _MOST_LAUREATES:
            break
        chosen += group
    return chosen
