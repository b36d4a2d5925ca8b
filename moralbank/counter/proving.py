"""How whoever takes the goods proves to be right: by the card's PIN, or by a drawn signature.

Trying a PIN takes its time, so it is done before the writing begins (as `cards.pins` asks).
"""

from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from moralbank.cards.pins import Pin, enter, is_right, pin_of
from moralbank.cards.queries import CardInfo, active_card, card
from moralbank.errors import Invalid
from moralbank.households.queries import household
from moralbank.i18n import mark
from moralbank.photos.pictures import Picture, drawn, picture_of

LARGEST_SIGNATURE: Final = 64 * 1024
"""Bytes of a drawn signature's PNG."""
_INKED: Final = 128
"""Darker than this a dot counts as ink."""
_LEAST_INK: Final = 60
"""With fewer dots of ink it was a slip of the finger."""


class SignatureTooLarge(Invalid):
    """More than 64 KB: no drawn signature of ours."""

    text = mark("签名的图太大，请清掉重新签")
    code = "signature_too_large"


class SignatureEmpty(Invalid):
    """Nothing was drawn."""

    text = mark("还没有签名，请领取人在框里签上名字")
    code = "signature_empty"


@dataclass(frozen=True)
class TriedPin:
    """A PIN that was typed for a household's card, and whether it is the right one."""

    card: CardInfo
    seen: Pin
    right: bool

    def enter(self, session: Session) -> None:
        """Count the try; returns only if it was right. Raises as `cards.pins.enter` does."""
        enter(session, self.card, self.seen, right=self.right)


def card_with_pin(
    session: Session, village_id: int, household_id: int, card_id: int | None
) -> tuple[CardInfo, Pin]:
    """The card whose PIN counts, with it: the one shown, else the one that the household uses.

    Raises HouseholdUnknown, CardUnknown, NoCard.
    """
    if card_id is not None:
        found = card(session, village_id, card_id)
    else:
        owner = household(session, village_id, household_id)
        found = active_card(session, village_id, owner)
    return found, pin_of(session, found)


def tried(known: tuple[CardInfo, Pin], typed: str) -> TriedPin:
    """Try a PIN; slow on purpose, so outside of any transaction."""
    return TriedPin(*known, is_right(known[1], typed.strip()))


def signature_in(content: bytes) -> Picture:
    """A signature as it is kept. Raises SignatureTooLarge, SignatureEmpty, and as `drawn` does."""
    if len(content) > LARGEST_SIGNATURE:
        raise SignatureTooLarge(field="signature")
    ink = sum(drawn(content).convert("L").histogram()[:_INKED])
    if ink < _LEAST_INK:
        raise SignatureEmpty(field="signature")
    return picture_of(content)
