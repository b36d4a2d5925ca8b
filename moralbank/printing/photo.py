"""Photos for paper: cut to their frame, no finer than paper shows, and never a reason to fail."""

import struct
import zlib
from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageOps
from reportlab.lib.utils import ImageReader

_ABOVE_MIDDLE: Final = 0.36
"""Faces are above the middle: of what is cut off, this part is cut from the top."""
_QUALITY: Final = 85
# What a decoder of Pillow's may say of a file that is broken inside.
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def cut_to_frame(photo: bytes | None, width: int, height: int) -> Any | None:
    """Return a photo cut to ``width`` × ``height`` dots, for a canvas's ``drawImage``.

    A photo that is smaller keeps its dots and is only cut. None for no photo, and for one that
    can't be read: whoever draws has something to put in its place.
    """
    if not photo:
        return None
    try:
        return _cut(photo, width, height)
    except _BROKEN:
        return None


def _cut(photo: bytes, width: int, height: int) -> Any:
    with Image.open(BytesIO(photo)) as opened:
        # A JPEG decoder can leave dots out while reading: a quarter of the time for large photos.
        opened.draft("RGB", (2 * width, 2 * height))
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    share = min(1.0, upright.width / width, upright.height / height)
    size = max(1, round(width * share)), max(1, round(height * share))
    fitted = ImageOps.fit(upright, size, centering=(0.5, _ABOVE_MIDDLE))
    kept = BytesIO()
    fitted.save(kept, "JPEG", quality=_QUALITY, optimize=True)
    kept.seek(0)
    return ImageReader(kept)
