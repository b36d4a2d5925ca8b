"""Reading receipts (进货单): what came in, from whom, and what of it is still there."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, case, func, select
from sqlmodel import Session

from moralbank.errors import NotFound
from moralbank.i18n import mark
from moralbank.paging import Page, place
from moralbank.store.models import Batch, MoveKind, Product, Receipt, StockMove

PAGE_SIZE: Final = 50

_receipts = Receipt.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]
_products = Product.__table__  # type: ignore[attr-defined]


class ReceiptUnknown(NotFound):
    """The village has no such receipt."""

    text = mark("没有这张进货单")
    code = "receipt_unknown"


@dataclass(frozen=True)
class ReceiptInfo:
    """Goods that came in together; `kinds` and `pieces` as they came, `sent_back` since then."""

    id: int
    shop_id: int
    supplier: str
    number: str
    note: str
    cost_fen: int
    at: datetime
    by: int
    kinds: int
    pieces: int
    sent_back: int


@dataclass(frozen=True)
class ReceivedGoods:
    """One line of a receipt: `left` pieces of its batch are still on the shelf."""

    product_id: int
    batch_id: int
    title: str
    sku: str
    unit: str
    pieces: int
    cost_fen: int | None
    best_before: date | None
    left: int
    sent_back: int

    @property
    def returnable(self) -> int:
        """How many pieces may still go back: those that came and didn't go yet, if they are there.

        A count may have found more in the batch than ever came.
        """
        return min(self.left, self.pieces - self.sent_back)

    @property
    def sum_fen(self) -> int | None:
        """What the line cost; None where a piece's cost is not known."""
        return None if self.cost_fen is None else self.cost_fen * self.pieces


@dataclass(frozen=True)
class SentBack:
    """Pieces that went back to the supplier, and why."""

    at: datetime
    by: int
    title: str
    unit: str
    pieces: int
    reason: str


@dataclass(frozen=True)
class ReceiptDetail(ReceiptInfo):
    """A receipt with its lines, and what of them went back to the supplier."""

    lines: tuple[ReceivedGoods, ...]
    returns: tuple[SentBack, ...]

    @property
    def unknown_kinds(self) -> int:
        """How many lines nobody said the cost of: they count nothing in the sum."""
        return sum(line.cost_fen is None for line in self.lines)


def receipt_page(
    session: Session, village_id: int, shop_id: int, page: int = 1
) -> Page[ReceiptInfo]:
    """A page of a shop's receipts, the newest first."""
    own = and_(_receipts.c.village_id == village_id, _receipts.c.shop_id == shop_id)
    total = session.connection().scalar(select(func.count()).where(own)) or 0
    where = place(int(total), page, PAGE_SIZE)
    asked = (
        _summed(village_id)
        .where(own)
        .order_by(_receipts.c.id.desc())
        .limit(where.size)
        .offset(where.offset)
    )
    rows = session.connection().execute(asked)
    return Page([ReceiptInfo(**_head(row)) for row in rows], where)


def receipt(session: Session, village_id: int, receipt_id: int) -> ReceiptDetail:
    """One receipt; raises ReceiptUnknown, also for another village's."""
    asked = _summed(village_id).where(_receipts.c.id == receipt_id)
    row = session.connection().execute(asked).first()
    if row is None:
        raise ReceiptUnknown
    moved = session.connection().execute(_moved(village_id, receipt_id)).all()
    back: dict[int, int] = {}
    for move in moved:
        if move.kind == MoveKind.SEND_BACK:
            back[move.batch_id] = back.get(move.batch_id, 0) - move.quantity
    return ReceiptDetail(
        **_head(row),
        lines=tuple(
            _line(move, back.get(move.batch_id, 0))
            for move in moved
            if move.kind == MoveKind.RECEIVE
        ),
        returns=tuple(
            SentBack(move.at, move.by, _title(move), move.unit, -move.quantity, move.note)
            for move in moved
            if move.kind == MoveKind.SEND_BACK
        ),
    )


def suppliers(session: Session, village_id: int, shop_id: int) -> list[str]:
    """Whom a shop bought from, the latest first."""
    rows = session.connection().execute(
        select(_receipts.c.supplier)
        .where(
            _receipts.c.village_id == village_id,
            _receipts.c.shop_id == shop_id,
            _receipts.c.supplier != "",
        )
        .group_by(_receipts.c.supplier)
        .order_by(func.max(_receipts.c.id).desc())
    )
    return [row.supplier for row in rows]


def _summed(village_id: int) -> Any:
    """Receipts of a village with what their moves come to."""
    came = case((_moves.c.kind == MoveKind.RECEIVE, 1), else_=0)
    return (
        select(
            _receipts,
            func.coalesce(func.sum(came), 0).label("kinds"),
            func.coalesce(func.sum(came * _moves.c.quantity), 0).label("pieces"),
            func.coalesce(func.sum((came - 1) * _moves.c.quantity), 0).label("sent_back"),
        )
        .outerjoin(
            _moves,
            and_(
                _moves.c.village_id == _receipts.c.village_id,
                _moves.c.receipt_id == _receipts.c.id,
            ),
        )
        .where(_receipts.c.village_id == village_id)
        .group_by(*_receipts.c)
    )


def _moved(village_id: int, receipt_id: int) -> Any:
    """The moves by one receipt, with their products and batches."""
    return (
        select(
            _moves.c.product_id,
            _moves.c.batch_id,
            _moves.c.kind,
            _moves.c.quantity,
            _moves.c.note,
            _moves.c.at,
            _moves.c.by,
            _products.c.name,
            _products.c.spec,
            _products.c.sku,
            _products.c.unit,
            _batches.c.cost_fen,
            _batches.c.best_before,
            _batches.c.left,
        )
        .join(
            _products,
            and_(
                _products.c.village_id == _moves.c.village_id,
                _products.c.id == _moves.c.product_id,
            ),
        )
        .join(
            _batches,
            and_(_batches.c.village_id == _moves.c.village_id, _batches.c.id == _moves.c.batch_id),
        )
        .where(_moves.c.village_id == village_id, _moves.c.receipt_id == receipt_id)
        .order_by(_moves.c.id)
    )


def _head(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "shop_id": row.shop_id,
        "supplier": row.supplier,
        "number": row.number,
        "note": row.note,
        "cost_fen": row.cost_fen,
        "at": row.at,
        "by": row.by,
        "kinds": int(row.kinds),
        "pieces": int(row.pieces),
        "sent_back": int(row.sent_back),
    }


def _line(move: Any, sent_back: int) -> ReceivedGoods:
    return ReceivedGoods(
        product_id=move.product_id,
        batch_id=move.batch_id,
        title=_title(move),
        sku=move.sku,
        unit=move.unit,
        pieces=move.quantity,
        cost_fen=move.cost_fen,
        best_before=move.best_before,
        left=move.left,
        sent_back=sent_back,
    )


def _title(row: Any) -> str:
    return f"{row.name} {row.spec}".rstrip()
