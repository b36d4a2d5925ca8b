"""Changing goods, stock and the rate. Stock changes only by a move that says why."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import Session, select

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger.accounts import open_accounts
from moralbank.ledger.models import AccountKind
from moralbank.ledger.rates import set_rate as set_ledger_rate
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_number, take_numbers
from moralbank.paths import SEEDS
from moralbank.store.keeping import shop_for
from moralbank.store.models import MoveKind, Product, Shop
from moralbank.store.moving import Arrival, Paper, put, take
from moralbank.store.queries import ProductUnknown, products_by_id

HIGHEST_PRICE: Final = 1_000_000
"""Fen: 10,000 yuan."""
MOST_RECEIVED: Final = 100_000
LONGEST_NOTE: Final = 80
LONGEST: Final = {"name": 40, "spec": 20, "unit": 8, "category": 20}
_SKU: Final = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,19}", re.ASCII)
_BARCODE_LENGTHS: Final = {8, 12, 13, 14}


class SkuInvalid(Invalid):
    """A SKU is 1 to 20 Latin letters, digits, dots and dashes."""

    text = mark("货号不对：1 到 20 个字母、数字、点或短横，如 OIL-5L")
    code = "sku_invalid"


class SkuTaken(Refused):
    """Another product has this SKU."""

    text = mark("货号“%(sku)s”已经用在“%(name)s”上")
    code = "sku_taken"


class BarcodeInvalid(Invalid):
    """A barcode is a GTIN of 8, 12, 13 or 14 digits with its check digit (GS1 specification)."""

    text = mark("条码不对：请照包装上的数字核对（8 位或 13 位），没有就留空")
    code = "barcode_invalid"


class BarcodeTaken(Refused):
    """Another product has this barcode."""

    text = mark("这个条码已经用在“%(name)s”上")
    code = "barcode_taken"


class TextMissing(Invalid):
    """Name, unit and category must be given."""

    text = mark("请填写这一项")
    code = "text_missing"


class TextTooLong(Invalid):
    """A text is longer than its column."""

    text = mark("太长：最多 %(n)s 个字")
    code = "text_too_long"


class PriceInvalid(Invalid):
    """A price is 0.01 to 10,000 yuan."""

    text = mark("价格不对：须在 0.01 元到 10000 元之间")
    code = "price_invalid"


class QuantityInvalid(Invalid):
    """Stock is received in whole pieces, 1 to 100,000 of each product."""

    text = mark("进货数量不对：每种须是 1 到 100000 的整数")
    code = "receive_quantity_invalid"


class NothingReceived(Invalid):
    """A receipt names at least one product."""

    text = mark("还没有填写进货数量")
    code = "nothing_received"


@dataclass(frozen=True, kw_only=True)
class ProductDetails:
    """What may be changed about a product; see `ProductInfo`."""

    name: str
    price_fen: int
    category: str
    unit: str = "件"
    spec: str = ""
    barcode: str = ""


def open_shop(session: Session, actor: Actor) -> Shop:
    """Open the village's shop with its account, its rate from today, and goods without stock."""
    seed = tomllib.loads((SEEDS / "products.toml").read_text(encoding="utf-8"))
    shop = Shop(
        village_id=actor.village_id,
        id=take_number(session, actor.village_id, "shop"),
        name=seed["shop"]["name"],
    )
    session.add(shop)
    session.flush()
    owner = [(AccountKind.SHOP_ACCEPTED, shop.id)]
    open_accounts(session, actor.village_id, owner, actor=actor.user_id)
    set_rate(session, actor, seed["shop"]["rate_fen"], clock.today(), seed["shop"]["resolution"])
    numbers = take_numbers(session, actor.village_id, "product", len(seed["products"]))
    for number, row in zip(numbers, seed["products"], strict=True):
        sku = row.pop("sku")
        session.add(_product(actor.village_id, shop.id, number, sku, ProductDetails(**row)))
    session.flush()
    audit.record(session, actor, "store.open", shop.name, products=len(numbers))
    return shop


def add_product(session: Session, actor: Actor, sku: str, details: ProductDetails) -> Product:
    """Put a new product on the shelf, without stock.

    Raises SkuInvalid, SkuTaken, BarcodeInvalid, BarcodeTaken, TextMissing, TextTooLong,
    PriceInvalid.
    """
    shop = shop_for(session, actor)
    lock(session, actor.village_id)
    sku = unicodedata.normalize("NFKC", sku).strip().upper()
    if not _SKU.fullmatch(sku):
        raise SkuInvalid(field="sku")
    other = _one(session, actor.village_id, sku=sku)
    if other is not None:
        raise SkuTaken(field="sku", sku=sku, name=other.name)
    details = _checked(session, actor.village_id, details, None)
    number = take_number(session, actor.village_id, "product")
    product = _product(actor.village_id, shop.id, number, sku, details)
    session.add(product)
    session.flush()
    audit.record(session, actor, "store.add", sku, name=details.name, price_fen=details.price_fen)
    return product


