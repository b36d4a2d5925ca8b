"""How a card is used, in six pictures for the wall: for those who hardly read as well.

Everything is drawn on a sheet of A3; A4 is the same sheet, smaller.
"""

from dataclasses import dataclass
from typing import Any, Final

from moralbank.cards.faces import GuideSheet
from moralbank.cards.guide_pictures import HEIGHT, PICTURES, WIDTH, Picture
from moralbank.i18n import _
from moralbank.printing import ornament, palette
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import A3, Document, Paper, mm
from moralbank.printing.sketch import Sketch, Tints
from moralbank.printing.text import Line, boxed, draw_block, line, shrunk, title_line

_WIDE, _HIGH = A3.points
_MIDDLE: Final = _WIDE / 2
_SIDE: Final = 21 * mm
_GAP: Final = 9 * mm
_TOP: Final = 346 * mm
_PICTURE: Final = (_WIDE - 2 * _SIDE - _GAP) / 2
_PICTURE_HIGH: Final = _PICTURE * HEIGHT / WIDTH
_WORDS_HIGH: Final = 23 * mm
_STEP: Final = _PICTURE_HIGH + _WORDS_HIGH
_SAID_HIGH: Final = 13 * mm
"""Room for what is said beside a step's title."""


@dataclass(frozen=True)
class _Step:
    picture: Picture
    title: str
    words: str


def card_guide(guide: GuideSheet, *, paper: Paper = A3, plain: bool = False) -> bytes:
    """Return the poster as a PDF; ``plain`` is black lines alone, for a laser printer."""
    document = Document(paper, _("积分卡怎么用"))
    canvas = document.canvas
    canvas.scale(paper.width_mm / A3.width_mm, paper.width_mm / A3.width_mm)
    tints = Tints.PLAIN if plain else Tints.COLOUR
    accent = tints.value.ink if plain else palette.RED
    _draw_head(canvas, guide, accent, plain=plain)
    for place, step in enumerate(_steps(guide)):
        row, column = divmod(place, 2)
        left = _SIDE + column * (_PICTURE + _GAP)
        _draw_step(canvas, tints, accent, step, place + 1, left, _TOP - row * _STEP)
    _draw_foot(canvas, guide, accent)
    return document.close()


def _steps(guide: GuideSheet) -> tuple[_Step, ...]:
    hung = _("大家评议，名单贴出来 %(n)s 天，没有意见就算数", n=guide.hangs_days)
    at_once = _("大家评议，通过了就算数")
    spent = _("扫一扫，%(rate)s", rate=guide.rate) if guide.rate else _("扫一扫，分当钱用")
    words = (
        (_("做好事"), _("扫院子、帮邻居、照顾老人，都记分")),
        (_("报一报"), _("告诉网格员，或者扫卡自己报，带张照片更好")),
        (_("评一评"), hung if guide.hangs_days else at_once),
        (_("分到卡"), _("扫卡上的码，看自家有多少分")),
        (_("去超市"), _("带上卡，挑东西。%(spent)s", spent=spent)),
        (_("拿回家"), _("看清凭条上的数，签个名，东西就是您的")),
    )
    return tuple(
        _Step(picture, title, said) for picture, (title, said) in zip(PICTURES, words, strict=True)
    )


def _draw_head(canvas: Any, guide: GuideSheet, accent: Any, *, plain: bool) -> None:
    edge, band = 8 * mm, 6.5 * mm
    frame = (edge, edge, _WIDE - 2 * edge, _HIGH - 2 * edge)
    ornament.draw_meander_frame(canvas, *frame, band=band, colour=accent)
    canvas.setFillColor(palette.INK if plain else accent)
    title = shrunk(title_line(_("积分卡怎么用"), 80, tracking=8), _WIDE - 60 * mm, 30)
    title.draw_centred(canvas, _MIDDLE, 372 * mm - title.centre_drop / 2)
    canvas.setFillColor(palette.INK)
    place = shrunk(line(guide.village, Voice.SONG, 19, tracking=4), _WIDE - 80 * mm, 9)
    place.draw_centred(canvas, _MIDDLE, 395 * mm)
    lead = line(_("做好事，得积分；凭这张卡，到积分超市换东西"), Voice.KAI, 20, tracking=1)
    shrunk(lead, _WIDE - 60 * mm, 9).draw_centred(canvas, _MIDDLE, 354.5 * mm)


