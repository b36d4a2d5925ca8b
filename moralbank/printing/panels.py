"""Posters of panels: a head in brush, panels of rows in two columns, and a foot with a seal.

The scheme and the shop's price list hang as such posters. Everything is laid out on a sheet as
wide as A3; other papers are the same sheet, enlarged or smaller, and a longer one (60 × 90 cm) uses
its length. What doesn't fit flows onto a second sheet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.colors import Color

from moralbank.i18n import _
from moralbank.printing import ornament, palette
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import A3, Document, Paper, mm
from moralbank.printing.sketch import Sketch, Tint, Tints
from moralbank.printing.text import Line, boxed, draw_block, line, shrunk, title_line

_WIDE: Final = A3.points[0]
_MIDDLE: Final = _WIDE / 2
_SIDE, _BETWEEN = 13 * mm, 7 * mm
_COLUMN: Final = (_WIDE - 2 * _SIDE - _BETWEEN) / 2
_HEAD, _BAND = 66 * mm, 5 * mm
_FOOT: Final = 47 * mm
_EDGE: Final = 11 * mm
_TITLE_HIGH, _GAP = 14 * mm, 5 * mm
_LEAST_ROW, _MOST_ROW, _STEP = 7.4 * mm, 17 * mm, 0.2 * mm
_LEAST_TRUE: Final = 11 * mm
"""The least row on large paper, in its own size: there a row need not grow with the sheet."""
_NUMBER, _FIGURE = 9 * mm, 30 * mm
_NAMES: Final = 0.62
"""How much of a row names may take beside long details; beside short ones they take the rest."""
_BROKEN_BELOW: Final = 0.78
"""Words that would be made smaller than this share of their size are broken instead."""
_LINE: Final = 12.5 * mm
"""The most from one line of the foot to the next."""
_EMBLEM: Final = 40
"""Units across an emblem."""


@dataclass(frozen=True)
class PanelRow:
    """A row: its number, what it is about, a word or two on it, and its figure with a unit."""

    number: str
    name: str
    detail: str
    figure: str
    unit: str


@dataclass(frozen=True)
class Panel:
    """A group of rows under a title; ``note`` stands at the title's right.

    ``emblem`` draws into 40 × 40 units.
    """

    title: str
    note: str
    rows: tuple[PanelRow, ...]
    emblem: Callable[[Sketch], None] | None = None


@dataclass(frozen=True, kw_only=True)
class PanelPoster:
    """A poster. ``told`` stands under its title, ``way`` and ``words`` in its foot; each may be "".

    ``date`` is the day in words.
    """

    village: str
    title: str
    told: str
    panels: tuple[Panel, ...]
    way: str
    words: tuple[str, ...]
    organisation: str
    date: str


@dataclass(frozen=True)
class _Look:
    """Colours of the poster."""

    head: Color | None
    title: Color
    accent: Color
    panel: Color | None
    stripe: Color | None
    tint: Tint


_GOLD_ON_RED: Final = Tint(
    palette.GOLD_PALE, palette.RED, palette.RED_DARK, palette.RED, palette.RED, palette.RED
)
_COLOUR: Final = _Look(
    palette.RED, palette.GOLD_PALE, palette.RED, palette.WHITE, palette.CREAM_DARK, _GOLD_ON_RED
)
_PLAIN: Final = _Look(None, palette.BLACK, palette.BLACK, None, None, Tints.PLAIN.value)


@dataclass(frozen=True)
class _Piece:
    """A panel, or what of it stands in one column."""

    panel: Panel
    rows: tuple[PanelRow, ...]
    continued: bool = False

    def height(self, row: float) -> float:
        return _TITLE_HIGH + row * len(self.rows)


Column = list[_Piece]


def panel_poster(poster: PanelPoster, *, paper: Paper = A3, plain: bool = False) -> bytes:
    """Return the poster as a PDF; ``plain`` is black on white, for a laser or red paper."""
    document = Document(paper, poster.title)
    scale = paper.width_mm / A3.width_mm
    high = paper.points[1] / scale
    seal = ornament.SEAL_MM * mm / scale
    foot = max(_FOOT, seal + 5 * mm)
    room = high - _HEAD - foot - _EDGE - 2 * _GAP
    columns = _laid_out(poster.panels, room, min(_LEAST_ROW, _LEAST_TRUE / scale))
    look = _PLAIN if plain else _COLOUR
    sheets = [columns[start : start + 2] for start in range(0, len(columns), 2)]
    for number, sheet in enumerate(sheets, start=1):
        if number > 1:
            document.canvas.showPage()
        document.canvas.scale(scale, scale)
        _draw_ground(document.canvas, look, high)
        _draw_head(document.canvas, poster, look, high)
        _draw_columns(document.canvas, look, sheet, room, high - _HEAD - _GAP)
        _draw_foot(document.canvas, poster, look, foot, seal)
        if len(sheets) > 1:
            _draw_count(document.canvas, number, len(sheets))
    return document.close()


def asked(contact: str) -> str:
    """Whom to ask, for a poster's foot; nothing where there is nobody."""
    return _("有不明白的请问：%(contact)s", contact=contact) if contact else ""


