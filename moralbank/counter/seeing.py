"""Who sees which slips and refunds: a shopkeeper their own shop's alone, others all shops'."""

from dataclasses import dataclass

from sqlmodel import Session

from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.counter.queries import SlipInfo, slip
from moralbank.counter.refunds import RefundInfo, refund
from moralbank.store.keeping import NoShop, ShopInfo, shop_for, shops


@dataclass(frozen=True)
class ShownShops:
    """Whose slips a list shows (`shop_id`; None: all shops') and all that its reader may turn to.

    `others` is empty where there is nothing to choose: for shopkeepers, and in a village with
    one shop.
    """

    shop_id: int | None
    others: tuple[ShopInfo, ...]

    @property
    def kept(self) -> dict[str, int]:
        """The address's part that names the shop; empty where none was chosen."""
        return {"shop": self.shop_id} if self.others and self.shop_id is not None else {}


def shown_shops(session: Session, actor: Actor, wanted: int | None = None) -> ShownShops:
    """The shops whose slips this person sees: a shopkeeper's own; else `wanted`, or all.

    Raises NoShop, ShopNotChosen, and NotYourShop where a shopkeeper wants another one.
    """
    if actor.role == Role.SHOPKEEPER:
        return ShownShops(shop_for(session, actor, wanted).id, ())
    every = shops(session, actor.village_id)
    if wanted is not None and wanted not in {one.id for one in every}:
        raise NoShop
    return ShownShops(wanted, tuple(every) if len(every) > 1 else ())


def shown_slip(session: Session, actor: Actor, slip_id: int) -> SlipInfo:
    """A slip that this person may see.

    Raises SlipUnknown, ShopNotChosen, and NotYourShop to another shop's keeper.
    """
    found = slip(session, actor.village_id, slip_id)
    _require_seen(session, actor, found.shop_id)
    return found


def shown_refund(session: Session, actor: Actor, refund_id: int) -> RefundInfo:
    """A refund that this person may see.

    Raises RefundUnknown, ShopNotChosen, and NotYourShop to another shop's keeper.
    """
    found = refund(session, actor.village_id, refund_id)
    _require_seen(session, actor, found.shop_id)
    return found


def _require_seen(session: Session, actor: Actor, shop_id: int) -> None:
    if actor.role == Role.SHOPKEEPER:
        shop_for(session, actor, shop_id)
