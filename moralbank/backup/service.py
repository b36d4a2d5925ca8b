"""Making a backup while the bank works: one moment of the books, proved whole before it counts."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from sqlmodel import Session, select

from moralbank import audit, clock
from moralbank.archive.manifest import Manifest
from moralbank.archive.reading import Archive
from moralbank.archive.sealing import new_key, seal
from moralbank.archive.writing import Told, pieces, unheard, write_archive
from moralbank.audit import Actor
from moralbank.backup import shelf
from moralbank.backup.disk import BackupBusy, plain_faults
from moralbank.backup.plan import Plan, note_failure, note_success
from moralbank.backup.shelf import Backup, Why
from moralbank.errors import DatabaseMissing, MoralbankError, NoVillage
from moralbank.i18n import _, in_the_villages_language
from moralbank.photos import storage
from moralbank.villages.models import Village
from moralbank.whole_files import sha256_of, whole_file

_log = logging.getLogger(__name__)

NO_BACKUPS_FAULT: Final = (BackupBusy, DatabaseMissing, NoVillage)
"""Refusals that say nothing of how backups go."""


def steps(session: Session) -> int:
    """How many steps `back_up` will tell of: each table and photo is written, then read again."""
    return 2 * pieces(session)


def back_up(session: Session, instance: Path, why: Why, told: Told = unheard) -> Backup:
    """Make a backup by the machine's plan, and write down how it went.

    Whoever calls has the turn (`disk.turn`), and a session that sees every village. Raises
    NoVillage, FolderMissing, FolderReadOnly, FolderFull, FileTooLarge, DiskFault.
    """
    if session.exec(select(Village.id)).first() is None:
        raise NoVillage
    with _told_of(instance), plain_faults(instance):
        plan = Plan.load(instance)
        plan = plan if plan.maker else plan.kept()
        folder = shelf.require_ready(plan)
        with plain_faults(folder):
            shelf.sweep(folder, plan.maker)
            made = write_backup(session, plan, folder, why, told)
            gone = shelf.prune(plan, made)
        note_success(instance, made.name, made.made_at)
    _log.info("backup %s, %s bytes; removed: %s", made.name, made.bytes, gone)
    return made


def write_backup(
    session: Session, plan: Plan, folder: Path, why: Why, told: Told = unheard
) -> Backup:
    """Write one backup into a folder and prove that it is whole; raises OSError."""
    made_at = clock.now()
    name = shelf.free_name(folder, made_at, sealed=bool(plan.recipient))
    part = shelf.part_of(folder, plan.maker, name)
    with whole_file(folder / name, partial=part) as file:
        manifest = _written(session, plan, file, told)
        file.flush()
        digest, size = sha256_of(part), part.stat().st_size
    made = Backup(
        folder,
        name,
        made_at,
        size,
        why=why,
        maker=plan.maker,
        program=manifest.program,
        recipient=plan.recipient,
        sha256=digest,
        rows=sum(one.rows for one in manifest.tables.values()),
        photos=len(manifest.photos),
        missing=len(manifest.missing),
        villages=tuple(manifest.villages),
    )
    made.describe()
    return made


def _written(session: Session, plan: Plan, file: IO[bytes], told: Told) -> Manifest:
    """Fill the file: plainly, or through a nameless one of the machine's own disk, sealed."""
    if not plan.recipient:
        return _archived(session, plan, file, told)
    with ExitStack() as stack:
        with plain_faults(plan.instance):
            plain = stack.enter_context(tempfile.TemporaryFile(dir=plan.instance))
            manifest = _archived(session, plan, plain, told)
        plain.seek(0)
        seal(plain, file, plan.recipient)
        return manifest


def _archived(session: Session, plan: Plan, file: IO[bytes], told: Told) -> Manifest:
    """Write the archive, then read every member again."""
    photos = storage.folder_of(plan.instance)
    manifest = write_archive(session, file, photos, told=told)
    file.flush()
    done = len(manifest.tables) + len(manifest.photos) + len(manifest.missing)
    with Archive.open(file) as again:
        again.verify(lambda more: told(done + more))
    return manifest


@contextmanager
def _told_of(instance: Path) -> Iterator[None]:
    """Write down for pages and `doctor` that no backup could be made."""
    try:
        yield
    except NO_BACKUPS_FAULT:
        raise
    except MoralbankError as refusal:
        with in_the_villages_language():
            _note_failure(instance, refusal.message)
        raise
    except Exception:
        with in_the_villages_language():
            _note_failure(instance, _("程序出了意外，详情在日志里"))
        raise


def _note_failure(instance: Path, words: str) -> None:
    try:
        note_failure(instance, words)
    except OSError:
        _log.exception("how the backup went could not be written down")


def note(session: Session, actor: Actor, made: Backup) -> None:
    """Write into the trail of the actor's village that somebody made a backup."""
    audit.record(session, actor, "backup.create", made.name, bytes=made.bytes, sealed=made.sealed)


def set_seal(plan: Plan, passphrase: str) -> str:
    """Make a key for this instance and put it beside the backups; gives back the public half.

    Raises PassphraseWeak, FolderMissing, FolderReadOnly, FolderFull.
    """
    key = new_key(passphrase)
    with plain_faults(plan.instance):
        folder = shelf.require_ready(plan)
        for place in (plan.instance, folder):
            with plain_faults(place):
                shelf.put_key(place, key.sealed)
    return key.recipient
