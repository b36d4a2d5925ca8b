"""Issuing, losing and replacing cards. A household has at most one that works."""

import secrets
from collections.abc import Collection, Sequence
from typing import Final

from sqlmodel import Session, col, select

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.cards.faces import CardOrder
from moralbank.cards.models import Card, CardState
from moralbank.cards.orders import PRINTED, Wish, card_back, handout_sheet
from moralbank.cards.paper import require_legible
from moralbank.cards.queries import CardUnknown, card_faces
from moralbank.cards.stocks import Backs
from moralbank.cards.token import Draw, make_token
from moralbank.errors import Invalid, Refused
from moralbank.households.queries import HouseholdUnknown, household_labels
from moralbank.i18n import mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_numbers

_PLAINLY: Final = Wish()


class CardEnded(Refused):
    """Only a card that works can be reported lost."""

    text = mark("这张卡已经停用，不用再挂失")
    code = "card_ended"


class HouseholdLeft(Refused):
    """A household that moved away gets no card."""

    text = mark("%(head)s 一户已迁出，不能发卡")
    code = "household_left"


class NothingToPrint(Invalid):
    """No household was named, or all its cards were printed before."""

    text = mark("没有要打印的积分卡：还没有住户，或者都已经印过了")
    code = "nothing_to_print"


def issue(
    session: Session,
    actor: Actor,
    household_ids: Collection[int],
    draw: Draw = secrets.randbelow,
) -> list[Card]:
    """Give a card to each of these households that has none that works.

    Raises HouseholdUnknown and HouseholdLeft. `draw` is for the demo alone, whose cards may be
    the same each time.
    """
    lock(session, actor.village_id)
    _require_here(session, actor.village_id, household_ids)
    have = set(
        session.exec(
            select(Card.household_id).where(
                Card.village_id == actor.village_id, Card.state == CardState.ACTIVE
            )
        )
    )
    lacking = [number for number in dict.fromkeys(household_ids) if number not in have]
    if not lacking:
        return []
    cards = _new_cards(session, actor.village_id, lacking, draw)
    session.add_all(cards)
    session.flush()
    audit.record(session, actor, "cards.issue", "", households=lacking)
    return cards


def mark_lost(session: Session, actor: Actor, card_id: int) -> Card:
    """Let a card work no longer, from this moment. Raises CardUnknown, CardEnded."""
    lock(session, actor.village_id)
    found = session.get(Card, (actor.village_id, card_id), populate_existing=True)
    if found is None:
        raise CardUnknown
    if found.state != CardState.ACTIVE:
        raise CardEnded
    _end(session, found, CardState.LOST)
    audit.record(session, actor, "cards.lost", str(card_id), household=found.household_id)
    return found


def replace(
    session: Session,
    actor: Actor,
    household_id: int,
    request_id: str | None = None,
    *,
    draw: Draw = secrets.randbelow,
) -> Card:
    """Give a household a new card; the one it had works no longer.

    The same request id gives the same card: a button pressed twice must not end the card that was
    just printed. Raises HouseholdUnknown, HouseholdLeft.
    """
    if request_id is None:
        return _replace(session, actor, household_id, draw)
    number = once(
        session,
        actor.village_id,
        request_id,
        "cards.replace",
        household_id,
        lambda: _replace(session, actor, household_id, draw).id,
    ).result
    return session.get_one(Card, (actor.village_id, number))


def print_cards(
    session: Session, actor: Actor, household_ids: Collection[int], wish: Wish = _PLAINLY
) -> CardOrder:
    """What is to be printed for these households: missing cards are issued, prints counted.

    Cards carry names, so who printed which is written down, and on which places of which stock:
    the next printing goes on from there. Raises HouseholdUnknown, HouseholdLeft, NothingToPrint,
    AddressTooLong.
    """
    issue(session, actor, household_ids)
    chosen = _to_print(session, actor.village_id, household_ids, fresh_only=wish.fresh_only)
    for found in chosen:
        found.prints += 1
        session.add(found)
    session.flush()
    printed = sorted(found.household_id for found in chosen)
    stock, skip = wish.plan.stock.key, wish.plan.skip
    audit.record(session, actor, PRINTED, stock, households=printed, skip=skip)
    faces = card_faces(session, actor.village_id, printed)
    require_legible(max((face.payload for face in faces), key=len))
    return CardOrder(
        plan=wish.plan,
        faces=tuple(faces),
        back=card_back(session, actor.village_id) if wish.backs == Backs.DUPLEX else None,
        handout=handout_sheet(session, actor.village_id, set(printed)) if wish.handout else None,
    )


def _to_print(
    session: Session, village_id: int, household_ids: Collection[int], *, fresh_only: bool
) -> list[Card]:
    """The working cards of these households; raises NothingToPrint."""
    wanted = set(household_ids)
    active = session.exec(
        select(Card).where(Card.village_id == village_id, Card.state == CardState.ACTIVE)
    )
    chosen = [
        found
        for found in active
        if found.household_id in wanted and not (fresh_only and found.prints)
    ]
    if not chosen:
        raise NothingToPrint
    return chosen


def _replace(session: Session, actor: Actor, household_id: int, draw: Draw) -> Card:
    lock(session, actor.village_id)
    present = session.exec(
        select(Card).where(
            Card.village_id == actor.village_id,
            Card.household_id == household_id,
            Card.state == CardState.ACTIVE,
        )
    ).first()
    if present is not None:
        _end(session, present, CardState.REPLACED)
    new = issue(session, actor, [household_id], draw)[0]
    audit.record(session, actor, "cards.replace", str(new.id), household=household_id)
    return new


def _new_cards(
    session: Session, village_id: int, household_ids: Sequence[int], draw: Draw
) -> list[Card]:
    """One new card for each household, with numbers that no card has."""
    numbers = take_numbers(session, village_id, "card", len(household_ids))
    tokens = _fresh_tokens(session, len(household_ids), draw)
    return [
        Card(
            village_id=village_id,
            id=number,
            household_id=household_id,
            token=token,
            state=CardState.ACTIVE,
            issued_at=clock.now(),
            ended_at=None,
        )
        for number, household_id, token in zip(numbers, household_ids, tokens, strict=True)
    ]


def _end(session: Session, found: Card, state: CardState) -> None:
    found.state = state
    found.ended_at = clock.now()
    session.add(found)
    session.flush()


def _require_here(session: Session, village_id: int, household_ids: Collection[int]) -> None:
    known = household_labels(session, village_id, household_ids)
    for number in household_ids:
        if number not in known:
            raise HouseholdUnknown
        if known[number].moved:
            raise HouseholdLeft(head=known[number].head)


def _fresh_tokens(session: Session, count: int, draw: Draw) -> list[str]:
    """So many numbers that no card of any village has."""
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        drawn[make_token(draw)] = None
    tokens = list(drawn)
    taken = session.exec(select(Card.token).where(col(Card.token).in_(tokens))).first()
    return tokens if taken is None else _fresh_tokens(session, count, draw)
