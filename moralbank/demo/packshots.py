"""Pictures of the demo shop's goods: each in the shape of its packing, its name on the label."""

import io
from collections.abc import Callable, Mapping
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from moralbank.printing.fonts import FOLDER

_SIDE: Final = 480
_MIDDLE: Final = _SIDE // 2
_QUALITY: Final = 82
_FONT: Final = "hei-bold.ttf"
_LABEL_WIDTH: Final = 170
_LARGEST, _SMALLEST = 64, 26
_TABLE: Final = 400
"""Where the goods stand."""

Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw

# By category: the ground, the packing, the label.
_COLOURS: Final[Mapping[str, tuple[Colour, Colour, Colour]]] = {
    "米面粮油": ((250, 240, 218), (214, 164, 74), (255, 252, 242)),
    "油盐酱醋": ((246, 232, 222), (150, 70, 48), (255, 248, 238)),
    "洗护日化": ((226, 240, 244), (66, 138, 164), (250, 254, 255)),
    "家居用品": ((238, 240, 226), (126, 148, 92), (254, 255, 248)),
    "小家电": ((236, 234, 242), (112, 108, 138), (252, 252, 255)),
}
_OTHER: Final[tuple[Colour, Colour, Colour]] = ((240, 236, 228), (140, 124, 104), (255, 253, 248))


