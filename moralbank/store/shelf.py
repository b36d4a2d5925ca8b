"""Reading what lies on the shelf, batch by batch, and every move that brought or took it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import and_, select
from sqlmodel import Session

from moralbank import clock
from moralbank.counter.models import Refund
from moralbank.i18n import _, mark
from moralbank.store.models import ON_THE_SHELF, Batch, MoveKind, StockMove
from moralbank.store.moving import Change

MOVE_LABELS: Final = {
    MoveKind.RECEIVE: mark("进货"),
    MoveKind.REDEEM: mark("兑换"),
    MoveKind.RETURN: mark("退回"),
    MoveKind.SEND_BACK: mark("退供货商"),
    MoveKind.WASTE: mark("报损"),
    MoveKind.COUNT: mark("盘点"),
}

_batches = Batch.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class MoveInfo:
    """One change of stock: `quantity` is signed, `left` is what was there afterwards.

    At most one of slip, refund, receipt and count says by which paper; `refunded_slip` is the
    slip that a refund belongs to.
    """

    id: int
    at: datetime
    kind: MoveKind
    quantity: int
    left: int
    batch_id: int
    slip_id: int | None
    refund_id: int | None
    receipt_id: int | None
    count_id: int | None
    refunded_slip: int | None
    note: str
    by: int

    @property
    def kind_label(self) -> str:
        """Why, in a word."""
        return _(MOVE_LABELS[self.kind])


@dataclass(frozen=True)
class BatchInfo:
    """Pieces that came in together and are still there; `cost_fen` a piece."""

    id: int
    best_before: date | None
    cost_fen: int | None
    left: int
    at: datetime

    @property
    def expired(self) -> bool:
        """Whether its best-before date is over."""
        return self.best_before is not None and self.best_before < clock.today()


def moves(session: Session, village_id: int, product_id: int, limit: int = 100) -> list[MoveInfo]:
    """The newest stock moves of a product, newest first."""
    rows = session.connection().execute(
        select(_moves, _refunds.c.slip_id.label("refunded_slip"))
        .outerjoin(
            _refunds,
            and_(_refunds.c.village_id == _moves.c.village_id, _refunds.c.id == _moves.c.refund_id),
        )
        .where(_moves.c.village_id == village_id, _moves.c.product_id == product_id)
        .order_by(_moves.c.id.desc())
        .limit(limit)
    )
    return [
        MoveInfo(
            id=row.id,
            at=row.at,
            kind=MoveKind(row.kind),
            quantity=row.quantity,
            left=row.left,
            batch_id=row.batch_id,
            slip_id=row.slip_id,
            refund_id=row.refund_id,
            receipt_id=row.receipt_id,
            count_id=row.count_id,
            refunded_slip=row.refunded_slip,
            note=row.note,
            by=row.by,
        )
        for row in rows
    ]


def batches(session: Session, village_id: int, product_id: int) -> list[BatchInfo]:
    """What of a product lies on the shelf, in the order in which it leaves."""
    rows = session.connection().execute(
        select(_batches)
        .where(
            _batches.c.village_id == village_id,
            _batches.c.product_id == product_id,
            ON_THE_SHELF,
        )
        .order_by(_batches.c.best_before.is_(None), _batches.c.best_before, _batches.c.id)
    )
    return [BatchInfo(row.id, row.best_before, row.cost_fen, row.left, row.at) for row in rows]


def given_out(session: Session, village_id: int, slip_id: int) -> list[Change]:
    """What a slip took out of each batch, pieces below zero, as it left the shelf."""
    rows = session.connection().execute(
        select(_moves.c.product_id, _moves.c.batch_id, _moves.c.quantity)
        .where(
            _moves.c.village_id == village_id,
            _moves.c.slip_id == slip_id,
            _moves.c.kind == MoveKind.REDEEM,
        )
        .order_by(_moves.c.id)
    )
    return [Change(row.product_id, row.batch_id, row.quantity) for row in rows]
