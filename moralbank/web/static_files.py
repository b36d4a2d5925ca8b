"""Our own files (styles, scripts, pictures): each address bears a mark of what stands in the file.

Under such an address the file never changes, so browsers keep it for good and don't ask again.
Servers of the same release agree about the marks, whenever and wherever they were installed.
"""

from functools import cache
from hashlib import sha256
from typing import Final

from flask import Flask, current_app, g, request, url_for
from werkzeug.wrappers import Response

from moralbank.paths import STATIC

KEPT_FOR_GOOD: Final = "public, max-age=31536000, immutable"
ASKED_AGAIN: Final = "no-cache"
"""For addresses without the file's mark, or with that of another release: the file may change."""


def install(app: Flask) -> None:
    """Let templates name files by `asset`, and tell browsers how long to keep them."""
    app.jinja_env.globals["asset"] = asset  # macros see globals, not the context
    app.after_request(_tell_how_long)


def asset(name: str) -> str:
    """The address of a static file, which changes whenever the file does.

    A page names the same few files again and again, so each address is made once a request.
    """
    known: dict[str, str] = g.setdefault("assets", {})
    if name not in known:
        known[name] = url_for("static", filename=name, v=_mark_of(name))
    return known[name]


def _tell_how_long(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code < 400:  # noqa: PLR2004 - faults
        name = (request.view_args or {})["filename"]
        marked = request.args.get("v") == _mark_of(name)
        response.headers["Cache-Control"] = KEPT_FOR_GOOD if marked else ASKED_AGAIN
    return response


def _mark_of(name: str) -> str:
    """The file's mark; while somebody works on the files it is taken anew each time."""
    return _taken.__wrapped__(name) if current_app.debug else _taken(name)


@cache
def _taken(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]
