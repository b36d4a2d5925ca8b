"""The money behind the demo's points: income, goods paid for, settlements, a rule of lapse."""

from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.demo.town import Village, at
from moralbank.fund.lapse_rules import set_rule
from moralbank.fund.models import FundSource
from moralbank.fund.queries import cash, receipts_to_pay
from moralbank.fund.service import Income, Purchase, buy, record_income
from moralbank.proposals.acts import SetRate
from moralbank.proposals.service import propose
from moralbank.settlements import service as settlements
from moralbank.settlements.contents import sums_by_shop, unsettled
from moralbank.settlements.paying import Payment
from moralbank.settlements.queries import claims, settlement

_RATE_NEXT_YEAR: Final = 120
"""In fen a point."""
_KEEPS_MONTHS: Final = 12
_LAPSES_ON: Final = (1, 10)
_SETTLED_ON: Final = 3
"""Of each month: what the shops took up to the end of the last one."""
_STILL_OPEN: Final = 30
"""Days before today: younger settlements wait for the supervisor."""


def propose_rate(session: Session, village: Village, day: date) -> None:
    """Points are to be worth more from next year on: that waits for a second person."""
    wanted = SetRate(_RATE_NEXT_YEAR, date(day.year + 1, 1, 1), village.material.words.rate)
    with at(day, 16):
        propose(session, village.actors[Role.ADMIN], village.request_id(), wanted)


def resolve_lapse(session: Session, village: Village) -> None:
    """The villagers' meeting resolved that old points lapse every winter."""
    today = clock.today()
    begins = date(today.year + 1, *_LAPSES_ON)
    words = village.material.words.lapse
    admin = village.actors[Role.ADMIN]
    set_rule(session, admin, village.request_id(), begins, _KEEPS_MONTHS, words)


def keep_books(session: Session, village: Village, day: date, past: int) -> None:
    """What the accountant does in the morning, `past` days after the opening."""
    with at(day, 8, 40):
        for number, income in enumerate(village.material.incomes):
            if income.after == past:
                _take_in(session, village, number)
        _pay_receipts(session, village)


def settle(session: Session, village: Village, day: date, left: int) -> None:
    """In the evening of one day a month: the shops' settlements, the last not yet checked."""
    if day.day == _SETTLED_ON:
        _settle(session, village, day, pay=left > _STILL_OPEN)


def _take_in(session: Session, village: Village, number: int) -> None:
    income = village.material.incomes[number]
    said = Income(
        source=FundSource(income.source),
        number=f"SR{number + 1:03d}",
        day=clock.today(),
        amount_fen=income.yuan * 100,
        party=income.party,
        note=income.note,
    )
    record_income(session, village.actors[Role.ACCOUNTANT], village.request_id(), said)


def _pay_receipts(session: Session, village: Village) -> None:
    """Goods of the village's own shop are paid for as soon as there is money."""
    for receipt in receipts_to_pay(session, village.id):
        if receipt.cost_fen <= cash(session, village.id):
            said = Purchase(
                party=receipt.supplier,
                day=clock.today(),
                amount_fen=receipt.cost_fen,
                number=receipt.number,
                receipt_id=receipt.id,
            )
            buy(session, village.actors[Role.ACCOUNTANT], village.request_id(), said)


def _settle(session: Session, village: Village, day: date, *, pay: bool) -> None:
    """Each shop's settlement of the last month: drawn up, signed, checked, paid."""
    cutoff = day.replace(day=1) - timedelta(days=1)
    accountant, supervisor = village.actors[Role.ACCOUNTANT], village.actors[Role.SUPERVISOR]
    with at(day, 18, 40):
        for claim, keeper in zip(claims(session, village.id), village.keepers, strict=True):
            picked = unsettled(village.id, claim.shop.id, cutoff)
            found = sums_by_shop(session, picked).get(claim.shop.id)
            if found is None or found.amount_fen <= 0:
                continue  # a small village may have nothing to settle in a month
            request = village.request_id()
            number = settlements.draft(session, accountant, request, claim.shop.id, cutoff)
            settlements.sign(session, keeper, number)
            if pay:
                settlements.check(session, supervisor, number)
                _pay(session, village, number, day)


def _pay(session: Session, village: Village, number: int, day: date) -> None:
    due = settlement(session, village.id, number).due_fen
    payment = Payment(fen=due, number=f"FK{number:03d}", day=day)
    accountant = village.actors[Role.ACCOUNTANT]
    settlements.pay(session, accountant, village.request_id(), number, payment)
