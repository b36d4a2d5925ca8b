"""Certificates on paper: 奖状 and 荣誉证书, A4 across, one a page.

The words are set as formal letters are: who is addressed stands alone and large, paragraphs begin
two characters in, who gives it and when stand at the lower right, under the seal. The seal goes
over the date and never touches the words (GB/T 9704-2012, 7.3.5.1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.colors import Color

from moralbank.boards.honour_sheets import (
    CERTIFICATE_LABELS,
    Certificate,
    CertificateInk,
    CertificateKind,
    CertificateSheet,
)
from moralbank.printing import ornament, palette, vertical
from moralbank.printing.emblem import Ear, EmblemInk, draw_ear, draw_rays, draw_star, draw_wreath
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import A4, Document, mm
from moralbank.printing.text import Line, boxed, line, name_line, shrunk, title_line, wrapped

_WIDE, _HIGH = A4.turned.points
_FURNITURE: Final = "furniture"
_LEADING: Final = 1.72
_LEAST: Final = 7.0
"""Points of the smallest type that paragraphs are set in."""
_STEP: Final = 0.97
"""How much smaller they are tried next, where they don't fit."""
_INDENT: Final = 2
"""Characters that a paragraph begins with in blank."""
_COLON: Final = "："
_SEAL: Final = ornament.SEAL_MM * mm


@dataclass(frozen=True)
class _Look:
    """Colours of a certificate; a ground of None is the bare paper."""

    ground: Color | None
    band: Color | None
    frame: Color
    title: Color
    on_band: Color
    wheat: EmblemInk
    star: EmblemInk
    text: Color
    name: Color
    seal: Color
    faint: Color


_GOLD: Final = EmblemInk(palette.GOLD_BRIGHT, palette.GOLD_DEEP, 0.5)
_OUTLINE: Final = EmblemInk(palette.WHITE, palette.BLACK, 0.7)
"""Filled with white, which no printer prints: so no line crosses another."""
_COLOUR: Final = _Look(
    ground=palette.CREAM,
    band=palette.RED,
    frame=palette.GOLD_BRIGHT,
    title=palette.RED,
    on_band=palette.GOLD_PALE,
    wheat=_GOLD,
    star=EmblemInk(palette.RED, None),
    text=palette.INK,
    name=palette.RED_DEEP,
    seal=palette.GOLD,
    faint=palette.UMBER,
)
_LINES: Final = _Look(
    ground=None,
    band=None,
    frame=palette.BLACK,
    title=palette.BLACK,
    on_band=palette.BLACK,
    wheat=_OUTLINE,
    star=_OUTLINE,
    text=palette.BLACK,
    name=palette.BLACK,
    seal=palette.GREY,
    faint=palette.BLACK,
)


@dataclass(frozen=True)
class _Place:
    """Where the words stand, in points from the lower left corner.

    `called` is the baseline of who is addressed; paragraphs lie between `top` and `foot`; `sign`
    is the axis of who gives it, `given` and `dated` the two baselines; `small` the lowest line's.
    """

    left: float
    right: float
    called: float
    top: float
    foot: float
    name: float
    text: float
    sign: float
    given: float
    dated: float
    small: float


_PLACES: Final = {
    CertificateKind.AWARD: _Place(
        left=44 * mm,
        right=253 * mm,
        called=121 * mm,
        top=111 * mm,
        foot=69 * mm,
        name=36,
        text=25,
        sign=210 * mm,
        given=50 * mm,
        dated=38 * mm,
        small=24.5 * mm,
    ),
    CertificateKind.HONOUR: _Place(
        left=114 * mm,
        right=272 * mm,
        called=151 * mm,
        top=138 * mm,
        foot=76 * mm,
        name=34,
        text=23,
        sign=228 * mm,
        given=55 * mm,
        dated=43 * mm,
        small=20 * mm,
    ),
}


def certificates(
    sheet: CertificateSheet, progress: Callable[[int], None] = lambda _done: None
) -> bytes:
    """Return the certificates as a PDF, one a page; `progress` is told how many are drawn.

    In words alone, title and border are left to the blank.
    """
    look = _COLOUR if sheet.ink is CertificateInk.COLOUR else _LINES
    document = Document(A4.turned, CERTIFICATE_LABELS[sheet.kind])
    canvas = document.canvas
    words_alone = sheet.ink is CertificateInk.WORDS
    if not words_alone:
        canvas.beginForm(_FURNITURE, 0, 0, _WIDE, _HIGH)
        _SURROUNDS[sheet.kind](canvas, look, sheet)
        place = _place(sheet)
        middle = (place.given + place.dated) / 2 + 4
        ornament.draw_seal_place(canvas, place.sign, middle, _SEAL, "", colour=look.seal)
        canvas.endForm()
    for number, certificate in enumerate(sheet.certificates, start=1):
        if number > 1:
            canvas.showPage()
        if words_alone:
            right, up = sheet.offset_mm
            canvas.translate(right * mm, up * mm)
        else:
            canvas.doForm(_FURNITURE)
        _draw_words(canvas, look, sheet, certificate)
        progress(number)
    return document.close()


