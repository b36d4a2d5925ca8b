"""QR codes, the places of a sheet, and documents that go to a file page by page."""

import tracemalloc
from io import BytesIO
from random import Random

import pytest
from qrcode import constants
from qrcode.main import QRCode

from moralbank.cards.stocks import PLAIN
from moralbank.printing import qr
from moralbank.printing.sheet import Document
from moralbank.printing.sheet import Paper as Size
from tests.printing.paper import Paper

CARD_ADDRESS = "HTTPS://DAODE.EXAMPLE.CN/C/123456789012345"


def test_codes_are_as_small_as_the_payload_allows() -> None:
    assert qr.encode("123456789012345").side == 21  # version 1, and strong: 1-H
    assert qr.encode(CARD_ADDRESS).side == 29  # version 3


@pytest.mark.parametrize("length", [1, 15, 43, 130, 500])
@pytest.mark.parametrize("signs", ["0123456789", "ABCXYZ:/.19", "abcxyz积分-19"])
def test_codes_are_those_of_qrcode(length: int, signs: str) -> None:
    draw = Random(length)  # noqa: S311 - nothing secret is drawn
    payload = "".join(draw.choices(signs, k=length)) + "2026" * 6
    ours = qr.encode(payload)
    version = (ours.side - 17) // 4
    for level in (constants.ERROR_CORRECT_Q, constants.ERROR_CORRECT_H):
        theirs = QRCode(error_correction=level, border=0, mask_pattern=qr.MASK)
        theirs.add_data(payload)
        if theirs.best_fit() == version:
            strongest = theirs
    assert _lit(ours) == {
        (column, row)
        for row, modules in enumerate(reversed(strongest.get_matrix()))
        for column, dark in enumerate(modules)
        if dark
    }


def _lit(code: qr.Code) -> set[tuple[int, int]]:
    words = code.path.split()
    return {
        (int(x) + step, int(y))
        for x, y, length in zip(words[::5], words[1::5], words[2::5], strict=True)
        for step in range(int(length))
    }


@pytest.mark.parametrize("payload", ["123456789012345", CARD_ADDRESS, "DH20261120-0031", "积分"])
def test_a_code_says_its_payload(payload: str) -> None:
    document = Document(Size(40, 40), "码")
    qr.draw(document.canvas, payload, 0, 0, 40)
    assert Paper(document.close()).codes() == [payload]


def test_a_payload_too_long_for_its_space_is_refused() -> None:
    canvas = Document(Size(40, 40), "码").canvas
    with pytest.raises(qr.PayloadTooLong):
        qr.draw(canvas, CARD_ADDRESS * 5, 0, 0, 30, least_mm=0.5)
    with pytest.raises(qr.PayloadTooLong):
        qr.encode("A" * 5000)


def test_places_run_along_the_rows_and_onto_the_next_sheet() -> None:
    places = list(PLAIN.places(5, skip=8))
    assert [place.page for place in places] == [0, 0, 1, 1, 1]
    assert places[0].y == places[1].y < places[2].y
    assert places[0].x == places[2].x < places[1].x


@pytest.mark.parametrize("skip", [-1, 10])
def test_no_more_than_nine_places_can_be_used_up(skip: int) -> None:
    with pytest.raises(ValueError, match="skip"):
        list(PLAIN.places(1, skip=skip))


def test_a_document_goes_to_a_file_page_by_page() -> None:
    file = BytesIO()
    document = Document(Size(90, 60), "卡", to=file)
    grown = [file.tell()]
    for number in range(3):
        qr.draw(document.canvas, f"{CARD_ADDRESS}{number}", 0, 0, 40)
        document.canvas.showPage()
        grown.append(file.tell())
    assert grown == sorted(set(grown))
    assert document.close() == b""
    assert Paper(file.getvalue()).codes() == [f"{CARD_ADDRESS}{number}" for number in range(3)]
    inside = Document(Size(90, 60), "卡")
    for number in range(3):
        qr.draw(inside.canvas, f"{CARD_ADDRESS}{number}", 0, 0, 40)
        inside.canvas.showPage()
    assert inside.close() == file.getvalue()


def test_many_pages_need_no_more_memory_than_few() -> None:
    few, many = _peak_of(10), _peak_of(300)
    assert many < few + 2_000_000  # the operators of 300 pages are twenty times that


def _peak_of(pages: int) -> int:
    """Bytes that Python holds at most while it draws pages of 150 KB into the void."""
    tracemalloc.start()
    document = Document(Size(90, 60), "卡", to=_Void())
    for _page in range(pages):
        document.canvas.addLiteral("0 0 1 1 re f " * 12_000)
        document.canvas.showPage()
    document.close()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


class _Void(BytesIO):
    """A file on a disk without end: what is written needs no memory."""

    def write(self, content: bytes) -> int:  # type: ignore[override]
        return len(content)
