"""The page that leads to all paper, and the pages of a sheet that somebody asked to look at."""

from typing import Any, Final

from flask import (
    Blueprint,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)

from moralbank.db import reading
from moralbank.i18n import _
from moralbank.paging import place
from moralbank.paper import jobs
from moralbank.paper.catalogue import groups_for
from moralbank.paper.jobs import Job, SheetGone, State
from moralbank.paper.keeping import SHEET
from moralbank.paper.pictures import WIDTHS, page_picture
from moralbank.paper.queries import pocket_card
from moralbank.paper.sizes import for_a_shop, page_size, paper_words
from moralbank.web.files import pdf_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_page
from moralbank.web.printed import LOOK, PRINT_SHOP, printed

room = Blueprint("paper", __name__)

JOB: Final = "/paper/<token>"
PAGES_AT_ONCE: Final = 10
MOST_RECENT: Final = 6
"""So many of one's last sheets are offered again."""
SECONDS_BETWEEN: Final = 2
"""How often a page without scripts looks again."""


@room.get("/paper")
@may("paper.view")
def paper() -> Any:
    """Show everything that one's role may print."""
    actor = current_actor()
    return render_template(
        "paper/paper.html",
        groups=groups_for(actor.role),
        recent=jobs.recent(current_app.config["INSTANCE"], actor, MOST_RECENT),
        look={LOOK: 1},
    )


@room.get("/paper/quick-start.pdf")
@may("paper.view")
def quick_start() -> Any:
    """Print the committee's pocket card."""
    from moralbank.paper.quick_start import quick_start as draw  # noqa: PLC0415 - slow to import

    with reading() as session:
        card = pocket_card(session, current_actor().village_id)
    hint = _("单面打印；先把上半张往后折，再把左半边往后折，就是一本小册")
    return printed(_("记分员口袋卡.pdf"), lambda _told: draw(card), hint=hint)


@room.get(JOB)
@may("paper.jobs")
def job(token: str) -> Any:
    """Show a sheet page by page; before it is drawn how far it is, and else why it never was."""
    found = _found(token)
    if found.state is State.READY:
        return _preview(found)
    return render_template("paper/job.html", job=found, back=_back(found), wait=SECONDS_BETWEEN)


@room.get(f"{JOB}/state")
@may("paper.jobs")
def state(token: str) -> Any:
    """Say to the page's script how far the drawing is."""
    found = _found(token)
    return jsonify(state=found.state, done=found.done, pieces=found.order.pieces)


@room.post(f"{JOB}/cancel")
@may("paper.jobs")
def cancel(token: str) -> Any:
    """Give a sheet up that is still being drawn; of it nothing is kept."""
    jobs.cancel(_found(token))
    return redirect(url_for("paper.job", token=token), 303)


@room.get(f"{JOB}/sheet.pdf")
@may("paper.jobs")
def sheet(token: str) -> Any:
    """Give the sheet itself, to be printed; with `save` in the address, to be kept."""
    found = _found(token)
    return pdf_file(jobs.sheet_of(found), found.order.name, save=bool(request.args.get("save")))


@room.get(f"{JOB}/pages/<int:number>/<size>.png")
@may("paper.jobs")
def picture(token: str, number: int, size: str) -> Any:
    """Show one page as a picture, small or large."""
    found = _ready(token)
    if size not in WIDTHS or not 1 <= number <= found.pages:
        abort(404)
    try:
        content = page_picture(found.folder / SHEET, number, size)
    except FileNotFoundError as error:  # swept just now
        raise SheetGone from error
    return current_app.response_class(content, mimetype="image/png")


def _found(token: str) -> Job:
    """One's own job; raises SheetGone."""
    return jobs.find(current_app.config["INSTANCE"], current_actor(), token)


def _ready(token: str) -> Job:
    found = _found(token)
    if found.state is not State.READY:
        raise SheetGone
    return found


def _back(found: Job) -> str:
    return found.order.back or url_for("paper.paper")


def _preview(found: Job) -> str:
    here = place(found.pages, asked_page(), PAGES_AT_ONCE)
    numbers = range(here.offset + 1, min(here.offset + here.size, found.pages) + 1)
    hint = found.order.hint or (_(PRINT_SHOP) if for_a_shop(found.leaves) else "")
    return render_template(
        "paper/preview.html",
        job=found,
        back=_back(found),
        hint=hint,
        paper=paper_words(found.leaves),
        pages=[(number, page_size(found.leaves, number)) for number in numbers],
        here=here,
        widths=WIDTHS,
    )
