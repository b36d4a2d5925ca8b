"""The database: engine, `reading()`, `writing()`. The only place that commits.

SQLite: one writer at a time in the process, `BEGIN IMMEDIATE` so that a transaction which reads
and then writes can't be refused half-way, WAL with `synchronous=FULL` so that what was
acknowledged survives a power cut. PostgreSQL: read committed plus the ledger's head-row lock;
readers get one snapshot, and rows of villages that this context may not see are not there
(`see_only`): a second wall behind the `village_id` that every query begins with.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlmodel import Session

import moralbank.models  # noqa: F401 - a session orders its writes by every table's keys
from moralbank import pipeline
from moralbank.database_faults import FAULTS, is_busy, refusal_of
from moralbank.errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOutdated,
    MoralbankError,
)
from moralbank.paths import PACKAGE

BUSY_SECONDS: Final = 10
BUSY_PAUSE: Final = 0.0005
IDLE_SECONDS: Final = 600


@dataclass(frozen=True)
class Sight:
    """The villages whose rows are seen: division codes from `first` to `last`, both included."""

    first: int
    last: int


EVERYTHING: Final = Sight(0, 999_999_999_999)
_sight: ContextVar[Sight] = ContextVar("sight", default=EVERYTHING)


def see_only(first: int, last: int | None = None) -> None:
    """See one village's rows alone from here on, or those of the codes from `first` to `last`.

    PostgreSQL holds it by row security in transactions that begin after this; SQLite, one
    village's own file, does not.
    """
    _sight.set(Sight(first, first if last is None else last))


def see_everything() -> None:
    """See every village's rows again: for sign-ins, for what falls due, for whole proofs."""
    _sight.set(EVERYTHING)


