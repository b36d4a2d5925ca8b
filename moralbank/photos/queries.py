"""Reading photos: those of a deed, and whether the same picture came before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select as rows_of
from sqlmodel import Session, col, select

from moralbank.errors import NotFound
from moralbank.i18n import mark
from moralbank.photos.models import Photo, PhotoSubject, PhotoUse

_photos = Photo.__table__  # type: ignore[attr-defined]
_uses = PhotoUse.__table__  # type: ignore[attr-defined]


class PhotoUnknown(NotFound):
    """The village has no such photo."""

    text = mark("没有这张照片")
    code = "photo_unknown"


@dataclass(frozen=True)
class PhotoInfo:
    """A kept photo: `name` is random, sizes are in pixels, `original` tells the same dots again.

    `taken_by` is the user who sent it, 0 from a card's page or the public one.
    """

    id: int
    name: str
    width: int
    height: int
    original: str
    taken_by: int = 0


def photo(session: Session, village_id: int, photo_id: int) -> PhotoInfo:
    """One photo; raises PhotoUnknown."""
    return require_photos(session, village_id, [photo_id])[0]


def require_photos(session: Session, village_id: int, ids: Sequence[int]) -> list[PhotoInfo]:
    """The photos of these numbers in this order; raises PhotoUnknown if one is missing."""
    found = session.exec(
        select(Photo).where(Photo.village_id == village_id, col(Photo.id).in_(ids))
    )
    known = {one.id: _info(one) for one in found}
    if not known.keys() >= set(ids):
        raise PhotoUnknown
    return [known[number] for number in ids]


def photos_named(
    session: Session, village_id: int, names: Collection[str], taken_by: int | None = None
) -> list[PhotoInfo]:
    """The photos of these random names, of one sender or of all, in the order of their numbers."""
    wanted = select(Photo).where(Photo.village_id == village_id, col(Photo.name).in_(names))
    if taken_by is not None:
        wanted = wanted.where(Photo.taken_by == taken_by)
    return [_info(one) for one in session.exec(wanted.order_by(col(Photo.id)))]


def photos_of(
    session: Session, village_id: int, subject: PhotoSubject, ids: Collection[int]
) -> dict[int, list[PhotoInfo]]:
    """The photos of each of these deeds (reminders, objections); who has none is left out."""
    uses = session.exec(
        select(PhotoUse.subject_id, Photo)
        .join(
            Photo,
            (col(Photo.village_id) == col(PhotoUse.village_id))
            & (col(Photo.id) == col(PhotoUse.photo_id)),
        )
        .where(
            PhotoUse.village_id == village_id,
            PhotoUse.subject == subject,
            col(PhotoUse.subject_id).in_(ids),
        )
        .order_by(col(PhotoUse.subject_id), col(Photo.id))
    )
    found: dict[int, list[PhotoInfo]] = {}
    for subject_id, one in uses:
        found.setdefault(subject_id, []).append(_info(one))
    return found


def same_photo(
    session: Session, village_id: int, subject: PhotoSubject, ids: Collection[int]
) -> dict[int, list[int]]:
    """Which others of the same kind show the very same picture as each of these, by number."""
    use, shown = _uses.alias(), _photos.alias()
    other, same = _uses.alias(), _photos.alias()
    of_one_village = (
        (shown.c.village_id == use.c.village_id)
        & (same.c.village_id == use.c.village_id)
        & (other.c.village_id == use.c.village_id)
    )
    pairs = (
        rows_of(use.c.subject_id, other.c.subject_id)
        .where(use.c.village_id == village_id, of_one_village)
        .where(use.c.subject == subject, use.c.subject_id.in_(ids))
        .where(shown.c.id == use.c.photo_id, same.c.original == shown.c.original)
        .where(other.c.photo_id == same.c.id, other.c.subject == use.c.subject)
        .where(other.c.subject_id != use.c.subject_id)
        .distinct()
    )
    found: dict[int, list[int]] = {}
    for number, twin in sorted(tuple(row) for row in session.connection().execute(pairs)):
        found.setdefault(number, []).append(twin)
    return found


def uses_of(session: Session, village_id: int, photo_id: int) -> list[tuple[PhotoSubject, int]]:
    """What a photo is evidence of, kind and number; nothing while its form isn't done."""
    found = session.exec(
        select(PhotoUse.subject, PhotoUse.subject_id).where(
            PhotoUse.village_id == village_id, PhotoUse.photo_id == photo_id
        )
    )
    return [(PhotoSubject(kind), number) for kind, number in found]


def _info(one: Photo) -> PhotoInfo:
    return PhotoInfo(one.id, one.name, one.width, one.height, one.original, one.taken_by)
