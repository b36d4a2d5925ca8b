"""Models and migrations agree, on both engines; history is guarded by the database itself."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from moralbank import db
from moralbank.db import Database
from moralbank.migrations import upgrade
from moralbank.models import metadata


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