def edit_product(
    session: Session, actor: Actor, product_id: int, details: ProductDetails, *, active: bool
) -> Product:
    """Change what a product is called and costs, or take it off the shelf; its SKU stays.

    Slips keep the name and price of their day. Raises ProductUnknown and what `add_product` does.
    """
    lock(session, actor.village_id)
    product = session.get(Product, (actor.village_id, product_id))
    if product is None:
        raise ProductUnknown(name=product_id)
    wanted = {**vars(_checked(session, actor.village_id, details, product_id)), "active": active}
    changed = {
        name: [getattr(product, name), value]
        for name, value in wanted.items()
        if getattr(product, name) != value
    }
    for name, value in wanted.items():
        setattr(product, name, value)
    session.add(product)
    session.flush()
    if changed:
        audit.record(session, actor, "store.edit", product.sku, changed=changed)
    return product


def receive(
    session: Session,
    actor: Actor,
    request_id: str,
    quantities: Mapping[int, int],
    note: str = "",
) -> int:
    """Take goods in (进货): pieces by product number. Gives the number of the first stock move.

    Raises NothingReceived, QuantityInvalid, ProductUnknown, TextTooLong; all or nothing.
    """
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise TextTooLong(field="note", n=LONGEST_NOTE)
    if not quantities:
        raise NothingReceived
    if not all(_is_count(count) for count in quantities.values()):
        raise QuantityInvalid
    content = {"lines": sorted(quantities.items()), "note": note}

    def perform() -> int:
        _require_known(session, actor.village_id, quantities)
        arrivals = [Arrival(number, pieces) for number, pieces in quantities.items()]
        numbers = put(session, actor, MoveKind.RECEIVE, arrivals, Paper(note=note))
        audit.record(session, actor, "store.receive", note, quantities=dict(quantities))
        return numbers[0]

    return once(session, actor.village_id, request_id, "store.receive", content, perform).result


def take_stock(session: Session, actor: Actor, slip_id: int, quantities: Mapping[int, int]) -> None:
    """Take a slip's goods (pieces by product number, all > 0) off the shelf.

    Raises OutOfStock naming what is left, and ProductUnknown.
    """
    _require_known(session, actor.village_id, quantities)
    take(session, actor, MoveKind.REDEEM, quantities, Paper(slip_id=slip_id))


def set_rate(
    session: Session,
    actor: Actor,
    fen_per_point: int,
    valid_from: date | None,
    resolution: str,
    request_id: str | None = None,
) -> int:
    """Let a point be worth so many fen from a day on; gives the ledger event's number.

    Raises RateInvalid, TextMissing (a rate needs its day and the resolution that set it),
    TextTooLong.
    """
    resolution = resolution.strip()
    if valid_from is None:
        raise TextMissing(field="valid_from")
    if not resolution:
        raise TextMissing(field="resolution")
    if len(resolution) > LONGEST_NOTE:
        raise TextTooLong(field="resolution", n=LONGEST_NOTE)

    def perform() -> int:
        posted = set_ledger_rate(
            session,
            actor.village_id,
            fen_per_point,
            valid_from,
            actor=actor.user_id,
            resolution=resolution,
            request_id=request_id,
        )
        audit.record(
            session, actor, "store.rate", valid_from.isoformat(), fen_per_point=fen_per_point
        )
        return posted.seq

    if request_id is None:
        return perform()
    content = [fen_per_point, valid_from.isoformat(), resolution]
    return once(session, actor.village_id, request_id, "store.rate", content, perform).result


def _product(
    village_id: int, shop_id: int, number: int, sku: str, details: ProductDetails
) -> Product:
    return Product(
        village_id=village_id,
        id=number,
        shop_id=shop_id,
        sku=sku,
        stock=0,
        active=True,
        **vars(details),
    )


def _checked(
    session: Session, village_id: int, details: ProductDetails, product_id: int | None
) -> ProductDetails:
    """The details, trimmed, when all is well with them."""
    texts = {name: str(getattr(details, name)).strip() for name in LONGEST}
    for name, longest in LONGEST.items():
        if not texts[name] and name != "spec":
            raise TextMissing(field=name)
        if len(texts[name]) > longest:
            raise TextTooLong(field=name, n=longest)
    if type(details.price_fen) is not int or not 1 <= details.price_fen <= HIGHEST_PRICE:
        raise PriceInvalid(field="price")
    barcode = _checked_barcode(details.barcode)
    other = _one(session, village_id, barcode=barcode) if barcode else None
    if other is not None and other.id != product_id:
        raise BarcodeTaken(field="barcode", name=other.name)
    return ProductDetails(price_fen=details.price_fen, barcode=barcode, **texts)


def _checked_barcode(typed: str) -> str:
    barcode = "".join(unicodedata.normalize("NFKC", typed).split())
    if not barcode:
        return ""
    if not (barcode.isascii() and barcode.isdecimal() and len(barcode) in _BARCODE_LENGTHS):
        raise BarcodeInvalid(field="barcode")
    # GS1: from the right, digits weigh 1, 3, 1, 3, …; the sum is a multiple of ten.
    weighed = sum(
        int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(barcode))
    )
    if weighed % 10:
        raise BarcodeInvalid(field="barcode")
    return barcode


def _one(session: Session, village_id: int, **known_by: str) -> Product | None:
    return session.exec(select(Product).filter_by(village_id=village_id, **known_by)).first()


def _is_count(count: object) -> bool:
    return type(count) is int and 1 <= count <= MOST_RECEIVED


def _require_known(session: Session, village_id: int, quantities: Mapping[int, int]) -> None:
    known = products_by_id(session, village_id, list(quantities))
    for number in quantities:
        if number not in known:
            raise ProductUnknown(name=number)
