"""Household cards on paper: fronts, backs behind them or alone, and the hand-out list."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import BinaryIO, Final

from moralbank.cards.back import FORM, define_back
from moralbank.cards.design import FULL, SAVING, Look
from moralbank.cards.faces import CardBack, CardFace, HandoutSheet
from moralbank.cards.front import Fronts
from moralbank.cards.handout import draw_handout
from moralbank.cards.stocks import PLAINLY, SheetPlan
from moralbank.i18n import _
from moralbank.printing import Progress
from moralbank.printing.sheet import Document, draw_crop_marks, mm
from moralbank.printing.stocks import Place

_MARKS: Final = "marks"


def card_sheet(
    faces: Sequence[CardFace],
    plan: SheetPlan = PLAINLY,
    *,
    back: CardBack | None = None,
    handout: HandoutSheet | None = None,
    progress: Progress | None = None,
    to: BinaryIO | None = None,
) -> bytes:
    """Return a PDF of cards of 85.6 × 54 mm each, laid out as planned.

    With a ``back`` every page is followed by its backs, mirrored for a printer that turns paper
    over the long edge; a ``handout`` comes last, on A4. ``progress`` is told the number of cards
    done, page by page. With ``to``, an open file, the PDF goes there and nothing is returned.

    Raises ValueError for a bad ``skip``, and ``qr.PayloadTooLong`` when the modules of a code
    would be narrower than 0.5 mm.
    """
    document = Document(plan.stock.paper, _("户积分卡"), to=to)
    sheet = _Sheet(document, plan)
    fronts = Fronts(document.canvas, sheet.look)
    if back is not None:
        define_back(document.canvas, back, sheet.look)
    done, remaining = 0, iter(faces)
    for page in _pages(plan, len(faces)):
        sheet.open(plan.offset_mm, marks=plan.stock.cut)
        for place, face in zip(page, remaining, strict=False):
            fronts.draw(face, *sheet.corner(place))
        if back is not None:
            sheet.draw_backs(_turned(plan, page), plan.turned_offset_mm)
        done += len(page)
        if progress is not None:
            progress(done)
    if handout is not None:
        document.canvas.showPage()
        draw_handout(document.canvas, handout)
    return document.close()


def back_sheet(back: CardBack, count: int, plan: SheetPlan = PLAINLY) -> bytes:
    """Return a PDF of the backs of ``count`` cards alone, mirrored, one page for each of fronts.

    For paper that was turned over its long edge and put in again by hand. Raises ValueError for a
    bad ``skip``.
    """
    document = Document(plan.stock.paper, _("户积分卡背面"))
    sheet = _Sheet(document, plan)
    define_back(document.canvas, back, sheet.look)
    for page in _pages(plan, count):
        sheet.draw_backs(_turned(plan, page), plan.offset_mm)
    return document.close()


def _pages(plan: SheetPlan, count: int) -> Iterator[list[Place]]:
    """Yield the places of each page."""
    places = plan.stock.places(count, skip=plan.skip)
    for _page, group in groupby(places, key=lambda place: place.page):
        yield list(group)


def _turned(plan: SheetPlan, page: Sequence[Place]) -> Iterator[Place]:
    """Yield where the same pieces lie when the paper was turned over its long edge."""
    wide = plan.stock.paper.width_mm - plan.stock.width_mm
    for place in page:
        yield Place(place.page, wide * mm - place.x, place.y)


class _Sheet:
    """The pages of one document, and where the drawings lie on them."""

    def __init__(self, document: Document, plan: SheetPlan) -> None:
        self._canvas = document.canvas
        self._blank = True
        across, up = plan.bleed_mm
        self._inset = plan.inset_mm[0] * mm, plan.inset_mm[1] * mm
        self.look = Look(SAVING if plan.saving else FULL, (across * mm, up * mm))
        if plan.stock.cut:
            self._canvas.beginForm(_MARKS, 0, 0, *plan.stock.paper.points)
            draw_crop_marks(self._canvas, plan.stock)
            self._canvas.endForm()

    def corner(self, place: Place) -> tuple[float, float]:
        """Return the lower left corner of the drawing on a piece."""
        return place.x + self._inset[0], place.y + self._inset[1]

    def open(self, offset_mm: tuple[float, float], *, marks: bool) -> None:
        """Begin a page, moved by the offset."""
        if not self._blank:
            self._canvas.showPage()
        self._blank = False
        self._canvas.translate(offset_mm[0] * mm, offset_mm[1] * mm)
        if marks:
            self._canvas.doForm(_MARKS)

    def draw_backs(self, places: Iterable[Place], offset_mm: tuple[float, float]) -> None:
        """Draw a page of backs. Nobody cuts from that side, so it has no marks."""
        self.open(offset_mm, marks=False)
        for place in places:
            x, y = self.corner(place)
            self._canvas.saveState()
            self._canvas.translate(x, y)
            self._canvas.doForm(FORM)
            self._canvas.restoreState()
