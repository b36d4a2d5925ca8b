"""The page of the village's trail (操作记录), for the supervisor and the administrator.

The room's blueprint begins here; `views.py` adds what the supervisor alone sees.
"""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.db import reading
from moralbank.forms import day_in
from moralbank.i18n import _
from moralbank.local_numbers import LARGEST
from moralbank.supervision.act_words import GROUPS, WORDS
from moralbank.supervision.acts import ActFilter, act_list, act_page, kinds
from moralbank.supervision.acts import acts as read_acts
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_also, asked_page, pager

room = Blueprint("supervision", __name__)


@room.get("/supervision/acts")
@may("supervision.acts")
def acts() -> Any:
    """Show who did what, the newest first."""
    wanted, village_id = _asked(), current_actor().village_id
    with reading() as session:
        page = act_page(session, village_id, wanted, asked_page())
        people = user_names(session, village_id)
    kept: dict[str, Any] = asked_also("who", "act", "day")
    return render_template(
        "supervision/acts.html",
        page=page,
        people=people,
        kinds=kinds(),
        wanted=wanted,
        kept=kept,
        pager=pager(page.place, "supervision.acts", **kept),
        export_url=url_for("supervision.export_acts", **kept),
        today=clock.today(),
    )


@room.get("/supervision/acts.xlsx")
@may("supervision.acts")
def export_acts() -> Any:
    """Download what the list shows, all pages."""
    with reading() as session:
        rows = read_acts(session, current_actor().village_id, _asked())
    name = _("操作记录-%(day)s.xlsx", day=clock.today())
    return excel_file(act_list(rows), name, len(rows))


def _asked() -> ActFilter:
    """What the address narrows the list to; what can't be understood narrows nothing."""
    act, who = request.args.get("act", ""), request.args.get("who", "")
    try:
        day = day_in(request.args.get("day", ""))
    except ValueError:
        day = None
    is_number = who.isascii() and who.isdecimal() and len(who) <= len(str(LARGEST))
    return ActFilter(
        user_id=int(who) if is_number else None,
        act=act if act in GROUPS or act in WORDS else "",
        day=day,
    )
