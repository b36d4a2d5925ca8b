"""Words for tests about deeds: record, approve, take back, look at what is left."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.awards import service
from moralbank.awards.check import check_awards
from moralbank.awards.queries import AwardRow, award
from moralbank.households.service import NewMember, add_member
from moralbank.ledger.check import check_ledger
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import Leg, post
from moralbank.scheme.queries import scheme_on
from tests.village import Town

DU, GAOWA, WANG, ZHONG = "一组-012", "二组-007", "六组-042", "六组-043"

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
        """Approve deeds; the number of the ledger's event."""
        with self.town.database.writing() as session:
            return service.approve(session, who or self.reviewer, request_id or fresh_id(), ids)

    def refuse(self, award_id: int, reason: str, who: Actor | None = None) -> None:
        """Decide against a deed."""
        with self.town.database.writing() as session:
            service.refuse(session, who or self.reviewer, award_id, reason)

    def reverse(self, award_id: int, reason: str, request_id: str | None = None) -> int:
        """Take back a deed's points."""
        with self.town.database.writing() as session:
            return service.reverse(
                session, self.reviewer, request_id or fresh_id(), award_id, reason
            )

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
