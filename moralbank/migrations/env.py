"""Run by Alembic: migrate the engine that `moralbank.migrations.upgrade` was given.

On SQLite foreign keys are off while tables are rebuilt: with them on, rebuilding a parent
table would silently delete children. They are checked once more at the end.
"""

from alembic import context
from sqlalchemy import Connection, Engine

from moralbank.models import metadata


class BrokenKeys(RuntimeError):
    """A migration left rows that point nowhere."""


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise BrokenKeys(broken)


def _without_foreign_keys(connection: Connection) -> None:
    raw = connection.connection.dbapi_connection
    if raw is not None and connection.dialect.name == "sqlite":
        raw.execute("PRAGMA foreign_keys = OFF")


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        _without_foreign_keys(connection)
        _run(connection)
        connection.commit()
        connection.invalidate()  # the next user gets a connection with foreign keys on


_migrate(context.config.attributes["engine"])
