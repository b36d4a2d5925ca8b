"""Pages of what becomes of a card: lost, replaced, its PIN; and the page that it leads to."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from flask import (
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)

from moralbank import clock
from moralbank.audit import Actor
from moralbank.awards.queries import award
from moralbank.cards import claims, pins, service
from moralbank.cards.deeds import own_photo, public_deeds, standing_of
from moralbank.cards.forms import ClaimForm, PinForm, sections
from moralbank.cards.public import closed_card, public_card
from moralbank.cards.queries import card
from moralbank.cards.views_print import HOUSEHOLD, household_page, room
from moralbank.db import reading, writing
from moralbank.errors import Invalid, MoralbankError, Refused, Unavailable
from moralbank.households.queries import members_of
from moralbank.i18n import _
from moralbank.local_numbers import local_number
from moralbank.photos import storage
from moralbank.photos.queries import PhotoInfo
from moralbank.scheme.queries import scheme_on
from moralbank.web.card_visits import (
    Door,
    Visit,
    carried_fields,
    private,
    tried,
    turned_away,
    visit_of,
    who_is_there,
)
from moralbank.web.errors import status_of
from moralbank.web.files import photo_file
from moralbank.web.guards import current_actor, may, public
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.throttle import CARDS, by_address, limiter
from moralbank.web.uploads import take_photos, takes_photos

# Numbers are guessed at from somewhere: what is no card's is counted by address, on all pages.
_few_strangers: Final = limiter.shared_limit(
    CARDS,
    scope="cards",
    key_func=by_address,
    deduct_when=lambda answer: answer.status_code == HTTPStatus.NOT_FOUND,
)
DOORS: Final = {
    Door.STOPPED: "cards/stopped.html",
    Door.NO_PIN: "cards/no_pin.html",
    Door.ASKS: "cards/pin.html",
}


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
        return household_page(owner, refusal)
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
        return household_page(household_id, refusal)
    flash(_("已换新卡，旧卡停用。请打印新卡交给这一户。"), "ok")
    return redirect(url_for("cards.household_cards", household_id=household_id), 303)


@room.post("/cards/<int:card_id>/pin")
@may("cards.manage")
def set_pin(card_id: int) -> Any:
    """Give a card a PIN, as its owner chose it; nobody sees it again."""
    form = PinForm(request.form)
    with reading() as session:
        owner = card(session, current_actor().village_id, card_id).household_id
    if not form.validate():
        return household_page(owner, pin_form=form)
    try:
        with writing() as session:
            pins.set_pin(session, current_actor(), card_id, form.pin.data)
    except (Invalid, Refused, Unavailable) as refusal:
        form.take_refusal(refusal)
        return household_page(owner, pin_form=form, status=status_of(refusal))
    flash(_("密码已设好，请这一户记住。"), "ok")
    return redirect(url_for("cards.household_cards", household_id=owner), 303)


@room.post("/cards/<int:card_id>/pin/clear")
@may("cards.manage")
def clear_pin(card_id: int) -> Any:
    """Let a card have no PIN any more."""
    with reading() as session:
        owner = card(session, current_actor().village_id, card_id).household_id
    try:
        with writing() as session:
            pins.clear_pin(session, current_actor(), card_id)
    except (Refused, Unavailable) as refusal:
        return household_page(owner, refusal)
    flash(_("密码已取消。"), "ok")
    return redirect(url_for("cards.household_cards", household_id=owner), 303)


@room.get("/C/<token>")  # as the code on the card has it
@room.get("/c/<token>")
@public
@_few_strangers
def public_page(token: str) -> Any:
    """What a card's QR leads to: points in plain words, hardly a name.

    A number that is no card's gives the same answer as any address that doesn't exist.
    """
    visit = visit_of(token)
    if not visit.inside:
        return _door_page(visit)
    with reading() as session:
        shown = public_card(session, visit.card, g.village)
    address = partial(_photo_address, visit.card.token)
    page = render_template("cards/public.html", card=shown, token=visit.card.token, address=address)
    return private(page)


@room.post("/c/<token>/pin")
@public
@_few_strangers
@limiter.limit("10 per minute; 60 per day", key_func=who_is_there)
def give_pin(token: str) -> Any:
    """Let in whoever knows the card's PIN."""
    visit, refusal = tried(visit_of(token))
    if not visit.inside:
        return _door_page(visit, refusal)
    return redirect(url_for("cards.public_page", token=visit.card.token), 303)


@room.get("/c/<token>/claim")
@public
@_few_strangers
def claim(token: str) -> Any:
    """Ask what the household has done; `?again=` amends a claim that was returned."""
    visit = visit_of(token)
    if not visit.inside:
        return _door_page(visit)
    return _claim_page(visit, _claim_form(visit))


