"""Pages of the scheme: as villagers read it, its earlier versions, and a new version."""

from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.scheme.forms import SchemeForm
from moralbank.scheme.queries import Scheme, latest_scheme, scheme_on, scheme_version, versions
from moralbank.scheme.rules import as_new_items
from moralbank.scheme.service import adopt
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.printed import printed_poster

room = Blueprint("scheme", __name__)


@room.get("/scheme")
@may("scheme.view")
def scheme() -> Any:
    """Show the version in force today."""
    with reading() as session:
        return _page(session, scheme_on(session, current_actor().village_id, clock.today()))


@room.get("/scheme/poster.pdf")
@may("scheme.view")
def poster() -> Any:
    """Print the version in force as a poster, on the paper that `?paper=` names."""
    from moralbank.printing.panels import panel_poster  # noqa: PLC0415 - slow to import
    from moralbank.scheme.poster import poster_of  # noqa: PLC0415 - as above

    with reading() as session:
        shown = poster_of(session, current_actor().village_id)
    return printed_poster(_("积分细则"), partial(panel_poster, shown))


@room.get("/scheme/<int:number>")
@may("scheme.view")
def version(number: int) -> Any:
    """Show one version, whether in force or not."""
    with reading() as session:
        return _page(session, scheme_version(session, current_actor().village_id, number))


@room.get("/scheme/new")
@may("scheme.edit")
def new_version() -> Any:
    """Begin a new version from the last one."""
    with reading() as session:
        last = latest_scheme(session, current_actor().village_id)
    earliest = clock.today()
    if last is not None:
        earliest = max(earliest, last.valid_from + timedelta(days=1))
    form = SchemeForm(valid_from=earliest)
    form.begin(as_new_items(last) if last else ())
    return render_template("scheme/new_version.html", form=form, last=last)


@room.post("/scheme/new")
@may("scheme.edit")
def new_version_post() -> Any:
    """Adopt the new version, or show what is wrong with it and keep what was typed."""
    form = SchemeForm(request.form)
    status = 422
    if form.validate():
        try:
            with writing() as session:
                number = adopt(session, current_actor(), form.command())
        except MoralbankError as refusal:
            form.take_refusal(refusal)
            status = status_of(refusal)
        else:
            flash(_("第 %(version)s 版积分细则已通过", version=number), "ok")
            return redirect(url_for("scheme.version", number=number), 303)
    with reading() as session:
        last = latest_scheme(session, current_actor().village_id)
    return render_template("scheme/new_version.html", form=form, last=last), status


def _page(session: Any, shown: Scheme) -> str:
    village_id = current_actor().village_id
    return render_template(
        "scheme/scheme.html",
        scheme=shown,
        current=scheme_on(session, village_id, clock.today()).version,
        versions=versions(session, village_id),
        today=clock.today(),
        may_edit=role_may(current_actor().role, "scheme.edit"),
    )
