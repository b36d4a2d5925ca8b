"""Which households were erased: nothing is written of them again, and pages name them no more."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, select
from sqlmodel import Session

from moralbank.awards.models import Award
from moralbank.errors import Refused
from moralbank.households.masking import ERASED
from moralbank.households.models import Household
from moralbank.households.queries import HouseholdInfo
from moralbank.i18n import mark
from moralbank.ledger.queries import StatementLine
from moralbank.objections.models import Objection
from moralbank.reminders.models import Reminder
from moralbank.villages.models import Group

_households = Household.__table__  # type: ignore[attr-defined]
_groups = Group.__table__  # type: ignore[attr-defined]
_awards: Final[Table] = Award.__table__  # type: ignore[attr-defined]
_objections: Final[Table] = Objection.__table__  # type: ignore[attr-defined]
_reminders: Final[Table] = Reminder.__table__  # type: ignore[attr-defined]
_AFTER_DAY: Final = re.compile(r"(?<=\d\d-\d\d) .*$")
"""What follows a deed's day in its memo (`awards.rows.memos_of`)."""


class HouseholdErased(Refused):
    """Its personal data were erased: nothing about it is written again."""

    text = mark("%(household)s 的个人资料已经抹去，不能再改、再抹，也不能再登记")
    code = "household_erased"


def require_whole(info: HouseholdInfo) -> None:
    """Raise HouseholdErased where nothing personal may be written about the household any more."""
    if info.erased:
        raise HouseholdErased(household=info.label)


def erased_households(session: Session, village_id: int) -> dict[int, str]:
    """The households whose personal data were erased: number → label ("一组-012")."""
    rows = session.connection().execute(
        select(_households.c.id, _groups.c.name, _households.c.number)
        .join(
            _groups,
            and_(
                _groups.c.village_id == _households.c.village_id,
                _groups.c.id == _households.c.group_id,
            ),
        )
        .where(_households.c.village_id == village_id, _households.c.erased_at.is_not(None))
    )
    return {row.id: f"{row.name}-{row.number}" for row in rows}


def erased_since(session: Session, moment: datetime) -> frozenset[int]:
    """The villages in which a household was erased after a moment."""
    rows = session.connection().scalars(
        select(_households.c.village_id).where(_households.c.erased_at > moment)
    )
    return frozenset(rows)


def shown_lines(info: HouseholdInfo, lines: Iterable[StatementLine]) -> list[StatementLine]:
    """A statement's lines; an erased household's without the members that deeds' memos name."""
    if not info.erased:
        return list(lines)
    return [replace(line, memo=_AFTER_DAY.sub("", line.memo)) for line in lines]


@dataclass(frozen=True)
class Erased:
    """Whose data the trail's pages must not show: households, and what lines call theirs.

    `subjects` are what a room's lines call things of theirs: numbers of deeds, labels and so on.
    """

    numbers: frozenset[int]
    subjects: Mapping[str, frozenset[str]]

    def shown(self, act: str, subject: str, detail: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a line of the trail tells of others alone; the line itself stays as it was written.

        Counts stay, words go.
        """
        theirs = self.subjects.get(act.partition(".")[0], frozenset())
        if theirs & {subject, *subject.split()} or self._is_named(detail.get("household")):
            counts = (bool, int, float, type(None))
            return {key: one if isinstance(one, counts) else ERASED for key, one in detail.items()}
        changes = detail.get("changes")
        if isinstance(changes, dict) and theirs & changes.keys():
            kept = {label: value for label, value in changes.items() if label not in theirs}
            return {**detail, "changes": kept}
        return detail

    def _is_named(self, household: Any) -> bool:
        """Whether a line names one of them, by number, or as ties do by label."""
        if isinstance(household, str):
            return household in self.subjects.get("households", frozenset())
        return isinstance(household, int) and household in self.numbers


def erased_in(session: Session, village_id: int) -> Erased:
    """Who was erased in a village, as its trail speaks of them."""
    households = erased_households(session, village_id)
    if not households:
        return Erased(frozenset(), {})
    deeds = _numbers(session, village_id, _awards, _awards.c.household_id.in_(households))
    disputed = _objections.c.award_id.in_([int(one) for one in deeds])
    reminded = _reminders.c.household_id.in_(households)
    subjects = {
        "boards": frozenset(households.values()),
        "households": frozenset(households.values()),
        "awards": deeds,
        "objections": _numbers(session, village_id, _objections, disputed),
        "reminders": _numbers(session, village_id, _reminders, reminded),
    }
    return Erased(frozenset(households), subjects)


def _numbers(
    session: Session, village_id: int, table: Table, where: ColumnElement[bool]
) -> frozenset[str]:
    wanted = select(table.c.id).where(table.c.village_id == village_id, where)
    return frozenset(map(str, session.connection().scalars(wanted)))