def _laid_out(panels: Sequence[Panel], room: float, least: float) -> list[Column]:
    """The columns, two a sheet: on as few sheets, with rows as high as they allow."""
    sheets = 1
    while True:
        row = _MOST_ROW
        while row >= least:
            columns = _columns(panels, row, room)
            if len(columns) <= 2 * sheets:
                return columns
            row -= _STEP
        sheets += 1


def _row_of(column: Column, room: float) -> float:
    """How high a column's rows are, so that all columns end alike."""
    heads = len(column) * _TITLE_HIGH + (len(column) - 1) * _GAP
    return min(_MOST_ROW, (room - heads) / max(1, sum(len(piece.rows) for piece in column)))


def _columns(panels: Sequence[Panel], row: float, room: float) -> list[Column]:
    """Fill column after column; a panel is broken only where no column could hold it whole."""
    columns: list[Column] = [[]]
    left = room
    for panel in panels:
        for piece in _pieces(panel, row, room):
            needed = piece.height(row) + (_GAP if columns[-1] else 0)
            if needed > left:
                columns.append([])
                left, needed = room, piece.height(row)
            columns[-1].append(piece)
            left -= needed
    return columns


def _pieces(panel: Panel, row: float, room: float) -> list[_Piece]:
    most = max(1, int((room - _TITLE_HIGH) / row))
    return [
        _Piece(panel, panel.rows[start : start + most], continued=start > 0)
        for start in range(0, max(1, len(panel.rows)), most)
    ]


def _draw_ground(canvas: Any, look: _Look, high: float) -> None:
    if look.head is None:
        canvas.setStrokeColor(look.accent)
        canvas.setLineWidth(1.2)
        canvas.rect(6 * mm, 6 * mm, _WIDE - 12 * mm, high - 12 * mm)
        return
    canvas.setFillColor(palette.CREAM)
    canvas.rect(0, 0, _WIDE, high, stroke=0, fill=1)
    canvas.setFillColor(look.head)
    canvas.rect(0, high - _HEAD, _WIDE, _HEAD, stroke=0, fill=1)
    canvas.setFillColor(palette.GOLD)
    canvas.rect(0, high - _HEAD, _WIDE, _BAND, stroke=0, fill=1)


def _draw_head(canvas: Any, poster: PanelPoster, look: _Look, high: float) -> None:
    colour = palette.GOLD_PALE if look.head else look.accent
    ornament.draw_meander(
        canvas,
        0 if look.head else 6 * mm,
        high - _HEAD,
        _WIDE if look.head else _WIDE - 12 * mm,
        _BAND,
        colour=colour,
        margin=0.8 * mm,
    )
    canvas.setFillColor(look.title)
    village = shrunk(line(poster.village, Voice.SONG, 19, tracking=5), 200 * mm, 9)
    village.draw_centred(canvas, _MIDDLE, high - 16.4 * mm)
    title = shrunk(title_line(poster.title, 82, tracking=6), 250 * mm, 30)
    title.draw_centred(canvas, _MIDDLE, high - 35.6 * mm - title.centre_drop)
    told = shrunk(line(poster.told, Voice.KAI, 15), 250 * mm, 7)
    told.draw_centred(canvas, _MIDDLE, high - 57 * mm)


