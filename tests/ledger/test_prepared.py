"""Statements prepared once do what SQLAlchemy's own do, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from moralbank.db import Database
from moralbank.errors import Refused
from moralbank.ledger.models import Account, AccountKind, Request
from moralbank.ledger.queries import _accounts_asked, account_of, accounts_of
from moralbank.ledger.requests import RequestReused, once
from moralbank.prepared import Prepared, adding, among, savepoint
from moralbank.villages.models import Group
from tests.village import VILLAGE_ID, Town

REQUESTS = Request.__table__
ACCOUNTS = Account.__table__
ADD = adding(REQUESTS)
IDS = Prepared(select(REQUESTS.c.id).where(REQUESTS.c.village_id == bindparam("village")))
KINDS = Prepared(
    select(ACCOUNTS.c.kind, ACCOUNTS.c.id)
    .where(ACCOUNTS.c.village_id == bindparam("village"), among(ACCOUNTS.c.kind, "kinds"))
    .order_by(ACCOUNTS.c.id)
)
NOON = datetime(2026, 9, 1, 12, tzinfo=timezone(timedelta(hours=8)))


def request(name: str) -> dict[str, object]:
    row = {"village_id": VILLAGE_ID, "id": name, "act": "test", "digest": "0" * 64}
    return {**row, "result": 1, "refusal": None, "at": NOON}


def ids(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(row.id for row in IDS.rows(session, village=VILLAGE_ID))


def test_values_and_rows_convert_as_always(village: Town) -> None:
    with village.database.writing() as session:
        ADD.run(session, **request("zhang-001"))
    with village.database.reading() as session:
        asked = select(REQUESTS).where(REQUESTS.c.id == "zhang-001")
        assert Prepared(asked).first(session).at == NOON.astimezone(UTC)
        assert session.connection().execute(asked).one().at == NOON.astimezone(UTC)
        kinds = {AccountKind.FUND_CASH, AccountKind.POINTS_ISSUED}
        rows = KINDS.rows(session, village=VILLAGE_ID, kinds=kinds)
        assert {row.kind for row in rows} == kinds
        assert all(isinstance(row.kind, AccountKind) for row in rows)


def test_among_takes_any_number(village: Town) -> None:
    with village.database.reading() as session:
        assert KINDS.rows(session, village=VILLAGE_ID, kinds=[]) == []
        every = KINDS.rows(session, village=VILLAGE_ID, kinds=list(AccountKind))
        assert len(every) > len(AccountKind)
        assert KINDS.rows(session, village=1, kinds=list(AccountKind)) == []


def test_a_fault_is_told_before_anything_is_kept(village: Town) -> None:
    def twice_the_same() -> None:
        with village.database.writing() as session:
            ADD.run(session, **request("before-1"))
            ADD.run(session, **request("before-1"))

    with pytest.raises(IntegrityError):
        twice_the_same()
    assert "before-1" not in ids(village.database)

    def and_then_a_question() -> None:
        with village.database.writing() as session:
            ADD.many(session, [request("before-2"), request("before-2")])
            account_of(session, VILLAGE_ID, AccountKind.FUND_CASH)
            pytest.fail("the question was answered")

    with pytest.raises(IntegrityError):
        and_then_a_question()
    assert "before-2" not in ids(village.database)
    with village.database.writing() as session:  # the connection works on
        ADD.run(session, **request("after-all"))
    assert "after-all" in ids(village.database)


def test_what_sqlalchemy_asks_finds_what_was_sent(village: Town) -> None:
    with village.database.writing() as session:
        ADD.run(session, **request("sent-ahead"))
        asked = select(REQUESTS.c.act).where(REQUESTS.c.id == "sent-ahead")
        assert session.connection().scalar(asked) == "test"


def test_a_refusal_undoes_its_own_block_alone(village: Town) -> None:
    def refused() -> None:
        with savepoint(session):
            ADD.run(session, **request("undone-1"))
            session.add(Group(village_id=VILLAGE_ID, id=77, name="七十七组", position=77))
            raise Refused

    with village.database.writing() as session:
        ADD.run(session, **request("kept-001"))
        with pytest.raises(Refused):
            refused()
        ADD.run(session, **request("kept-002"))
        assert session.get(Group, (VILLAGE_ID, 77)) is None
    assert {"kept-001", "kept-002"} <= set(ids(village.database))
    assert "undone-1" not in ids(village.database)


def test_a_nested_transaction_undoes_what_was_prepared(village: Town) -> None:
    with village.database.writing() as session:
        ADD.run(session, **request("outer-001"))
        nested = session.begin_nested()
        ADD.run(session, **request("nested-01"))
        nested.rollback()
        ADD.run(session, **request("outer-002"))
    assert {"outer-001", "outer-002"} <= set(ids(village.database))
    assert "nested-01" not in ids(village.database)


def test_a_request_within_a_request_is_undone_with_it(village: Town) -> None:
    def outer() -> int:
        once(session, VILLAGE_ID, "inner-request", "test", {}, lambda: 5)
        raise Refused

    with village.database.writing() as session:
        with pytest.raises(Refused):
            once(session, VILLAGE_ID, "outer-request", "test", {}, outer)
        assert once(session, VILLAGE_ID, "inner-request", "test", {}, lambda: 6).result == 6
        with pytest.raises(RequestReused):
            once(session, VILLAGE_ID, "inner-request", "test", {"other": 1}, lambda: 7)


def test_accounts_are_looked_up_one_by_one(village: Town) -> None:
    """Not by reading all of a village's: it has two for each household."""
    wanted = [(AccountKind.FUND_CASH, 0), (AccountKind.POINTS_ISSUED, 0)]
    with village.database.reading() as session:
        assert len(accounts_of(session, VILLAGE_ID, wanted)) == 2
        if village.database.is_sqlite:
            asked = _accounts_asked(2)._for(session.connection())
            run = session.connection().exec_driver_sql
            plan = run(f"EXPLAIN QUERY PLAN {asked.sql}", (VILLAGE_ID, "a", 1) * 2).all()
            searches = [row.detail for row in plan if "SEARCH" in row.detail]
            assert len(searches) == 2
            assert all("kind=? AND owner=?" in search for search in searches)
