"""What `check` finds when somebody writes into the fund's rows past the program."""

from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session

from moralbank import clock
from moralbank.check import check_village
from tests.awards.deeds import DU, WANG
from tests.fund.purse import Purse
from tests.notices.wall import after
from tests.village import Town

_FORGED = [
    ("UPDATE vouchers SET amount_fen = amount_fen + 1 WHERE id = 1", {"fund_cash", "voucher_legs"}),
    ("UPDATE vouchers SET number = '财-8' WHERE id = 1", {"voucher_payload"}),
    ("UPDATE vouchers SET party = '别人' WHERE id = 2", {"voucher_payload"}),
    ("UPDATE vouchers SET source = 'donation' WHERE id = 1", {"voucher_payload"}),
    ("UPDATE vouchers SET day = '2020-01-01' WHERE id = 1", {"voucher_payload"}),
    ("UPDATE vouchers SET receipt_id = 5 WHERE id = 2", {"voucher_payload"}),
    ("UPDATE vouchers SET kind = 'purchase' WHERE id = 1", {"fund_cash", "voucher_without_event"}),
    ("UPDATE vouchers SET seq = 1 WHERE id = 2", {"voucher_without_event", "voucher_missing"}),
    ("UPDATE vouchers SET reversed_seq = NULL WHERE id = 3", {"fund_cash", "voucher_reversed"}),
    ("UPDATE vouchers SET reversed_seq = 2 WHERE id = 1", {"fund_cash", "voucher_reversed"}),
    ("DELETE FROM vouchers WHERE id = 2", {"fund_cash", "voucher_missing"}),
    ("UPDATE ledger_accounts SET balance = -5 WHERE kind = 'fund_cash'", {"fund_below_zero"}),
    ("UPDATE lapse_lines SET points = points + 1 WHERE points = 9", {"lapse_sums", "lapse_legs"}),
    ("UPDATE lapses SET points = 20", {"lapse_sums"}),
    ("UPDATE lapses SET day = '2020-01-10'", {"lapse_payload"}),
    ("UPDATE lapses SET older_than = '2020-01-10'", {"lapse_payload"}),
    ("UPDATE lapses SET seq = NULL", {"lapse_missing", "lapse_without_event"}),
    ("UPDATE lapses SET seq = 1", {"lapse_missing", "lapse_without_event"}),
]


def test_every_forged_row_is_found(village: Town) -> None:
    """One story, forged in many ways: each is undone before the next."""
    purse = Purse(village)
    purse.income(10_000, "财-7")
    purse.buy(4_000)
    purse.take_back(purse.income(500))
    purse.give(DU, 9)
    purse.give(WANG, 4)
    purse.rule(clock.today() + timedelta(days=30))
    with after(30):
        assert purse.lapse() == [1]
    assert purse.codes() == []
    for statement, codes in _FORGED:
        assert codes <= set(_forged(purse, statement)), statement
    assert "lapse_missing" in _forged(purse, "DELETE FROM lapse_lines", "DELETE FROM lapses")


def _forged(purse: Purse, *statements: str) -> list[str]:
    """What would be found after somebody wrote past the program; it is undone again."""
    with purse.town.database.engine.connect() as connection:
        if purse.town.database.is_sqlite:
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.exec_driver_sql(triggers).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0
        with Session(connection) as session:
            found = check_village(session, purse.town.village_id)
        connection.rollback()
        connection.invalidate()
    return [problem.code for problem in found]
