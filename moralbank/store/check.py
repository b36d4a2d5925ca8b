"""The proof of the shelf: every piece came and went by a paper, batch by batch."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Table, and_, select
from sqlmodel import Session

from moralbank.audit import trail
from moralbank.counter.models import RefundLine, SlipLine
from moralbank.i18n import _, mark
from moralbank.ledger.check import Problem
from moralbank.store.models import (
    Batch,
    CountState,
    MoveKind,
    Product,
    Receipt,
    StockCount,
    StockCountLine,
    StockMove,
)
from moralbank.store.service import RECEIPT_TEXTS, RECEIVED

_products = Product.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_receipts = Receipt.__table__  # type: ignore[attr-defined]
_counts = StockCount.__table__  # type: ignore[attr-defined]
_count_lines = StockCountLine.__table__  # type: ignore[attr-defined]
_slip_lines = SlipLine.__table__  # type: ignore[attr-defined]
_refund_lines = RefundLine.__table__  # type: ignore[attr-defined]

_COMES: Final = {MoveKind.RECEIVE, MoveKind.RETURN}
_GOES: Final = {MoveKind.REDEEM, MoveKind.SEND_BACK, MoveKind.WASTE}
_PAPERS: Final = ("slip_id", "refund_id", "receipt_id", "count_id")
# By which paper each kind moves; None: by none. What came before there were receipts has none.
_PAPER_OF: Final[dict[MoveKind, set[str | None]]] = {
    MoveKind.RECEIVE: {"receipt_id", None},
    MoveKind.REDEEM: {"slip_id"},
    MoveKind.RETURN: {"refund_id"},
    MoveKind.SEND_BACK: {"receipt_id"},
    MoveKind.WASTE: {"refund_id", None},
    MoveKind.COUNT: {"count_id"},
}


def check_store(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's stock; an empty list is the proof that nothing is."""
    moves = _rows(session, village_id, _moves)
    batches = {row.id: row for row in _rows(session, village_id, _batches)}
    return [
        *_check_products(_rows(session, village_id, _products), moves),
        *_check_batches(batches, moves),
        *_check_kinds(moves),
        *_check_arrivals(batches, moves),
        *_check_slips(session, village_id, moves),
        *_check_refunds(session, village_id, moves),
        *_check_receipts(_rows(session, village_id, _receipts), batches, moves),
        *_check_shops(session, village_id),
        *_check_trail(session, village_id),
        *_check_counts(session, village_id, moves),
    ]


def _rows(session: Session, village_id: int, table: Table) -> list[Any]:
    """All rows of a village in the order of their numbers."""
    wanted = select(table).where(table.c.village_id == village_id).order_by(table.c.id)
    return list(session.connection().execute(wanted))


def _check_products(products: Iterable[Any], moves: Iterable[Any]) -> Iterator[Problem]:
    """Each move left what it says, and all together left the stock."""
    by_product: dict[int, list[Any]] = defaultdict(list)
    for move in moves:
        by_product[move.product_id].append(move)
    for product in products:
        left = 0
        for move in by_product[product.id]:
            left += move.quantity
            if move.left != left:
                words = _("%(sku)s 的第 %(n)s 号库存变动，结存数不对", sku=product.sku, n=move.id)
                yield Problem("stock_left", words)
            left = move.left
        if product.stock != sum(move.quantity for move in by_product[product.id]):
            yield Problem("stock", _("%(sku)s 的库存与进出数量不符", sku=product.sku))


def _check_batches(batches: dict[int, Any], moves: Iterable[Any]) -> Iterator[Problem]:
    """Each batch holds what its moves brought less what they took, all of its own product."""
    sums: Counter[int] = Counter()
    for move in moves:
        sums[move.batch_id] += move.quantity
        batch = batches.get(move.batch_id)
        if batch is None or batch.product_id != move.product_id:
            words = _("第 %(n)s 号库存变动的批次是别的商品的", n=move.id)
            yield Problem("stock_batch", words)
    for number, batch in batches.items():
        if batch.left != sums[number] or batch.left < 0:
            words = _("第 %(n)s 批货剩的件数与进出数量不符", n=number)
            yield Problem("stock_batch", words)


