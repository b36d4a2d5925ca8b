"""The counter's page between scan and confirmation: who is there, the shelves, the cart."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.cards.queries import NoCard, active_card, card
from moralbank.counter.forms import Cart
from moralbank.counter.judging import not_today
from moralbank.counter.limits import Allowance, allowance
from moralbank.counter.reckoning import Reckoning, affordable_fen
from moralbank.counter.service import MOST_PIECES, CreditInvalid
from moralbank.fund.old_points import LapseAhead, lapse_ahead
from moralbank.households.pinyin import initials
from moralbank.households.queries import HouseholdInfo, MemberInfo, household, members_of
from moralbank.i18n import _, mark
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import accounts_of, rate_on
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, photos_of
from moralbank.store.keeping import ShopInfo, shop_for
from moralbank.store.models import LimitPeriod
from moralbank.store.prices import points_for
from moralbank.store.queries import ProductInfo, products

_MAY_TAKE: Final = {
    LimitPeriod.DAY: mark("今天还可拿 %(n)s %(unit)s"),
    LimitPeriod.MONTH: mark("本月还可拿 %(n)s %(unit)s"),
    LimitPeriod.QUARTER: mark("本季度还可拿 %(n)s %(unit)s"),
    LimitPeriod.YEAR: mark("今年还可拿 %(n)s %(unit)s"),
}
_TAKEN: Final = {
    LimitPeriod.DAY: mark("今天拿满了"),
    LimitPeriod.MONTH: mark("本月拿满了"),
    LimitPeriod.QUARTER: mark("本季度拿满了"),
    LimitPeriod.YEAR: mark("今年拿满了"),
}


@dataclass(frozen=True)
class Customer:
    """A household at the counter: points, fen of credit, fen a point is worth today."""

    household: HouseholdInfo
    points: int
    credit_fen: int
    rate_fen: int

    @property
    def affordable_fen(self) -> int:
        """Fen of goods it can take."""
        return affordable_fen(self.points, self.credit_fen, self.rate_fen)


@dataclass(frozen=True)
class Tile:
    """A product at the counter: its price in points, and what was typed beside it.

    `short` points are lacking for one piece, `left` pieces are what its limit still allows the
    household (None: no limit).
    """

    product: ProductInfo
    points: int
    short: int
    left: int | None
    typed: str

    @property
    def known(self) -> str:
        """What the search box finds it by, in lower case: name, size, SKU, pinyin initials."""
        info = self.product
        words = (info.name, info.spec, info.category, info.sku, info.barcode, initials(info.name))
        return " ".join(words).lower()

    @property
    def pieces(self) -> int:
        """The quantity, 0 where none (or nothing readable) was typed."""
        return int(self.typed) if self.typed.isdecimal() else 0

    @property
    def most(self) -> int:
        """How many pieces can be taken at once."""
        sellable = self.product.sellable
        return min(sellable if self.left is None else min(self.left, sellable), MOST_PIECES)

    @property
    def note(self) -> str:
        """What stands at its foot: how many there are, or why there is none to be had."""
        info = self.product
        if not info.sellable:
            return _("已过期，请先报损") if info.expired else _("没有货了")
        if self.left == 0:
            return _(_TAKEN[info.limit_period])
        return _("剩 %(n)s %(unit)s", n=info.sellable, unit=info.unit)

    @property
    def limit(self) -> str:
        """How many pieces its limit still allows; empty where it has none, or there is none."""
        if not self.left or not self.product.sellable:
            return ""
        info = self.product
        return _(_MAY_TAKE[info.limit_period], n=self.left, unit=info.unit)

    @property
    def why_no_more(self) -> str:
        """What stands against more than `most` pieces: the limit, or what there is."""
        by_limit = self.left is not None and self.left <= self.product.sellable
        return self.limit if by_limit and self.limit else self.note


@dataclass(frozen=True)
class Standing:
    """What the counter knows of a household besides its books: face, family, PIN, warning."""

    members: list[MemberInfo]
    photo: PhotoInfo | None
    has_pin: bool
    lapse: LapseAhead | None


@dataclass(frozen=True)
class Basket:
    """Everything the page shows about one customer and their cart."""

    customer: Customer
    standing: Standing
    shop: ShopInfo
    allowance: Allowance
    shelves: list[tuple[str, list[Tile]]]
    credit_most: int | None

    @property
    def wants_too_much_credit(self) -> bool:
        """Whether more credit was asked for than there is: then all of it is used."""
        return (self.credit_most or 0) > self.customer.credit_fen

    @property
    def chosen(self) -> list[Tile]:
        """The tiles in the cart."""
        return [tile for _name, tiles in self.shelves for tile in tiles if tile.pieces]

    @property
    def pieces(self) -> int:
        """How many pieces are in the cart."""
        return sum(tile.pieces for tile in self.chosen)

    @property
    def reckoning(self) -> Reckoning:
        """What the cart costs this customer."""
        return Reckoning(
            total_fen=sum(tile.product.price_fen * tile.pieces for tile in self.chosen),
            rate_fen=self.customer.rate_fen,
            points_before=self.customer.points,
            credit_before=self.customer.credit_fen,
            credit_most=self.credit_most,
        )

    @property
    def usable_points(self) -> int:
        """The points that may be used today: those there are, as far as limits allow."""
        left = self.allowance.points_left
        return self.customer.points if left is None else min(self.customer.points, left)

    @property
    def affordable_fen(self) -> int:
        """Fen of goods that can be taken today."""
        return affordable_fen(self.usable_points, self.customer.credit_fen, self.customer.rate_fen)

    @property
    def over(self) -> int:
        """How many points the cart uses beyond those; 0 when it fits."""
        return max(0, self.reckoning.points_used - self.usable_points)

    @property
    def needs_proof(self) -> bool:
        """Whether the cart as it is needs a PIN or a signature."""
        return self.allowance.needs_proof(self.reckoning.points_used)

    @property
    def blocked(self) -> str:
        """Why nothing at all can be exchanged today; empty where something can."""
        day = self.allowance.next_exchange_day
        return "" if day is None else not_today(day).message

    @property
    def limits(self) -> list[str]:
        """Today's limits of this household, in plain words."""
        allowed, words = self.allowance, []
        if allowed.least_points > self.customer.points:
            lacking = allowed.least_points - self.customer.points
            words.append(
                _("满 %(least)s 分才能兑换，还差 %(n)s 分", least=allowed.least_points, n=lacking)
            )
        if allowed.day_left is not None:
            words.append(_("今天还能用 %(n)s 分", n=allowed.day_left))
        if allowed.month_left is not None:
            words.append(_("本月还能用 %(n)s 分", n=allowed.month_left))
        if allowed.proof_points:
            words.append(self._proof_words)
        return words

    @property
    def _proof_words(self) -> str:
        above = self.allowance.proof_points
        if self.standing.has_pin:
            return _("一次超过 %(n)s 分要输密码或签名", n=above)
        return _("一次超过 %(n)s 分要签名", n=above)


