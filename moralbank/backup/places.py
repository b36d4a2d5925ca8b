"""Where books lie: what stands there, an empty place beside it, and the switch from one to other.

The new books are built beside the old ones and take their place in one step, so that a restore
that is broken off leaves everything as it was. The old ones are moved aside, never deleted: an
SQLite file into a folder, PostgreSQL's tables into a schema of their own.
"""

import os
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from enum import Enum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from moralbank.db import BUSY_SECONDS, Database
from moralbank.errors import DatabaseLocked, Refused, Unavailable
from moralbank.i18n import mark
from moralbank.whole_files import keep_names

BESIDE: Final = "moralbank_restoring"
_SIDE_FILES: Final = ("-wal", "-shm", "-journal")


class Found(Enum):
    """What stands at a place: nothing at all, no village's books, some, or what can't be read."""

    NOTHING = "nothing"
    EMPTY = "empty"
    BOOKS = "books"
    UNREADABLE = "unreadable"


class StillOpen(Refused):
    """Another process, most likely the server, works with these books."""

    text = mark("道德银行还开着。请先停下网页（moralbank serve），再恢复；这次没有改动什么")
    code = "restore_still_open"


class MayNotBuild(Unavailable):
    """PostgreSQL doesn't let this user make a schema, or move the tables."""

    text = mark("数据库用户的权限不够：恢复时要能新建 schema、移动表。请用数据库的所有者来恢复")
    code = "restore_may_not_build"


class Place(ABC):
    """A database's place."""

    def __init__(self, url: str) -> None:
        """Nothing is opened yet."""
        self.url: Final = url

    @abstractmethod
    def found(self) -> Found:
        """Look what stands there; raises DatabaseLocked, Unavailable."""

    @abstractmethod
    def require_alone(self) -> None:
        """Refuse while somebody works with the books of a file; raises StillOpen."""

    @abstractmethod
    def empty_beside(self) -> str:
        """Make an empty place beside, and give its address; what lay there before is gone."""

    @abstractmethod
    def clear_beside(self) -> None:
        """Remove what lies beside; does nothing where nothing does."""

    @abstractmethod
    def switch(self, aside: Path) -> str:
        """Put what was built beside into the place, in one step, and the old aside.

        Gives back where the old books lie now, "" where there were none. Raises StillOpen,
        DatabaseLocked, MayNotBuild.
        """


def place_at(url: str) -> Place:
    """The place that an address names."""
    if make_url(url).get_backend_name() == "sqlite":
        return SqlitePlace(url)
    return PostgresPlace(url)


class SqlitePlace(Place):
    """A file."""

    def __init__(self, url: str) -> None:
        """Nothing is opened yet."""
        super().__init__(url)
        self.path: Final = Path(make_url(url).database or "").resolve()
        self._beside: Final = self.path.with_name(f".{self.path.name}.restoring")

    def found(self) -> Found:
        """Look what stands there; raises DatabaseLocked."""
        if not self.path.exists():
            return Found.NOTHING
        try:
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as connection:
                names = connection.execute("SELECT name FROM sqlite_master").fetchall()
                if ("villages",) not in names:  # another program's file: it goes aside as well
                    return Found.EMPTY
                (count,) = connection.execute("SELECT count(*) FROM villages").fetchone()
                return Found.BOOKS if count else Found.EMPTY
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise DatabaseLocked from error
            return Found.UNREADABLE

    def require_alone(self) -> None:
        """Refuse while another process has the file open; raises StillOpen."""
        if self.path.exists():
            _let_go(self.path)

    def empty_beside(self) -> str:
        """A file's name beside the file."""
        self.clear_beside()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{self._beside}"

    def clear_beside(self) -> None:
        """Remove the file beside."""
        for path in _with_side_files(self._beside):
            path.unlink(missing_ok=True)

    def switch(self, aside: Path) -> str:
        """Keep the old file under another name, and rename the new one over it."""
        _settle(self._beside)
        kept = ""
        if self.path.exists():
            _let_go(self.path)
            kept = str(aside / self.path.name)
            _keep_also(self.path, aside)
        self._beside.replace(self.path)
        keep_names(self.path.parent)
        return kept


