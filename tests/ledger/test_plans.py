"""How a statement is read: never the whole history of an account, however long it is."""

from moralbank.ledger.queries import statement
from tests.ledger.books import DU, Books
from tests.plans import plans


def test_a_statement_reads_each_side_in_the_order_of_its_index(books: Books) -> None:
    (plan,) = plans(books.database, lambda session: statement(session, books.village_id, DU))
    # The conditions are on the index itself, and neither side is sorted before it is cut.
    if books.database.is_sqlite:
        assert plan.count("USE TEMP B-TREE FOR ORDER BY") == 2  # the fifty lines of each
        for side in ("debit", "credit"):
            index = f"ix_ledger_transfers_{side} (village_id=? AND {side}_account=? AND (seq,leg)<"
            assert index in plan
    else:
        assert "Sort  (" not in plan
        for side in ("debit", "credit"):
            assert f"Index Scan Backward using ix_ledger_transfers_{side}" in plan
