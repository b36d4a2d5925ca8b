"""Boards on paper: a red and gold poster with medals, table, couplet and place for the seal.

Everything is drawn on a sheet of A4; A3 is the same sheet, enlarged. Only the place of the seal
keeps its true size.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from moralbank.boards.podium import draw_podium
from moralbank.boards.sheets import BoardEntry, BoardSheet, laureates
from moralbank.i18n import _
from moralbank.printing import numerals, ornament, palette, qr, sheet, vertical
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.table import CELL_PADDING, Align, Column, Table
from moralbank.printing.text import (
    Line,
    boxed,
    draw_block,
    line,
    name_line,
    shrunk,
    title_line,
    title_voice,
)

_PAPERS = {"a4": sheet.A4, "a3": sheet.A3}
_WIDTH, _HEIGHT = sheet.A4.points
_MIDDLE = _WIDTH / 2

_BORDER, _BAND = 6.5 * mm, 6 * mm
_LEFT, _RIGHT = 17 * mm, 193 * mm
_FOOT_BOTTOM, _FOOT_TOP = 17.5 * mm, 62 * mm
_BODY_BOTTOM, _BODY_TOP = 65.5 * mm, 221 * mm
_STRIP = 16.5 * mm
_STRIP_GAP = 3 * mm
_PADDING = 4 * mm
_ROUND = 2.4 * mm
_QR_MM = 35.0

_CONTACT = 18 * mm
_SMALL = 6.6
_PARTS = re.compile(r"[\n\u3000]+")
"""What separates the parts of a contact: a line end or a full-width space."""

_SHORT_TITLE = 4
_TABLE_HEAD = 6.6 * mm
_LEAST_ROW, _USUAL_ROW, _MOST_ROW = 5.5 * mm, 6.4 * mm, 10.5 * mm
_LEAST_HONOURS, _MOST_HONOURS = 44 * mm, 92 * mm
_HONOURS_GAP = 2.5 * mm
_FIXED = {"rank": 12 * mm, "name": 29 * mm, "group": 15 * mm, "points": 15 * mm}
"""The table's columns but for the deeds, which take what is left."""
_LEAST_DEED = 8.4


@dataclass(frozen=True)
class _Page:
    """What one sheet of paper shows between head and foot."""

    laureates: tuple[BoardEntry, ...]
    rows: tuple[BoardEntry, ...]


@dataclass(frozen=True)
class _Panel:
    """The light field between the couplets, in points."""

    left: float
    right: float

    @property
    def inner_left(self) -> float:
        return self.left + _PADDING

    @property
    def inner_width(self) -> float:
        return self.right - self.left - 2 * _PADDING

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def board_poster(board: BoardSheet, *, paper: Literal["a4", "a3"]) -> bytes:
    """Return a board as a PDF poster; what doesn't fit on one sheet flows onto the next.

    The leading entries, up to rank three and at most four, get medals; ties are never torn
    apart by it. Raises ``qr.PayloadTooLong`` for an address that no QR code can hold.
    """
    document = sheet.Document(_PAPERS[paper], f"{board.village} {board.title}")
    scale = _PAPERS[paper].width_mm / sheet.A4.width_mm
    pages = _paginated(board.entries)
    _store_furniture(document.canvas, board, seal=ornament.SEAL_MM * mm / scale)
    for number, page in enumerate(pages, start=1):
        if number > 1:
            document.canvas.showPage()
        document.canvas.scale(scale, scale)
        _draw_ground(document.canvas)
        document.canvas.doForm("furniture")
        _draw_body(document.canvas, board, page)
        if len(pages) > 1:
            _draw_page_number(document.canvas, number, len(pages))
    return document.close()


def _paginated(entries: Sequence[BoardEntry]) -> list[_Page]:
    honoured = laureates(entries)
    rest = tuple(entries[len(honoured) :])
    room = _BODY_TOP - _BODY_BOTTOM - 2 * _PADDING - _TABLE_HEAD
    taken = _LEAST_HONOURS + _HONOURS_GAP if honoured else 0
    first = int((room - taken) / _LEAST_ROW)
    later = int(room / _USUAL_ROW)
    starts = range(first, len(rest), later)
    return [
        _Page(honoured, rest[:first]),
        *(_Page((), rest[start : start + later]) for start in starts),
    ]


