"""The page of backups."""

from contextvars import copy_context
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from sqlalchemy import func
from sqlmodel import select

from moralbank.access.permissions import may as role_may
from moralbank.backup import queries, service
from moralbank.backup.daily import ask_now
from moralbank.db import reading, see_everything
from moralbank.errors import MoralbankError, Refused
from moralbank.i18n import _, mark
from moralbank.villages.models import Village
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may

room = Blueprint("backup", __name__)

PATIENCE: Final = 10.0
"""So many seconds a browser waits for a backup; a longer one goes on without it."""


class SharedHouse(Refused):
    """Books of several villages lie here: whoever runs the machine makes the backups."""

    text = mark("这台服务器上有好几个村的账，备份由管理服务器的人来做，请和他联系")
    code = "backup_shared_house"


@room.get("/backup")
@may("backup.view")
def backup() -> Any:
    """Show how backups stand, and how one restores."""
    return _page()


@room.post("/backup")
@may("backup.create")
def create() -> Any:
    """Make a backup now, and write into the trail who asked for it."""
    actor = current_actor()
    try:
        if _is_shared():
            raise SharedHouse
        run = ask_now(
            current_app.config["INSTANCE"],
            current_app.extensions["moralbank"],
            lambda session, made: service.note(session, actor, made),
            PATIENCE,
        )
    except MoralbankError as refusal:
        flash(refusal.message, "error")
        return _page(), status_of(refusal)
    if run.made is None:
        flash(_("正在备份，请过一会儿再看这一页"), "info")
    else:
        flash(_("已备份，并且读回核对过：%(name)s", name=run.made.name), "ok")
    return redirect(url_for("backup.backup"), 303)


def _page() -> str:
    """The whole page, or for a village of a shared house how backups stand and no more."""
    instance = current_app.config["INSTANCE"]
    if _is_shared():
        return render_template("backup/shared.html", standing=queries.standing(instance))
    return render_template(
        "backup/backup.html",
        page=queries.page(instance),
        may_create=role_may(current_actor().role, "backup.create"),
        size=queries.size,
        spoken=queries.spoken,
    )


def _is_shared() -> bool:
    """Whether books of more than one village lie here; asked beyond the asker's own sight."""

    def count() -> int:
        see_everything()
        with reading() as session:
            return session.exec(select(func.count()).select_from(Village)).one()

    return copy_context().run(count) > 1
