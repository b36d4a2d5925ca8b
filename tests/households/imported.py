"""What an import changes in the settled village."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import select

from moralbank.households.queries import all_households
from moralbank.ledger.models import Account, Event
from tests.households.rosters import (
    ROWS,
)
from tests.village import Town

# Of the eight households of tests.village seven stand in the roster; 王䶮 (六组-042) doesn't.
NEW, KNOWN = ROWS - 7, 7


@dataclass(frozen=True)
class Books:
    """What an import may change: events, accounts, households."""

    events: int
    accounts: int
    households: int


def books(town: Town) -> Books:
    """The books as they are now."""
    with town.database.reading() as session:
        return Books(
            session.exec(select(func.count()).select_from(Event)).one(),
            session.exec(select(func.count()).select_from(Account)).one(),
            len(all_households(session, town.village_id)),
        )
