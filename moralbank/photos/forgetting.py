"""Photos of somebody who is forgotten: they show nothing any more, and their files go."""

import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update
from sqlmodel import Session

from moralbank.photos import storage
from moralbank.photos.models import Photo, PhotoSubject, PhotoUse

_photos = Photo.__table__  # type: ignore[attr-defined]
_uses = PhotoUse.__table__  # type: ignore[attr-defined]

KEPT_ON_ITS_WAY: Final = int(timedelta(minutes=10).total_seconds())
"""Seconds for which a file without a row is left alone: its transaction may not be over."""


def photos_showing(
    session: Session, village_id: int, shown: Mapping[PhotoSubject, Collection[int]]
) -> set[int]:
    """The numbers of the photos that show any of these, by kind and number."""
    wanted = select(_uses.c.photo_id).where(*_showing(village_id, shown))
    return set(session.connection().scalars(wanted))


def forget_photos(
    session: Session,
    village_id: int,
    shown: Mapping[PhotoSubject, Collection[int]],
    frozen: Collection[int],
) -> int:
    """Let photos show none of these any more, and forget those that then show nothing; how many.

    `frozen` are photos that rows which never change speak of: they are forgotten too, but their
    rows stay, under names of files that don't exist. Files are removed by `sweep_forgotten` once
    this is committed.
    """
    connection = session.connection()
    concerned = photos_showing(session, village_id, shown) | set(frozen)
    connection.execute(delete(_uses).where(*_showing(village_id, shown)))
    useful = select(_uses.c.photo_id).where(
        _uses.c.village_id == village_id, _uses.c.photo_id.in_(concerned - set(frozen))
    )
    gone = concerned - set(connection.scalars(useful))
    _let_go(connection, village_id, gone - set(frozen))
    for number in gone & set(frozen):
        connection.execute(
            update(_photos)
            .where(_photos.c.village_id == village_id, _photos.c.id == number)
            .values(name=secrets.token_hex(16), original="")
        )
    return len(gone)


def sweep_forgotten(session: Session, village_id: int, folder: Path) -> int:
    """Remove a village's files that belong to no photo; how many went."""
    if not (folder / str(village_id)).is_dir():
        return 0
    kept = set(
        session.connection().scalars(
            select(_photos.c.name).where(_photos.c.village_id == village_id)
        )
    )
    return storage.sweep(folder, village_id, kept, older_than=KEPT_ON_ITS_WAY)


def _let_go(connection: Connection, village_id: int, gone: Collection[int]) -> None:
    connection.execute(
        delete(_photos).where(_photos.c.village_id == village_id, _photos.c.id.in_(gone))
    )


def _showing(
    village_id: int, shown: Mapping[PhotoSubject, Collection[int]]
) -> tuple[ColumnElement[bool], ...]:
    kinds = [
        and_(_uses.c.subject == kind, _uses.c.subject_id.in_(numbers))
        for kind, numbers in shown.items()
    ]
    return _uses.c.village_id == village_id, or_(*kinds)
