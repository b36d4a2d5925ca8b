"""From whatever a phone sends to a picture as we keep it: upright, bare of metadata, small.

Nothing of the file that came in is kept, only its dots drawn anew: so neither the place where a
photo was taken nor anything hidden in the file can get through.
"""

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from moralbank.errors import Invalid
from moralbank.i18n import mark

if TYPE_CHECKING:
    from PIL import Image

LARGEST_FILE: Final = 25 * 1024 * 1024
"""Bytes of a file that is still read."""

# Several phones may send at once; only one picture at a time lies open in memory.
_one_at_a_time: Final = Lock()


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
    from moralbank.photos import decoding  # noqa: PLC0415 - Pillow, for whoever sends a photo

    upright = drawn(content)
    with _one_at_a_time:
        bare, original = decoding.bare(upright)
        return Picture(
            jpeg=decoding.as_jpeg(bare),
            small=decoding.as_jpeg(decoding.within(bare, decoding.SMALL_SIDE)),
            width=bare.width,
            height=bare.height,
            original=original,
        )


def drawn(content: bytes) -> "Image.Image":
    """What a file shows: in RGB, upright, no side longer than 1600 dots; kept by nobody.

    Raises PhotoEmpty, PhotoTooLarge, PhotoIsHeic, NotAPhoto, TooManyDots, PhotoUnreadable.
    """
    from moralbank.photos import decoding  # noqa: PLC0415 - as above

    _require_picture(content)
    with _one_at_a_time:
        try:
            return decoding.upright(content)
        except decoding.TOO_MUCH as error:
            raise TooManyDots from error
        except decoding.BROKEN as error:
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
