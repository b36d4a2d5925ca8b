"""Pages of signing in and out. The room's blueprint begins here; others add their pages to it."""

from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from sqlmodel import Session

from moralbank.access import session as sessions
from moralbank.access import signing_in, strangers
from moralbank.access.forms import CodeForm, SignInForm
from moralbank.access.models import User
from moralbank.audit import record
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.villages.queries import require_opened
from moralbank.web.device_cookies import known_here
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may, public
from moralbank.web.pages import asked_also
from moralbank.web.throttle import ADDRESS, SIGN_IN, by_address, limiter, store

room = Blueprint("access", __name__)


def _was_refused(answer: Any) -> bool:
    """Failures alone are counted."""
    return bool(answer.status_code != 303)  # noqa: PLR2004


_by_name: Final = limiter.limit(SIGN_IN, deduct_when=_was_refused)
_by_address: Final = limiter.shared_limit(
    ADDRESS, scope="sign-in", key_func=by_address, deduct_when=_was_refused
)


@room.get("/sign-in")
@public
def sign_in() -> Any:
    """Ask for name and password; where nobody could sign in yet, say that."""
    if current_user.is_authenticated:
        return redirect(url_for("home.home"), 303)
    with reading() as session:
        require_opened(session)
    return render_template("access/sign_in.html", form=SignInForm())


@room.post("/sign-in")
@public
@_by_name
@_by_address
def sign_in_post() -> Any:
    """Let a proven user in, or ask whoever has a second factor for their six digits."""
    form = SignInForm(request.form)
    if not form.validate():
        return render_template("access/sign_in.html", form=form), 422
    try:
        user = _proven(form.name.data, form.password.data)
    except (signing_in.WrongSignIn, signing_in.TooManyTries) as refusal:
        form.take_refusal(refusal)
        return render_template("access/sign_in.html", form=form), status_of(refusal)
    if user.totp_secret is not None:
        sessions.begin_half(user)
        kept: dict[str, Any] = asked_also("next", "unsaved")
        return redirect(url_for("access.code", **kept), 303)
    return _let_in(user)


@room.get("/sign-in/code")
@public
def code() -> Any:
    """Ask for the six digits, after the right password."""
    if sessions.half() is None:
        return redirect(url_for("access.sign_in"), 303)
    return render_template("access/code.html", form=CodeForm())


@room.post("/sign-in/code")
@public
@_by_address
def code_post() -> Any:
    """Let in whoever has them."""
    waiting, form = sessions.half(), CodeForm(request.form)
    if waiting is None:
        return _over(signing_in.SignInOver())
    if not form.validate():
        return render_template("access/code.html", form=form), 422
    who, device = (waiting.village_id, waiting.user_id, waiting.epoch), request.remote_addr or ""
    try:
        with writing() as session:
            user = signing_in.enter_by_code(session, who, form.code.data, device, known_here())
    except signing_in.SignInOver as refusal:
        return _over(refusal)
    except (signing_in.CodeWrong, signing_in.TooManyTries) as refusal:
        form.take_refusal(refusal)
        return render_template("access/code.html", form=form), status_of(refusal)
    return _let_in(user)


@room.post("/sign-out")
@may("access.self")
def sign_out() -> Any:
    """End the session."""
    with writing() as session:
        record(session, current_actor(), "access.sign_out", current_actor().name)
    sessions.end()
    return redirect(url_for("access.sign_in"), 303)


def _proven(name: str, password: str) -> User:
    """Whom name and password let in; raises WrongSignIn, TooManyTries, both counted."""
    strangers.require_open(store(), name)
    known = known_here()
    with reading() as session:  # proving takes its time: nobody else's writing waits for it
        proof = signing_in.prove(session, name, password, known)
    with writing() as session:
        if proof.user_id:
            return signing_in.enter(session, proof, request.remote_addr or "", known)
        raise _unknown(session, name)


def _unknown(session: Session, name: str) -> MoralbankError:
    """Count a try at a name that nobody has; the refusal, which is kept."""
    signing_in.note_stranger(session, request.remote_addr or "")
    refusal = strangers.wrong(store(), name)
    refusal.kept = True
    return refusal


def _let_in(user: User) -> Any:
    sessions.begin(user)
    sessions.say_unsaved(request.args)
    return redirect(_page_to_go_on_to(request.args.get("next", "")), 303)


def _over(refusal: MoralbankError) -> Any:
    """Back to name and password, saying why."""
    form = SignInForm()
    form.take_refusal(refusal)
    return render_template("access/sign_in.html", form=form), status_of(refusal)


def _page_to_go_on_to(wanted: str) -> str:
    """The page to go on to: one of ours, never another site's.

    Browsers take a backslash for a slash and drop what is no visible character, so neither may
    stand in it.
    """
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not (wanted.startswith("//") or parts.scheme or parts.netloc)
    plain = "\\" not in wanted and wanted.isprintable()
    return wanted if ours and plain else url_for("home.home")
