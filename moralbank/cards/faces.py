"""What a household card shows, as plain values: the paper, the screen and the tests share it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CardFace:
    """One household card.

    ``household`` is the number as people say it ("一组 012 号"), ``token`` the 15 digits of the
    card, ``payload`` what the QR code says: an uppercase address ending in ``/C/`` and the
    token, or the token alone where the village has no public address.
    """

    village: str
    town: str
    bank: str = "道德银行"
    head: str
    household: str
    token: str
    payload: str
    slogan: str
    note: str
