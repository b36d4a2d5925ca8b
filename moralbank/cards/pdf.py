"""Household cards on paper: ten bank cards to a sheet of A4."""

from collections.abc import Callable, Sequence
from typing import Any

from moralbank.cards.faces import CardFace
from moralbank.cards.stocks import PLAIN
from moralbank.i18n import _
from moralbank.printing import ornament, palette, qr
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import Document, draw_crop_marks, mm
from moralbank.printing.text import (
    boxed,
    draw_block,
    line,
    name_line,
    shrunk,
    title_line,
)

_WIDTH, _HEIGHT = PLAIN.width_mm * mm, PLAIN.height_mm * mm
_MARGIN = 5.2 * mm
_HEAD = 13.6 * mm
_BAND = 2.1 * mm
_CODE_MM = 30.0
_CODE_X = _WIDTH - 4.2 * mm - _CODE_MM * mm
_CODE_Y = 6.4 * mm
_COLUMN = _CODE_X - 3.2 * mm - _MARGIN
_LEAST_MODULE_MM = 0.5
_TOKEN_GROUP = 5


def card_sheet(
    faces: Sequence[CardFace],
    *,
    skip: int = 0,
    offset_mm: tuple[float, float] = (0, 0),
    progress: Callable[[int], None] | None = None,
) -> bytes:
    """Return a PDF of A4 pages with ten cards of 85.6 × 54 mm each, with crop marks.

    ``skip`` leaves the first places of a half-used sheet free (0 to 9), ``offset_mm`` moves
    everything right and up for a printer that feeds askew, ``progress`` is told the number of
    cards done. Raises ValueError for a bad ``skip``, and ``qr.PayloadTooLong`` when the modules
    of a code would be narrower than 0.5 mm.
    """
    document = Document(PLAIN.paper, _("户积分卡"))
    printer = _CardPrinter(document.canvas)
    page = -1
    for done, (face, place) in enumerate(
        zip(faces, PLAIN.places(len(faces), skip=skip), strict=True), start=1
    ):
        if place.page != page:
            _open_page(document.canvas, offset_mm, first=page < 0)
            page = place.page
        printer.draw(face, place.x, place.y)
        if progress is not None:
            progress(done)
    return document.close()


def grouped_token(token: str) -> str:
    """Return the digits of a card in groups of five, as a shopkeeper reads and types them."""
    return " ".join(
        token[start : start + _TOKEN_GROUP] for start in range(0, len(token), _TOKEN_GROUP)
    )


def _open_page(canvas: Any, offset_mm: tuple[float, float], *, first: bool) -> None:
    if not first:
        canvas.showPage()
    canvas.translate(offset_mm[0] * mm, offset_mm[1] * mm)
    draw_crop_marks(canvas, PLAIN)


