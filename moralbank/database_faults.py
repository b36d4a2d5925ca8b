"""What a driver's fault means for whoever asked: a refusal in plain words, or a fault of ours.

SQLite names its faults by result codes (https://sqlite.org/rescode.html), PostgreSQL by SQLSTATE
(https://www.postgresql.org/docs/current/errcodes-appendix.html). What stands in neither table, and
doesn't mean that the connection is gone, is a mistake in our program and goes on as it came.
"""

import sqlite3
from typing import Any, Final

from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from moralbank.errors import (
    DatabaseDamaged,
    DatabaseGone,
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnopened,
    DiskFailed,
    DiskFull,
    Invalid,
    MoralbankError,
    Unavailable,
)

FAULTS: Final = (SQLAlchemyError, sqlite3.Error, OverflowError)
"""What drivers raise, and SQLAlchemy in their name."""

_SQLITE: Final[dict[int, type[MoralbankError]]] = {
    sqlite3.SQLITE_BUSY: DatabaseLocked,
    sqlite3.SQLITE_LOCKED: DatabaseLocked,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_IOERR: DiskFailed,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnopened,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_TOOBIG: Invalid,
}
_EXTENDED: Final = 0xFF
"""The lower byte of a result code is its kind, the upper ones say more of it."""
_POSTGRESQL: Final[dict[str, type[MoralbankError]]] = {
    "08": DatabaseGone,  # connection exception
    "22": Invalid,  # data exception
    "25006": DatabaseReadOnly,  # read only transaction: a standby, or set so
    "25P03": DatabaseGone,  # idle in transaction timeout
    "25P04": DatabaseGone,  # transaction timeout
    "3D000": DatabaseUnopened,  # no such database
    "28": DatabaseUnopened,  # may not sign in
    "53100": DiskFull,
    "53": Unavailable,  # out of memory, too many connections
    "55P03": DatabaseLocked,  # lock not available
    "57014": DatabaseLocked,  # cancelled: it waited too long
    "57P": DatabaseGone,  # shut down, crashed, starting up
    "58030": DiskFailed,
    "XX001": DatabaseDamaged,
    "XX002": DatabaseDamaged,
}


def refusal_of(fault: BaseException) -> type[MoralbankError] | None:
    """Which refusal a fault is; None for one that is our own mistake.

    A fault may bring about others on its way out, as where a savepoint is left that SQLite gave up
    with its whole transaction: the first one is what happened.
    """
    caused = [fault]
    while caused[-1].__context__ is not None:
        caused.append(caused[-1].__context__)
    return next((one for one in map(_refusal_of, reversed(caused)) if one is not None), None)


def _refusal_of(fault: BaseException) -> type[MoralbankError] | None:
    if isinstance(fault, DataError | OverflowError):
        return Invalid  # a number or text that no column can hold
    if isinstance(fault, PoolExhausted):
        return Unavailable
    driver = fault.orig if isinstance(fault, DBAPIError) else fault
    return _by_code(driver) or _by_connection(fault, driver)


def is_busy(fault: sqlite3.Error) -> bool:
    """Whether SQLite says that another connection holds the lock."""
    return _by_code(fault) is DatabaseLocked


def _by_code(driver: BaseException | None) -> type[MoralbankError] | None:
    if isinstance(driver, sqlite3.Error):
        # Faults that Python's own module finds, such as a closed connection, have no code.
        return _SQLITE.get(getattr(driver, "sqlite_errorcode", 0) & _EXTENDED)
    code = str(getattr(driver, "sqlstate", None) or "")
    return next((_POSTGRESQL[code[:n]] for n in (5, 3, 2) if code[:n] in _POSTGRESQL), None)


def _by_connection(fault: BaseException, driver: Any) -> type[MoralbankError] | None:
    """A connection that broke says so by SQLAlchemy's mark, or by having no code at all."""
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return DatabaseGone
    if not isinstance(fault, OperationalError | sqlite3.OperationalError):
        return None
    return Unavailable if isinstance(driver, sqlite3.Error) or driver.sqlstate else DatabaseGone
