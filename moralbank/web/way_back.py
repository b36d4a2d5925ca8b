"""The way back: a page that can be opened, near to where somebody came from."""

from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException


def page_before(otherwise: str = "", *, stood: str = "") -> str:
    """The address of the page that the reader came from, or of `otherwise`, if it is ours.

    `stood` is what the page said of itself, where it did: cards' pages don't let the browser say.

    A refused form stands at an address that only takes forms; then it is the next page above it,
    /counter for /counter/redeem. Never another site's: what is given back begins with one "/".
    """
    said = request.host_url.rstrip("/") + stood if stood.startswith("/") else ""
    came = said or request.referrer or ""
    ours, parts = came.startswith(request.host_url), urlsplit(came)
    if ours and _opens(parts.path):
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    path = parts.path if ours else otherwise
    while path and not _opens(path):
        path = path.rpartition("/")[0]
    return path or url_for("home.home")


def _opens(path: str) -> bool:
    """Whether one of our pages stands at this address."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not path.startswith("/") or path.startswith("//"):
        return False
    try:
        adapter.match(path, method="GET")
    except HTTPException:
        return False
    return True
