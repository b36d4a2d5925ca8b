"""Statements that are compiled once and then handed to the driver itself.

SQLAlchemy's own way round a statement costs about 20 µs, SQLite's share of it 2: too much where a
customer waits for twenty of them. What is prepared here is written with SQLAlchemy's words like
every other statement, takes its values by name, and its rows have names, too. Types convert as
always (enums, moments); faults of the driver are raised as SQLAlchemy raises them, and whoever
listens for statements hears of these as well. Instead of `IN` with a list stands `among`.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    bindparam,
    event,
    text,
)
from sqlalchemy import insert as inserting
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session

from moralbank.errors import Refused
from moralbank.pipeline import send_ahead

Convert = Callable[[Any], Any]


class _Values(TypeDecorator[Any]):
    """Any number of values of a column, as one value: JSON in SQLite, an array in PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, one: TypeEngine[Any]) -> None:
        super().__init__()
        self.one = one

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = Text() if dialect.name == "sqlite" else ARRAY(self.one)
        return dialect.type_descriptor(kind)

    def bind_processor(self, dialect: Dialect) -> Convert:
        convert = self.one.dialect_impl(dialect).bind_processor(dialect)

        def bound(values: Iterable[Any]) -> Any:
            plain = list(values) if convert is None else [convert(value) for value in values]
            return json.dumps(plain) if dialect.name == "sqlite" else plain

        return bound


class _Among(ColumnElement[bool]):
    """A column whose value is one of many."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.values = bindparam(name, type_=_Values(column.type))

    def self_group(self, against: Any = None) -> "_Among":
        """As it is: where truth is a number SQLAlchemy would compare it with 1."""
        del against
        return self


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: Any, **given: Any) -> str:
    column, values = (compiler.process(one, **given) for one in (element.column, element.values))
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - rendered parts


@compiles(_Among)
def _in_array(element: _Among, compiler: Any, **given: Any) -> str:
    column, values = (compiler.process(one, **given) for one in (element.column, element.values))
    return f"{column} = ANY({values})"


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """The condition that a column's value is one of those given as `name`, however many."""
    return _Among(column, name)


_CONNECTION: Final = "moralbank.connection"
"""Under this key a session keeps its transaction's connection: asking for it takes 4 µs."""


def _connection(session: OrmSession) -> Connection:
    found: Connection | None = session.info.get(_CONNECTION)
    return session.connection() if found is None else found


def _remember(session: OrmSession, _transaction: object, connection: Connection) -> None:
    session.info[_CONNECTION] = connection


def _forget(session: OrmSession, *_ended: object) -> None:
    session.info.pop(_CONNECTION, None)


event.listen(OrmSession, "after_begin", _remember)
# A nested transaction begins when its session's connection is asked for, and not before.
event.listen(OrmSession, "after_transaction_create", _forget)
event.listen(OrmSession, "after_soft_rollback", _forget)
event.listen(OrmSession, "after_transaction_end", _forget)


class Prepared:
    """One statement, run in a session's transaction; see `adding` for those that add rows."""

    def __init__(self, statement: Any, *, columns: Sequence[str] | None = None) -> None:
        """`columns` are those that an insert fills, all of them unless said."""
        self._statement: Final = statement
        self._columns: Final = columns
        self._compiled: Final[dict[str, _Compiled]] = {}

    def run(self, session: Session, **given: Any) -> None:
        """Run it, whatever it gives back."""
        connection = _connection(session)
        compiled = self._for(connection)
        compiled.execute(connection, compiled.bound(given))

    def many(self, session: Session, rows: Sequence[dict[str, Any]]) -> None:
        """Run it once for each of these (at least one)."""
        connection = _connection(session)
        compiled = self._for(connection)
        compiled.execute(connection, [compiled.bound(row) for row in rows], many=True)

    def rows(self, session: Session, **given: Any) -> list[Any]:
        """All rows that it gives, their fields by name."""
        connection = _connection(session)
        compiled = self._for(connection)
        return compiled.read(compiled.ask(connection, compiled.bound(given)))

    def first(self, session: Session, **given: Any) -> Any | None:
        """The first row, or None."""
        found = self.rows(session, **given)
        return found[0] if found else None

    def scalar(self, session: Session, **given: Any) -> Any | None:
        """The first row's first field, or None."""
        found = self.first(session, **given)
        return None if found is None else found[0]

    def _for(self, connection: Connection) -> "_Compiled":
        dialect = connection.dialect
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _Compiled(
                self._statement, self._columns, dialect
            )
        return found


