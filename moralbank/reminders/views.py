"""Pages of reminders: the list, giving one, one with what came of it, its letter."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank.access.permissions import may as role_may
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.households.queries import all_households, find_households, group_counts, household
from moralbank.i18n import _
from moralbank.local_numbers import number_or_unknown
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, photos_of
from moralbank.reminders import service
from moralbank.reminders.forms import OUTCOMES, DeductForm, GiveForm, SettleForm
from moralbank.reminders.models import ReminderState
from moralbank.reminders.queries import DUE, STATE_LABELS, counts, letter_of, reminder_page
from moralbank.reminders.queries import reminder as read_reminder
from moralbank.scheme.queries import scheme_on
from moralbank.villages.queries import settings_of
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_also, asked_number, asked_page, asked_words, pager
from moralbank.web.printed import printed
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.uploads import take_photos, takes_photos

room = Blueprint("reminders", __name__)

_OFFERED: Final = ("reminders.give", "photos.view")


@room.get("/reminders")
@may("reminders.view")
def reminders() -> Any:
    """List reminders: those whose day is over first."""
    village_id, state, typed = (
        current_actor().village_id,
        request.args.get("state", ""),
        asked_words(),
    )
    with reading() as session:
        page = reminder_page(session, village_id, state=state, typed=typed, number=asked_page())
        numbers = counts(session, village_id)
    return render_template(
        "reminders/reminders.html",
        page=page,
        pager=pager(page.place, "reminders.reminders", **asked_also("state", "q")),
        chips=[(DUE, _("到期未改")), *((one.value, _(STATE_LABELS[one])) for one in ReminderState)],
        counts=numbers,
        state=state,
        typed=typed,
        allowed=_allowed(),
    )


@room.get("/reminders/new")
@may("reminders.give")
def new_reminder() -> Any:
    """Ask whom, then what was seen."""
    household_id = asked_number("household")
    if household_id is None:
        return _choose_household()
    with reading() as session:
        until = service.default_put_right_by(settings_of(session, current_actor().village_id))
    return _give_page(GiveForm(put_right_by=until, household=household_id))


@room.post("/reminders/new")
@takes_photos
@may("reminders.give")
def give() -> Any:
    """Give the reminder; photos that came are kept even where the rest must be mended."""
    form, taken = GiveForm(request.form), take_photos()
    try:
        taken.require_all()
        if not form.validate():
            return _give_page(form, taken.photos), 422
        with writing() as session:
            wanted = form.command(taken.ids)
            made = service.give(session, current_actor(), sent_request_id(), wanted)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _give_page(form, taken.photos, refusal), status_of(refusal)
    flash(_("已写第 %(id)s 号提醒，请把提醒信交给该户", id=made), "ok")
    return redirect(url_for("reminders.reminder", reminder_id=made), 303)


@room.get("/reminders/<int:reminder_id>")
@may("reminders.view")
def reminder(reminder_id: int) -> Any:
    """Show one reminder and what may be done with it."""
    return _reminder_page(reminder_id, SettleForm(), DeductForm())


@room.post("/reminders/<int:reminder_id>/settle")
@may("reminders.give")
def settle(reminder_id: int) -> Any:
    """Write down that it was put right, or drop it."""
    form = SettleForm(request.form)
    outcome = OUTCOMES.get(request.form.get("outcome", ""))
    if not form.validate() or outcome is None:
        return _reminder_page(reminder_id, form, DeductForm()), 422
    try:
        with writing() as session:
            act = (current_actor(), sent_request_id(), reminder_id)
            service.settle(session, *act, outcome, form.note.data or "")
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _reminder_page(reminder_id, form, DeductForm(), refusal), status_of(refusal)
    flash(_("第 %(id)s 号提醒：%(state)s", id=reminder_id, state=_(STATE_LABELS[outcome])), "ok")
    return redirect(url_for("reminders.reminders"), 303)


@room.post("/reminders/<int:reminder_id>/deduct")
@may("reminders.give")
def deduct(reminder_id: int) -> Any:
    """Claim the deduction that the reminder warned of."""
    form = DeductForm(request.form)
    if not form.validate():
        return _reminder_page(reminder_id, SettleForm(), form), 422
    try:
        with writing() as session:
            act = (current_actor(), sent_request_id(), reminder_id)
            award_id = service.deduct(session, *act, form.points.data)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _reminder_page(reminder_id, SettleForm(), form, refusal), status_of(refusal)
    flash(_("已转为扣分（第 %(id)s 条），等别人核实评议", id=award_id), "ok")
    return redirect(url_for("awards.award", award_id=award_id), 303)


@room.get("/reminders/<int:reminder_id>/letter.pdf")
@may("reminders.view")
def letter(reminder_id: int) -> Any:
    """Print the letter to be handed over, on A5 or A4."""
    from moralbank.reminders.pdf import reminder_letter  # noqa: PLC0415 - slow to import

    with reading() as session:
        sheet = letter_of(session, current_actor().village_id, reminder_id)
    paper: Literal["A5", "A4"] = "A4" if request.args.get("paper") == "a4" else "A5"
    name = _("提醒信-%(id)s.pdf", id=reminder_id)
    return printed(name, lambda _told: reminder_letter(sheet, paper))


def _choose_household() -> str:
    village_id, typed, group_id = current_actor().village_id, asked_words(), asked_number("group")
    with reading() as session:
        groups = group_counts(session, village_id)
        if typed:
            found = find_households(session, village_id, typed, limit=30)
        else:
            found = all_households(session, village_id, group_id=group_id) if group_id else []
    return render_template(
        "reminders/choose_household.html",
        typed=typed,
        group_id=group_id,
        groups=groups,
        found=found,
    )


def _give_page(
    form: GiveForm, kept: Sequence[PhotoInfo] = (), refusal: MoralbankError | None = None
) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        home = household(session, village_id, number_or_unknown(form.household.data))
        items = scheme_on(session, village_id, form.day).deductions
    form.offer(items)
    return render_template(
        "reminders/new_reminder.html",
        form=form,
        household=home,
        kept=kept,
        notes={str(item.number): item.points_text for item in items},
        request_id=next_request_id(refusal),
    )


def _reminder_page(
    reminder_id: int,
    settling: SettleForm,
    deducting: DeductForm,
    refusal: MoralbankError | None = None,
) -> str:
    actor = current_actor()
    with reading() as session:
        info = read_reminder(session, actor.village_id, reminder_id)
        photos = _photos(session, reminder_id)
        deducts = service.may_deduct(session, actor, info.given_by)
    deducting.fit(info.item)
    return render_template(
        "reminders/reminder.html",
        reminder=info,
        photos=photos,
        settling=settling,
        deducting=deducting,
        refusal=refusal,
        allowed=_allowed(),
        may_deduct=info.due and deducts,
        request_id=next_request_id(refusal),
    )


def _allowed() -> set[str]:
    """What the pages offer to some roles alone."""
    role = current_actor().role
    return {permission for permission in _OFFERED if role_may(role, permission)}


def _photos(session: Session, reminder_id: int) -> list[PhotoInfo]:
    shown = photos_of(session, current_actor().village_id, PhotoSubject.REMINDER, [reminder_id])
    return shown.get(reminder_id, [])
