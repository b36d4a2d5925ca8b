"""From an archive to a database: an empty one is filled, proved, and brought to this release."""

from collections.abc import Callable

from sqlalchemy import Connection, Engine, MetaData, inspect
from sqlmodel import Session

from moralbank.archive.reading import Archive, ArchiveDiffers
from moralbank.check import check_village
from moralbank.db import Database, newest_migration
from moralbank.errors import Refused
from moralbank.i18n import mark
from moralbank.migrations import upgrade
from moralbank.models import metadata


class NotEmpty(Refused):
    """The database to be filled holds something."""

    text = mark("目标数据库不是空的，不能恢复到里面")
    code = "not_empty"


def fill_empty(
    archive: Archive, database: Database, told: Callable[[int], None] = lambda _done: None
) -> None:
    """Fill a database that has no tables yet with a whole archive, of this release or an older one.

    Everything is read back and proved before it is kept. Raises NotEmpty, RowsUnreadable,
    ArchiveDamaged, ArchiveDiffers.
    """
    if inspect(database.engine).get_table_names():
        raise NotEmpty
    upgrade(database.engine, archive.manifest.revision)
    tables = tables_of(database.engine, archive.manifest.revision)
    with database.loading() as connection:
        archive.load(connection, tables, told)
        archive.prove(connection, tables)
    upgrade(database.engine)


def tables_of(engine: Engine, revision: str) -> MetaData:
    """The tables of a release: our own, or of an older one those that its database has."""
    if revision == newest_migration():
        return metadata
    found = MetaData()
    found.reflect(engine)
    return found


def prove_books(connection: Connection, archive: Archive) -> None:
    """Prove the books of every village of the archive anew; raises ArchiveDiffers."""
    with Session(connection) as session:
        for village in archive.manifest.villages:
            if problems := check_village(session, village.id):
                raise ArchiveDiffers(what=problems[0].text)