def _store_furniture(canvas: Any, board: BoardSheet, *, seal: float) -> None:
    """Store once in the file what all sheets of the board share."""
    canvas.beginForm("furniture", 0, 0, _WIDTH, _HEIGHT)
    _draw_border(canvas)
    _draw_head(canvas, board)
    _draw_couplet(canvas, board)
    _draw_panel(canvas, _panel(board))
    _draw_foot(canvas, board, seal)
    canvas.endForm()


def _draw_ground(canvas: Any) -> None:
    """Paint the sheet; on the page itself, since reportlab's forms cannot hold a gradient."""
    canvas.setFillColor(palette.RED_DEEP)
    canvas.rect(0, 0, _WIDTH, _HEIGHT, stroke=0, fill=1)
    canvas.radialGradient(
        _MIDDLE, 240 * mm, 215 * mm, (palette.RED_BRIGHT, palette.RED_DEEP), extend=True
    )


def _draw_border(canvas: Any) -> None:
    ornament.draw_meander_frame(
        canvas,
        _BORDER,
        _BORDER,
        _WIDTH - 2 * _BORDER,
        _HEIGHT - 2 * _BORDER,
        band=_BAND,
        colour=palette.GOLD_BRIGHT,
    )
    inset = _BORDER + _BAND + 1.4 * mm
    canvas.setStrokeColor(palette.GOLD)
    canvas.setLineWidth(0.5)
    ornament.draw_notched_frame(
        canvas, inset, inset, _WIDTH - 2 * inset, _HEIGHT - 2 * inset, notch=1.6 * mm
    )


def _draw_head(canvas: Any, board: BoardSheet) -> None:
    canvas.setFillColor(palette.GOLD_PALE)
    village = shrunk(line(board.village, Voice.SONG, 18, tracking=5), 140 * mm, 9)
    village.draw_centred(canvas, _MIDDLE, 269.5 * mm)
    tracking = 20 if len(board.title) <= _SHORT_TITLE else 6
    size = 92 if title_voice(board.title) is Voice.BRUSH else 76
    title = shrunk(title_line(board.title, size, tracking=tracking), 152 * mm, 20)
    title.draw_centred(canvas, _MIDDLE, 248.6 * mm - title.centre_drop)
    period = shrunk(line(board.period, Voice.KAI, 16, tracking=3), 90 * mm, 9)
    period.draw_centred(canvas, _MIDDLE, 226 * mm)
    canvas.setStrokeColor(palette.GOLD_PALE)
    canvas.setLineWidth(0.6)
    height = 226 * mm + period.centre_drop
    reach = period.width / 2 + 5 * mm
    ornament.draw_diamond_rule(canvas, _MIDDLE - reach, height, 24 * mm, towards=-1)
    ornament.draw_diamond_rule(canvas, _MIDDLE + reach, height, 24 * mm, towards=1)


def _panel(board: BoardSheet) -> _Panel:
    side = _STRIP + _STRIP_GAP if any(map(vertical.spoken, board.couplet)) else 0
    return _Panel(_LEFT + side, _RIGHT - side)


def _draw_couplet(canvas: Any, board: BoardSheet) -> None:
    """Hang 上联 on the right and 下联 on the left, both in the same writing."""
    first, second = map(vertical.spoken, board.couplet)
    if not first + second:
        return
    voice = title_voice(first, second)
    for words, left in ((first, _RIGHT - _STRIP), (second, _LEFT)):
        _draw_strip(canvas, left)
        canvas.setFillColor(palette.GOLD_PALE)
        vertical.draw_column(
            canvas,
            words,
            voice,
            axis=left + _STRIP / 2,
            bottom=_BODY_BOTTOM + 7 * mm,
            top=_BODY_TOP - 7 * mm,
            size=40,
        )


def _draw_strip(canvas: Any, left: float) -> None:
    height = _BODY_TOP - _BODY_BOTTOM
    canvas.setFillColor(palette.RED_DARK)
    canvas.setStrokeColor(palette.GOLD)
    canvas.setLineWidth(1)
    canvas.rect(left, _BODY_BOTTOM, _STRIP, height, stroke=1, fill=1)
    canvas.setLineWidth(0.4)
    inset = 1.2 * mm
    ornament.draw_notched_frame(
        canvas,
        left + inset,
        _BODY_BOTTOM + inset,
        _STRIP - 2 * inset,
        height - 2 * inset,
        notch=1.2 * mm,
    )


