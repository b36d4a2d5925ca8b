"""Small pictures for the demo's claims and houses, drawn as a child would: there was no camera."""

import io
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from PIL import Image, ImageDraw

_SIZE: Final = (480, 360)
_UPRIGHT: Final = (480, 640)
_COATS: Final = ((150, 44, 48), (52, 84, 132), (70, 104, 78), (98, 86, 82))
_HAIRS: Final = ((46, 38, 36), (60, 52, 48), (150, 146, 142))
_LONG_HAIR: Final = 0.45
_HORIZON: Final = 170
_QUALITY: Final = 80

Draw = ImageDraw.ImageDraw


def picture(scene: str, seed: int) -> bytes:
    """A JPEG of one of SCENES; the same seed gives the same picture, another one another."""
    chance = Random(seed)  # noqa: S311 - not for secrets
    image = Image.new("RGB", _SIZE, _shade(chance, (184, 214, 232)))
    draw = ImageDraw.Draw(image)
    _village(draw, chance)
    SCENES[scene](draw, chance)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def portrait(seed: int) -> bytes:
    """A JPEG of somebody from in front, taller than wide, as for a board's first places."""
    chance = Random(seed)  # noqa: S311 - not for secrets
    image = Image.new("RGB", _UPRIGHT, _shade(chance, (176, 204, 220)))
    draw = ImageDraw.Draw(image)
    wide, high = _UPRIGHT
    middle = wide // 2
    draw.polygon(
        [(0, high), (0, 470), (wide, 430), (wide, high)], fill=_shade(chance, (140, 160, 120))
    )
    coat = _shade(chance, chance.choice(_COATS))
    draw.ellipse((middle - 190, 430, middle + 190, 900), fill=coat)
    skin, hair = _shade(chance, (226, 184, 150)), chance.choice(_HAIRS)
    draw.rectangle((middle - 42, 370, middle + 42, 470), fill=skin)
    draw.polygon([(middle - 60, 440), (middle, 520), (middle + 60, 440)], fill=(244, 240, 232))
    if chance.random() < _LONG_HAIR:
        draw.ellipse((middle - 138, 130, middle + 138, 460), fill=hair)
    draw.ellipse((middle - 112, 160, middle + 112, 420), fill=skin)
    draw.pieslice((middle - 120, 132, middle + 120, 380), 180, 360, fill=hair)
    draw.ellipse((middle - 104, 216, middle + 104, 330), fill=skin)
    for side in (-1, 1):
        eye = middle + side * 42
        draw.ellipse((eye - 9, 276, eye + 9, 294), fill=(52, 40, 36))
        draw.line((eye - 20, 256, eye + 20, 254), fill=hair, width=6)
    draw.arc((middle - 44, 310, middle + 44, 372), 20, 160, fill=(150, 66, 60), width=7)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def _shade(chance: Random, colour: tuple[int, int, int], by: int = 14) -> tuple[int, ...]:
    """Nearly this colour: no two days have the same light."""
    light = chance.randint(-by, by)
    return tuple(min(255, max(0, part + light + chance.randint(-4, 4))) for part in colour)


def _village(draw: Draw, chance: Random) -> None:
    """Hills, the ground, and a house with door, windows and roof behind its wall."""
    for middle in range(-40, 560, 140):
        top = chance.randint(70, 120)
        draw.polygon(
            [(middle - 160, _HORIZON), (middle, top), (middle + 160, _HORIZON)],
            fill=_shade(chance, (138, 150, 120)),
        )
    draw.rectangle((0, _HORIZON, *_SIZE), fill=_shade(chance, (196, 172, 132)))
    left = chance.randint(40, 200)
    right = left + 210
    draw.rectangle((left, 120, right, 220), fill=_shade(chance, (226, 214, 192)))
    roof = [(left - 16, 122), (left + 24, 84), (right - 24, 84), (right + 16, 122)]
    draw.polygon(roof, fill=_shade(chance, (150, 66, 52)))
    draw.rectangle((left + 88, 150, left + 124, 220), fill=(110, 70, 44))
    for window in (left + 20, right - 66):
        draw.rectangle(
            (window, 146, window + 46, 184), fill=(96, 128, 150), outline="white", width=4
        )
    draw.line((0, 222, left - 4, 222), fill=(150, 110, 84), width=22)
    draw.line((right + 4, 222, _SIZE[0], 222), fill=(150, 110, 84), width=22)


def _yard(draw: Draw, chance: Random) -> None:
    """A swept yard: the broom's lines in the dust, and the broom."""
    for row in range(8):
        line = 250 + 13 * row
        for start in range(-20, _SIZE[0], 60):
            along = start + chance.randint(-6, 6)
            draw.arc((along, line, along + 70, line + 30), 200, 330, fill=(168, 142, 102), width=2)
    foot = chance.randint(80, 380)
    draw.line((foot, 320, foot + 46, 210), fill=(120, 84, 48), width=7)
    for straw in range(-24, 25, 4):
        draw.line((foot, 312, foot + straw, 350), fill=(190, 150, 62), width=3)


def _trees(draw: Draw, chance: Random) -> None:
    """A row of young trees, each tied to its stake in a hole that was watered."""
    for foot in range(50 + chance.randint(-12, 12), _SIZE[0], 95):
        line = 325 + chance.randint(-6, 6)
        draw.ellipse((foot - 30, line - 10, foot + 30, line + 12), fill=(118, 92, 66))
        draw.line((foot, line, foot, line - 120), fill=(104, 76, 48), width=6)
        draw.line((foot + 12, line, foot + 12, line - 70), fill=(176, 146, 100), width=4)
        for _leaf in range(14):
            across, down = foot + chance.randint(-24, 24), line - chance.randint(66, 136)
            leaf = (across - 8, down - 6, across + 8, down + 6)
            draw.ellipse(leaf, fill=_shade(chance, (88, 138, 66), 24))


def _work(draw: Draw, chance: Random) -> None:
    """A road being mended: a heap of gravel, and a shovel stuck into it."""
    draw.polygon([(120, 360), (210, 225), (300, 225), (440, 360)], fill=(158, 150, 140))
    middle = chance.randint(130, 330)
    draw.polygon([(middle - 90, 350), (middle, 270), (middle + 90, 350)], fill=(128, 122, 116))
    for _stone in range(40):
        high = chance.random()
        across = middle + (1 - high) * chance.uniform(-80, 80)
        down = 346 - 66 * high
        stone = (across - 5, down - 4, across + 5, down + 4)
        draw.ellipse(stone, fill=_shade(chance, (140, 134, 128), 26))
    draw.line((middle + 4, 286, middle + 60, 200), fill=(124, 88, 50), width=7)
    draw.line((middle + 48, 194, middle + 74, 208), fill=(96, 66, 36), width=7)


SCENES: Final[Mapping[str, Callable[[Draw, Random], None]]] = {
    "yard": _yard,
    "trees": _trees,
    "work": _work,
}
"""What there is to be seen, by the word that `seeds/demo/deeds.toml` uses."""
