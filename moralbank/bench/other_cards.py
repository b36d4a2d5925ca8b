"""The same cards made as others make them: merged from one-card files, from HTML, by fpdf2.

Each is written as its users would, quickly but plainly; codes are made by our own `encode`, so
that layout and writing are what differs. The packages are in the extra `bench`.
"""

import re
from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import Any, Final

from PIL import ImageFile

from moralbank.bench.bare_cards import name_size
from moralbank.cards.faces import CardFace
from moralbank.cards.pdf import card_sheet
from moralbank.cards.stocks import CARD_STOCKS, PLAIN, SheetPlan
from moralbank.printing.fonts import FOLDER, Voice
from moralbank.printing.qr import Code, encode
from moralbank.printing.stocks import MM

_SINGLE: Final = SheetPlan(stock=CARD_STOCKS["pvc"])
_RECTANGLE: Final = re.compile(r"(\d+) (\d+) (\d+) 1 re")
_CODE_MM: Final = 24.0
_STYLE: Final = f"""
@page {{ size: A4; margin: 13.5mm 19.4mm }}
@font-face {{ font-family: Kai; src: url("{(FOLDER / "kai.ttf").as_uri()}") }}
@font-face {{ font-family: Hei; src: url("{(FOLDER / "hei-regular.ttf").as_uri()}") }}
body {{ margin: 0; font-family: Hei }}
.card {{ float: left; width: 85.6mm; height: 54mm; position: relative; background: #fdf8e8;
  overflow: hidden; break-inside: avoid }}
.head {{ height: 12mm; background: #b4141e; color: #f6dfa4; font: 22pt/12mm Kai; padding: 0 5mm }}
.name {{ position: absolute; left: 5mm; top: 18mm; font: 24pt Kai }}
.number {{ position: absolute; left: 5mm; top: 31mm; font-size: 10pt }}
.token {{ position: absolute; left: 5mm; top: 38mm; font-size: 10pt }}
.note {{ position: absolute; left: 5mm; top: 46mm; font-size: 5pt }}
.code {{ position: absolute; left: 54mm; top: 18mm; width: 24mm; height: 24mm }}
"""


def merged_cards(faces: Sequence[CardFace]) -> bytes:
    """As badge printers do: each card a file of its own, then placed on sheets by pypdf."""
    from pypdf import PdfReader, PdfWriter, Transformation  # noqa: PLC0415 - in the extra

    writer, page = PdfWriter(), -1
    sheet: Any = None
    for face, place in zip(faces, PLAIN.places(len(faces)), strict=True):
        if place.page != page:
            sheet, page = writer.add_blank_page(*PLAIN.paper.points), place.page
        card = PdfReader(BytesIO(card_sheet([face], _SINGLE))).pages[0]
        sheet.merge_transformed_page(card, Transformation().translate(place.x, place.y))
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def html_cards(faces: Sequence[CardFace]) -> bytes:
    """As a page of HTML and CSS, by WeasyPrint."""
    whole = ImageFile.LOAD_TRUNCATED_IMAGES
    from weasyprint import HTML  # noqa: PLC0415 - in the extra

    # It lets Pillow take broken pictures from here on, in the whole process; we never do.
    ImageFile.LOAD_TRUNCATED_IMAGES = whole
    cards = "".join(map(_html_card, faces))
    page = f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{cards}"
    made: bytes = HTML(string=page).write_pdf()
    return made


def fpdf2_cards(faces: Sequence[CardFace]) -> bytes:
    """Line by line and rectangle by rectangle, by fpdf2."""
    from fpdf import FPDF  # noqa: PLC0415 - in the extra

    paper = FPDF(unit="mm", format="A4")
    paper.set_auto_page_break(auto=False)
    for voice in (Voice.KAI, Voice.HEI):
        paper.add_font(voice.name, fname=FOLDER / f"{voice}.ttf")
    page = -1
    for face, place in zip(faces, PLAIN.places(len(faces)), strict=True):
        if place.page != page:
            paper.add_page()
            page = place.page
        _fpdf2_card(paper, face, place.x / MM, paper.h - place.y / MM - PLAIN.height_mm)
    return bytes(paper.output())


def _html_card(face: CardFace) -> str:
    code = encode(face.payload)
    bars = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in _bars(code))
    return (
        f'<div class="card"><div class="head">{face.bank}</div>'
        f'<div class="name" style="font-size: {name_size(face.head)}pt">{escape(face.head)}</div>'
        f'<div class="number">{face.household}</div>'
        f'<div class="token">{face.token}</div><div class="note">{face.note}</div>'
        f'<svg class="code" viewBox="0 0 {code.side} {code.side}"><path d="{bars}"/></svg></div>'
    )


def _fpdf2_card(paper: Any, face: CardFace, left: float, top: float) -> None:
    paper.set_fill_color(253, 248, 232)
    paper.rect(left, top, PLAIN.width_mm, PLAIN.height_mm, style="F")
    paper.set_fill_color(180, 20, 30)
    paper.rect(left, top, PLAIN.width_mm, 12, style="F")
    paper.set_fill_color(0)
    for voice, size, down, text in (
        (Voice.KAI, 22, 8.5, face.bank),
        (Voice.KAI, name_size(face.head), 26, face.head),
        (Voice.HEI, 10, 34, face.household),
        (Voice.HEI, 10, 41, face.token),
        (Voice.HEI, 5, 48, face.note),
    ):
        paper.set_font(voice.name, size=size)
        paper.text(left + 5, top + down, text)
    code = encode(face.payload)
    module = _CODE_MM / code.side
    for x, y, length in _bars(code):
        paper.rect(left + 54 + x * module, top + 18 + y * module, length * module, module, "F")


def _bars(code: Code) -> list[tuple[int, int, int]]:
    """Where the runs of dark modules begin, from the upper left, and how long they are."""
    return [
        (int(x), code.side - 1 - int(y), int(length))
        for x, y, length in _RECTANGLE.findall(code.path)
    ]
