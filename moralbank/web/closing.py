"""Posting notices whose last day is over: at the server's start and at the next request.

Nobody presses a button for it. The look is cheap (one statement on an index) and rare; where
posting fails, the request goes on, and it is tried again.
"""

import logging
from threading import Lock
from time import monotonic
from typing import Final

from flask import Flask, current_app, request

from moralbank import clock, db
from moralbank.db import Database, reading, writing
from moralbank.errors import MoralbankError
from moralbank.notices.queries import due_notices
from moralbank.notices.service import close_due

_log = logging.getLogger(__name__)

SECONDS_BETWEEN: Final = 60


class Closing:
    """Looks for due notices, at most once a minute in this process, and when the day changes."""

    def __init__(self) -> None:
        """Nothing was looked for yet."""
        self._turn = Lock()
        self._day = clock.today()
        self._next = 0.0

    def look(self) -> None:
        """Close what is due, unless somebody just looked; never raises."""
        if not self._is_time() or not self._turn.acquire(blocking=False):
            return
        try:
            self._day, self._next = clock.today(), monotonic() + SECONDS_BETWEEN
            close_now()
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
        current_app.extensions["closing"].look()


def close_at_start(database: Database) -> None:
    """Close what became due while no server ran."""
    db.use(database)
    close_now()


def close_now() -> None:
    """Close every due notice; what stands in the way is logged and left for the next time."""
    try:
        with reading() as session:
            if not due_notices(session):
                return
        with writing() as session:
            closed = close_due(session)
    except MoralbankError as refusal:
        _log.warning("notices are still to be closed: %s", refusal.message)
    except Exception:  # noqa: BLE001 - whoever opened a page is not to suffer for it
        _log.exception("notices could not be closed")
    else:
        _log.info("closed notices: %s", closed)