def _draw_columns(
    canvas: Any, look: _Look, columns: Sequence[Column], room: float, top: float
) -> None:
    for place, column in enumerate(columns):
        left, height, row = _SIDE + place * (_COLUMN + _BETWEEN), top, _row_of(column, room)
        for piece in column:
            _draw_piece(canvas, look, piece, left, height, row)
            height -= piece.height(row) + _GAP


def _draw_piece(
    canvas: Any, look: _Look, piece: _Piece, left: float, top: float, row: float
) -> None:
    bottom = top - piece.height(row)
    canvas.setStrokeColor(look.accent)
    canvas.setLineWidth(1.1)
    if look.panel:
        canvas.setFillColor(look.panel)
    frame = (left, bottom, _COLUMN, top - bottom, 2.6 * mm)
    canvas.roundRect(*frame, stroke=0, fill=1 if look.panel else 0)
    _draw_rows(canvas, look, piece, left, top - _TITLE_HIGH, row)
    _draw_piece_head(canvas, look, piece, left, top)
    canvas.setStrokeColor(look.accent)
    canvas.setLineWidth(1.1)
    canvas.roundRect(*frame, stroke=1, fill=0)


def _draw_piece_head(canvas: Any, look: _Look, piece: _Piece, left: float, top: float) -> None:
    if look.head:
        canvas.saveState()
        clip = canvas.beginPath()
        clip.roundRect(left, top - 3 * _TITLE_HIGH, _COLUMN, 3 * _TITLE_HIGH, 2.6 * mm)
        canvas.clipPath(clip, stroke=0)
        canvas.setFillColor(look.accent)
        canvas.rect(left, top - _TITLE_HIGH, _COLUMN, _TITLE_HIGH, stroke=0, fill=1)
        canvas.restoreState()
    else:
        canvas.line(left, top - _TITLE_HIGH, left + _COLUMN, top - _TITLE_HIGH)
    _draw_emblem(canvas, look, piece, left + 3 * mm, top - _TITLE_HIGH + 1 * mm)
    canvas.setFillColor(look.title)
    words = piece.panel.title
    if piece.continued:
        words = _("%(name)s（续）", name=words)
    middle = top - _TITLE_HIGH / 2
    name = shrunk(line(words, Voice.SONG, 24, tracking=3), _COLUMN - 50 * mm, 10)
    name.draw(canvas, left + (19 if piece.panel.emblem else 6) * mm, middle - name.centre_drop)
    note = shrunk(line(piece.panel.note, Voice.KAI, 14), 42 * mm, 7)
    note.draw_right(canvas, left + _COLUMN - 5 * mm, middle - note.centre_drop)


def _draw_emblem(canvas: Any, look: _Look, piece: _Piece, left: float, bottom: float) -> None:
    if piece.panel.emblem is None:
        return
    canvas.saveState()
    canvas.translate(left, bottom)
    canvas.scale(12 * mm / _EMBLEM, 12 * mm / _EMBLEM)
    piece.panel.emblem(Sketch(canvas, look.tint))
    canvas.restoreState()


def _draw_rows(
    canvas: Any, look: _Look, piece: _Piece, left: float, top: float, row: float
) -> None:
    for place, item in enumerate(piece.rows):
        base = top - (place + 1) * row
        if place % 2 and look.stripe:
            canvas.setFillColor(look.stripe)
            canvas.rect(left, base, _COLUMN, row, stroke=0, fill=1)
        elif place:
            canvas.setStrokeColor(palette.GOLD if look.stripe else look.accent)
            canvas.setLineWidth(0.4)
            canvas.line(left, base + row, left + _COLUMN, base + row)
        _draw_item(canvas, look, item, left, base, row)


