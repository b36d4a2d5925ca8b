"""Reading a card's code in a picture: a frame of a live camera, or a photo of the card."""

from typing import TYPE_CHECKING, Final

from moralbank.cards.token import TokenInvalid, read_token
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.photos.pictures import drawn

if TYPE_CHECKING:
    from PIL.Image import Image

_SCALES: Final = (1.0, 0.5)
"""What noise and blur hide at full size is sometimes plain at half of it."""


class NoCodeSeen(Invalid):
    """No code could be made out in the picture."""

    text = mark("照片里没有认出二维码：请把卡放平、离近一点、别反光，再拍一张；也可以输卡号或姓名")
    code = "no_code_seen"


class CodeIsNoCard(Invalid):
    """There is a code, but no card's."""

    text = mark("这个二维码不是积分卡的，请拍积分卡上的二维码")
    code = "code_is_no_card"


class SeveralCards(Invalid):
    """Two cards in one picture: nobody could say whose points to take."""

    text = mark("照片里不止一张积分卡，请只拍一张")
    code = "several_cards"


def card_in(content: bytes) -> str:
    """The 15 digits of the one card that a picture's file shows; the picture is kept by nobody.

    Raises what `photos.pictures.drawn` raises, NoCodeSeen, CodeIsNoCard, SeveralCards.
    """
    seen = _codes(drawn(content).convert("L"))
    tokens = {token for token in map(_token, seen) if token}
    if not seen:
        raise NoCodeSeen(field="picture")
    if not tokens:
        raise CodeIsNoCard(field="picture")
    if len(tokens) > 1:
        raise SeveralCards(field="picture")
    return tokens.pop()


def _codes(picture: "Image") -> list[str]:
    """What the QR codes in a grey picture say."""
    # Loaded when somebody scans, not with every page and command.
    from PIL.Image import Resampling  # noqa: PLC0415
    from zxingcpp import BarcodeFormat, BarcodeFormats, read_barcodes  # noqa: PLC0415

    wanted = BarcodeFormats(BarcodeFormat.QRCode)
    for scale in _SCALES:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        sized = picture if size == picture.size else picture.resize(size, Resampling.BOX)
        found = [code.text for code in read_barcodes(sized, formats=wanted)]
        if found:
            return found
    return []


def _token(said: str) -> str:
    try:
        return read_token(said)
    except TokenInvalid:
        return ""
