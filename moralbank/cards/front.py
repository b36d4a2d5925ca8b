"""The front of a card: whose it is, its number, its code."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, Final

from moralbank.cards.design import HEIGHT, MARGIN, RIGHT, Look, draw_ground, draw_head
from moralbank.cards.faces import CardFace
from moralbank.cards.token import LENGTH
from moralbank.i18n import _
from moralbank.printing import palette, qr
from moralbank.printing.fonts import Voice
from moralbank.printing.pen import Pen, Placed
from moralbank.printing.sheet import mm
from moralbank.printing.text import (
    Line,
    Run,
    boxed,
    draw_block,
    line,
    name_line,
    shrunk,
    title_line,
)

_HEAD: Final = 13.6 * mm
_BAND: Final = 2.1 * mm
CODE_MM: Final = 30.0
_CODE_X: Final = RIGHT - CODE_MM * mm
_CODE_Y: Final = 6.4 * mm
_COLUMN: Final = _CODE_X - 3.2 * mm - MARGIN
_NAME_SIZE, _NAME_LEAST = 24.0, 9.5
_NAME_MIDDLE, _NAME_HIGH = 28.3 * mm, 10 * mm
_TOKEN_X: Final = MARGIN + 8 * mm
LEAST_MODULE_MM: Final = 0.5
_TOKEN_GROUP: Final = 5


class Fronts:
    """Draws fronts; what all cards of a village share is stored once in the file."""

    def __init__(self, canvas: Any, look: Look) -> None:
        """Draw on ``canvas``, painted like ``look``."""
        self._canvas = canvas
        self._look = look
        self._pen = Pen(canvas)
        self._furniture: dict[tuple[str, ...], str] = {}

    def draw(self, face: CardFace, x: float, y: float) -> None:
        """Draw one front with its lower left corner at x, y."""
        form = self._form(face)
        canvas = self._canvas
        canvas.saveState()
        canvas.translate(x, y)
        canvas.doForm(form)
        canvas.setFillColor(self._look.ink.text)
        self._pen.write(self._words(face))
        qr.draw(canvas, face.payload, _CODE_X, _CODE_Y, CODE_MM, least_mm=LEAST_MODULE_MM)
        canvas.restoreState()

    def _words(self, face: CardFace) -> Iterator[Placed]:
        """Yield what differs from card to card; a name of several lines is drawn at once."""
        name = name_line(face.head, _NAME_SIZE)
        if name.width <= _COLUMN:
            yield name, MARGIN, _NAME_MIDDLE - name.centre_drop
        else:
            draw_block(self._canvas, _broken(name), MARGIN, _NAME_MIDDLE)
        yield shrunk(line(face.household, Voice.HEI, 10.5), _COLUMN, 7), MARGIN, 19.2 * mm
        token = Line((Run(Voice.HEI_BOLD, grouped_token(face.token)),), self._token_size)
        yield token, _TOKEN_X, 12.5 * mm

    @cached_property
    def _token_size(self) -> float:
        """The size of every card's number: all figures are equally wide."""
        sample = line(grouped_token("0" * LENGTH), Voice.HEI_BOLD, 10.5)
        return shrunk(sample, MARGIN + _COLUMN - _TOKEN_X, 7).size

    def _form(self, face: CardFace) -> str:
        caption = _("扫一扫 查积分") if face.token != face.payload else _("到积分超市出示本卡")
        shared = (face.bank, face.town, face.village, face.slogan, face.note, caption)
        if shared not in self._furniture:
            name = f"front-{len(self._furniture)}"
            self._canvas.beginForm(name, *self._look.box)
            _draw_furniture(self._canvas, self._look, face, caption)
            self._canvas.endForm()
            self._furniture[shared] = name
        return self._furniture[shared]


def grouped_token(token: str) -> str:
    """Return the digits of a card in groups of five, as a shopkeeper reads and types them."""
    return " ".join(
        token[start : start + _TOKEN_GROUP] for start in range(0, len(token), _TOKEN_GROUP)
    )


@lru_cache(maxsize=256)
def _broken(name: Line) -> tuple[Line, ...]:
    """Return a long name as the lines that fill its place best."""
    return boxed(name, _COLUMN, _NAME_HIGH, least=_NAME_LEAST)


def _draw_furniture(canvas: Any, look: Look, face: CardFace, caption: str) -> None:
    draw_ground(canvas, look)
    draw_head(canvas, look, _HEAD, _BAND)
    _draw_title(canvas, look, face)
    _draw_code_ground(canvas, look, caption)
    _draw_words(canvas, look, face)


def _draw_title(canvas: Any, look: Look, face: CardFace) -> None:
    bottom = HEIGHT - _HEAD
    canvas.setFillColor(look.ink.title)
    bank = shrunk(title_line(face.bank, 28, tracking=1.6), 42 * mm, 9)
    bank.draw(canvas, MARGIN, bottom + _HEAD / 2 - 0.4 * mm - bank.centre_drop)
    place = line(face.town + face.village, Voice.SONG, 10.5)
    shrunk(place, 32 * mm, 6).draw_right(canvas, RIGHT, bottom + 7.3 * mm)
    line(_("户积分卡"), Voice.HEI, 7.6, tracking=1.6).draw_right(canvas, RIGHT, bottom + 3 * mm)


def _draw_code_ground(canvas: Any, look: Look, caption: str) -> None:
    side = CODE_MM * mm
    canvas.setFillColor(palette.WHITE)
    canvas.setStrokeColor(look.ink.rule)
    canvas.setLineWidth(0.5)
    canvas.roundRect(_CODE_X, _CODE_Y, side, side, 1.4 * mm, stroke=1, fill=1)
    canvas.setFillColor(look.ink.text)
    words = shrunk(line(caption, Voice.HEI_BOLD, 7.2), side, 5)
    words.draw_centred(canvas, _CODE_X + side / 2, 3.2 * mm)


def _draw_words(canvas: Any, look: Look, face: CardFace) -> None:
    canvas.setFillColor(look.ink.quiet)
    line(_("户主"), Voice.HEI, 7).draw(canvas, MARGIN, 34.2 * mm)
    line(_("卡号"), Voice.HEI, 6.4).draw(canvas, MARGIN, 12.7 * mm)
    shrunk(line(face.note, Voice.HEI, 5.6), _COLUMN, 4.2).draw(canvas, MARGIN, 3.2 * mm)
    canvas.setFillColor(look.ink.accent)
    shrunk(line(face.slogan, Voice.KAI, 9), _COLUMN, 6).draw(canvas, MARGIN, 7.2 * mm)
    canvas.setStrokeColor(look.ink.rule)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, 17 * mm, MARGIN + _COLUMN, 17 * mm)
