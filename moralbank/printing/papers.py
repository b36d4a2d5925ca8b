"""The papers that hang on a wall. Plain data, so that forms know them without the PDF code."""

from dataclasses import dataclass
from typing import Final

from moralbank.i18n import mark
from moralbank.printing.stocks import A3, A4, P60X90, P80X120, Paper


@dataclass(frozen=True)
class PosterPaper:
    """One choice: `key` stands in addresses and commands, `label` is the words to choose it by."""

    key: str
    label: str
    paper: Paper


WALL_PAPERS: Final = {
    choice.key: choice
    for choice in (
        PosterPaper("a4", mark("A4"), A4),
        PosterPaper("a3", mark("A3"), A3),
        PosterPaper("60x90", mark("60 × 90 厘米"), P60X90),
        PosterPaper("80x120", mark("80 × 120 厘米"), P80X120),
    )
}
"""Every upright paper by its key, the smallest first."""

USUAL: Final = "a3"
"""The key of the one that is offered first: the largest that an office prints."""
