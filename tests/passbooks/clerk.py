"""The clerk who prints passbooks in a test's village."""

from collections.abc import Sequence

from moralbank.check import check_village
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of, statement
from moralbank.passbooks import service
from moralbank.passbooks.paper import sample_sheets
from moralbank.passbooks.queries import PassbookRow, last_printing, lines_of, passbook_row
from moralbank.passbooks.sheets import How, PassbookLine, PassbookSheet
from tests.awards.deeds import Deeds, fresh_id

MEETING = "参加村民会议"


class Clerk(Deeds):
    """李建军, who records deeds and prints passbooks."""

    def earn(self, label: str, times: int) -> None:
        """Let a household go to so many meetings, each a line of its own."""
        ids = [self.record(label, MEETING, note=fresh_id()) for _time in range(times)]
        for number in ids:
            self.approve(number)

    def ids(self, labels: Sequence[str]) -> list[int]:
        """The households' numbers."""
        return [self.town.household(label).id for label in labels]

    def print(self, how: How, *labels: str, request_id: str = "") -> list[PassbookSheet]:
        """Print and remember."""
        with self.town.database.writing() as session:
            return service.print_passbook(
                session, self.recorder, request_id or fresh_id(), self.ids(labels), how
            )

    def sample(self, how: How, *labels: str) -> list[PassbookSheet]:
        """Look at what would be printed."""
        with self.town.database.reading() as session:
            return sample_sheets(session, self.town.village_id, self.ids(labels), how)

    def set_back(self, label: str, lines: int, request_id: str = "") -> None:
        """Say that a household's paper ends earlier."""
        with self.town.database.writing() as session:
            household = self.town.household(label).id
            service.set_back(session, self.recorder, request_id or fresh_id(), household, lines)

    def set_back_last(self, number: int | None = None) -> None:
        """Take back a whole printing: the newest, if no other is named."""
        with self.town.database.writing() as session:
            last = last_printing(session, self.town.village_id)
            wanted = number if number is not None else last.id if last else 0
            service.set_back_printing(session, self.recorder, fresh_id(), wanted)

    def lines(self, label: str) -> tuple[PassbookLine, ...]:
        """A household's lines, as its passbook has them."""
        owner = self.town.household(label).id
        with self.town.database.reading() as session:
            return lines_of(session, self.town.village_id, [owner]).get(owner, ())

    def ledger(self, label: str) -> list[tuple[int, int, str]]:
        """Amount, balance and mark of each line as the ledger's statement has them."""
        owner, village_id = self.town.household(label).id, self.town.village_id
        with self.town.database.reading() as session:
            account = account_of(session, village_id, AccountKind.HOUSEHOLD_POINTS, owner).account
            newest_first = statement(session, village_id, account, limit=1000)
        return [(line.amount, line.balance, line.mark) for line in reversed(newest_first)]

    def book(self, label: str) -> PassbookRow:
        """How far a household's passbook was printed."""
        owner, lines = self.town.household(label), len(self.lines(label))
        with self.town.database.reading() as session:
            return passbook_row(session, self.town.village_id, owner, lines)

    def codes(self) -> list[str]:
        """What `moralbank check` finds."""
        with self.town.database.reading() as session:
            return [problem.code for problem in check_village(session, self.town.village_id)]


def printed_lines(sheets: list[PassbookSheet]) -> list[list[int]]:
    """The numbers of the lines on each sheet."""
    return [[line.number for line in sheet.lines] for sheet in sheets]