def _draw_panel(canvas: Any, panel: _Panel) -> None:
    """Draw the field of medals and table, with a second line along its edge."""
    _draw_field(canvas, panel.left, _BODY_BOTTOM, panel.right, _BODY_TOP)
    inset = 1.3 * mm
    canvas.setStrokeColor(palette.GOLD)
    canvas.setLineWidth(0.4)
    canvas.roundRect(
        panel.left + inset,
        _BODY_BOTTOM + inset,
        panel.right - panel.left - 2 * inset,
        _BODY_TOP - _BODY_BOTTOM - 2 * inset,
        _ROUND - inset / 2,
        stroke=1,
        fill=0,
    )


def _draw_field(canvas: Any, left: float, bottom: float, right: float, top: float) -> None:
    """Draw a light field with a gold edge."""
    canvas.setFillColor(palette.CREAM)
    canvas.setStrokeColor(palette.GOLD_BRIGHT)
    canvas.setLineWidth(1.4)
    canvas.roundRect(left, bottom, right - left, top - bottom, _ROUND, stroke=1, fill=1)


def _draw_foot(canvas: Any, board: BoardSheet, seal: float) -> None:
    _draw_field(canvas, _LEFT, _FOOT_BOTTOM, _RIGHT, _FOOT_TOP)
    middle = (_FOOT_BOTTOM + _FOOT_TOP) / 2
    seal_left = _RIGHT - 44 * mm
    ornament.draw_seal_place(canvas, seal_left + 21.6 * mm, middle, seal, _("盖章处"))
    text_left = _LEFT + 5 * mm
    if board.public_url:
        side = _QR_MM * mm
        qr.draw(canvas, board.public_url, text_left - 2 * mm, middle - side / 2, _QR_MM)
        text_left += side
    signature_left = seal_left - 43 * mm
    _draw_contact(canvas, board, text_left, signature_left - 2 * mm - text_left)
    _draw_signature(canvas, board, signature_left + 21 * mm)


def _draw_contact(canvas: Any, board: BoardSheet, left: float, width: float) -> None:
    """Write what the code is for, whom to ask (each part on its own line), and the mark."""
    canvas.setFillColor(palette.INK)
    if board.public_url:
        heading = line(_("扫码在手机上看本榜"), Voice.HEI_BOLD, 11)
        shrunk(heading, width, 6).draw(canvas, left, 50 * mm)
    _draw_parts(canvas, board.contact, left, width)
    canvas.setFillColor(palette.GREY)
    mark = line(board.ledger_mark, Voice.HEI, 6)
    shrunk(mark, width, 3).draw(canvas, left, 21.5 * mm)


def _draw_parts(canvas: Any, contact: str, left: float, width: float) -> None:
    """Write each part on a line of its own, all in one size; very long ones are wrapped."""
    parts = [line(part, Voice.HEI, 9.5) for part in _PARTS.split(contact) if part.strip()]
    step = _CONTACT / max(len(parts), 3)
    size = min((shrunk(part, width, 1).size for part in parts), default=0)
    for number, part in enumerate(parts):
        lines = (part.at(size),) if size >= _SMALL else boxed(part, width, step * 0.96, 4.5)
        draw_block(canvas, lines, left, 46.5 * mm - step * (number + 0.5))


def _draw_signature(canvas: Any, board: BoardSheet, middle: float) -> None:
    """Write who issued the board and when, beside the place of the seal."""
    canvas.setFillColor(palette.INK)
    # One line, however small: broken, a village's name would fall apart (羊圈湾村村 / 民委员会).
    organisation = shrunk(line(board.organisation, Voice.SONG, 13), 41 * mm, 7)
    organisation.draw_centred(canvas, middle, 42.5 * mm)
    day = line(numerals.full_date(board.issued_on), Voice.KAI, 12.5)
    shrunk(day, 41 * mm, 6).draw_centred(canvas, middle, 31 * mm)


def _draw_page_number(canvas: Any, number: int, total: int) -> None:
    canvas.setFillColor(palette.GREY)
    words = _("第 %(number)s 张，共 %(total)s 张", number=number, total=total)
    middle = _RIGHT - 44 * mm - 22 * mm
    line(words, Voice.HEI, 7).draw_centred(canvas, middle, 21.5 * mm)


