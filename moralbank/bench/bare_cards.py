"""The fastest way known to print cards: what ours are measured beside.

A canvas of reportlab that is given raw operators only; one form for what all cards share; one
font, cut down beforehand to the characters that come, with text as glyph numbers; codes from
zxing-cpp, in C++. No name is measured or spelled, a long one is simply written small; no text
can be copied from the file.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any, Final

import zxingcpp
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from moralbank.cards.faces import CardFace
from moralbank.cards.stocks import PLAIN
from moralbank.printing.fonts import FOLDER, Voice
from moralbank.printing.stocks import MM

rl_config.useA85 = 0  # binary streams, the quickest

_WIDTH: Final = PLAIN.width_mm * MM
_HEIGHT: Final = PLAIN.height_mm * MM
_FONT: Final = "K"
_FORM: Final = "card"
_MODULE: Final = 30 * MM / 37
"""Of a code of 29 modules with its quiet zone, as wide as that of our cards."""
_SHORT_NAME: Final = 5
_SHARED: Final = ("和睦村道德银行", "户积分卡", "户主", "卡号", "积小善　成大德", "扫一扫 查积分")
_DARK: Final = re.compile(rb"\x00+")


@dataclass(frozen=True)
class CutFont:
    """A font that holds just what will be written.

    `numbers` gives for a character its glyph as four hexadecimal digits; `widths` are those of
    all glyphs, in thousandths of the size; `packed` is the file, packed already.
    """

    packed: bytes
    size: int
    numbers: dict[int, str]
    widths: list[int]


def cut_font(faces: Iterable[CardFace]) -> CutFont:
    """Make the font for these cards; not part of what is timed."""
    texts = [*_SHARED, "0123456789 "]
    texts += [text for face in faces for text in (face.head, face.household)]
    font = TTFont(FOLDER / f"{Voice.KAI}.ttf")
    options = Options(layout_features=[], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(texts))
    subsetter.subset(font)
    file = BytesIO()
    font.save(file)
    numbers = {code: f"{font.getGlyphID(name):04X}" for code, name in font.getBestCmap().items()}
    per_em = font["head"].unitsPerEm
    widths = [1000 * font["hmtx"][name][0] // per_em for name in font.getGlyphOrder()]
    return CutFont(zlib.compress(file.getvalue()), file.tell(), numbers, widths)


def bare_cards(faces: Sequence[CardFace], font: CutFont) -> bytes:
    """A PDF of the same cards, ten to a page, as quickly as we know how."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, pageCompression=1)
    _embed(canvas, font)
    _draw_furniture(canvas, font)
    page = 0
    for face, place in zip(faces, PLAIN.places(len(faces)), strict=True):
        if place.page != page:
            canvas.showPage()
            page = place.page
        if _FORM not in canvas._formsinuse:  # noqa: SLF001 - raw operators throughout
            canvas._formsinuse.append(_FORM)  # noqa: SLF001
        canvas._code.append(_card(face, place.x, place.y, font.numbers))  # noqa: SLF001
    canvas.save()
    return file.getvalue()


def _card(face: CardFace, x: float, y: float, numbers: dict[int, str]) -> str:
    head, household = face.head.translate(numbers), face.household.translate(numbers)
    token, size = face.token.translate(numbers), name_size(face.head)
    return (
        f"q 1 0 0 1 {x:.2f} {y:.2f} cm /FormXob.{_FORM} Do "
        f"BT /{_FONT} {size} Tf 15 74 Td <{head}> Tj "
        f"/{_FONT} 10.5 Tf 0 -20 Td <{household}> Tj 22 -19 Td <{token}> Tj ET "
        f"q {_MODULE:.5f} 0 0 {_MODULE:.5f} 156 27 cm {_bars(face.payload)} f Q Q"
    )


def name_size(head: str) -> int:
    """The size of a name in points, by guess: a long one must not run into the code."""
    return 24 if len(head) <= _SHORT_NAME else 9


def _bars(payload: str) -> str:
    """The code's dark modules, each run in a row as one rectangle."""
    made = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    image: Any = made.to_image(scale=1, add_quiet_zones=False)
    side, pixels = image.shape[0], memoryview(image).tobytes()
    corners, lengths = _numbers(side)
    return " ".join(
        [
            corners[row][begin] + lengths[end - begin]
            for row in range(side)
            for begin, end in [
                run.span() for run in _DARK.finditer(pixels[row * side : (row + 1) * side])
            ]
        ]
    )


@cache
def _numbers(side: int) -> tuple[list[list[str]], list[str]]:
    corners = [[f"{column} {side - row - 1} " for column in range(side)] for row in range(side)]
    return corners, [f"{length} 1 re" for length in range(side + 1)]


def _draw_furniture(canvas: Any, font: CutFont) -> None:
    """Ground, band, rules and words that all cards share, as one form."""
    places = ((15, 130, 18), (190, 130, 8), (15, 97, 7), (15, 36, 7), (15, 20, 9), (160, 9, 7))
    words = " ".join(
        f"/{_FONT} {size} Tf 1 0 0 1 {x} {y} Tm <{text.translate(font.numbers)}> Tj"
        for text, (x, y, size) in zip(_SHARED, places, strict=True)
    )
    canvas.beginForm(_FORM, 0, 0, _WIDTH, _HEIGHT)
    canvas._code.append(  # noqa: SLF001
        f".99 .97 .9 rg 0 0 {_WIDTH:.2f} {_HEIGHT:.2f} re f "
        f".75 .1 .1 rg 0 118 {_WIDTH:.2f} 35 re f "
        f"1 g 150 18 85 85 re f .8 .6 .2 RG 15 48 m 140 48 l S 0 g BT {words} ET"
    )
    canvas.endForm()


def _embed(canvas: Any, font: CutFont) -> None:
    """Add the font by hand, its text two bytes a glyph (ISO 32000-1, 9.7)."""
    document, name = canvas._doc, pdfdoc.PDFName  # noqa: SLF001
    file = pdfdoc.PDFStream(
        pdfdoc.PDFDictionary({"Filter": name("FlateDecode"), "Length1": font.size}), font.packed
    )
    descriptor = {
        "Type": name("FontDescriptor"),
        "FontName": name("AAAAAA+Kai"),
        "Flags": 4,
        "FontBBox": pdfdoc.PDFArray([0, -200, 1000, 900]),
        "ItalicAngle": 0,
        "Ascent": 900,
        "Descent": -200,
        "CapHeight": 700,
        "StemV": 80,
        "FontFile2": document.Reference(file),
    }
    glyphs = {
        "Type": name("Font"),
        "Subtype": name("CIDFontType2"),
        "BaseFont": name("AAAAAA+Kai"),
        "CIDSystemInfo": pdfdoc.PDFDictionary(
            {"Registry": "(Adobe)", "Ordering": "(Identity)", "Supplement": 0}
        ),
        "FontDescriptor": document.Reference(pdfdoc.PDFDictionary(descriptor)),
        "CIDToGIDMap": name("Identity"),
        "W": pdfdoc.PDFArray([0, pdfdoc.PDFArray(font.widths)]),
    }
    whole = {
        "Type": name("Font"),
        "Subtype": name("Type0"),
        "BaseFont": name("AAAAAA+Kai"),
        "Encoding": name("Identity-H"),
        "DescendantFonts": pdfdoc.PDFArray([document.Reference(pdfdoc.PDFDictionary(glyphs))]),
    }
    document.idToObject["BasicFonts"].dict[_FONT] = pdfdoc.PDFDictionary(whole)
