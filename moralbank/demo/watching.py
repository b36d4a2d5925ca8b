"""The demo's reminders, its round that still goes on, and the supervisor's re-check."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from moralbank.access.permissions import Role
from moralbank.demo.town import Village, at
from moralbank.demo.walking import begin_round
from moralbank.reminders.models import ReminderState
from moralbank.reminders.service import GiveReminder, give, settle
from moralbank.scheme.queries import Scheme
from moralbank.supervision.models import Finding
from moralbank.supervision.months import Month
from moralbank.supervision.queries import recheck
from moralbank.supervision.service import Found, NothingPosted, draw_recheck, keep_findings

_REMINDED_BEFORE: Final = (24, 4)
_PUT_RIGHT_BEFORE: Final = 19
_BEGUN_BEFORE: Final = 1
_RECHECKED_BEFORE: Final = 2
_LOOKED_AT: Final = 3
"""Lines of the re-check that the supervisor has looked at so far."""


def watch(session: Session, village: Village, scheme: Scheme, day: date, left: int) -> None:
    """What happens now and then beside the deeds."""
    if left in _REMINDED_BEFORE:
        with at(day, 21, 10):
            _remind(session, village, scheme, day)
    if left == _PUT_RIGHT_BEFORE and village.reminder:
        with at(day, 21, 10):
            _thank(session, village)
    if left == _RECHECKED_BEFORE:
        # A demo of few days has nothing from last month to look at again.
        with at(day, 21, 20), suppress(NothingPosted):
            _recheck(session, village, day)
    if left == _BEGUN_BEFORE:
        with at(day, 21, 30):
            begin_round(session, village, day, scheme.item(village.material.begun))


def _remind(session: Session, village: Village, scheme: Scheme, day: date) -> None:
    wanted = GiveReminder(
        household_id=village.draw.choice(sorted(village.zeal)),
        item=scheme.item(village.material.reminded).number,
        note=village.material.words.reminder,
        seen_on=day,
        witness=village.draw.choice(village.material.words.witnesses),
    )
    grid = village.actors[Role.GRID]
    village.reminder = give(session, grid, village.request_id(), wanted)


def _thank(session: Session, village: Village) -> None:
    """What was reminded of has been put right."""
    settle(
        session,
        village.actors[Role.GRID],
        village.request_id(),
        village.reminder,
        ReminderState.PUT_RIGHT,
        village.material.words.put_right,
    )


def _recheck(session: Session, village: Village, day: date) -> None:
    """Draw last month's list with eight digits from dice, and look at the first few."""
    supervisor = village.actors[Role.SUPERVISOR]
    month = Month((day.replace(day=1) - timedelta(days=1)).replace(day=1))
    seed = f"{village.draw.randrange(10**8):08d}"
    number = draw_recheck(session, supervisor, village.request_id(), month, seed)
    lines = range(1, min(_LOOKED_AT, recheck(session, village.id, number).drawn) + 1)
    keep_findings(session, supervisor, number, {line: Found(Finding.RIGHT) for line in lines})
