"""Door plates on paper: to be cut out and laminated, or as the pattern of a plate of metal.

A plate is drawn 300 mm wide, as high as its size wants, and made smaller from there. What all
plates of a sheet share is drawn once, into a form. A hairline shows the rounded edge to cut
along, small crosses where the holes are drilled.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.colors import Color, HexColor

from moralbank.boards.honour_sheets import Plate, PlateKind, PlateSheet
from moralbank.printing import palette
from moralbank.printing.emblem import EmblemInk, draw_star, draw_wreath
from moralbank.printing.fonts import Voice
from moralbank.printing.ornament import draw_notched_frame
from moralbank.printing.sheet import Document, draw_crop_marks, mm
from moralbank.printing.text import Line, boxed, draw_block_centred, line, name_line, shrunk
from moralbank.printing.text import title_line as brush_line

_WIDE: Final = 300 * mm
_MIDDLE: Final = _WIDE / 2
_FACE: Final = "plate"
_CORNER: Final = 8 * mm
_HAIRLINE: Final = 0.3
_HOLE_MM: Final = 4.0
"""What screws at a door go through."""
_FRAME, _SECOND = 7 * mm, 9.5 * mm
_SIDE: Final = 26 * mm
_STAR_ROOM: Final = 252 * mm
_HEAD: Final = "户主"


@dataclass(frozen=True)
class _Look:
    """Colours of a plate: its ground (None: the paper itself), words, and stars."""

    ground: Color | None
    ink: Color
    earned: EmblemInk
    open: EmblemInk
    strip: Color | None
    strip_text: Color


@dataclass(frozen=True)
class _Rows:
    """Heights of what stands on a plate, in points from its lower edge.

    Each is a pair: the middle and the height of the room. `strip` holds the household; a plate
    that names none leaves it out and gives its room to what is above.
    """

    village: tuple[float, float]
    title: tuple[float, float]
    emblem: tuple[float, float]
    strip: tuple[float, float]
    foot: float


def plates(sheet: PlateSheet, progress: Callable[[int], None] = lambda _done: None) -> bytes:
    """Return the plates as a PDF, as many a page as its paper holds.

    `progress` is told how many are drawn. In plain black nothing is filled but the stars that were
    earned: for a sheet of coloured card, or as lines for a plate maker.
    """
    stock, look = sheet.size.stock, _look(sheet.kind, plain=sheet.plain)
    document = Document(stock.paper, sheet.kind.title)
    canvas = document.canvas
    scale = _scale(sheet)
    high = stock.height_mm * mm / scale
    named = any(plate.number or plate.head for plate in sheet.plates)
    rows = _rows(high, stars=bool(sheet.kind.stars), named=named)
    canvas.beginForm(_FACE, 0, 0, _WIDE, high)
    _draw_face(canvas, look, sheet, rows, high)
    canvas.endForm()
    page = -1
    spots = stock.places(len(sheet.plates))
    for done, (plate, spot) in enumerate(zip(sheet.plates, spots, strict=True), start=1):
        if spot.page != page:
            if page >= 0:
                canvas.showPage()
            page = spot.page
            draw_crop_marks(canvas, stock)
        canvas.saveState()
        canvas.translate(spot.x, spot.y)
        canvas.scale(scale, scale)
        canvas.doForm(_FACE)
        _draw_household(canvas, look, rows, plate)
        _draw_stars(canvas, look, rows, sheet.kind, plate)
        canvas.restoreState()
        progress(done)
    return document.close()


def _scale(sheet: PlateSheet) -> float:
    """How large a plate is printed beside how it is drawn."""
    return sheet.size.stock.width_mm * mm / _WIDE


def _look(kind: PlateKind, *, plain: bool) -> _Look:
    if plain:
        black = palette.BLACK
        earned, outline = EmblemInk(black, black, 0.8), EmblemInk(None, black, 1.2)
        return _Look(None, black, earned, outline, None, black)
    ground, ink = HexColor(kind.ground), HexColor(kind.ink)
    gold = EmblemInk(palette.GOLD_BRIGHT, palette.GOLD_PALE, 0.8)
    return _Look(ground, ink, gold, EmblemInk(None, ink, 1.2), palette.CREAM, palette.INK)


def _rows(high: float, *, stars: bool, named: bool) -> _Rows:
    """Share the plate's height out: more for the title where no household is named."""
    foot = 17 * mm
    strip = 24 * mm if named else 0.0
    low = foot + 9 * mm
    top = high - 15 * mm
    room = top - low - strip
    emblem = (44 * mm if stars else 0.36 * room) if named else (48 * mm if stars else 0.4 * room)
    village = 13 * mm
    title = room - emblem - village
    if stars:  # village, title, stars, household
        return _Rows(
            village=(top - village / 2, village),
            title=(top - village - title / 2, title),
            emblem=(low + strip + emblem / 2, emblem),
            strip=(low + strip / 2, strip),
            foot=foot,
        )
    return _Rows(  # wreath, title, village, household
        emblem=(top - emblem / 2, emblem),
        village=(low + strip + village / 2, village),
        title=(low + strip + village + title / 2, title),
        strip=(low + strip / 2, strip),
        foot=foot,
    )


