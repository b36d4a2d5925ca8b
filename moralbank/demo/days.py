"""One day of the demo village: goods, customers, deeds, decisions, and what goes wrong."""

from datetime import date
from typing import Final

from sqlmodel import Session

from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.awards import service as awards
from moralbank.cards.queries import active_cards
from moralbank.cards.service import mark_lost, replace
from moralbank.demo import claiming, committee, market, money, watching
from moralbank.demo.deeds import PlannedDeed, Planner
from moralbank.demo.honouring import honour
from moralbank.demo.town import Village, at
from moralbank.demo.walking import walk_round
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import household as household_of
from moralbank.households.service import EditHousehold, edit_household

_RECEIPT_DAYS: Final = (1, 15)

_PERSON_NAMED: Final = 0.45
_CLAIMED_AT_HOME: Final = 0.22
"""Of single deeds the part that households claim themselves, from their card's page."""

_REVERSED_BEFORE: Final = frozenset({2, 33, 61, 97, 139})
_LOST_BEFORE: Final = 3
_PROPOSED_BEFORE: Final = 1
_MOVED_BEFORE: Final = 20
_REPLACED_BEFORE: Final = 45
"""Days before today on which these happened."""


def live(
    session: Session, village: Village, planner: Planner, day: date, *, past: int, left: int
) -> None:
    """Let a day pass, `past` days after the first; `left` is how many it lies before today."""
    committee.post_due(session, village, day)
    honour(session, village, day, left=left)
    if committee.sits(left + 1):
        committee.hang(session, village, day)
    if day.day in _RECEIPT_DAYS:
        with at(day, 8, 30):
            market.restock(session, village, village.draw.choice(village.material.words.receipts))
    money.keep_books(session, village, day, past)
    _trouble(session, village, day, left)
    if village.posted:
        market.trade(session, village, day)
    committee.object_and_answer(session, village, day, left)
    claiming.answer_questions(session, village, day)
    committee.look_at_claims(session, village, day)
    _record_rounds(session, village, planner, day)
    _record_deeds(session, village, planner, day)
    if committee.sits(left):
        committee.sit(session, village, day)
    if left in _REVERSED_BEFORE and village.posted:
        committee.take_one_back(session, village, day)
    market.look_after_shelves(session, village, day, left)
    money.settle(session, village, day, left)
    watching.watch(session, village, planner.scheme, day, left)
    if left == _PROPOSED_BEFORE:
        money.propose_rate(session, village, day)


def _trouble(session: Session, village: Village, day: date, left: int) -> None:
    """A card is lost, a card is replaced, a household moves away."""
    if left not in {_LOST_BEFORE, _MOVED_BEFORE, _REPLACED_BEFORE}:
        return
    admin = village.actors[Role.ADMIN]
    household = village.draw.choice(sorted(village.zeal))
    with at(day, 9):
        if left == _LOST_BEFORE:
            mark_lost(session, admin, active_cards(session, village.id)[household].id)
        elif left == _REPLACED_BEFORE:
            replace(session, admin, household, draw=village.draw.randrange)
        else:
            _move_away(session, village, admin, household)


def _move_away(session: Session, village: Village, admin: Actor, household: int) -> None:
    known = household_of(session, village.id, household)
    wanted = EditHousehold(
        head=known.head,
        telephone=known.telephone,
        people=known.people,
        address=known.address,
        note="迁往旗里",
        consent=known.consent,
        status=HouseholdStatus.MOVED,
    )
    edit_household(session, admin, household, wanted)
    del village.zeal[household]


def _record_rounds(session: Session, village: Village, planner: Planner, day: date) -> None:
    for number, planned in enumerate(planner.rounds(day, village.material.rounds)):
        with at(day, 17, after=number):
            if planned.item.name == village.material.walked:
                walk_round(session, village, day, planned.item, planned.households)
                continue
            awards.record_many(
                session,
                village.actors[Role.RECORDER],
                village.request_id(),
                planned.households,
                planned.item.number,
                quantity=planned.quantity,
                deed_on=day,
                note=planned.note,
            )


def _record_deeds(session: Session, village: Village, planner: Planner, day: date) -> None:
    cards = active_cards(session, village.id)
    for number, planned in enumerate(planner.deeds(day, village.material.habits)):
        with at(day, 18, after=3 * number):
            card = cards.get(planned.household)
            if card and village.draw.random() < _CLAIMED_AT_HOME:
                member = _who(village, planned)
                claiming.claim(session, village, card, planned, day, member)
            else:
                _record_deed(session, village, planned, day)


def _record_deed(session: Session, village: Village, planned: PlannedDeed, day: date) -> None:
    wanted = awards.RecordAward(
        household_id=planned.household,
        item=planned.item.number,
        quantity=planned.quantity,
        points_each=planned.points_each,
        deed_on=day,
        note=planned.note,
        member_id=_who(village, planned),
    )
    awards.record(session, village.actors[Role.RECORDER], village.request_id(), wanted)


def _who(village: Village, planned: PlannedDeed) -> int:
    """The member who did it, or 0: the household, whose head stands for it."""
    grown_ups = village.grown_ups[planned.household]
    if planned.personal and grown_ups and village.draw.random() < _PERSON_NAMED:
        return village.draw.choice(grown_ups)
    return 0
