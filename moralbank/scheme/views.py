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
from moralbank.proposals.acts import AdoptScheme
from moralbank.proposals.queries import waiting_about
from moralbank.proposals.service import Proposed, propose
from moralbank.scheme.forms import SchemeForm
from moralbank.scheme.queries import Scheme, latest_scheme, scheme_on, scheme_version, versions
from moralbank.scheme.rules import as_new_items
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.printed import printed_poster
from moralbank.web.request_ids import next_request_id, sent_request_id

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
    return _form_page(form)


@room.post("/scheme/new")
@may("scheme.edit")
def new_version_post() -> Any:
    """Adopt the new version, or show what is wrong with it and keep what was typed."""
    form = SchemeForm(request.form)
    status, refusal = 422, None
    if form.validate():
        try:
            act = AdoptScheme(form.command())
            with writing() as session:
                proposed = propose(session, current_actor(), sent_request_id(), act)
        except MoralbankError as refused:
            form.take_refusal(refused)
            status, refusal = status_of(refused), refused
        else:
            return redirect(_after(proposed), 303)
    return _form_page(form, refusal), status


def _after(proposed: Proposed) -> str:
    """The new version, or the present one with what waits above it."""
    if not proposed.done:
        flash(proposed.words, "ok")
        return url_for("scheme.scheme")
    flash(_("第 %(version)s 版积分细则已通过", version=proposed.result), "ok")
    return url_for("scheme.version", number=proposed.result)


def _form_page(form: SchemeForm, refusal: MoralbankError | None = None) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        last = latest_scheme(session, village_id)
        waiting = waiting_about(session, village_id, {AdoptScheme.key})
    return render_template(
        "scheme/new_version.html",
        form=form,
        last=last,
        waiting=waiting,
        request_id=next_request_id(refusal),
    )


def _page(session: Any, shown: Scheme) -> str:
    village_id = current_actor().village_id
    may_edit = role_may(current_actor().role, "scheme.edit")
    may_follow = role_may(current_actor().role, "proposals.view")
    return render_template(
        "scheme/scheme.html",
        scheme=shown,
        current=scheme_on(session, village_id, clock.today()).version,
        versions=versions(session, village_id),
        today=clock.today(),
        waiting=waiting_about(session, village_id, {AdoptScheme.key}) if may_follow else [],
        may_edit=may_edit,
    )