def _draw_body(canvas: Any, board: BoardSheet, page: _Page) -> None:
    panel = _panel(board)
    top = _BODY_TOP - _PADDING
    if not page.laureates and not page.rows:
        _draw_vacancy(canvas, panel)
        return
    if page.laureates:
        height = _honours_height(len(page.rows))
        if not page.rows:
            top = (_BODY_TOP + _BODY_BOTTOM + height) / 2
        box = {"left": panel.inner_left, "width": panel.inner_width, "top": top, "height": height}
        draw_podium(canvas, page.laureates, **box)
        top -= height + _HONOURS_GAP
    if page.rows:
        _draw_table(canvas, board, panel, page.rows, top)


def _honours_height(rows: int) -> float:
    """Return the height left for the medals above a table of so many rows."""
    room = _BODY_TOP - _BODY_BOTTOM - 2 * _PADDING
    if not rows:
        return min(room, _MOST_HONOURS)
    table = _TABLE_HEAD + rows * _MOST_ROW + _HONOURS_GAP
    return max(_LEAST_HONOURS, min(_MOST_HONOURS, room - table))


def _draw_vacancy(canvas: Any, panel: _Panel) -> None:
    middle = (_BODY_TOP + _BODY_BOTTOM) / 2
    canvas.setFillColor(palette.CREAM_DARK)
    mark = title_line("善", 300)
    mark.draw_centred(canvas, panel.middle, middle - mark.centre_drop)
    canvas.setFillColor(palette.RED)
    heading = shrunk(line(_("本期暂无上榜"), Voice.SONG, 30, tracking=4), panel.inner_width, 12)
    heading.draw_centred(canvas, panel.middle, middle + 3 * mm)
    canvas.setFillColor(palette.GOLD_DEEP)
    words = line(_("榜上留位，静候好人好事"), Voice.KAI, 16, tracking=2)
    shrunk(words, panel.inner_width, 8).draw_centred(canvas, panel.middle, middle - 10 * mm)


def _draw_table(
    canvas: Any, board: BoardSheet, panel: _Panel, rows: Sequence[BoardEntry], top: float
) -> None:
    room = top - _TABLE_HEAD - _BODY_BOTTOM - _PADDING
    height = min(_MOST_ROW, room / len(rows))
    table = _table(board, panel, _deed_size(panel, rows, height))
    table.draw_head(canvas, top, _TABLE_HEAD)
    top -= _TABLE_HEAD
    for number, entry in enumerate(rows):
        cells = (str(entry.rank), entry.name, entry.group, entry.deed, str(entry.points))
        table.draw_row(canvas, cells, top - number * height, height, striped=number % 2 == 0)


def _deed_width(panel: _Panel) -> float:
    return panel.inner_width - sum(_FIXED.values())


def _deed_size(panel: _Panel, rows: Sequence[BoardEntry], height: float) -> float:
    """The size at which all deeds of the page fit one line, so that no row looks smaller.

    A few very long deeds don't make the others small: they are shrunk alone.
    """
    usual = height * 0.5
    room = _deed_width(panel) - 2 * CELL_PADDING
    fitting = (shrunk(line(entry.deed, Voice.HEI, usual), room, 1).size for entry in rows)
    return max(min(fitting), min(usual, _LEAST_DEED))


def _table(board: BoardSheet, panel: _Panel, deed_size: float) -> Table:
    def deed(text: str, size: float) -> Line:
        return line(text, Voice.HEI, min(size, deed_size))

    def regular(text: str, size: float) -> Line:
        return line(text, Voice.HEI, size)

    def bold(text: str, size: float) -> Line:
        return line(text, Voice.HEI_BOLD, size)

    return Table(
        (
            Column(_("名次"), _FIXED["rank"], bold, Align.CENTRE),
            Column(board.subject, _FIXED["name"], name_line, share=0.7, wraps=True),
            Column(_("小组"), _FIXED["group"], regular),
            Column(_("主要事迹"), _deed_width(panel), deed),
            Column(_("积分"), _FIXED["points"], bold, Align.RIGHT, 0.58, palette.RED),
        ),
        x=panel.inner_left,
    )
