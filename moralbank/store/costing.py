"""Saying what a batch cost where nobody knew, once; what was said isn't changed."""

from typing import Any

from sqlalchemy import and_, select, update
from sqlmodel import Session

from moralbank import audit
from moralbank.audit import Actor
from moralbank.errors import NotFound, Refused
from moralbank.fund.queries import receipt_payer
from moralbank.i18n import mark
from moralbank.ledger.requests import once
from moralbank.money import yuan
from moralbank.store.goods import CostInvalid, require_cost
from moralbank.store.keeping import ShopInfo, shop_for
from moralbank.store.models import Batch, MoveKind, Product, Receipt, ShopKind, StockMove

_products = Product.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_receipts = Receipt.__table__  # type: ignore[attr-defined]


class BatchUnknown(NotFound):
    """The product has no such batch."""

    text = mark("这种商品没有这一批货")
    code = "batch_unknown"


class CostKnown(Refused):
    """The batch has its cost: receipts and the fund's cover stand on it."""

    text = mark("这一批已经记了进价，每件 %(yuan)s 元，记了就不能改")
    code = "cost_known"


class ReceiptSettled(Refused):
    """The fund has paid for the receipt that the batch came by, so its sum stands."""

    text = mark(
        "这一批是第 %(id)s 号进货单进的，那张单 %(day)s 已经付过 %(yuan)s 元，不能再补进价。"
        "付错了，请会计先冲正那张凭证"
    )
    code = "receipt_settled"


def give_cost(
    session: Session,
    actor: Actor,
    request_id: str,
    product_id: int,
    batch_id: int,
    cost_fen: int | None,
) -> int:
    """Say what a piece of a batch of unknown cost was bought for (0: a gift); its number.

    The receipt that it came by costs so much more; a product of unknown cost takes this one.
    Raises CostInvalid, BatchUnknown, NotYourShop, CostKnown, ReceiptSettled.
    """
    if cost_fen is None:
        raise CostInvalid(field="cost")
    require_cost(cost_fen)
    content = {"product": product_id, "batch": batch_id, "cost_fen": cost_fen}

    def perform() -> int:
        found = _batch(session, actor.village_id, product_id, batch_id)
        shop = shop_for(session, actor, found.shop_id)
        if found.cost_fen is not None:
            raise CostKnown(yuan=yuan(found.cost_fen))
        if found.receipt_id is not None:
            _require_unpaid(session, actor.village_id, shop, found.receipt_id)
        _write(session, actor.village_id, found, cost_fen)
        audit.record(session, actor, "store.cost", found.sku, **content, receipt=found.receipt_id)
        return batch_id

    return once(session, actor.village_id, request_id, "store.cost", content, perform).result


def _batch(session: Session, village_id: int, product_id: int, batch_id: int) -> Any:
    """A batch with its product, and by which receipt how many pieces came; raises BatchUnknown."""
    row = (
        session.connection()
        .execute(
            select(_batches, _products.c.sku, _products.c.shop_id, _moves.c.receipt_id)
            .add_columns(_moves.c.quantity.label("received"))
            .join(
                _products,
                and_(
                    _products.c.village_id == _batches.c.village_id,
                    _products.c.id == _batches.c.product_id,
                ),
            )
            .outerjoin(
                _moves,
                and_(
                    _moves.c.village_id == _batches.c.village_id,
                    _moves.c.product_id == _batches.c.product_id,
                    _moves.c.batch_id == _batches.c.id,
                    _moves.c.kind == MoveKind.RECEIVE,
                ),
            )
            .where(
                _batches.c.village_id == village_id,
                _batches.c.product_id == product_id,
                _batches.c.id == batch_id,
            )
        )
        .first()
    )
    if row is None:
        raise BatchUnknown
    return row


def _require_unpaid(session: Session, village_id: int, shop: ShopInfo, receipt_id: int) -> None:
    """Raise ReceiptSettled where the fund has paid; it never pays for a shop under contract."""
    if shop.kind is ShopKind.CONTRACT:
        return
    payer = receipt_payer(session, village_id, receipt_id)
    if payer is not None:
        raise ReceiptSettled(id=receipt_id, day=payer.day, yuan=yuan(payer.amount_fen))


def _write(session: Session, village_id: int, found: Any, cost_fen: int) -> None:
    connection = session.connection()
    connection.execute(
        update(_batches)
        .where(_batches.c.village_id == village_id, _batches.c.id == found.id)
        .values(cost_fen=cost_fen)
    )
    connection.execute(
        update(_products)
        .where(
            _products.c.village_id == village_id,
            _products.c.id == found.product_id,
            _products.c.cost_fen.is_(None),
        )
        .values(cost_fen=cost_fen)
    )
    if found.receipt_id is not None:
        connection.execute(
            update(_receipts)
            .where(_receipts.c.village_id == village_id, _receipts.c.id == found.receipt_id)
            .values(cost_fen=_receipts.c.cost_fen + found.received * cost_fen)
        )
