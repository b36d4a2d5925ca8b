"""Photos, each for those whose work it belongs to."""

from typing import Any, Final

from flask import Blueprint, current_app, request
from sqlmodel import Session

from moralbank.access.permissions import may as role_may
from moralbank.audit import Actor
from moralbank.counter.seeing import shown_slip
from moralbank.db import reading
from moralbank.photos import queries, storage
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, PhotoUnknown
from moralbank.web.files import photo_file
from moralbank.web.guards import current_actor, may

room = Blueprint("photos", __name__)

_EVIDENCE: Final = ("photos.view",)
SHOWN_TO: Final[dict[PhotoSubject, tuple[str, ...]]] = {
    PhotoSubject.AWARD: _EVIDENCE,
    PhotoSubject.REMINDER: _EVIDENCE,
    PhotoSubject.OBJECTION: _EVIDENCE,
    PhotoSubject.ROUND: _EVIDENCE,
    PhotoSubject.HOUSEHOLD: ("households.view", "counter.redeem"),
    PhotoSubject.PRODUCT: ("store.view",),
    PhotoSubject.SLIP: ("counter.view",),
    PhotoSubject.VOUCHER: ("fund.view",),
    PhotoSubject.LAUREATE: ("boards.view",),
}
"""Who sees photos of which kind: whoever has one of these permissions.

A photo that belongs to nothing yet is seen by its own sender alone, whose form still shows it.
"""


@room.get("/photos/<int:photo_id>.jpg")
@may("access.self")
def photo(photo_id: int) -> Any:
    """Show a photo of one's own village, `?size=small` for a list; others' don't exist."""
    actor = current_actor()
    with reading() as session:
        found = _shown(session, actor, photo_id)
    folder = storage.folder_of(current_app.config["INSTANCE"])
    content = storage.read(
        folder, actor.village_id, found.name, small=request.args.get("size") == "small"
    )
    if content is None:
        raise PhotoUnknown
    return photo_file(content)


def _shown(session: Session, actor: Actor, photo_id: int) -> PhotoInfo:
    """The photo, for whom it is; raises PhotoUnknown to anybody else.

    A signature is seen with its slip alone: raises NotYourShop, ShopNotChosen as that does.
    """
    found = queries.photo(session, actor.village_id, photo_id)
    uses = queries.uses_of(session, actor.village_id, photo_id)
    wanted = {permission for kind, _number in uses for permission in SHOWN_TO[kind]}
    mine = not uses and found.taken_by == actor.user_id
    if not mine and not any(role_may(actor.role, permission) for permission in wanted):
        raise PhotoUnknown
    for kind, number in uses:
        if kind is PhotoSubject.SLIP:
            shown_slip(session, actor, number)
    return found
