"""QR codes and the places of a sheet."""

import pytest

from moralbank.cards.stocks import PLAIN
from moralbank.printing import qr
from moralbank.printing.sheet import Document
from moralbank.printing.sheet import Paper as Size
from tests.printing.paper import Paper

CARD_ADDRESS = "HTTPS://DAODE.EXAMPLE.CN/C/123456789012345"


def test_codes_are_as_small_as_the_payload_allows() -> None:
    assert qr.encode("123456789012345").side == 21  # version 1, and strong: 1-H
    assert qr.encode(CARD_ADDRESS).side == 29  # version 3


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
