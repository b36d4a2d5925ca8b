"""The whole proof of a village's books: the kernel's, then each room's that hangs on it."""

from sqlmodel import Session

from moralbank.awards.check import check_awards
from moralbank.boards.check import check_boards
from moralbank.counter.check import check_counter
from moralbank.fund.check import check_fund
from moralbank.ledger.check import Problem, check_ledger
from moralbank.notices.check import check_notices
from moralbank.objections.check import check_objections
from moralbank.passbooks.check import check_passbooks
from moralbank.settlements.check import check_settlements
from moralbank.store.check import check_store
from moralbank.supervision.check import check_supervision


def check_village(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong in a village's books; an empty list is the proof that nothing is."""
    return [
        *check_ledger(session, village_id),
        *check_awards(session, village_id),
        *check_notices(session, village_id),
        *check_objections(session, village_id),
        *check_counter(session, village_id),
        *check_store(session, village_id),
        *check_settlements(session, village_id),
        *check_fund(session, village_id),
        *check_supervision(session, village_id),
        *check_passbooks(session, village_id),
        *check_boards(session, village_id),
    ]
