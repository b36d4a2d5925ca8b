"""Which households took part at a moment of the past, whatever became of them since."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from moralbank.audit import AuditEntry
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import HouseholdInfo, all_households, joined_at

_audit = AuditEntry.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class History:
    """Every household in walking order, when each came, and when its status changed.

    `turns` are by label, the first first: the moment, and the status that ended with it.
    """

    households: Sequence[HouseholdInfo]
    joined: Mapping[int, datetime]
    turns: Mapping[str, Sequence[tuple[datetime, str]]]

    def at(self, moment: datetime | None) -> Iterator[HouseholdInfo]:
        """The households that took part at a moment, in walking order; None is now."""
        for one in self.households:
            if moment is None:
                status: str = one.status
            else:
                later = (was for at, was in self.turns.get(one.label, ()) if at > moment)
                status = next(later, one.status)
            came = moment is None or self.joined[one.id] <= moment
            if came and status == HouseholdStatus.ACTIVE:
                yield one


def history(session: Session, village_id: int) -> History:
    """Read it from the register and from the trail of its changes: three statements."""
    changes = session.connection().execute(
        select(_audit.c.at, _audit.c.subject, _audit.c.detail)
        .where(
            _audit.c.village_id == village_id,
            _audit.c.act == "households.edit",
            _audit.c.detail.contains('"status"'),
        )
        .order_by(_audit.c.id)
    )
    turns: dict[str, list[tuple[datetime, str]]] = {}
    for row in changes:
        changed = json.loads(row.detail).get("status")
        if changed:  # the word may stand in a note, too
            turns.setdefault(row.subject, []).append((row.at, changed[0]))
    known = all_households(session, village_id, active_only=False)
    return History(known, joined_at(session, village_id), turns)
