"""A finished sheet drawn again, barely: as many strings and rectangles, in the same sizes.

That is what the sheet would cost if nothing had to be measured, shrunk, broken or chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from pypdfium2 import raw
from reportlab.pdfgen.canvas import Canvas

from moralbank.printing.fonts import Voice

_STROKES_OF_A_RECTANGLE: Final = 5


@dataclass(frozen=True)
class Drawn:
    """What stands on a page, in points: strings with place and size, boxes of rectangles."""

    size: tuple[float, float]
    strings: tuple[tuple[float, float, float, str], ...]
    boxes: tuple[tuple[float, float, float, float], ...]


def drawn(pdf: bytes) -> list[Drawn]:
    """Read what a sheet shows, page by page; not part of what is timed."""
    document = pdfium.PdfDocument(pdf)
    try:
        return [_page(page) for page in document]
    finally:
        document.close()


def replayed(pages: Sequence[Drawn]) -> bytes:
    """A PDF of the same strings, in one voice, and the same rectangles, by reportlab alone."""
    file = BytesIO()
    canvas = Canvas(file, invariant=1, pageCompression=1)
    name = Voice.KAI.font_name
    for page in pages:
        canvas.setPageSize(page.size)
        for left, low, wide, high in page.boxes:
            canvas.rect(left, low, wide, high, stroke=0, fill=1)
        for x, y, size, text in page.strings:
            canvas.setFont(name, size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _page(page: pdfium.PdfPage) -> Drawn:
    read = page.get_textpage()
    strings, boxes = [], []
    for one in page.get_objects(textpage=read):
        left, low, right, high = one.get_bounds()
        if isinstance(one, pdfium.PdfTextObj):
            strings.append((left, low, max(one.get_font_size(), 1.0), one.extract()))
        elif one.type == raw.FPDF_PAGEOBJ_PATH:
            boxes += [(left, low, right - left, high - low)] * _rectangles(one)
    return Drawn(page.get_size(), tuple(strings), tuple(boxes))


def _rectangles(path: pdfium.PdfObject) -> int:
    strokes: int = raw.FPDFPath_CountSegments(path)
    return max(strokes // _STROKES_OF_A_RECTANGLE, 1)
