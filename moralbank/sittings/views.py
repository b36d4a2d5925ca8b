"""Pages of sittings of the review group."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from moralbank.access.permissions import may as role_may
from moralbank.access.queries import users_of
from moralbank.awards.desks import waiting_by_group
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.paging import place
from moralbank.sittings import service
from moralbank.sittings.decided import Decision, decided_in, minutes_of, stayed_out
from moralbank.sittings.export import decision_list
from moralbank.sittings.forms import (
    CloseForm,
    Seat,
    SittingForm,
    attending,
    read_seats,
    seats,
)
from moralbank.sittings.models import Duty
from moralbank.sittings.queries import (
    DUTY_LABELS,
    due,
    last_sitting,
    open_sitting,
    sittings_page,
)
from moralbank.sittings.queries import sitting as sitting_info
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_page, pager
from moralbank.web.printed import printed
from moralbank.web.request_ids import next_request_id, sent_request_id

room = Blueprint("sittings", __name__)

ROWS: Final = 50
"""So many decisions stand on one page."""


@room.get("/sittings")
@may("sittings.view")
def sittings() -> Any:
    """Show the sittings, and when the next one is due."""
    actor = current_actor()
    with reading() as session:
        page = sittings_page(session, actor.village_id, number=asked_page())
        rhythm = due(session, actor.village_id)
        going_on = open_sitting(session, actor.village_id)
    return render_template(
        "sittings/sittings.html",
        page=page,
        pager=pager(page.place, "sittings.sittings"),
        due=rhythm,
        going_on=going_on,
        may_hold=role_may(actor.role, "sittings.hold"),
    )


@room.get("/sittings/new")
@may("sittings.hold")
def new_sitting() -> Any:
    """Ask for day, place and who is there."""
    offered, where = _offered()
    return _new_page(SittingForm(place=where), offered)


@room.post("/sittings/new")
@may("sittings.hold")
def new_sitting_post() -> Any:
    """Open a sitting."""
    form = SittingForm(request.form)
    sent = read_seats(_offered()[0], request.form)
    if not form.validate():
        return _new_page(form, sent, sent_request_id()), 422
    try:
        with writing() as session:
            number = service.open_sitting_now(
                session,
                current_actor(),
                sent_request_id(),
                form.day(),
                form.place.data,
                attending(sent),
            )
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _new_page(form, sent, next_request_id(refusal)), status_of(refusal)
    flash(_("评议会开始了，现在起评议的都记在这次会上"), "ok")
    return redirect(url_for("sittings.sitting", sitting_id=number), 303)


@room.get("/sittings/<int:sitting_id>")
@may("sittings.view")
def sitting(sitting_id: int) -> Any:
    """Show one sitting: who was there, what was decided, who stayed out."""
    return _sitting_page(sitting_id, CloseForm())


@room.post("/sittings/<int:sitting_id>/close")
@may("sittings.hold")
def close(sitting_id: int) -> Any:
    """End a sitting."""
    form = CloseForm(request.form)
    if not form.validate():
        return _sitting_page(sitting_id, form), 422
    try:
        with writing() as session:
            service.close_sitting(session, current_actor(), sitting_id, form.note.data or "")
    except service.SittingClosed as refusal:
        form.take_refusal(refusal)
        return _sitting_page(sitting_id, form), status_of(refusal)
    flash(_("评议会结束了。请打印会议记录，到会的人签字。"), "ok")
    return redirect(url_for("sittings.sitting", sitting_id=sitting_id), 303)


@room.route("/sittings/<int:sitting_id>/attendees", methods=["GET", "POST"])
@may("sittings.hold")
def attendees(sitting_id: int) -> Any:
    """Write down anew who is there."""
    actor, form = current_actor(), CloseForm()
    with reading() as session:
        held = sitting_info(session, actor.village_id, sitting_id)
        offered = seats(users_of(session, actor.village_id), held)
    if request.method == "POST":
        offered = read_seats(offered, request.form)
        try:
            with writing() as session:
                service.change_attendees(session, actor, sitting_id, attending(offered))
        except MoralbankError as refusal:
            form.take_refusal(refusal)
            return _attendees_page(held, offered, form), status_of(refusal)
        flash(_("到会人已保存"), "ok")
        return redirect(url_for("sittings.sitting", sitting_id=sitting_id), 303)
    return _attendees_page(held, offered, form)


@room.get("/sittings/<int:sitting_id>/minutes.pdf")
@may("sittings.view")
def minutes(sitting_id: int) -> Any:
    """Print the minutes, with a line for everybody's signature."""
    from moralbank.sittings import pdf  # noqa: PLC0415 - slow to import

    with reading() as session:
        sheet = minutes_of(session, current_actor().village_id, sitting_id)
    name = _("评议会记录-第%(id)s次.pdf", id=sitting_id)
    return printed(name, lambda _told: pdf.minutes(sheet))


@room.get("/sittings/<int:sitting_id>/decided.xlsx")
@may("sittings.view")
def export(sitting_id: int) -> Any:
    """Download what was decided."""
    actor = current_actor()
    with reading() as session:
        held = sitting_info(session, actor.village_id, sitting_id)
        rows = decided_in(session, actor.village_id, held)
    name = _("评议结果-第%(id)s次.xlsx", id=sitting_id)
    return excel_file(decision_list(rows), name, len(rows))


def _offered() -> tuple[list[Seat], str]:
    """The attendance list and the place, both as last time."""
    village_id = current_actor().village_id
    with reading() as session:
        last = last_sitting(session, village_id)
        return seats(users_of(session, village_id), last), last.place if last else ""


def _new_page(form: SittingForm, offered: list[Seat], request_id: str = "") -> str:
    village_id = current_actor().village_id
    with reading() as session:
        rhythm, going_on = due(session, village_id), open_sitting(session, village_id)
    return render_template(
        "sittings/new_sitting.html",
        form=form,
        seats=offered,
        duties=_duties(),
        due=rhythm,
        going_on=going_on,
        request_id=request_id or next_request_id(),
    )


def _attendees_page(held: Any, offered: list[Seat], form: CloseForm) -> str:
    return render_template(
        "sittings/attendees.html", sitting=held, seats=offered, duties=_duties(), form=form
    )


def _sitting_page(sitting_id: int, form: CloseForm) -> str:
    actor = current_actor()
    with reading() as session:
        held = sitting_info(session, actor.village_id, sitting_id)
        decisions = decided_in(session, actor.village_id, held)
        barred = stayed_out(session, actor.village_id, held, decisions)
        waits = waiting_by_group(session, actor.village_id) if held.open else []
    here = place(len(decisions), asked_page(), ROWS)
    return render_template(
        "sittings/sitting.html",
        sitting=held,
        decisions=decisions[here.offset : here.offset + ROWS],
        pager=pager(here, "sittings.sitting", sitting_id=sitting_id),
        sums=_sums(decisions),
        barred=barred,
        waiting=sum(group.count for group in waits),
        form=form,
        may_hold=held.open and role_may(actor.role, "sittings.hold"),
        may_decide=role_may(actor.role, "awards.decide"),
    )


def _sums(decisions: list[Decision]) -> dict[str, int]:
    """How many there are of each outcome, and the points that were approved."""
    sums = dict.fromkeys(("approve", "refuse", "send_back", "points"), 0)
    for one in decisions:
        sums[one.outcome.value] += 1
        sums["points"] += one.points if one.outcome == "approve" else 0
    return sums


def _duties() -> list[tuple[str, str]]:
    return [(duty.value, _(DUTY_LABELS[duty])) for duty in Duty]
