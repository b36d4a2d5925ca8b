"""Pages of the counter: who, goods, confirmation; `views_after.py` has what comes after it."""

from dataclasses import replace
from typing import Any

from flask import current_app, jsonify, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.exceptions import HTTPException

from moralbank import clock
from moralbank.cards.queries import CardUnknown, card_by_token, require_usable
from moralbank.cards.token import looks_like_token, read_token
from moralbank.counter import service
from moralbank.counter.basket import basket
from moralbank.counter.forms import SOMEONE_ELSE, Cart, read_cart
from moralbank.counter.judging import not_today
from moralbank.counter.limits import exchange_day_ahead
from moralbank.counter.models import Proof
from moralbank.counter.proving import (
    LARGEST_SIGNATURE,
    TriedPin,
    card_with_pin,
    signature_in,
    tried,
)
from moralbank.counter.queries import SlipFilter, slip, slip_sums
from moralbank.counter.queries import slips as read_slips
from moralbank.counter.scanning import card_in
from moralbank.counter.service import Redeem
from moralbank.counter.views_after import room
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError, Refused
from moralbank.households.queries import find_households
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import balances
from moralbank.ledger.requests import outcome as what_became
from moralbank.photos import storage
from moralbank.photos.pictures import LARGEST_FILE
from moralbank.photos.service import keep_picture
from moralbank.store.keeping import shop_for
from moralbank.web.errors import http_page, http_words, status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import LONGEST_SEARCH, asked_number
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.uploads import takes_photos

RECENT = 5


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
            service.require_counter(session, current_actor())
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
        return _to_goods(read_token(who))
    except MoralbankError as refusal:
        return _who("", refusal)


@room.post("/counter/scan")
@may("counter.redeem")
@takes_photos
def scan() -> Any:
    """Read the card in a photo, or in a live camera's frame; the picture is kept nowhere.

    Scripts are told the card's number, or in words why there is none; a form sent without them
    leads on as `find` does.
    """
    sent = request.files.get("picture")
    try:
        token = card_in(sent.stream.read(LARGEST_FILE + 1) if sent else b"")
        return jsonify(token=token, words="", code="") if _by_script() else _to_goods(token)
    except MoralbankError as refusal:
        if not _by_script():
            return _who("", refusal)
        return jsonify(token="", words=refusal.message, code=refusal.code)


@room.errorhandler(413)
def too_large(error: HTTPException) -> Any:
    """Tell a script that sends too large a picture so as `scan` would."""
    if request.endpoint != "counter.scan" or not _by_script():
        return http_page(error)
    return jsonify(token="", words=http_words(error), code="too_large"), 413


@room.post("/counter/redeem")
@may("counter.redeem")
def redeem() -> Any:
    """Exchange, and lead to the slip; after a refusal the cart is still there."""
    cart = read_cart(request.form)
    if request.form.get("act") == "reckon":
        return _goods(cart)
    try:
        wanted, pin = _proven(cart.command())
        with writing() as session:
            if pin is not None:
                pin.enter(session)
            number = service.redeem(session, current_actor(), sent_request_id(), wanted)
    except MoralbankError as refusal:
        return _goods(cart, refusal)
    address = url_for("counter.slip", slip_id=number, new=1)
    return jsonify(slip=address) if _by_script() else redirect(address, 303)


@room.get("/counter/outcome/<request_id>")
@may("counter.redeem")
def outcome(request_id: str) -> Any:
    """Say what became of a sale whose answer got lost: its slip, or that there is none and why.

    What was refused stays refused: then a new request id comes along. Another shop's sale is as
    unknown here as one that never came.
    """
    actor = current_actor()
    with reading() as session:
        found = what_became(session, actor.village_id, request_id[:64])
        if found and found.act == service.ACT and found.result is not None:
            sold_at = slip(session, actor.village_id, found.result).shop_id
            found = found if sold_at == shop_for(session, actor).id else None
    if found is None:
        return jsonify(slip="", words="", request_id="")
    if found.result is None or found.act != service.ACT:
        return jsonify(slip="", words=found.refusal, request_id=next_request_id())
    return jsonify(slip=url_for("counter.slip", slip_id=found.result, new=1), words="")


def _by_script() -> bool:
    """Whether a script of ours asks, rather than a form."""
    return request.accept_mimetypes.best == "application/json"


def _to_goods(token: str) -> Any:
    """Lead to the goods of a card's household. Raises CardUnknown, CardLost, CardReplaced."""
    with reading() as session:
        found = card_by_token(session, token)
        if found.village_id != current_actor().village_id:
            raise CardUnknown
        require_usable(found)
    address = url_for("counter.counter", household=found.household_id, card=found.id)
    return redirect(address, 303)


def _proven(wanted: Redeem) -> tuple[Redeem, TriedPin | None]:
    """The sale with its proof: a PIN that was tried, to be counted; a signature that is kept.

    What was sent before finds its first result whatever its proof is worth now, so none is asked.
    """
    pin, sent = request.form.get("pin", "").strip(), request.files.get("signature")
    content = sent.stream.read(LARGEST_SIGNATURE + 1) if sent else b""
    if not pin and not content:
        return wanted, None
    village_id = current_actor().village_id
    with reading() as session:
        if what_became(session, village_id, sent_request_id()) is not None:
            return wanted, None
        known = (
            card_with_pin(session, village_id, wanted.household_id, wanted.card_id) if pin else None
        )
    signed = replace(wanted, signature=_keep_signature(content) if content else None)
    if known is None:
        return signed, None
    return replace(signed, proof=Proof.PIN), tried(known, pin)


def _keep_signature(content: bytes) -> int:
    """Keep a drawn signature in a transaction of its own: it outlives a refusal of its sale."""
    picture = signature_in(content)
    folder = storage.folder_of(current_app.config["INSTANCE"])
    with writing() as session:
        return keep_picture(session, current_actor(), folder, picture)


def _who(typed: str, refusal: MoralbankError | None = None) -> Any:
    """The first step: scan, or choose among those found by name."""
    village_id = current_actor().village_id
    with reading() as session:
        found = find_households(session, village_id, typed) if typed else []
        points = balances(session, village_id, AccountKind.HOUSEHOLD_POINTS) if found else {}
        shop = shop_for(session, current_actor())
        of_today = SlipFilter(clock.today(), clock.today(), shop_id=shop.id)
        today = slip_sums(session, village_id, of_today)
        recent = [] if typed else read_slips(session, village_id, of_today, limit=RECENT)
        shut = _why_shut(session)
    if len(found) == 1:
        return redirect(url_for("counter.counter", household=found[0].id))
    page = render_template(
        "counter/who.html",
        typed=typed,
        found=found,
        points=points,
        refusal=refusal,
        shut=shut,
        today=today,
        today_date=clock.today(),
        recent=recent,
    )
    return page, status_of(refusal) if refusal else 200


def _why_shut(session: Session) -> Refused | None:
    """Why nothing can be exchanged now: no exchange day, the day was closed, the contract ended."""
    actor = current_actor()
    try:
        service.require_counter(session, actor)
    except Refused as hindrance:
        return hindrance
    day = exchange_day_ahead(session, actor.village_id)
    return None if day is None else not_today(day)


def _goods(cart: Cart, refusal: MoralbankError | None = None) -> Any:
    """The second step: goods and cart."""
    with reading() as session:
        shown = basket(session, current_actor(), cart)
    page = render_template(
        "counter/goods.html",
        basket=shown,
        cart=cart,
        someone_else=SOMEONE_ELSE,
        request_id=next_request_id(refusal),
        refusal=refusal,
    )
    return page, status_of(refusal) if refusal else 200
