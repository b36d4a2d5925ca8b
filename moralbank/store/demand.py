"""What a shop should buy: its goods with what went over the counter lately, and from whom."""

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.store.models import MoveKind, Product, Receipt, StockMove
from moralbank.store.ordering import Pace, Suggestion, pieces_to_buy
from moralbank.store.queries import ProductInfo, products

_DAYS: Final = 7

_products = Product.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_receipts = Receipt.__table__  # type: ignore[attr-defined]


def suggestions(
    session: Session, village_id: int, shop_id: int, back: int, ahead: int
) -> list[Suggestion]:
    """What to buy of a shop's goods that are offered, by their pace in the last `back` weeks.

    It is to last `ahead` weeks. A product that first came in later has its pace from the weeks
    since then. By four statements, whatever the number of goods.
    """
    first = clock.today() - timedelta(days=back * _DAYS - 1)
    sold = _sold_since(session, village_id, shop_id, first)
    begun = _first_days(session, village_id, shop_id)
    suppliers = _last_suppliers(session, village_id, shop_id)
    found = []
    for one in products(session, village_id, shop_id):
        pace = Pace(sold.get(one.id, 0), _weeks(begun.get(one.id), back))
        line = _suggestion(one, pace, ahead, suppliers.get(one.id, ""))
        if line.pieces:
            found.append(line)
    return found


def _suggestion(product: ProductInfo, pace: Pace, ahead: int, supplier: str) -> Suggestion:
    return Suggestion(
        product_id=product.id,
        title=product.title,
        unit=product.unit,
        sku=product.sku,
        stock=product.sellable,
        expired=product.expired,
        low_at=product.low_at,
        pace=pace,
        pieces=pieces_to_buy(pace, product.sellable, product.low_at, ahead),
        cost_fen=product.cost_fen,
        supplier=supplier,
    )


def _weeks(begun: date | None, back: int) -> int:
    """Weeks, begun ones whole, that a product could be had of the `back` weeks looked at."""
    if begun is None:
        return back
    days = (clock.today() - begun).days + 1
    return min(back, -(-days // _DAYS))


def _sold_since(session: Session, village_id: int, shop_id: int, first: date) -> dict[int, int]:
    """Pieces redeemed less pieces brought back since the first of a day, by product."""
    rows = session.connection().execute(
        select(_moves.c.product_id, func.sum(_moves.c.quantity).label("pieces"))
        .join(_products, _its_product())
        .where(
            _moves.c.village_id == village_id,
            _products.c.shop_id == shop_id,
            _moves.c.kind.in_([MoveKind.REDEEM, MoveKind.RETURN]),
            _moves.c.at >= clock.midnight(first),
        )
        .group_by(_moves.c.product_id)
    )
    return {row.product_id: -int(row.pieces) for row in rows}


def _first_days(session: Session, village_id: int, shop_id: int) -> dict[int, date]:
    """The day on which each product came in first."""
    rows = session.connection().execute(
        select(_moves.c.product_id, func.min(_moves.c.at).label("at"))
        .join(_products, _its_product())
        .where(_moves.c.village_id == village_id, _products.c.shop_id == shop_id)
        .group_by(_moves.c.product_id)
    )
    return {row.product_id: clock.local(row.at).date() for row in rows}


def _last_suppliers(session: Session, village_id: int, shop_id: int) -> dict[int, str]:
    """From whom each product came last, where its receipt says so."""
    last = (
        select(func.max(_moves.c.id))
        .join(_receipts, _its_receipt())
        .where(
            _moves.c.village_id == village_id,
            _receipts.c.shop_id == shop_id,
            _moves.c.kind == MoveKind.RECEIVE,
            _receipts.c.supplier != "",
        )
        .group_by(_moves.c.product_id)
    )
    rows = session.connection().execute(
        select(_moves.c.product_id, _receipts.c.supplier)
        .join(_receipts, _its_receipt())
        .where(_moves.c.village_id == village_id, _moves.c.id.in_(last))
    )
    return {row.product_id: row.supplier for row in rows}


def _its_product() -> Any:
    return and_(
        _products.c.village_id == _moves.c.village_id, _products.c.id == _moves.c.product_id
    )


def _its_receipt() -> Any:
    return and_(
        _receipts.c.village_id == _moves.c.village_id, _receipts.c.id == _moves.c.receipt_id
    )
