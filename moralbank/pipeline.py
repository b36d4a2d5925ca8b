"""PostgreSQL: statements whose answers nobody waits for go out one behind the other.

Each answer that is waited for costs a round trip: a third of a redemption's time on the same
machine, more over a network. Whoever asks next, or commits, waits for all answers so far, so a
fault is told at most a few statements late and within its transaction.
(https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html)
"""

from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

_OPEN: Final = "moralbank.pipeline"
"""Under this key a driver's connection keeps the pipeline that was begun on it."""


def send_ahead(connection: Connection) -> None:
    """Let the statements that follow go out without waiting for their answers."""
    if _OPEN not in connection.info:
        driver: Any = connection.connection.driver_connection
        begun = driver.pipeline()
        begun.__enter__()
        connection.info[_OPEN] = begun


def settle(connection: Connection) -> None:
    """Wait for the answers to all that was sent; raises what went wrong as SQLAlchemy does."""
    begun: Any = connection.info.pop(_OPEN, None)
    if begun is None:
        return
    driver: Any = connection.dialect.dbapi
    try:
        begun.__exit__(None, None, None)
    except driver.Error as fault:
        raise DBAPIError.instance(
            None, None, fault, driver.Error, dialect=connection.dialect
        ) from fault


def install(engine: Engine) -> None:
    """Wait for answers before SQLAlchemy asks something itself, and at a transaction's end."""
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "commit", _keep)
    event.listen(engine, "rollback", _forget)


def _before(connection: Connection, *asked: Any) -> None:
    context = asked[3]
    if context is not None:  # statements of ours bring none: they know what they wait for
        settle(connection)


def _keep(connection: Connection) -> None:
    """SQLAlchemy takes a transaction for ended that fails here, and would not undo it."""
    try:
        settle(connection)
    except DBAPIError:
        driver: Any = connection.connection.driver_connection
        driver.rollback()
        raise


def _forget(connection: Connection) -> None:
    """What is undone need not have gone well."""
    with suppress(DBAPIError):
        settle(connection)
