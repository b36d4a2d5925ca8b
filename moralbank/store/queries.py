"""Reading goods, what they are worth on the shelf, and rates."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Date, and_, bindparam, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.errors import NotFound
from moralbank.households.pinyin import initials
from moralbank.i18n import mark
from moralbank.ledger.models import Event, Rate
from moralbank.photos.models import PhotoSubject, PhotoUse
from moralbank.prepared import Prepared, among
from moralbank.store.models import ON_THE_SHELF, Batch, LimitPeriod, Product

_products = Product.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]
_uses = PhotoUse.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_rates = Rate.__table__  # type: ignore[attr-defined]

_GOODS: Final = select(
    _products,
    select(func.max(_uses.c.photo_id))
    .where(
        _uses.c.village_id == _products.c.village_id,
        _uses.c.subject == PhotoSubject.PRODUCT,
        _uses.c.subject_id == _products.c.id,
    )
    .scalar_subquery()
    .label("photo_id"),
    select(func.coalesce(func.sum(_batches.c.left), 0))
    .where(
        _batches.c.village_id == _products.c.village_id,
        _batches.c.product_id == _products.c.id,
        ON_THE_SHELF,
        _batches.c.best_before < bindparam("today", callable_=clock.today, type_=Date()),
    )
    .scalar_subquery()
    .label("expired"),
).order_by(_products.c.id)
_BY_ID: Final = Prepared(
    _GOODS.where(_products.c.village_id == bindparam("village"), among(_products.c.id, "products"))
)
"""Asked by the counter at every redemption, so built once."""
_OF_ALL: Final = Prepared(_GOODS.where(_products.c.village_id == bindparam("village")))
_OF_SHOP: Final = Prepared(
    _GOODS.where(
        _products.c.village_id == bindparam("village"), _products.c.shop_id == bindparam("shop")
    )
)


class ProductUnknown(NotFound):
    """No such product in this village."""

    text = mark("超市里没有“%(name)s”这种商品")
    code = "product_unknown"


@dataclass(frozen=True)
class ProductInfo:
    """Goods on a shelf. `price_fen` is what one `unit` costs, `stock` how many are left.

    Of them `expired` are past their best-before day and wait to be written off. `photo_id` is the
    newest photo that shows it; the other fields as in `models.Product`.
    """

    id: int
    shop_id: int
    sku: str
    barcode: str
    name: str
    spec: str
    unit: str
    category: str
    price_fen: int
    stock: int
    active: bool
    cost_fen: int | None
    on_from: date | None
    on_until: date | None
    low_at: int
    limit_pieces: int
    limit_period: LimitPeriod
    photo_id: int | None
    expired: int

    @property
    def title(self) -> str:
        """Name and size, as people ask for it: "大豆油 5 升"."""
        return f"{self.name} {self.spec}".rstrip()

    def fits(self, words: str) -> bool:
        """Whether somebody may mean this by its barcode, or by a part of its name or SKU."""
        sought = words.casefold()
        return words == self.barcode or sought in f"{self.title} {self.sku}".casefold()

    @property
    def sellable(self) -> int:
        """How many can be given out."""
        return self.stock - self.expired

    @property
    def low(self) -> bool:
        """Whether it is time to order."""
        return self.sellable <= self.low_at

    @property
    def offered(self) -> bool:
        """Whether it can be had today: not taken off the shelf, and within its days."""
        today = clock.today()
        begun = self.on_from is None or self.on_from <= today
        over = self.on_until is not None and self.on_until < today
        return self.active and begun and not over


@dataclass(frozen=True)
class StockValue:
    """What lies on the shelves at cost, in fen; `unknown_kinds` have pieces of unknown cost."""

    cost_fen: int
    unknown_kinds: int


@dataclass(frozen=True)
class RateInfo:
    """What a point was worth from a day on, who set it when, by which resolution."""

    seq: int
    valid_from: date
    fen_per_point: int
    resolution: str
    at: datetime
    by: int


def products(
    session: Session,
    village_id: int,
    shop_id: int | None = None,
    *,
    typed: str = "",
    active_only: bool = True,
) -> list[ProductInfo]:
    """The goods of a shop (None: of all), category by category in the order they were added.

    `active_only` leaves out what isn't offered today. `typed` keeps those whose name, size, SKU,
    barcode or pinyin initials (ddy) it matches. A shop has a few hundred goods at most, so they
    are sought here rather than in the database.
    """
    session.flush()
    if shop_id is None:
        rows = _OF_ALL.rows(session, village=village_id)
    else:
        rows = _OF_SHOP.rows(session, village=village_id, shop=shop_id)
    found = [info for info in map(_info, rows) if info.offered or not active_only]
    categories = {info.category: place for place, info in reversed(list(enumerate(found)))}
    found.sort(key=lambda info: (categories[info.category], info.id))
    sought = unicodedata.normalize("NFKC", typed).strip().casefold()
    return [info for info in found if _matches(info, sought)] if sought else found


def shelves(goods: list[ProductInfo]) -> list[tuple[str, list[ProductInfo]]]:
    """Goods as `products` gives them, category by category."""
    return [(name, list(group)) for name, group in groupby(goods, lambda info: info.category)]


def product(session: Session, village_id: int, product_id: int) -> ProductInfo:
    """One product; raises ProductUnknown, also for another village's."""
    found = products_by_id(session, village_id, [product_id])
    if product_id not in found:
        raise ProductUnknown(name=product_id)
    return found[product_id]


