"""PostgreSQL restarts, drops us, answers nobody, may only be read: in the middle of a sale."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine, event, text

from moralbank import db
from moralbank.db import Database
from moralbank.errors import DatabaseGone, DatabaseLocked, DatabaseReadOnly
from tests.conftest import make_app
from tests.faults.conftest import Lasting, restart
from tests.faults.cutting import Cut, way_to
from tests.faults.selling import Sale
from tests.soak import LONG, told
from tests.village import VILLAGE_ID, Town


@pytest.fixture
def town(lasting: Lasting) -> Iterator[Town]:
    """The settled village on PostgreSQL."""
    source = lasting[0]["postgresql"]
    url = source.settled()
    database = Database(url)
    db.use(database)
    yield Town(database, VILLAGE_ID)
    database.close()
    source.drop(url)


@pytest.fixture
def sale(town: Town, tmp_path: Path) -> Sale:
    """A counter on PostgreSQL."""
    return Sale(town, make_app(town, tmp_path))


def test_a_connection_cut_around_its_commit(town: Town, tmp_path: Path) -> None:
    """Done or not done, nobody was told: the same form finds out, and nothing is done twice."""
    url = town.database.engine.url.render_as_string(hide_password=False)
    with way_to(url, tmp_path) as (around, way):
        cut_off = Town(Database(around), VILLAGE_ID)
        sale = Sale(cut_off, make_app(cut_off, tmp_path))
        for cut in Cut:

            @contextmanager
            def broken(cut: Cut = cut) -> Iterator[None]:
                way.cut = cut
                yield
                assert way.has_cut.is_set()
                way.has_cut.clear()

            sale.survives(broken(), DatabaseGone, kept=cut is Cut.AFTER)
        cut_off.database.close()


@pytest.mark.soak
def test_postgresql_restarts_in_the_middle_of_a_sale(sale: Sale, lasting: Lasting) -> None:
    """Orderly, and (in the long form) as after a power cut."""
    postgresql = lasting[1]
    sale.survives(_at_statement(sale, 12, lambda: restart(postgresql, "fast")), DatabaseGone)
    if not LONG:
        return
    moments = range(2, _statements(sale), 3)
    for number in moments:
        crash = _at_statement(sale, number, lambda: restart(postgresql, "immediate"))
        sale.survives(crash, DatabaseGone)
    told(f"PostgreSQL crashed at {len(moments)} statements of a sale: told so, then done once")


def test_postgresql_drops_a_connection_at_any_statement_of_a_sale(sale: Sale) -> None:
    for number in (2, 9, 20):
        sale.survives(_at_statement(sale, number, lambda: _drop_all(sale)), DatabaseGone)


def test_the_villages_row_is_held_for_long(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.2)
    sale.survives(_head_held(sale), DatabaseLocked)


def test_a_server_that_may_only_be_read(sale: Sale) -> None:
    sale.survives(_standby(sale), DatabaseReadOnly)


def test_no_server_at_all(sale: Sale) -> None:
    """Not even the page can be drawn; what was typed comes back with the page that says so."""
    sale.survives(_nobody_may_connect(sale), DatabaseGone)


@contextmanager
def _at_statement(sale: Sale, number: int, strike: Callable[[], None]) -> Iterator[None]:
    """Let something happen just before the n-th statement that the form's sending takes."""
    engine = sale.till.town.database.engine
    left = [number]

    def count(*_arguments: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            strike()

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert left[0] <= 0, "the sale took fewer statements"


def _statements(sale: Sale) -> int:
    """How many statements a sale takes from its first to its commit."""
    made: list[object] = []

    def note(*arguments: object) -> None:
        made.append(arguments[2])

    engine, form = sale.till.town.database.engine, sale.filled()
    event.listen(engine, "before_cursor_execute", note)
    assert sale.send(form).status_code == HTTPStatus.SEE_OTHER
    event.remove(engine, "before_cursor_execute", note)
    return len(made)


def _elsewhere(sale: Sale, *statements: str) -> None:
    """Say something to the server on a connection that is nobody's of ours."""
    engine = create_engine(
        sale.till.town.database.engine.url, isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _drop_all(sale: Sale) -> None:
    _elsewhere(
        sale,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


@contextmanager
def _head_held(sale: Sale) -> Iterator[None]:
    engine = create_engine(sale.till.town.database.engine.url, poolclass=NullPool)
    with engine.connect() as connection:
        see = "SELECT set_config('moralbank.first', '0', true), "
        connection.execute(text(see + "set_config('moralbank.last', '999999999999', true)"))
        held = connection.execute(text("SELECT 1 FROM ledger_heads FOR UPDATE"))
        assert held.all()
        yield
        connection.rollback()


@contextmanager
def _standby(sale: Sale) -> Iterator[None]:
    """Every transaction is as on a server that follows another one."""
    engine = sale.till.town.database.engine

    def read_only(connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    event.listen(engine, "begin", read_only)
    yield
    event.remove(engine, "begin", read_only)


@contextmanager
def _nobody_may_connect(sale: Sale) -> Iterator[None]:
    """The server's socket is gone."""
    url = sale.till.town.database.engine.url
    sale.till.town.database.close()
    door = Path(str(url.query["host"])) / ".s.PGSQL.5432"
    away = door.rename(door.with_name("away"))
    yield
    away.rename(door)
