"""Characters that none of the five voices has, drawn from whatever font the machine has.

Villagers bear names that few fonts can write. When a name's character is missing in every voice,
the fonts of the system are searched for it, once, and its outline is drawn on the paper. It stays
text for whoever copies or searches the PDF.

Only characters that fill a square of their own are looked for (East Asian Width W and F: Chinese
characters above all): others can't be set one by one, and private use means another character in
every font.
"""

import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTCollection, TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import FILL_NON_ZERO

from moralbank.printing.fonts import FOLDER, PaperFont, Voice, coverage

Step = tuple[str, tuple[float, ...]]
"""One step of a path: its name at a canvas's path, and its coordinates."""

FOLDERS_VARIABLE: Final = "MORALBANK_FONTS"
"""Environment variable with further folders of fonts, separated as in PATH."""
_INVISIBLE: Final = 3
"""Text that is neither filled nor stroked: ISO 32000-1, 9.3.6."""
_COLLECTIONS: Final = {".ttc", ".otc"}
_SUFFIXES: Final = {".ttf", ".otf"} | _COLLECTIONS
_BOOKISH: Final = re.compile(r"song|sun|serif|ming|mincho|kai|fang", re.IGNORECASE)
_HEAVY: Final = re.compile(r"bold|black|heavy|thin|light", re.IGNORECASE)
_OF_NO_USE: Final = re.compile(r"last.?resort|adobe.?(blank|notdef)|emoji", re.IGNORECASE)
_CHINESE: Final = re.compile(r"\b(SC|CN|GB)\b|Song|Kai")
_SQUARE: Final = {"W", "F"}
_FIRST_WIDE: Final = 0x2E80
"""The first of the blocks of Chinese characters, 部首 before all others."""
_FAMILY: Final = 1
_ECHO: Final = "moralbank-echo"
_SHAPE: Final = ord("□")
_LOCK: Final = Lock()


@dataclass(frozen=True)
class Outline:
    """A character as a path; lengths are parts of its size, from the baseline's left end."""

    sign: str
    advance: float
    steps: tuple[Step, ...]

    def draw(self, canvas: Any, x: float, y: float, size: float) -> None:
        """Fill the character at ``size`` points from ``x``, on the baseline ``y``.

        Invisible text over it lets readers of PDF copy and search it as the character itself.
        (Replacement text, /ActualText, would do for poppler; pdfium, in Chrome, takes none above
        U+FFFF.)
        """
        self._fill(canvas, x, y, size)
        pen = canvas.beginText(x, y)
        pen.setTextRenderMode(_INVISIBLE)
        pen.setFont(_echo_of(self.sign), size)
        pen.textOut(self.sign)
        pen.setTextRenderMode(0)
        canvas.drawText(pen)

    def _fill(self, canvas: Any, x: float, y: float, size: float) -> None:
        path = canvas.beginPath()
        for step, lengths in self.steps:
            placed = [
                (y if place % 2 else x) + length * size for place, length in enumerate(lengths)
            ]
            getattr(path, step)(*placed)
        canvas.drawPath(path, stroke=0, fill=1, fillMode=FILL_NON_ZERO)


