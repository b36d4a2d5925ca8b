"""What a card's front and back have in common: measures, colours, ground and head."""

from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.colors import Color

from moralbank.cards.stocks import CARD_HEIGHT_MM, CARD_WIDTH_MM
from moralbank.printing import ornament, palette
from moralbank.printing.sheet import mm
from moralbank.printing.text import title_line

WIDTH: Final = CARD_WIDTH_MM * mm
HEIGHT: Final = CARD_HEIGHT_MM * mm
MARGIN: Final = 4.7 * mm
RIGHT: Final = WIDTH - MARGIN
"""Where writing ends."""
_FRAME: Final = 1.5 * mm
"""Distance from the edge of the frame that a card without grounds has instead."""
_NOTCH: Final = 0.8 * mm
"""Two of them keep the frame off a card printer's rounded corners."""
_SHADE_SIZE: Final = 92


@dataclass(frozen=True)
class Ink:
    """The colours of a card; a ground of None isn't painted.

    ``head`` is the ground of the head, ``title`` the writing on it; ``band`` and ``meander`` lie
    below; ``shade`` is a large 德 on the ``ground``; ``accent`` and ``quiet`` are for words.
    """

    head: Color | None
    title: Color
    band: Color | None
    meander: Color
    ground: Color | None
    shade: Color | None
    text: Color
    accent: Color
    quiet: Color
    rule: Color


FULL: Final = Ink(
    head=palette.RED,
    title=palette.GOLD_PALE,
    band=palette.GOLD,
    meander=palette.GOLD_PALE,
    ground=palette.CREAM,
    shade=palette.CREAM_SHADE,
    text=palette.INK,
    accent=palette.RED,
    quiet=palette.GREY,
    rule=palette.GOLD,
)
SAVING: Final = Ink(
    head=None,
    title=palette.BLACK,
    band=None,
    meander=palette.BLACK,
    ground=None,
    shade=None,
    text=palette.BLACK,
    accent=palette.BLACK,
    quiet=palette.BLACK,
    rule=palette.BLACK,
)


@dataclass(frozen=True)
class Look:
    """How a card is painted: its ``ink``, and how far grounds reach beyond it, in points."""

    ink: Ink
    bleed: tuple[float, float]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, lower, right and upper edge of everything that is painted."""
        across, up = self.bleed
        return -across, -up, WIDTH + across, HEIGHT + up


def draw_ground(canvas: Any, look: Look) -> None:
    """Paint the card's ground with its shade, or else a frame."""
    left, bottom, right, top = look.box
    if look.ink.ground is None:
        canvas.setStrokeColor(look.ink.rule)
        canvas.setLineWidth(0.6)
        wide, high = WIDTH - 2 * _FRAME, HEIGHT - 2 * _FRAME
        ornament.draw_notched_frame(canvas, _FRAME, _FRAME, wide, high, notch=_NOTCH)
        return
    canvas.setFillColor(look.ink.ground)
    canvas.rect(left, bottom, right - left, top - bottom, stroke=0, fill=1)
    canvas.setFillColor(look.ink.shade)
    title_line("德", _SHADE_SIZE).draw(canvas, 13 * mm, 8.5 * mm)


def draw_head(canvas: Any, look: Look, height: float, band: float) -> None:
    """Paint the head, ``height`` points high, and the band of meander below it."""
    left, _bottom, right, top = look.box
    edge = HEIGHT - height
    if look.ink.head is not None and look.ink.band is not None:
        canvas.setFillColor(look.ink.head)
        canvas.rect(left, edge, right - left, top - edge, stroke=0, fill=1)
        canvas.setFillColor(look.ink.band)
        canvas.rect(left, edge - band, right - left, band, stroke=0, fill=1)
    else:
        left, right = MARGIN, RIGHT
        canvas.setStrokeColor(look.ink.rule)
        canvas.setLineWidth(0.4)
        for y in (edge, edge - band):
            canvas.line(left, y, right, y)
    ornament.draw_meander(
        canvas,
        left,
        edge - band,
        right - left,
        band,
        colour=look.ink.meander,
        margin=band * 0.18,
    )
