"""Whether this process lives, and whether it can do its work: for those who watch machines.

Both answers are open to everybody and say one word; they set no cookie and are not counted.
"""

from typing import Any, Final

from flask import Blueprint
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from moralbank.db import newest_migration, reading
from moralbank.errors import DatabaseOutdated, MoralbankError, Unavailable
from moralbank.web.guards import public

room = Blueprint("health", __name__)

_REVISION: Final = text("SELECT version_num FROM alembic_version")


@room.get("/healthz")
@public
def healthz() -> Any:
    """Say that this process answers; nothing else is touched."""
    return {"status": "ok"}


@room.get("/readyz")
@public
def readyz() -> Any:
    """Say whether the database is there and of our release; 503 and why not, in a word."""
    try:
        _read_revision()
    except MoralbankError as refusal:
        return {"status": refusal.code}, 503
    except SQLAlchemyError:
        return {"status": Unavailable.code}, 503
    return {"status": "ready"}


def _read_revision() -> None:
    """Ask the database itself: it may have gone, or been upgraded, since we last knew."""
    with reading() as session:
        if session.connection().scalar(_REVISION) != newest_migration():
            raise DatabaseOutdated
