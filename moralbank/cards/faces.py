"""What household cards show, as plain values: the paper, the screen and the tests share them."""

from dataclasses import dataclass
from typing import Final

from moralbank.cards.stocks import SheetPlan

BANK: Final = "道德银行"
"""What stands on cards and passbooks as the bank's name, in Chinese also for an English clerk."""


@dataclass(frozen=True, kw_only=True)
class CardFace:
    """One household card.

    ``household`` is the number as people say it ("一组 012 号"), ``token`` the 15 digits of the
    card, ``payload`` what the QR code says: an uppercase address ending in ``/C/`` and the
    token, or the token alone where the village has no public address.
    """

    village: str
    town: str
    bank: str = BANK
    head: str
    household: str
    token: str
    payload: str
    slogan: str
    note: str


@dataclass(frozen=True, kw_only=True)
class CardBack:
    """The back, which all cards of a village share.

    ``organisation`` issues the card, ``contact`` is whom to ask and their telephone, or nothing.
    """

    bank: str = BANK
    organisation: str
    contact: str


@dataclass(frozen=True)
class Recipient:
    """A line of the hand-out list: a household and the last four digits of its card."""

    group: str
    number: str
    head: str
    tail: str


@dataclass(frozen=True)
class HandoutSheet:
    """Who is to receive a card, in walking order."""

    village: str
    town: str
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, kw_only=True)
class CardOrder:
    """What goes onto paper in one go: fronts, with backs behind each page where there is a back.

    Without ``faces``, ``count`` backs alone. The ``handout`` comes last.
    """

    plan: SheetPlan
    faces: tuple[CardFace, ...] = ()
    count: int = 0
    back: CardBack | None = None
    handout: HandoutSheet | None = None

    @property
    def two_sided(self) -> bool:
        """Whether the printer is to turn the paper."""
        return bool(self.faces and self.back)


@dataclass(frozen=True, kw_only=True)
class GuideSheet:
    """What the village says of its cards.

    ``hangs_days`` is how many days a notice hangs (0: points come at once), ``rate`` what a point
    is worth in words ("1 分换 1 元的东西"; empty where that isn't set), ``contact`` whom to ask.
    """

    village: str
    hangs_days: int
    rate: str
    contact: str