class _CardPrinter:
    """Draws cards; what all cards of a village share is stored once in the file."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._furniture: dict[tuple[str, ...], str] = {}

    def draw(self, face: CardFace, x: float, y: float) -> None:
        """Draw one card with its lower left corner at x, y."""
        form = self._form(face)
        self._canvas.saveState()
        self._canvas.translate(x, y)
        self._canvas.doForm(form)
        _draw_person(self._canvas, face)
        qr.draw(self._canvas, face.payload, _CODE_X, _CODE_Y, _CODE_MM, least_mm=_LEAST_MODULE_MM)
        self._canvas.restoreState()

    def _form(self, face: CardFace) -> str:
        caption = _("扫一扫 查积分") if face.token != face.payload else _("到积分超市出示本卡")
        shared = (face.bank, face.town, face.village, face.slogan, face.note, caption)
        if shared not in self._furniture:
            name = f"card-{len(self._furniture)}"
            self._canvas.beginForm(name, 0, 0, _WIDTH, _HEIGHT)
            _draw_furniture(self._canvas, face, caption)
            self._canvas.endForm()
            self._furniture[shared] = name
        return self._furniture[shared]


def _draw_furniture(canvas: Any, face: CardFace, caption: str) -> None:
    _draw_ground(canvas)
    _draw_head(canvas, face)
    _draw_code_ground(canvas, caption)
    _draw_words(canvas, face)


def _draw_ground(canvas: Any) -> None:
    canvas.setFillColor(palette.CREAM)
    canvas.rect(0, 0, _WIDTH, _HEIGHT, stroke=0, fill=1)
    canvas.setFillColor(palette.CREAM_SHADE)
    title_line("德", 92).draw(canvas, 13 * mm, 8.5 * mm)
    canvas.setFillColor(palette.RED)
    canvas.rect(0, _HEIGHT - _HEAD, _WIDTH, _HEAD, stroke=0, fill=1)


def _draw_head(canvas: Any, face: CardFace) -> None:
    bottom = _HEIGHT - _HEAD
    canvas.setFillColor(palette.GOLD)
    canvas.rect(0, bottom - _BAND, _WIDTH, _BAND, stroke=0, fill=1)
    ornament.draw_meander(
        canvas, 0, bottom - _BAND, _WIDTH, _BAND, colour=palette.GOLD_PALE, margin=0.38 * mm
    )
    canvas.setFillColor(palette.GOLD_PALE)
    bank = shrunk(title_line(face.bank, 29, tracking=1.5), 42 * mm, 9)
    bank.draw(canvas, _MARGIN, bottom + _HEAD / 2 - bank.centre_drop)
    right = _WIDTH - _MARGIN
    place = line(face.town + face.village, Voice.SONG, 10.5)
    shrunk(place, 32 * mm, 6).draw_right(canvas, right, bottom + 7.3 * mm)
    line(_("户积分卡"), Voice.HEI, 7.6, tracking=1.6).draw_right(canvas, right, bottom + 3 * mm)


def _draw_code_ground(canvas: Any, caption: str) -> None:
    side = _CODE_MM * mm
    canvas.setFillColor(palette.WHITE)
    canvas.setStrokeColor(palette.GOLD)
    canvas.setLineWidth(0.5)
    canvas.roundRect(_CODE_X, _CODE_Y, side, side, 1.4 * mm, stroke=1, fill=1)
    canvas.setFillColor(palette.INK)
    words = shrunk(line(caption, Voice.HEI_BOLD, 7.2), side, 5)
    words.draw_centred(canvas, _CODE_X + side / 2, 3.2 * mm)


def _draw_words(canvas: Any, face: CardFace) -> None:
    canvas.setFillColor(palette.GREY)
    line(_("户主"), Voice.HEI, 7).draw(canvas, _MARGIN, 34.2 * mm)
    line(_("卡号"), Voice.HEI, 6.4).draw(canvas, _MARGIN, 12.7 * mm)
    shrunk(line(face.note, Voice.HEI, 5.6), _COLUMN, 4.2).draw(canvas, _MARGIN, 3.2 * mm)
    canvas.setFillColor(palette.RED)
    shrunk(line(face.slogan, Voice.KAI, 9), _COLUMN, 6).draw(canvas, _MARGIN, 7.2 * mm)
    canvas.setStrokeColor(palette.GOLD)
    canvas.setLineWidth(0.6)
    canvas.line(_MARGIN, 17 * mm, _MARGIN + _COLUMN, 17 * mm)


def _draw_person(canvas: Any, face: CardFace) -> None:
    canvas.setFillColor(palette.INK)
    name = boxed(name_line(face.head, 24), _COLUMN, 10 * mm, least=9.5)
    draw_block(canvas, name, _MARGIN, 28.3 * mm)
    household = shrunk(line(face.household, Voice.HEI, 10.5), _COLUMN, 7)
    household.draw(canvas, _MARGIN, 19.2 * mm)
    token = line(grouped_token(face.token), Voice.HEI_BOLD, 10.5)
    shrunk(token, _COLUMN - 8 * mm, 7).draw(canvas, _MARGIN + 8 * mm, 12.5 * mm)
