"""The proof of the shelf: every piece came by a receipt and left by a slip."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from moralbank.counter.models import SlipLine
from moralbank.i18n import _
from moralbank.ledger.check import Problem
from moralbank.store.models import MoveKind, Product, StockMove

_products = Product.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_lines = SlipLine.__table__  # type: ignore[attr-defined]


def check_store(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's stock; an empty list is the proof that nothing is."""
    by_product: dict[int, list[Any]] = defaultdict(list)
    for move in session.connection().execute(
        select(_moves).where(_moves.c.village_id == village_id).order_by(_moves.c.id)
    ):
        by_product[move.product_id].append(move)
    problems = []
    for product in session.connection().execute(
        select(_products.c.id, _products.c.sku, _products.c.stock).where(
            _products.c.village_id == village_id
        )
    ):
        problems += _check_product(product, by_product[product.id])
    return problems + _check_slips(session, village_id, by_product)


def _check_product(product: Any, moves: list[Any]) -> list[Problem]:
    """Each move left what it says, in the direction of its kind, and the last left the stock."""
    problems = []
    left = 0
    for move in moves:
        left += move.quantity
        if move.left != left:
            words = _("%(sku)s 的第 %(n)s 号库存变动，结存数不对", sku=product.sku, n=move.id)
            problems.append(Problem("stock_left", words))
        if (move.quantity > 0) != (move.kind == MoveKind.RECEIVE):
            words = _("%(sku)s 的第 %(n)s 号库存变动，方向不对", sku=product.sku, n=move.id)
            problems.append(Problem("stock_direction", words))
        left = move.left
    if product.stock != sum(move.quantity for move in moves):
        words = _("%(sku)s 的库存与进出数量不符", sku=product.sku)
        problems.append(Problem("stock", words))
    return problems


def _check_slips(
    session: Session, village_id: int, by_product: dict[int, list[Any]]
) -> list[Problem]:
    """What slips gave out is what left the shelf for them, neither more nor less."""
    given: Counter[tuple[int, int]] = Counter()
    for line in session.connection().execute(
        select(_lines.c.slip_id, _lines.c.product_id, _lines.c.quantity).where(
            _lines.c.village_id == village_id
        )
    ):
        given[line.slip_id, line.product_id] += line.quantity
    left: Counter[tuple[int, int]] = Counter()
    problems = []
    for move in (move for moves in by_product.values() for move in moves):
        if move.kind == MoveKind.REDEEM:
            left[move.slip_id, move.product_id] -= move.quantity
        elif move.slip_id is not None:
            problems.append(Problem("stock_slip", _("第 %(n)s 号进货挂在兑换单上", n=move.id)))
    for slip_id, product_id in sorted(
        {key for key in given.keys() | left.keys() if given[key] != left[key]}, key=str
    ):
        words = _(
            "第 %(slip)s 号兑换单上 %(product)s 号商品的数量，与出库数量不符",
            slip=slip_id,
            product=product_id,
        )
        problems.append(Problem("stock_slip", words))
    return problems
