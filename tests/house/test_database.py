"""Models and migrations agree, on both engines; history is guarded by the database itself."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from moralbank import db
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.errors import (
    DatabaseDamaged,
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOutdated,
)
from moralbank.ledger.queries import head_mark
from moralbank.migrations import upgrade
from moralbank.models import metadata
from tests.village import Town


def test_models_and_migrations_agree(empty: Database) -> None:
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(empty: Database) -> None:
    upgrade(empty.engine)
    with empty.engine.connect() as connection:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert found == db.newest_migration()


def test_sqlite_runs_as_the_house_says(sources: dict) -> None:  # type: ignore[type-arg]
    database = Database(sources["sqlite"].empty())
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def _change(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement))
    database.close()


def test_a_lost_version_is_damage_and_no_upgrade_touches_it(empty: Database) -> None:
    _change(empty, "DELETE FROM alembic_version")
    again = Database(empty.engine.url.render_as_string(hide_password=False))
    with pytest.raises(DatabaseDamaged), again.reading():
        pytest.fail("opened a database without its version")
    with pytest.raises(DatabaseDamaged):
        upgrade(again.engine)
    again.close()


def test_a_database_of_a_later_release_is_left_alone(empty: Database) -> None:
    _change(empty, "UPDATE alembic_version SET version_num = '9999'")
    again = Database(empty.engine.url.render_as_string(hide_password=False))
    with pytest.raises(DatabaseNewer), again.writing():
        pytest.fail("opened a database of a later release")
    with pytest.raises(DatabaseNewer):
        upgrade(again.engine)
    again.close()


def test_an_older_database_asks_for_its_upgrade(empty: Database) -> None:
    _change(empty, "UPDATE alembic_version SET version_num = '0001'")
    again = Database(empty.engine.url.render_as_string(hide_password=False))
    with pytest.raises(DatabaseOutdated) as refusal, again.reading():
        pytest.fail("opened an older database")
    assert "moralbank db upgrade" in refusal.value.message
    again.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "moralbank.db"
    path.write_bytes("花名册".encode() * 1000)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(DatabaseDamaged), database.reading():
        pytest.fail("opened something else")
    with pytest.raises(DatabaseDamaged):
        upgrade(database.engine)
    database.close()


def test_a_file_moved_away_while_we_run_is_missed_at_once(hamlet: Town, tmp_path: Path) -> None:
    """Nothing may be written to it through connections that are still open."""
    database = hamlet.database
    with database.reading() as session:
        before = head_mark(session, hamlet.village_id)
    path = Path(database.engine.url.database or "")
    elsewhere = path.rename(tmp_path / "moved.db")
    with pytest.raises(DatabaseMissing), database.writing():
        pytest.fail("wrote to a file that is not there")
    elsewhere.rename(path)
    with database.reading() as session:
        assert head_mark(session, hamlet.village_id) == before
        assert check_village(session, hamlet.village_id) == []
