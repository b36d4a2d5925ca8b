"""What a product may be: adding one, changing one, and every rule of its fields."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlmodel import Session, select

from moralbank import audit
from moralbank.audit import Actor
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger.service import lock, take_number
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach
from moralbank.store.keeping import shop_for
from moralbank.store.models import LimitPeriod, Product
from moralbank.store.queries import ProductUnknown

HIGHEST_PRICE: Final = 1_000_000
"""Fen: 10,000 yuan."""
MOST_PIECES: Final = 100_000
LONGEST_NOTE: Final = 80
LONGEST: Final = {"name": 40, "spec": 20, "unit": 8, "category": 20}
PERIOD_LABELS: Final = {
    LimitPeriod.DAY: mark("每天"),
    LimitPeriod.MONTH: mark("每月"),
    LimitPeriod.QUARTER: mark("每季度"),
    LimitPeriod.YEAR: mark("每年"),
}
_SKU: Final = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,19}", re.ASCII)
_BARCODE_LENGTHS: Final = {8, 12, 13, 14}


class SkuInvalid(Invalid):
    """A SKU is 1 to 20 Latin letters, digits, dots and dashes."""

    text = mark("货号不对：1 到 20 个字母、数字、点或短横，如 OIL-5L")
    code = "sku_invalid"


class SkuTaken(Refused):
    """Another product of the shop has this SKU."""

    text = mark("货号“%(sku)s”已经用在“%(name)s”上")
    code = "sku_taken"


class BarcodeInvalid(Invalid):
    """A barcode is a GTIN of 8, 12, 13 or 14 digits with its check digit (GS1 specification)."""

    text = mark("条码不对：请照包装上的数字核对（8 位或 13 位），没有就留空")
    code = "barcode_invalid"


class BarcodeTaken(Refused):
    """Another product of the shop has this barcode."""

    text = mark("这个条码已经用在“%(name)s”上")
    code = "barcode_taken"


class TextMissing(Invalid):
    """Name, unit and category must be given; so must the reason of what is taken away."""

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


class CostInvalid(Invalid):
    """A cost is 0 (a gift) to 10,000 yuan a piece."""

    text = mark("进价不对：每件须在 0 元（捐来的）到 10000 元之间，不知道就空着")
    code = "cost_invalid"


class OfferedBackwards(Invalid):
    """The last day on offer is before the first."""

    text = mark("最后一天比开始的那天还早，请核对")
    code = "offered_backwards"


class PiecesInvalid(Invalid):
    """Thresholds and limits are 0 to 100,000 whole pieces."""

    text = mark("件数不对：须是 0 到 100000 的整数")
    code = "pieces_invalid"


@dataclass(frozen=True, kw_only=True)
class ProductDetails:
    """What may be changed about a product; see `models.Product` for what each field means."""

    name: str
    price_fen: int
    category: str
    unit: str = "件"
    spec: str = ""
    barcode: str = ""
    cost_fen: int | None = None
    on_from: date | None = None
    on_until: date | None = None
    low_at: int = 3
    limit_pieces: int = 0
    limit_period: LimitPeriod = LimitPeriod.MONTH


def add_product(
    session: Session,
    actor: Actor,
    sku: str,
    details: ProductDetails,
    *,
    photos: Sequence[int] = (),
) -> Product:
    """Put a new product on the shelf of the actor's shop, without stock.

    `photos` are numbers of kept photos that show it. Raises SkuTaken, BarcodeTaken and what
    `checked_sku` and `checked` do.
    """
    shop = shop_for(session, actor)
    lock(session, actor.village_id)
    sku = checked_sku(sku)
    other = _one(session, actor.village_id, shop.id, sku=sku)
    if other is not None:
        raise SkuTaken(field="sku", sku=sku, name=other.name)
    details = checked(details)
    _require_own_barcode(session, actor.village_id, shop.id, details.barcode, None)
    number = take_number(session, actor.village_id, "product")
    product = product_row(actor.village_id, shop.id, number, sku, details)
    session.add(product)
    session.flush()
    attach(session, actor.village_id, photos, PhotoSubject.PRODUCT, number)
    audit.record(session, actor, "store.add", sku, name=details.name, price_fen=details.price_fen)
    return product


def edit_product(
    session: Session,
    actor: Actor,
    product_id: int,
    details: ProductDetails,
    *,
    active: bool,
    photos: Sequence[int] = (),
) -> Product:
    """Change what a product is called and costs, or take it off the shelf; its SKU stays.

    Slips keep the name and price of their day; the newest of its photos is the one shown.
    Raises ProductUnknown, NotYourShop and what `add_product` does.
    """
    lock(session, actor.village_id)
    product = session.get(Product, (actor.village_id, product_id))
    if product is None:
        raise ProductUnknown(name=product_id)
    shop_for(session, actor, product.shop_id)
    details = checked(details)
    _require_own_barcode(session, actor.village_id, product.shop_id, details.barcode, product_id)
    changed = change(product, {**vars(details), "active": active})
    session.add(product)
    session.flush()
    attach(session, actor.village_id, photos, PhotoSubject.PRODUCT, product_id)
    if changed or photos:
        audit.record(
            session, actor, "store.edit", product.sku, changed=changed, photos=list(photos)
        )
    return product


def change(product: Product, wanted: dict[str, object]) -> dict[str, list[object]]:
    """Set fields of a product; those that changed, each with what it was and what it is."""
    changed = {
        name: [getattr(product, name), value]
        for name, value in wanted.items()
        if getattr(product, name) != value
    }
    for name in changed:
        setattr(product, name, wanted[name])
    return changed


def product_row(
    village_id: int, shop_id: int, number: int, sku: str, details: ProductDetails
) -> Product:
    """A new product, without stock and on offer."""
    return Product(
        village_id=village_id,
        id=number,
        shop_id=shop_id,
        sku=sku,
        stock=0,
        active=True,
        **vars(details),
    )


def checked_sku(typed: str) -> str:
    """The SKU as it is kept, in capitals; raises SkuInvalid."""
    sku = unicodedata.normalize("NFKC", typed).strip().upper()
    if not _SKU.fullmatch(sku):
        raise SkuInvalid(field="sku")
    return sku


def checked(details: ProductDetails) -> ProductDetails:
    """The details, trimmed, when all is well with them.

    Raises TextMissing, TextTooLong, PriceInvalid, CostInvalid, BarcodeInvalid, OfferedBackwards,
    PiecesInvalid, each with its field.
    """
    texts: dict[str, Any] = {name: str(getattr(details, name)).strip() for name in LONGEST}
    for name, longest in LONGEST.items():
        if not texts[name] and name != "spec":
            raise TextMissing(field=name)
        if len(texts[name]) > longest:
            raise TextTooLong(field=name, n=longest)
    if type(details.price_fen) is not int or not 1 <= details.price_fen <= HIGHEST_PRICE:
        raise PriceInvalid(field="price")
    require_cost(details.cost_fen)
    if details.on_from and details.on_until and details.on_until < details.on_from:
        raise OfferedBackwards(field="on_until")
    for name in ("low_at", "limit_pieces"):
        count = getattr(details, name)
        if type(count) is not int or not 0 <= count <= MOST_PIECES:
            raise PiecesInvalid(field=name)
    return replace(details, barcode=_checked_barcode(details.barcode), **texts)


def require_cost(cost_fen: int | None) -> None:
    """Raise CostInvalid unless it is what a piece can cost; None is not known, 0 a gift."""
    if cost_fen is None:
        return
    if type(cost_fen) is not int or not 0 <= cost_fen <= HIGHEST_PRICE:
        raise CostInvalid(field="cost")


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


def _require_own_barcode(
    session: Session, village_id: int, shop_id: int, barcode: str, product_id: int | None
) -> None:
    """A barcode leads to one product of a shop; raises BarcodeTaken."""
    other = _one(session, village_id, shop_id, barcode=barcode) if barcode else None
    if other is not None and other.id != product_id:
        raise BarcodeTaken(field="barcode", name=other.name)


def _one(session: Session, village_id: int, shop_id: int, **known_by: str) -> Product | None:
    wanted = select(Product).filter_by(village_id=village_id, shop_id=shop_id, **known_by)
    return session.exec(wanted).first()