def customer(session: Session, village_id: int, household_id: int) -> Customer:
    """What a household has to spend today. Raises HouseholdUnknown, NoRate."""
    owner = household(session, village_id, household_id)
    points, credit = accounts_of(
        session,
        village_id,
        [
            (AccountKind.HOUSEHOLD_POINTS, household_id),
            (AccountKind.HOUSEHOLD_CREDIT, household_id),
        ],
    )
    return Customer(
        household=owner,
        points=points.amount,
        credit_fen=credit.amount,
        rate_fen=rate_on(session, village_id),
    )


def basket(session: Session, actor: Actor, cart: Cart) -> Basket:
    """The page of a household at the actor's own shop, with what was typed so far.

    Raises HouseholdUnknown, NoRate, NoShop, ShopNotChosen.
    """
    village_id = actor.village_id
    buyer = customer(session, village_id, cart.household_id)
    shop = shop_for(session, actor)
    allowed = allowance(session, village_id, cart.household_id, shop.id)
    goods = products(session, village_id, shop.id)
    tiles = [_tile(one, buyer, allowed, cart.typed) for one in goods]
    return Basket(
        customer=buyer,
        standing=_standing(session, buyer.household, village_id, cart.card_id),
        shop=shop,
        allowance=allowed,
        shelves=[(name, list(group)) for name, group in groupby(tiles, _category)],
        credit_most=_readable_credit(cart),
    )


def _standing(
    session: Session, owner: HouseholdInfo, village_id: int, card_id: int | None
) -> Standing:
    photos = photos_of(session, village_id, PhotoSubject.HOUSEHOLD, [owner.id]).get(owner.id, [])
    return Standing(
        members=members_of(session, village_id, owner.id),
        photo=photos[-1] if photos else None,
        has_pin=_has_pin(session, owner, village_id, card_id),
        lapse=lapse_ahead(session, village_id, owner.id),
    )


def _has_pin(session: Session, owner: HouseholdInfo, village_id: int, card_id: int | None) -> bool:
    if card_id is not None:
        return card(session, village_id, card_id).has_pin
    try:
        return active_card(session, village_id, owner).has_pin
    except NoCard:
        return False


def _tile(
    product: ProductInfo, buyer: Customer, allowed: Allowance, typed: Mapping[int, str]
) -> Tile:
    rest = points_for(product.price_fen - buyer.credit_fen, buyer.rate_fen)
    left = allowed.points_left
    usable = buyer.points if left is None else min(buyer.points, left)
    return Tile(
        product=product,
        points=points_for(product.price_fen, buyer.rate_fen),
        short=max(0, rest - usable),
        left=allowed.product_left.get(product.id),
        typed=typed.get(product.id, ""),
    )


def _category(tile: Tile) -> str:
    return tile.product.category


def _readable_credit(cart: Cart) -> int | None:
    """The credit to be used at most; what can't be read counts as none until it can."""
    try:
        return cart.credit_fen
    except CreditInvalid:
        return 0
