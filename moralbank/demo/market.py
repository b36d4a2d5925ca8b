"""What happens in the demo's two shops: goods and people come, days close, shelves are counted."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.cards.queries import CardInfo, active_cards
from moralbank.counter.closing import close_day, day_figures
from moralbank.counter.models import Proof
from moralbank.counter.queries import slip
from moralbank.counter.refunding import refund
from moralbank.counter.service import Redeem, redeem
from moralbank.demo.packshots import packshot
from moralbank.demo.town import Village, at
from moralbank.demo.trade import (
    cost_of,
    draw_cart,
    draw_collector,
    keeps_for,
    take,
    tally,
    wanted_stock,
)
from moralbank.households.queries import members_of
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import Balance, balances, rate_on
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach, keep
from moralbank.store.counting import Tally, open_count, post_count, type_in
from moralbank.store.goods import ProductDetails, add_product
from moralbank.store.keeping import shop_for, shops
from moralbank.store.models import ShopKind
from moralbank.store.queries import ProductInfo, products
from moralbank.store.service import ReceivedLine, Receiving, receive, waste
from moralbank.store.shops import NewShop, add_shop, appoint

_FAIR_DAY: Final = 15
_CUSTOMERS: Final = 0.0094
_CUSTOMERS_AT_FAIR: Final = 0.075
"""Customers of a day, as a part of all households."""
_LEAST_POINTS: Final = 6
"""Nobody comes to the shop with less."""
_BY_CARD: Final = 0.85
_REFUNDED: Final = 0.02
_SPOILED: Final = 0.3
_COUNTED_EVERY: Final = 60
_COUNTED_BEFORE: Final = 7
_WASTED_BEFORE: Final = frozenset({21, 83, 140})
_LARGE_ROUND: Final = 100
"""Points from which the village asks for a PIN or a signature."""


def open_private_shop(session: Session, village: Village, keeper: Actor) -> None:
    """The village's second shop: under contract, with a keeper and goods of its own."""
    admin, private = village.actors[Role.ADMIN], village.material.private_shop
    until = clock.today() + timedelta(days=365)
    wanted = NewShop(private.name, ShopKind.CONTRACT, private.contact, until)
    shop = add_shop(session, admin, wanted)
    appoint(session, admin, keeper.user_id, shop.id)
    for one in private.goods:
        details = ProductDetails(
            name=one.name,
            price_fen=one.price_fen,
            category=one.category,
            unit=one.unit,
            spec=one.spec,
        )
        add_product(session, keeper, one.sku, details)


def show_goods(session: Session, village: Village) -> None:
    """Give every product its picture."""
    for keeper in village.keepers:
        for one in products(session, village.id, shop_for(session, keeper).id):
            picture = packshot(one.name, one.unit, one.category)
            photo = keep(session, keeper, village.photos, picture)
            attach(session, village.id, [photo], PhotoSubject.PRODUCT, one.id)


def restock(session: Session, village: Village, note: str) -> None:
    """Write off what has expired and fill up what has run low, in both shops."""
    for keeper in village.keepers:
        shelf = products(session, village.id, shop_for(session, keeper).id)
        expired = {one.id: one.expired for one in shelf if one.expired}
        if expired:
            words = village.material.words.expired
            waste(session, keeper, village.request_id(), expired, words)
        missing = wanted_stock(shelf, village.material.shelves)
        if missing:
            _receive(session, village, keeper, {one.id: one for one in shelf}, missing, note)


def _receive(
    session: Session,
    village: Village,
    keeper: Actor,
    goods: Mapping[int, ProductInfo],
    missing: Mapping[int, int],
    note: str,
) -> None:
    lines = {
        number: ReceivedLine(
            pieces,
            cost_of(village.draw, goods[number].price_fen),
            keeps_for(village.draw, goods[number].category, clock.today()),
        )
        for number, pieces in missing.items()
    }
    supplier = village.draw.choice(village.material.words.suppliers)
    number = f"{clock.today():%m%d}{village.draw.randrange(100):02d}"
    receive(session, keeper, village.request_id(), Receiving(lines, supplier, number, note))


