"""The page of a household's photo.

The room's blueprint begins here; `views.py` adds all other pages to it.
"""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.households import portrait
from moralbank.households.forms import PortraitForm
from moralbank.households.queries import household as household_info
from moralbank.i18n import _
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.uploads import Taken, take_photos, takes_photos

room = Blueprint("households", __name__)

LARGEST: Final = 999_999_999
ONE: Final = f"<int(max={LARGEST}):household_id>"


@room.get(f"/households/{ONE}/photo")
@may("households.edit")
def portrait_page(household_id: int) -> Any:
    """Show the household's photo, and ask for another one."""
    return _page(household_id, PortraitForm())


@room.post(f"/households/{ONE}/photo")
@takes_photos
@may("households.edit")
def set_portrait(household_id: int) -> Any:
    """Take a photo for the household, in place of the one before."""
    form, taken = PortraitForm(request.form), take_photos()
    try:
        taken.require_all()
        with writing() as session:
            act = (current_actor(), household_id, taken.ids)
            portrait.set_portrait(session, *act, consent=form.consent.data)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _page(household_id, form, taken), status_of(refusal)
    flash(_("照片已换上，柜台扫卡后会看到"), "ok")
    return redirect(url_for("households.household", household_id=household_id), 303)


@room.post(f"/households/{ONE}/photo/remove")
@may("households.edit")
def remove_portrait(household_id: int) -> Any:
    """Take the household's photo away."""
    with writing() as session:
        portrait.remove_portrait(session, current_actor(), household_id)
    flash(_("照片已撤下"), "ok")
    return redirect(url_for("households.household", household_id=household_id), 303)


def _page(household_id: int, form: PortraitForm, taken: Taken | None = None) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        info = household_info(session, village_id, household_id)
        now = portrait.portrait(session, village_id, household_id)
    return render_template(
        "households/portrait_page.html",
        household=info,
        portrait=now,
        form=form,
        kept=taken.photos if taken else [],
    )
