"""What surrounds the names on a poster: ground, frame, head, couplet, light fields."""

from typing import Any

from moralbank.boards.layout import BAND, BORDER, INNER_LINE, Box, Head
from moralbank.boards.sheets import BoardSheet
from moralbank.boards.styles import FieldInk, Ground, Look
from moralbank.printing import ornament, palette, vertical
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.text import (
    Line,
    boxed,
    draw_block_centred,
    line,
    shrunk,
    title_line,
    title_voice,
)

_SHORT_TITLE = 4
_WIDE, _CLOSE = 0.22, 0.065
"""Space between a title's characters, as a part of their size."""
_OTHER_VOICE = 0.83
"""Printed faces fill more of their square than the brush does."""
_WORTH_BREAKING = 1.25
_ROUND = 2.4 * mm
_CLOUDS = (
    (-0.055, 0.66, 0.19, 1),
    (1.055, 0.50, 0.21, -1),
    (-0.055, 0.02, 0.16, 1),
    (0.30, 1.12, 0.12, -1),
    (0.72, -0.22, 0.13, 1),
)
"""Where clouds drift behind the title: x, y, width as parts of its box, and where they head."""


def draw_ground(canvas: Any, look: Look, sheet: Box, title: Box) -> None:
    """Paint the whole sheet, brightest behind the title."""
    match look.ground:
        case Ground.CLOUDS:
            _draw_red_ground(canvas, sheet, title)
        case Ground.MOUNTAINS:
            _draw_landscape(canvas, sheet, title)
        case Ground.BARE:
            pass


def _draw_red_ground(canvas: Any, sheet: Box, title: Box) -> None:
    canvas.setFillColor(palette.RED_DEEP)
    canvas.rect(0, 0, sheet.width, sheet.height, stroke=0, fill=1)
    canvas.saveState()
    canvas.radialGradient(
        title.centre,
        title.middle,
        min(sheet.width * 1.02, sheet.height * 1.5),
        (palette.RED_BRIGHT, palette.RED_DEEP),
        extend=True,
    )
    canvas.restoreState()
    canvas.setStrokeColor(palette.RED_CLOUD)
    for across, up, width, towards in _CLOUDS:
        x, y = title.left + across * title.width, title.bottom + up * title.height
        ornament.draw_cloud(canvas, x, y, width * title.width, towards=towards)


def _draw_landscape(canvas: Any, sheet: Box, title: Box) -> None:
    """Draw a pale morning behind the title: far mountains in mist, the sun rising over them."""
    inside = sheet.within(BORDER)
    radius = title.height * 0.32
    canvas.setFillColor(palette.DAWN)
    canvas.circle(title.left + 2 * mm, title.bottom + radius, radius, stroke=0, fill=1)
    colours = (palette.MIST_DEEP, palette.MIST_FAR, palette.REED)
    foot = title.bottom - 0.36 * title.height
    ornament.draw_mountains(canvas, inside.left, foot, inside.width, 0.86 * title.height, colours)


def draw_border(canvas: Any, look: Look, sheet: Box) -> None:
    """Draw the frame along the edge of the sheet."""
    outer = sheet.within(BORDER)
    canvas.setStrokeColor(look.frame)
    if look.meander:
        ornament.draw_meander_frame(canvas, *outer.rect, band=BAND, colour=look.frame)
        _draw_notched(canvas, sheet.within(BORDER + BAND + INNER_LINE), 0.5, 1.6 * mm)
    else:
        canvas.setLineWidth(1.6)
        canvas.rect(*outer.rect, stroke=1, fill=0)
        _draw_notched(canvas, outer.within(1.8 * mm), 0.5, 2.4 * mm)


def _draw_notched(canvas: Any, box: Box, thickness: float, notch: float) -> None:
    canvas.setLineWidth(thickness)
    ornament.draw_notched_frame(canvas, *box.rect, notch=notch)


def draw_head(canvas: Any, board: BoardSheet, look: Look, head: Head) -> None:
    """Write village, title and period, and which issue it is."""
    canvas.setFillColor(look.head)
    _draw_line(
        canvas,
        line(board.village, Voice.SONG, head.village_size, tracking=0.28 * head.village_size),
        head.village,
    )
    lines = _title(board.title, head)
    draw_block_centred(canvas, lines, head.title.centre, head.title.middle)
    period = line(board.period, Voice.KAI, head.period_size, tracking=0.19 * head.period_size)
    _draw_period(canvas, period, look, head.period)
    if board.issue:
        _draw_issue(canvas, line(board.issue, Voice.KAI, head.issue_size), look, head.issue)


