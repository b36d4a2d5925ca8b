"""One line in the log for each request, and a name for each by which its lines are found.

The line names the route and never the address: addresses of card pages hold the card's token.
"""

import logging
from time import perf_counter
from typing import Any, Final

from flask import Flask, g, request
from flask_login import current_user
from werkzeug.wrappers import Response

from moralbank import logs

HEADER: Final = "X-Request-ID"
_QUIET: Final = {"static", "health.healthz", "health.readyz"}
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Name every request before anything else looks at it, and tell of it when all is done."""
    app.before_request(_begin)
    app.after_request(_tell)  # the first to be registered is the last to run
    app.teardown_request(_end)


def route() -> str:
    """The rule that this request's address fits, as "/c/<token>", or a dash."""
    return request.url_rule.rule if request.url_rule else "-"


def _begin() -> None:
    g.request_name = logs.name_request(request.headers.get(HEADER, ""))
    g.begun = perf_counter()


def _tell(response: Response) -> Response:
    response.headers[HEADER] = g.request_name
    quiet = request.endpoint in _QUIET and response.status_code < 500  # noqa: PLR2004 - faults
    level = logging.DEBUG if quiet else logging.INFO
    if _log.isEnabledFor(level):
        _log.log(level, "request", extra={"facts": _facts(response)})
    return response


def _facts(response: Response) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "method": request.method,
        "route": route(),
        "status": response.status_code,
        "ms": round((perf_counter() - g.begun) * 1000, 1),
    }
    if "_login_user" in g and current_user.is_authenticated:
        facts["village"] = current_user.actor.village_id
        facts["user"] = current_user.actor.user_id
    return facts


def _end(_fault: BaseException | None) -> None:
    logs.request_id.set("")