class _Tracer(BasePen):  # type: ignore[misc]  # fontTools publishes no types
    """Writes a glyph down as steps of a path; curves of TrueType become cubic ones."""

    def __init__(self, glyphs: Any, scale: float) -> None:
        super().__init__(glyphs)
        self.steps: list[Step] = []
        self._scale = scale

    def _note(self, step: str, *points: tuple[float, float]) -> None:
        lengths = tuple(round(length * self._scale, 5) for point in points for length in point)
        self.steps.append((step, lengths))

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools' name
        self._note("moveTo", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools' name
        self._note("lineTo", pt)

    def _curveToOne(  # noqa: N802 - fontTools' name
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        self._note("curveTo", pt1, pt2, pt3)

    def _closePath(self) -> None:  # noqa: N802 - fontTools' name
        self._note("close")

    def _endPath(self) -> None:  # noqa: N802 - fontTools' name
        self._note("close")


def _echo_of(sign: str) -> str:
    """Return the name of the font that says ``sign`` without showing it.

    Each of its characters has the outline of □: only its code matters.
    """
    with _LOCK:
        face = _echo().face
        face.charToGlyph[ord(sign)] = face.charToGlyph[_SHAPE]
    return _ECHO


@cache
def _echo() -> PaperFont:
    font = PaperFont(_ECHO, FOLDER / f"{Voice.HEI}.ttf")
    font.face.name = _ECHO.encode()
    font.face.charToGlyph = {_SHAPE: font.face.charToGlyph[_SHAPE]}
    pdfmetrics.registerFont(font)
    return font


def folders() -> tuple[Path, ...]:
    """Return where fonts are looked for: those of MORALBANK_FONTS, then those of the system."""
    asked = os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep)
    return (*(Path(folder) for folder in asked if folder), *_usual_folders())


def _usual_folders() -> tuple[Path, ...]:
    home = Path.home()
    if sys.platform == "win32":
        windows = Path(os.environ.get("WINDIR", r"C:\Windows"))
        return (windows / "Fonts", home / "AppData/Local/Microsoft/Windows/Fonts")
    if sys.platform == "darwin":
        system = Path("/System/Library")
        fetched = sorted((system / "AssetsV2").glob("com_apple_MobileAsset_Font*"))
        return (system / "Fonts", *fetched, Path("/Library/Fonts"), home / "Library/Fonts")
    shared = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
    return (*shared, home / ".local/share/fonts", home / ".fonts")


def outline_of(sign: str) -> Outline | None:
    """Return the character as a font of this machine draws it; None when there is none.

    A character that is nowhere costs a look into every font file, once: some seconds. A font put
    there later is seen after the next start.
    """
    if ord(sign) < _FIRST_WIDE or unicodedata.category(sign) == "Co":
        return None
    if unicodedata.east_asian_width(sign) not in _SQUARE:
        return None
    return _searched(sign, folders())


@cache
def _searched(sign: str, places: tuple[Path, ...]) -> Outline | None:
    having = (path for path in _ranked(places) if ord(sign) in _rare_characters(path))
    traced = (_traced(path, sign) for path in having)
    return next((found for found in traced if found is not None), None)


@cache
def _ranked(places: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return all font files: bookish ones first, then those of a common weight.

    Among equals, the fonts of an earlier folder come first.
    """
    found = dict.fromkeys(path for place in places for path in _files(place))
    return tuple(sorted(found, key=_rank))


def _files(place: Path) -> list[Path]:
    found = (path for path in place.rglob("*") if path.suffix.lower() in _SUFFIXES)
    return sorted(path for path in found if not _OF_NO_USE.search(path.name))


def _rank(path: Path) -> tuple[bool, bool]:
    return not _BOOKISH.search(path.name), bool(_HEAVY.search(path.name))


@cache
def _rare_characters(path: Path) -> frozenset[int]:
    """Return what the file has beyond the five voices; nothing when it is broken."""
    known = frozenset().union(*map(coverage, Voice))
    try:
        with _opened(path) as faces:
            found = {code for face in faces for code in face.getBestCmap() or ()}
    except Exception:  # noqa: BLE001 - a broken font raises anything; the next may be whole
        return frozenset()
    return frozenset(code for code in found if code >= _FIRST_WIDE) - known


def _traced(path: Path, sign: str) -> Outline | None:
    """Return the character's glyph; None when it is empty or can't be read."""
    try:
        with _opened(path) as faces:
            having = [face for face in faces if ord(sign) in (face.getBestCmap() or ())]
            return _traced_in(min(having, key=_is_foreign), sign)
    except Exception:  # noqa: BLE001 - a broken font raises anything; the next may be whole
        return None


def _traced_in(face: TTFont, sign: str) -> Outline | None:
    glyphs, scale = face.getGlyphSet(), 1 / face["head"].unitsPerEm
    glyph, pen = glyphs[face.getBestCmap()[ord(sign)]], _Tracer(glyphs, scale)
    glyph.draw(pen)
    return Outline(sign, glyph.width * scale, tuple(pen.steps)) if pen.steps else None


def _is_foreign(face: TTFont) -> bool:
    """Tell whether a face is drawn for another country: 直 and 骨 differ."""
    return not _CHINESE.search(face["name"].getDebugName(_FAMILY) or "")


@contextmanager
def _opened(path: Path) -> Iterator[Sequence[TTFont]]:
    """Open the faces of a font file, one or a collection."""
    with path.open("rb") as file:
        if path.suffix.lower() in _COLLECTIONS:
            yield TTCollection(file, lazy=True).fonts
        else:
            yield (TTFont(file, lazy=True),)
