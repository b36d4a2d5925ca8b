"""Pages of users: who signs in for the village, and what each may do.

`views_sign_in.py` has signing in and out, `views_account.py` one's own account.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from moralbank.access import service
from moralbank.access.forms import GroupsForm, TieForm, UserForm
from moralbank.access.permissions import Role
from moralbank.access.queries import (
    groups_by_user,
    groups_looked_after,
    tied_households,
    user_row,
    users_of,
)
from moralbank.access.views_account import declare, tie_form
from moralbank.access.views_sign_in import room
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError, NotFound
from moralbank.i18n import _
from moralbank.local_numbers import number_or_unknown
from moralbank.proposals.act import Act
from moralbank.proposals.acts import (
    ON_USERS,
    AddUser,
    ChangeRole,
    LetIn,
    NewPassword,
    ShutOut,
)
from moralbank.proposals.queries import waiting_about
from moralbank.proposals.service import Proposed, propose
from moralbank.villages.queries import GroupUnknown, groups_of
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.request_ids import next_request_id, sent_request_id


@room.get("/users")
@may("access.manage")
def users() -> Any:
    """Show everybody who signs in."""
    village_id = current_actor().village_id
    with reading() as session:
        rows = users_of(session, village_id)
        groups = groups_by_user(session, village_id)
        waiting = waiting_about(session, village_id, ON_USERS)
    own = next(row for row in rows if row.id == current_actor().user_id)
    return render_template("access/users.html", users=rows, groups=groups, own=own, waiting=waiting)


@room.route("/users/new", methods=["GET", "POST"])
@may("access.manage")
def new_user() -> Any:
    """Add a user with a first password."""
    form, refusal = UserForm(request.form), None
    form.offer_roles()
    if request.method == "POST" and form.validate():
        try:
            secret = _first_password(form.name.data, form.password.data)
            proposed = _propose(AddUser(form.name.data, form.role.data, secret))
        except MoralbankError as refused:
            refusal = refused
            form.take_refusal(refusal)
        else:
            return redirect(_after_adding(form, proposed), 303)
    page = render_template("access/new_user.html", form=form, request_id=next_request_id(refusal))
    return page, status_of(refusal) if refusal else 422 if form.errors else 200


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
        proposed = _propose(ChangeRole(_name(user_id), form.role.data))
    except NotFound:
        raise
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _user_page(user_id, form, refusal), status_of(refusal)
    flash(_("岗位已改，该用户须重新登录") if proposed.done else proposed.words, "ok")
    return redirect(url_for("access.user", user_id=user_id), 303)


@room.post("/users/<int:user_id>/password")
@may("access.manage")
def user_password(user_id: int) -> Any:
    """Give somebody a first password anew."""
    try:
        name = _name(user_id)
        secret = _first_password(name, request.form.get("password", ""))
        proposed = _propose(NewPassword(name, secret))
    except NotFound:
        raise
    except MoralbankError as refusal:
        flash(refusal.message, "error")
    else:
        done = _("已设新的初始密码，该用户登录后须改密码")
        flash(done if proposed.done else proposed.words, "ok")
    return redirect(url_for("access.user", user_id=user_id), 303)


@room.post("/users/<int:user_id>/disabled")
@may("access.manage")
def user_disabled(user_id: int) -> Any:
    """Let somebody in no longer, or again."""
    disabled, name = request.form.get("disabled") == "1", _name(user_id)
    try:
        proposed = _propose(ShutOut(name) if disabled else LetIn(name))
    except MoralbankError as refusal:
        return _user_page(user_id, refusal=refusal), status_of(refusal)
    done = _("已停用，该用户不能再登录") if disabled else _("已恢复使用")
    flash(done if proposed.done else proposed.words, "ok")
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
    form = tie_form(request.form)
    refused = declare(form, user_id)
    if refused:
        return _user_page(user_id, typed=form), refused
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


def _propose(act: Act) -> Proposed:
    """Do it, or let it wait for a second person."""
    with writing() as session:
        return propose(session, current_actor(), sent_request_id(), act)


def _name(user_id: int) -> str:
    """The name of one of the village's users; raises UserUnknown."""
    with reading() as session:
        return user_row(session, current_actor().village_id, user_id).name


def _first_password(name: str, password: str) -> str:
    """What is kept of a first password, before others must wait for our writing."""
    with reading() as session:
        near = service.names_near(session, current_actor().village_id)
    return service.first_password(name, password, near)


def _after_adding(form: UserForm, proposed: Proposed) -> str:
    """The list; of a grid worker the page where their groups are chosen."""
    if not proposed.done:
        flash(proposed.words, "ok")
        return url_for("access.users")
    flash(_("已添加用户“%(name)s”，第一次登录须改密码", name=form.name.data), "ok")
    if form.role.data != Role.GRID:
        return url_for("access.users")
    user_id = proposed.result
    flash(_("网格员还要选负责哪几个小组，才看得到要核实的申报。"), "info")
    return url_for("access.user", user_id=user_id, _anchor="groups")


def _user_page(
    user_id: int,
    form: UserForm | None = None,
    refusal: MoralbankError | None = None,
    typed: TieForm | None = None,
) -> str:
    """One user with what can be changed; a refused form keeps what was chosen."""
    village_id = current_actor().village_id
    with reading() as session:
        row = user_row(session, village_id, user_id)
        groups = [(group.id, group.name) for group in groups_of(session, village_id)]
        groups_form = GroupsForm(groups=sorted(groups_looked_after(session, village_id, user_id)))
        tied = tied_households(session, village_id, user_id)
        waiting = waiting_about(session, village_id, ON_USERS, row.name)
    groups_form.offer_groups(groups)
    if form is None:
        form = UserForm(role=row.role)
        form.offer_roles()
    return render_template(
        "access/user.html",
        user=row,
        form=form,
        groups_form=groups_form,
        tie_form=typed or tie_form(),
        ties=tied,
        waiting=waiting,
        refusal=None if form.role.errors else refusal,
        request_id=next_request_id(refusal),
    )
