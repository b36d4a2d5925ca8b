"""Whose shop is whose: a shopkeeper sees and changes their own alone."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import and_, bindparam, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.errors import Denied, NotFound, Refused
from moralbank.i18n import mark
from moralbank.prepared import Prepared
from moralbank.store.models import Shop, ShopKeeper, ShopKind

KIND_LABELS: Final = {ShopKind.VILLAGE: mark("村办超市"), ShopKind.CONTRACT: mark("签约店")}

_shops = Shop.__table__  # type: ignore[attr-defined]
_keepers = ShopKeeper.__table__  # type: ignore[attr-defined]

# Asked at every redemption, so built once.
_SHOPS: Final = Prepared(
    select(_shops).where(_shops.c.village_id == bindparam("village")).order_by(_shops.c.id)
)
_SHOPS_FOR: Final = Prepared(
    select(_shops, _keepers.c.user_id.label("keeper"))
    .join(
        _keepers,
        and_(
            _keepers.c.village_id == _shops.c.village_id,
            _keepers.c.shop_id == _shops.c.id,
            _keepers.c.user_id == bindparam("user"),
        ),
        isouter=True,
    )
    .where(_shops.c.village_id == bindparam("village"))
    .order_by(_shops.c.id)
)


class NoShop(NotFound):
    """The village has no shop (of this number)."""

    text = mark("这个村还没有积分超市")
    code = "no_shop"


class ShopNotChosen(Refused):
    """Several shops, and nobody said which of them this shopkeeper keeps."""

    text = mark("村里有几家店，还没有定您管哪一家。请管理员在“超市—店铺”里定好")
    code = "shop_not_chosen"


class NotYourShop(Denied):
    """A shopkeeper acts for their own shop alone."""

    text = mark("这是“%(name)s”的，您管的不是这一家")
    code = "not_your_shop"


@dataclass(frozen=True)
class ShopInfo:
    """A shop as pages and slips speak of it."""

    id: int
    name: str
    kind: ShopKind
    contact: str
    contract_until: date | None

    @property
    def ended(self) -> bool:
        """Whether its contract is over."""
        return self.contract_until is not None and self.contract_until < clock.today()


@dataclass(frozen=True)
class ShopChoice:
    """The shop that a page is about, and all that its reader may turn to; one alone is no choice.

    `kept` is what a link carries, so that the next page is about the same shop.
    """

    shop: ShopInfo
    others: tuple[ShopInfo, ...]

    @property
    def kept(self) -> dict[str, int]:
        """The address's part that names the shop; empty where there is nothing to choose."""
        return {"shop": self.shop.id} if self.others else {}


def shops(session: Session, village_id: int) -> list[ShopInfo]:
    """The village's shops, the oldest first."""
    return [_info(row) for row in _SHOPS.rows(session, village=village_id)]


def shop(session: Session, village_id: int, shop_id: int) -> ShopInfo:
    """One shop; raises NoShop, also for another village's."""
    for one in shops(session, village_id):
        if one.id == shop_id:
            return one
    raise NoShop


def shop_for(session: Session, actor: Actor, wanted: int | None = None) -> ShopInfo:
    """The shop that an actor means: a shopkeeper's own; anybody else's is `wanted` or the first.

    Raises NoShop, ShopNotChosen, and NotYourShop where a shopkeeper wants another one.
    """
    if actor.role == Role.SHOPKEEPER:
        return _own(session, actor, wanted)
    for one in shops(session, actor.village_id):
        if wanted in {None, one.id}:
            return one
    raise NoShop


def shop_choice(session: Session, actor: Actor, wanted: int | None = None) -> ShopChoice:
    """The shop as `shop_for` finds it, with what else may be chosen; raises as that does."""
    found = shop_for(session, actor, wanted)
    every = shops(session, actor.village_id) if actor.role != Role.SHOPKEEPER else []
    return ShopChoice(found, tuple(every) if len(every) > 1 else ())


def _info(row: Any) -> ShopInfo:
    return ShopInfo(row.id, row.name, ShopKind(row.kind), row.contact, row.contract_until)


def _own(session: Session, actor: Actor, wanted: int | None) -> ShopInfo:
    rows = _SHOPS_FOR.rows(session, village=actor.village_id, user=actor.user_id)
    every = [_info(row) for row in rows]
    if not every:
        raise NoShop
    kept = next((row.id for row in rows if row.keeper is not None), None)
    if kept is None and len(every) > 1:
        raise ShopNotChosen
    own = next(one for one in every if kept in {None, one.id})
    if wanted in {None, own.id}:
        return own
    other = next((one for one in every if one.id == wanted), None)
    if other is None:
        raise NoShop
    raise NotYourShop(name=other.name)
