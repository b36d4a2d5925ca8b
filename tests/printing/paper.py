"""How the tests look at paper: its text, its letters' places, and its pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2 as pdfium
import zxingcpp
from PIL import Image

MM = 72 / 25.4


@dataclass(frozen=True)
class Letter:
    """One printed character and the box of its ink, in mm from the lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


def text_of(pdf: bytes) -> str:
    """The text of all pages without blanks."""
    return "".join(Paper(pdf).text.split())


def size_of(pdf: bytes) -> tuple[int, int]:
    """Width and height of the first page, in whole mm."""
    width, height = Paper(pdf).sizes_mm[0]
    return round(width), round(height)


class Paper:
    """A PDF as a reader sees it."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf

    @contextmanager
    def _open(self) -> Iterator[pdfium.PdfDocument]:
        document = pdfium.PdfDocument(self.pdf)
        try:
            yield document
        finally:
            document.close()

    @property
    def sizes_mm(self) -> list[tuple[float, float]]:
        """Width and height of every page."""
        with self._open() as document:
            return [(w / MM, h / MM) for w, h in (page.get_size() for page in document)]

    @property
    def texts(self) -> list[str]:
        """The text of every page, as copying it gives it."""
        with self._open() as document:
            return [page.get_textpage().get_text_range() for page in document]

    @property
    def text(self) -> str:
        """The text of all pages."""
        return "\n".join(self.texts)

    def letters(self, page: int = 0) -> list[Letter]:
        """Every visible character of a page with the box of its ink."""
        with self._open() as document:
            read = document[page].get_textpage()
            boxes = [
                (read.get_text_range(i, 1), read.get_charbox(i)) for i in range(read.count_chars())
            ]
        return [Letter(text, *(edge / MM for edge in box)) for text, box in boxes if text.strip()]

    def pictures(self, dpi: int) -> Iterator[Image.Image]:
        """Every page as a grey picture."""
        with self._open() as document:
            for page in document:
                yield page.render(scale=dpi / 72, grayscale=True).to_pil()

    def coloured(self, dpi: int) -> Iterator[Image.Image]:
        """Every page as a picture in its colours."""
        with self._open() as document:
            for page in document:
                yield page.render(scale=dpi / 72).to_pil().convert("RGB")

    def least_margin_mm(self, dpi: int = 60) -> float:
        """The narrowest strip along an edge of any page that nothing was printed on."""
        margins = []
        for picture in self.pictures(dpi):
            left, top, right, bottom = picture.point(lambda grey: 255 - grey).getbbox()
            margins += [left, top, picture.width - right, picture.height - bottom]
        return min(margins) * 25.4 / dpi

    def codes(self, dpi: int = 200) -> list[str]:
        """What the QR codes of all pages say."""
        pictures = self.pictures(dpi)
        found = (zxingcpp.read_barcodes(picture) for picture in pictures)
        return [code.text for codes in found for code in codes]
