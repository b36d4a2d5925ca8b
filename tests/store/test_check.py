"""What `check` finds when somebody writes into stock past the program."""

from datetime import timedelta

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.counter.refunding import refund
from moralbank.store import service
from moralbank.store.service import ReceivedLine, Receiving
from tests.counter.till import DU, Till
from tests.intruder import intrude
from tests.village import Town

_MOVE = (
    'INSERT INTO stock_moves (village_id, id, product_id, batch_id, kind, quantity, "left", '
    'slip_id, refund_id, receipt_id, count_id, note, "by", at) '
    "SELECT village_id, 900, product_id, batch_id, '{kind}', {quantity}, \"left\", "
    "{slip}, {refund}, {receipt}, {count}, '', \"by\", at FROM stock_moves WHERE id = 1"
)


def _move(kind: str, quantity: int, **paper: int) -> str:
    """A move that nobody made, of the first product that came."""
    papers = {"slip": "NULL", "refund": "NULL", "receipt": "NULL", "count": "NULL"}
    return _MOVE.format(kind=kind, quantity=quantity, **{**papers, **paper})


@pytest.fixture
def busy(hamlet: Town) -> Till:
    """A shelf that saw everything once, on SQLite alone: `check` only reads."""
    return _live(hamlet)


def _live(village: Town) -> Till:
    """Oil and salt in, out, back, sent back, written off."""
    till = Till(village)
    oil, salt = till.product("OIL-5L").id, till.product("SALT-400G").id
    soon = clock.today() + timedelta(days=9)
    keeper = village.actor(Role.SHOPKEEPER)
    with village.database.writing() as session:
        lines = {oil: ReceivedLine(10, 5800, soon), salt: ReceivedLine(10, 150)}
        service.receive(session, keeper, "busy-receive-1", Receiving(lines))
        more = Receiving({oil: ReceivedLine(5, 6000)})
        service.receive(session, keeper, "busy-receive-2", more)
        service.send_back(session, keeper, "busy-back-1", 1, {oil: 1}, "漏油")
        service.waste(session, keeper, "busy-waste-1", {salt: 1}, "受潮")
    till.give(DU, 200)
    slip = till.redeem(DU, OIL_5L=2, SALT_400G=1)
    spoiled = {line.line: line.product_id == salt for line in slip.lines}
    with village.database.writing() as session:
        refund(session, keeper, "busy-refund-1", slip.id, spoiled, "口袋破了")
    assert till.problems() == []
    return till


def test_a_busy_shelf_is_proven_and_a_stranger_found(village: Town) -> None:
    busy = _live(village)
    intrude(busy.town.database, "UPDATE stock_receipts SET cost_fen = cost_fen + 1 WHERE id = 2")
    assert [problem.code for problem in busy.problems()] == ["stock_receipt"]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE products SET stock = stock + 1 WHERE sku = 'OIL-5L'", "stock"),
        ('UPDATE stock_batches SET "left" = "left" + 1 WHERE id = 1', "stock_batch"),
        ("UPDATE stock_moves SET batch_id = 2 WHERE id = 1", "stock_batch"),
        ("UPDATE stock_moves SET quantity = -quantity WHERE kind = 'waste'", "stock_direction"),
        ("UPDATE stock_moves SET kind = 'count' WHERE kind = 'waste'", "stock_paper"),
        ("UPDATE stock_moves SET count_id = 1 WHERE id = 1", "stock_paper"),
        (
            "UPDATE stock_moves SET batch_id = 3 WHERE kind = 'return' AND batch_id = 1",
            "stock_refund",
        ),
        ("UPDATE refund_lines SET written_off = NOT written_off WHERE line = 1", "stock_refund"),
        ("DELETE FROM stock_moves WHERE kind = 'return'", "stock_refund"),
        ("UPDATE stock_receipts SET cost_fen = cost_fen + 1 WHERE id = 2", "stock_receipt"),
        ("UPDATE stock_batches SET cost_fen = 1 WHERE id = 1", "stock_receipt"),
        ("UPDATE stock_moves SET receipt_id = 2 WHERE kind = 'send_back'", "stock_receipt"),
        ("UPDATE stock_receipts SET supplier = '假' WHERE id = 2", "stock_trail"),
        ("UPDATE stock_receipts SET shop_id = 2 WHERE id = 2", "stock_shop"),
        ("UPDATE stock_moves SET receipt_id = NULL WHERE receipt_id = 2", "stock_arrival"),
        ("UPDATE stock_moves SET receipt_id = NULL WHERE id = 1", "stock_arrival"),
        (
            "UPDATE stock_moves SET quantity = -11 WHERE kind = 'send_back'",
            "stock_receipt",
        ),
        (_move("redeem", -1, slip=1), "stock_slip"),
        (_move("waste", -1, refund=1), "stock_refund"),
        (_move("receive", 1, receipt=2), "stock_receipt"),
        (_move("count", 1, count=7), "stock_count"),
    ],
)
def test_it_is_found(busy: Till, statement: str, code: str) -> None:
    intrude(busy.town.database, statement)
    assert code in {problem.code for problem in busy.problems()}
