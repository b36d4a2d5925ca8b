"""The back of a card: how it is used, in few large words, whom to ask, and who signs."""

from typing import Any, Final

from moralbank.cards.design import HEIGHT, MARGIN, RIGHT, Look, draw_ground, draw_head
from moralbank.cards.faces import CardBack
from moralbank.i18n import _
from moralbank.printing import palette
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.text import line, shrunk, title_line

FORM: Final = "back"
_HEAD: Final = 10.2 * mm
_BAND: Final = 1.6 * mm
_FIRST_RULE, _PITCH = 38.1 * mm, 5.3 * mm
_NUMBER: Final = 2.0 * mm
"""Radius of the circle around a rule's number."""
_WORDS_X: Final = MARGIN + 6 * mm
_PANEL: Final = (MARGIN, 4.4 * mm, 37 * mm, 8.2 * mm)
"""Where the household signs: left, bottom, width, height."""


def define_back(canvas: Any, back: CardBack, look: Look) -> None:
    """Store the back in the file as the form ``FORM``."""
    canvas.beginForm(FORM, *look.box)
    draw_ground(canvas, look)
    draw_head(canvas, look, _HEAD, _BAND)
    _draw_title(canvas, back, look)
    for place, words in enumerate(_rules(), start=1):
        _draw_rule(canvas, place, words, look)
    _draw_contact(canvas, back, look)
    _draw_panel(canvas, look)
    _draw_issuer(canvas, back, look)
    canvas.endForm()


def _rules() -> tuple[str, ...]:
    return (
        _("做好事、记善行，评议公示后积分入户"),
        _("带本卡到积分超市，用积分换东西"),
        _("卡丢了马上到村委会挂失，积分一分不少"),
        _("密码自己定、自己记，谁问也不说"),
    )


def _draw_title(canvas: Any, back: CardBack, look: Look) -> None:
    middle = HEIGHT - _HEAD / 2 - 0.4 * mm
    canvas.setFillColor(look.ink.title)
    title = title_line(_("用卡须知"), 18, tracking=1.5)
    title.draw(canvas, MARGIN, middle - title.centre_drop)
    bank = shrunk(line(back.bank, Voice.SONG, 10.5, tracking=1), 36 * mm, 6)
    bank.draw_right(canvas, RIGHT, middle - bank.centre_drop)


def _draw_rule(canvas: Any, place: int, words: str, look: Look) -> None:
    middle = _FIRST_RULE - (place - 1) * _PITCH
    solid = look.ink.head is not None
    canvas.setFillColor(look.ink.accent)
    canvas.setStrokeColor(look.ink.accent)
    canvas.setLineWidth(0.6)
    canvas.circle(MARGIN + _NUMBER, middle, _NUMBER, stroke=1, fill=int(solid))
    canvas.setFillColor(palette.WHITE if solid else look.ink.text)
    number = line(str(place), Voice.HEI_BOLD, 8)
    number.draw_centred(canvas, MARGIN + _NUMBER, middle - number.size * 0.36)
    canvas.setFillColor(look.ink.text)
    told = shrunk(line(words, Voice.HEI_BOLD, 10), RIGHT - _WORDS_X, 6)
    told.draw(canvas, _WORDS_X, middle - told.centre_drop)


def _draw_contact(canvas: Any, back: CardBack, look: Look) -> None:
    canvas.setStrokeColor(look.ink.rule)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, 18.8 * mm, RIGHT, 18.8 * mm)
    canvas.setFillColor(look.ink.accent)
    asked = _("有事找　%(contact)s", contact=back.contact or back.organisation)
    words = shrunk(line(asked, Voice.HEI_BOLD, 8.6), RIGHT - MARGIN, 5)
    words.draw(canvas, MARGIN, 15.8 * mm - words.centre_drop)


def _draw_panel(canvas: Any, look: Look) -> None:
    left, bottom, width, height = _PANEL
    canvas.setFillColor(palette.WHITE)
    canvas.setStrokeColor(look.ink.rule)
    canvas.setLineWidth(0.5)
    canvas.roundRect(left, bottom, width, height, 1 * mm, stroke=1, fill=1)
    canvas.setFillColor(look.ink.quiet)
    label = line(_("持卡户签名"), Voice.HEI, 5.8)
    label.draw(canvas, left + 1.4 * mm, bottom + height - 2.9 * mm)


def _draw_issuer(canvas: Any, back: CardBack, look: Look) -> None:
    """Write who issues the card; its seal goes over the name."""
    left = _PANEL[0] + _PANEL[2] + 4 * mm
    middle = _PANEL[1] + _PANEL[3] / 2
    canvas.setFillColor(look.ink.text)
    issuer = shrunk(line(back.organisation, Voice.SONG, 9.5), RIGHT - left, 5.5)
    issuer.draw_right(canvas, RIGHT, middle + 0.5 * mm)
    canvas.setFillColor(look.ink.quiet)
    line(_("发卡单位盖章"), Voice.HEI, 6.2).draw_right(canvas, RIGHT, middle - 3.4 * mm)
