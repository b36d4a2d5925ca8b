"""A village's rows, many times over: written by the database itself, for pages that list them."""

import sqlite3
from contextlib import closing
from typing import Any, Final

from sqlalchemy import Column, Index, Table, UniqueConstraint
from sqlmodel import AutoString

from moralbank.db import Database
from moralbank.models import metadata

FEW_ANYWHERE: Final = frozenset(
    {
        "groups",
        "products",
        "round_items",
        "round_scorers",
        "scheme_items",
        "scheme_versions",
        "shops",
        "user_groups",
        "users",
        "villages",
    }
)
"""What no village has many of, however long it keeps its books."""
SOME: Final = {"products": 12}
"""What a village has some hundreds of: so many copies of each, all of them its own."""
APART: Final = 100_000


def multiply(database: Database, first: int, last: int) -> None:
    """Write copies of every row, by number; each table's own, whoever they belong to.

    Every other copy belongs to copies of what its row belonged to, so that lists grow; the others
    belong to the very same, so that what lies in one household, slip or notice grows. Rows that
    would break a rule of the database are left out.
    """
    with closing(sqlite3.connect(database.engine.url.database or "")) as file, file:
        newest = {
            table.name: file.execute(f"SELECT max(rowid) FROM {table.name}").fetchone()[0]
            for table in _tables()
        }
        for along in (True, False):
            for table in _tables():
                most = min(last, SOME.get(table.name, last))
                said = {"first": first, "last": most, "rows": newest[table.name], "along": along}
                if first <= most:
                    file.execute(_copying(table, along=along), said)


def _tables() -> list[Table]:
    return [
        table
        for table in metadata.sorted_tables
        if "village_id" in table.c and (table.name in SOME or table.name not in FEW_ANYWHERE)
    ]


def _copying(table: Table, *, along: bool) -> str:
    marked = _marked(table, along=along)
    values = [marked.get(column.name, f'"{column.name}"') for column in table.columns]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"""
        WITH RECURSIVE copies (n) AS
            (SELECT :first UNION ALL SELECT n + 1 FROM copies WHERE n < :last)
        INSERT OR IGNORE INTO {table.name} ({names})
        SELECT {", ".join(values)} FROM {table.name} CROSS JOIN copies
        WHERE {table.name}.rowid <= :rows AND n % 2 = :along"""


def _marked(table: Table, *, along: bool) -> dict[str, str]:
    """The columns that differ from copy to copy, each with what stands in it."""
    moved = {
        column.name
        for column in table.columns
        if _is_number(column) and (_is_own(column) or (along and _leads_to_many(column)))
    }
    numbered = 'CASE WHEN "{0}" > 0 THEN "{0}" + n * {1} ELSE "{0}" END'
    found = {name: numbered.format(name, APART) for name in moved}
    for unique in _uniques(table):
        if moved.isdisjoint(column.name for column in unique):
            found |= _told_apart(unique)
    return found


def _told_apart(unique: list[Column[Any]]) -> dict[str, str]:
    for column in reversed(unique):
        if isinstance(column.type, AutoString) and not column.foreign_keys:
            return {column.name: f"""substr("{column.name}", 1, 9) || printf('%06d', n)"""}
        if _is_number(column) and column.name != "village_id" and _may_move(column):
            return {column.name: f'"{column.name}" + n * {APART}'}
    return {}


def _uniques(table: Table) -> list[list[Column[Any]]]:
    kept = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    kept += [one for one in table.indexes if isinstance(one, Index) and one.unique]
    return [list(one.columns) for one in kept]


def _is_own(column: Column[Any]) -> bool:
    """Whether the column counts the table's own rows."""
    return column.primary_key and column.name != "village_id" and not column.foreign_keys


def _may_move(column: Column[Any]) -> bool:
    return not column.foreign_keys or _leads_to_many(column)


def _leads_to_many(column: Column[Any]) -> bool:
    """Whether the column names a row of a table that is copied, too."""
    return column.name != "village_id" and any(
        key.column.table.name not in FEW_ANYWHERE for key in column.foreign_keys
    )


def _is_number(column: Column[Any]) -> bool:
    return column.type.python_type is int
