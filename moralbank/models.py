"""All tables, so that one import fills the metadata (for migrations and for foreign keys)."""

from sqlmodel import SQLModel

from moralbank import audit
from moralbank.access import models as access
from moralbank.awards import models as awards
from moralbank.cards import models as cards
from moralbank.counter import models as counter
from moralbank.households import models as households
from moralbank.ledger import models as ledger
from moralbank.scheme import models as scheme
from moralbank.store import models as store
from moralbank.villages import models as villages

__all__ = [
    "access",
    "audit",
    "awards",
    "cards",
    "counter",
    "households",
    "ledger",
    "metadata",
    "scheme",
    "store",
    "villages",
]

metadata = SQLModel.metadata
