"""What was printed is read back: pages counted, codes decoded, names found."""

from collections.abc import Sequence
from typing import Final

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import zxingcpp

from moralbank.cards.stocks import PLAIN

_EVERY: Final = 50
_DPI: Final = 200
_POINTS_PER_INCH: Final = 72


def wrong_cards(pdf: bytes, payloads: Sequence[str]) -> str:
    """What is wrong with a sheet of cards, or nothing: its pages, and every fiftieth code."""
    document = pdfium.PdfDocument(pdf)
    try:
        pages = -(-len(payloads) // PLAIN.per_page)
        if len(document) != pages:
            return f"{len(document)} pages instead of {pages}"
        missing = [
            payload
            for place, payload in list(enumerate(payloads))[::_EVERY]
            if payload not in _codes(document[place // PLAIN.per_page])
        ]
    finally:
        document.close()
    return f"{len(missing)} codes that can't be read" if missing else ""


def wrong_names(pdf: bytes, names: Sequence[str]) -> str:
    """Which names a sheet does not show, or nothing."""
    document = pdfium.PdfDocument(pdf)
    try:
        said = "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    text = "".join(said.split())
    missing = [name for name in names if name not in text]
    return f"not on the sheet: {'、'.join(missing)}" if missing else ""


def _codes(page: pdfium.PdfPage) -> set[str]:
    picture = page.render(scale=_DPI / _POINTS_PER_INCH, grayscale=True).to_pil()
    kinds = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    codes = zxingcpp.read_barcodes(picture, formats=kinds)
    return {code.text for code in codes}
