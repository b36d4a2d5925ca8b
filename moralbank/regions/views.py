"""Pages of an office: its villages side by side, one of them, their places."""

from typing import Any, Final

from flask import Blueprint, render_template, request, url_for

from moralbank import audit, clock
from moralbank.boards.periods import offered
from moralbank.db import reading, writing
from moralbank.i18n import _
from moralbank.paging import Page, place
from moralbank.regions.export import comparison_file
from moralbank.regions.forms import ORDERS, USUAL_ORDER, Wish, read_wish
from moralbank.regions.queries import Comparison, comparison, village_months
from moralbank.regions.ranking import MEASURES, TIES, ranked, ranking_sheet
from moralbank.villages.codes import Level
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_page, pager
from moralbank.web.printed import printed_poster

room = Blueprint("regions", __name__)

PAGE_ROWS: Final = 60


@room.get("/regions")
@may("regions.view")
def regions() -> Any:
    """Show every village with its figures, and every town's sums."""
    wish = read_wish(request.args)
    told = _told(wish)
    rows = wish.ordered(told.villages)
    where = place(len(rows), asked_page(), PAGE_ROWS)
    page = Page(rows[where.offset : where.offset + where.size], where)
    order = {"order": wish.order, "turned": "1" if wish.turned else None}
    return render_template(
        "regions/regions.html",
        told=told,
        wish=wish,
        page=page,
        pager=pager(where, "regions.regions", **wish.kept, **order),
        heads=_heads(wish),
        offered=offered(),
        town_digits=Level.TOWN.width,
    )


@room.get("/regions.xlsx")
@may("regions.view")
def export() -> Any:
    """Download the same, all pages."""
    wish, actor = read_wish(request.args), current_actor()
    with writing() as session:
        told = comparison(session, actor.village_id, wish.period, wish.town_id)
        said = {"period": wish.period.text, "rows": len(told.villages)}
        audit.record(session, actor, "regions.export", told.office.name, **said)
    name = _("%(office)s各村-%(period)s.xlsx", office=told.office.name, period=wish.period.text)
    return excel_file(comparison_file(told), name)


@room.get("/regions/<code>")
@may("regions.view")
def village(code: str) -> Any:
    """Show one village today, and its last twelve months."""
    from moralbank.regions.drawings import months_picture  # noqa: PLC0415 - reportlab is slow

    with reading() as session:
        told = village_months(session, current_actor().village_id, code)
    return render_template(
        "regions/village.html",
        one=told.village,
        region=told.region,
        months=told.months,
        picture=months_picture(told.months),
    )


@room.get("/regions/ranking")
@may("regions.view")
def ranking() -> Any:
    """Show the places of villages by one measure."""
    wish = read_wish(request.args)
    told = _told(wish)
    return render_template(
        "regions/ranking.html",
        told=told,
        wish=wish,
        ranking=ranked(told.villages, wish.measure, wish.ties),
        measures=MEASURES,
        ties=TIES,
        offered=offered(),
    )


@room.get("/regions/ranking.pdf")
@may("regions.view")
def ranking_poster() -> Any:
    """Print them for the wall."""
    from moralbank.regions.pdf import ranking as draw  # noqa: PLC0415 - reportlab is slow

    wish = read_wish(request.args)
    told = _told(wish)
    sheet = ranking_sheet(told, ranked(told.villages, wish.measure, wish.ties), clock.today())
    name = f"{sheet.office}{sheet.title}-{wish.period.text}"
    return printed_poster(name, lambda **chosen: draw(sheet, **chosen))


def _told(wish: Wish) -> Comparison:
    with reading() as session:
        return comparison(session, current_actor().village_id, wish.period, wish.town_id)


def _heads(wish: Wish) -> dict[str, dict[str, Any]]:
    """Each column's words, and the address that orders by it, or turns its order round."""
    heads = {}
    for key, order in ORDERS.items():
        here = key == wish.order
        turned = "1" if here and not wish.turned else None
        chosen = None if key == USUAL_ORDER and not turned else key
        asked: dict[str, Any] = {**wish.kept, "order": chosen, "turned": turned}
        address = url_for("regions.regions", **asked)
        down = order.down != wish.turned
        direction = ("descending" if down else "ascending") if here else None
        heads[key] = {"label": _(order.label), "url": address, "sorted": direction}
    return heads
