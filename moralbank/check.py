"""The whole proof of a village's books: the kernel's, then each room's that hangs on it."""

import logging
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import DataError
from sqlmodel import Session

from moralbank.awards.check import check_awards
from moralbank.boards.check import check_boards
from moralbank.counter.check import check_counter
from moralbank.fund.check import check_fund
from moralbank.i18n import _, mark
from moralbank.ledger.check import Problem, check_ledger
from moralbank.notices.check import check_notices
from moralbank.objections.check import check_objections
from moralbank.passbooks.check import check_passbooks
from moralbank.proposals.check import check_proposals
from moralbank.settlements.check import check_settlements
from moralbank.store.check import check_store
from moralbank.supervision.check import check_supervision

_log = logging.getLogger(__name__)

PROOFS: Final = (
    check_ledger,
    check_awards,
    check_notices,
    check_objections,
    check_counter,
    check_store,
    check_settlements,
    check_fund,
    check_supervision,
    check_passbooks,
    check_boards,
    check_proposals,
)
_UNREADABLE: Final = (
    ArithmeticError,
    AttributeError,
    DataError,
    LookupError,
    TypeError,
    ValueError,
)
"""What reading rows raises that somebody else wrote: no JSON, no number, fields missing."""
_TOLD: Final = 80


def check_village(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong in a village's books; an empty list is the proof that nothing is."""
    problems: list[Problem] = []
    for proof in PROOFS:
        problems += _proven(proof, session, village_id)
    return problems


def _proven(
    proof: Callable[[Session, int], list[Problem]], session: Session, village_id: int
) -> list[Problem]:
    """What a proof finds; where rows are such as we never write, that, and the others go on."""
    try:
        with session.begin_nested():
            return proof(session, village_id)
    except _UNREADABLE as fault:
        _log.exception("%s could not be brought to its end", proof.__name__)
        words = mark("有的记录不是本系统写的样子，核对不下去（%(where)s：%(what)s）")
        said = {"where": proof.__name__, "what": f"{type(fault).__name__} {fault}"[:_TOLD]}
        return [Problem("unreadable", _(words, **said))]