class Database:
    """One database and the rules for using it."""

    def __init__(self, url: str) -> None:
        """Prepare the engine; nothing is opened yet."""
        self.engine: Final = _engine(url)
        self.is_sqlite: Final = self.engine.dialect.name == "sqlite"
        self._reader = self.engine.execution_options(
            **({} if self.is_sqlite else _POSTGRES_SNAPSHOT)
        )
        self._writer = self.engine.execution_options(moralbank_writes=True)
        self._one_writer = Lock()
        self._known: tuple[int, int] | None = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment of the books and changes nothing."""
        self.require_current()
        with _plain_faults(), Session(self._reader, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.expunge_all()  # what was read stays readable after the block
                session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is kept whole at the end of the block, or not at all.

        A refusal that was written down (`MoralbankError.kept`) is committed before it goes on to
        the caller: nothing else of its work is left.
        """
        self.require_current()
        opened = Session(self._writer, expire_on_commit=False)
        with self._turn(), _plain_faults(), opened as session:
            try:
                yield session
            except MoralbankError as refusal:
                if refusal.kept:
                    session.commit()
                raise
            session.commit()

    @contextmanager
    def loading(self) -> Iterator[Connection]:
        """A connection that fills a database from an archive, kept whole or not at all.

        The tables may be those of an older release: nobody works in such a database yet.
        """
        with self._turn(), _plain_faults(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for our turn to write; PostgreSQL has its own queue, the head row."""
        if not self.is_sqlite:
            yield
            return
        if not self._one_writer.acquire(timeout=BUSY_SECONDS):
            raise DatabaseLocked
        try:
            yield
        finally:
            self._one_writer.release()

    def require_current(self) -> None:
        """Refuse to touch a database that is missing or has other tables than ours.

        A file that was moved away while we ran must not be written through connections that
        are still open to it: its rows would be in nobody's books.
        """
        identity = self._identity()
        if identity == self._known:
            return
        self.engine.dispose()
        with _plain_faults(), self.engine.connect() as connection:
            found = _revision(connection)
        if found is None:
            raise DatabaseDamaged
        if found != newest_migration():
            raise DatabaseOutdated if found < newest_migration() else DatabaseNewer
        self._known = identity

    def _identity(self) -> tuple[int, int]:
        """Which file lies at the database's path; raises DatabaseMissing if none does."""
        if not self.is_sqlite:
            return (0, 0)
        try:
            found = os.stat(self.engine.url.database or "")  # noqa: PTH116 - asked at every act
        except OSError as error:
            self._known = None
            self.engine.dispose()
            raise DatabaseMissing from error
        return (found.st_dev, found.st_ino)


_POSTGRES_SNAPSHOT: Final[dict[str, Any]] = {
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}

_current: ContextVar[Database] = ContextVar("database")


def use(database: Database) -> None:
    """Make `database` the one that `reading()` and `writing()` speak of in this context."""
    _current.set(database)


def reading() -> AbstractContextManager[Session]:
    """Read from the database in use: `with reading() as session:`."""
    return _current.get().reading()


def writing() -> AbstractContextManager[Session]:
    """Write to the database in use: `with writing() as session:`, in views and commands only."""
    return _current.get().writing()


def migrations() -> set[str]:
    """Every revision that tables of ours ever stood at."""
    files = (PACKAGE / "migrations" / "versions").glob("[0-9]*.py")
    return {path.stem.split("_", 1)[0] for path in files}


def newest_migration() -> str:
    """The revision that this program's tables stand at."""
    return max(migrations())


def _revision(connection: Connection) -> str | None:
    """The revision that a database stands at: "" before the first, None if it was lost."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        return "" if "villages" not in tables else None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found if found or "villages" in tables else ""


def require_known_revision(engine: Engine) -> None:
    """Refuse a database that can't be upgraded: DatabaseDamaged, DatabaseNewer."""
    with _plain_faults(), engine.connect() as connection:
        found = _revision(connection)
    if found is None:
        raise DatabaseDamaged
    if found > newest_migration():
        raise DatabaseNewer


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        # A server that is cut off doesn't answer at all: nobody waits minutes for it.
        waiting = {"connect_timeout": BUSY_SECONDS}
        engine = create_engine(url, pool_pre_ping=True, connect_args=waiting)
        event.listen(engine, "begin", _begin_postgresql)
        pipeline.install(engine)
        return engine
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


_PATIENCE: Final = "PRAGMA busy_timeout = {:.0f}"


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not open transactions of its own: `_begin_sqlite` does.
    connection.isolation_level = None
    connection.execute(_PATIENCE.format(BUSY_SECONDS * 1000))
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # Else what a savepoint may have to put back goes through a file, in every redemption.
    connection.execute("PRAGMA temp_store = MEMORY")


def _begin_sqlite(connection: Connection) -> None:
    opened: Any = connection.connection.dbapi_connection
    if connection.get_execution_options().get("moralbank_writes", False):
        _begin_to_write(opened)
    else:
        opened.execute("BEGIN")


def _begin_to_write(opened: sqlite3.Connection) -> None:
    """Take SQLite's write lock; other processes may want it as well.

    SQLite's own way asks again after ever longer pauses, up to 100 ms, and so comes too late again
    and again: of two processes that write all the time one waited up to 2.8 s, of eight up to 5.1
    (`tests/faults/test_processes.py`). Short and equal pauses give everybody the same chance.
    """
    given_up = monotonic() + BUSY_SECONDS
    opened.execute(_PATIENCE.format(0))
    try:
        while not _has_begun(opened, last=monotonic() >= given_up):
            sleep(BUSY_PAUSE)
    finally:
        opened.execute(_PATIENCE.format(BUSY_SECONDS * 1000))


def _has_begun(opened: sqlite3.Connection, *, last: bool) -> bool:
    try:
        opened.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as fault:
        if last or not is_busy(fault):
            raise
        return False
    return True


def _begin_postgresql(connection: Connection) -> None:
    """Say whose rows are seen, how long to wait for others, and how long others wait for us.

    A server that is cut off while it writes would else hold its village's head row for hours.
    """
    sight = _sight.get()
    settings = {
        "moralbank.first": sight.first,
        "moralbank.last": sight.last,
        "lock_timeout": f"{BUSY_SECONDS * 1000:.0f}ms",
    }
    if connection.get_execution_options().get("moralbank_writes", False):
        settings["idle_in_transaction_session_timeout"] = f"{IDLE_SECONDS}s"
    places = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    values = (str(part) for setting in settings.items() for part in setting)
    pipeline.send_ahead(connection)
    connection.connection.cursor().execute(f"SELECT {places}", tuple(values))


@contextmanager
def _plain_faults() -> Iterator[None]:
    """Turn the driver's faults into words that a village understands."""
    try:
        yield
    except FAULTS as fault:
        refusal = refusal_of(fault)
        if refusal is None:
            raise
        raise refusal from fault
