"""Photos as those who record, decide and supervise see them."""

from typing import Any

from flask import Blueprint, current_app, request

from moralbank.db import reading
from moralbank.photos import queries, storage
from moralbank.photos.queries import PhotoUnknown
from moralbank.web.files import photo_file
from moralbank.web.guards import current_actor, may

room = Blueprint("photos", __name__)


@room.get("/photos/<int:photo_id>.jpg")
@may("photos.view")
def photo(photo_id: int) -> Any:
    """Show a photo of one's own village, `?size=small` for a list."""
    village_id = current_actor().village_id
    with reading() as session:
        found = queries.photo(session, village_id, photo_id)
    folder = storage.folder_of(current_app.config["INSTANCE"])
    content = storage.read(
        folder, village_id, found.name, small=request.args.get("size") == "small"
    )
    if content is None:
        raise PhotoUnknown
    return photo_file(content)