def _check_kinds(moves: Iterable[Any]) -> Iterator[Problem]:
    """Each kind goes in its direction, and by its own paper."""
    for move in moves:
        kind = MoveKind(move.kind)
        if (kind in _COMES and move.quantity < 0) or (kind in _GOES and move.quantity > 0):
            yield Problem("stock_direction", _("第 %(n)s 号库存变动，方向不对", n=move.id))
        papers = [name for name in _PAPERS if getattr(move, name) is not None]
        named = papers[0] if papers else None
        if len(papers) > 1 or named not in _PAPER_OF[kind]:
            yield Problem("stock_paper", _("第 %(n)s 号库存变动挂错了单据", n=move.id))


def _check_arrivals(batches: dict[int, Any], moves: list[Any]) -> Iterator[Problem]:
    """Since there are receipts nothing comes in without one.

    What came before them, by release 0.3 or earlier, has no best-before day.
    """
    came = [move for move in moves if move.kind == MoveKind.RECEIVE]
    first = min((move.id for move in came if move.receipt_id is not None), default=None)
    for move in came:
        batch = batches.get(move.batch_id)
        is_late = first is not None and move.id > first
        is_dated = batch is not None and batch.best_before is not None
        if move.receipt_id is None and (is_late or is_dated):
            words = _("第 %(n)s 号库存变动进了货，却没有进货单", n=move.id)
            yield Problem("stock_arrival", words)


def _check_slips(session: Session, village_id: int, moves: Iterable[Any]) -> Iterator[Problem]:
    """What slips gave out is what left the shelf for them, neither more nor less."""
    given: Counter[Any] = Counter()
    for line in session.connection().execute(
        select(_slip_lines.c.slip_id, _slip_lines.c.product_id, _slip_lines.c.quantity).where(
            _slip_lines.c.village_id == village_id
        )
    ):
        given[line.slip_id, line.product_id] += line.quantity
    left: Counter[Any] = Counter()
    for move in moves:
        if move.kind == MoveKind.REDEEM:
            left[move.slip_id, move.product_id] -= move.quantity
    for slip_id, product_id in _differing(given, left):
        words = _(
            "第 %(slip)s 号兑换单上 %(product)s 号商品的数量，与出库数量不符",
            slip=slip_id,
            product=product_id,
        )
        yield Problem("stock_slip", words)


def _check_refunds(session: Session, village_id: int, moves: list[Any]) -> Iterator[Problem]:
    """What came back came into the batches it had left; what was spoiled left them again."""
    taken: dict[Any, list[Any]] = defaultdict(list)
    for move in moves:
        if move.kind == MoveKind.REDEEM:
            taken[move.slip_id, move.product_id].append(move)
    due: Counter[Any] = Counter()
    for line in _refunded(session, village_id):
        for move in taken[line.slip_id, line.product_id]:
            due[line.refund_id, MoveKind.RETURN.value, move.batch_id] -= move.quantity
            if line.written_off:
                due[line.refund_id, MoveKind.WASTE.value, move.batch_id] += move.quantity
    found: Counter[Any] = Counter()
    for move in moves:
        if move.refund_id is not None:
            found[move.refund_id, MoveKind(move.kind).value, move.batch_id] += move.quantity
    for refund_id in sorted({key[0] for key in _differing(due, found)}, key=str):
        words = _("第 %(n)s 号退货单退回或报损的件数，与库存变动不符", n=refund_id)
        yield Problem("stock_refund", words)


def _refunded(session: Session, village_id: int) -> Iterable[Any]:
    """The lines of refunds, with the product that each slip's line is of."""
    same = and_(
        _slip_lines.c.village_id == _refund_lines.c.village_id,
        _slip_lines.c.slip_id == _refund_lines.c.slip_id,
        _slip_lines.c.line == _refund_lines.c.line,
    )
    return session.connection().execute(
        select(_refund_lines, _slip_lines.c.product_id)
        .join(_slip_lines, same)
        .where(_refund_lines.c.village_id == village_id)
    )


