"""Who decided how much in a month, how often against, and how long people waited for it."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import Session

from moralbank.access.queries import users_of
from moralbank.awards.models import AwardStep, AwardVote
from moralbank.awards.states import Act
from moralbank.supervision.months import Month

_steps = AwardStep.__table__  # type: ignore[attr-defined]
_votes = AwardVote.__table__  # type: ignore[attr-defined]

_WORK: Final = (Act.VERIFY, Act.DENY, Act.SEND_BACK, Act.ADJUST, Act.REVERSE)
_VOTED: Final = (Act.APPROVE, Act.REFUSE)
_ENDING: Final = frozenset({Act.VERIFY, Act.DENY, Act.APPROVE, Act.REFUSE})
"""What says yes or no to a claim; the others ask, change or correct."""
_CLAIMS: Final = (Act.RECORD, Act.SUBMIT)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class PersonDecisions:
    """What one person decided in a month, in deeds; approving and refusing are votes.

    `hours` is the median time from the claim to this person's yes or no; none without any.
    """

    user_id: int
    name: str
    role_label: str
    verified: int
    denied: int
    approved: int
    refused: int
    returned: int
    adjusted: int
    reversed: int
    hours: float | None

    @property
    def against(self) -> int | None:
        """How many of a hundred answers were no; none where nothing was answered."""
        no = self.denied + self.refused
        answers = no + self.verified + self.approved
        return round(100 * no / answers) if answers else None


@dataclass(frozen=True)
class _Deed:
    """One thing that somebody did with one deed."""

    award_id: int
    by: int
    act: Act
    at: datetime


def decisions_by_person(session: Session, village_id: int, month: Month) -> list[PersonDecisions]:
    """Everybody who decided anything in a month, those with the most deeds first."""
    done = _done(session, village_id, month)
    claims = _claims(session, village_id, month)
    by_person: dict[int, list[_Deed]] = defaultdict(list)
    for one in done:
        by_person[one.by].append(one)
    users = {user.id: user for user in users_of(session, village_id)}
    people = [
        _person(users[user_id], several, claims)
        for user_id, several in by_person.items()
        if user_id in users
    ]
    return sorted(people, key=lambda one: (-len(by_person[one.user_id]), one.user_id))


def _person(user: Any, done: Sequence[_Deed], claims: dict[int, list[datetime]]) -> PersonDecisions:
    counts = Counter(one.act for one in done)
    waited = [_waited(one, claims) for one in done if one.act in _ENDING]
    hours = [one / _HOUR for one in waited if one is not None]
    return PersonDecisions(
        user_id=user.id,
        name=user.name,
        role_label=user.role_label,
        verified=counts[Act.VERIFY],
        denied=counts[Act.DENY],
        approved=counts[Act.APPROVE],
        refused=counts[Act.REFUSE],
        returned=counts[Act.SEND_BACK],
        adjusted=counts[Act.ADJUST],
        reversed=counts[Act.REVERSE],
        hours=round(median(hours), 1) if hours else None,
    )


def _waited(one: _Deed, claims: dict[int, list[datetime]]) -> timedelta | None:
    """How long the deed had waited since it was last handed in."""
    moments = claims.get(one.award_id, [])
    place = bisect_right(moments, one.at)
    return one.at - moments[place - 1] if place else None


def _done(session: Session, village_id: int, month: Month) -> list[_Deed]:
    """All that was decided: votes, and whatever else is a step of its own.

    Of several votes of one person on one ballot the last counts. Deeds that were decided before
    votes were kept have their steps alone.
    """
    votes = session.connection().execute(
        select(_votes).where(_of_month(_votes, village_id, month)).order_by(_votes.c.vote)
    )
    cast = {
        (row.award_id, row.voter, row.ballot): _Deed(
            row.award_id, row.voter, Act.APPROVE if row.in_favour else Act.REFUSE, row.at
        )
        for row in votes
    }
    voted = {(award_id, voter) for award_id, voter, _ballot in cast}
    return [*cast.values(), *_stepped(session, village_id, month, voted)]


def _stepped(
    session: Session, village_id: int, month: Month, voted: Iterable[tuple[int, int]]
) -> list[_Deed]:
    known = set(voted)
    rows = session.connection().execute(
        select(_steps.c.award_id, _steps.c.by, _steps.c.act, _steps.c.at).where(
            _of_month(_steps, village_id, month), _steps.c.act.in_((*_WORK, *_VOTED))
        )
    )
    return [
        _Deed(row.award_id, row.by, Act(row.act), row.at)
        for row in rows
        if row.act in _WORK or (row.award_id, row.by) not in known
    ]


def _claims(session: Session, village_id: int, month: Month) -> dict[int, list[datetime]]:
    """When each deed that was dealt with in the month was handed in, the first time first."""
    touched = (
        select(_steps.c.award_id)
        .where(_of_month(_steps, village_id, month))
        .union(select(_votes.c.award_id).where(_of_month(_votes, village_id, month)))
    )
    rows = session.connection().execute(
        select(_steps.c.award_id, _steps.c.at)
        .where(
            _steps.c.village_id == village_id,
            _steps.c.act.in_(_CLAIMS),
            _steps.c.award_id.in_(touched),
        )
        .order_by(_steps.c.award_id, _steps.c.step)
    )
    found: dict[int, list[datetime]] = defaultdict(list)
    for row in rows:
        found[row.award_id].append(row.at)
    return found


def _of_month(table: Any, village_id: int, month: Month) -> ColumnElement[bool]:
    return and_(table.c.village_id == village_id, table.c.at >= month.begin, table.c.at < month.end)
