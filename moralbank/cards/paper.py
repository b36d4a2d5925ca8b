"""From cards' faces to a sheet, with a refusal in plain words where paper can't hold them.

What draws is slow to import and is loaded by whoever prints.
"""

from collections.abc import Sequence
from typing import Final

from moralbank.cards.faces import CardFace, CardOrder, HandoutSheet
from moralbank.errors import Refused
from moralbank.i18n import _, mark
from moralbank.printing import Progress
from moralbank.printing.rare import warning

_MOST_WARNINGS: Final = 5


class AddressTooLong(Refused):
    """The public address makes a QR too fine to be read from a card."""

    text = mark("公开网址太长，二维码印不清楚：请在“设置”里换一个短的网址，或者清空它")
    code = "address_too_long"


def printed_order(order: CardOrder, progress: Progress | None = None) -> bytes:
    """The PDF of everything that was ordered; raises AddressTooLong."""
    from moralbank.cards.pdf import back_sheet, card_sheet  # noqa: PLC0415
    from moralbank.printing.qr import PayloadTooLong  # noqa: PLC0415

    if order.back is not None and not order.faces:
        return back_sheet(order.back, order.count, order.plan)
    try:
        return card_sheet(
            order.faces, order.plan, back=order.back, handout=order.handout, progress=progress
        )
    except PayloadTooLong as error:
        raise AddressTooLong from error


def printed_handout(handout: HandoutSheet) -> bytes:
    """The PDF of the hand-out list alone."""
    from moralbank.cards.handout import handout_list  # noqa: PLC0415

    return handout_list(handout)


def gap_warnings(faces: Sequence[CardFace]) -> list[str]:
    """What a clerk should know of names that paper can't hold whole, a sentence for each."""
    warned = [(face, warning([face.head])) for face in faces]
    told = [
        _(
            "%(household)s %(head)s：%(warning)s",
            household=face.household,
            head=face.head,
            warning=words,
        )
        for face, words in warned
        if words
    ]
    if len(told) > _MOST_WARNINGS:
        told[_MOST_WARNINGS:] = [_("还有 %(n)s 户也是这样", n=len(told) - _MOST_WARNINGS)]
    return told


def require_legible(payload: str) -> None:
    """Raise AddressTooLong where a card's code would be too fine, before anything is counted."""
    from moralbank.cards.front import CODE_MM, LEAST_MODULE_MM  # noqa: PLC0415
    from moralbank.printing.qr import PayloadTooLong, encode  # noqa: PLC0415

    try:
        legible = encode(payload).module_mm(CODE_MM) >= LEAST_MODULE_MM
    except PayloadTooLong as error:
        raise AddressTooLong from error
    if not legible:
        raise AddressTooLong
