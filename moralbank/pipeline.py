"""PostgreSQL: statements go out one behind the other, and wait together for their answers.

Each answer that is waited for by itself costs a round trip: a third of a redemption's time on the
same machine, more over a network. A transaction's beginning and whatever only writes go out with
the next question, or with the commit; so a fault is told a few statements late at most, and always
before anything is kept. (https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html)
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


def install(engine: Engine) -> None:
    """Wait for answers before SQLAlchemy asks something itself, and when a connection is free."""
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "rollback", _forget)
    event.listen(engine, "checkin", _tidy)


def _settle(connection: Connection) -> None:
    """Wait for the answers to all that was sent; raises what went wrong as SQLAlchemy does."""
    begun: Any = connection.info.pop(_OPEN, None)
    if begun is None:
        return
    psycopg: Any = connection.dialect.dbapi
    try:
        begun.__exit__(None, None, None)
    except psycopg.Error as fault:
        dialect = connection.dialect
        raise DBAPIError.instance(None, None, fault, psycopg.Error, dialect=dialect) from fault


def _before(connection: Connection, *asked: Any) -> None:
    context = asked[3]
    if context is not None:  # statements of ours bring none: they know what they wait for
        _settle(connection)


def _forget(connection: Connection) -> None:
    """What is undone need not have gone well."""
    with suppress(DBAPIError):
        _settle(connection)


def _tidy(driver: Any, record: Any) -> None:
    """Whoever takes the connection next finds it as new, also after a commit that failed."""
    begun: Any = record.info.pop(_OPEN, None)
    if begun is None or driver is None:
        return
    from psycopg import Error  # noqa: PLC0415 - where there is PostgreSQL
    from psycopg.pq import TransactionStatus  # noqa: PLC0415 - as above

    with suppress(Error):
        begun.__exit__(None, None, None)
    if driver.info.transaction_status not in {TransactionStatus.IDLE, TransactionStatus.UNKNOWN}:
        driver.rollback()
