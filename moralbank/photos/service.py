"""Keeping photos, and saying what they show."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from moralbank import clock
from moralbank.audit import Actor
from moralbank.ledger.service import lock, take_number
from moralbank.photos import storage
from moralbank.photos.models import Photo, PhotoSubject, PhotoUse
from moralbank.photos.pictures import Picture, picture_of
from moralbank.photos.queries import require_photos

SENT_AGAIN: Final = timedelta(hours=1)
"""Within this time the same picture from the same person is the same photo, sent again."""
KEPT_UNUSED: Final = timedelta(days=1)
"""How long a photo may wait for the deed that it shows: a form may be refused meanwhile."""


def keep(session: Session, actor: Actor, folder: Path, content: bytes) -> int:
    """Keep a file that was sent, if it is a picture; gives back the photo's number.

    `folder` is `storage.folder_of(instance)`. Files are written before the row: where the
    transaction is undone, they are left over and swept later. Raises what `picture_of` raises,
    and PhotoNotKept.
    """
    return keep_picture(session, actor, folder, picture_of(content))


def keep_picture(session: Session, actor: Actor, folder: Path, picture: Picture) -> int:
    """Keep a picture that was read before; raises PhotoNotKept.

    One sent twice (a button pressed twice, a browser that tries again) keeps its number, so
    that the act it belongs to is known for the same, too.
    """
    lock(session, actor.village_id)
    earlier = _sent_before(session, actor, picture.original)
    if earlier is not None:
        return earlier.id
    name = storage.write(folder, actor.village_id, picture.jpeg, picture.small)
    number = take_number(session, actor.village_id, "photo")
    session.add(
        Photo(
            village_id=actor.village_id,
            id=number,
            name=name,
            original=picture.original,
            width=picture.width,
            height=picture.height,
            taken_by=actor.user_id,
            at=clock.now(),
        )
    )
    session.flush()
    if storage.sweep_is_due(folder, actor.village_id):
        _sweep(session, actor.village_id, folder)
    return number


def attach(
    session: Session,
    village_id: int,
    photo_ids: Sequence[int],
    subject: PhotoSubject,
    subject_id: int,
) -> None:
    """Say that these photos show this deed, product, voucher …; raises PhotoUnknown."""
    wanted = list(dict.fromkeys(photo_ids))
    if not wanted:
        return
    require_photos(session, village_id, wanted)
    there = set(
        session.exec(
            select(PhotoUse.photo_id).where(
                PhotoUse.village_id == village_id,
                PhotoUse.subject == subject,
                PhotoUse.subject_id == subject_id,
            )
        )
    )
    session.add_all(
        PhotoUse(village_id=village_id, photo_id=number, subject=subject, subject_id=subject_id)
        for number in wanted
        if number not in there
    )
    session.flush()


def detach(session: Session, village_id: int, subject: PhotoSubject, subject_id: int) -> int:
    """Let no photo show this any more; how many did. What shows nothing else is swept later."""
    return (
        session.connection()
        .execute(
            delete(PhotoUse).where(
                col(PhotoUse.village_id) == village_id,
                col(PhotoUse.subject) == subject,
                col(PhotoUse.subject_id) == subject_id,
            )
        )
        .rowcount
    )


def _sent_before(session: Session, actor: Actor, original: str) -> Photo | None:
    return session.exec(
        select(Photo)
        .where(
            Photo.village_id == actor.village_id,
            Photo.original == original,
            Photo.taken_by == actor.user_id,
            Photo.at > clock.now() - SENT_AGAIN,
        )
        .order_by(col(Photo.id))
    ).first()


def _sweep(session: Session, village_id: int, folder: Path) -> None:
    """Forget photos that nothing came of, and remove files that belong to none."""
    used = select(PhotoUse.photo_id).where(PhotoUse.village_id == village_id)
    session.connection().execute(
        delete(Photo).where(
            col(Photo.village_id) == village_id,
            col(Photo.at) < clock.now() - KEPT_UNUSED,
            col(Photo.id).not_in(used),
        )
    )
    kept = set(session.exec(select(Photo.name).where(Photo.village_id == village_id)))
    storage.sweep(folder, village_id, kept)
