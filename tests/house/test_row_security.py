"""PostgreSQL's own wall between villages: behind every `village_id` that our queries name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from flask import Flask, template_rendered
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from moralbank import db
from moralbank.access.permissions import Role
from moralbank.access.service import NameTaken, add_user
from moralbank.cards.queries import active_cards
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.models import metadata
from moralbank.regions.service import founder, open_office, wanted_office
from moralbank.villages.codes import above, level_of, reach
from tests.conftest import Source, make_app
from tests.lively import DU, live
from tests.soak import told
from tests.village import PASSWORD, STAFF, VILLAGE_ID, Browser, Town, found_village

NEIGHBOUR = 150404103202
FAR_AWAY = 150404104201
TOWN = 150404103000
OVERSEER = "包永胜"
VILLAGE_OF = {
    table.name: "id" if table.name == "villages" else "village_id"
    for table in metadata.sorted_tables
    if table.name == "villages" or "village_id" in table.c
}
"""The column that says whose a row is, by table."""


@pytest.fixture(scope="module")
def land(sources: dict[str, Source]) -> Iterator[Database]:
    """Two lively villages of one town with its office, and one of another town."""
    url = sources["postgresql"].settled()
    database = Database(url)
    db.use(database)
    db.see_everything()
    live(Town(database, VILLAGE_ID), "替邻居收麦子")
    found_village(database, NEIGHBOUR, "小河沿村")
    live(Town(database, NEIGHBOUR), "给邻居担水")
    found_village(database, FAR_AWAY, "杨树沟村", (("一组", "001", "那顺"),))
    with database.writing() as session:
        office = open_office(session, wanted_office(str(TOWN)[:9], "哈拉道口镇"))
        add_user(session, founder(office.id), OVERSEER, Role.OVERSEER, PASSWORD, first=False)
    yield database
    database.close()
    sources["postgresql"].drop(url)


@pytest.fixture(autouse=True)
def _in_use(land: Database) -> Iterator[None]:
    """Whatever a test narrows is wide again for the next one."""
    db.use(land)
    db.see_everything()
    yield
    db.see_everything()


@contextmanager
def _seen_from(database: Database, first: int, last: int | None = None) -> Iterator[Connection]:
    """A connection that sees these villages alone; what is done on it is undone."""
    db.see_only(first, last)
    with database.engine.connect() as connection:
        yield connection
        connection.rollback()


def _villages_in(connection: Connection) -> dict[str, set[int]]:
    """Whose rows a connection finds in each table, by SQL that names no village."""
    return {
        table: set(connection.scalars(text(f"SELECT DISTINCT {column} FROM {table}")))
        for table, column in VILLAGE_OF.items()
    }


def test_every_table_of_villages_has_its_wall(land: Database) -> None:
    """Enabled, forced on the tables' owner too, one policy for reading and writing."""
    with land.engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, "
                "array_agg(p.polname || p.polcmd::text || p.polpermissive::text) "
                "FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid "
                "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace "
                "GROUP BY 1, 2"
            )
        )
        walls = {name: (walled, policies) for name, walled, policies in found}
    assert walls.pop("alembic_version")[0] is False
    assert walls.keys() == VILLAGE_OF.keys()
    assert {str(wall) for wall in walls.values()} == {"(True, ['in_sight*true'])"}


def test_whoever_talks_to_the_database_is_no_superuser(land: Database) -> None:
    """For a superuser, or a role with BYPASSRLS, there would be no wall."""
    with land.engine.connect() as connection:
        role = connection.execute(
            text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).one()
    assert tuple(role) == (False, False)


def test_raw_sql_sees_one_village_alone(land: Database) -> None:
    with _seen_from(land, db.EVERYTHING.first, db.EVERYTHING.last) as connection:
        everything = _villages_in(connection)
    empty = {name for name, villages in everything.items() if not villages}
    both = {name for name, whose in everything.items() if {VILLAGE_ID, NEIGHBOUR} <= whose}
    assert len(both) > 40, "the villages are not lively enough to tell"
    assert both | empty | {"villages"} == VILLAGE_OF.keys()
    with _seen_from(land, NEIGHBOUR) as connection:
        seen = _villages_in(connection)
    assert set().union(*seen.values()) == {NEIGHBOUR}
    assert all(seen[name] for name in both)


def test_a_town_sees_its_villages_and_a_stranger_nothing(land: Database) -> None:
    with _seen_from(land, *reach(TOWN)) as connection:
        assert set().union(*_villages_in(connection).values()) == {TOWN, VILLAGE_ID, NEIGHBOUR}
    assert above(FAR_AWAY, level_of(TOWN)) != TOWN
    # Somebody with the password and a client of their own, who names no village at all.
    stranger = create_engine(land.engine.url)
    with stranger.connect() as connection:
        assert set().union(*_villages_in(connection).values()) == set()
    stranger.dispose()