def _check_receipts(
    receipts: Iterable[Any], batches: dict[int, Any], moves: Iterable[Any]
) -> Iterator[Problem]:
    """A receipt cost what its batches cost, and nothing goes back that didn't come by it."""
    paid: Counter[int] = Counter()
    there: Counter[tuple[int, int]] = Counter()
    for move in moves:
        batch = batches.get(move.batch_id)
        if move.kind == MoveKind.RECEIVE and move.receipt_id is not None and batch is not None:
            paid[move.receipt_id] += move.quantity * (batch.cost_fen or 0)
            there[move.receipt_id, move.batch_id] += move.quantity
        if move.kind == MoveKind.SEND_BACK:
            there[move.receipt_id, move.batch_id] += move.quantity
            if there[move.receipt_id, move.batch_id] < 0:
                words = _("第 %(n)s 号库存变动退的比那张进货单进的多", n=move.id)
                yield Problem("stock_receipt", words)
    for receipt in receipts:
        if receipt.cost_fen != paid[receipt.id]:
            words = _("第 %(n)s 号进货单的金额与各批进价不符", n=receipt.id)
            yield Problem("stock_receipt", words)


def _check_shops(session: Session, village_id: int) -> Iterator[Problem]:
    """What moves by a receipt or a count is of the very shop."""
    for paper, key, words in (
        (_receipts, _moves.c.receipt_id, mark("第 %(n)s 号库存变动用了别家店的进货单")),
        (_counts, _moves.c.count_id, mark("第 %(n)s 号库存变动用了别家店的盘点")),
    ):
        foreign = session.connection().scalars(
            select(_moves.c.id)
            .join(paper, and_(paper.c.village_id == _moves.c.village_id, paper.c.id == key))
            .join(
                _products,
                and_(
                    _products.c.village_id == _moves.c.village_id,
                    _products.c.id == _moves.c.product_id,
                ),
            )
            .where(_moves.c.village_id == village_id, _products.c.shop_id != paper.c.shop_id)
            .order_by(_moves.c.id)
        )
        yield from (Problem("stock_shop", _(words, n=number)) for number in foreign)


def _check_trail(session: Session, village_id: int) -> Iterator[Problem]:
    """The trail knows of the same receipts: from whom, by which paper, who took them in.

    Release 0.3 and before wrote down what came in, but of no receipt.
    """
    told = {
        int(line.subject): (line.user_id, *(line.detail[name] for name in RECEIPT_TEXTS))
        for line in trail(session, village_id, (RECEIVED,))
        if line.detail.keys() >= RECEIPT_TEXTS.keys()
    }
    rows = _rows(session, village_id, _receipts)
    kept = {row.id: (row.by, *(getattr(row, name) for name in RECEIPT_TEXTS)) for row in rows}
    for number in sorted(told.keys() | kept.keys()):
        if told.get(number) != kept.get(number):
            words = _("第 %(n)s 号进货单与操作记录不符", n=number)
            yield Problem("stock_trail", words)


def _check_counts(session: Session, village_id: int, moves: Iterable[Any]) -> Iterator[Problem]:
    """A posted count moved what it found more or less; any other moved nothing."""
    same = and_(
        _counts.c.village_id == _count_lines.c.village_id,
        _counts.c.id == _count_lines.c.count_id,
    )
    due = Counter(
        {
            (line.count_id, line.product_id): line.counted - line.expected
            for line in session.connection().execute(
                select(_count_lines)
                .join(_counts, same)
                .where(
                    _count_lines.c.village_id == village_id,
                    _count_lines.c.counted.is_not(None),
                    _counts.c.state == CountState.POSTED,
                )
            )
        }
    )
    found: Counter[Any] = Counter()
    for move in moves:
        if move.kind == MoveKind.COUNT:
            found[move.count_id, move.product_id] += move.quantity
    for count_id in sorted({key[0] for key in _differing(due, found)}, key=str):
        yield Problem("stock_count", _("第 %(n)s 次盘点的盈亏与库存变动不符", n=count_id))


def _differing(due: Counter[Any], found: Counter[Any]) -> list[Any]:
    """The keys whose counts are not the same on both sides."""
    return sorted({key for key in due.keys() | found.keys() if due[key] != found[key]}, key=str)
