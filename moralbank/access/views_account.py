"""Pages of one's own account: password, second factor, sessions elsewhere, households barred."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, session, url_for
from markupsafe import Markup
from sqlmodel import Session

from moralbank import db
from moralbank.access import one_time_codes, second_factor, service
from moralbank.access import session as sessions
from moralbank.access.forms import PasswordForm, SecondFactorForm, TieForm
from moralbank.access.permissions import judges
from moralbank.access.queries import UserUnknown, tied_households, user_row
from moralbank.access.views_sign_in import room
from moralbank.errors import Denied, MoralbankError
from moralbank.i18n import _
from moralbank.villages.queries import village_info
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may

_OFFERED: Final = "offered"
"""Where a secret waits in the session until a code proves that the phone holds it too."""


@room.route("/password", methods=["GET", "POST"])
@may("access.self")
def password() -> Any:
    """Change one's own password."""
    form, status = PasswordForm(request.form), 200
    if request.method == "POST" and form.validate():
        try:
            with db.writing() as opened:
                user = service.change_password(
                    opened, current_actor(), form.present.data, form.new.data
                )
        except MoralbankError as refusal:
            form.take_refusal(refusal)
            status = _status(refusal)
        else:
            sessions.go_on(user)
            flash(_("密码已改好"), "ok")
            return redirect(url_for("home.home"), 303)
    elif form.errors:
        status = 422
    return _own_page(form), status


@room.post("/password/sessions")
@may("access.self")
def other_sessions() -> Any:
    """End every session of one's own but this one."""
    with db.writing() as opened:
        user = service.end_sessions(opened, current_actor())
    sessions.go_on(user)
    flash(_("别的电脑和手机上的登录都已退出"), "ok")
    return redirect(url_for("access.password"), 303)


@room.post("/password/ties")
@may("access.self")
def own_tie() -> Any:
    """Declare a household that one may not judge oneself."""
    form = tie_form(request.form)
    refused = declare(form, current_actor().user_id)
    if refused:
        return _own_page(PasswordForm(), form), refused
    return redirect(url_for("access.password", _anchor="ties"), 303)


@room.get("/password/code")
@may("access.self")
def second_step() -> Any:
    """Show how the second factor is switched on, or off."""
    return _second_page(SecondFactorForm())


@room.post("/password/code")
@may("access.self")
def second_step_on() -> Any:
    """Ask for codes from now on, if this one proves that the phone holds the secret."""
    form, actor = SecondFactorForm(request.form), current_actor()
    if not form.validate():
        return _second_page(form), 422
    given = (_secret(), form.present.data, form.code.data)
    try:
        with db.writing() as opened:
            user = second_factor.turn_on(opened, actor, *given)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _second_page(form), _status(refusal)
    session.pop(_OFFERED)
    sessions.go_on(user)
    flash(_("两步登录已开。下次登录，输完密码还要输手机上的 6 位数字。"), "ok")
    return redirect(url_for("access.password"), 303)


@room.post("/password/code/off")
@may("access.self")
def second_step_off() -> Any:
    """Ask for codes no longer."""
    form, actor = SecondFactorForm(request.form), current_actor()
    if not form.validate():
        return _second_page(form), 422
    try:
        with db.writing() as opened:
            user = second_factor.turn_off(opened, actor, form.present.data, form.code.data)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _second_page(form), _status(refusal)
    sessions.go_on(user)
    flash(_("两步登录已关，以后只用密码登录"), "ok")
    return redirect(url_for("access.password"), 303)


def tie_form(sent: Any = None) -> TieForm:
    """The form that declares a tie, with its choices."""
    form = TieForm(sent)
    form.offer_kinds()
    return form


def declare(form: TieForm, user_id: int) -> int:
    """Declare what the form says; 0 when it was done, else the status of the refusal."""
    if not form.validate():
        return 422
    try:
        with db.writing() as opened:
            whose = form.meant(opened, current_actor().village_id)
            service.declare_tie(
                opened, current_actor(), user_id, whose.id, form.kind.data, form.words.data or ""
            )
    except UserUnknown:
        raise
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return status_of(refusal)
    flash(_("已登记回避：%(head)s（%(where)s）", head=whose.head, where=whose.spoken), "ok")
    return 0


def _own_page(form: PasswordForm, typed: TieForm | None = None) -> str:
    """One's own password, second factor and sessions, and the households one may not judge."""
    actor = current_actor()
    with db.reading() as opened:
        tied = tied_households(opened, actor.village_id, actor.user_id)
        own = user_row(opened, actor.village_id, actor.user_id)
    return render_template(
        "access/password.html",
        form=form,
        tie_form=typed or tie_form(),
        ties=tied,
        judges=judges(actor.role),
        own=own,
    )


def _second_page(form: SecondFactorForm) -> str:
    actor = current_actor()
    with db.reading() as opened:
        own = user_row(opened, actor.village_id, actor.user_id)
        shown = {} if own.two_steps else _new_code(opened, actor.village_id, own.name)
    return render_template("access/second_step.html", form=form, own=own, **shown)


def _new_code(opened: Session, village_id: int, name: str) -> dict[str, Any]:
    """A new secret as a picture for the phone's camera, and in letters."""
    from moralbank.printing.qr import svg  # noqa: PLC0415 - slow to import

    issuer = _("%(village)s道德银行", village=village_info(opened, village_id).name)
    address = one_time_codes.address(_secret(), name, issuer)
    picture = Markup(svg(address, _("两步登录的二维码")))  # noqa: S704 - drawn and escaped there
    return {"picture": picture, "letters": one_time_codes.grouped(_secret())}


def _secret() -> str:
    """The secret that this session offers; the same until it is taken."""
    secret: str = session.setdefault(_OFFERED, one_time_codes.new_secret())
    return secret


def _status(refusal: MoralbankError) -> int:
    """Denied says elsewhere that somebody may not be here; a wrong code is a wrong field."""
    return 422 if isinstance(refusal, Denied) else status_of(refusal)
