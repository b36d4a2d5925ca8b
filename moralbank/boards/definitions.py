"""Which boards there are and what each honours: read from `seeds/boards.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from moralbank.boards.models import DeedChoice, Subject, Ties
from moralbank.errors import NotFound
from moralbank.i18n import listed, mark
from moralbank.paths import SEEDS
from moralbank.scheme.queries import Scheme


class BoardUnknown(NotFound):
    """No board has this name."""

    text = mark("没有“%(slug)s”这个榜。现有：%(known)s")
    code = "board_unknown"


@dataclass(frozen=True)
class Board:
    """One board: see the head of `seeds/boards.toml`. `minimum` is in points."""

    slug: str
    title: str
    lead: str
    subject: Subject
    top: int
    ties: Ties
    minimum: int
    couplet: tuple[str, str]
    deed: DeedChoice
    categories: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    def title_for(self, village_name: str) -> str:
        """The title with the village's people in it: 最美羊圈湾人."""
        return self.title.format(village_people=f"{village_name.removesuffix('村')}人")

    def numbers(self, scheme: Scheme) -> frozenset[int]:
        """The numbers of the scheme's items that count here.

        A name that the scheme doesn't have (any more) counts for nothing.
        """
        everything = not self.categories and not self.items
        return frozenset(
            item.number
            for item in scheme.merits
            if everything or item.category_name in self.categories or item.name in self.items
        )


@cache
def all_boards() -> tuple[Board, ...]:
    """The boards in the order in which they hang."""
    found = tomllib.loads((SEEDS / "boards.toml").read_text("utf-8"))["boards"]
    return tuple(_board(entry) for entry in found)


def board_called(slug: str) -> Board:
    """The board of this name; raises BoardUnknown."""
    for board in all_boards():
        if board.slug == slug:
            return board
    known = listed(board.slug for board in all_boards())
    raise BoardUnknown(slug=slug[:20], known=known)


def _board(entry: dict[str, Any]) -> Board:
    first, second = entry["couplet"]
    typed = {
        "subject": Subject(entry["subject"]),
        "ties": Ties(entry["ties"]),
        "deed": DeedChoice(entry["deed"]),
        "couplet": (first, second),
        "categories": tuple(entry.get("categories", ())),
        "items": tuple(entry.get("items", ())),
    }
    return Board(**{**entry, **typed})
