"""Pages of the counter: who, goods, confirmation, slip; and the list of slips."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from moralbank import audit, clock
from moralbank.access.permissions import may as role_may
from moralbank.cards.queries import CardUnknown, card_by_token, require_usable
from moralbank.cards.token import looks_like_token, read_token
from moralbank.counter import service
from moralbank.counter.basket import basket
from moralbank.counter.export import slip_list
from moralbank.counter.forms import Cart, SlipFilterForm, read_cart
from moralbank.counter.queries import (
    PRINTED,
    SlipFilter,
    slip_page,
    slip_sheet,
    slip_sums,
    was_printed,
)
from moralbank.counter.queries import slip as read_slip
from moralbank.counter.queries import slips as read_slips
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError, Refused
from moralbank.households.queries import find_households
from moralbank.i18n import _
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import balances
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file, pdf_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import LONGEST_SEARCH, asked_also, asked_number, asked_page, pager
from moralbank.web.request_ids import next_request_id, sent_request_id

room = Blueprint("counter", __name__)

RECENT = 5
SLIP = "/counter/slips/<int:slip_id>"


@room.get("/counter")
@may("counter.redeem")
def counter() -> Any:
    """Ask who is there; or show the goods for the one who is."""
    household_id = asked_number("household")
    if household_id is None:
        return _who(request.args.get("who", "").strip()[:LONGEST_SEARCH])
    cart = Cart(household_id, asked_number("card"))
    try:
        with reading() as session:
            service.require_customer(session, current_actor().village_id, cart.command())
    except Refused as refusal:
        return _who("", refusal)
    return _goods(cart)


@room.post("/counter/find")
@may("counter.redeem")
def find() -> Any:
    """Recognise a card by what was scanned or typed; anything else is a name or number.

    By POST, so that card numbers don't stay in histories and logs.
    """
    who = request.form.get("who", "").strip()[:200]
    if not looks_like_token(who):
        return redirect(url_for("counter.counter", who=who[:LONGEST_SEARCH] or None), 303)
    try:
        with reading() as session:
            found = card_by_token(session, read_token(who))
            if found.village_id != current_actor().village_id:
                raise CardUnknown
            require_usable(found)
    except MoralbankError as refusal:
        return _who("", refusal)
    address = url_for("counter.counter", household=found.household_id, card=found.id)
    return redirect(address, 303)


@room.post("/counter/redeem")
@may("counter.redeem")
def redeem() -> Any:
    """Exchange, and lead to the slip; after a refusal the cart is still there."""
    cart = read_cart(request.form)
    if request.form.get("act") == "reckon":
        return _goods(cart)
    try:
        with writing() as session:
            number = service.redeem(session, current_actor(), sent_request_id(), cart.command())
    except MoralbankError as refusal:
        return _goods(cart, refusal)
    return redirect(url_for("counter.slip", slip_id=number, new=1), 303)


@room.get("/counter/slips")
@may("counter.view")
def slips() -> Any:
    """List slips by day and household."""
    form = SlipFilterForm(request.args)
    form.validate()
    with reading() as session:
        village_id = current_actor().village_id
        page = slip_page(session, village_id, form.chosen(), asked_page())
    return render_template(
        "counter/slips.html",
        form=form,
        page=page,
        pager=pager(page.place, "counter.slips", **asked_also("first", "last", "q")),
        today=clock.today(),
    )


@room.get("/counter/slips.xlsx")
@may("counter.view")
def export() -> Any:
    """Download what the list shows, all pages."""
    form = SlipFilterForm(request.args)
    form.validate()
    with writing() as session:
        rows = read_slips(session, current_actor().village_id, form.chosen())
        audit.record(session, current_actor(), "counter.export", "", rows=len(rows))
    return excel_file(slip_list(rows), _("兑换单-%(day)s.xlsx", day=clock.today()))


@room.get(SLIP)
@may("counter.view")
def slip(slip_id: int) -> Any:
    """Show one slip, big."""
    actor = current_actor()
    with reading() as session:
        shown = read_slip(session, actor.village_id, slip_id)
        printed = was_printed(session, actor.village_id, shown.label)
    return render_template(
        "counter/slip.html",
        slip=shown,
        printed=printed,
        is_new="new" in request.args,
        may_redeem=role_may(actor.role, "counter.redeem"),
    )


@room.get(f"{SLIP}.pdf")
@may("counter.view")
def slip_pdf(slip_id: int) -> Any:
    """Print a slip; whoever printed it before, this one is then marked as a copy."""
    from moralbank.counter.pdf import slip as make  # noqa: PLC0415 - reportlab is slow to import

    actor = current_actor()
    with writing() as session:
        label = read_slip(session, actor.village_id, slip_id).label
        reprint = was_printed(session, actor.village_id, label)
        sheet = slip_sheet(session, actor.village_id, slip_id, reprint=reprint)
        if request.method == "GET":  # HEAD prints nothing
            audit.record(session, actor, PRINTED, label)
    return pdf_file(make(sheet), f"{label}.pdf")


def _who(typed: str, refusal: MoralbankError | None = None) -> Any:
    """The first step: scan, or choose among those found by name."""
    village_id = current_actor().village_id
    with reading() as session:
        found = find_households(session, village_id, typed) if typed else []
        points = balances(session, village_id, AccountKind.HOUSEHOLD_POINTS) if found else {}
        of_today = SlipFilter(clock.today(), clock.today())
        today = slip_sums(session, village_id, of_today)
        recent = [] if typed else read_slips(session, village_id, of_today, limit=RECENT)
    if len(found) == 1:
        return redirect(url_for("counter.counter", household=found[0].id))
    page = render_template(
        "counter/who.html",
        typed=typed,
        found=found,
        points=points,
        refusal=refusal,
        today=today,
        today_date=clock.today(),
        recent=recent,
    )
    return page, status_of(refusal) if refusal else 200


def _goods(cart: Cart, refusal: MoralbankError | None = None) -> Any:
    """The second step: goods and cart."""
    with reading() as session:
        shown = basket(session, current_actor().village_id, cart.household_id, cart.typed)
    page = render_template(
        "counter/goods.html",
        basket=shown,
        cart=cart,
        request_id=next_request_id(refusal),
        refusal=refusal,
    )
    return page, status_of(refusal) if refusal else 200