def _draw_item(
    canvas: Any, look: _Look, item: PanelRow, left: float, base: float, row: float
) -> None:
    middle = base + row / 2
    canvas.setFillColor(palette.GREY if look.head else look.accent)
    number = shrunk(line(item.number, Voice.HEI, 10), _NUMBER - 2 * mm, 4)
    number.draw_centred(canvas, left + _NUMBER / 2, middle - number.centre_drop)
    _draw_figure(canvas, look, item, left + _COLUMN - 4 * mm, middle, row)
    room = _COLUMN - _NUMBER - _FIGURE
    canvas.setFillColor(palette.INK)
    full = line(item.name, Voice.HEI_BOLD, min(row * 0.56, 20))
    detail = line(item.detail, Voice.HEI, min(row * 0.36, 12))
    widest = max(room * _NAMES, room - detail.width - 3 * mm)
    names = _whole(full, widest, 6) or boxed(full, room * _NAMES, row * 0.94, 6)
    draw_block(canvas, names, left + _NUMBER, middle)
    widest = max(part.width for part in names)
    _draw_detail(canvas, detail, left + _NUMBER + room, room - widest - 3 * mm, middle, row)


def _whole(full: Line, room: float, least: float) -> tuple[Line, ...]:
    """Return words on one line, a little smaller if need be; none where that is too small."""
    return (shrunk(full, room, least),) if full.width * _BROKEN_BELOW <= room else ()


def _draw_detail(
    canvas: Any, detail: Line, right: float, room: float, middle: float, row: float
) -> None:
    """Write beside a name how often and up to what; long ones on two lines."""
    lines = boxed(detail, room, row * 0.94, 5)
    draw_block(canvas, lines, right - max(part.width for part in lines), middle)


def _draw_figure(
    canvas: Any, look: _Look, item: PanelRow, right: float, middle: float, row: float
) -> None:
    canvas.setFillColor(look.accent)
    unit = shrunk(line(item.unit, Voice.HEI, 10), _FIGURE / 2, 4)
    size = min(row * 0.72, 23)
    figure = shrunk(line(item.figure, Voice.SONG, size), _FIGURE - unit.width - 8 * mm, 8)
    base = middle - figure.centre_drop
    unit.draw_right(canvas, right, base)
    figure.draw_right(canvas, right - unit.width - 1 * mm, base)


def _draw_foot(canvas: Any, poster: PanelPoster, look: _Look, foot: float, seal: float) -> None:
    top, bottom = _EDGE + foot, _EDGE
    right = _WIDE - _SIDE
    middle = (top + bottom) / 2
    axis = right - seal / 2
    faint = palette.GREY if look.head else look.accent
    ornament.draw_seal_place(
        canvas, axis, middle, seal, _("盖章处"), colour=look.accent, label_colour=faint
    )
    signed = right - seal - 6 * mm
    room = 62 * mm
    canvas.setFillColor(palette.INK)
    organisation = shrunk(line(poster.organisation, Voice.SONG, 16), room, 7)
    organisation.draw_centred(canvas, signed - room / 2, middle + 2 * mm)
    day = shrunk(line(poster.date, Voice.KAI, 14), room, 7)
    day.draw_centred(canvas, signed - room / 2, middle - 8 * mm)
    _draw_ways(canvas, poster, look, (_SIDE, signed - room - 6 * mm), (bottom, top))


def _draw_ways(
    canvas: Any,
    poster: PanelPoster,
    look: _Look,
    across: tuple[float, float],
    up: tuple[float, float],
) -> None:
    """Write the way in large letters, and the other words below it."""
    left, room = across[0], across[1] - across[0]
    first = [(line(poster.way, Voice.SONG, 17), look.accent)] if poster.way else []
    others = [(line(words, Voice.HEI, 13), palette.INK) for words in poster.words if words]
    shown = [*first, *others]
    step = min(_LINE, (up[1] - up[0]) / max(len(shown), 3))
    top = (up[0] + up[1] + step * len(shown)) / 2
    for place, (words, colour) in enumerate(shown):
        canvas.setFillColor(colour)
        lines = _whole(words, room, 7) or boxed(words, room, step, 7)
        draw_block(canvas, lines, left, top - step * (place + 0.5))


def _draw_count(canvas: Any, number: int, total: int) -> None:
    canvas.setFillColor(palette.GREY)
    words = _("第 %(number)s 张，共 %(total)s 张", number=number, total=total)
    line(words, Voice.HEI, 8).draw_centred(canvas, _MIDDLE, 7.5 * mm)
