"""The papers that a board is printed on: those of any wall, and a banner over the road."""

from typing import Final

from moralbank.i18n import mark
from moralbank.printing.papers import WALL_PAPERS, PosterPaper
from moralbank.printing.stocks import BANNER

POSTER_PAPERS: Final[dict[str, PosterPaper]] = {
    **WALL_PAPERS,
    "banner": PosterPaper("banner", mark("横幅 3 × 0.8 米"), BANNER),
}
"""Every paper by its key, the smallest first."""
