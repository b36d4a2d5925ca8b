"""Which deeds must be verified on the spot before anybody decides on them."""

from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, and_, false, not_, or_, true
from sqlmodel import Session

from moralbank.awards.models import Award, AwardSource
from moralbank.errors import Refused
from moralbank.i18n import mark
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import (
    TRUSTED_ITEMS,
    VERIFICATION,
    VERIFY_ALL,
    VERIFY_HOUSEHOLDS,
    VERIFY_ITEMS,
)

_awards = Award.__table__  # type: ignore[attr-defined]

OWN_CLAIMS: Final = (AwardSource.HOUSEHOLD, AwardSource.PAPER)
"""Sources in which a household speaks for itself, on its card's page or on paper."""


class NotVerified(Refused):
    """What must be verified is not decided on before."""

    text = mark("第 %(id)s 条还没有核实，核实以后才能评议")
    code = "not_verified"


class NoVerification(Refused):
    """Who verifies can't end what only the review decides."""

    text = mark("第 %(id)s 条不用核实，由评议员评议")
    code = "no_verification"


@dataclass(frozen=True)
class Rule:
    """What the village has set: all, households' own claims or none; and items apart.

    An item that is always verified is so even if it is also among the trusted ones.
    """

    mode: str
    verify_items: frozenset[int]
    trusted_items: frozenset[int]

    @classmethod
    def of(cls, session: Session, village_id: int) -> Self:
        """The rule in force."""
        settings = settings_of(session, village_id)
        return cls(
            mode=settings[VERIFICATION],
            verify_items=frozenset(map(int, settings[VERIFY_ITEMS].split())),
            trusted_items=frozenset(map(int, settings[TRUSTED_ITEMS].split())),
        )

    def needed(self, row: Any) -> bool:
        """Whether this award (anything with `item` and `source`) must be verified."""
        return self.needed_for(row.item, row.source)

    def needed_for(self, item: int, source: AwardSource) -> bool:
        """Whether a deed of this item, brought in so, must be verified."""
        if item in self.verify_items:
            return True
        if item in self.trusted_items:
            return False
        return self.mode == VERIFY_ALL or (self.mode == VERIFY_HOUSEHOLDS and source in OWN_CLAIMS)

    def condition(self) -> ColumnElement[bool]:
        """The same for the database, over the table of awards."""
        by_mode = {VERIFY_ALL: true(), VERIFY_HOUSEHOLDS: _awards.c.source.in_(OWN_CLAIMS)}
        trusted = _awards.c.item.in_(self.trusted_items)
        return or_(
            _awards.c.item.in_(self.verify_items),
            and_(not_(trusted), by_mode.get(self.mode, false())),
        )
