"""Moving in: a village out of a file into this installation.

Nothing in the file is believed: what was loaded is read back and compared with its sums, and the
books are proved from their first event, before anything is kept. The chain goes on where it ended,
so a mark that was printed before the move is found after it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import Column, Connection, Table, UniqueConstraint, select, update
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlmodel import Session

from moralbank import audit
from moralbank.access.models import User
from moralbank.access.permissions import Role
from moralbank.access.queries import UserUnknown
from moralbank.access.service import LONGEST_NAME, NameInvalid
from moralbank.archive.manifest import VILLAGE, ArchiveNewer, Manifest
from moralbank.archive.reading import Archive, ArchiveDiffers
from moralbank.archive.restoring import fill_empty
from moralbank.archive.writing import PHOTOS, write_archive
from moralbank.audit import AT_THE_MACHINE, Actor
from moralbank.check import check_village
from moralbank.db import Database, newest_migration
from moralbank.errors import Invalid, Refused
from moralbank.i18n import _, listed, mark
from moralbank.ledger.models import Head
from moralbank.ledger.queries import head_mark
from moralbank.models import metadata
from moralbank.photos import storage
from moralbank.photos.models import Photo
from moralbank.villages.codes import Level, level_of
from moralbank.villages.models import Village
from moralbank.villages.queries import USER_RENAMED

_AT_ONCE: Final = 500
_heads = Head.__table__  # type: ignore[attr-defined]
_photos = Photo.__table__  # type: ignore[attr-defined]
_users = User.__table__  # type: ignore[attr-defined]


class NotOneVillage(Invalid):
    """The archive holds an installation, or says nothing sensible about its village."""

    text = mark("这个文件装的不是一个村：整套备份请用 moralbank backup restore 恢复")
    code = "not_one_village"


class VillageHere(Refused):
    """The village lives, or lived, in this installation."""

    text = mark("这里已经有%(name)s（%(village)s）的账，不能再迁入。请换一个新的数据文件夹")
    code = "village_here"


class NamesTaken(Refused):
    """User names are unique in an installation, as sign-in knows no village."""

    text = mark("这些用户名这里已经有人用了：%(names)s。请给迁来的人改名：--rename 旧名=新名")
    code = "names_taken"


class NumbersTaken(Refused):
    """A card's number, or a photo's, is another village's here."""

    text = mark("文件里有 %(n)s 个号码（%(what)s）这里别的村已经在用，不能迁入")
    code = "numbers_taken"


class RowsUnfit(Refused):
    """The database holds rules that rows of the file break: they are none of ours."""

    text = mark("文件里的内容不合规矩，可能被改过。已全部撤回，没有改动什么")
    code = "rows_unfit"


@contextmanager
def unpacked(file: Path, renames: Mapping[str, str], room: Path) -> Iterator[Archive]:
    """The archive in a file, its sums compared; of this release, its users renamed (old → new).

    One of an older release, or with users to rename, is first loaded into a database of its own
    below the folder `room`, brought to what it must be, and written anew. Raises NoArchive,
    ArchiveNewer, NotOneVillage, ArchiveDamaged, ArchiveDiffers, UserUnknown, NameInvalid,
    NamesTaken.
    """
    with Archive.open(file) as given:
        _require_one_village(given.manifest)
        given.verify()
        _require_renamable(given, renames)
        if not renames and given.manifest.revision == newest_migration():
            yield given
            return
        with TemporaryDirectory(dir=room) as place:
            anew = _written_anew(given, renames, Path(place))
            with Archive.open(anew) as made:
                _require_same(given.manifest, made.manifest)
                yield made


def move_in(
    session: Session,
    archive: Archive,
    digest: str,
    renames: Mapping[str, str],
    place: Callable[[Archive], None],
) -> None:
    """Load a village, prove that it is the same to the last row, and write that down.

    `digest` is the sha256 of the file as it was given, `renames` what `unpacked` did to its users,
    `place` puts its photos (`placing`), which is the last that can fail. Raises VillageHere,
    NamesTaken, NumbersTaken, RowsUnreadable, RowsUnfit, ArchiveDamaged, ArchiveDiffers.
    """
    village = archive.manifest.villages[0]
    _require_new(session, village.id)
    _require_free(session, archive)
    connection = session.connection()
    _load(connection, archive)
    archive.prove(connection, metadata)
    _record_import(session, archive.manifest, digest, renames)
    _require_sound(session, archive.manifest)
    place(archive)


@contextmanager
def placing(folder: Path, is_kept: Callable[[], bool]) -> Iterator[Callable[[Archive], None]]:
    """Puts photos into `folder`; takes them away again where what follows fails.

    They stay where `is_kept` says that the village was kept all the same: the answer to a commit
    may be lost on its way.
    """
    new: list[str] = []

    def place(archive: Archive) -> None:
        paths = [path.removeprefix(f"{PHOTOS}/") for path in archive.manifest.photos]
        new.extend(path for path in paths if not (folder / path).exists())
        archive.unpack_photos(folder)

    try:
        yield place
    except BaseException:
        if new and not is_kept():
            storage.take_back(folder, new)
        raise


