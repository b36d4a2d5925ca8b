"""The village that mutants are let loose in: goods on the shelf, points, and words for its acts."""

from dataclasses import dataclass, field

from sqlmodel import Session

from moralbank.check import check_village
from moralbank.db import Database
from moralbank.ledger import service as ledger
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import Leg
from moralbank.villages.service import change_setting
from moralbank.villages.settings import NOTICE_DAYS
from tests.fund.purse import Purse
from tests.notices.wall import Wall
from tests.settlements.desk import Desk
from tests.village import Town

DU, WANG = "一组-012", "六组-042"
POINTS = 60
"""What 杜仁森 has before anything happens."""
_FURNISHED = 100
"""More request ids than furnishing uses: what comes later begins after them."""


class Unproven(AssertionError):
    """`moralbank check` found something."""


@dataclass
class Stand:
    """The acts of one village whose money is to stay whole."""

    town: Town
    desk: Desk = field(init=False)
    purse: Purse = field(init=False)

    def __post_init__(self) -> None:
        """Who acts here."""
        self.desk, self.purse = Desk(self.town, requests=_FURNISHED), Purse(self.town)

    @property
    def database(self) -> Database:
        """Where its books are."""
        return self.town.database

    @property
    def village_id(self) -> int:
        """Whose books they are."""
        return self.town.village_id

    def wall(self) -> Wall:
        """From here on what is approved hangs for three days."""
        return Wall(self.town)

    def furnish(self) -> None:
        """What every probe begins with."""
        self.desk.requests = 0
        self.desk.stock(RICE_5KG=10, NOODLE_1KG=10, SALT_400G=10, SOAP_126G=10)
        self.purse.give(DU, POINTS)

    def account(self, kind: AccountKind, label: str = "") -> int:
        """The number of an account: a household's, or the village's own."""
        owner = self.town.household(label).id if label else 0
        with self.database.reading() as session:
            return account_of(session, self.village_id, kind, owner).account

    def post(self, *legs: Leg) -> ledger.Posted:
        """Move value, past all rooms."""
        with self.database.writing() as session:
            return ledger.post(session, self.village_id, EventKind.REDEEM, legs, actor=1)

    def reverse(self, seq: int) -> ledger.Posted:
        """Take an event back, past all rooms."""
        with self.database.writing() as session:
            return ledger.reverse(session, self.village_id, seq, actor=1, reason="记错了")

    def hang_for(self, days: int) -> None:
        """Let what is approved hang so long."""

        def set_days(session: Session) -> None:
            change_setting(session, self.purse.admin, NOTICE_DAYS, str(days))

        self.desk.do(set_days)

    def prove(self, village_id: int | None = None) -> None:
        """Raise Unproven unless `moralbank check` finds the books whole."""
        with self.database.reading() as session:
            found = check_village(session, village_id or self.village_id)
        if found:
            raise Unproven(sorted({problem.code for problem in found}))
