"""Moving house: a village's file is made, and its books are closed here, or opened again.

The file is an archive of kind "village" (`archive/`); how it comes in elsewhere stands in
`arriving.py`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.archive.manifest import Manifest, VillageSum
from moralbank.archive.reading import Archive
from moralbank.archive.writing import Told, village_sums, write_archive
from moralbank.audit import Actor
from moralbank.check import check_village
from moralbank.errors import Refused
from moralbank.households.models import Household, HouseholdStatus
from moralbank.i18n import mark
from moralbank.ledger.chain import printed_mark
from moralbank.ledger.models import AccountKind, Head
from moralbank.ledger.service import VillageLeft
from moralbank.villages.codes import is_village
from moralbank.villages.models import Village
from moralbank.whole_files import sha256_of, whole_file

_villages = Village.__table__  # type: ignore[attr-defined]
_households = Household.__table__  # type: ignore[attr-defined]
_heads = Head.__table__  # type: ignore[attr-defined]


class BooksNotWhole(Refused):
    """The proof found something wrong, so the village stays where it is."""

    text = mark("账目有 %(n)s 处不对（%(first)s），不能迁出。请先运行 moralbank check 查明")
    code = "books_not_whole"


class FileThere(Refused):
    """A file of this name exists; a village's file is never written over."""

    text = mark("已经有文件“%(name)s”，不会覆盖它。请换一个名字")
    code = "file_there"


class NotLeft(Refused):
    """The village's books are open here."""

    text = mark("%(name)s没有迁走，账本来就开着")
    code = "not_left"


@dataclass(frozen=True)
class Dweller:
    """A village of this installation, as lists show it; `mark` is the end of its books.

    `households` are those that take part now.
    """

    id: int
    name: str
    households: int
    mark: str
    left_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """What people compare by eye before and after a move.

    `households` are all that ever took part, `points` those of all of them together.
    """

    name: str
    households: int
    points: int
    mark: str


@dataclass(frozen=True)
class Parcel:
    """A file that holds one village; `sha256` (hex) is the whole file's."""

    manifest: Manifest
    sha256: str

    @property
    def village(self) -> VillageSum:
        """The village in it."""
        return self.manifest.villages[0]


def standing_of(manifest: Manifest) -> Standing:
    """How a village stands by its file's own description."""
    return _standing(manifest.villages[0], manifest.tables[_households.name].rows)


def standing(session: Session, village_id: int) -> Standing:
    """How a village stands in this database."""
    connection = session.connection()
    counted = select(func.count()).where(_households.c.village_id == village_id)
    return _standing(village_sums(connection, village_id)[0], connection.scalar(counted) or 0)


def _standing(village: VillageSum, households: int) -> Standing:
    points = village.totals.get(AccountKind.HOUSEHOLD_POINTS, 0)
    return Standing(village.name, households, points, village.mark)


def villages_here(session: Session) -> list[Dweller]:
    """Every village whose books lie here, left or not; offices above them are none."""
    households = (
        select(_households.c.village_id, func.count().label("n"))
        .where(_households.c.status == HouseholdStatus.ACTIVE)
        .group_by(_households.c.village_id)
        .subquery()
    )
    rows = session.connection().execute(
        select(_villages, _heads.c.seq, _heads.c.hash, _heads.c.left_at, households.c.n)
        .join(_heads, _heads.c.village_id == _villages.c.id)
        .outerjoin(households, households.c.village_id == _villages.c.id)
        .where(is_village(_villages.c.id))
        .order_by(_villages.c.id)
    )
    return [
        Dweller(row.id, row.name, row.n or 0, printed_mark(row.seq, row.hash), row.left_at)
        for row in rows
    ]


@contextmanager
def fresh_file(target: Path, is_needed: Callable[[], bool]) -> Iterator[None]:
    """Lets `pack` write a file that wasn't there; it goes again where what follows fails.

    It stays where `is_needed` says that the village left all the same: the answer to a commit may
    be lost on its way. Raises FileThere.
    """
    if target.exists():
        raise FileThere(name=target.name)
    try:
        yield
    except BaseException:
        if target.exists() and not is_needed():
            target.unlink()
        raise


def pack(session: Session, village_id: int, photos: Path, target: Path, told: Told) -> Parcel:
    """Write a village into a file for its owner alone, and read that back.

    `session` must be `reading()`, `photos` is `storage.folder_of(instance)`. The file is there
    whole or not at all. Raises BooksNotWhole, VillageLeft.
    """
    _require_here(session, village_id)
    problems = check_village(session, village_id)
    if problems:
        raise BooksNotWhole(n=len(problems), first=problems[0].text)
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as file:
        manifest = write_archive(session, file, photos, village_id=village_id, told=told)
        with Archive.open(file) as written:
            written.verify()
    return Parcel(manifest, sha256_of(target))


def _require_here(session: Session, village_id: int) -> None:
    """Raise VillageLeft where the books go on elsewhere: a file of them would be an old one."""
    left_at = session.connection().scalar(
        select(_heads.c.left_at).where(_heads.c.village_id == village_id)
    )
    if left_at is not None:
        raise VillageLeft(day=clock.local(left_at).date())


def record_export(session: Session, actor: Actor, parcel: Parcel) -> None:
    """Write down that a village's file was made, and by whom."""
    _record_export(session, actor, parcel, leaves=False)


def leave(session: Session, actor: Actor, parcel: Parcel) -> None:
    """Close the village's books here: they go on where its file is brought to.

    The session must hold the village's lock since before the file was written.
    """
    session.connection().execute(
        update(_heads).where(_heads.c.village_id == actor.village_id).values(left_at=clock.now())
    )
    _record_export(session, actor, parcel, leaves=True)


def _record_export(session: Session, actor: Actor, parcel: Parcel, *, leaves: bool) -> None:
    said = {"mark": parcel.village.mark, "file": parcel.sha256, "leaves": leaves}
    audit.record(session, actor, "villages.export", str(actor.village_id), **said)


def come_back(session: Session, actor: Actor) -> str:
    """Open the books of a village again whose move came to nothing; their end, as sheets print it.

    `actor` is seconded by the supervisor. Raises NotLeft.
    """
    found = session.get(Village, actor.village_id)
    opened = session.connection().execute(
        update(_heads)
        .where(_heads.c.village_id == actor.village_id, _heads.c.left_at.is_not(None))
        .values(left_at=None)
        .returning(_heads.c.seq, _heads.c.hash)
    )
    head = opened.first()
    if head is None:
        raise NotLeft(name=found.name if found else actor.village_id)
    said = printed_mark(head.seq, head.hash)
    audit.record(session, actor, "villages.return", str(actor.village_id), mark=said)
    return said
