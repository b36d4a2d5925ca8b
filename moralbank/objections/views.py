"""Pages of objections: the list, taking one down, answering it; and the public page's form."""

from collections.abc import Collection
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from sqlmodel import Session

from moralbank.access.permissions import may as role_may
from moralbank.access.queries import barred_households
from moralbank.audit import Actor
from moralbank.awards.models import AwardState
from moralbank.awards.queries import award as read_award
from moralbank.awards.queries import steps_of
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.notices.hanging import OBJECTABLE
from moralbank.notices.public import contact_of, public_line, publishing_village
from moralbank.objections import service
from moralbank.objections.export import objection_list
from moralbank.objections.forms import AnswerForm, ObjectionForm, PublicObjectionForm
from moralbank.objections.models import ObjectionState
from moralbank.objections.queries import (
    STATE_LABELS,
    Complainant,
    ObjectionInfo,
    complainant,
    counts_by_state,
    listed_objections,
    objection_page,
    objections_of_award,
)
from moralbank.objections.queries import objection as read_objection
from moralbank.objections.service import RaiseObjection
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, photos_of
from moralbank.scheme.queries import scheme_version
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may, public
from moralbank.web.pages import asked_also, asked_number, asked_page, pager
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.throttle import limiter
from moralbank.web.uploads import Taken, take_photos, takes_photos

room = Blueprint("objections", __name__)

NO_PHOTOS: Final = Taken([], [])
LINE: Final = "/n/<int(max=999999999999):village_id>/<int:notice_id>/<int:line>/object"
TAKEN: Final = "objection_taken"
"""Where the browser's session keeps which objection was just taken: village and number."""


@room.get("/objections")
@may("objections.view")
def objections() -> Any:
    """List objections, what waits first."""
    village_id, state = current_actor().village_id, _asked_state()
    with reading() as opened:
        page = objection_page(opened, village_id, state=state, number=asked_page())
        counts = counts_by_state(opened, village_id)
    kept = asked_also("state")
    return render_template(
        "objections/objections.html",
        page=page,
        pager=pager(page.place, "objections.objections", **kept),
        state=state,
        states=STATE_LABELS,
        counts=counts,
        kept=kept,
        may_take=role_may(current_actor().role, "objections.take"),
    )


@room.get("/objections.xlsx")
@may("objections.view")
def export() -> Any:
    """Give the list as Excel."""
    with reading() as opened:
        rows = listed_objections(opened, current_actor().village_id, state=_asked_state())
    return excel_file(objection_list(rows), _("异议") + ".xlsx", len(rows))


@room.get("/objections/new")
@may("objections.take")
def new_objection() -> Any:
    """Ask what somebody objects to; without a deed, which one."""
    award_id = asked_number("award")
    if award_id is None:
        return render_template("objections/which.html")
    return _new_page(award_id, ObjectionForm())


@room.post("/objections/new")
@takes_photos
@may("objections.take")
def new_objection_post() -> Any:
    """Take one down for somebody who came, called or wrote."""
    award_id, form = asked_number("award") or 0, ObjectionForm(request.form)
    form.offer_ways()
    taken = take_photos()
    if not form.validate() or taken.refusals:
        return _new_page(award_id, form, taken), 422
    try:
        number = _take(current_actor(), form.command(award_id, taken.ids))
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _new_page(award_id, form, taken, refusal), status_of(refusal)
    flash(_("已登记，第 %(n)s 号异议", n=number), "ok")
    return redirect(url_for("objections.objection", objection_id=number), 303)


@room.get("/objections/<int:objection_id>")
@may("objections.view")
def objection(objection_id: int) -> Any:
    """Show one objection, its deed and the deed's way."""
    return _page(objection_id, AnswerForm())


@room.post("/objections/<int:objection_id>/decide")
@may("objections.decide")
def decide(objection_id: int) -> Any:
    """Answer one."""
    form = AnswerForm(request.form)
    form.offer(may_change=True)
    if not form.validate():
        return _page(objection_id, form), 422
    try:
        with writing() as opened:
            act = (current_actor(), sent_request_id(), objection_id)
            service.decide(opened, *act, **form.verdict())
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _page(objection_id, form, refusal), status_of(refusal)
    flash(_("第 %(n)s 号异议已答复", n=objection_id), "ok")
    return redirect(url_for("objections.objection", objection_id=objection_id), 303)


@room.get(LINE)
@public
def public_objection(village_id: int, notice_id: int, line: int) -> Any:
    """Ask a villager what is wrong with this line."""
    return _public_page(village_id, notice_id, line, PublicObjectionForm())


def _visitor() -> str:
    """Objections from the page are counted by the address they come from."""
    return request.remote_addr or ""


