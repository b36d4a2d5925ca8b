"""Bar codes: read back from the picture of a printed sheet."""

import pytest
from zxingcpp import read_barcodes

from moralbank.printing import barcode, sheet
from moralbank.printing.sheet import Document, mm
from tests.printing.paper import Paper

GOODS = [
    ("6901234567892", "SAUCE", "EAN-13", "6901234567892"),
    ("0123456789012", "SAUCE", "EAN-13", "0123456789012"),
    ("012345678905", "SALT", "EAN-13", "0012345678905"),  # UPC-A is an EAN that begins with 0
    ("96385074", "SOAP", "EAN-8", "96385074"),
    ("15400141288763", "OIL-5L", "ITF", "15400141288763"),
    ("", "OIL-5L", "Code 128", "OIL-5L"),
    ("6901234567890", "RICE-10.2", "Code 128", "RICE-10.2"),  # wrong check figure
    ("", "ABCDEFGHIJ.KLMNOPQ-S", "Code 128", "ABCDEFGHIJ.KLMNOPQ-S"),
]


@pytest.mark.parametrize("dpi", [300, 600])
def test_a_scanner_reads_what_was_drawn(dpi: int) -> None:
    document = Document(sheet.Paper(60, 15 * len(GOODS)), "codes")
    for row, (digits, sku, _kind, _read) in enumerate(GOODS):
        code = barcode.for_goods(digits, sku)
        below = (15 * (len(GOODS) - row) - 12) * mm
        assert barcode.draw(document.canvas, code, 5 * mm, below, 47, 8 * mm) < 47 * mm
    pictures = Paper(document.close()).pictures(dpi)
    found = [(str(one.format), one.text) for page in pictures for one in read_barcodes(page)]
    assert sorted(found) == sorted((kind, read) for _digits, _sku, kind, read in GOODS)


def test_a_bar_is_a_whole_number_of_a_printers_dots() -> None:
    for digits, sku, _kind, _read in GOODS:
        dots = barcode.for_goods(digits, sku).module_mm(47) / (25.4 / 300)
        assert dots == pytest.approx(round(dots))
        assert dots >= 2


def test_what_cannot_be_read_is_not_drawn() -> None:
    with pytest.raises(barcode.CodeTooWide):
        barcode.code_128("A" * 20).module_mm(30)
    with pytest.raises(ValueError, match="Code 128"):
        barcode.code_128("酱油")
    with pytest.raises(ValueError, match="number of goods"):
        barcode.gtin("6901234567890")
