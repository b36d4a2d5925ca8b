"""Reading shops, goods, stock moves and rates."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import and_, select
from sqlmodel import Session

from moralbank.errors import NotFound
from moralbank.households.pinyin import initials
from moralbank.i18n import mark
from moralbank.ledger.models import Event, Rate
from moralbank.store.models import MoveKind, Product, StockMove

LOW_STOCK: Final = 3
"""Pieces: with so few or less it is time to order."""

_products = Product.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_rates = Rate.__table__  # type: ignore[attr-defined]


class ProductUnknown(NotFound):
    """No such product in this village."""

    text = mark("超市里没有“%(name)s”这种商品")
    code = "product_unknown"


@dataclass(frozen=True)
class ProductInfo:
    """Goods on a shelf. `price_fen` is what one `unit` costs, `stock` how many are left."""

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

    @property
    def title(self) -> str:
        """Name and size, as people ask for it: "大豆油 5 升"."""
        return f"{self.name} {self.spec}".rstrip()

    @property
    def low(self) -> bool:
        """Whether it is time to order."""
        return self.stock <= LOW_STOCK


@dataclass(frozen=True)
class MoveInfo:
    """One change of stock: `quantity` is signed, `left` is what was there afterwards."""

    id: int
    at: datetime
    kind: MoveKind
    quantity: int
    left: int
    slip_id: int | None
    note: str
    by: int


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

    `typed` keeps those whose name, size, SKU, barcode or pinyin initials (ddy) it matches. A
    shop has a few hundred goods at most, so they are sought here rather than in the database.
    """
    wanted = _products.c.village_id == village_id
    if shop_id is not None:
        wanted = and_(wanted, _products.c.shop_id == shop_id)
    if active_only:
        wanted = and_(wanted, _products.c.active.is_(True))
    found = _select(session, wanted)
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
    wanted = and_(_products.c.village_id == village_id, _products.c.id.in_(product_ids))
    return {info.id: info for info in _select(session, wanted)}


def product_by_sku(session: Session, village_id: int, sku: str) -> ProductInfo:
    """The product with this SKU, however its letters are written; raises ProductUnknown."""
    wanted = unicodedata.normalize("NFKC", sku).strip().upper()
    found = _select(session, and_(_products.c.village_id == village_id, _products.c.sku == wanted))
    if not found:
        raise ProductUnknown(name=sku[:40])
    return found[0]


def moves(session: Session, village_id: int, product_id: int, limit: int = 100) -> list[MoveInfo]:
    """The newest stock moves of a product, newest first."""
    rows = session.connection().execute(
        select(_moves)
        .where(_moves.c.village_id == village_id, _moves.c.product_id == product_id)
        .order_by(_moves.c.id.desc())
        .limit(limit)
    )
    return [
        MoveInfo(row.id, row.at, row.kind, row.quantity, row.left, row.slip_id, row.note, row.by)
        for row in rows
    ]


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
    rows = session.connection().execute(select(_products).where(wanted).order_by(_products.c.id))
    return [
        ProductInfo(
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
        )
        for row in rows
    ]


def _matches(info: ProductInfo, sought: str) -> bool:
    """Whether every word that was typed is somewhere in what the product is known by."""
    known = f"{info.name} {info.spec} {info.sku} {info.barcode} {info.category}".casefold()
    letters = initials(info.name)
    return all(word in known or letters.startswith(word) for word in sought.split())
