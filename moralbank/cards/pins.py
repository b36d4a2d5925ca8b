"""A card's PIN: set and cleared at the committee, proven by whoever scans the card.

Proving takes its time, so it is done before the writing begins: `pin_of` and `is_right` first,
`enter` then counts. However many tries run side by side, no more than five are answered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from moralbank import audit, clock
from moralbank.access.hashing import hashed, matches
from moralbank.audit import Actor
from moralbank.cards.models import Card, CardState
from moralbank.cards.queries import CardInfo, CardUnknown, card_info, require_usable
from moralbank.errors import Denied, Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger.service import lock
from moralbank.prepared import Prepared

SHORTEST_PIN: Final = 4
LONGEST_PIN: Final = 6
TRIES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)


class PinInvalid(Invalid):
    """A PIN is 4 to 6 digits."""

    text = mark("密码须是 4 到 6 位数字")
    code = "pin_invalid"


class PinWeak(Invalid):
    """One digit repeated, or digits in their order, is what everybody tries first."""

    text = mark("密码太容易猜：不能全是同一个数字，也不能是 1234、4321 这样连着的")
    code = "pin_weak"


class PinOfEndedCard(Refused):
    """Only a card that works has a PIN."""

    text = mark("这张卡已经停用，不能设密码：请先补办新卡")
    code = "pin_of_ended_card"


class PinNotSet(Refused):
    """The village asks for PINs, and this card has none yet."""

    text = mark("这张卡还没有设密码，请带卡到村委会设一个")
    code = "pin_not_set"


class PinWrong(Denied):
    """This isn't the card's PIN."""

    text = mark("密码不对，还可以再试 %(left)s 次")
    code = "pin_wrong"


class PinLocked(Denied):
    """Too many wrong ones: nothing is answered for a while, not even the right one."""

    text = mark("密码输错太多次，先锁住了，%(until)s 以后再试。忘了密码请到村委会重设")
    code = "pin_locked"


@dataclass(frozen=True)
class Pin:
    """What is kept of a card's PIN; `locked_until` only while it is locked."""

    kept: str | None
    locked_until: datetime | None

    @property
    def seal(self) -> str:
        """Something that only this PIN has, for remembering that it was given.

        It holds the hash's own random salt, so nobody finds the PIN from it by trying.
        """
        return sha256((self.kept or "").encode()).hexdigest()[:32]


_PIN: Final = Prepared(
    select(Card.pin_hash, Card.pin_locked_until).where(
        col(Card.village_id) == bindparam("village"), col(Card.id) == bindparam("card")
    )
)


def pin_of(session: Session, card: CardInfo) -> Pin:
    """The card's PIN as it is kept now."""
    session.flush()  # one that was set in this very transaction
    found = _PIN.rows(session, village=card.village_id, card=card.id)[0]
    return Pin(found.pin_hash, _locked_until(found))


def is_right(pin: Pin, typed: str) -> bool:
    """Whether this is the PIN; slow on purpose. A card that is locked isn't even asked."""
    return bool(pin.kept) and pin.locked_until is None and matches(pin.kept or "", typed[:20])


def enter(session: Session, card: CardInfo, seen: Pin, *, right: bool) -> None:
    """Count a try at the PIN that was `seen`; returns only if it was right.

    Raises CardLost, CardReplaced, PinNotSet, PinLocked and PinWrong; the last two are kept.
    """
    lock(session, card.village_id)
    found = _card(session, card.village_id, card.id)
    require_usable(card_info(found))
    if found.pin_hash is None:
        raise PinNotSet
    until = _locked_until(found)
    if until is not None:
        raise _locked(until)
    if right and found.pin_hash == seen.kept:
        _forget_tries(found)
        return
    found.pin_failures += 1
    if found.pin_failures >= TRIES:
        found.pin_failures, found.pin_locked_until = 0, clock.now() + LOCKED_FOR
        session.flush()
        raise _locked(found.pin_locked_until)
    session.flush()
    wrong = PinWrong(field="pin", left=TRIES - found.pin_failures)
    wrong.kept = True
    raise wrong


def set_pin(session: Session, actor: Actor, card_id: int, pin: str) -> None:
    """Give a card a PIN, or another one; it is never shown again.

    Raises CardUnknown, PinOfEndedCard, PinInvalid, PinWeak.
    """
    _require_good(pin)
    lock(session, actor.village_id)
    found = _card(session, actor.village_id, card_id)
    _require_active(found)
    found.pin_hash = hashed(pin)
    _forget_tries(found)
    session.flush()
    audit.record(session, actor, "cards.pin", str(card_id), household=found.household_id)


def clear_pin(session: Session, actor: Actor, card_id: int) -> None:
    """Let a card have no PIN any more. Raises CardUnknown, PinOfEndedCard."""
    lock(session, actor.village_id)
    found = _card(session, actor.village_id, card_id)
    _require_active(found)
    found.pin_hash = None
    _forget_tries(found)
    session.flush()
    audit.record(session, actor, "cards.pin_clear", str(card_id), household=found.household_id)


def _card(session: Session, village_id: int, card_id: int) -> Card:
    found = session.get(Card, (village_id, card_id), populate_existing=True)
    if found is None:
        raise CardUnknown
    return found


def _require_active(found: Card) -> None:
    if found.state != CardState.ACTIVE:
        raise PinOfEndedCard


def _locked_until(found: Any) -> datetime | None:
    """The end of the lock while it lasts; never longer than it can, should a clock be set back."""
    until, now = found.pin_locked_until, clock.now()
    return until if until is not None and now < until <= now + LOCKED_FOR else None


def _locked(until: datetime) -> PinLocked:
    refusal = PinLocked(field="pin", until=clock.local(until).strftime("%H:%M"))
    refusal.kept = True
    return refusal


def _forget_tries(found: Card) -> None:
    found.pin_failures, found.pin_locked_until = 0, None


def _require_good(pin: str) -> None:
    if not (SHORTEST_PIN <= len(pin) <= LONGEST_PIN and pin.isascii() and pin.isdigit()):
        raise PinInvalid(field="pin")
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise PinWeak(field="pin")
