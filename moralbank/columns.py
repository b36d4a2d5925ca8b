"""How columns are written: one way for village keys, choices and constraint names."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Enum, ForeignKeyConstraint, Integer
from sqlmodel import Field, SQLModel

# Every constraint has a name that both databases agree on, so that migrations can alter it.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def village_key() -> Any:
    """The first part of every primary key: the village's 12-digit division code."""
    return Field(primary_key=True, sa_type=BigInteger, foreign_key="villages.id")


def local_key() -> Any:
    """The second part: a number of this village alone, given by the ledger, never used again."""
    return Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


def row_number() -> Any:
    """A key that the database counts by itself, for rows that nothing refers to."""
    # SQLite counts by itself only for a plain INTEGER key.
    return Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )


def big(**given: Any) -> Any:
    """A whole number of points or fen; `given` is what a field may have, like its default."""
    return Field(sa_type=BigInteger, **given)


def choice(kind: type[StrEnum], default: StrEnum | None = None) -> Any:
    """A column that holds one of an enum's values, guarded by a CHECK in the database."""
    column = choice_type(kind)
    if default is None:
        return Field(sa_type=column)
    return Field(default=default, sa_type=column)


def choice_type(kind: type[StrEnum]) -> Any:
    """The type of such a column, for one that is part of a key."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def belongs_to(table: str, *columns: str) -> ForeignKeyConstraint:
    """A foreign key to another table's (village_id, id); nothing that is referred to can go."""
    return ForeignKeyConstraint(
        ["village_id", *columns], [f"{table}.village_id", f"{table}.id"], ondelete="RESTRICT"
    )
