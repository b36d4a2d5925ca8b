"""Opening a backup, sealed or not, and proving it: its sums, and its books, loaded elsewhere."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from moralbank.archive.manifest import INSTALLATION
from moralbank.archive.reading import Archive, ArchiveDamaged
from moralbank.archive.restoring import fill_empty
from moralbank.archive.sealing import PassphraseWrong, is_sealed, open_key, unseal
from moralbank.archive.writing import Told, unheard
from moralbank.backup import shelf
from moralbank.backup.disk import plain_faults
from moralbank.backup.shelf import Backup
from moralbank.db import Database
from moralbank.errors import Invalid, NotFound, Refused
from moralbank.i18n import mark
from moralbank.ledger.check import Problem
from moralbank.whole_files import sha256_of

WORK: Final = ".backup-"
"""What the names of our folders for a while begin with."""


class BackupUnknown(NotFound):
    """There is no such file."""

    text = mark("没有这个备份文件：%(path)s")
    code = "backup_unknown"


class KeyMissing(NotFound):
    """A sealed backup, and no key file beside it or in the instance."""

    text = mark("这个备份封了口，但找不到 key.age。它应当和备份放在一起；也可用 --key 指明在哪里")
    code = "backup_key_missing"


class OneVillage(Invalid):
    """The file carries one village to another house; it is no backup of an installation."""

    text = mark("这是一个村的迁移文件，不是备份：请用 moralbank villages import")
    code = "backup_of_one_village"


class BooksWrong(Refused):
    """What the backup holds is whole, but its books don't prove: they did not when it was made."""

    text = mark("备份本身完好，但里面的账有 %(n)s 处不对（%(first)s 等），做备份时就这样了")
    code = "backup_books_wrong"


@contextmanager
def opened(
    path: Path, room: Path, passphrase: Callable[[], str], key: Path | None = None
) -> Iterator[Archive]:
    """Open a backup; `passphrase` is asked for a sealed one, which is opened within `room`.

    Raises BackupUnknown, KeyMissing, PassphraseWrong, SealDamaged, NoArchive, ArchiveNewer,
    OneVillage, FolderFull.
    """
    if not path.is_file():
        raise BackupUnknown(path=path)
    with plain_faults(room), tempfile.TemporaryFile(dir=room) as plain:
        source: Path | IO[bytes] = path
        if is_sealed(path):
            _unsealed(path, plain, [key] if key else None, room, passphrase)
            source = plain
        with Archive.open(source) as archive:
            if archive.manifest.kind != INSTALLATION:
                raise OneVillage
            yield archive


def _unsealed(
    path: Path,
    plain: IO[bytes],
    keys: list[Path] | None,
    room: Path,
    passphrase: Callable[[], str],
) -> None:
    found = [one.read_bytes() for one in keys] if keys else shelf.keys_in(path.parent, room)
    if not found:
        raise KeyMissing
    identities = _identities(found, passphrase())
    with path.open("rb") as source:
        unseal(source, plain, identities)
    plain.flush()
    plain.seek(0)


def _identities(keys: list[bytes], passphrase: str) -> list[Any]:
    """What the passphrase opens of these key files; raises PassphraseWrong where it opens none."""
    found = []
    for sealed in keys:
        with suppress(PassphraseWrong):
            found.append(open_key(sealed, passphrase))
    if not found:
        raise PassphraseWrong
    return found


def require_same_file(backup: Backup) -> None:
    """Compare a backup's file with the sum that was written beside it; raises ArchiveDamaged."""
    if backup.described and sha256_of(backup.path) != backup.sha256:
        raise ArchiveDamaged(name=backup.name)


def prove(archive: Archive, room: Path, told: Told = unheard) -> None:
    """Read every member, load the books into a database of their own for a while, prove them.

    Raises ArchiveDamaged, RowsUnreadable, ArchiveDiffers, BooksWrong.
    """
    archive.verify(told)
    done = len(archive.manifest.tables) + len(archive.manifest.photos)
    with tempfile.TemporaryDirectory(dir=room, prefix=WORK, ignore_cleanup_errors=True) as place:
        database = Database(f"sqlite:///{Path(place) / 'proof.db'}")
        try:
            fill_empty(archive, database, lambda more: told(done + more))
            problems = problems_in(archive, database)
        finally:
            database.close()
    if problems:
        raise BooksWrong(n=len(problems), first=problems[0].text)


def problems_in(archive: Archive, database: Database) -> list[Problem]:
    """What is wrong in the books that were loaded from an archive."""
    from moralbank.check import check_village  # noqa: PLC0415 - every room's proofs

    with database.reading() as session:
        return [
            problem
            for village in archive.manifest.villages
            for problem in check_village(session, village.id)
        ]
