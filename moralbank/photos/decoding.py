"""Decoding, turning and sizing of photos with Pillow; imported when somebody sends one."""

import io
import struct
import zlib
from hashlib import sha256
from typing import Final

from PIL import Image, ImageOps

LONG_SIDE: Final = 1600
SMALL_SIDE: Final = 360
MOST_DOTS: Final = 24_000_000
MOST_DOTS_IN_STRIPS: Final = 120_000_000

_QUALITY: Final = 82
_WAYS: Final = ("JPEG", "PNG", "WEBP")
# What a decoder of Pillow's may say of a file that is broken inside.
BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)
# What it says of one that would fill the memory.
TOO_MUCH: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)

Image.MAX_IMAGE_PIXELS = MOST_DOTS_IN_STRIPS


def upright(content: bytes) -> Image.Image:
    """The picture in RGB, no side longer than LONG_SIDE, turned as the camera was held.

    Raises TOO_MUCH, BROKEN.
    """
    with Image.open(io.BytesIO(content), formats=_WAYS) as opened:
        _require_few_dots(opened)
        if opened.format in {"JPEG", "MPO"}:
            # The decoder shrinks by 2, 4 or 8 while it reads, so the whole is never in memory.
            opened.draft("RGB", _sides(opened.size, LONG_SIDE))
        opened.load()
        sized = within(_on_white(opened), LONG_SIDE)
        sized.info = dict(opened.info)
        return _turned(sized)


def bare(picture: Image.Image) -> tuple[Image.Image, str]:
    """The same drawn from its dots alone, without any comment or profile; the dots' sha256."""
    dots = picture.tobytes()
    said = sha256(b"%d %d " % picture.size + dots).hexdigest()
    return Image.frombytes("RGB", picture.size, dots), said


def _require_few_dots(opened: Image.Image) -> None:
    # A progressive JPEG is put together in memory before a line of it can be drawn.
    in_strips = opened.format in {"JPEG", "MPO"} and not opened.info.get("progressive")
    if opened.width * opened.height > (MOST_DOTS_IN_STRIPS if in_strips else MOST_DOTS):
        raise Image.DecompressionBombError


def _on_white(opened: Image.Image) -> Image.Image:
    """In RGB; what was transparent is white, as on paper."""
    if not opened.has_transparency_data:
        return opened.convert("RGB")
    layer = opened.convert("RGBA")
    ground = Image.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def _turned(sized: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(sized)
    except BROKEN:
        return sized  # what it says of itself is garbage; its dots are not


def within(picture: Image.Image, side: int) -> Image.Image:
    """The picture, drawn smaller where a side is longer than that."""
    if max(picture.size) <= side:
        return picture
    return picture.resize(_sides(picture.size, side), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _sides(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Width and height in the same proportion, the longer one `longest`, none below 1."""
    scale = longest / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def as_jpeg(picture: Image.Image) -> bytes:
    """The picture as a file, bare of everything but its dots."""
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()