def _place(sheet: CertificateSheet) -> _Place:
    """Where the words stand; bought blanks of either kind have the whole width for them."""
    blank = sheet.ink is CertificateInk.WORDS
    return _PLACES[CertificateKind.AWARD if blank else sheet.kind]


def _draw_words(canvas: Any, look: _Look, sheet: CertificateSheet, shown: Certificate) -> None:
    place = _place(sheet)
    _draw_called(canvas, look, place, shown)
    canvas.setFillColor(look.text)
    _draw_paragraphs(canvas, place, shown.body)
    room = 2 * min(place.right - place.sign, place.sign - place.left)
    given = line(sheet.organisation, Voice.SONG, 19, tracking=1)
    given = shrunk(given, max(room, 84 * mm), 9)
    given.draw_centred(canvas, place.sign, place.given)
    dated = shrunk(line(sheet.date, Voice.KAI, 19, tracking=0.6), room, 9)
    dated.draw_centred(canvas, place.sign, place.dated)
    canvas.setFillColor(look.faint)
    small = shrunk(line(f"{shown.number} · {sheet.mark}", Voice.HEI, 7.5), 90 * mm, 4)
    small.draw(canvas, place.left, place.small)


def _draw_called(canvas: Any, look: _Look, place: _Place, shown: Certificate) -> None:
    """Write who is addressed: the name large, what follows it smaller, on one baseline."""
    after = line(shown.suffix + _COLON, Voice.KAI, place.text * 1.1)
    gap = place.text * 0.25
    room = place.right - place.left - after.width - gap
    # A dozen characters or more may take two lines: a name is never cut off.
    full = name_line(shown.name, place.name)
    fitting = shrunk(full, room, place.text * 0.8)
    canvas.setFillColor(look.name)
    if fitting.text == full.text:
        fitting.draw(canvas, place.left, place.called)
        end = place.left + fitting.width
    else:
        end = place.left + _draw_long_name(canvas, full, place, room)
    canvas.setFillColor(look.text)
    after.draw(canvas, end + gap, place.called)


def _draw_long_name(canvas: Any, full: Line, place: _Place, room: float) -> float:
    """Write a name over several lines, the last on the baseline; return how wide they are."""
    lines = boxed(full, room, 15 * mm, 8)
    for number, part in enumerate(reversed(lines)):
        part.draw(canvas, place.left, place.called + number * part.size * 1.14)
    return max(part.width for part in lines)


def _draw_paragraphs(canvas: Any, place: _Place, body: tuple[str, ...]) -> None:
    """Set the paragraphs as large as they fit, all lines but the last ending at one edge."""
    size, room = place.text, place.top - place.foot
    lines = _set(body, size, place)
    while len(lines) * size * _LEADING > room and size > _LEAST:
        size *= _STEP
        lines = _set(body, size, place)
    baseline = place.top - size
    for indent, part in lines:
        part.draw(canvas, place.left + indent, baseline)
        baseline -= size * _LEADING


def _set(body: tuple[str, ...], size: float, place: _Place) -> list[tuple[float, Line]]:
    """Break the paragraphs at this size: each line with how far it is moved in."""
    indent = _INDENT * size
    found = []
    for paragraph in body:
        full = line(paragraph, Voice.KAI, size)
        parts = wrapped(full, place.right - place.left, indent=indent, flush=True)
        found += [(0.0 if number else indent, part) for number, part in enumerate(parts)]
    return found


def _draw_award(canvas: Any, look: _Look, sheet: CertificateSheet) -> None:
    """Draw a 奖状: a red border with golden meander, the title between two ears of wheat."""
    _draw_ground(canvas, look)
    _draw_meander_border(canvas, look)
    middle = _WIDE / 2
    title = 161 * mm
    for side, foot, tip in ((-1, 218, 156), (1, -38, 24)):
        x = middle + side * 9 * mm
        draw_ear(canvas, Ear(x, title + 1 * mm, 40 * mm, foot, tip, 7.4 * mm, 9), look.wheat)
    draw_star(canvas, middle, 182 * mm, 5 * mm, look.star)
    canvas.setFillColor(look.title)
    words = title_line(CERTIFICATE_LABELS[sheet.kind], 86, tracking=26)
    words.draw_centred(canvas, middle, title - words.centre_drop - 3 * mm)


