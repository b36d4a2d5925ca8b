"""What happens by itself when its day has come: at the server's start and at the next request.

Notices whose last day is over are posted; points lapse; sheets whose hour is over go from the disk,
and photos of whoever was erased; where the application serves for good, the day's backup is begun
in the background. Nobody presses a button for it. The look is cheap (a few statements on small
tables) and rare; where an act fails, the request goes on, and it is tried again.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final

from flask import Flask, current_app, request
from sqlmodel import Session

from moralbank import clock, db
from moralbank.backup.daily import Daily
from moralbank.db import Database, reading, writing
from moralbank.errors import MoralbankError
from moralbank.fund.lapsing import is_lapse_due, lapse_due
from moralbank.households.erased import erased_since
from moralbank.notices.queries import due_notices
from moralbank.notices.service import close_due
from moralbank.paper import jobs
from moralbank.photos.forgetting import sweep_forgotten
from moralbank.photos.storage import folder_of

_log = logging.getLogger(__name__)

SECONDS_BETWEEN: Final = 60
FORGOTTEN_FOR: Final = timedelta(days=1)
"""So long it is looked for files of photos that were erased: the daily sweep finds the rest."""


class Closing:
    """Looks for what is due, at most once a minute in this process, and when the day changes."""

    def __init__(self) -> None:
        """Nothing was looked for yet."""
        self._turn = Lock()
        self._day = clock.today()
        self._next = 0.0
        self.daily = Daily()

    def look(self, instance: Path, kept: Database | None = None) -> None:
        """Do what is due, unless somebody just looked; never raises.

        `kept` is the database that is backed up every day, None where that isn't wanted.
        """
        if not self._is_time() or not self._turn.acquire(blocking=False):
            return
        try:
            self._day, self._next = clock.today(), monotonic() + SECONDS_BETWEEN
            close_now()
            jobs.sweep(instance)
            remove_forgotten(instance)
            if kept is not None:
                self.daily.look(instance, kept)
        finally:
            self._turn.release()

    def _is_time(self) -> bool:
        return monotonic() >= self._next or clock.today() != self._day


def install(app: Flask) -> None:
    """Look before requests for pages, when the database is known."""
    app.extensions["closing"] = Closing()
    app.config["DAILY_BACKUPS"] = False  # tests, tools: `back_up_daily` says otherwise
    app.before_request(_look)


def _look() -> None:
    if request.endpoint != "static" and request.blueprint != "health":
        _closing_of(current_app)


def close_at_start(app: Flask) -> None:
    """Do what became due while no server ran; the application is to serve for good from here."""
    back_up_daily(app)
    db.use(app.extensions["moralbank"])
    _closing_of(app)


def back_up_daily(app: Flask) -> None:
    """Let this application make a backup every day by itself, unless it serves the demo."""
    app.config["DAILY_BACKUPS"] = not app.config["DEMO"]


def _closing_of(app: Flask) -> None:
    kept = app.extensions["moralbank"] if app.config["DAILY_BACKUPS"] else None
    app.extensions["closing"].look(app.config["INSTANCE"], kept)


def close_now() -> None:
    """Do all that is due; what stands in the way is logged and left for the next time."""
    _do_due("points lapse", is_lapse_due, lapse_due)
    _do_due("notices close", lambda session: bool(due_notices(session)), close_due)


def remove_forgotten(instance: Path) -> None:
    """Remove the files of photos that were forgotten with a household erased since yesterday."""
    try:
        with reading() as session:
            for village_id in erased_since(session, clock.now() - FORGOTTEN_FOR):
                sweep_forgotten(session, village_id, folder_of(instance))
    except (MoralbankError, OSError) as fault:
        _log.warning("files of forgotten photos: still to be removed: %s", type(fault).__name__)


def _do_due(
    what: str, is_due: Callable[[Session], bool], act: Callable[[Session], list[int]]
) -> None:
    try:
        with reading() as session:
            if not is_due(session):
                return
        with writing() as session:
            done = act(session)
    except MoralbankError as refusal:
        _log.warning("%s: still to be done: %s", what, refusal.code)
    except Exception:  # noqa: BLE001 - whoever opened a page is not to suffer for it
        _log.exception("%s: could not be done", what)
    else:
        _log.info("%s: %s", what, done)
