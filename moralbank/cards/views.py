"""Pages of cards: the list, printing, lost and replaced ones; and the page a card leads to."""

from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from moralbank.access.permissions import may as role_may
from moralbank.cards import service
from moralbank.cards.forms import SheetForm
from moralbank.cards.models import CardState
from moralbank.cards.paper import printed_cards
from moralbank.cards.public import public_card
from moralbank.cards.queries import CardUnknown, card, card_rows, cards_of
from moralbank.cards.token import TokenInvalid, read_token
from moralbank.db import reading, writing
from moralbank.errors import Invalid, MoralbankError, Refused, Unavailable
from moralbank.households.queries import all_households, group_counts, household
from moralbank.i18n import _
from moralbank.local_numbers import local_number
from moralbank.paging import place
from moralbank.web.errors import status_of
from moralbank.web.files import pdf_file
from moralbank.web.guards import current_actor, may, public
from moralbank.web.pages import asked_page, asked_words, pager
from moralbank.web.request_ids import next_request_id, sent_request_id

room = Blueprint("cards", __name__)

HOUSEHOLD = "/cards/household/<int:household_id>"
PAGE_ROWS: Final = 48


@room.get("/cards")
@may("cards.view")
def cards() -> Any:
    """List households with their cards."""
    return _list(SheetForm())


@room.post("/cards/sheet.pdf")
@may("cards.manage")
def sheet() -> Any:
    """Print cards; who has none gets one."""
    form = SheetForm(request.form)
    if not form.validate():
        return _list(form), 422
    try:
        with writing() as session:
            actor = current_actor()
            chosen = _chosen(session, form.household.data, form.group.data)
            fresh = bool(form.fresh.data)
            faces = service.print_cards(session, actor, chosen, fresh_only=fresh)
        content = printed_cards(faces, skip=form.skip.data or 0)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _list(form), status_of(refusal)
    return pdf_file(content, "cards.pdf")


@room.get(HOUSEHOLD)
@may("cards.view")
def household_cards(household_id: int) -> Any:
    """Show the cards that a household has and had."""
    return _household(household_id)


@room.post("/cards/<int:card_id>/lost")
@may("cards.manage")
def lost(card_id: int) -> Any:
    """Stop a card that was lost; from this moment it works nowhere."""
    with reading() as session:
        owner = card(session, current_actor().village_id, card_id).household_id
    try:
        with writing() as session:
            service.mark_lost(session, current_actor(), card_id)
    except (Refused, Unavailable) as refusal:
        return _household(owner, refusal)
    flash(_("已挂失：这张卡从现在起不能用了。补办新卡请点“补办新卡”。"), "ok")
    return redirect(url_for("cards.household_cards", household_id=owner), 303)


@room.post(f"{HOUSEHOLD}/replace")
@may("cards.manage")
def replace(household_id: int) -> Any:
    """Give a household a new card; the old one works no longer."""
    try:
        with writing() as session:
            service.replace(session, current_actor(), household_id, sent_request_id())
    except (Invalid, Refused, Unavailable) as refusal:
        return _household(household_id, refusal)
    flash(_("已换新卡，旧卡停用。请打印新卡交给这一户。"), "ok")
    return redirect(url_for("cards.household_cards", household_id=household_id), 303)


@room.get("/c/<token>")
@room.get("/C/<token>")
@public
def public_page(token: str) -> Any:
    """What a card's QR leads to: points in plain words, hardly a name.

    A number that is no card's gives the same answer as any address that doesn't exist.
    """
    try:
        with reading() as session:
            shown = public_card(session, read_token(token[:40]))
    except (TokenInvalid, CardUnknown):
        abort(404)
    page = render_template("cards/public.html", card=shown)
    private = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return page, 200, private


def _household(household_id: int, refusal: MoralbankError | None = None) -> Any:
    """One household's cards; with a refusal, why nothing was done to them."""
    with reading() as session:
        owner = household(session, current_actor().village_id, household_id)
        history = cards_of(session, current_actor().village_id, household_id)
    page = render_template(
        "cards/household.html",
        household=owner,
        history=history,
        active=next((one for one in history if one.state == CardState.ACTIVE), None),
        may_manage=role_may(current_actor().role, "cards.manage"),
        request_id=next_request_id(refusal),
        refusal=refusal,
    )
    return page, status_of(refusal) if refusal else 200


def _chosen(session: Any, household_id: str, group_id: str) -> list[int]:
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


def _list(form: SheetForm) -> str:
    typed, group_id = asked_words(), local_number(request.values.get("group", ""))
    with reading() as session:
        village_id = current_actor().village_id
        rows = card_rows(session, village_id, typed=typed, group_id=group_id)
        groups = group_counts(session, village_id)
    here = place(len(rows), asked_page(), PAGE_ROWS)
    return render_template(
        "cards/cards.html",
        form=form,
        rows=rows,
        pager=pager(here, "cards.cards", q=typed or None, group=group_id),
        shown=rows[here.offset :][: here.size],
        groups=groups,
        group=next((one for one in groups if one.id == group_id), None),
        typed=typed,
        may_manage=role_may(current_actor().role, "cards.manage"),
    )