def _draw_face(canvas: Any, look: _Look, sheet: PlateSheet, rows: _Rows, high: float) -> None:
    """Draw what all plates of the sheet share."""
    canvas.setLineWidth(_HAIRLINE)
    canvas.setStrokeColor(palette.GREY)
    if look.ground is not None:
        canvas.setFillColor(look.ground)
    canvas.roundRect(0, 0, _WIDE, high, _CORNER, stroke=1, fill=int(look.ground is not None))
    canvas.setStrokeColor(look.ink)
    canvas.setLineWidth(2.2)
    inner = _WIDE - 2 * _FRAME
    canvas.roundRect(_FRAME, _FRAME, inner, high - 2 * _FRAME, _CORNER * 0.6, stroke=1, fill=0)
    canvas.setLineWidth(0.8)
    box = (_SECOND, _SECOND, _WIDE - 2 * _SECOND, high - 2 * _SECOND)
    draw_notched_frame(canvas, *box, notch=8 * mm)
    _draw_holes(canvas, look, sheet, high)
    canvas.setFillColor(look.ink)
    canvas.setStrokeColor(look.ink)
    _draw_village(canvas, sheet, rows)
    _draw_title(canvas, sheet.kind, rows)
    if not sheet.kind.stars:
        _draw_wreath(canvas, look, rows)
    canvas.setFillColor(look.ink)
    _draw_foot(canvas, sheet, rows)


def _draw_holes(canvas: Any, look: _Look, sheet: PlateSheet, high: float) -> None:
    """Mark the four holes: a thin ring as wide as the drill, with a cross for its point."""
    scale = _scale(sheet)
    inset, radius = sheet.size.hole_mm * mm / scale, _HOLE_MM / 2 * mm / scale
    canvas.setStrokeColor(look.ink)
    canvas.setLineWidth(0.5)
    for x in (inset, _WIDE - inset):
        for y in (inset, high - inset):
            canvas.circle(x, y, radius, stroke=1, fill=0)
            canvas.line(x - radius, y, x + radius, y)
            canvas.line(x, y - radius, x, y + radius)


def _draw_village(canvas: Any, sheet: PlateSheet, rows: _Rows) -> None:
    middle, high = rows.village
    size = high * 0.62
    words = shrunk(line(sheet.village, Voice.SONG, size, tracking=size * 0.3), _STAR_ROOM, 12)
    words.draw_centred(canvas, _MIDDLE, middle - words.centre_drop)
    canvas.setLineWidth(1.2)
    for side in (-1, 1):
        near = _MIDDLE + side * (words.width / 2 + 6 * mm)
        far = _MIDDLE + side * (_STAR_ROOM / 2 - 8 * mm)
        if (far - near) * side > 0:
            canvas.line(near, middle, far, middle)


