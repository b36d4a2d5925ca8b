"""Boards on paper: posters from A4 to 80 × 120 cm and a wide banner, in three styles.

Everything is drawn on a sheet of its layout's size and enlarged to the paper. What all sheets of
a board share is drawn once, into two forms. Only the place of the seal keeps its true size.
"""

from typing import Any, Protocol

from reportlab.pdfbase.pdfdoc import PDFResourceDictionary

from moralbank.boards.banner import Banner
from moralbank.boards.foot import Colophon
from moralbank.boards.layout import BannerLayout, Box, layout_of
from moralbank.boards.papers import POSTER_PAPERS
from moralbank.boards.sheets import BoardSheet
from moralbank.boards.styles import STYLES, Look
from moralbank.boards.surround import draw_border, draw_ground, draw_head
from moralbank.boards.upright import Upright
from moralbank.printing import ornament, sheet
from moralbank.printing.sheet import mm

_GROUND, _FURNITURE = "ground", "furniture"


class Composition(Protocol):
    """A board on the sheets of one layout."""

    @property
    def sheets(self) -> int:
        """How many sheets the board takes."""

    def draw_furniture(self, canvas: Any) -> None:
        """Draw what all sheets share, but for ground, frame, head and foot."""

    def draw_sheet(self, canvas: Any, number: int) -> None:
        """Draw what only this sheet shows; sheets are counted from 0."""


def board_poster(board: BoardSheet, *, paper: str, style: str = "festive") -> bytes:
    """Return a board as a PDF poster; what doesn't fit on one sheet flows onto the next.

    ``paper`` is a key of POSTER_PAPERS, ``style`` one of STYLES. The leading entries, up to rank
    three and at most four, get medals (ties are never torn apart by it), or their photos where one
    of them has one that can be read. Raises ``qr.PayloadTooLong`` for an address that no QR code
    can hold.
    """
    size, look = POSTER_PAPERS[paper].paper, STYLES[style]
    layout = layout_of(size)
    composed: Composition = (
        Banner(board, look, layout)
        if isinstance(layout, BannerLayout)
        else Upright(board, look, layout)
    )
    return composed_poster(board, composed, look, size)


def composed_poster(
    board: BoardSheet, composed: Composition, look: Look, size: sheet.Paper
) -> bytes:
    """Return a poster as a PDF: ground, frame, head and foot of ``board`` around what's composed.

    It was composed for the layout of ``size``.
    """
    layout = layout_of(size)
    scale = size.points[0] / layout.width
    colophon = Colophon(board, look, layout.foot, ornament.SEAL_MM * mm / scale)
    document = sheet.Document(size, f"{board.village} {board.title}")
    canvas, area = document.canvas, Box(0, 0, layout.width, layout.height)
    _store_ground(canvas, look, area, layout.head.title)
    canvas.beginForm(_FURNITURE, *area.rect)
    draw_border(canvas, look, area)
    draw_head(canvas, board, look, layout.head)
    composed.draw_furniture(canvas)
    colophon.draw(canvas)
    canvas.endForm()
    for number in range(composed.sheets):
        if number:
            canvas.showPage()
        canvas.scale(scale, scale)
        canvas.doForm(_GROUND)
        canvas.doForm(_FURNITURE)
        composed.draw_sheet(canvas, number)
        if composed.sheets > 1:
            colophon.draw_sheet_number(canvas, number + 1, composed.sheets)
    return document.close()


def _store_ground(canvas: Any, look: Look, area: Box, title: Box) -> None:
    """Store the painted ground as a form, with the gradient among its resources.

    reportlab writes a form's resources itself, but forgets gradients.
    """
    canvas.beginForm(_GROUND, *area.rect)
    draw_ground(canvas, look, area, title)
    resources = PDFResourceDictionary()
    resources.basicFonts()
    resources.allProcs()
    resources.setShading(canvas._shadingUsed)  # noqa: SLF001 - the canvas tells it nowhere else
    canvas.endForm(Resources=resources)
