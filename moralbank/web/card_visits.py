"""Somebody at a card's page: which card, and whether they may read what it tells.

Where the village asks for PINs, a browser that gave the right one may read on for 15 minutes
after each page. What is remembered belongs to that card with that PIN: neither a new card nor a
new PIN can be read with it.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Final

from flask import abort, g, request, session

from moralbank import clock
from moralbank.cards.models import CardState
from moralbank.cards.pins import Pin, enter, is_right, pin_of
from moralbank.cards.queries import CardInfo, CardUnknown, card_by_token
from moralbank.cards.token import TokenInvalid, read_token
from moralbank.db import reading, see_only, writing
from moralbank.errors import MoralbankError
from moralbank.villages.queries import village_info
from moralbank.villages.settings import CARD_PIN, ON
from moralbank.web.errors import status_of

OPEN_FOR: Final = timedelta(minutes=15)
_KEY: Final = "card"
_LONGEST_TOKEN: Final = 40


class Door(Enum):
    """What stands between a visitor and what a card tells."""

    OPEN = auto()
    STOPPED = auto()
    NO_PIN = auto()
    ASKS = auto()


@dataclass(frozen=True)
class Visit:
    """A card that was scanned, its PIN, and how far the visitor may come."""

    card: CardInfo
    pin: Pin
    door: Door

    @property
    def inside(self) -> bool:
        """Whether everything may be read and done."""
        return self.door is Door.OPEN


def visit_of(token: str) -> Visit:
    """The visit that an address asks for; 404 where the number is no card's, as anywhere.

    From here on the request sees the card's village alone.
    """
    try:
        with reading() as opened:
            card = card_by_token(opened, read_token(token[:_LONGEST_TOKEN]))
            pin = pin_of(opened, card)
            g.village = village_info(opened, card.village_id)  # whose page it is, not who asks
    except (TokenInvalid, CardUnknown):
        abort(404)
    g.own_address = request.path.replace("/C/", "/c/", 1)  # `private` lets no browser say it
    see_only(card.village_id)
    return Visit(card, pin, _door(card, pin, asks=g.village.settings[CARD_PIN] == ON))


def tried(visit: Visit) -> tuple[Visit, MoralbankError | None]:
    """The visit after the PIN that came with this request, if it asks for one and one came.

    With it why the visitor is still outside.
    """
    if visit.door is not Door.ASKS or "pin" not in request.form:
        return visit, None
    right = is_right(visit.pin, request.form["pin"].strip())
    try:
        with writing() as opened:
            enter(opened, visit.card, visit.pin, right=right)
    except MoralbankError as refusal:
        return visit, refusal
    inside = replace(visit, door=Door.OPEN)
    _remember(inside)
    return inside, None


def turned_away(visit: Visit, refusal: MoralbankError | None) -> int:
    """The status of a closed door: a page to be read, or why nothing was done."""
    if refusal is not None:
        return status_of(refusal)
    if request.method == "GET":
        return HTTPStatus.OK
    return HTTPStatus.CONFLICT if visit.door is Door.STOPPED else HTTPStatus.FORBIDDEN


def carried_fields() -> list[tuple[str, str]]:
    """What was typed before the door fell shut, so that it goes on with the PIN."""
    fields = request.form.items(multi=True)
    return [(name, value) for name, value in fields if name not in {"csrf_token", "pin"}]


def private(page: str, status: int = HTTPStatus.OK) -> tuple[str, int, dict[str, str]]:
    """A page about one household: kept by no browser, listed by no search engine.

    Its address is the card's number, so no request that it leads to names more than our site.
    """
    headers = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "strict-origin",
        "X-Robots-Tag": "noindex",
    }
    return page, status, headers


def who_is_there() -> str:
    """Whoever acts at a card's page is counted by the card, however written, and their address."""
    typed = str((request.view_args or {}).get("token", ""))[:_LONGEST_TOKEN]
    with suppress(TokenInvalid):
        typed = read_token(typed)
    return f"{typed}@{request.remote_addr}"


def _door(card: CardInfo, pin: Pin, *, asks: bool) -> Door:
    if card.state != CardState.ACTIVE:
        return Door.STOPPED
    if not asks:
        return Door.OPEN
    if not card.has_pin:
        return Door.NO_PIN
    if not _remembered(card, pin):
        return Door.ASKS
    _remember(Visit(card, pin, Door.OPEN))
    return Door.OPEN


def _remember(visit: Visit) -> None:
    until = (clock.now() + OPEN_FOR).isoformat()
    session[_KEY] = [visit.card.village_id, visit.card.id, visit.pin.seal, until]


def _remembered(card: CardInfo, pin: Pin) -> bool:
    """Whether this browser gave this card's present PIN within the last quarter of an hour."""
    kept: Any = session.get(_KEY)
    if not kept or kept[:3] != [card.village_id, card.id, pin.seal]:
        return False
    left = datetime.fromisoformat(kept[3]) - clock.now()
    return timedelta(0) < left <= OPEN_FOR
