"""The sheets that cards are printed on, by the key that the village sets, and how they are used.

The drawing is a bank card (ISO/IEC 7810 ID-1) and stands in the middle of a larger piece.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from moralbank.i18n import mark
from moralbank.printing.stocks import A4, Paper, Stock

CARD_WIDTH_MM: Final = 85.6
CARD_HEIGHT_MM: Final = 54.0
_MOST_BLEED_MM: Final = 3.0
"""A wider rim is no card's edge but a label around it: it stays white."""

CARD_STOCKS: Final = {
    stock.key: stock
    for stock in (
        # Any office paper or cardboard: two columns and five rows in the middle, to be cut.
        Stock("a4-10", A4, columns=2, rows=5, width_mm=CARD_WIDTH_MM, height_mm=CARD_HEIGHT_MM),
        # 名片打印纸: ten pieces to be broken off, margins of 15 and 13.5 mm.
        Stock(
            "card-10",
            A4,
            columns=2,
            rows=5,
            width_mm=90,
            height_mm=54,
            margin_mm=(15, 13.5),
            cut=False,
        ),
        # Labels of 99.1 × 67.7 (sold as L7165 and alike): margins 4.65 and 13.1, 2.5 between.
        Stock(
            "label-8",
            A4,
            columns=2,
            rows=4,
            width_mm=99.1,
            height_mm=67.7,
            gap_mm=(2.5, 0),
            margin_mm=(4.65, 13.1),
            cut=False,
        ),
        # Card printers (CR80) want a page a little larger than the card, printed to its edge.
        Stock("pvc", Paper(86, 54), columns=1, rows=1, width_mm=86, height_mm=54, cut=False),
    )
}
"""Cards to be cut, ready-cut card paper, labels, one-card printers."""

PLAIN: Final = CARD_STOCKS["a4-10"]


class Backs(StrEnum):
    """What is printed of the backs."""

    NONE = "none"
    DUPLEX = "duplex"
    """Each page is followed by its back, for printers that turn the paper by themselves."""
    ONLY = "only"
    """Only the backs of what was printed last, for paper turned and put in again by hand."""


BACK_LABELS: Final = {
    Backs.NONE: mark("不印"),
    Backs.DUPLEX: mark("双面打印（沿长边翻转）"),
    Backs.ONLY: mark("只印背面：上次印好的正面，左右翻过来放回纸盒"),
}


@dataclass(frozen=True, kw_only=True)
class SheetPlan:
    """How cards are laid onto paper.

    `skip` is the number of places of the first sheet that are used up, `saving` prints black on
    white without grounds, `offset_mm` moves everything right and up, for a printer that draws the
    paper in askew.
    """

    stock: Stock = PLAIN
    saving: bool = False
    skip: int = 0
    offset_mm: tuple[float, float] = (0.0, 0.0)

    @property
    def inset_mm(self) -> tuple[float, float]:
        """How far the drawing lies within a piece, from its left and lower edges."""
        wide, high = self.stock.width_mm - CARD_WIDTH_MM, self.stock.height_mm - CARD_HEIGHT_MM
        return wide / 2, high / 2

    @property
    def bleed_mm(self) -> tuple[float, float]:
        """How far grounds reach beyond the drawing, so that ready-cut pieces have no white rim."""
        across, up = self.inset_mm
        return (across, up) if max(across, up) <= _MOST_BLEED_MM else (0.0, 0.0)

    @property
    def turned_offset_mm(self) -> tuple[float, float]:
        """The offset of a back that the printer itself turns over the long edge.

        Its left guide and its rollers err towards the same edges of the sheet as before. But the
        sheet comes back with its lower edge first, and its left edge is the back's right one: to
        whoever reads the back, both errors go the other way. (Paper put in again by hand, upper
        edge first, meets the same guides as its front: there the offset stays as it is.)
        """
        return -self.offset_mm[0], -self.offset_mm[1]


PLAINLY: Final = SheetPlan()
"""In colour on the plain stock, from its first place on."""
