"""From whatever a phone sends to a picture as we keep it: upright, bare of metadata, small.

Nothing of the file that came in is kept, only its dots drawn anew: so neither the place where a
photo was taken nor anything hidden in the file can get through.
"""

import io
import struct
import zlib
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Final

from PIL import Image, ImageOps

from moralbank.errors import Invalid
from moralbank.i18n import mark

LARGEST_FILE: Final = 25 * 1024 * 1024
"""Bytes of a file that is still read."""
LONG_SIDE: Final = 1600
SMALL_SIDE: Final = 360
MOST_DOTS: Final = 24_000_000
MOST_DOTS_IN_STRIPS: Final = 120_000_000

_QUALITY: Final = 82
_WAYS: Final = ("JPEG", "PNG", "WEBP")
# What a decoder of Pillow's may say of a file that is broken inside.
_BROKEN: Final = (
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
# Several phones may send at once; only one picture at a time lies open in memory.
_one_at_a_time: Final = Lock()

Image.MAX_IMAGE_PIXELS = MOST_DOTS_IN_STRIPS


class PhotoEmpty(Invalid):
    """The file holds nothing."""

    text = mark("这个文件是空的，照片没有传上来，请重新选")
    code = "photo_empty"


class NotAPhoto(Invalid):
    """Neither JPEG, PNG nor WebP, whatever its name says."""

    text = mark("这个文件不是照片（只收 JPEG、PNG、WebP），请重新选一张照片")
    code = "not_a_photo"


class PhotoUnreadable(Invalid):
    """A picture's beginning, but not the whole of it: broken, or sent by halves."""

    text = mark("照片不完整或已损坏，可能只传了一半，请重新传一次")
    code = "photo_unreadable"


class PhotoTooLarge(Invalid):
    """A file of more than 25 MB."""

    text = mark("照片文件太大（最大 25 MB），请用手机重新拍一张，或者发小一点的")
    code = "photo_too_large"


class TooManyDots(Invalid):
    """More dots than we would like to hold in memory."""

    text = mark("照片太大（像素太多），请用手机重新拍一张，或者截小一点再传")
    code = "too_many_dots"


class PhotoIsHeic(Invalid):
    """Apple's own format, which browsers elsewhere don't show."""

    text = mark("这是 HEIC 格式的照片，这里打不开：请在手机相机设置里选“兼容性最佳/JPEG”，再拍一张")
    code = "photo_is_heic"


@dataclass(frozen=True)
class Picture:
    """A photo ready to be kept: `jpeg` at most 1600 dots long, `small` at most 360.

    `width` and `height` are those of `jpeg`; `original` is the sha256 of its dots before they
    were compressed, so the same photo is known again whatever its file was called or carried.
    """

    jpeg: bytes
    small: bytes
    width: int
    height: int
    original: str


def picture_of(content: bytes) -> Picture:
    """Read a file as it was sent; of a moving picture the first frame. Raises as `drawn` does."""
    upright = drawn(content)
    dots = upright.tobytes()
    with _one_at_a_time:
        # Drawn from the dots alone, so that no comment or profile of the file goes along.
        bare = Image.frombytes("RGB", upright.size, dots)
        return Picture(
            jpeg=_jpeg(bare),
            small=_jpeg(_within(bare, SMALL_SIDE)),
            width=bare.width,
            height=bare.height,
            original=sha256(b"%d %d " % bare.size + dots).hexdigest(),
        )


def drawn(content: bytes) -> Image.Image:
    """What a file shows: in RGB, upright, no side longer than 1600 dots; kept by nobody.

    Raises PhotoEmpty, PhotoTooLarge, PhotoIsHeic, NotAPhoto, TooManyDots, PhotoUnreadable.
    """
    _require_picture(content)
    with _one_at_a_time:
        try:
            return _upright(content)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
            raise TooManyDots from error
        except _BROKEN as error:
            raise PhotoUnreadable from error


def _require_picture(content: bytes) -> None:
    """Judge a file by its size and first bytes, before any decoder sees it."""
    if not content:
        raise PhotoEmpty
    if len(content) > LARGEST_FILE:
        raise PhotoTooLarge
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise PhotoIsHeic
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    if not (is_webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise NotAPhoto


# Brands of ISO 23008-12 files (High Efficiency Image File Format).
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def _upright(content: bytes) -> Image.Image:
    """The picture in RGB, no side longer than LONG_SIDE, turned as the camera was held."""
    with Image.open(io.BytesIO(content), formats=_WAYS) as opened:
        _require_few_dots(opened)
        if opened.format in {"JPEG", "MPO"}:
            # The decoder shrinks by 2, 4 or 8 while it reads, so the whole is never in memory.
            opened.draft("RGB", _sides(opened.size, LONG_SIDE))
        opened.load()
        sized = _within(_on_white(opened), LONG_SIDE)
        sized.info = dict(opened.info)
        return _turned(sized)


def _require_few_dots(opened: Image.Image) -> None:
    # A progressive JPEG is put together in memory before a line of it can be drawn.
    in_strips = opened.format in {"JPEG", "MPO"} and not opened.info.get("progressive")
    if opened.width * opened.height > (MOST_DOTS_IN_STRIPS if in_strips else MOST_DOTS):
        raise TooManyDots


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
    except _BROKEN:
        return sized  # what it says of itself is garbage; its dots are not


def _within(picture: Image.Image, side: int) -> Image.Image:
    """The picture, drawn smaller where a side is longer than that."""
    if max(picture.size) <= side:
        return picture
    return picture.resize(_sides(picture.size, side), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _sides(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Width and height in the same proportion, the longer one `longest`, none below 1."""
    scale = longest / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()