@room.post(LINE)
@takes_photos
@public
@limiter.limit("5 per minute; 30 per day", key_func=_visitor)
def public_objection_post(village_id: int, notice_id: int, line: int) -> Any:
    """Take an objection from the page; the name may be left out."""
    form, where = PublicObjectionForm(request.form), (village_id, notice_id, line)
    with reading() as opened:  # first of all: is there such a line for everybody to see?
        award_id = public_line(opened, *where).lines[0].award_id
    visitor = Actor(village_id, 0, _("公示页上"), "public", _visitor())
    taken = take_photos(actor=visitor)
    if not form.validate() or taken.refusals:
        return _public_page(*where, form, taken), 422
    try:
        number = _take(visitor, form.command(award_id, taken.ids))
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _public_page(*where, form, taken, refusal), status_of(refusal)
    session[TAKEN] = [village_id, number]
    return redirect(url_for("objections.thanks", village_id=village_id, notice_id=notice_id), 303)


@room.get("/n/<int(max=999999999999):village_id>/<int:notice_id>/thanks")
@public
def thanks(village_id: int, notice_id: int) -> Any:
    """Say under which number it was taken, and until when it is answered; to this browser alone."""
    with reading() as opened:
        village = publishing_village(opened, village_id)
        taken_in, number = session.get(TAKEN, (0, 0))
        info = read_objection(opened, village_id, number) if taken_in == village_id else None
    if info is None:
        then = url_for("notices.public_notice", village_id=village_id, notice_id=notice_id)
        return redirect(then, 303)
    contact, telephone = contact_of(village)
    return render_template(
        "objections/thanks.html",
        objection=info,
        village=village,
        notice_id=notice_id,
        contact=contact,
        telephone=telephone,
    )


def _asked_state() -> ObjectionState | None:
    asked = request.args.get("state", "")
    return ObjectionState(asked) if asked in set(ObjectionState) else None


def _take(actor: Actor, wanted: RaiseObjection) -> int:
    with writing() as opened:
        return service.raise_objection(opened, actor, sent_request_id(), wanted)


def _new_page(
    award_id: int,
    form: ObjectionForm,
    taken: Taken = NO_PHOTOS,
    refusal: MoralbankError | None = None,
) -> str:
    """The deed, and what somebody says against it; photos that were sent stay."""
    form.offer_ways()
    village_id = current_actor().village_id
    with reading() as opened:
        row = read_award(opened, village_id, award_id)
        earlier = objections_of_award(opened, village_id, award_id)
    return render_template(
        "objections/new_objection.html",
        form=form,
        award=row,
        earlier=[one for one in earlier if one.waits],
        objectable=row.state in OBJECTABLE,
        taken=taken,
        request_id=next_request_id(refusal),
    )


def _page(objection_id: int, form: AnswerForm, refusal: MoralbankError | None = None) -> str:
    """One objection with its deed; who raised it only for those who may know."""
    actor = current_actor()
    with reading() as opened:
        info = read_objection(opened, actor.village_id, objection_id)
        row = read_award(opened, actor.village_id, info.award_id)
        item = scheme_version(opened, actor.village_id, row.scheme_version).item(row.item)
        shown = {
            "steps": steps_of(opened, actor.village_id, row.id),
            "photos": _photos(opened, PhotoSubject.OBJECTION, info.id),
            "evidence": _photos(opened, PhotoSubject.AWARD, row.id),
            "others": _others(opened, info),
            "who": _who(opened, actor, info),
            "barred": info.household_id in _barred(opened, actor),
        }
    form.offer(may_change=row.state is AwardState.OBJECTED and item.has_range)
    return render_template(
        "objections/objection.html",
        objection=info,
        award=row,
        item=item,
        form=form,
        may_decide=role_may(actor.role, "objections.decide") and info.waits,
        may_see_photos=role_may(actor.role, "photos.view"),
        request_id=next_request_id(refusal),
        **shown,
    )


def _photos(opened: Session, subject: PhotoSubject, number: int) -> list[PhotoInfo]:
    return photos_of(opened, current_actor().village_id, subject, [number]).get(number, [])


def _others(opened: Session, info: ObjectionInfo) -> list[ObjectionInfo]:
    """Other objections to the same deed."""
    every = objections_of_award(opened, current_actor().village_id, info.award_id)
    return [one for one in every if one.id != info.id]


def _who(opened: Session, actor: Actor, info: ObjectionInfo) -> Complainant | None:
    """Who objected, for the supervisor and for whoever took it down; None for others."""
    knows = actor.user_id == info.taken_by or role_may(actor.role, "objections.decide")
    return complainant(opened, actor.village_id, info.id) if knows else None


def _barred(opened: Session, actor: Actor) -> Collection[int]:
    return barred_households(opened, actor.village_id, actor.user_id).keys()


def _public_page(
    village_id: int,
    notice_id: int,
    line: int,
    form: PublicObjectionForm,
    taken: Taken = NO_PHOTOS,
    refusal: MoralbankError | None = None,
) -> str:
    """The line in question and the form, for villagers' own phones."""
    with reading() as opened:
        village = publishing_village(opened, village_id)
        household = public_line(opened, village_id, notice_id, line)
    contact, telephone = contact_of(village)
    return render_template(
        "objections/public_objection.html",
        village=village,
        notice_id=notice_id,
        household=household,
        line=household.lines[0],
        form=form,
        taken=taken,
        contact=contact,
        telephone=telephone,
        request_id=next_request_id(refusal),
    )
