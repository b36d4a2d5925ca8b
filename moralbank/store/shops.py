"""Opening shops, changing what is known of them, and saying who keeps which."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session

from moralbank import audit
from moralbank.access.permissions import Role
from moralbank.access.queries import UserRow, users_of
from moralbank.audit import Actor
from moralbank.errors import NotFound, Refused
from moralbank.i18n import mark
from moralbank.ledger.accounts import open_accounts
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import lock, take_number
from moralbank.money import yuan
from moralbank.settlements.models import Settlement, SettlementState
from moralbank.store.goods import TextMissing, TextTooLong
from moralbank.store.keeping import NoShop, shop, shops
from moralbank.store.models import Shop, ShopKeeper, ShopKind

LONGEST: Final = 40
"""Of a name and of a contact, in characters: their columns' width."""
_keepers = ShopKeeper.__table__  # type: ignore[attr-defined]
_settlements = Settlement.__table__  # type: ignore[attr-defined]


class ShopNameTaken(Refused):
    """Two shops of one name: nobody could tell their slips apart."""

    text = mark("村里已经有一家“%(name)s”，请换个名字")
    code = "shop_name_taken"


class KindStays(Refused):
    """What a shop gave out is settled before its kind changes: the kind says what is to be paid."""

    text = mark("“%(name)s”还有 %(yuan)s 元没有结算，先结清再改")
    code = "shop_kind_stays"


class KeeperUnknown(NotFound):
    """Only a shopkeeper of the village keeps a shop."""

    text = mark("村里没有这位店长，请先在“用户”里添加")
    code = "keeper_unknown"


@dataclass(frozen=True)
class NewShop:
    """What may be said of a shop; `contract_until` is the last day of its contract."""

    name: str
    kind: ShopKind = ShopKind.CONTRACT
    contact: str = ""
    contract_until: date | None = None


def add_shop(session: Session, actor: Actor, wanted: NewShop) -> Shop:
    """Open a shop with its account, and without any goods.

    Where it is the village's second, shopkeepers who kept the only one keep it by name from now
    on, so that none of them stands without a shop. Raises TextMissing, TextTooLong,
    ShopNameTaken.
    """
    lock(session, actor.village_id)
    wanted = _checked(session, actor.village_id, wanted, None)
    _name_keepers(session, actor.village_id)
    made = Shop(
        village_id=actor.village_id,
        id=take_number(session, actor.village_id, "shop"),
        **asdict(wanted),
    )
    session.add(made)
    session.flush()
    owner = [(AccountKind.SHOP_ACCEPTED, made.id)]
    open_accounts(session, actor.village_id, owner, actor=actor.user_id)
    audit.record(session, actor, "store.add_shop", made.name, **asdict(wanted))
    return made


def edit_shop(session: Session, actor: Actor, shop_id: int, wanted: NewShop) -> Shop:
    """Change what is known of a shop; its slips and its account stay.

    Raises NoShop, KindStays, and what `add_shop` does.
    """
    lock(session, actor.village_id)
    found = session.get(Shop, (actor.village_id, shop_id))
    if found is None:
        raise NoShop
    wanted = _checked(session, actor.village_id, wanted, shop_id)
    if wanted.kind != found.kind:
        _require_settled(session, found)
    changed = {
        name: [getattr(found, name), value]
        for name, value in asdict(wanted).items()
        if getattr(found, name) != value
    }
    for name, (_was, value) in changed.items():
        setattr(found, name, value)
    session.add(found)
    session.flush()
    if changed:
        audit.record(session, actor, "store.edit_shop", found.name, changed=changed)
    return found


def appoint(session: Session, actor: Actor, user_id: int, shop_id: int) -> None:
    """Say which shop a shopkeeper keeps from now on. Raises KeeperUnknown, NoShop."""
    lock(session, actor.village_id)
    wanted = shop(session, actor.village_id, shop_id)
    who = {one.id: one for one in shopkeepers(session, actor.village_id)}.get(user_id)
    if who is None:
        raise KeeperUnknown
    session.connection().execute(
        delete(_keepers).where(
            _keepers.c.village_id == actor.village_id, _keepers.c.user_id == user_id
        )
    )
    row = {"village_id": actor.village_id, "user_id": user_id, "shop_id": shop_id}
    session.connection().execute(insert(_keepers), row)
    audit.record(session, actor, "store.appoint", who.name, shop=wanted.name)


def _checked(session: Session, village_id: int, wanted: NewShop, shop_id: int | None) -> NewShop:
    """The shop, trimmed, when all is well with it."""
    name, contact = wanted.name.strip(), wanted.contact.strip()
    if not name:
        raise TextMissing(field="name")
    for field, said in (("name", name), ("contact", contact)):
        if len(said) > LONGEST:
            raise TextTooLong(field=field, n=LONGEST)
    if any(one.name == name and one.id != shop_id for one in shops(session, village_id)):
        raise ShopNameTaken(field="name", name=name)
    # The village's own shop has no contract that could end.
    until = wanted.contract_until if wanted.kind == ShopKind.CONTRACT else None
    return NewShop(name, wanted.kind, contact, until)


def _require_settled(session: Session, of: Shop) -> None:
    """Raise KindStays where the shop has an open claim, or a settlement on its way."""
    claim = account_of(session, of.village_id, AccountKind.SHOP_ACCEPTED, of.id).amount
    on_its_way = session.connection().scalar(
        select(func.coalesce(func.sum(_settlements.c.amount_fen), 0)).where(
            _settlements.c.village_id == of.village_id,
            _settlements.c.shop_id == of.id,
            _settlements.c.state.not_in((SettlementState.PAID, SettlementState.DROPPED)),
        )
    )
    open_fen = max(claim, int(on_its_way or 0))
    if open_fen:
        raise KindStays(field="kind", name=of.name, yuan=yuan(open_fen))


def _name_keepers(session: Session, village_id: int) -> None:
    """Write down who keeps the only shop, while it is the only one."""
    every = shops(session, village_id)
    if len(every) != 1:
        return
    kept = keepers(session, village_id)
    rows = [
        {"village_id": village_id, "user_id": one.id, "shop_id": every[0].id}
        for one in shopkeepers(session, village_id)
        if one.id not in kept
    ]
    if rows:
        session.connection().execute(insert(_keepers), rows)


def shopkeepers(session: Session, village_id: int) -> list[UserRow]:
    """The village's shopkeepers who may sign in."""
    return [
        one
        for one in users_of(session, village_id)
        if one.role == Role.SHOPKEEPER and not one.disabled
    ]


def keepers(session: Session, village_id: int) -> dict[int, int]:
    """Which shop each shopkeeper keeps, by user; the only shop's needs no word and is left out."""
    rows = session.connection().execute(
        select(_keepers.c.user_id, _keepers.c.shop_id).where(_keepers.c.village_id == village_id)
    )
    return {row.user_id: row.shop_id for row in rows}