def _settle(path: Path) -> None:
    """Bring everything into the one file, and the file onto the disk."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _let_go(path: Path) -> None:
    """Have nobody work with the old file, and nothing of it lie in files of its side.

    Only who is alone may leave WAL. A file that is no database any more has no such files that
    would be of use; they are moved with it.
    """
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise StillOpen from error


def _keep_also(path: Path, aside: Path) -> None:
    """Let the old file lie aside too; its name stays until the new file takes it."""
    for old in _with_side_files(path)[1:]:
        if old.exists():
            shutil.move(old, aside / old.name)
    try:
        os.link(path, aside / path.name)
    except OSError:  # other disks, and those without links
        shutil.copy2(path, aside / path.name)
    keep_names(aside)


def _with_side_files(path: Path) -> list[Path]:
    return [path, *(path.with_name(path.name + ending) for ending in _SIDE_FILES)]


class PostgresPlace(Place):
    """Tables of a schema, most often `public`."""

    def found(self) -> Found:
        """Look what stands there; raises Unavailable."""
        with self._connected() as connection:
            if not inspect(connection).has_table("villages"):
                return Found.NOTHING
            several = connection.scalar(text("SELECT count(*) FROM villages"))
        return Found.BOOKS if several else Found.EMPTY

    def require_alone(self) -> None:
        """Nobody need be: the switch waits for those at work, and they go on with the new books."""

    def empty_beside(self) -> str:
        """A schema of its own."""
        with self._connected() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {BESIDE}"))
        given = make_url(self.url)
        options = f"{given.query.get('options', '')} -csearch_path={BESIDE}".strip()
        there = given.update_query_dict({"options": options})
        return there.render_as_string(hide_password=False)

    def clear_beside(self) -> None:
        """Remove that schema."""
        with self._connected() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE"))

    def switch(self, aside: Path) -> str:
        """Move the old tables into a schema named like the folder `aside`, the new ones here."""
        kept = "replaced_" + aside.name.replace("-", "_")
        with self._connected() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
            here = connection.scalar(text("SELECT current_schema()")) or "public"
            ours = _tables(connection, BESIDE)
            old = _tables(connection, here, like=ours)
            if old:
                several = ", ".join(_named(connection, here, table) for table in old)
                connection.execute(text(f"LOCK TABLE {several} IN ACCESS EXCLUSIVE MODE"))
                connection.execute(text(f"CREATE SCHEMA {kept}"))
                _move(connection, here, kept, old, like=BESIDE)
            _move(connection, BESIDE, here, ours, like=BESIDE)
            connection.execute(text(f"DROP SCHEMA {BESIDE}"))
        return kept if old else ""

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A transaction, its faults in plain words."""
        database = Database(self.url)
        try:
            with database.engine.begin() as connection:
                yield connection
        except OperationalError as error:
            raise (DatabaseLocked if "lock" in str(error) else Unavailable) from error
        except ProgrammingError as error:
            raise MayNotBuild from error
        finally:
            database.close()


def _tables(connection: Connection, schema: str, like: Iterable[str] | None = None) -> list[str]:
    """The tables of a schema, or those of these names and their partitions."""
    found = connection.execute(
        text(
            "SELECT c.relname, p.relname AS parent FROM pg_class c"
            " LEFT JOIN pg_inherits i ON i.inhrelid = c.oid"
            " LEFT JOIN pg_class p ON p.oid = i.inhparent"
            " WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind IN ('r', 'p')"
            " ORDER BY c.relname"
        ),
        {"schema": schema},
    ).all()
    if like is None:
        return [row.relname for row in found]
    wanted = set(like)
    return [row.relname for row in found if wanted & {row.relname, row.parent}]


def _move(
    connection: Connection, source: str, target: str, tables: Iterable[str], like: str
) -> None:
    """Move tables, with their keys, indexes and counters, and the functions that guard them."""
    quoted = connection.dialect.identifier_preparer.quote
    for table in tables:
        moved = _named(connection, source, table)
        connection.execute(text(f"ALTER TABLE {moved} SET SCHEMA {quoted(target)}"))
    for function in _functions(connection, source, like):
        connection.execute(text(f"ALTER FUNCTION {function} SET SCHEMA {quoted(target)}"))


def _functions(connection: Connection, schema: str, like: str) -> list[str]:
    """The functions of a schema whose names stand in the schema `like` too."""
    found = connection.execute(
        text(
            "SELECT CAST(CAST(oid AS regprocedure) AS text) FROM pg_proc"
            " WHERE pronamespace = CAST(:schema AS regnamespace) AND proname IN"
            " (SELECT proname FROM pg_proc WHERE pronamespace = CAST(:like AS regnamespace))"
        ),
        {"schema": schema, "like": like},
    )
    return list(found.scalars())


def _named(connection: Connection, schema: str, table: str) -> str:
    quoted = connection.dialect.identifier_preparer.quote
    return f"{quoted(schema)}.{quoted(table)}"
