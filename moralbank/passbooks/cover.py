"""A passbook's first and last page: whose it is, and how it is used."""

from typing import Any, Final

from moralbank.i18n import _
from moralbank.passbooks.sheets import PassbookSheet, Printer
from moralbank.printing import ornament, palette, qr
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import plain_date
from moralbank.printing.sheet import A4, mm
from moralbank.printing.text import (
    LEADING,
    boxed,
    draw_block,
    line,
    name_line,
    shrunk,
    title_line,
    wrapped,
)

_WIDTH, _HEIGHT = A4.width_mm * mm, A4.height_mm / 2 * mm
_MIDDLE: Final = _WIDTH / 2
_MARGIN: Final = 7 * mm
_BAND: Final = 5 * mm
_FRAME: Final = _MARGIN + 2.2 * mm
_CODE_MM: Final = 36.0
_PANEL_LEFT, _PANEL_LOW = 24 * mm, 19 * mm
_PANEL_WIDE, _PANEL_HIGH = _WIDTH - 48 * mm, 45 * mm
_NOTE: Final = 12.3
_NOTES_LEFT: Final = 20 * mm
_NOTES_WIDE: Final = _WIDTH - 2 * _NOTES_LEFT


def draw_cover(canvas: Any, sheet: PassbookSheet, printer: Printer) -> None:
    """Draw the first page: village, bank, household, head, and the card's code."""
    _draw_ground(canvas, printer, dark=True)
    bright = palette.INK if printer.saving else palette.GOLD_PALE
    canvas.setFillColor(bright)
    place = shrunk(line(sheet.town + sheet.village, Voice.SONG, 20, tracking=4), 150 * mm, 8)
    place.draw_centred(canvas, _MIDDLE, 119 * mm)
    bank = shrunk(title_line(sheet.bank, 74, tracking=10), 150 * mm, 20)
    bank.draw_centred(canvas, _MIDDLE, 98 * mm - bank.centre_drop)
    words = line(_("积分存折"), Voice.SONG, 25, tracking=14)
    shrunk(words, 110 * mm, 10).draw_centred(canvas, _MIDDLE, 70 * mm)
    canvas.setStrokeColor(bright)
    canvas.setLineWidth(0.8)
    ornament.draw_diamond_rule(canvas, _MIDDLE - 48 * mm, 73 * mm, 34 * mm, -1)
    ornament.draw_diamond_rule(canvas, _MIDDLE + 48 * mm, 73 * mm, 34 * mm, 1)
    _draw_panel(canvas, sheet, printer)


def draw_notes(canvas: Any, sheet: PassbookSheet, printer: Printer) -> None:
    """Draw the last page: what a passbook is, and what to do with it."""
    _draw_ground(canvas, printer, dark=False)
    accent = palette.INK if printer.saving else palette.RED
    canvas.setFillColor(accent)
    canvas.setStrokeColor(accent)
    title = line(_("使用须知"), Voice.SONG, 20, tracking=6)
    shrunk(title, 80 * mm, 10).draw_centred(canvas, _MIDDLE, 123 * mm)
    canvas.setLineWidth(0.6)
    ornament.draw_diamond_rule(canvas, _MIDDLE - 34 * mm, 125.5 * mm, 30 * mm, -1)
    ornament.draw_diamond_rule(canvas, _MIDDLE + 34 * mm, 125.5 * mm, 30 * mm, 1)
    canvas.setFillColor(palette.INK)
    base = 112.5 * mm
    for number, words in enumerate(_notes(), start=1):
        line(f"{number}.", Voice.HEI_BOLD, _NOTE).draw(canvas, _NOTES_LEFT, base)
        for part in wrapped(line(words, Voice.KAI, _NOTE), _NOTES_WIDE - 8 * mm):
            part.draw(canvas, _NOTES_LEFT + 8 * mm, base)
            base -= _NOTE * LEADING * 1.2
        base -= 2.2 * mm
    _draw_end(canvas, sheet)


def _notes() -> tuple[str, ...]:
    return (
        _("本存折记一户的积分，一笔一行，与村里的总账一致。积分可以兑换，不能取现金。"),
        _("做了好事，经评议、公示无异议后入账；兑换时带积分卡到积分超市，当场记支出。"),
        _("有了新账，带存折到村委会接着印；每一笔由经办人说明，本户在“签字”栏签字。"),
        _("日期下面的小字是总账的编号和校验码，任何人都可以请村委会当面核对这一笔。"),
        _("对哪一笔有异议，可以向村务监督委员会提出，口头、电话、书面都行。"),
        _("存折不得涂改、转让、买卖。丢了不丢分：到村委会照总账从头补印。"),
    )


