"""Photos of printed cards as village phones take them: at an angle, blurred, grainy, pressed."""

import io
from math import cos, radians, sin

import pypdfium2
from PIL import Image, ImageFilter

_DOTS_PER_MM = 200 / 25.4
# Where the first card of a sheet of ten lies, in mm from the upper left corner.
_LEFT, _TOP, _WIDTH, _HEIGHT = 19.4, 13.5, 85.6, 54.0


def printed_card(sheet: bytes) -> Image.Image:
    """The first card of a printed sheet (`cards.pdf`), cut out."""
    document = pypdfium2.PdfDocument(sheet)
    page = document[0].render(scale=200 / 72).to_pil().convert("RGB")
    document.close()
    corners = (_LEFT, _TOP, _LEFT + _WIDTH, _TOP + _HEIGHT)
    left, top, right, bottom = (round(mm * _DOTS_PER_MM) for mm in corners)
    return page.crop((left, top, right, bottom))


def snapshot(
    card: Image.Image,
    size: tuple[int, int] = (1280, 960),
    *,
    degrees: float = 9,
    slant: float = 0.0003,
    blur: float = 1.6,
    grain: int = 26,
    quality: int = 60,
) -> bytes:
    """A JPEG of the card on a table: turned, seen from the side, out of focus, with noise."""
    table = Image.new("RGB", size, (124, 108, 92))
    table.paste(card, ((size[0] - card.width) // 2, (size[1] - card.height) // 2))
    seen = table.transform(
        size,
        Image.Transform.PERSPECTIVE,
        _from_the_side(size, degrees, slant),
        Image.Resampling.BICUBIC,
        fillcolor=(124, 108, 92),
    )
    noise = Image.effect_noise(size, grain).convert("RGB")
    grainy = Image.blend(seen.filter(ImageFilter.GaussianBlur(blur)), noise, 0.16)
    written = io.BytesIO()
    grainy.save(written, "JPEG", quality=quality)
    return written.getvalue()


def _from_the_side(size: tuple[int, int], degrees: float, slant: float) -> tuple[float, ...]:
    """Pillow's eight numbers of a perspective: turned around the middle, farther at one side."""
    turn = radians(degrees)
    x, y = size[0] / 2, size[1] / 2
    a, b = cos(turn), sin(turn)
    middle = 1 + slant * x - slant * y
    a, b = a * middle, b * middle
    return (
        a + slant * x,
        b - slant * x,
        x - a * x - b * y + x * (middle - 1) - (slant * x) * x + (slant * x) * y,
        -b + slant * y,
        a - slant * y,
        y + b * x - a * y + y * (middle - 1) - (slant * y) * x + (slant * y) * y,
        slant,
        -slant,
    )
