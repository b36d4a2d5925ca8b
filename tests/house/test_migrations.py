"""Every release's rows find their way into this one's tables, on both engines, and lose nothing.

`releases/<revision>.jsonl` holds the rows of a village as the release of that revision wrote
them (SQLite's spelling): households, deeds on every part of their way, a card, goods,
redemptions, from 0004 on a notice, a round, a refund, vouchers, a settlement, from 0005 on a
board and a passbook. They were written by that release's own services and are never made anew.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, create_engine, select, text
from sqlalchemy.exc import DBAPIError

from moralbank import db
from moralbank.access.permissions import Role
from moralbank.awards import service as awards
from moralbank.awards.queries import Filter, listed_awards
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.migrations import alembic_config, upgrade
from tests.conftest import Source
from tests.village import VILLAGE_ID, Town

RELEASES = sorted(Path(__file__).with_name("releases").glob("*.jsonl"))
STATES = {
    "0002": {"posted", "refused", "reversed", "claimed"},
    "0004": {"posted", "draft", "returned", "claimed", "noticed", "objected"},
    "0005": {"posted", "draft", "returned", "claimed", "noticed", "objected"},
}
"""Where the deeds of each release's village stand."""
COLLECTED = {"0002": [5, 3], "0004": [3], "0005": [3]}
"""What each release's posted deeds brought, the newest first."""
_CASTS: dict[type, Callable[[Any], Any]] = {
    datetime: lambda typed: datetime.fromisoformat(typed).replace(tzinfo=UTC),
    date: date.fromisoformat,
    bool: bool,
}


def _cast(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the file as this engine's driver takes it."""

    def value(name: str, kept: Any) -> Any:
        kind = table.columns[name].type.python_type
        return kept if kept is None else _CASTS.get(kind, lambda same: same)(kept)

    # The trail counts by itself: PostgreSQL must not be given numbers that it would give again.
    return {
        name: value(name, kept)
        for name, kept in row.items()
        if (table.name, name) != ("audit_entries", "id")
    }


def fill(connection: Connection, release: Path) -> MetaData:
    tables = MetaData()
    tables.reflect(connection)
    for line in release.read_text("utf-8").splitlines():
        name, row = json.loads(line)
        connection.execute(tables.tables[name].insert(), _cast(tables.tables[name], row))
    return tables


def _rows(connection: Connection, tables: MetaData) -> dict[str, list[tuple[Any, ...]]]:
    """What the old release's columns say, table by table."""
    return {
        name: sorted(map(tuple, connection.execute(select(*table.columns))), key=repr)
        for name, table in tables.tables.items()
        if name != "alembic_version"
    }


@pytest.fixture(params=RELEASES, ids=lambda path: path.stem)
def release(request: pytest.FixtureRequest) -> Path:
    """The rows of an old release."""
    return Path(request.param)


@pytest.fixture
def upgraded(source: Source, release: Path) -> Iterator[Town]:
    """A village of an old release in this release's tables."""
    database = Database(source.bare())
    command.upgrade(alembic_config(database.engine), release.stem)
    plain = create_engine(database.engine.url)
    with plain.begin() as connection:
        old = fill(connection, release)
        before = _rows(connection, old)
    plain.dispose()
    upgrade(database.engine)
    with database.engine.connect() as connection:
        after = _rows(connection, old)
    # A migration may add a row of its own (a counter that there was none of), never lose one.
    lost = {name: set(rows) - set(after[name]) for name, rows in before.items()}
    assert not any(lost.values()), lost
    db.use(database)
    yield Town(database, VILLAGE_ID)
    database.close()
    source.drop(database.engine.url.render_as_string(hide_password=False))


def test_a_village_of_an_older_release_goes_on_where_it_was(upgraded: Town, release: Path) -> None:
    """One test of many steps: upgrading costs more than all of them."""
    _the_books_are_proved(upgraded, release)
    _the_village_goes_on(upgraded)
    _history_is_guarded_after_a_rebuild(upgraded)


def _the_books_are_proved(upgraded: Town, release: Path) -> None:
    with upgraded.database.reading() as session:
        assert check_village(session, upgraded.village_id) == []
        rows = listed_awards(session, upgraded.village_id, Filter())
    assert {row.state for row in rows} == STATES[release.stem]
    collected = [row.collected for row in rows if row.state == "posted"]
    assert collected == COLLECTED[release.stem]
    assert all(row.decided_at for row in rows if row.decided_by is not None)


def _the_village_goes_on(upgraded: Town) -> None:
    recorder = upgraded.actor(Role.RECORDER)
    household = upgraded.household("六组-043").id
    with upgraded.database.writing() as session:
        wanted = awards.RecordAward(household_id=household, item=7)
        made = awards.record(session, recorder, "deed-after-0001", wanted)
    with upgraded.database.reading() as session:
        assert made == max(row.id for row in listed_awards(session, VILLAGE_ID, Filter()))
        assert check_village(session, upgraded.village_id) == []


def _history_is_guarded_after_a_rebuild(upgraded: Town) -> None:
    for table in ("award_steps", "ledger_events", "stock_moves", "audit_entries"):
        with pytest.raises(DBAPIError, match="append-only"), upgraded.database.engine.begin() as by:
            by.execute(text(f"DELETE FROM {table}"))