def adding(table: Table, *, but: Iterable[str] = ()) -> Prepared:
    """An insert into a table; `but` are the columns that the database fills."""
    left_out = set(but)
    columns = [column.key for column in table.columns if column.key not in left_out]
    return Prepared(inserting(table).inline(), columns=columns)


class _Compiled:
    """A statement for one database."""

    def __init__(self, statement: Any, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.sql: Final[str] = str(compiled)
        self._dialect: Final = dialect
        self._is_sqlite: Final = dialect.name == "sqlite"
        driver: Any = dialect.dbapi
        self._faults: Final[type[Exception]] = driver.Error
        self._by_place: Final[Sequence[str] | None] = compiled.positiontup
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._own: Final = {
            name: bind.callable or _Always(bind.value)
            for name, bind in binds.items()
            if not bind.required
        }
        self._towards: Final = {
            name: convert
            for name, bind in binds.items()
            if (convert := _impl(bind, dialect).bind_processor(dialect)) is not None
        }
        self._read_row: Final = _reader(statement, dialect)

    def bound(self, given: dict[str, Any]) -> Any:
        """The values as the driver takes them: by place or by name."""
        values = {name: own() for name, own in self._own.items()} | given if self._own else given
        if self._towards:
            values = dict(values)
            for name, convert in self._towards.items():
                values[name] = convert(values[name])
        if self._by_place is None:
            return values
        return [values[name] for name in self._by_place]

    def ask(self, connection: Connection, values: Any) -> Sequence[Sequence[Any]]:
        """Let the driver do it, and wait for its rows."""
        try:
            found: Sequence[Sequence[Any]] = self._send(connection, values, many=False).fetchall()
        except self._faults as fault:
            raise self._told(fault) from fault
        return found

    def execute(self, connection: Connection, values: Any, *, many: bool = False) -> None:
        """Let the driver do it; whoever asks next, or commits, hears whether it went well."""
        try:
            self._send(connection, values, many=many)
        except self._faults as fault:
            raise self._told(fault) from fault

    def _send(self, connection: Connection, values: Any, *, many: bool) -> Any:
        if not self._is_sqlite:
            send_ahead(connection)
        driver: Any = connection.connection.dbapi_connection
        cursor = driver.cursor()
        dispatch: Any = connection.dispatch
        for listener in dispatch.before_cursor_execute:
            listener(connection, cursor, self.sql, values, None, many)
        (cursor.executemany if many else cursor.execute)(self.sql, values)
        return cursor

    def _told(self, fault: Exception) -> DBAPIError:
        """A fault of the driver as SQLAlchemy raises it."""
        told = DBAPIError.instance(self.sql, None, fault, self._faults, dialect=self._dialect)
        return cast("DBAPIError", told)

    def read(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """Rows as they are given to callers."""
        return [self._read_row(row) for row in rows]


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Undo what was done in the block, and that alone, where a refusal leaves it.

    As `Session.begin_nested`, at a tenth of its price. Objects that the session knew are let go of
    then: some of them may be of rows that are there no more. Other faults end the transaction.
    """
    session.flush()
    _BEGIN.run(session)
    try:
        yield
        session.flush()
    except Refused:
        _UNDO.run(session)
        _END.run(session)
        session.expunge_all()
        raise
    _END.run(session)


class _Always:
    """A value that the statement brings itself."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __call__(self) -> Any:
        return self._value


_BEGIN: Final = Prepared(text("SAVEPOINT act"))
_UNDO: Final = Prepared(text("ROLLBACK TO SAVEPOINT act"))
_END: Final = Prepared(text("RELEASE SAVEPOINT act"))


def _impl(of: Any, dialect: Dialect) -> Any:
    return of.type.dialect_impl(dialect)


def _reader(statement: ClauseElement, dialect: Dialect) -> Convert:
    """From what the driver gives to a row with names, with converted values."""
    columns: Any = list(getattr(statement, "exported_columns", ()))
    names = [column.key for column in columns]
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024
    converts = {
        place: convert
        for place, column in enumerate(columns)
        if (convert := _impl(column, dialect).result_processor(dialect, None)) is not None
    }
    if not converts:
        found: Convert = row._make
        return found

    def read(given: Sequence[Any]) -> Any:
        values = list(given)
        for place, convert in converts.items():
            values[place] = convert(values[place])
        return row._make(values)

    return read
