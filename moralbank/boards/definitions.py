"""Which boards a village has and what each honours: `seeds/boards.toml` under its own rows."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank.boards.models import BoardRow, DeedChoice, Measure, Style, Subject, Ties
from moralbank.errors import NotFound
from moralbank.i18n import _, listed, mark
from moralbank.paths import SEEDS
from moralbank.scheme.queries import Scheme

_MEASURE_LABELS: Final = {
    Measure.POINTS: mark("积分"),
    Measure.IMPROVED: mark("进步"),
    Measure.DONATED: mark("金额"),
}
"""What heads the column that places are decided by."""
_SUBJECT_LABELS: Final = {
    Subject.HOUSEHOLD: mark("户主"),
    Subject.MEMBER: mark("姓名"),
    Subject.DONOR: mark("捐赠人"),
}
"""What heads the column of names."""
STYLE_LABELS: Final = {
    Style.FESTIVE: mark("红底金字"),
    Style.PLAIN: mark("黑白（印在红纸上）"),
    Style.MODERN: mark("现代简洁"),
}
"""How a poster may look."""

POSITION_STEP: Final = 10
"""How far the positions of one board and the next are apart."""
_VILLAGE_PEOPLE: Final = "{village_people}"
"""What stands in a seed's title for the village's people."""
_rows = BoardRow.__table__  # type: ignore[attr-defined]


class BoardUnknown(NotFound):
    """No board has this name."""

    text = mark("没有“%(slug)s”这个榜。现有：%(known)s")
    code = "board_unknown"


class Measured:
    """What has a measure and a subject, a board or an issue of it, tells of them in words."""

    measure: Measure
    subject: Subject

    @property
    def measure_label(self) -> str:
        """What heads the column that places are decided by."""
        return _(_MEASURE_LABELS[self.measure])

    @property
    def subject_label(self) -> str:
        """What heads the column of names."""
        return _(_SUBJECT_LABELS[self.subject])

    @property
    def unit(self) -> str:
        """What the measure is counted in: "分" or "元"."""
        return _("元") if self.measure == Measure.DONATED else _("分")


@dataclass(frozen=True, kw_only=True)
class BoardContent(Measured):
    """What is said of a board: see the head of `seeds/boards.toml`.

    `minimum` is in the measure's unit (points, or whole yuan). `categories` are names, `items`
    numbers, of seeds also names; both empty: the whole scheme.
    """

    title: str
    lead: str
    measure: Measure
    subject: Subject
    top: int
    ties: Ties
    minimum: int
    couplet: tuple[str, str]
    deed: DeedChoice
    style: Style = Style.FESTIVE
    notice_days: int = 0
    categories: tuple[str, ...] = ()
    items: tuple[str | int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Board(BoardContent):
    """One board; `changed` says that the village keeps a row of its own for it."""

    slug: str
    position: int = 0
    hidden: bool = False
    changed: bool = False

    @property
    def seeded(self) -> bool:
        """Whether it is one of those that every village begins with."""
        return any(board.slug == self.slug for board in seeded_boards())

    def title_for(self, village_name: str) -> str:
        """The title with the village's people in it: 最美羊圈湾人."""
        return self.title.replace(_VILLAGE_PEOPLE, f"{village_name.removesuffix('村')}人")

    def numbers(self, scheme: Scheme) -> frozenset[int]:
        """The numbers of the scheme's items that count here.

        A name or number that the scheme doesn't have (any more) counts for nothing.
        """
        everything = not self.categories and not self.items
        return frozenset(
            item.number
            for item in scheme.merits
            if everything
            or item.category_name in self.categories
            or item.name in self.items
            or item.number in self.items
        )


@cache
def seeded_boards() -> tuple[Board, ...]:
    """The boards that every village begins with, in the order in which they hang."""
    found = tomllib.loads((SEEDS / "boards.toml").read_text("utf-8"))["boards"]
    return tuple(
        _from_seed(entry, position * POSITION_STEP) for position, entry in enumerate(found, start=1)
    )


def boards_of(session: Session, village_id: int, *, hidden: bool = False) -> tuple[Board, ...]:
    """The village's boards in their order; those out of use only where `hidden` asks for them."""
    rows = session.connection().execute(select(_rows).where(_rows.c.village_id == village_id))
    known = {board.slug: board for board in seeded_boards()}
    known.update((row.slug, _from_row(row)) for row in rows)
    shown = [board for board in known.values() if hidden or not board.hidden]
    return tuple(sorted(shown, key=lambda board: (board.position, board.slug)))


def board_called(session: Session, village_id: int, slug: str) -> Board:
    """The village's board of this name, in use or not; raises BoardUnknown."""
    boards = boards_of(session, village_id, hidden=True)
    for board in boards:
        if board.slug == slug:
            return board
    known = listed(board.slug for board in boards if not board.hidden)
    raise BoardUnknown(slug=slug[:20], known=known)


def _from_seed(entry: dict[str, Any], position: int) -> Board:
    first, second = entry["couplet"]
    typed = {
        "measure": Measure(entry.get("measure", Measure.POINTS)),
        "subject": Subject(entry["subject"]),
        "ties": Ties(entry["ties"]),
        "deed": DeedChoice(entry["deed"]),
        "couplet": (first, second),
        "categories": tuple(entry.get("categories", ())),
        "items": tuple(entry.get("items", ())),
        "position": position,
    }
    return Board(**{**entry, **typed})


def _from_row(row: Any) -> Board:
    counts = json.loads(row.counts)
    return Board(
        slug=row.slug,
        title=row.title,
        lead=row.lead,
        measure=Measure(row.measure),
        subject=Subject(row.subject),
        top=row.top,
        ties=Ties(row.ties),
        minimum=row.minimum,
        couplet=(row.first_line, row.second_line),
        deed=DeedChoice(row.deed),
        style=Style(row.style),
        notice_days=row.notice_days,
        categories=tuple(counts["categories"]),
        items=tuple(counts["items"]),
        position=row.position,
        hidden=row.hidden,
        changed=True,
    )
