"""Somebody who has the database's password, and writes into it past the program."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlmodel import Session

from moralbank.check import check_village
from moralbank.db import Database
from tests.village import Town


def intrude(database: Database, *statements: str) -> None:
    """Change rows for good, triggers and foreign keys taken away; each statement must hit some."""
    with _unguarded(database, statements) as connection:
        connection.commit()


def codes_after(town: Town, *statements: str) -> set[str]:
    """What `check` would find after such changes, which are undone again."""
    with _unguarded(town.database, statements) as connection, Session(connection) as session:
        return {problem.code for problem in check_village(session, town.village_id)}


@contextmanager
def _unguarded(database: Database, statements: tuple[str, ...]) -> Iterator[Connection]:
    """A connection on which the statements ran; what isn't committed on it is undone."""
    with database.engine.connect() as connection:
        try:
            _take_guards_away(connection, sqlite=database.is_sqlite)
            for statement in statements:
                assert connection.execute(text(statement)).rowcount > 0, statement
            yield connection
        finally:
            connection.rollback()
            connection.invalidate()


def _take_guards_away(connection: Connection, *, sqlite: bool) -> None:
    if not sqlite:
        connection.exec_driver_sql("SET session_replication_role = replica")
        return
    connection.exec_driver_sql("COMMIT")  # within a transaction SQLite keeps its foreign keys
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.exec_driver_sql("BEGIN")
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for name in connection.exec_driver_sql(triggers).scalars().all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
