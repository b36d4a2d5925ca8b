"""Photos that come with a form (the macros of `templates/macros/photos.html` send them)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, current_app, request
from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.config import MEGABYTE
from moralbank.db import writing
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.photos import storage
from moralbank.photos.pictures import LARGEST_FILE, Picture, picture_of
from moralbank.photos.queries import PhotoInfo, photos_named, require_photos
from moralbank.photos.service import keep_picture
from moralbank.web.guards import current_actor

MOST_AT_ONCE: Final = 9
MOST_BYTES: Final = LARGEST_FILE + MEGABYTE
"""Of one request that brings photos; a little more than the largest file."""
MOST_FIELDS: Final = 20_000
"""Of one request that brings photos: a board of equals has a line for every household."""

View = Callable[..., Any]


class TooManyPhotos(Invalid):
    """More photos than anybody would look at."""

    text = mark("一次最多 %(n)s 张照片，请少选几张")
    code = "too_many_photos"


def takes_photos(view: View) -> View:
    """A route that photos come to: more may be sent there than elsewhere."""
    view.takes_photos = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Let more through where photos come in; before anybody reads a form, tokens included."""
    app.before_request(_widen)


def _widen() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_photos", False):
        request.max_content_length = MOST_BYTES
        request.max_form_parts = MOST_FIELDS


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

    def require_all(self) -> None:
        """Raise the first refusal, for the field "photos"."""
        for refusal in self.refusals:
            refusal.field = "photos"
            raise refusal


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


def _keep(session: Session, sender: Actor, name: str, pictures: list[Picture]) -> list[int]:
    """Numbers of what an earlier try of this form kept, then of what came now."""
    folder = storage.folder_of(current_app.config["INSTANCE"])
    names = request.form.getlist(f"{name}_kept")[:MOST_AT_ONCE]
    before = photos_named(session, sender.village_id, names, sender.user_id)
    new = [keep_picture(session, sender, folder, picture) for picture in pictures]
    return list(dict.fromkeys([*(one.id for one in before), *new]))


def _read(name: str) -> tuple[list[Picture], list[Invalid]]:
    """The pictures that came, and of the others why they are none."""
    files = [file for file in request.files.getlist(name) if file.filename]
    if len(files) + len(request.form.getlist(f"{name}_kept")) > MOST_AT_ONCE:
        return [], [TooManyPhotos(field=name, n=MOST_AT_ONCE)]
    told = [_picture(file, name) for file in files]
    return (
        [one for one in told if isinstance(one, Picture)],
        [one for one in told if isinstance(one, Invalid)],
    )


def _picture(file: Any, name: str) -> Picture | Invalid:
    try:
        return picture_of(file.stream.read(LARGEST_FILE + 1))
    except Invalid as refusal:
        refusal.field = name
        return refusal