def products_by_id(
    session: Session, village_id: int, product_ids: list[int]
) -> dict[int, ProductInfo]:
    """Those of the numbered products that are this village's."""
    session.flush()
    rows = _BY_ID.rows(session, village=village_id, products=product_ids)
    return {row.id: _info(row) for row in rows}


def product_by_sku(
    session: Session, village_id: int, sku: str, shop_id: int | None = None
) -> ProductInfo:
    """The product with this SKU, however its letters are written; raises ProductUnknown.

    SKUs are a shop's own: without a shop the oldest product is meant.
    """
    typed = unicodedata.normalize("NFKC", sku).strip().upper()
    wanted = and_(_products.c.village_id == village_id, _products.c.sku == typed)
    if shop_id is not None:
        wanted = and_(wanted, _products.c.shop_id == shop_id)
    found = _select(session, wanted)
    if not found:
        raise ProductUnknown(name=sku[:40])
    return found[0]


def stock_value(session: Session, village_id: int, shop_id: int | None = None) -> StockValue:
    """What lies on the shelves of a shop (None: of all), at cost."""
    wanted = and_(_batches.c.village_id == village_id, ON_THE_SHELF)
    if shop_id is not None:
        wanted = and_(wanted, _products.c.shop_id == shop_id)
    rows = (
        session.connection()
        .execute(
            select(
                _batches.c.product_id, _batches.c.cost_fen, func.sum(_batches.c.left).label("left")
            )
            .join(_products, _same_product(_batches))
            .where(wanted)
            .group_by(_batches.c.product_id, _batches.c.cost_fen)
        )
        .all()
    )
    return StockValue(
        cost_fen=sum(int(row.left) * (row.cost_fen or 0) for row in rows),
        unknown_kinds=len({row.product_id for row in rows if row.cost_fen is None}),
    )


def rate_history(session: Session, village_id: int) -> list[RateInfo]:
    """All rates ever set, the one that begins last first."""
    rows = session.connection().execute(
        select(_rates, _events.c.at, _events.c.actor, _events.c.payload)
        .join(
            _events,
            and_(_events.c.village_id == _rates.c.village_id, _events.c.seq == _rates.c.seq),
        )
        .where(_rates.c.village_id == village_id)
        .order_by(_rates.c.valid_from.desc(), _rates.c.seq.desc())
    )
    return [
        RateInfo(
            seq=row.seq,
            valid_from=row.valid_from,
            fen_per_point=row.fen_per_point,
            resolution=json.loads(row.payload)["resolution"],
            at=row.at,
            by=row.actor,
        )
        for row in rows
    ]


def _select(session: Session, wanted: Any) -> list[ProductInfo]:
    """Products as they stand now: columns, since stock is changed past the session's objects."""
    session.flush()
    return [_info(row) for row in session.connection().execute(_GOODS.where(wanted))]


def _info(row: Any) -> ProductInfo:
    return ProductInfo(
        id=row.id,
        shop_id=row.shop_id,
        sku=row.sku,
        barcode=row.barcode,
        name=row.name,
        spec=row.spec,
        unit=row.unit,
        category=row.category,
        price_fen=row.price_fen,
        stock=row.stock,
        active=row.active,
        cost_fen=row.cost_fen,
        on_from=row.on_from,
        on_until=row.on_until,
        low_at=row.low_at,
        limit_pieces=row.limit_pieces,
        limit_period=LimitPeriod(row.limit_period),
        photo_id=row.photo_id,
        expired=int(row.expired),
    )


def _same_product(table: Any) -> Any:
    """How rows that belong to a product are joined to it."""
    return and_(_products.c.village_id == table.c.village_id, _products.c.id == table.c.product_id)


def _matches(info: ProductInfo, sought: str) -> bool:
    """Whether every word that was typed is somewhere in what the product is known by."""
    known = f"{info.name} {info.spec} {info.sku} {info.barcode} {info.category}".casefold()
    letters = initials(info.name)
    return all(word in known or letters.startswith(word) for word in sought.split())