def _draw_end(canvas: Any, sheet: PassbookSheet) -> None:
    """Write whom to ask beside the place of the seal."""
    seal = _WIDTH - 40 * mm
    ornament.draw_seal_place(canvas, seal, 37 * mm, ornament.SEAL_MM * mm, _("（盖章处）"))
    canvas.setFillColor(palette.INK)
    room = seal - 30 * mm - _NOTES_LEFT
    told = [sheet.organisation]
    if sheet.contact:
        told.append(_("异议和咨询：%(contact)s", contact=sheet.contact))
    for row, words in enumerate(told):
        voice = Voice.HEI if row else Voice.HEI_BOLD
        block = boxed(line(words, voice, 11), room, 11 * mm, 6)
        draw_block(canvas, block, _NOTES_LEFT, 32 * mm - row * 10 * mm)
    canvas.setFillColor(palette.GREY)
    end = {"mark": sheet.mark, "day": sheet.printed_on.isoformat()}
    small = line(_("账 %(mark)s　%(day)s 印", **end), Voice.HEI, 6)
    small.draw(canvas, _NOTES_LEFT, 15.6 * mm)


def _draw_ground(canvas: Any, printer: Printer, *, dark: bool) -> None:
    """Paint the cover's ground where ink isn't saved, and the frame."""
    wide, high = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    if not printer.saving:
        canvas.setFillColor(palette.RED if dark else palette.CREAM)
        canvas.rect(_MARGIN, _MARGIN, wide, high, stroke=0, fill=1)
    ornament.draw_meander_frame(
        canvas,
        _FRAME,
        _FRAME,
        _WIDTH - 2 * _FRAME,
        _HEIGHT - 2 * _FRAME,
        band=_BAND,
        colour=palette.INK if printer.saving else palette.GOLD,
    )


def _draw_panel(canvas: Any, sheet: PassbookSheet, printer: Printer) -> None:
    """Draw the light field with whose passbook it is."""
    canvas.setFillColor(palette.WHITE if printer.saving else palette.CREAM)
    canvas.setStrokeColor(palette.INK if printer.saving else palette.GOLD)
    canvas.setLineWidth(0.9)
    canvas.roundRect(_PANEL_LEFT, _PANEL_LOW, _PANEL_WIDE, _PANEL_HIGH, 2 * mm, stroke=1, fill=1)
    room = _PANEL_WIDE - 14 * mm
    if sheet.payload:
        _draw_code(canvas, sheet.payload)
        room -= _CODE_MM * mm + 4 * mm
    left = _PANEL_LEFT + 7 * mm
    facts = ((_("户主"), "", 30.5), (_("户号"), sheet.household, 17.5),
             (_("开折"), plain_date(sheet.printed_on), 6.5))  # fmt: skip
    for label, words, height in facts:
        base = _PANEL_LOW + height * mm
        canvas.setFillColor(palette.GREY)
        line(label, Voice.HEI, 10.5).draw(canvas, left, base)
        canvas.setFillColor(palette.INK)
        shrunk(line(words, Voice.HEI_BOLD, 14), room - 20 * mm, 7).draw(
            canvas, left + 18 * mm, base
        )
        canvas.setStrokeColor(palette.GREY)
        canvas.setLineWidth(0.4)
        canvas.line(left + 17 * mm, base - 2 * mm, left + room, base - 2 * mm)
    head = boxed(name_line(sheet.head, 27), room - 20 * mm, 11 * mm, 10)
    canvas.setFillColor(palette.INK)
    draw_block(canvas, head, left + 18 * mm, _PANEL_LOW + 34 * mm)


def _draw_code(canvas: Any, payload: str) -> None:
    """Draw the card's code on white, and what it is for."""
    left = _PANEL_LEFT + _PANEL_WIDE - (_CODE_MM + 4) * mm
    low = _PANEL_LOW + 6 * mm
    canvas.setFillColor(palette.WHITE)
    canvas.rect(left, low, _CODE_MM * mm, _CODE_MM * mm, stroke=0, fill=1)
    qr.draw(canvas, payload, left, low, _CODE_MM)
    caption = _("到积分超市出示") if payload.isdecimal() else _("扫一扫 查积分")
    canvas.setFillColor(palette.INK)
    words = shrunk(line(caption, Voice.HEI_BOLD, 8.5), _CODE_MM * mm, 5)
    words.draw_centred(canvas, left + _CODE_MM / 2 * mm, _PANEL_LOW + 2.6 * mm)
