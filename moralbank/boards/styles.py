"""How posters look: red and gold; black alone, for red paper from a plain printer; modern."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from reportlab.lib.colors import Color

from moralbank.printing import ornament, palette
from moralbank.printing.table import TableInk

Medal = Callable[[Any, int, float, float, float], None]
"""Draws a rank on a canvas, around x, y, with a radius."""


class Ground(Enum):
    """What lies under everything: red with clouds; the bare paper; white with far mountains."""

    CLOUDS = "clouds"
    BARE = "bare"
    MOUNTAINS = "mountains"


@dataclass(frozen=True)
class FieldInk:
    """A field of the poster: its ground (None: the paper itself), its edge, its text.

    `accent` is the colour of figures that count, `faint` that of what is read last.
    """

    fill: Color | None
    edge: Color
    text: Color
    accent: Color
    faint: Color


@dataclass(frozen=True)
class Look:
    """A style as data; with `large_figures` points stand large and alone under a name."""

    ground: Ground
    frame: Color
    head: Color
    head_rule: Color
    strip: FieldInk
    field: FieldInk
    card: FieldInk
    table: TableInk
    seal: Color
    medal: Medal
    photos: bool
    meander: bool
    large_figures: bool
    photo_frame: Color


_FIELD = FieldInk(palette.CREAM, palette.GOLD_BRIGHT, palette.INK, palette.RED, palette.UMBER)
_BLACK = FieldInk(None, palette.BLACK, palette.BLACK, palette.BLACK, palette.BLACK)
_CALM = FieldInk(palette.WHITE, palette.REED, palette.INK, palette.DAI, palette.SLATE)

STYLES: Final[dict[str, Look]] = {
    "festive": Look(
        ground=Ground.CLOUDS,
        frame=palette.GOLD_BRIGHT,
        head=palette.GOLD_PALE,
        head_rule=palette.GOLD_PALE,
        strip=FieldInk(
            palette.RED_DARK,
            palette.GOLD,
            palette.GOLD_PALE,
            palette.GOLD_PALE,
            palette.GOLD_PALE,
        ),
        field=_FIELD,
        card=FieldInk(palette.WHITE, palette.GOLD, palette.INK, palette.RED, palette.UMBER),
        table=TableInk(),
        seal=palette.RED,
        medal=ornament.draw_medal,
        photos=True,
        meander=True,
        large_figures=False,
        photo_frame=palette.GOLD,
    ),
    "plain": Look(
        ground=Ground.BARE,
        frame=palette.BLACK,
        head=palette.BLACK,
        head_rule=palette.BLACK,
        strip=_BLACK,
        field=_BLACK,
        card=_BLACK,
        table=TableInk(
            head=None,
            head_text=palette.BLACK,
            stripe=None,
            rule=palette.BLACK,
            text=palette.BLACK,
            accent=palette.BLACK,
        ),
        seal=palette.BLACK,
        medal=ornament.draw_outlined_medal,
        photos=False,
        meander=True,
        large_figures=False,
        photo_frame=palette.BLACK,
    ),
    "modern": Look(
        ground=Ground.MOUNTAINS,
        frame=palette.DAI,
        head=palette.DAI,
        head_rule=palette.CINNABAR,
        strip=FieldInk(None, palette.REED, palette.DAI, palette.DAI, palette.SLATE),
        field=_CALM,
        card=FieldInk(palette.MIST, palette.MIST, palette.INK, palette.CINNABAR, palette.SLATE),
        table=TableInk(
            head=palette.DAI,
            head_text=palette.WHITE,
            stripe=palette.MIST,
            rule=palette.MIST_FAR,
            text=palette.INK,
            accent=palette.CINNABAR,
        ),
        seal=palette.CINNABAR,
        medal=ornament.draw_stamp,
        photos=True,
        meander=False,
        large_figures=True,
        photo_frame=palette.REED,
    ),
}
"""Every style by its key."""
