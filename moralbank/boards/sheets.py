"""What a board shows, as plain values: the poster, the hall screen and the tests share it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

_MOST_LAUREATES: Final = 4
_MEDALLED_RANK: Final = 3


@dataclass(frozen=True, kw_only=True)
class BoardEntry:
    """One line of a board; tied entries carry the same ``rank``. ``points`` are whole points."""

    rank: int
    name: str
    group: str
    deed: str
    points: int


@dataclass(frozen=True, kw_only=True)
class BoardSheet:
    """One issue of a board.

    ``period`` is in words ("二〇二六年第四季度"); ``subject`` heads the column of names ("户主"
    or "姓名"); ``couplet`` is 上联, 下联, with the first one hung on the right; ``public_url``
    is None where the village has no public address; ``ledger_mark`` is the ledger's event
    number and short hash at the moment of issue ("账 1234 · ab12cd34").
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


def laureates(entries: Sequence[BoardEntry]) -> tuple[BoardEntry, ...]:
    """Return the entries that get a medal: whole ranks, up to rank 3 and four entries."""
    chosen: tuple[BoardEntry, ...] = ()
    for rank, tied in groupby(entries, key=lambda entry: entry.rank):
        group = tuple(tied)
        if rank > _MEDALLED_RANK or len(chosen) + len(group) > _MOST_LAUREATES:
            break
        chosen += group
    return chosen
