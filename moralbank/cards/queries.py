"""Reading cards, and the faces that are printed from them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, literal_column, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from moralbank.cards.faces import CardFace
from moralbank.cards.models import Card, CardState
from moralbank.errors import NotFound, Refused
from moralbank.households.masking import ERASED, surname
from moralbank.households.models import Household, HouseholdStatus
from moralbank.households.queries import HouseholdInfo, all_households, listed_households
from moralbank.i18n import _, mark
from moralbank.prepared import Prepared
from moralbank.villages.queries import village_info
from moralbank.villages.settings import PUBLIC_ADDRESS, SLOGAN

_cards = Card.__table__  # type: ignore[attr-defined]
_households = Household.__table__  # type: ignore[attr-defined]

STATE_LABELS = {
    CardState.ACTIVE: mark("在用"),
    CardState.LOST: mark("已挂失"),
    CardState.REPLACED: mark("已换新"),
}


class CardUnknown(NotFound):
    """No such card in this village."""

    text = mark("没有这张卡，请核对卡号，或按姓名查找")
    code = "card_unknown"


class NoCard(NotFound):
    """The household has no card that works."""

    text = mark("%(household)s 还没有在用的积分卡")
    code = "no_card"


class CardLost(Refused):
    """The card was reported lost."""

    text = mark("这张卡已挂失，不能使用。请到村委会补办")
    code = "card_lost"


class CardReplaced(Refused):
    """A newer card took this one's place."""

    text = mark("这张卡已换新，不能使用。请用新卡")
    code = "card_replaced"


@dataclass(frozen=True)
class CardInfo:
    """A card. `token` is its 15 digits, `prints` how often it was printed.

    Its PIN itself is nobody's business; whether it has one is.
    """

    id: int
    village_id: int
    household_id: int
    token: str
    state: CardState
    issued_at: datetime
    ended_at: datetime | None
    prints: int
    has_pin: bool

    @property
    def state_label(self) -> str:
        """The state in words."""
        return _(STATE_LABELS[self.state])


@dataclass(frozen=True)
class CardRow:
    """A household and the card it uses, or none."""

    household: HouseholdInfo
    card: CardInfo | None


_BY_TOKEN: Final = Prepared(select(_cards).where(_cards.c.token == bindparam("token")))
_WORKS: Final = exists().where(
    _cards.c.village_id == _households.c.village_id,
    _cards.c.household_id == _households.c.id,
    # As a literal: the index of working cards has this condition.
    _cards.c.state == literal_column(f"'{CardState.ACTIVE.value}'"),
)
_COUNTS: Final = Prepared(
    select(func.count().label("households"), func.count().filter(~_WORKS).label("without")).where(
        _households.c.village_id == bindparam("village"),
        _households.c.status == HouseholdStatus.ACTIVE,
    )
)


def card_by_token(session: Session, token: str) -> CardInfo:
    """The card with this number, of whichever village and state; raises CardUnknown."""
    session.flush()  # one that was issued or ended in this very transaction
    found = _BY_TOKEN.first(session, token=token)
    if found is None:
        raise CardUnknown
    return card_info(found)


def card(session: Session, village_id: int, card_id: int) -> CardInfo:
    """The card with this village-local number; raises CardUnknown."""
    found = session.get(Card, (village_id, card_id))
    if found is None:
        raise CardUnknown
    return card_info(found)


def require_usable(info: CardInfo) -> None:
    """Raise CardLost or CardReplaced unless the card works."""
    if info.state == CardState.LOST:
        raise CardLost
    if info.state == CardState.REPLACED:
        raise CardReplaced


def active_cards(session: Session, village_id: int) -> dict[int, CardInfo]:
    """Every working card of the village, by household."""
    found = session.exec(
        select_rows(Card).where(Card.village_id == village_id, Card.state == CardState.ACTIVE)
    )
    return {one.household_id: card_info(one) for one in found}


def active_card(session: Session, village_id: int, household: HouseholdInfo) -> CardInfo:
    """The working card of one household; raises NoCard."""
    found = session.exec(
        select_rows(Card).where(
            Card.village_id == village_id,
            Card.household_id == household.id,
            Card.state == CardState.ACTIVE,
        )
    ).first()
    if found is None:
        raise NoCard(household=household.spoken)
    return card_info(found)


def cards_of(session: Session, village_id: int, household_id: int) -> list[CardInfo]:
    """All cards a household ever had, newest first."""
    found = session.exec(
        select_rows(Card)
        .where(Card.village_id == village_id, Card.household_id == household_id)
        .order_by(col(Card.id).desc())
    )
    return [card_info(one) for one in found]


def card_rows(
    session: Session, village_id: int, *, typed: str = "", group_id: int | None = None
) -> list[CardRow]:
    """Households that take part and fit what was typed, in walking order, with their cards."""
    known = active_cards(session, village_id)
    households = listed_households(session, village_id, typed=typed, group_id=group_id)
    return [CardRow(one, known.get(one.id)) for one in households if not one.moved]


def card_counts(session: Session, village_id: int) -> tuple[int, int]:
    """How many households take part, and how many of them have no card that works."""
    session.flush()
    counts = _COUNTS.rows(session, village=village_id)[0]
    return counts.households, counts.without


def payload(address: str, token: str) -> str:
    """What the QR says: the public page's address, or the bare number where there is none.

    Upper case, so that the QR's denser alphanumeric mode can hold it.
    """
    return f"{address.upper()}/C/{token}" if address else token


def card_faces(session: Session, village_id: int, household_ids: Collection[int]) -> list[CardFace]:
    """What is printed for these households, in walking order; those without a card are left out."""
    village = village_info(session, village_id)
    known = active_cards(session, village_id)
    wanted = set(household_ids)
    return [
        _face(village, one, known[one.id])
        for one in all_households(session, village_id, active_only=False)
        if one.id in wanted and one.id in known
    ]


def masked(head: str) -> str:
    """A name for eyes that may be a stranger's: the surname alone, 王** or 司马**."""
    return head if head == ERASED else f"{surname(head)}**"


def masked_member(name: str) -> str:
    """A member of the family as the family knows them, and a finder hardly: 杜*妹, 杜*."""
    own = surname(name)
    last = name[-1] if len(name) > len(own) + 1 else ""
    return f"{own}*{last}"


def _face(village: Any, household: HouseholdInfo, info: CardInfo) -> CardFace:
    return CardFace(
        village=village.name,
        town=village.town,
        head=household.head,
        household=household.spoken,
        token=info.token,
        payload=payload(village.settings[PUBLIC_ADDRESS], info.token),
        slogan=village.settings[SLOGAN],
        note=_("遗失请到村委会挂失补办，本卡不可买卖、转让"),
    )


def card_info(found: Any) -> CardInfo:
    """A card's row as the rest of the house knows it."""
    return CardInfo(
        id=found.id,
        village_id=found.village_id,
        household_id=found.household_id,
        token=found.token,
        state=found.state,
        issued_at=found.issued_at,
        ended_at=found.ended_at,
        prints=found.prints,
        has_pin=found.pin_hash is not None,
    )
