"""Words for tests about deeds: record, approve, take back, look at what is left."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from moralbank import clock
from moralbank.access.models import TieKind
from moralbank.access.permissions import Role
from moralbank.access.queries import acting
from moralbank.access.service import add_user, assign_groups, declare_tie
from moralbank.audit import Actor
from moralbank.awards import deciding, posting, service
from moralbank.awards.check import check_awards
from moralbank.awards.models import AwardSource
from moralbank.awards.queries import AwardRow, award, steps_of
from moralbank.households.service import NewMember, add_member
from moralbank.ledger.check import check_ledger
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import Leg, post
from moralbank.scheme.queries import scheme_on
from moralbank.villages.service import change_setting
from tests.village import PASSWORD, Town

DU, GAOWA, WANG, ZHONG = "一组-012", "二组-007", "六组-042", "六组-043"

one_engine = pytest.mark.parametrize("source", ["sqlite"], indirect=True)
"""For rules of our own, which no database could see in its own way: both would cost twice."""

_numbers = itertools.count(1)


def fresh_id() -> str:
    """A request id that was not used before."""
    return f"request-{next(_numbers):06d}"


@contextmanager
def on(year: int, month: int, day: int) -> Iterator[date]:
    """Let it be noon of that day in the village."""
    with clock.at(datetime(year, month, day, 4, tzinfo=UTC)):
        yield clock.today()


class Deeds:
    """Deeds of one village, done by its recorder and reviewer unless somebody else is named."""

    def __init__(self, town: Town) -> None:
        """Know the village's people."""
        self.town = town
        self.recorder, self.reviewer = town.actor(Role.RECORDER), town.actor(Role.REVIEWER)

    def wanted(self, label: str, item: str, **said: Any) -> service.RecordAward:
        """A deed as the service takes it, by the household's label and the item's name."""
        return service.RecordAward(
            household_id=self.town.household(label).id, item=self.number(item), **said
        )

    def number(self, item: str) -> int:
        """The item's number in today's scheme."""
        with self.town.database.reading() as session:
            return scheme_on(session, self.town.village_id, clock.today()).item(item).number

    def record(
        self,
        label: str,
        item: str,
        *,
        who: Actor | None = None,
        request_id: str | None = None,
        **said: Any,
    ) -> int:
        """Record one deed."""
        wanted = self.wanted(label, item, **said)
        with self.town.database.writing() as session:
            return service.record(session, who or self.recorder, request_id or fresh_id(), wanted)

    def record_many(self, labels: list[str], item: str, **said: Any) -> list[int]:
        """Record one deed for many households."""
        whose = [self.town.household(label).id for label in labels]
        request_id = said.pop("request_id", None) or fresh_id()
        number = self.number(item)
        said.setdefault("deed_on", clock.today())
        with self.town.database.writing() as session:
            return service.record_many(session, self.recorder, request_id, whose, number, **said)

    def approve(self, *ids: int, who: Actor | None = None, request_id: str | None = None) -> int:
        """Approve deeds; the number of the ledger's event, 0 where none was posted."""
        return self.vote(*ids, who=who, request_id=request_id).seq or 0

    def vote(
        self, *ids: int, who: Actor | None = None, request_id: str | None = None
    ) -> deciding.Approval:
        """Vote for deeds."""
        with self.town.database.writing() as session:
            return deciding.approve(session, who or self.reviewer, request_id or fresh_id(), ids)

    def refuse(self, award_id: int, reason: str, who: Actor | None = None) -> None:
        """Decide against a deed."""
        with self.town.database.writing() as session:
            deciding.refuse(session, who or self.reviewer, award_id, reason)

    def reverse(self, award_id: int, reason: str, request_id: str | None = None) -> int:
        """Take back a deed's points."""
        with self.town.database.writing() as session:
            return posting.reverse(
                session, self.reviewer, request_id or fresh_id(), award_id, reason
            )

    def claim(self, label: str, item: str, **said: Any) -> int:
        """A household's own claim, from its card's page."""
        household = Actor(self.town.village_id, 0, "本户", "household", "phone")
        return self.record(label, item, who=household, source=AwardSource.HOUSEHOLD, **said)

    def verify(self, *ids: int, who: Actor | None = None, **seen: Any) -> int:
        """Confirm deeds on the spot; the recorder does unless somebody else is named."""
        with self.town.database.writing() as session:
            return deciding.verify(session, who or self.recorder, fresh_id(), ids, **seen)

    def adjust(self, award_id: int, points: int, reason: str, quantity: int = 1) -> None:
        """Change what a deed is worth."""
        said = {"quantity": quantity, "points_each": points, "reason": reason}
        with self.town.database.writing() as session:
            deciding.adjust(session, self.reviewer, award_id, **said)  # type: ignore[arg-type]

    def allow(self, key: str, value: str) -> None:
        """Change one of the village's settings."""
        with self.town.database.writing() as session:
            change_setting(session, self.town.actor(Role.ADMIN), key, value)

    def hire(self, name: str, role: Role = Role.REVIEWER) -> Actor:
        """Somebody new with a part in it."""
        with self.town.database.writing() as session:
            user = add_user(session, self.town.actor(Role.ADMIN), name, role, PASSWORD)
        return Actor(self.town.village_id, user.id, user.name, user.role, "test")

    def look_after(self, name: str, label: str) -> None:
        """Let a grid worker look after this household's group."""
        group = self.town.household(label).group_id
        with self.town.database.writing() as session:
            admin, who = self.town.actor(Role.ADMIN), acting(session, name, "test")
            assign_groups(session, admin, who.user_id, [group])

    def bar(self, who: Actor, label: str, words: str = "女儿家") -> int:
        """Declare a household close to somebody; the tie's number."""
        owner = self.town.household(label).id
        with self.town.database.writing() as session:
            admin = self.town.actor(Role.ADMIN)
            return declare_tie(session, admin, who.user_id, owner, TieKind.KIN, words)

    def acts(self, award_id: int) -> list[tuple[str, str, str, str]]:
        """The steps of a deed: act, who, reason, witness."""
        with self.town.database.reading() as session:
            steps = steps_of(session, self.town.village_id, award_id)
        return [(step.act, step.by, step.reason, step.witness) for step in steps]

    def row(self, award_id: int) -> AwardRow:
        """A deed as it stands."""
        with self.town.database.reading() as session:
            return award(session, self.town.village_id, award_id)

    def points(self, label: str) -> int:
        """What a household has."""
        owner = self.town.household(label).id
        with self.town.database.reading() as session:
            return account_of(
                session, self.town.village_id, AccountKind.HOUSEHOLD_POINTS, owner
            ).amount

    def spend(self, label: str, points: int) -> None:
        """Let a household exchange points, as far as the ledger is concerned."""
        owner, village_id = self.town.household(label).id, self.town.village_id
        with self.town.database.writing() as session:
            theirs = account_of(session, village_id, AccountKind.HOUSEHOLD_POINTS, owner).account
            gone = account_of(session, village_id, AccountKind.POINTS_EXCHANGED).account
            post(session, village_id, EventKind.REDEEM, [Leg(theirs, gone, points)], actor=1)

    def add_member(self, label: str, name: str) -> int:
        """Add somebody to a household."""
        owner = self.town.household(label).id
        with self.town.database.writing() as session:
            return add_member(session, self.town.actor(Role.ADMIN), owner, NewMember(name)).id

    def problems(self) -> list[str]:
        """What the proofs of ledger and deeds find."""
        with self.town.database.reading() as session:
            return [
                problem.code
                for check in (check_ledger, check_awards)
                for problem in check(session, self.town.village_id)
            ]
