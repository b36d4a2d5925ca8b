"""The page of a household's personal data: handed out to them, or erased once they moved away."""

import io
from typing import Any

from flask import current_app, flash, redirect, render_template, request, send_file, url_for

from moralbank.db import reading, writing
from moralbank.errors import MoralbankError, Refused
from moralbank.households import erasing
from moralbank.households.disclosing import disclose
from moralbank.households.forms import EraseForm
from moralbank.households.queries import household as household_info
from moralbank.households.views_photo import ONE, room
from moralbank.i18n import _
from moralbank.photos.storage import folder_of
from moralbank.proposals.acts import EraseHousehold
from moralbank.proposals.queries import waiting_about
from moralbank.proposals.service import propose
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.request_ids import next_request_id, sent_request_id


@room.get(f"/households/{ONE}/personal")
@may("households.disclose")
def personal(household_id: int) -> Any:
    """Show what can be handed out, and what erasing would take away and leave."""
    return _page(household_id, EraseForm())


@room.post(f"/households/{ONE}/disclose")
@may("households.disclose")
def disclose_household(household_id: int) -> Any:
    """Hand everything out that is kept about a household."""
    with writing() as session:
        folder = folder_of(current_app.config["INSTANCE"])
        made = disclose(session, current_actor(), household_id, folder)
    file = io.BytesIO(made.content)
    answer = send_file(file, "application/zip", as_attachment=True, download_name=made.name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@room.post(f"/households/{ONE}/erase")
@may("households.erase")
def propose_erasing(household_id: int) -> Any:
    """Propose that a household be erased: a second person confirms it."""
    form = EraseForm(request.form)
    try:
        form.require_sure()
        with writing() as session:
            label = household_info(session, current_actor().village_id, household_id).label
            proposed = propose(session, current_actor(), sent_request_id(), EraseHousehold(label))
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _page(household_id, form, refusal), status_of(refusal)
    flash(_("个人资料已抹去") if proposed.done else proposed.words, "ok")
    return redirect(url_for("households.personal", household_id=household_id), 303)


def _page(household_id: int, form: EraseForm, refusal: MoralbankError | None = None) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        info = household_info(session, village_id, household_id)
        waits = waiting_about(session, village_id, {EraseHousehold.key}, info.label)
        found, why_not = None, ""
        try:
            found = erasing.erasable(session, village_id, info.label)
        except Refused as bar:
            why_not = bar.message
    return render_template(
        "households/personal.html",
        household=info,
        form=form,
        waits=waits,
        found=found,
        why_not=why_not,
        stays=erasing.STAYS,
        request_id=next_request_id(refusal),
    )
