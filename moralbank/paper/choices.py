"""What is chosen for a sheet on a wall: its paper, and whether it is black alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from moralbank.errors import Invalid
from moralbank.i18n import listed, mark
from moralbank.printing.papers import USUAL, WALL_PAPERS
from moralbank.printing.stocks import Paper


class WallPaperInvalid(Invalid):
    """A poster is printed on one of a few papers."""

    text = mark("纸张不对：可选 %(known)s")
    code = "wall_paper_invalid"


@dataclass(frozen=True)
class WallChoice:
    """The paper's key and size, and whether only black is printed."""

    key: str
    paper: Paper
    plain: bool


def wall_choice(asked: Mapping[str, str]) -> WallChoice:
    """Read an address's `paper` and `plain`; raises WallPaperInvalid."""
    key = asked.get("paper", "").strip().lower() or USUAL
    if key not in WALL_PAPERS:
        raise WallPaperInvalid(field="paper", known=listed(WALL_PAPERS))
    return WallChoice(key, WALL_PAPERS[key].paper, plain=bool(asked.get("plain")))
