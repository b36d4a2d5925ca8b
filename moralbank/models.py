"""All tables, so that one import fills the metadata (for migrations and for foreign keys)."""

from sqlmodel import SQLModel

from moralbank import audit
from moralbank.access import models as access
from moralbank.awards import models as awards
from moralbank.boards import models as boards
from moralbank.cards import models as cards
from moralbank.counter import models as counter
from moralbank.fund import models as fund
from moralbank.households import models as households
from moralbank.ledger import models as ledger
from moralbank.notices import models as notices
from moralbank.objections import models as objections
from moralbank.passbooks import models as passbooks
from moralbank.photos import models as photos
from moralbank.proposals import models as proposals
from moralbank.reminders import models as reminders
from moralbank.rounds import models as rounds
from moralbank.scheme import models as scheme
from moralbank.settlements import models as settlements
from moralbank.sittings import models as sittings
from moralbank.store import models as store
from moralbank.supervision import models as supervision
from moralbank.villages import models as villages

__all__ = [
    "access",
    "audit",
    "awards",
    "boards",
    "cards",
    "counter",
    "fund",
    "households",
    "ledger",
    "metadata",
    "notices",
    "objections",
    "passbooks",
    "photos",
    "proposals",
    "reminders",
    "rounds",
    "scheme",
    "settlements",
    "sittings",
    "store",
    "supervision",
    "villages",
]

metadata = SQLModel.metadata