def _title(text: str, head: Head) -> tuple[Line, ...]:
    """Return the title on one line, or on two where it becomes much larger by that."""
    brush = title_voice(text) is Voice.BRUSH
    size = head.title_size * (1 if brush else _OTHER_VOICE)
    tracking = size * (_WIDE if len(text) <= _SHORT_TITLE else _CLOSE)
    full = title_line(text, size, tracking=tracking)
    least = size / 5
    single = shrunk(full, head.title.width, least)
    broken = boxed(full, head.title.width, head.title.height, least)
    return broken if broken[0].size > _WORTH_BREAKING * single.size else (single,)


def _draw_line(canvas: Any, full: Line, box: Box) -> None:
    fitting = shrunk(full, box.width, full.size / 2)
    fitting.draw_centred(canvas, box.centre, box.middle - fitting.centre_drop)


def _draw_period(canvas: Any, full: Line, look: Look, box: Box) -> None:
    _draw_line(canvas, full, box)
    canvas.setFillColor(look.head_rule)
    canvas.setStrokeColor(look.head_rule)
    canvas.setLineWidth(0.6)
    reach = min(full.width, box.width) / 2 + 5 * mm
    for towards in (-1, 1):
        x = box.centre + towards * reach
        ornament.draw_diamond_rule(canvas, x, box.middle, 24 * mm, towards)


def _draw_issue(canvas: Any, full: Line, look: Look, box: Box) -> None:
    """Put the issue into a small frame, as a newspaper has its number in the corner."""
    words = shrunk(full, box.width - 5 * mm, 6)
    half = words.width / 2 + 2.2 * mm
    centre = box.right - half
    canvas.setStrokeColor(look.head)
    canvas.setFillColor(look.head)
    for inset, thickness in ((0.0, 0.8), (0.7 * mm, 0.3)):
        canvas.setLineWidth(thickness)
        canvas.rect(
            centre - half + inset,
            box.bottom + inset,
            2 * (half - inset),
            box.height - 2 * inset,
            stroke=1,
            fill=0,
        )
    words.draw_centred(canvas, centre, box.middle - words.centre_drop)


def has_couplet(board: BoardSheet) -> bool:
    """Tell whether anything hangs at the sides."""
    return any(map(vertical.spoken, board.couplet))


def draw_couplet(canvas: Any, board: BoardSheet, look: Look, right: Box, left: Box) -> None:
    """Hang 上联 on the right (or left, where the village reads so), both lines in one writing."""
    if not has_couplet(board):
        return
    places = (left, right) if board.first_line_left else (right, left)
    lines = tuple(map(vertical.spoken, board.couplet))
    voice = title_voice(*lines)
    room = right.height - 14 * mm
    size = min(right.width * 0.86, room / max(map(len, lines)) / vertical.TIGHTEST)
    for words, box in zip(lines, places, strict=True):
        _draw_strip(canvas, look.strip, box)
        canvas.setFillColor(look.strip.text)
        vertical.draw_column(
            canvas,
            words,
            voice,
            axis=box.centre,
            bottom=box.bottom + 7 * mm,
            top=box.top - 7 * mm,
            size=size,
        )


def _draw_strip(canvas: Any, ink: FieldInk, box: Box) -> None:
    canvas.setStrokeColor(ink.edge)
    canvas.setLineWidth(1)
    if ink.fill is not None:
        canvas.setFillColor(ink.fill)
    canvas.rect(*box.rect, stroke=1, fill=int(ink.fill is not None))
    _draw_notched(canvas, box.within(1.2 * mm), 0.4, 1.2 * mm)


def draw_field(canvas: Any, ink: FieldInk, box: Box, *, doubled: bool = False) -> None:
    """Draw a light field with an edge, and a second line along it where it is ``doubled``."""
    canvas.setStrokeColor(ink.edge)
    if ink.fill is not None:
        canvas.setFillColor(ink.fill)
    canvas.setLineWidth(1.4)
    canvas.roundRect(*box.rect, _ROUND, stroke=1, fill=int(ink.fill is not None))
    if doubled:
        inner = box.within(1.3 * mm)
        canvas.setLineWidth(0.4)
        canvas.roundRect(*inner.rect, _ROUND - 0.65 * mm, stroke=1, fill=0)
