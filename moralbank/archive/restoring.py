"""From an archive to a database: an empty one is filled, proved, and brought to this release."""

from sqlalchemy import Engine, MetaData, inspect

from moralbank.archive.manifest import ArchiveNewer, NoArchive
from moralbank.archive.reading import Archive
from moralbank.archive.writing import Told, unheard
from moralbank.db import Database, migrations, newest_migration
from moralbank.errors import Refused
from moralbank.i18n import mark
from moralbank.migrations import upgrade
from moralbank.models import metadata


class NotEmpty(Refused):
    """The database to be filled holds something."""

    text = mark("目标数据库不是空的，不能恢复到里面")
    code = "not_empty"


def fill_empty(archive: Archive, database: Database, told: Told = unheard) -> None:
    """Fill a database that has no tables yet with a whole archive, of this release or an older one.

    Everything is read back and proved before it is kept. Raises NotEmpty, NoArchive, ArchiveNewer,
    RowsUnreadable, ArchiveDamaged, ArchiveDiffers.
    """
    if inspect(database.engine).get_table_names():
        raise NotEmpty
    _require_known(archive.manifest.revision)
    upgrade(database.engine, archive.manifest.revision)
    tables = tables_of(database.engine, archive.manifest.revision)
    with database.loading() as connection:
        archive.load(connection, tables, told)
        archive.prove(connection, tables)
    upgrade(database.engine)


def _require_known(revision: str) -> None:
    """Refuse an archive of tables that this program never had, or doesn't have yet."""
    if revision not in migrations():
        raise ArchiveNewer if revision > newest_migration() else NoArchive


def tables_of(engine: Engine, revision: str) -> MetaData:
    """The tables of a release: our own, or of an older one those that its database has."""
    if revision == newest_migration():
        return metadata
    found = MetaData()
    found.reflect(engine)
    return found