def _draw_title(canvas: Any, kind: PlateKind, rows: _Rows) -> None:
    middle, high = rows.title
    size = min(high * 0.86, 62 * mm)
    wide = _WIDE - 2 * _SIDE
    full = brush_line(kind.title, size, tracking=size * 0.16)
    single = shrunk(full, wide, size / 4)
    lines = (single,) if single.text == full.text else boxed(full, wide, high, size / 6)
    draw_block_centred(canvas, lines, _MIDDLE, middle)


def _draw_wreath(canvas: Any, look: _Look, rows: _Rows) -> None:
    middle, high = rows.emblem
    radius = high * 0.38
    wheat = look.earned if look.ground is not None else EmblemInk(palette.WHITE, palette.BLACK, 1)
    draw_wreath(canvas, _MIDDLE, middle, radius, wheat)
    draw_star(canvas, _MIDDLE, middle + radius * 0.05, radius * 0.5, look.earned)


def _draw_foot(canvas: Any, sheet: PlateSheet, rows: _Rows) -> None:
    parts = [part for part in (sheet.organisation, sheet.period) if part]
    words = line("　".join(parts), Voice.SONG, 17, tracking=0.8)
    words = shrunk(words, _STAR_ROOM, 8)
    words.draw_centred(canvas, _MIDDLE, rows.foot)


def _draw_household(canvas: Any, look: _Look, rows: _Rows, plate: Plate) -> None:
    """Write whose door it is, on a light strip: the number, and the head where wanted."""
    middle, high = rows.strip
    if not (plate.number or plate.head):
        return
    parts = tuple(_told(plate, high * 0.5))
    gap = 10 * mm
    most = _STAR_ROOM - 2 * gap
    wanted = sum(part.width for part in parts) + gap * (len(parts) - 1)
    if wanted > most:
        parts = tuple(part.at(part.size * most / wanted) for part in parts)
        wanted = sum(part.width for part in parts) + gap * (len(parts) - 1)
    _draw_strip(canvas, look, max(wanted + 2 * gap, 110 * mm), high * 0.74, middle)
    canvas.setFillColor(look.strip_text)
    left = _MIDDLE - wanted / 2
    for part in parts:
        part.draw(canvas, left, middle - part.centre_drop)
        left += part.width + gap


def _draw_strip(canvas: Any, look: _Look, wide: float, tall: float, middle: float) -> None:
    canvas.setStrokeColor(look.ink)
    canvas.setLineWidth(1.2)
    if look.strip is not None:
        canvas.setFillColor(look.strip)
    box = (_MIDDLE - wide / 2, middle - tall / 2, wide, tall)
    canvas.roundRect(*box, tall / 2, stroke=1, fill=int(look.strip is not None))


def _told(plate: Plate, size: float) -> Iterator[Line]:
    if plate.number:
        yield line(plate.number, Voice.HEI_BOLD, size * 0.86)
    if plate.head:
        yield line(_HEAD, Voice.HEI, size * 0.62)
        yield name_line(plate.head, size)


def _draw_stars(canvas: Any, look: _Look, rows: _Rows, kind: PlateKind, plate: Plate) -> None:
    """Draw the row of stars, each over what it is given for."""
    if not kind.stars:
        return
    middle, high = rows.emblem
    step = _STAR_ROOM / max(len(kind.stars), 8)
    left = _MIDDLE - step * (len(kind.stars) - 1) / 2
    radius = min(step * 0.43, high * 0.3)
    for number, words in enumerate(kind.stars):
        x = left + number * step
        ink = look.earned if number in plate.stars else look.open
        draw_star(canvas, x, middle + high * 0.14, radius, ink)
        canvas.setFillColor(look.ink)
        named = shrunk(line(words, Voice.HEI_BOLD, 17), step * 0.88, 6)
        named.draw_centred(canvas, x, middle - high * 0.36)
