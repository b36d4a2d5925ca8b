"""Pages of signing in, one's own account, and users."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_limiter import Limiter
from flask_login import current_user, login_user, logout_user

from moralbank.access import service
from moralbank.access.forms import GroupsForm, PasswordForm, SignInForm, TieForm, UserForm
from moralbank.access.permissions import Role, judges
from moralbank.access.queries import (
    UserUnknown,
    groups_by_user,
    groups_looked_after,
    tied_households,
    user_row,
    users_of,
)
from moralbank.access.session import NOT_SAVED, signed_in
from moralbank.audit import record
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.local_numbers import number_or_unknown
from moralbank.villages.queries import GroupUnknown, groups_of, only_village
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may, public

room = Blueprint("access", __name__)


def _who_tries() -> str:
    """Sign-ins are counted by name and address: a whole village may share one address."""
    return f"{request.form.get('name', '').strip()}@{request.remote_addr}"


# Per app storage is set in create_app; failures alone are counted.
limiter = Limiter(key_func=_who_tries, headers_enabled=False)


@room.get("/sign-in")
@public
def sign_in() -> Any:
    """Ask for name and password; without any village nobody could sign in, so say that."""
    if current_user.is_authenticated:
        return redirect(url_for("home.home"), 303)
    with reading() as session:
        only_village(session)
    return render_template("access/sign_in.html", form=SignInForm())


@room.post("/sign-in")
@public
@limiter.limit("5 per minute; 30 per hour", deduct_when=lambda answer: answer.status_code != 303)  # noqa: PLR2004
def sign_in_post() -> Any:
    """Let a proven user in."""
    form = SignInForm(request.form)
    if not form.validate():
        return render_template("access/sign_in.html", form=form), 422
    try:
        # Proving a password takes its time: nobody else's writing waits for it.
        with reading() as session:
            user = signed_in(service.sign_in(session, form.name.data, form.password.data))
    except service.WrongSignIn as refusal:
        form.take_refusal(refusal)
        return render_template("access/sign_in.html", form=form), status_of(refusal)
    with writing() as session:
        record(session, user.actor, "access.sign_in", user.actor.name)
    login_user(user)
    if "unsaved" in request.args:
        flash(_(NOT_SAVED), "warn")
    return redirect(_page_to_go_on_to(request.args.get("next", "")), 303)


@room.post("/sign-out")
@may("access.self")
def sign_out() -> Any:
    """End the session."""
    logout_user()
    return redirect(url_for("access.sign_in"), 303)


@room.route("/password", methods=["GET", "POST"])
@may("access.self")
def password() -> Any:
    """Change one's own password."""
    form = PasswordForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                user = service.change_password(
                    session, current_actor(), form.present.data, form.new.data
                )
        except MoralbankError as refusal:
            form.take_refusal(refusal)
        else:
            login_user(signed_in(user))
            flash(_("密码已改好"), "ok")
            return redirect(url_for("home.home"), 303)
    return _own_page(form), 422 if form.errors else 200


@room.post("/password/ties")
@may("access.self")
def own_tie() -> Any:
    """Declare a household that one may not judge oneself."""
    form = _tie_form(request.form)
    refused = _declare(form, current_actor().user_id)
    if refused:
        return _own_page(PasswordForm(), form), refused
    return redirect(url_for("access.password", _anchor="ties"), 303)


@room.get("/users")
@may("access.manage")
def users() -> Any:
    """Show everybody who signs in."""
    village_id = current_actor().village_id
    with reading() as session:
        rows = users_of(session, village_id)
        groups = groups_by_user(session, village_id)
    return render_template("access/users.html", users=rows, groups=groups)


@room.route("/users/new", methods=["GET", "POST"])
@may("access.manage")
def new_user() -> Any:
    """Add a user with a first password."""
    form = UserForm(request.form)
    form.offer_roles()
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                made = service.add_user(
                    session, current_actor(), form.name.data, form.role.data, form.password.data
                )
        except MoralbankError as refusal:
            form.take_refusal(refusal)
        else:
            flash(_("已添加用户“%(name)s”，第一次登录须改密码", name=form.name.data), "ok")
            return redirect(_after_adding(made.id, made.role), 303)
    return render_template("access/new_user.html", form=form), 422 if form.errors else 200


@room.get("/users/<int:user_id>")
@may("access.manage")
def user(user_id: int) -> Any:
    """Show one user and what can be changed."""
    return _user_page(user_id)


@room.post("/users/<int:user_id>/role")
@may("access.manage")
def user_role(user_id: int) -> Any:
    """Give somebody another part."""
    form = UserForm(request.form)
    form.offer_roles()
    if not form.role.validate(form):
        return _user_page(user_id, form), 422
    try:
        with writing() as session:
            service.change_role(session, current_actor(), user_id, form.role.data)
    except service.LastAdmin as refusal:
        form.take_refusal(refusal)
        return _user_page(user_id, form), status_of(refusal)
    flash(_("岗位已改，该用户须重新登录"), "ok")
    return redirect(url_for("access.user", user_id=user_id), 303)


