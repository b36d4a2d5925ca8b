"""The five voices that paper speaks with, their coverage and their widths.

The font files are subsets of open-licence fonts, made by ``moralbank.printing.subset``. A voice
is loaded when it is first used: a slip needs one of them, a poster all five.
"""

import mmap
import re
from array import array
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parent / "fonts"
_LOCK = Lock()
_BEYOND_16_BITS = re.compile(r"> <([0-9A-F]{5,6})>")
_CMAP_KEY = "toUnicodeCMap:"


class Voice(StrEnum):
    """A way of writing; the value is the name of its font file."""

    BRUSH = "brush"
    """Ma Shan Zheng: titles and couplets. Lacks many characters, so never for names."""
    SONG = "song-black"
    """Noto Serif SC Black: organisations and headings."""
    KAI = "kai"
    """LXGW WenKai: names and honours."""
    HEI = "hei-regular"
    """Noto Sans SC: tables and small text."""
    HEI_BOLD = "hei-bold"
    """Noto Sans SC Bold: figures, labels, and everything on thermal paper."""

    @property
    def font_name(self) -> str:
        """The name to hand to a canvas; asking for it loads the font."""
        return _font_name(self)


class _Mapped:
    """A font file as reportlab reads one: whole, but only what is used comes into memory.

    The five have 39 MB, and a sheet needs a few dozen characters of them.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)

    def read(self) -> mmap.mmap:
        """The file's bytes, wherever they are."""
        with open(self.name, "rb") as file:  # noqa: PTH123 - its number, for mmap
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class PaperFont(TTFont):  # type: ignore[misc]  # reportlab publishes no types
    """A TrueType font whose text can be copied and searched, above U+FFFF too.

    reportlab 5.1 writes such characters into the ToUnicode map as five hexadecimal digits, where
    PDF asks for UTF-16BE (ISO 32000-1, 9.10.3). It also reads the font file through one shared
    position, so two documents may not be finished at the same moment. And it keeps everything it
    once knew of a font, and a copy of all drawings whenever it takes some of them.
    """

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, _Mapped(path))
        face = self.face
        known: dict[Any, Any] = {}  # equal measures, each kept once
        face.hmetrics = [known.setdefault(one, one) for one in face.hmetrics]
        plain = face.defaultWidth  # of nearly all characters, and of what isn't there
        face.charWidths = {code: wide for code, wide in face.charWidths.items() if wide != plain}
        face.glyphPos = array("L", face.glyphPos)
        face.glyphToChar = {}  # for shaping, which Chinese has no need of
        face.get_table = partial(_table, face)

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's name
        """Add the subsets to ``doc`` and put the ToUnicode maps right."""
        with _LOCK:
            super().addObjects(doc)
        for key, stream in doc.idToObject.items():
            if key.startswith(_CMAP_KEY):
                stream.content = _BEYOND_16_BITS.sub(_as_utf16, stream.content)


class _Drawings:
    """A font's drawings, of which each slice is read where it lies."""

    def __init__(self, data: mmap.mmap, start: int) -> None:
        self._data, self._start = data, start

    def __getitem__(self, part: slice) -> bytes:
        return self._data[self._start + part.start : self._start + part.stop]


def _table(face: Any, tag: str) -> "bytes | _Drawings":
    """A table of the font's file; the drawings as something to take slices of."""
    start, length = face.get_table_pos(tag)
    data: mmap.mmap = face._ttf_data  # noqa: SLF001 - reportlab has no other way
    return _Drawings(data, start) if tag == "glyf" else data[start : start + length]


def _as_utf16(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return f"> <{character.encode('utf-16-be').hex().upper()}>"


@cache
def _load_once(voice: Voice) -> PaperFont:
    font = PaperFont(f"moralbank-{voice}", FOLDER / f"{voice}.ttf")
    pdfmetrics.registerFont(font)
    return font


def _load(voice: Voice) -> PaperFont:
    with _LOCK:
        return _load_once(voice)


@cache
def _font_name(voice: Voice) -> str:
    return str(_load(voice).fontName)


@cache
def _widths(voice: Voice) -> tuple[dict[int, float], float]:
    """Return each code point's advance in thousandths, and that of all others."""
    face = _load(voice).face
    return face.charWidths, face.defaultWidth


@cache
def coverage(voice: Voice) -> frozenset[int]:
    """Return the code points that the voice can write."""
    return frozenset(_load(voice).face.charToGlyph)


def covers(voice: Voice, text: str) -> bool:
    """Tell whether the voice can write every character of ``text``."""
    return coverage(voice).issuperset(map(ord, text))


def width(voice: Voice, text: str, size: float) -> float:
    """Return the advance of ``text`` in points, written at ``size`` points."""
    widths, other = _widths(voice)
    return size * sum(widths.get(code, other) for code in map(ord, text)) / 1000
