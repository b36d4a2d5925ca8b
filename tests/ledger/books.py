"""A small set of books for tests: two households, a shop, and words for moving value."""

from dataclasses import dataclass

from sqlmodel import Session

from moralbank.db import Database
from moralbank.ledger import service
from moralbank.ledger.accounts import HOUSEHOLD_ACCOUNTS, open_accounts
from moralbank.ledger.check import check_ledger
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import Leg, Posted
from moralbank.villages.service import OpenVillage, open_village
from tests.village import VILLAGE_ID

DU, WANG = 1, 2
"""The households of 杜仁森 and 王䶮."""


@dataclass
class Books:
    """One village's ledger in one database."""

    database: Database
    village_id: int = VILLAGE_ID

    def open(self) -> "Books":
        """Begin the ledger, with two households and a shop."""
        with self.database.writing() as session:
            open_village(session, OpenVillage(str(self.village_id), "羊圈湾村"))
            for owner in (DU, WANG):
                wanted = [(kind, owner) for kind in HOUSEHOLD_ACCOUNTS]
                open_accounts(session, self.village_id, wanted, actor=1)
            shop = [(AccountKind.SHOP_ACCEPTED, 1)]
            open_accounts(session, self.village_id, shop, actor=1)
        return self

    def number(self, session: Session, kind: AccountKind, owner: int = 0) -> int:
        """The number of an account."""
        return account_of(session, self.village_id, kind, owner).account

    def award(self, owner: int, points: int, request_id: str | None = None) -> Posted:
        """Give a household points."""
        with self.database.writing() as session:
            issued = self.number(session, AccountKind.POINTS_ISSUED)
            points_of = self.number(session, AccountKind.HOUSEHOLD_POINTS, owner)
            leg = Leg(issued, points_of, points, "庭院清洁达标")
            return service.post(
                session,
                self.village_id,
                EventKind.POST_AWARDS,
                [leg],
                actor=1,
                request_id=request_id,
            )

    def redeem(self, owner: int, points: int, rate: int) -> Posted:
        """Change points into credit and spend all of it."""
        with self.database.writing() as session:
            find = self.number
            credit = find(session, AccountKind.HOUSEHOLD_CREDIT, owner)
            legs = [
                Leg(
                    find(session, AccountKind.HOUSEHOLD_POINTS, owner),
                    find(session, AccountKind.POINTS_EXCHANGED),
                    points,
                ),
                Leg(find(session, AccountKind.CREDIT_ISSUED), credit, points * rate),
                Leg(credit, find(session, AccountKind.SHOP_ACCEPTED, 1), points * rate),
            ]
            return service.post(session, self.village_id, EventKind.REDEEM, legs, actor=2)

    def reverse(self, seq: int, legs: list[int] | None = None) -> Posted:
        """Take an event back."""
        with self.database.writing() as session:
            return service.reverse(
                session, self.village_id, seq, actor=3, reason="记错了户", legs=legs
            )

    def balance(self, kind: AccountKind, owner: int = 0) -> int:
        """What is on an account."""
        with self.database.reading() as session:
            return account_of(session, self.village_id, kind, owner).amount

    def points(self, owner: int) -> int:
        """A household's points."""
        return self.balance(AccountKind.HOUSEHOLD_POINTS, owner)

    def problems(self) -> list[str]:
        """The codes of what the proof finds."""
        with self.database.reading() as session:
            return [problem.code for problem in check_ledger(session, self.village_id)]
