"""Flask-Login's side of access: who is signed in, and when a session ends.

A session ends two hours after it was last used (a phone left lying about), twelve hours after the
sign-in whatever is done (a day's work; OWASP ASVS 4, 3.3.2), when its user signs out, and at once
when password, part or second factor change, the user is disabled, or ends all others.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import time
from typing import Any, Final

from flask import Flask, flash, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from moralbank import clock
from moralbank.access.models import User
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.access.queries import Signing, actor_of, user_signing
from moralbank.audit import Actor
from moralbank.db import reading, see_only
from moralbank.errors import Unavailable
from moralbank.i18n import _, mark
from moralbank.villages.codes import reach
from moralbank.web import device_cookies
from moralbank.web.throttle import first_within, is_known
from moralbank.web.way_back import page_before

IDLE: Final = timedelta(hours=2)
LONGEST: Final = timedelta(hours=12)
CODE_WITHIN: Final = timedelta(minutes=5)
"""So long a right password waits for the six digits that belong to it."""
NOT_SAVED: Final = mark("刚才那一步没有保存，请重做。")


_KEPT: Final = ("language",)
"""What a browser keeps from before a sign-in or a sign-out: nothing about anybody."""
_HALF: Final = "half"


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The user of this request.

    The session's key names the user's epoch (a newer one ends it), the second in which they signed
    in, and a random mark, by which one that was signed out is known again.
    """

    actor: Actor
    epoch: int
    must_change_password: bool
    since: int
    mark: str

    def get_id(self) -> str:
        """The key kept in the session cookie."""
        parts = (self.actor.village_id, self.actor.user_id, self.epoch, self.since, self.mark)
        return ":".join(map(str, parts))

    @property
    def display_name(self) -> str:
        """The name shown in the page's head."""
        return self.actor.name

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return _(ROLE_LABELS[Role(self.actor.role)])


@dataclass(frozen=True)
class HalfSignedIn:
    """Somebody whose password was right and whose six digits are still asked for."""

    village_id: int
    user_id: int
    epoch: int


def begin(user: User) -> None:
    """Sign somebody in; no session of whoever used this browser before is left."""
    _forget()
    login_user(_signed_in(user, int(time()), secrets.token_hex(16)))
    device_cookies.give(user)


def go_on(user: User) -> None:
    """Let this session go on though its user's epoch grew; it ends no later for that."""
    device_cookies.renew(user, current_user.epoch)
    login_user(_signed_in(user, current_user.since, current_user.mark))


def begin_half(user: User) -> None:
    """Remember for five minutes that the password was right; nobody is signed in by that."""
    _forget()
    until = (clock.now() + CODE_WITHIN).isoformat()
    session[_HALF] = [user.village_id, user.id, user.session_epoch, until]


def half() -> HalfSignedIn | None:
    """Who still has to give their six digits in this browser, if anybody."""
    kept = session.get(_HALF)
    if not kept:
        return None
    left = datetime.fromisoformat(kept[3]) - clock.now()
    return HalfSignedIn(*kept[:3]) if timedelta(0) < left <= CODE_WITHIN else None


def end() -> None:
    """Sign out: this session opens nothing any more, not even where a copy of it was kept.

    That is remembered beside the limits of requests, so in memory a restart forgets it. Copies
    then end as sessions do, or at once by `service.end_sessions`.
    """
    first_within(_ended(current_user.mark), int(LONGEST.total_seconds()))
    logout_user()
    _forget()


def say_unsaved(arguments: Mapping[str, str]) -> None:
    """Tell somebody whose session ended under a form that it must be filled in again."""
    if "unsaved" in arguments:
        flash(_(NOT_SAVED), "warn")


def _forget() -> None:
    kept = {name: session[name] for name in _KEPT if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True


def _ended(mark: str) -> str:
    return f"ended/{mark}"


def _signed_in(user: Signing, since: int, mark: str) -> SignedIn:
    actor = actor_of(user, device=request.remote_addr or "")
    return SignedIn(actor, user.session_epoch, user.must_change_password, since, mark)


def load(key: str) -> SignedIn | None:
    """The user of a session's key, unless disabled or of an older epoch, or its time is over.

    Without a database the first question raises Unavailable; the page that then says so asks
    again, and is told that nobody is signed in.
    """
    if "unavailable" in g:
        return None
    try:
        *numbers, mark = key.split(":")
        village_id, user_id, epoch, since = (int(part) for part in numbers)
    except ValueError:
        return None
    if _is_over(since) or is_known(_ended(mark)):
        return None
    try:
        return _read(village_id, user_id, epoch, (since, mark))
    except Unavailable:
        g.unavailable = True
        raise


def _is_over(since: int) -> bool:
    """Whether the longest a session may last is over.

    The machine's clock counts here, as it does for the cookie's own age.
    """
    return time() - since >= LONGEST.total_seconds()


def _read(village_id: int, user_id: int, epoch: int, begun: tuple[int, str]) -> SignedIn | None:
    with reading() as opened:
        user = user_signing(opened, village_id, user_id)
        if user is None or user.disabled or user.session_epoch != epoch:
            return None
        found = _signed_in(user, *begun)
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
