"""What the boards' pages are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from moralbank.boards.periods import Period, current_quarter, read_period
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.local_numbers import local_number

Paper = Literal["a4", "a3"]
PAPERS: tuple[Paper, ...] = ("a4", "a3")


class PaperInvalid(Invalid):
    """Boards are printed on A4 or A3."""

    text = mark("纸张不对：可选 A4 或 A3")
    code = "paper_invalid"


class GroupInvalid(Invalid):
    """A group is asked for by its number."""

    text = mark("小组不对，请从页面上选")
    code = "group_invalid"


@dataclass(frozen=True)
class BoardWish:
    """Which issue of a board, of which group, on which paper."""

    period: Period
    group_id: int | None
    paper: Paper


def board_wish(asked: Mapping[str, str]) -> BoardWish:
    """Read an address's query; raises PeriodInvalid, GroupInvalid, PaperInvalid."""
    typed = asked.get("period", "").strip()
    return BoardWish(
        period=read_period(typed) if typed else current_quarter(),
        group_id=_group(asked.get("group", "")),
        paper=paper_called(asked.get("paper", "a4")),
    )


def paper_called(name: str) -> Paper:
    """The paper of this name; raises PaperInvalid."""
    for paper in PAPERS:
        if paper == name.strip().lower():
            return paper
    raise PaperInvalid(field="paper")


def _group(typed: str) -> int | None:
    if not typed:
        return None
    number = local_number(typed)
    if number is None:
        raise GroupInvalid(field="group")
    return number