@room.post("/c/<token>/claim")
@takes_photos
@public
@_few_strangers
@limiter.limit("6 per minute; 40 per day", key_func=who_is_there)
def claim_post(token: str) -> Any:
    """Take a household's claim, or show it again with everything that was typed and sent."""
    visit, refusal = tried(visit_of(token))
    if not visit.inside:
        return _door_page(visit, refusal, carried=True)
    actor, form = _claimant(visit), ClaimForm(request.form)
    taken, complete = take_photos(actor=actor), form.validate()
    for refused in taken.refusals:
        form.take_refusal(refused)
    if taken.refusals or not complete:
        return _claim_page(visit, form, taken.photos, status=422)
    asked = (sent_request_id(), form.claim(taken.ids), local_number(form.again.data or "") or 0)
    try:
        with writing() as session:
            number = claims.make(session, actor, visit.card, *asked)
            standing = standing_of(award(session, actor.village_id, number))
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _claim_page(visit, form, taken.photos, refusal, status_of(refusal))
    flash(_("已收到，第 %(n)s 条，%(standing)s", n=number, standing=standing), "ok")
    return redirect(url_for("cards.public_page", token=visit.card.token), 303)


@room.post("/c/<token>/withdraw/<int:award_id>")
@public
@_few_strangers
@limiter.limit("6 per minute; 40 per day", key_func=who_is_there)
def withdraw(token: str, award_id: int) -> Any:
    """Let a household take back its own claim while it waits."""
    visit = visit_of(token)
    if not visit.inside:
        return _door_page(visit)
    try:
        with writing() as session:
            claims.take_back(session, _claimant(visit), visit.card, award_id)
    except (Refused, Unavailable) as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("第 %(n)s 条已撤回", n=award_id), "ok")
    return redirect(url_for("cards.public_page", token=visit.card.token), 303)


@room.get("/c/<token>/photos/<name>.jpg")
@public
@_few_strangers
def claim_photo(token: str, name: str) -> Any:
    """Show a household a photo of a deed of its own, `?size=small` for a list."""
    visit = visit_of(token)
    if not visit.inside:
        abort(404)
    with reading() as session:
        found = own_photo(session, visit.card, name)
    folder = storage.folder_of(current_app.config["INSTANCE"])
    small = request.args.get("size") == "small"
    content = storage.read(folder, visit.card.village_id, found.name, small=small)
    if content is None:
        abort(404)
    return photo_file(content)


def _door_page(
    visit: Visit, refusal: MoralbankError | None = None, *, carried: bool = False
) -> Any:
    """What somebody sees who may not come in; `carried` keeps what they had typed meanwhile."""
    form = PinForm()
    if refusal is not None:
        form.take_refusal(refusal)
    with reading() as session:
        shown = closed_card(session, visit.card)
    page = render_template(
        DOORS[visit.door],
        card=shown,
        token=visit.card.token,
        form=form,
        locked=visit.pin.locked_until,
        carried=carried_fields() if carried else [],
    )
    return private(page, turned_away(visit, refusal))


def _claim_form(visit: Visit) -> ClaimForm:
    """An empty form, or the claim that was returned and is to be amended."""
    again = local_number(request.args.get("again", ""))
    if again is None:
        return ClaimForm()
    with reading() as session:
        claims.require_own(session, visit.card, again)
        scheme = scheme_on(session, visit.card.village_id, clock.today())
        return ClaimForm.of(award(session, visit.card.village_id, again), scheme)


def _claim_page(
    visit: Visit,
    form: ClaimForm,
    photos: Sequence[PhotoInfo] = (),
    refusal: MoralbankError | None = None,
    status: int = 200,
) -> Any:
    """The one page of a claim: categories to be opened, tiles, and a few words."""
    village_id, again = visit.card.village_id, local_number(str(form.again.data or ""))
    with reading() as session:
        scheme = scheme_on(session, village_id, clock.today())
        form.offer_members(members_of(session, village_id, visit.card.household_id))
        asked = public_deeds(session, village_id, visit.card.household_id).returned
    page = render_template(
        "cards/claim.html",
        form=form,
        token=visit.card.token,
        sections=sections(scheme),
        asked=next((one for one in asked if one.id == again), None),
        photos=photos,
        address=partial(_photo_address, visit.card.token),
        today=clock.today(),
        request_id=next_request_id(refusal),
    )
    return private(page, status)


def _photo_address(token: str, photo: PhotoInfo) -> str:
    return url_for("cards.claim_photo", token=token, name=photo.name)


def _claimant(visit: Visit) -> Actor:
    with reading() as session:
        return claims.claimant(session, visit.card, request.remote_addr or "")