def _require_one_village(manifest: Manifest) -> None:
    """Raise unless the manifest speaks of one village, of a release that we know."""
    villages = manifest.villages
    if manifest.kind != VILLAGE or len(villages) != 1:
        raise NotOneVillage
    number = villages[0].id
    if not isinstance(number, int) or level_of(number) != Level.VILLAGE:
        raise NotOneVillage
    if manifest.revision > newest_migration():
        raise ArchiveNewer


def _written_anew(given: Archive, renames: Mapping[str, str], place: Path) -> Path:
    """The archive as this release writes it; it passes through a database of its own."""
    made, photos = place / "anew.zip", place / "photos"
    database = Database(f"sqlite:///{place / 'moving.db'}")
    try:
        fill_empty(given, database)
        with database.loading() as connection:
            _rename(connection, renames)
        given.unpack_photos(photos)
        with database.reading() as session, made.open("w+b") as file:
            write_archive(session, file, photos, village_id=given.village_id)
    finally:
        database.close()
    return made


def _require_renamable(given: Archive, renames: Mapping[str, str]) -> None:
    """Raise UserUnknown, NameInvalid, or NamesTaken by somebody of the same village."""
    known = set(given.column(_users.name, "name")) if renames else set()
    for old, new in renames.items():
        if old not in known:
            raise UserUnknown(name=old[:20])
        if not (new.isalnum() and len(new) <= LONGEST_NAME):
            raise NameInvalid
    taken = known & set(renames.values())
    if taken or len(set(renames.values())) < len(renames):
        raise NamesTaken(names=listed(sorted(taken or renames.values())))


def _rename(connection: Connection, renames: Mapping[str, str]) -> None:
    for old, new in renames.items():
        connection.execute(update(_users).where(_users.c.name == old).values(name=new))


def _require_same(given: Manifest, made: Manifest) -> None:
    """Raise ArchiveDiffers where more than users' names changed, or than a release changes."""
    if (given.villages, given.photos) != (made.villages, made.photos):
        raise ArchiveDiffers(what=given.villages[0].name)
    for table, expected in given.tables.items():
        found = made.tables.get(table)
        same_release = given.revision == made.revision and table != _users.name
        same = found == expected if same_release else found and found.rows == expected.rows
        if not same:
            raise ArchiveDiffers(what=table)


def _require_new(session: Session, village_id: int) -> None:
    found = session.get(Village, village_id)
    if found is not None:
        raise VillageHere(name=found.name, village=found.id)


def _require_free(session: Session, archive: Archive) -> None:
    """Raise where what is unique in an installation is another village's already."""
    for table, column in _unique_everywhere():
        wanted = archive.column(table.name, column.name)
        taken = _found(session.connection(), column, wanted)
        if taken and table is _users:
            raise NamesTaken(names=listed(taken))
        if taken:
            raise NumbersTaken(n=len(taken), what=f"{table.name}.{column.name}")


def _unique_everywhere() -> list[tuple[Table, Column[str]]]:
    """The columns whose values are unique among all villages."""
    found = []
    for table in metadata.sorted_tables:
        for constraint in table.constraints:
            columns = list(constraint.columns) if isinstance(constraint, UniqueConstraint) else []
            if len(columns) == 1:
                found.append((table, columns[0]))
    return found


def _found(connection: Connection, column: Column[str], values: list[str]) -> list[str]:
    """Those of the values that the column holds already, in any village."""
    found: list[str] = []
    for first in range(0, len(values), _AT_ONCE):
        some = values[first : first + _AT_ONCE]
        found += connection.scalars(select(column).where(column.in_(some)).order_by(column))
    return found


def _load(connection: Connection, archive: Archive) -> None:
    try:
        archive.load(connection, metadata)
    except OperationalError:
        raise  # the database is away, or busy
    except StatementError as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        raise RowsUnfit from error


def _require_sound(session: Session, manifest: Manifest) -> None:
    """Raise ArchiveDiffers unless the books are whole, open, and name just the photos that came."""
    village_id = manifest.villages[0].id
    connection = session.connection()
    if problems := check_village(session, village_id):
        raise ArchiveDiffers(what=problems[0].text)
    closed = select(_heads.c.left_at).where(_heads.c.village_id == village_id)
    if connection.scalar(closed) is not None:
        raise ArchiveDiffers(what=_heads.name)
    names = connection.scalars(select(_photos.c.name).where(_photos.c.village_id == village_id))
    named = {path for name in names for path in storage.paths(village_id, name)}
    came = {path.removeprefix(f"{PHOTOS}/") for path in manifest.photos}
    if named != came | set(manifest.missing):
        raise ArchiveDiffers(what=_photos.name)


def _record_import(
    session: Session, manifest: Manifest, digest: str, renames: Mapping[str, str]
) -> None:
    """Say in the village's trail where it came from, and with which end of its books."""
    village = manifest.villages[0]
    mover = Actor(village.id, 0, _("迁入"), Role.ADMIN, AT_THE_MACHINE)
    for old, new in renames.items():
        audit.record(session, mover, USER_RENAMED, new, before=old)
    marks = {"mark_before": village.mark, "mark_after": head_mark(session, village.id)}
    photos = {"photos": len(manifest.photos), "missing": len(manifest.missing)}
    subject = str(village.id)
    audit.record(session, mover, "villages.import", subject, **marks, file=digest, **photos)
    session.flush()
