"""Rows as lines: every table in one spelling, whichever database they lie in.

A line is a JSON array of a row's values in the order of the table's columns; moments are written
in UTC to the microsecond. The same rows give the same lines on both engines, so their sha256 says
that nothing was lost on the way. The trail's own count is left out: each database counts anew.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, TypeDecorator, insert, select

from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.ledger.chain import canonical_json

AT_ONCE: Final = 1_000
_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_COUNTED: Final = ("audit_entries", "id")
_LARGEST: Final = (1 << 63) - 1


class RowsUnreadable(Invalid):
    """Lines that no table of ours can hold, or rows of a village that the archive is not of."""

    text = mark("备份文件里“%(table)s”的内容不对，不能导入。文件可能损坏或被改过")
    code = "rows_unreadable"


@dataclass(frozen=True)
class Sum:
    """How many rows a table has, and the sha256 (hex) of their lines."""

    rows: int
    sha256: str


class Summing:
    """Adds lines up while they pass."""

    def __init__(self) -> None:
        """Nothing has passed yet."""
        self._rows = 0
        self._hash = sha256()

    def passing(self, lines: Iterable[str]) -> Iterator[str]:
        """The same lines, each added up."""
        for line in lines:
            self._rows += 1
            self._hash.update(line.encode() + b"\n")
            yield line

    @property
    def sum(self) -> Sum:
        """What has passed so far."""
        return Sum(self._rows, self._hash.hexdigest())


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns that lines hold, in their order."""
    return [column for column in table.columns if (table.name, column.name) != _COUNTED]


def village_column(table: Table) -> Column[Any]:
    """The column that says whose a row is."""
    return table.columns["id" if table.name == "villages" else "village_id"]


def lines_of(
    connection: Connection,
    table: Table,
    village_id: int | None = None,
    columns: Sequence[Column[Any]] = (),
) -> Iterator[str]:
    """A table's rows as lines, in the order of their keys: of one village, or all.

    `columns` are its columns in the order that an older release had them in.
    """
    wanted = select(*(columns or columns_of(table))).order_by(*table.primary_key.columns)
    if village_id is not None:
        wanted = wanted.where(village_column(table) == village_id)
    # Of the statement, not of the connection, which would keep it for all that is read after.
    for row in connection.execute(wanted.execution_options(yield_per=AT_ONCE)):
        yield canonical_json([_written(value) for value in row])


def sum_of(
    connection: Connection,
    table: Table,
    village_id: int | None = None,
    columns: Sequence[Column[Any]] = (),
) -> Sum:
    """The sum of the rows that stand in the database now; see `lines_of`."""
    summing = Summing()
    for _line in summing.passing(lines_of(connection, table, village_id, columns)):
        pass
    return summing.sum


def fill(
    connection: Connection,
    table: Table,
    lines: Iterable[str],
    village_id: int | None = None,
    columns: Sequence[Column[Any]] = (),
) -> None:
    """Put rows into a table; raises RowsUnreadable, also for a row of another village."""
    columns = columns or columns_of(table)
    place = columns.index(village_column(table))
    waiting = iter(lines)
    while several := list(islice(waiting, AT_ONCE)):
        rows = [_row(table, columns, line) for line in several]
        if village_id is not None and any(row[columns[place].name] != village_id for row in rows):
            raise RowsUnreadable(table=table.name)
        connection.execute(insert(table), rows)


def _row(table: Table, columns: Sequence[Column[Any]], line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
        return {
            column.name: _read(column, value) for column, value in zip(columns, values, strict=True)
        }
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise RowsUnreadable(table=table.name) from error


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        known = value if value.tzinfo else value.replace(tzinfo=UTC)
        return known.astimezone(UTC).strftime(_MOMENT)
    return value.isoformat() if isinstance(value, date) else value


def _read(column: Column[Any], value: Any) -> Any:
    kind = _kind(column)
    if value is None:
        return None
    if kind is datetime:
        return datetime.strptime(value, _MOMENT).replace(tzinfo=UTC)
    if kind is date:
        return date.fromisoformat(value)
    if kind is bool:
        return bool(value)
    if isinstance(value, bool) or not isinstance(value, int if kind is int else str):
        raise TypeError(column.name)
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError(column.name)
        value.encode()  # raises UnicodeEncodeError for halves of characters
    elif not -_LARGEST <= value <= _LARGEST:
        raise ValueError(column.name)
    return value


def _kind(column: Column[Any]) -> type:
    """What a column's values are in Python; types of ours are wrapped ones of SQLAlchemy's."""
    given = column.type
    return (given.impl_instance if isinstance(given, TypeDecorator) else given).python_type
