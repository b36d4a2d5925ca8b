"""Who may open a route. Every view carries a guard; a test holds that none is without."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from flask import current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from moralbank.access.permissions import PERMISSIONS, require
from moralbank.audit import Actor
from moralbank.db import see_only

PUBLIC: Final = "public"
_BEFORE_OWN_PASSWORD: Final = {"access.password", "access.sign_out", "villages.language"}

View = Callable[..., Any]


def public(view: View) -> View:
    """A route that anyone may open; where its address names a village, it sees that one alone."""

    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> Any:
        if "village_id" in kwargs:
            see_only(kwargs["village_id"])
        return view(*args, **kwargs)

    opened.guard = PUBLIC  # type: ignore[attr-defined]
    return opened


def may(permission: str) -> Callable[[View], View]:
    """A route for those whose role has `permission` (a key of PERMISSIONS)."""
    PERMISSIONS[permission]  # a misspelt permission fails at import

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            turned_away = _turn_away()
            if turned_away is not None:
                return turned_away
            require(current_actor(), permission)
            return view(*args, **kwargs)

        guarded.guard = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def current_actor() -> Actor:
    """The one who is signed in."""
    return cast("Actor", current_user.actor)


def _turn_away() -> Response | None:
    """Send a stranger to sign in, and a newcomer to choose a password of their own."""
    if not current_user.is_authenticated:
        return cast("Response", current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
    if current_user.must_change_password and request.endpoint not in _BEFORE_OWN_PASSWORD:
        return redirect(url_for("access.password"), 303)
    return None
