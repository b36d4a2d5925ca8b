"""Pages of who has which card, and printing them; `views.py` has what becomes of a card."""

from functools import partial
from typing import Any, Final

from flask import Blueprint, flash, render_template, request
from sqlmodel import Session

from moralbank.access.permissions import may as role_may
from moralbank.cards import service
from moralbank.cards.faces import CardOrder
from moralbank.cards.forms import PinForm, SheetForm
from moralbank.cards.models import CardState
from moralbank.cards.orders import Wish, backs_of_last, guide_sheet, handout_sheet, last_printing
from moralbank.cards.paper import gap_warnings, printed_handout, printed_order
from moralbank.cards.queries import card_rows, cards_of
from moralbank.cards.stocks import Backs
from moralbank.db import reading, writing
from moralbank.errors import Invalid, MoralbankError
from moralbank.households.queries import all_households, group_counts, household
from moralbank.i18n import _
from moralbank.local_numbers import local_number
from moralbank.paging import place
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import CARD_STOCK
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_page, asked_words, pager
from moralbank.web.printed import (
    ACTUAL_SIZE,
    DUPLEX,
    printed,
    printed_poster,
    require_place,
)
from moralbank.web.request_ids import next_request_id

room = Blueprint("cards", __name__)

HOUSEHOLD: Final = "/cards/household/<int:household_id>"
PAGE_ROWS: Final = 48


@room.get("/cards")
@may("cards.view")
def cards() -> Any:
    """List households with their cards."""
    return _list_page()


@room.get(HOUSEHOLD)
@may("cards.view")
def household_cards(household_id: int) -> Any:
    """Show the cards that a household has and had."""
    return household_page(household_id)


@room.post("/cards/sheet.pdf")
@may("cards.manage")
def sheet() -> Any:
    """Print cards; who has none gets one."""
    with reading() as session:
        settings = settings_of(session, current_actor().village_id)
    form = SheetForm.offered(settings, request.form)
    if not form.validate():
        return _page_of(form), 422
    try:
        wish = form.wish(settings)
        require_place()  # cards that count as printed must come out
        with writing() as session:
            order = _ordered(session, form, wish)
        for warning in gap_warnings(order.faces):
            flash(warning, "warn")
        draw = partial(printed_order, order)
        hint = _(DUPLEX if order.two_sided else ACTUAL_SIZE)
        return printed(_("积分卡.pdf"), draw, pieces=len(order.faces), hint=hint)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _page_of(form), status_of(refusal)


@room.get("/cards/handout.pdf")
@may("cards.manage")
def handout() -> Any:
    """Print who is to receive a card and sign for it; of one group with `?group=`."""
    with reading() as session:
        chosen = _chosen(session, "", request.args.get("group", ""))
        listed = handout_sheet(session, current_actor().village_id, set(chosen))
    return printed(_("发卡登记表.pdf"), lambda _told: printed_handout(listed))


@room.get("/cards/guide.pdf")
@may("paper.view")
def guide() -> Any:
    """Print how a card is used, in pictures for the wall, on the paper that `?paper=` names."""
    from moralbank.cards.guide import card_guide  # noqa: PLC0415 - slow to import

    with reading() as session:
        shown = guide_sheet(session, current_actor().village_id)
    return printed_poster(_("用卡图解"), partial(card_guide, shown))


def household_page(
    household_id: int,
    refusal: MoralbankError | None = None,
    pin_form: PinForm | None = None,
    sheet_form: SheetForm | None = None,
    status: int = 422,
) -> Any:
    """One household's cards; with a refusal or a wrong form, why nothing was done to them."""
    with reading() as session:
        village_id = current_actor().village_id
        owner = household(session, village_id, household_id)
        history = cards_of(session, village_id, household_id)
        printing = _print_choices(session, sheet_form, go_on=True)
    page = render_template(
        "cards/household.html",
        household=owner,
        history=history,
        active=next((one for one in history if one.state == CardState.ACTIVE), None),
        may_manage=role_may(current_actor().role, "cards.manage"),
        request_id=next_request_id(refusal),
        refusal=refusal,
        pin_form=pin_form or PinForm(),
        **printing,
    )
    if refusal is not None:
        status = status_of(refusal)
    return page, status if refusal or pin_form else 200


def _ordered(session: Session, form: SheetForm, wish: Wish) -> CardOrder:
    """What was chosen to be printed; backs alone are those of the last printing."""
    actor = current_actor()
    if wish.backs == Backs.ONLY:
        return backs_of_last(session, actor.village_id, wish.plan)
    chosen = _chosen(session, form.household.data, form.group.data)
    return service.print_cards(session, actor, chosen, wish)


def _chosen(session: Session, household_id: str, group_id: str) -> list[int]:
    """The households of a sheet: one, a group's, or all; an unknown one is no household of ours."""
    village_id = current_actor().village_id
    if household_id:
        return [household(session, village_id, _number(household_id)).id]
    group = _number(group_id) if group_id else None
    return [one.id for one in all_households(session, village_id, group_id=group)]


def _number(typed: str) -> int:
    number = local_number(typed)
    if number is None:
        raise Invalid
    return number


def _print_choices(
    session: Session, form: SheetForm | None = None, *, go_on: bool = False
) -> dict[str, Any]:
    """The form to print with, and the last printing on the village's stock.

    `go_on` proposes the place after its last card, for one more on the same sheet.
    """
    village_id = current_actor().village_id
    settings = settings_of(session, village_id)
    last = last_printing(session, village_id, settings[CARD_STOCK])
    skip = (last.next_place or None) if last and go_on else None
    return {"form": form or SheetForm.offered(settings, skip=skip), "last": last}


def _page_of(form: SheetForm) -> Any:
    """The page whose form this is: one household's, or the list."""
    number = local_number(form.household.data or "")
    if number is None:
        return _list_page(form)
    return household_page(number, sheet_form=form)[0]


def _list_page(form: SheetForm | None = None) -> str:
    typed, group_id = asked_words(), local_number(request.values.get("group", ""))
    with reading() as session:
        village_id = current_actor().village_id
        rows = card_rows(session, village_id, typed=typed, group_id=group_id)
        groups = group_counts(session, village_id)
        printing = _print_choices(session, form)
    here = place(len(rows), asked_page(), PAGE_ROWS)
    return render_template(
        "cards/cards.html",
        rows=rows,
        pager=pager(here, "cards.cards", q=typed or None, group=group_id),
        shown=rows[here.offset :][: here.size],
        groups=groups,
        group=next((one for one in groups if one.id == group_id), None),
        typed=typed,
        may_manage=role_may(current_actor().role, "cards.manage"),
        **printing,
    )