def _draw_step(
    canvas: Any, tints: Tints, accent: Any, step: _Step, number: int, left: float, top: float
) -> None:
    bottom = top - _PICTURE_HIGH
    _draw_picture(canvas, tints, step.picture, left, bottom)
    radius = 7.2 * mm
    middle = (left + radius + 1 * mm, bottom - radius - 2.4 * mm)
    canvas.setFillColor(accent)
    canvas.circle(*middle, radius, stroke=0, fill=1)
    canvas.setFillColor(palette.WHITE)
    figure = line(str(number), Voice.HEI_BOLD, 28)
    figure.draw_centred(canvas, middle[0], middle[1] - figure.centre_drop)
    words_left = middle[0] + radius + 3.4 * mm
    canvas.setFillColor(palette.INK)
    title = shrunk(line(step.title, Voice.SONG, 25), 30 * mm, 12)
    title.draw(canvas, words_left, middle[1] - title.centre_drop)
    said_left = words_left + title.width + 4 * mm
    said = _said(step.words, left + _PICTURE - said_left)
    draw_block(canvas, said, said_left, middle[1])


def _said(words: str, room: float) -> tuple[Line, ...]:
    return boxed(line(words, Voice.HEI, 15.5), room, _SAID_HIGH, 7)


def _draw_picture(canvas: Any, tints: Tints, picture: Picture, left: float, bottom: float) -> None:
    """Draw a picture into its frame; what reaches beyond is cut."""
    canvas.saveState()
    clip = canvas.beginPath()
    clip.roundRect(left, bottom, _PICTURE, _PICTURE_HIGH, 3 * mm)
    canvas.clipPath(clip, stroke=0)
    canvas.translate(left, bottom)
    canvas.scale(_PICTURE / WIDTH, _PICTURE / WIDTH)
    picture(Sketch(canvas, tints.value))
    canvas.restoreState()
    canvas.setStrokeColor(tints.value.ink)
    canvas.setLineWidth(1.6)
    canvas.roundRect(left, bottom, _PICTURE, _PICTURE_HIGH, 3 * mm, stroke=1, fill=0)


def _draw_foot(canvas: Any, guide: GuideSheet, accent: Any) -> None:
    left, right = _SIDE, _WIDE - _SIDE
    bottom, top = 20 * mm, 43 * mm
    canvas.setStrokeColor(accent)
    canvas.setLineWidth(1.6)
    canvas.roundRect(left, bottom, right - left, top - bottom, 3 * mm, stroke=1, fill=0)
    canvas.setFillColor(accent)
    head = line(_("卡丢了？"), Voice.SONG, 24)
    head.draw(canvas, left + 6 * mm, (top + bottom) / 2 - head.centre_drop)
    canvas.setFillColor(palette.INK)
    beside = left + 6 * mm + head.width + 6 * mm
    room = right - beside - 6 * mm
    help_line = _("马上到村委会挂失补办：旧卡停用，分还是您的。卡不能买卖，密码不告诉别人。")
    parts = [help_line]
    if guide.contact:
        parts.append(_("问一问：%(contact)s", contact=guide.contact))
    step = (top - bottom - 4 * mm) / len(parts)
    for place, words in enumerate(parts):
        said = boxed(line(words, Voice.HEI, 15), room, step, 7)
        draw_block(canvas, said, beside, top - 2 * mm - step * (place + 0.5))