@room.post("/users/<int:user_id>/password")
@may("access.manage")
def user_password(user_id: int) -> Any:
    """Give somebody a first password anew."""
    try:
        with writing() as session:
            service.reset_password(
                session, current_actor(), user_id, request.form.get("password", "")
            )
    except service.PasswordWeak as refusal:
        flash(refusal.message, "error")
    else:
        flash(_("已设新的初始密码，该用户登录后须改密码"), "ok")
    return redirect(url_for("access.user", user_id=user_id), 303)


@room.post("/users/<int:user_id>/disabled")
@may("access.manage")
def user_disabled(user_id: int) -> Any:
    """Let somebody in no longer, or again."""
    disabled = request.form.get("disabled") == "1"
    try:
        with writing() as session:
            service.set_disabled(session, current_actor(), user_id, disabled=disabled)
    except service.LastAdmin as refusal:
        return _user_page(user_id, refusal=refusal), status_of(refusal)
    flash(_("已停用，该用户不能再登录") if disabled else _("已恢复使用"), "ok")
    return redirect(url_for("access.user", user_id=user_id), 303)


@room.post("/users/<int:user_id>/groups")
@may("access.manage")
def user_groups(user_id: int) -> Any:
    """Say which groups a grid worker looks after."""
    wanted = [number_or_unknown(one) for one in request.form.getlist("groups")]
    try:
        with writing() as session:
            service.assign_groups(session, current_actor(), user_id, wanted)
    except (service.NoGridWorker, GroupUnknown) as refusal:
        return _user_page(user_id, refusal=refusal), status_of(refusal)
    flash(_("负责的小组已保存"), "ok")
    return redirect(url_for("access.user", user_id=user_id), 303)


@room.post("/users/<int:user_id>/ties")
@may("access.manage")
def user_tie(user_id: int) -> Any:
    """Bar somebody from judging a household."""
    form = _tie_form(request.form)
    refused = _declare(form, user_id)
    if refused:
        return _user_page(user_id, tie_form=form), refused
    return redirect(url_for("access.user", user_id=user_id, _anchor="ties"), 303)


@room.post("/users/<int:user_id>/ties/<int:tie_id>/end")
@may("access.manage")
def user_tie_end(user_id: int, tie_id: int) -> Any:
    """Let somebody judge a household again."""
    try:
        with writing() as session:
            service.end_tie(session, current_actor(), tie_id)
    except service.TieEnded as refusal:
        return _user_page(user_id, refusal=refusal), status_of(refusal)
    flash(_("回避关系已解除，记录还留着"), "ok")
    return redirect(url_for("access.user", user_id=user_id, _anchor="ties"), 303)


def _after_adding(user_id: int, role: Role) -> str:
    """The list; of a grid worker the page where their groups are chosen."""
    if role != Role.GRID:
        return url_for("access.users")
    flash(_("网格员还要选负责哪几个小组，才看得到要核实的申报。"), "info")
    return url_for("access.user", user_id=user_id, _anchor="groups")


def _tie_form(sent: Any = None) -> TieForm:
    form = TieForm(sent)
    form.offer_kinds()
    return form


def _declare(form: TieForm, user_id: int) -> int:
    """Declare what the form says; 0 when it was done, else the status of the refusal."""
    if not form.validate():
        return 422
    try:
        with writing() as session:
            whose = form.meant(session, current_actor().village_id)
            service.declare_tie(
                session, current_actor(), user_id, whose.id, form.kind.data, form.words.data
            )
    except UserUnknown:
        raise
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return status_of(refusal)
    flash(_("已登记回避：%(head)s（%(where)s）", head=whose.head, where=whose.spoken), "ok")
    return 0


def _user_page(
    user_id: int,
    form: UserForm | None = None,
    refusal: MoralbankError | None = None,
    tie_form: TieForm | None = None,
) -> str:
    """One user with what can be changed; a refused form keeps what was chosen."""
    village_id = current_actor().village_id
    with reading() as session:
        row = user_row(session, village_id, user_id)
        groups = [(group.id, group.name) for group in groups_of(session, village_id)]
        groups_form = GroupsForm(groups=sorted(groups_looked_after(session, village_id, user_id)))
        tied = tied_households(session, village_id, user_id)
    groups_form.offer_groups(groups)
    if form is None:
        form = UserForm(role=row.role)
        form.offer_roles()
    return render_template(
        "access/user.html",
        user=row,
        form=form,
        groups_form=groups_form,
        tie_form=tie_form or _tie_form(),
        ties=tied,
        refusal=refusal,
    )


def _own_page(form: PasswordForm, tie_form: TieForm | None = None) -> str:
    """One's own password, and the households that one may not judge."""
    actor = current_actor()
    with reading() as session:
        tied = tied_households(session, actor.village_id, actor.user_id)
    return render_template(
        "access/password.html",
        form=form,
        tie_form=tie_form or _tie_form(),
        ties=tied,
        judges=judges(actor.role),
    )


def _page_to_go_on_to(wanted: str) -> str:
    """The page to go on to: one of ours, never another site's."""
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_ours else url_for("home.home")
