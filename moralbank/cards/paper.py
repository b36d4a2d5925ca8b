"""From cards' faces to a sheet, with a refusal in plain words where paper can't hold them."""

from collections.abc import Callable, Sequence

from moralbank.cards.faces import CardFace
from moralbank.errors import Refused
from moralbank.i18n import mark


class AddressTooLong(Refused):
    """The public address makes a QR too fine to be read from a card."""

    text = mark("公开网址太长，二维码印不清楚：请在“设置”里换一个短的网址，或者清空它")
    code = "address_too_long"


def printed_cards(
    faces: Sequence[CardFace], *, skip: int = 0, progress: Callable[[int], None] | None = None
) -> bytes:
    """The PDF of `cards.pdf.card_sheet`; raises AddressTooLong. Slow to import, so done here."""
    from moralbank.cards.pdf import card_sheet  # noqa: PLC0415
    from moralbank.printing.qr import PayloadTooLong  # noqa: PLC0415

    try:
        return card_sheet(faces, skip=skip, progress=progress)
    except PayloadTooLong as error:
        raise AddressTooLong from error
