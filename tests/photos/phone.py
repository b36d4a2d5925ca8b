"""What phones, and people who mean ill, send as photos."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n1 0 obj\n"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"

ORIENTATION, GPS = 0x0112, 0x8825


def snapshot(size: tuple[int, int] = (40, 24), colour: str = "green") -> Image.Image:
    """A picture whose upper left corner is red, so that turning it shows."""
    made = Image.new("RGB", size, colour)
    made.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    return made


def sent(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture as the bytes of a file."""
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def from_a_phone(size: tuple[int, int] = (40, 24)) -> bytes:
    """A JPEG held sideways (to be turned right), taken at a place that is nobody's business."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (42.0, 16.0, 30.0)
    return sent(snapshot(size), exif=exif, comment=b"42.27N 118.95E", quality=95)


def zip_named_jpg() -> bytes:
    """A ZIP file, whatever it is called."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("photo.jpg", from_a_phone())
    return written.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of few bytes that claims to be so many dots wide and high."""
    whole = sent(snapshot(), "PNG")
    claim = b"IHDR" + struct.pack(">II", side, side) + whole[24:29]
    return whole[:12] + claim + struct.pack(">I", zlib.crc32(claim)) + whole[33:]


def opened(content: bytes) -> Image.Image:
    """A kept JPEG, looked at."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture
