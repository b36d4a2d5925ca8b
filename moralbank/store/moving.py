"""The one place that changes stock: every piece by a move of its batch that says why.

What leaves the shelf without being told from which batch leaves it first expired, first out;
among batches that expire together, or never, first in, first out. What is past its best-before
day is given to nobody: it stays until it is written off, counted or sent back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.errors import Refused
from moralbank.i18n import mark
from moralbank.ledger.service import lock, take_numbers
from moralbank.prepared import Prepared, adding, among
from moralbank.store.models import ON_THE_SHELF, Batch, MoveKind, Product, StockMove

_products = Product.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]


class OutOfStock(Refused):
    """Fewer are left than were asked for."""

    text = mark("“%(name)s”只剩 %(left)s %(unit)s了，不够 %(wanted)s %(unit)s")
    code = "out_of_stock"


class StockExpired(Refused):
    """All that is left is past its best-before day."""

    text = mark("“%(name)s”剩下的 %(left)s %(unit)s已经过了保质期，不能兑出，请先报损")
    code = "stock_expired"


@dataclass(frozen=True)
class Arrival:
    """Pieces that come in as a batch of their own; `cost_fen` a piece, None where not known."""

    product_id: int
    pieces: int
    best_before: date | None = None
    cost_fen: int | None = None


@dataclass(frozen=True)
class Change:
    """A signed number of pieces of one batch."""

    product_id: int
    batch_id: int
    pieces: int


@dataclass(frozen=True)
class Paper:
    """By which paper stock changes: at most one of them, and what else is to be said."""

    slip_id: int | None = None
    refund_id: int | None = None
    receipt_id: int | None = None
    count_id: int | None = None
    note: str = ""


_SHELF: Final = Prepared(
    select(_batches.c.id, _batches.c.product_id, _batches.c.left, _batches.c.best_before)
    .where(
        _batches.c.village_id == bindparam("village"),
        among(_batches.c.product_id, "products"),
        ON_THE_SHELF,
    )
    .order_by(_batches.c.best_before.is_(None), _batches.c.best_before, _batches.c.id)
)
_CHANGE_BATCH: Final = Prepared(
    update(_batches)
    .where(_batches.c.village_id == bindparam("village"), _batches.c.id == bindparam("batch"))
    .values(left=_batches.c.left + bindparam("change"))
)
_CHANGE_STOCK: Final = Prepared(
    update(_products)
    .where(_products.c.village_id == bindparam("village"), _products.c.id == bindparam("product"))
    .values(stock=_products.c.stock + bindparam("change"))
    .returning(_products.c.stock)
)
_ADD_BATCHES: Final = adding(_batches)
_ADD_MOVES: Final = adding(_moves)


def put(
    session: Session, actor: Actor, kind: MoveKind, arrivals: Sequence[Arrival], paper: Paper
) -> range:
    """Put new batches on the shelf; the numbers of their moves."""
    lock(session, actor.village_id)
    batches = take_numbers(session, actor.village_id, "batch", len(arrivals))
    rows = [
        {
            "village_id": actor.village_id,
            "id": number,
            "product_id": one.product_id,
            "best_before": one.best_before,
            "cost_fen": one.cost_fen,
            "left": 0,
            "at": clock.now(),
        }
        for number, one in zip(batches, arrivals, strict=True)
    ]
    _ADD_BATCHES.many(session, rows)
    changes = [
        Change(one.product_id, number, one.pieces)
        for number, one in zip(batches, arrivals, strict=True)
    ]
    return change(session, actor, kind, changes, paper)


def take(
    session: Session, actor: Actor, kind: MoveKind, pieces: Mapping[int, int], paper: Paper
) -> range:
    """Take pieces (by product, all > 0) off the shelf, first expired first.

    A redemption takes nothing that is past its best-before day. Raises OutOfStock naming what is
    left, StockExpired where only such pieces are; the caller knows that the products are the
    village's.
    """
    lock(session, actor.village_id)
    shelf: dict[int, list[Any]] = {number: [] for number in pieces}
    for row in _SHELF.rows(session, village=actor.village_id, products=list(pieces)):
        shelf[row.product_id].append(row)
    changes: list[Change] = []
    for number, wanted in pieces.items():
        fit = [one for one in shelf[number] if kind is not MoveKind.REDEEM or _is_good(one)]
        found = list(_first_out(fit, wanted))
        if sum(-one.pieces for one in found) < wanted:
            left, there = (sum(one.left for one in some) for some in (fit, shelf[number]))
            raise _too_few(session, actor.village_id, number, wanted, left=left, there=there)
        changes += found
    return change(session, actor, kind, changes, paper)


def change(
    session: Session, actor: Actor, kind: MoveKind, changes: Sequence[Change], paper: Paper
) -> range:
    """Change the batches that are named; the moves' numbers. Nothing may fall below zero."""
    village_id = actor.village_id
    numbers = take_numbers(session, village_id, "stock_move", len(changes))
    rows = []
    for number, one in zip(numbers, changes, strict=True):
        given = {"village": village_id, "change": one.pieces}
        _CHANGE_BATCH.run(session, **given, batch=one.batch_id)
        stock = _CHANGE_STOCK.scalar(session, **given, product=one.product_id)
        rows.append(
            {
                "village_id": village_id,
                "id": number,
                "product_id": one.product_id,
                "batch_id": one.batch_id,
                "kind": kind,
                "quantity": one.pieces,
                "left": stock,
                "slip_id": paper.slip_id,
                "refund_id": paper.refund_id,
                "receipt_id": paper.receipt_id,
                "count_id": paper.count_id,
                "note": paper.note,
                "by": actor.user_id,
                "at": clock.now(),
            }
        )
    _ADD_MOVES.many(session, rows)
    return numbers


def _is_good(batch: Any) -> bool:
    """Whether a batch may be given out: its best-before day is not over, or it has none."""
    return batch.best_before is None or batch.best_before >= clock.today()


def _first_out(shelf: Iterable[Any], wanted: int) -> Iterable[Change]:
    """What to take from each batch, in their order, until it is enough."""
    for batch in shelf:
        if wanted == 0:
            return
        pieces = min(wanted, batch.left)
        wanted -= pieces
        yield Change(batch.product_id, batch.id, -pieces)


def _too_few(
    session: Session, village_id: int, product_id: int, wanted: int, *, left: int, there: int
) -> OutOfStock | StockExpired:
    """Why so many are not to be had: `left` may be taken of those that are `there`."""
    row = (
        session.connection()
        .execute(
            select(_products.c.name, _products.c.spec, _products.c.unit).where(
                _products.c.village_id == village_id, _products.c.id == product_id
            )
        )
        .one()
    )
    title = f"{row.name} {row.spec}".rstrip()
    if there and not left:
        return StockExpired(name=title, left=there, unit=row.unit)
    return OutOfStock(name=title, left=left, wanted=wanted, unit=row.unit)
