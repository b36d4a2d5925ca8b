"""From a backup to books that one works with: built beside, proved, then put in their place.

The key that signs sessions is in no backup, and the one that stands here goes aside with the old
books: everybody signs in anew. Passwords and second factors are those of the backup.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from moralbank import audit, clock
from moralbank.access.models import User
from moralbank.access.queries import Agreement
from moralbank.archive.reading import Archive
from moralbank.archive.restoring import fill_empty
from moralbank.archive.writing import Told, unheard
from moralbank.audit import AT_THE_MACHINE, Actor
from moralbank.backup.disk import plain_faults
from moralbank.backup.places import Found, Place
from moralbank.backup.plan import Plan
from moralbank.backup.reading import problems_in
from moralbank.backup.service import write_backup
from moralbank.backup.shelf import Why
from moralbank.config import SIGNING_KEY
from moralbank.db import Database
from moralbank.errors import DatabaseDamaged
from moralbank.i18n import _, in_the_villages_language
from moralbank.ledger.check import Problem
from moralbank.photos import storage

REPLACED: Final = "replaced"
"""The folder of the instance in which old books lie that others took the place of."""

Agree = Callable[[Database], Agreement]


@dataclass(frozen=True)
class Restored:
    """What a restore did: where the old books are, and what the new ones' proof found.

    `aside` is a folder (None where there were no books before), `old` the old file or schema.
    """

    aside: Path | None
    old: str
    problems: list[Problem]


@dataclass(frozen=True)
class Restoring:
    """A backup on its way into a place; `file` is its name, `told` hears how far it is."""

    archive: Archive
    file: str
    instance: Path
    place: Place
    told: Told = unheard

    @property
    def steps(self) -> int:
        """How many steps `told` hears of."""
        manifest = self.archive.manifest
        return 2 * (len(manifest.tables) + len(manifest.photos))

    def run(self, agree: Agree) -> Restored:
        """Restore; `agree` asks two people where books stand already.

        They are known by those books; where these can't be read any more, by the restored ones.
        Whoever calls has the turn. Raises what `agree` raises, ArchiveDamaged, ArchiveDiffers,
        RowsUnreadable, StillOpen, DatabaseLocked, MayNotBuild, FolderFull and the like: then
        nothing was changed, but for wrong tries that were counted, and a backup of the old books
        that may lie in the folder of replaced ones.
        """
        found = self.place.found()
        agreement = self._asked_by_the_old(agree) if found is Found.BOOKS else None
        self.place.require_alone()
        self.archive.verify(self.told)
        aside = None if found is Found.NOTHING else self._aside()
        if found is Found.BOOKS and aside is not None:
            self._back_up(aside)
        try:
            new = self.place.empty_beside()
            problems = self._build(new)
            if agreement is None and found in {Found.BOOKS, Found.UNREADABLE}:
                agreement = self._asked(agree, new)
            self._sign(new, agreement)
            old = self._put_in_place(aside)
        finally:
            self.place.clear_beside()
        return Restored(aside, old, problems)

    def _asked_by_the_old(self, agree: Agree) -> Agreement | None:
        """What two people of the old books said; None where those are too damaged to know them."""
        try:
            return self._asked(agree, self.place.url)
        except DatabaseDamaged:
            return None

    def _asked(self, agree: Agree, url: str) -> Agreement:
        database = Database(url)
        try:
            return agree(database)
        finally:
            database.close()

    def _aside(self) -> Path:
        """A new folder for what is replaced, named by the moment; each try has its own."""
        folder = self.instance / REPLACED
        moment = f"{clock.local(clock.now()):%Y%m%d-%H%M%S}"
        names = chain([moment], (f"{moment}-{number}" for number in count(2)))
        with plain_faults(folder):
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            return next(place for name in names if _made(place := folder / name))

    def _back_up(self, aside: Path) -> None:
        """A plain backup of the old books, beside what is moved there; not of damaged ones."""
        database = Database(self.place.url)
        try:
            with suppress(DatabaseDamaged), plain_faults(aside), database.reading() as session:
                plan = Plan(self.instance, maker="old")
                write_backup(session, plan, aside, Why.BEFORE_RESTORE)
        finally:
            database.close()

    def _build(self, url: str) -> list[Problem]:
        """Fill the empty place beside; everything is read back before it counts."""
        database = Database(url)
        done = self.steps // 2
        try:
            fill_empty(self.archive, database, lambda more: self.told(done + more))
            return problems_in(self.archive, database)
        finally:
            database.close()

    def _sign(self, url: str, agreement: Agreement | None) -> None:
        """Write the restore into the trail of each village that was restored."""
        database = Database(url)
        try:
            with database.writing() as session, in_the_villages_language():
                for village in self.archive.manifest.villages:
                    self._write_line(session, village.id, agreement)
        finally:
            database.close()

    def _write_line(self, session: Session, village_id: int, agreement: Agreement | None) -> None:
        """The two stand in it by their numbers in the restored books, if those know them."""
        actor, people = Actor(village_id, 0, _("系统"), "", AT_THE_MACHINE), {}
        if agreement is not None:
            first, second = agreement.admin.name, agreement.supervisor.name
            people = {"admin": first, "supervisor": second}
            actor = replace(actor, seconded_by=_number(session, village_id, second))
            if admin := _number(session, village_id, first):
                actor = replace(actor, user_id=admin, name=first)
        made_at = self.archive.manifest.made_at
        audit.record(session, actor, "backup.restore", self.file, made_at=made_at, **people)

    def _put_in_place(self, aside: Path | None) -> str:
        """Photos first, whose random names disturb nobody; then the books in one step; the key."""
        photos = storage.folder_of(self.instance)
        done = self.steps // 2 + len(self.archive.manifest.tables)
        self.archive.unpack_photos(photos, lambda more: self.told(done + more))
        if aside is None:
            return self.place.switch(self.instance)
        key = self.instance / SIGNING_KEY
        old = self.place.switch(aside)
        with plain_faults(self.instance):
            if key.exists():
                key.rename(aside / SIGNING_KEY)
        return old


def _made(folder: Path) -> bool:
    """Make a folder; whether it is new."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def _number(session: Session, village_id: int, name: str) -> int:
    """The number of the village's user of this name, 0 where the books have none."""
    found = session.exec(
        select(User.id).where(col(User.village_id) == village_id, col(User.name) == name)
    ).first()
    return found or 0