def _draw_ground(canvas: Any, look: _Look) -> None:
    if look.ground is None:
        return
    inner = 7 * mm
    canvas.setFillColor(look.ground)
    canvas.rect(inner, inner, _WIDE - 2 * inner, _HIGH - 2 * inner, stroke=0, fill=1)
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(inner, inner, _WIDE - 2 * inner, _HIGH - 2 * inner)
    canvas.clipPath(path, stroke=0, fill=0)
    draw_rays(canvas, _WIDE / 2, 159 * mm, 260 * mm, palette.CREAM_SHADE, count=40)
    canvas.restoreState()


def _draw_meander_border(canvas: Any, look: _Look) -> None:
    # In black lines, a narrow band saves ink.
    edge, band = 7 * mm, (9 if look.band is not None else 5) * mm
    wide, high = _WIDE - 2 * edge, _HIGH - 2 * edge
    if look.band is not None:
        canvas.setStrokeColor(look.band)
        canvas.setLineWidth(band)
        half = band / 2
        canvas.rect(edge + half, edge + half, wide - band, high - band, stroke=1, fill=0)
    ornament.draw_meander_frame(canvas, edge, edge, wide, high, band=band, colour=look.frame)
    canvas.setStrokeColor(look.title)
    for inset, thickness in ((band + 2 * mm, 1.1), (band + 3.1 * mm, 0.4)):
        canvas.setLineWidth(thickness)
        box = (edge + inset, edge + inset, wide - 2 * inset, high - 2 * inset)
        ornament.draw_notched_frame(canvas, *box, notch=3 * mm)


def _draw_honour(canvas: Any, look: _Look, sheet: CertificateSheet) -> None:
    """Draw a 荣誉证书: a red field with the title upright under a wreath, calm paper beside."""
    edge, field = 8 * mm, 84 * mm
    if look.ground is not None:
        canvas.setFillColor(look.ground)
        canvas.rect(edge, edge, _WIDE - 2 * edge, _HIGH - 2 * edge, stroke=0, fill=1)
        canvas.setFillColor(palette.RED_DEEP)
        canvas.rect(edge, edge, field, _HIGH - 2 * edge, stroke=0, fill=1)
    canvas.setStrokeColor(look.frame)
    canvas.setLineWidth(0.9)
    canvas.rect(edge, edge, _WIDE - 2 * edge, _HIGH - 2 * edge, stroke=1, fill=0)
    _draw_field(canvas, look, sheet, edge, field)
    canvas.setStrokeColor(look.frame if look.ground is None else palette.GOLD)
    canvas.setLineWidth(0.5)
    left = edge + field + 4 * mm
    box = (left, edge + 4 * mm, _WIDE - edge - 4 * mm - left, _HIGH - 2 * edge - 8 * mm)
    ornament.draw_notched_frame(canvas, *box, notch=3 * mm)


def _draw_field(
    canvas: Any, look: _Look, sheet: CertificateSheet, edge: float, field: float
) -> None:
    """Draw what stands on the red field: frame, wreath and star, title, village."""
    axis, inset = edge + field / 2, 4 * mm
    canvas.setStrokeColor(look.frame)
    canvas.setLineWidth(0.9)
    high = _HIGH - 2 * edge
    if look.ground is None:
        canvas.line(edge + field, edge, edge + field, _HIGH - edge)
    canvas.rect(edge + inset, edge + inset, field - 2 * inset, high - 2 * inset, stroke=1, fill=0)
    bright = look.ground is not None
    star = EmblemInk(palette.GOLD_BRIGHT, None) if bright else look.star
    draw_wreath(canvas, axis, 160 * mm, 21 * mm, look.wheat)
    draw_star(canvas, axis, 161 * mm, 9.5 * mm, star)
    canvas.setFillColor(look.on_band)
    vertical.draw_column(
        canvas,
        CERTIFICATE_LABELS[sheet.kind],
        Voice.BRUSH,
        axis=axis,
        bottom=31 * mm,
        top=130 * mm,
        size=64,
    )
    village = shrunk(line(sheet.village, Voice.SONG, 12, tracking=2), field - 4 * inset, 6)
    village.draw_centred(canvas, axis, 19 * mm)


_SURROUNDS: Final[dict[CertificateKind, Callable[[Any, _Look, CertificateSheet], None]]] = {
    CertificateKind.AWARD: _draw_award,
    CertificateKind.HONOUR: _draw_honour,
}
