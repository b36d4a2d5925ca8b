"""Lines of the trail that pages add by themselves: what was denied, printed, or exported."""

import logging
from typing import Any, Final

from flask import request
from flask_login import current_user

from moralbank import audit
from moralbank.db import writing
from moralbank.errors import Denied, MoralbankError
from moralbank.web.guards import current_actor
from moralbank.web.request_log import route
from moralbank.web.throttle import first_within

DENIED: Final = "access.denied"
PRINTED: Final = "paper.print"
EXPORTED: Final = "export"
"""The second half of the act: "households.export" for a list of households."""
A_MINUTE: Final = 60
_log = logging.getLogger(__name__)


def note_denied(refusal: Denied) -> None:
    """Write down what somebody signed in was denied: a line a minute for each person and page.

    The page is named by its route: addresses may hold what is no business of the trail. Whether
    or not this can be written, the refusal stands.
    """
    if not current_user.is_authenticated:
        return
    actor, page = current_actor(), f"{request.method} {route()}"
    if first_within(f"denied/{actor.village_id}/{actor.user_id}/{page}", A_MINUTE):
        try:
            _note(DENIED, page, why=refusal.code)
        except MoralbankError as fault:
            _log.warning("a denial was not written down: %s", fault.code)


def note_printed(name: str, pieces: int) -> None:
    """Write down that somebody signed in got a sheet; of `pieces` parts where they are counted."""
    if current_user.is_authenticated and request.method != "HEAD":
        _note(PRINTED, name, **({"pieces": pieces} if pieces else {}))


def note_exported(name: str, rows: int | None) -> None:
    """Write down that somebody took a list of so many rows away."""
    if current_user.is_authenticated and request.method != "HEAD":
        counted = {} if rows is None else {"rows": rows}
        _note(f"{request.blueprint}.{EXPORTED}", name, **counted)


def _note(act: str, subject: str, **detail: Any) -> None:
    with writing() as session:
        audit.record(session, current_actor(), act, subject, **detail)