def trade(session: Session, village: Village, day: date) -> None:
    """People come to the shops, many on the fair day; what was wrong comes back; the day ends."""
    purses = balances(session, village.id, AccountKind.HOUSEHOLD_POINTS)
    rate = rate_on(session, village.id, day)
    with at(day, 9):
        shelves = {
            keeper.user_id: {
                one.id: one for one in products(session, village.id, shop_for(session, keeper).id)
            }
            for keeper in village.keepers
        }
    cards = active_cards(session, village.id)
    slips = []
    for number, household in enumerate(_customers(village, purses, day)):
        keeper = _chosen(village)
        purse = int(purses[household].amount * rate * village.draw.uniform(0.35, 0.95))
        goods = shelves[keeper.user_id]
        cart = draw_cart(village.draw, goods, purse)
        if cart:
            take(goods, cart)
            worth = sum(goods[one].price_fen * pieces for one, pieces in cart.items())
            with at(day, 9, 10, after=7 * number):
                made = _redeem(session, village, keeper, household, cart, cards, worth // rate)
            slips.append((keeper, made))
    for keeper, number in slips:
        if village.draw.random() < _REFUNDED:
            with at(day, 14, 30):
                _take_back(session, village, keeper, number)
    close_days(session, village, day)


def _chosen(village: Village) -> Actor:
    own, private = village.keepers
    return private if village.draw.random() < village.material.private_shop.share else own


def _customers(village: Village, purses: Mapping[int, Balance], day: date) -> list[int]:
    """Who comes: the more points, the likelier, and each household once a day."""
    share = _CUSTOMERS_AT_FAIR if day.day == _FAIR_DAY else _CUSTOMERS
    expected = share * len(village.zeal)
    count = int(expected) + (village.draw.random() < expected % 1)
    able = [one for one in sorted(village.zeal) if purses[one].amount >= _LEAST_POINTS]
    if not able:
        return []
    weights = [purses[one].amount for one in able]
    return list(dict.fromkeys(village.draw.choices(able, weights, k=count)))


def _redeem(
    session: Session,
    village: Village,
    keeper: Actor,
    household: int,
    cart: dict[int, int],
    cards: Mapping[int, CardInfo],
    points: int,
) -> int:
    """Most show their card; some are found by name, and some send somebody."""
    shown = cards.get(household) if village.draw.random() < _BY_CARD else None
    family = members_of(session, village.id, household)
    collector, relation = draw_collector(village.draw, family, village.material.words.collectors)
    wanted = Redeem(
        household,
        shown.id if shown else None,
        cart,
        collector,
        relation,
        proof=Proof.PIN if points > _LARGE_ROUND else Proof.NONE,
    )
    return redeem(session, keeper, village.request_id(), wanted)


def _take_back(session: Session, village: Village, keeper: Actor, number: int) -> None:
    """One line of a slip comes back, now and then spoiled."""
    line = village.draw.choice(slip(session, village.id, number).lines)
    spoiled = village.draw.random() < _SPOILED
    reason = village.draw.choice(village.material.words.returns)
    refund(session, keeper, village.request_id(), number, {line.line: spoiled}, reason)


def close_days(session: Session, village: Village, day: date) -> None:
    """In the evening each keeper counts the slips, and they are what the books say."""
    by_shop = dict(
        zip((one.id for one in shops(session, village.id)), village.keepers, strict=True)
    )
    for shop_id, keeper in by_shop.items():
        with at(day, 18, 5):
            found = day_figures(session, village.id, shop_id, day)
            if found.slips or found.refunds:
                counted = (found.slips, found.total_fen)
                close_day(session, keeper, village.request_id(), day, *counted)


def look_after_shelves(session: Session, village: Village, day: date, left: int) -> None:
    """Now and then something is written off, and every two months the shelf is counted."""
    keeper = village.keepers[0]
    shelf = products(session, village.id, shop_for(session, keeper).id)
    if left in _WASTED_BEFORE:
        spoiled = village.draw.choice([one for one in shelf if one.unit == "袋" and one.stock])
        with at(day, 18, 20):
            words = village.material.words.spoiled
            waste(session, keeper, village.request_id(), {spoiled.id: 1}, words)
    if left % _COUNTED_EVERY == _COUNTED_BEFORE:
        with at(day, 18, 30):
            _count(session, village, keeper, shelf)


def _count(session: Session, village: Village, keeper: Actor, shelf: list[ProductInfo]) -> None:
    note = village.material.words.counted
    count = open_count(session, keeper, village.request_id(), note=note)
    found = tally(village.draw, {one.id: one.stock for one in shelf})
    type_in(session, keeper, count, {number: Tally(pieces) for number, pieces in found.items()})
    post_count(session, keeper, village.request_id(), count)
