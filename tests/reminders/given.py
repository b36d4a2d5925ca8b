"""Reminders that a village's grid worker has given."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import pytest

from moralbank import clock
from moralbank.access.models import Tie, TieKind
from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.awards import deciding
from moralbank.awards.service import RecordAward, submit, withdraw
from moralbank.errors import MoralbankError
from moralbank.reminders import service
from moralbank.reminders.models import ReminderState
from tests.awards.deeds import WANG, Deeds, fresh_id
from tests.village import Town

HEAPED: Final = "门前柴草堆到路上，校车过不去"
SEEN: Final = date(2026, 11, 20)
UNTIL: Final = date(2026, 11, 27)


class Reminders:
    """Reminders of the village, given by its grid worker unless somebody else is named."""

    def __init__(self, town: Town) -> None:
        """Know the village."""
        self.town, self.deeds = town, Deeds(town)
        self.grid, self.recorder = town.actor(Role.GRID), town.actor(Role.RECORDER)

    def wanted(self, label: str = WANG, item: str = "占道堆放", **said: Any) -> Any:
        """A reminder as the service takes it."""
        common = {"note": HEAPED, "witness": "文义"}
        return service.GiveReminder(
            household_id=self.town.household(label).id,
            item=self.deeds.number(item),
            **{**common, **said},
        )

    def give(self, label: str = WANG, item: str = "占道堆放", **said: Any) -> int:
        """Give one."""
        with self.town.database.writing() as session:
            return service.give(session, self.grid, fresh_id(), self.wanted(label, item, **said))

    def settle(self, number: int, outcome: ReminderState, note: str = "") -> None:
        """End one without a deduction."""
        with self.town.database.writing() as session:
            service.settle(session, self.grid, fresh_id(), number, outcome, note)

    def deduct(self, number: int, who: Any = None) -> int:
        """Claim the deduction."""
        with self.town.database.writing() as session:
            return service.deduct(session, who or self.grid, fresh_id(), number)

    def tie(self, who: Actor) -> None:
        """Let somebody be kin to the household of WANG, for three days now."""
        with self.town.database.writing() as session:
            session.add(
                Tie(
                    village_id=self.town.village_id,
                    id=1,
                    user_id=who.user_id,
                    household_id=self.town.household(WANG).id,
                    kind=TieKind.KIN,
                    words="女儿家",
                    since=clock.now() - timedelta(days=3),
                    ended_at=None,
                )
            )

    def send_back(self, award_id: int) -> None:
        """Ask for more."""
        with self.town.database.writing() as session:
            deciding.send_back(session, self.deeds.reviewer, award_id, "请补一张照片")

    def submit(self, award_id: int, amended: RecordAward) -> None:
        """Hand a deduction in again."""
        with self.town.database.writing() as session:
            submit(session, self.grid, fresh_id(), award_id, amended)

    def withdraw(self, award_id: int, who: Actor) -> None:
        """Take a deduction out."""
        with self.town.database.writing() as session:
            withdraw(session, who, award_id, "算了")

    def read(self, query: Callable[..., Any], *arguments: Any, **said: Any) -> Any:
        """Ask a query of the village."""
        with self.town.database.reading() as session:
            return query(session, self.town.village_id, *arguments, **said)


def refused(code: str, act: Callable[..., Any], *arguments: Any, **said: Any) -> MoralbankError:
    """The refusal of this code that an act ends in."""
    with pytest.raises(MoralbankError) as refusal:
        act(*arguments, **said)
    assert refusal.value.code == code, refusal.value.message
    return refusal.value