def test_a_neighbours_rows_can_be_neither_changed_nor_made(land: Database) -> None:
    with _seen_from(land, NEIGHBOUR) as connection:
        for table, column in VILLAGE_OF.items():
            ours = f"WHERE {column} = {VILLAGE_ID}"
            with connection.begin_nested() as undone:
                if not _is_history(connection, table):
                    changed = connection.execute(text(f"UPDATE {table} SET {column} = 1 {ours}"))
                    gone = connection.execute(text(f"DELETE FROM {table} {ours}"))
                    assert (changed.rowcount, gone.rowcount) == (0, 0), table
                undone.rollback()
    moved = f"UPDATE households SET village_id = {VILLAGE_ID}"
    planted = (
        f"INSERT INTO ledger_numbers (village_id, name, last) VALUES ({VILLAGE_ID}, 'planted', 1)"
    )
    for statement in (moved, planted):
        with (
            _seen_from(land, NEIGHBOUR) as connection,
            pytest.raises(DBAPIError, match="row-level security"),
        ):
            connection.execute(text(statement))


def _is_history(connection: Connection, table: str) -> bool:
    """Whether triggers refuse every change of a table anyway."""
    found = text("SELECT count(*) FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass) "
                 "AND NOT tgisinternal")  # fmt: skip
    return bool(connection.scalar(found, {"table": table}))


def test_keys_hold_across_the_wall(land: Database) -> None:
    """What must be unique in the whole installation is, though nobody sees whose it is."""
    with _seen_from(land, NEIGHBOUR) as connection, pytest.raises(IntegrityError):
        connection.execute(
            text(
                "INSERT INTO ledger_transfers SELECT t.* FROM ledger_transfers t "
                "ORDER BY seq DESC, leg LIMIT 1"
            )
        )
    with _seen_from(land, NEIGHBOUR) as connection, pytest.raises(IntegrityError):
        connection.execute(
            text(f"UPDATE users SET name = '{STAFF[Role.ADMIN]}' WHERE role = 'admin'")
        )
    with _seen_from(land, NEIGHBOUR) as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE awards SET household_id = 99"))


def test_a_name_of_another_village_is_taken(land: Database) -> None:
    """The administrator is told so, though no query of theirs could find it."""
    admin = Town(land, NEIGHBOUR).actor(Role.ADMIN)
    db.see_only(NEIGHBOUR)
    with pytest.raises(NameTaken), land.writing() as session:
        add_user(session, admin, STAFF[Role.RECORDER], Role.RECORDER, PASSWORD)


def test_whole_proofs_see_what_they_need(land: Database) -> None:
    for village in (VILLAGE_ID, NEIGHBOUR):
        db.see_only(village)
        with land.reading() as session:
            assert check_village(session, village) == []


@pytest.fixture
def app(land: Database, tmp_path: Path) -> Flask:
    return make_app(Town(land, VILLAGE_ID), tmp_path)


def _seen_while(app: Flask, ask: Callable[[], Any]) -> set[int]:
    """Whose households a view would find that forgot to say which village it means."""
    seen: list[set[int]] = []

    def forget(_app: Flask, **_page: Any) -> None:
        with db.reading() as session:
            seen.append(_villages_in(session.connection())["households"])

    with template_rendered.connected_to(forget, app):
        answer = ask()
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert seen, "no page was shown"
    return seen[0]


def test_a_view_that_forgets_its_village_shows_nobody_elses(app: Flask, land: Database) -> None:
    keeper = Browser(app).sign_in(STAFF[Role.SHOPKEEPER] + str(NEIGHBOUR)[-3:])
    assert _seen_while(app, lambda: keeper.client.get("/counter")) == {NEIGHBOUR}
    stranger = app.test_client()
    for path in (f"/n/{VILLAGE_ID}", f"/n/{VILLAGE_ID}/1", f"/b/{VILLAGE_ID}/shanju"):
        assert _seen_while(app, lambda path=path: stranger.get(path)) == {VILLAGE_ID}, path
    # Somebody who is signed in elsewhere sees of a public page what everybody sees.
    path = f"/n/{VILLAGE_ID}/1/1/object"
    assert _seen_while(app, lambda: keeper.client.get(path)) == {VILLAGE_ID}
    db.see_everything()
    with land.reading() as session:
        du = Town(land, VILLAGE_ID).household(DU).id
        token = active_cards(session, VILLAGE_ID)[du].token
    assert _seen_while(app, lambda: stranger.get(f"/c/{token}")) == {VILLAGE_ID}
    assert _seen_while(app, lambda: stranger.get(f"/c/{token}/claim")) == {VILLAGE_ID}


def test_an_office_sees_its_town_alone(app: Flask) -> None:
    overseer = Browser(app).sign_in(OVERSEER)
    assert _seen_while(app, lambda: overseer.client.get("/password")) == {VILLAGE_ID, NEIGHBOUR}


@pytest.mark.soak
def test_what_the_wall_costs(land: Database) -> None:
    """A proof of a whole village, narrowed and with the wall taken down: hardly any difference."""
    times = {}
    for wall in ("with", "without"):
        with land.engine.connect() as connection:
            if wall == "without":
                for table in VILLAGE_OF:
                    connection.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
            with Session(connection) as session:
                check_village(session, VILLAGE_ID)
                begun = perf_counter()
                for _round in range(3):
                    check_village(session, VILLAGE_ID)
                times[wall] = perf_counter() - begun
            connection.rollback()
    told(f"row security: a proof takes {times['with'] / times['without']:.2f} × as long")
    assert times["with"] < 2 * times["without"]
