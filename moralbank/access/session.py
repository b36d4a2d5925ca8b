"""Flask-Login's side of access: who is signed in, and when a session ends."""

from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin
from werkzeug.wrappers import Response

from moralbank.access.models import User
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.access.queries import actor_of
from moralbank.audit import Actor
from moralbank.db import reading, see_only
from moralbank.errors import Unavailable
from moralbank.i18n import _, mark
from moralbank.villages.codes import reach
from moralbank.web.way_back import page_before

NOT_SAVED: Final = mark("刚才那一步没有保存，请重做。")


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The user of this request. The session's key names the user's epoch: a newer one ends it."""

    actor: Actor
    epoch: int
    must_change_password: bool

    def get_id(self) -> str:
        """The key kept in the session cookie."""
        return f"{self.actor.village_id}:{self.actor.user_id}:{self.epoch}"

    @property
    def display_name(self) -> str:
        """The name shown in the page's head."""
        return self.actor.name

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return _(ROLE_LABELS[Role(self.actor.role)])


def signed_in(user: User) -> SignedIn:
    """A user as the session sees them."""
    actor = actor_of(user, device=request.remote_addr or "")
    return SignedIn(actor, user.session_epoch, user.must_change_password)


def load(key: str) -> SignedIn | None:
    """The user of a session's key, unless disabled or of an older epoch.

    Without a database the first question raises Unavailable; the page that then says so asks
    again, and is told that nobody is signed in.
    """
    if "unavailable" in g:
        return None
    try:
        village_id, user_id, epoch = (int(part) for part in key.split(":"))
    except ValueError:
        return None
    try:
        return _read(village_id, user_id, epoch)
    except Unavailable:
        g.unavailable = True
        raise


def _read(village_id: int, user_id: int, epoch: int) -> SignedIn | None:
    with reading() as session:
        user = session.get(User, (village_id, user_id))
        if user is None or user.disabled or user.session_epoch != epoch:
            return None
        found = signed_in(user)
    see_only(*reach(found.actor.village_id))
    return found


def install(app: Flask) -> None:
    """Let Flask-Login know our users and our words."""
    manager: Any = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(load)
    manager.unauthorized_handler(_to_sign_in)


def _to_sign_in() -> Response:
    """Send a stranger to sign in, and then on: where a form was sent, to the form's own page."""
    if request.endpoint == "access.sign_out":
        return redirect(url_for("access.sign_in"), 303)
    if request.method == "POST":
        page = page_before(request.path)
        return redirect(url_for("access.sign_in", next=page, unsaved=1), 303)
    wanted = request.full_path if request.query_string else request.path
    return redirect(url_for("access.sign_in", next=wanted))
