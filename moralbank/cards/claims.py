"""What a household does from its card's page: claim a deed, answer what was asked, take it back."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.awards.models import AwardSource
from moralbank.awards.queries import AwardUnknown, award
from moralbank.awards.service import RecordAward, record, submit, withdraw
from moralbank.cards import queries
from moralbank.cards.queries import CardInfo, masked, require_usable
from moralbank.errors import Refused
from moralbank.households.queries import household
from moralbank.i18n import _, in_the_villages_language, mark
from moralbank.scheme.queries import Item, ItemUnknown, scheme_on

HOUSEHOLD: Final = "household"
"""The role of somebody at a card's page; it has no permission at all."""


class ItemRetired(Refused):
    """The item was struck from the scheme, perhaps while the form was open."""

    text = mark("这一项已经从积分细则里取消了，请另选一项")
    code = "item_retired"


class ItemNotThen(Refused):
    """The scheme in force on the deed's day didn't have the item yet, or no more."""

    text = mark("%(day)s 那天的积分细则里没有“%(item)s”，请改日期或另选一项")
    code = "item_not_then"


@dataclass(frozen=True)
class Claim:
    """What a household says it has done.

    `points_each` counts only where the item has levels; where it leaves a range the least is
    claimed, and the review gives more. `member_id` 0 is the family as a whole.
    """

    item: int
    points_each: int | None
    quantity: int
    deed_on: date
    note: str
    member_id: int
    photos: tuple[int, ...] = ()


def claimant(session: Session, card: CardInfo, device: str) -> Actor:
    """The household as the one who acts: nobody's user, hardly a name."""
    owner = household(session, card.village_id, card.household_id)
    return Actor(card.village_id, 0, masked(owner.head), HOUSEHOLD, device)


def make(
    session: Session, actor: Actor, card: CardInfo, request_id: str, claim: Claim, again: int = 0
) -> int:
    """Claim a deed, or answer with `again` what was asked about one; gives back its number.

    Raises CardLost, CardReplaced, ItemRetired, ItemNotThen, AwardUnknown, and what
    `awards.service.record` and `submit` raise.
    """
    require_usable(queries.card(session, card.village_id, card.id))
    wanted = RecordAward(
        household_id=card.household_id,
        item=claim.item,
        quantity=claim.quantity,
        points_each=_points_each(_item(session, card.village_id, claim), claim),
        deed_on=claim.deed_on,
        note=claim.note,
        member_id=claim.member_id,
        source=AwardSource.HOUSEHOLD,
        photos=claim.photos,
    )
    if not again:
        return record(session, actor, request_id, wanted)
    require_own(session, card, again)
    return submit(session, actor, request_id, again, wanted, household_id=card.household_id)


def take_back(session: Session, actor: Actor, card: CardInfo, award_id: int) -> None:
    """Take back one's own claim while it waits; raises AwardUnknown, AlreadyDecided."""
    require_usable(queries.card(session, card.village_id, card.id))
    require_own(session, card, award_id)
    with in_the_villages_language():
        reason = _("本户撤回")
    withdraw(session, actor, award_id, reason, household_id=card.household_id)


def require_own(session: Session, card: CardInfo, award_id: int) -> None:
    """Raise AwardUnknown unless this household claimed the deed itself, from its card's page."""
    found = award(session, card.village_id, award_id)
    if found.household_id != card.household_id or found.source is not AwardSource.HOUSEHOLD:
        raise AwardUnknown(id=award_id)


def _item(session: Session, village_id: int, claim: Claim) -> Item:
    """The item by the scheme of the deed's day; raises ItemRetired, ItemNotThen."""
    try:
        return scheme_on(session, village_id, claim.deed_on).item(claim.item)
    except ItemUnknown:
        pass
    try:
        now = scheme_on(session, village_id, clock.today()).item(claim.item)
    except ItemUnknown as error:
        raise ItemRetired(field="item") from error
    raise ItemNotThen(field="deed_on", day=claim.deed_on.isoformat(), item=now.name)


def _points_each(item: Item, claim: Claim) -> int | None:
    if item.levels:
        return claim.points_each
    return item.points_min if item.has_range else None
