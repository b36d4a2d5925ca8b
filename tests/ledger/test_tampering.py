"""What `check` finds when somebody changes the books by SQL, behind the product's back."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from moralbank import clock
from moralbank.ledger.rates import set_rate
from tests import intruder
from tests.ledger.books import DU, WANG, Books


@pytest.fixture
def intrude(books: Books) -> Callable[..., None]:
    """A quarter of history, then an intruder."""
    books.award(DU, 30)
    wrong = books.award(WANG, 8)
    books.redeem(DU, 12, rate=100)
    books.reverse(wrong.seq)
    with books.database.writing() as session:
        set_rate(session, books.village_id, 100, clock.today(), actor=1, resolution="村民会议")
    books.award(DU, 2)
    assert books.problems() == []
    return partial(intruder.intrude, books.database)


def _seq(books: Books, kind: str) -> int:
    with books.database.engine.connect() as connection:
        found = connection.scalar(text(f"SELECT min(seq) FROM ledger_events WHERE kind = '{kind}'"))
    assert found is not None
    return int(found)


def test_a_changed_amount(books: Books, intrude: Callable[..., None]) -> None:
    """Even when the balances are made to fit."""
    seq = _seq(books, "post_awards")
    intrude(
        f"UPDATE ledger_transfers SET amount = 90, debit_after = debit_after - 60, "
        f"credit_after = credit_after + 60 WHERE seq = {seq}"
    )
    assert "hash" in books.problems()


def test_a_deleted_transfer(books: Books, intrude: Callable[..., None]) -> None:
    intrude(f"DELETE FROM ledger_transfers WHERE seq = {_seq(books, 'redeem')} AND leg = 2")
    found = books.problems()
    assert {"hash", "legs", "balance"} <= set(found)


def test_a_changed_balance(books: Books, intrude: Callable[..., None]) -> None:
    intrude(
        "UPDATE ledger_accounts SET balance = balance + 100 "
        f"WHERE kind = 'household_points' AND owner = {WANG}"
    )
    assert {"balance", "sum"} <= set(books.problems())


def test_two_balances_changed_so_that_the_sum_stays_zero(
    books: Books, intrude: Callable[..., None]
) -> None:
    intrude(
        "UPDATE ledger_accounts SET balance = balance + 7 "
        f"WHERE kind = 'household_points' AND owner = {WANG}",
        "UPDATE ledger_accounts SET balance = balance - 7 "
        f"WHERE kind = 'household_points' AND owner = {DU}",
    )
    assert books.problems() == ["balance", "balance"]


def test_a_swapped_order(books: Books, intrude: Callable[..., None]) -> None:
    first, second = _seq(books, "post_awards"), _seq(books, "redeem")
    moves = [(first, 9000), (second, first), (9000, second)]
    intrude(
        *(
            f"UPDATE {table} SET seq = {new} WHERE seq = {old}"
            for table in ("ledger_events", "ledger_transfers")
            for old, new in moves
        )
    )
    assert "hash" in books.problems()


def test_an_event_cut_off_at_the_end(books: Books, intrude: Callable[..., None]) -> None:
    """With its transfer and the balances: only the head row remembers."""
    intrude(
        "DELETE FROM ledger_transfers WHERE seq = (SELECT max(seq) FROM ledger_events)",
        "DELETE FROM ledger_events WHERE seq = (SELECT max(seq) FROM ledger_events)",
        "UPDATE ledger_accounts SET balance = balance - 2 "
        f"WHERE kind = 'household_points' AND owner = {DU}",
        "UPDATE ledger_accounts SET balance = balance + 2 WHERE kind = 'points_issued'",
    )
    assert books.problems() == ["head"]


def test_an_event_taken_from_the_middle(books: Books, intrude: Callable[..., None]) -> None:
    seq = _seq(books, "redeem")
    intrude(
        f"DELETE FROM ledger_transfers WHERE seq = {seq}",
        f"DELETE FROM ledger_events WHERE seq = {seq}",
    )
    assert {"gap", "hash"} <= set(books.problems())


def test_an_invented_event(books: Books, intrude: Callable[..., None]) -> None:
    intrude(
        "INSERT INTO ledger_events SELECT village_id, seq + 1, kind, at, actor, NULL, NULL, "
        "payload, hash FROM ledger_events WHERE seq = (SELECT max(seq) FROM ledger_events)"
    )
    assert {"hash", "head", "empty"} <= set(books.problems())


def test_a_swapped_owner(books: Books, intrude: Callable[..., None]) -> None:
    """杜仁森's account is given to 王䶮 and the other way round; every sum still fits."""
    kind = "kind = 'household_points'"
    intrude(
        f"UPDATE ledger_accounts SET owner = 99 WHERE {kind} AND owner = {DU}",
        f"UPDATE ledger_accounts SET owner = {DU} WHERE {kind} AND owner = {WANG}",
        f"UPDATE ledger_accounts SET owner = {WANG} WHERE {kind} AND owner = 99",
    )
    assert books.problems() == ["account", "account"]


def test_a_changed_rate(books: Books, intrude: Callable[..., None]) -> None:
    intrude("UPDATE ledger_rates SET fen_per_point = 1000")
    assert books.problems() == ["rate"]


def test_a_changed_reason_time_or_person(books: Books, intrude: Callable[..., None]) -> None:
    seq = _seq(books, "reverse")
    intrude(f'UPDATE ledger_events SET payload = \'{{"reason":"人情"}}\' WHERE seq = {seq}')
    assert books.problems() == ["hash"]


def test_a_reversal_pointed_elsewhere(books: Books, intrude: Callable[..., None]) -> None:
    seq, other = _seq(books, "reverse"), _seq(books, "post_awards")
    intrude(
        f"UPDATE ledger_events SET reverses = {other} WHERE seq = {seq}",
        f"UPDATE ledger_transfers SET reverses_seq = {other} WHERE seq = {seq}",
    )
    assert {"hash", "reversal"} <= set(books.problems())


def test_a_removed_floor(books: Books, intrude: Callable[..., None]) -> None:
    intrude(
        "UPDATE ledger_accounts SET floor = NULL "
        f"WHERE kind = 'household_points' AND owner = {WANG}"
    )
    assert books.problems() == ["account"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfers SET amount = 1",
        "DELETE FROM ledger_transfers",
        "UPDATE ledger_events SET payload = '{}'",
        "DELETE FROM ledger_events",
        "UPDATE ledger_accounts SET balance = -1 WHERE kind = 'household_points'",
    ],
)
def test_the_database_itself_refuses_while_its_guards_stand(books: Books, statement: str) -> None:
    books.award(DU, 3)
    with books.database.engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))
    assert books.problems() == []
