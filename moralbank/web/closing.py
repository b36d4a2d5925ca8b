"""What happens by itself when its day has come: at the server's start and at the next request.

Notices whose last day is over are posted; points lapse; sheets whose hour is over go from the disk.
Nobody presses a button for it. The look is cheap (a few statements on small tables) and rare;
where an act fails, the request goes on, and it is tried again.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final

from flask import Flask, current_app, request
from sqlmodel import Session

from moralbank import clock, db
from moralbank.db import Database, reading, writing
from moralbank.errors import MoralbankError
from moralbank.fund.lapsing import is_lapse_due, lapse_due
from moralbank.notices.queries import due_notices
from moralbank.notices.service import close_due
from moralbank.paper import jobs

_log = logging.getLogger(__name__)

SECONDS_BETWEEN: Final = 60


class Closing:
    """Looks for what is due, at most once a minute in this process, and when the day changes."""

    def __init__(self) -> None:
        """Nothing was looked for yet."""
        self._turn = Lock()
        self._day = clock.today()
        self._next = 0.0

    def look(self, instance: Path) -> None:
        """Do what is due, unless somebody just looked; never raises."""
        if not self._is_time() or not self._turn.acquire(blocking=False):
            return
        try:
            self._day, self._next = clock.today(), monotonic() + SECONDS_BETWEEN
            close_now()
            jobs.sweep(instance)
        finally:
            self._turn.release()

    def _is_time(self) -> bool:
        return monotonic() >= self._next or clock.today() != self._day


def install(app: Flask) -> None:
    """Look before requests for pages, when the database is known."""
    app.extensions["closing"] = Closing()
    app.before_request(_look)


def _look() -> None:
    if request.endpoint != "static":
        current_app.extensions["closing"].look(current_app.config["INSTANCE"])


def close_at_start(database: Database) -> None:
    """Do what became due while no server ran."""
    db.use(database)
    close_now()


def close_now() -> None:
    """Do all that is due; what stands in the way is logged and left for the next time."""
    _do_due("points lapse", is_lapse_due, lapse_due)
    _do_due("notices close", lambda session: bool(due_notices(session)), close_due)


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
        _log.warning("%s: still to be done: %s", what, refusal.message)
    except Exception:  # noqa: BLE001 - whoever opened a page is not to suffer for it
        _log.exception("%s: could not be done", what)
    else:
        _log.info("%s: %s", what, done)
