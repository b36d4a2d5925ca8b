"""The public proof: whether what is printed on a sheet still stands in the books.

The room's blueprint begins here; `views.py` adds all other pages to it.
"""

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for

from moralbank.db import reading
from moralbank.notices.public import contact_of
from moralbank.printed_marks import LONGEST, verdicts
from moralbank.villages.queries import (
    VillageUnknown,
    require_opened,
    village_info,
    village_names,
)
from moralbank.web.guards import public
from moralbank.web.throttle import by_address, limiter

room = Blueprint("ledger", __name__)

ASKED: Final = "20 per minute; 300 per day"
MANY: Final = 30
"""More villages than these aren't listed: one is found by its name or code."""
_NOT_FOUND_BY_MACHINES: Final = {"X-Robots-Tag": "noindex"}


def _nothing_asked() -> bool:
    return not request.args.get("mark")


@room.get("/proof")
@public
def proof_where() -> Any:
    """Ask whose sheet it is, where there are several villages."""
    with reading() as session:
        require_opened(session)
        known = village_names(session)
    if len(known) == 1:
        return redirect(url_for("ledger.proof", village_id=next(iter(known))), 303)
    asked = request.args.get("village", "").strip()[:60]
    fitting = {code: name for code, name in known.items() if asked in {str(code), name}}
    shown = fitting or (known if len(known) <= MANY else {})
    page = render_template("ledger/proof_where.html", villages=shown, asked=asked, found=fitting)
    return page, 200, _NOT_FOUND_BY_MACHINES


@room.get("/proof/<int(max=999999999999):village_id>")
@public
@limiter.limit(ASKED, key_func=by_address, exempt_when=_nothing_asked)
def proof(village_id: int) -> Any:
    """Say whether a printed mark stands unchanged in a village's books, and of which day it is."""
    typed = request.args.get("mark", "")[:LONGEST]
    with reading() as session:
        if village_id not in village_names(session):
            raise VillageUnknown(village=village_id)
        village = village_info(session, village_id)
        found = verdicts(session, village_id, typed)
    contact, telephone = contact_of(village)
    page = render_template(
        "ledger/proof.html",
        village=village,
        typed=typed,
        verdicts=found,
        contact=contact,
        telephone=telephone,
    )
    return page, 200, _NOT_FOUND_BY_MACHINES