def packshot(name: str, unit: str, category: str) -> bytes:
    """A JPEG of goods that are counted in `unit`; the same goods give the same bytes."""
    ground, packing, label = _COLOURS.get(category, _OTHER)
    image = Image.new("RGB", (_SIDE, _SIDE), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((90, _TABLE - 16, _SIDE - 90, _TABLE + 26), fill=_darker(ground, 26))
    middle = _SHAPES.get(unit, _carton)(draw, packing)
    _write(draw, name, middle, label, _darker(packing, 70))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def _darker(colour: Colour, by: int) -> Colour:
    red, green, blue = (max(0, part - by) for part in colour)
    return red, green, blue


def _lighter(colour: Colour, by: int) -> Colour:
    red, green, blue = (min(255, part + by) for part in colour)
    return red, green, blue


def _write(draw: Draw, name: str, middle: int, label: Colour, ink: Colour) -> None:
    """The label with the name, as large as fits."""
    for size in range(_LARGEST, _SMALLEST, -2):
        font = ImageFont.truetype(str(FOLDER / _FONT), size)
        if draw.textlength(name, font) <= _LABEL_WIDTH - 24:
            break
    half = _LABEL_WIDTH // 2
    box = (_MIDDLE - half, middle - 44, _MIDDLE + half, middle + 44)
    draw.rounded_rectangle(box, 12, fill=label)
    draw.text((_MIDDLE, middle), name, ink, font, anchor="mm")


def _bag(draw: Draw, colour: Colour) -> int:
    """A full bag, sewn up at the top."""
    body = [(140, 120), (340, 120), (364, _TABLE), (116, _TABLE)]
    draw.polygon(body, fill=colour)
    draw.rectangle((150, 92, 330, 122), fill=_darker(colour, 22))
    for stitch in range(158, 326, 16):
        draw.line((stitch, 107, stitch + 8, 107), fill="white", width=3)
    return 268


def _jug(draw: Draw, colour: Colour) -> int:
    """A can with a handle and a screwed cap."""
    draw.rounded_rectangle((136, 150, 344, _TABLE), 26, fill=colour)
    draw.polygon([(180, 152), (212, 112), (292, 112), (324, 152)], fill=colour)
    draw.rectangle((216, 78, 268, 114), fill=_darker(colour, 60))
    draw.arc((262, 92, 344, 190), 270, 60, fill=_darker(colour, 40), width=14)
    return 288


def _bottle(draw: Draw, colour: Colour) -> int:
    """A bottle with a long neck."""
    draw.rounded_rectangle((160, 176, 320, _TABLE), 22, fill=colour)
    draw.polygon([(164, 190), (214, 118), (266, 118), (316, 190)], fill=colour)
    draw.rectangle((216, 82, 264, 122), fill=colour)
    draw.rectangle((210, 62, 270, 92), fill=_darker(colour, 60))
    return 290


def _bar(draw: Draw, colour: Colour) -> int:
    """A bar in its paper, seen from above its edge."""
    draw.polygon([(92, 250), (140, 200), (388, 200), (388, 226)], fill=_darker(colour, 24))
    draw.rounded_rectangle((92, 222, 388, 370), 14, fill=colour)
    return 296


def _bundle(draw: Draw, colour: Colour) -> int:
    """Something long, tied in the middle."""
    for left in range(128, 352, 14):
        draw.rounded_rectangle((left, 96, left + 11, _TABLE), 5, fill=colour)
    draw.rectangle((118, 196, 362, 300), fill=_darker(colour, 34))
    return 248


def _tube(draw: Draw, colour: Colour) -> int:
    """A tube that stands on its cap."""
    draw.polygon([(150, 76), (330, 76), (300, 348), (180, 348)], fill=colour)
    draw.rectangle((144, 64, 336, 84), fill=_darker(colour, 22))
    draw.rectangle((190, 346, 290, _TABLE), fill=_darker(colour, 60))
    return 216


def _rolls(draw: Draw, colour: Colour) -> int:
    """Two rows of rolls in their wrapping."""
    draw.rounded_rectangle((88, 130, 392, _TABLE), 30, fill=_lighter(colour, 50))
    for down in (196, 334):
        for across in (150, 240, 330):
            ring = (across - 42, down - 42, across + 42, down + 42)
            draw.ellipse(ring, fill="white", outline=colour, width=4)
            draw.ellipse((across - 12, down - 12, across + 12, down + 12), fill=colour)
    return 266


def _folded(draw: Draw, colour: Colour) -> int:
    """Cloth, folded and laid in layers."""
    for layer, top in enumerate((310, 244, 178)):
        draw.rounded_rectangle((100, top, 380, top + 84), 24, fill=_darker(colour, 12 * layer))
        draw.line((116, top + 62, 364, top + 62), fill="white", width=5)
    return 220


def _bowl(draw: Draw, colour: Colour) -> int:
    """A basin with its rim."""
    draw.chord((80, 60, 400, _TABLE), 0, 180, fill=colour)
    draw.ellipse((80, 186, 400, 274), fill=_darker(colour, 30))
    draw.ellipse((98, 196, 382, 262), fill=_lighter(colour, 30))
    return 326


def _machine(draw: Draw, colour: Colour) -> int:
    """An appliance: a round body, a lid with its knob, a lamp."""
    draw.rounded_rectangle((112, 172, 368, _TABLE), 46, fill=colour)
    draw.pieslice((112, 100, 368, 260), 180, 360, fill=_darker(colour, 26))
    draw.rounded_rectangle((216, 74, 264, 106), 10, fill=_darker(colour, 60))
    draw.ellipse((330, 340, 350, 360), fill=(232, 86, 62))
    return 274


def _carton(draw: Draw, colour: Colour) -> int:
    """A carton, its tape across."""
    draw.rectangle((100, 150, 380, _TABLE), fill=colour)
    draw.polygon([(100, 150), (140, 108), (340, 108), (380, 150)], fill=_darker(colour, 26))
    draw.rectangle((222, 108, 258, 210), fill=_darker(colour, 46))
    return 296


_SHAPES: Final[Mapping[str, Callable[[Draw, Colour], int]]] = {
    "袋": _bag,
    "桶": _jug,
    "瓶": _bottle,
    "块": _bar,
    "组": _bar,
    "把": _bundle,
    "支": _tube,
    "提": _rolls,
    "条": _folded,
    "个": _bowl,
    "台": _machine,
    "箱": _carton,
}
