"""Photos that come with a form (the macros of `templates/macros/photos.html` send them)."""

from dataclasses import dataclass
from typing import Any, Final

from flask import current_app, g, request
from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.db import writing
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.photos import storage
from moralbank.photos.pictures import LARGEST_FILE, Picture, picture_of
from moralbank.photos.queries import PhotoInfo, photos_named, require_photos
from moralbank.photos.service import keep_picture
from moralbank.web.guards import current_actor

MOST_AT_ONCE: Final = 9


class TooManyPhotos(Invalid):
    """More photos than anybody would look at."""

    text = mark("一次最多 %(n)s 张照片，请少选几张")
    code = "too_many_photos"


@dataclass(frozen=True)
class Taken:
    """Photos that a request brought: those that are kept now, and why others are not.

    For a form that is shown again whatever happens to its act: `photo_field(kept=taken.photos)`.
    """

    photos: list[PhotoInfo]
    refusals: list[Invalid]

    @property
    def ids(self) -> tuple[int, ...]:
        """The photos' numbers, as services take them."""
        return tuple(photo.id for photo in self.photos)


def take_photos(name: str = "photos", actor: Actor | None = None) -> Taken:
    """Keep this request's photos in a transaction of their own, before the act that they show.

    So they outlive a refusal of that act, and reading them holds nobody's writing up. What is no
    picture is left out and told of. `actor` is whoever is signed in, unless said otherwise.
    """
    sender = actor or current_actor()
    pictures, refusals = _read(name)
    if not pictures and f"{name}_kept" not in request.form:
        return Taken([], refusals)
    with writing() as session:
        kept = require_photos(session, sender.village_id, _keep(session, sender, name, pictures))
    return Taken(kept, refusals)


def sent_pictures(name: str = "photos") -> list[Picture]:
    """The pictures that this request brought, read before any transaction begins.

    Raises the first refusal of `picture_of` (with `field` = `name`), or TooManyPhotos.
    """
    pictures, refusals = _read(name)
    if refusals:
        raise refusals[0]
    return pictures


def uploaded_photos(
    session: Session, name: str = "photos", actor: Actor | None = None
) -> list[int]:
    """Keep every photo of this request, all or none; their numbers, earlier kept ones first.

    Raises what `sent_pictures` raises, and PhotoNotKept.
    """
    return _keep(session, actor or current_actor(), name, sent_pictures(name))


def kept_photos(
    session: Session, photo_ids: list[int], actor: Actor | None = None
) -> list[PhotoInfo]:
    """Photos to be shown again in a form that was refused (`photo_field(kept=…)`)."""
    return require_photos(session, (actor or current_actor()).village_id, photo_ids)


def _keep(session: Session, sender: Actor, name: str, pictures: list[Picture]) -> list[int]:
    """Numbers of what an earlier try of this form kept, then of what came now."""
    folder = storage.folder_of(current_app.config["INSTANCE"])
    names = request.form.getlist(f"{name}_kept")[:MOST_AT_ONCE]
    before = photos_named(session, sender.village_id, names, sender.user_id)
    new = [keep_picture(session, sender, folder, picture) for picture in pictures]
    return list(dict.fromkeys([*(one.id for one in before), *new]))


def _read(name: str) -> tuple[list[Picture], list[Invalid]]:
    """The pictures that came, read once however often one asks, and what was none."""
    read: dict[str, tuple[list[Picture], list[Invalid]]] = g.setdefault("pictures", {})
    if name not in read:
        files = [file for file in request.files.getlist(name) if file.filename]
        if len(files) + len(request.form.getlist(f"{name}_kept")) > MOST_AT_ONCE:
            return [], [TooManyPhotos(field=name, n=MOST_AT_ONCE)]
        told = [_picture(file, name) for file in files]
        read[name] = (
            [one for one in told if isinstance(one, Picture)],
            [one for one in told if isinstance(one, Invalid)],
        )
    return read[name]


def _picture(file: Any, name: str) -> Picture | Invalid:
    try:
        return picture_of(file.stream.read(LARGEST_FILE + 1))
    except Invalid as refusal:
        refusal.field = name
        return refusal
