"""Votes of the review group: who may vote on a deed, how many are needed, how they stand."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.queries import TieRow, ties, users_of
from moralbank.audit import Actor
from moralbank.awards.bars import recorders_of
from moralbank.awards.models import AwardVote
from moralbank.villages.queries import number_set
from moralbank.villages.settings import REVIEW_VOTES

_votes = AwardVote.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Standing:
    """How the votes on one deed stand; all are users' numbers.

    `recorders` are those on whose word it rests (`bars.recorders_of`). `eligible` are the other
    enabled reviewers who needn't stay out, and whoever else has voted; `barred` those who must
    stay out, with the tie that bars them.
    """

    recorders: frozenset[int]
    eligible: frozenset[int]
    in_favour: frozenset[int]
    against: frozenset[int]
    barred: dict[int, TieRow]
    needed: int

    @property
    def carried(self) -> bool:
        """Whether enough are in favour."""
        return len(self.in_favour) >= self.needed

    @property
    def lost(self) -> bool:
        """Whether enough can't be in favour any more. Where one decides, one also refuses."""
        against = len(self.against)
        return against > 0 and (self.needed == 1 or against > len(self.eligible) - self.needed)


def standings(session: Session, village_id: int, rows: Sequence[Any]) -> dict[int, Standing]:
    """How the votes stand on each of these awards; the statements don't grow with them.

    Rows are anything with `id`, `ballot`, `recorded_by`, `household_id`.
    """
    reviewers = {
        user.id
        for user in users_of(session, village_id)
        if user.role is Role.REVIEWER and not user.disabled
    }
    close: dict[int, dict[int, TieRow]] = defaultdict(dict)
    for tie in ties(session, village_id):
        if tie.ended_at is None:
            close[tie.household_id][tie.user_id] = tie
    wanted = number_set(session, village_id, REVIEW_VOTES)
    cast = _cast(session, village_id, [row.id for row in rows])
    recorders = recorders_of(session, village_id, rows)
    return {
        row.id: _standing(
            cast.get(row.id, []),
            recorders=recorders[row.id],
            reviewers=reviewers,
            barred=close[row.household_id],
            ballot=row.ballot,
            wanted=wanted,
        )
        for row in rows
    }


def vote(
    session: Session, actor: Actor, rows: Sequence[Any], *, in_favour: bool, reason: str = ""
) -> None:
    """Add the actor's vote on the present ballot of each of these awards."""
    if not rows:
        return
    taken = session.connection().execute(
        select(_votes.c.award_id, func.max(_votes.c.vote).label("last"))
        .where(
            _votes.c.village_id == actor.village_id, _votes.c.award_id.in_([row.id for row in rows])
        )
        .group_by(_votes.c.award_id)
    )
    last = {row.award_id: row.last for row in taken}
    common = {
        "village_id": actor.village_id,
        "voter": actor.user_id,
        "in_favour": in_favour,
        "reason": reason,
        "at": clock.now(),
        "device": actor.device[:80],
    }
    session.connection().execute(
        insert(_votes),
        [
            {**common, "award_id": row.id, "vote": last.get(row.id, 0) + 1, "ballot": row.ballot}
            for row in rows
        ],
    )


def _cast(session: Session, village_id: int, ids: Collection[int]) -> dict[int, list[Any]]:
    """Every vote ever cast on these awards, in order."""
    rows = session.connection().execute(
        select(_votes)
        .where(_votes.c.village_id == village_id, _votes.c.award_id.in_(ids))
        .order_by(_votes.c.award_id, _votes.c.vote)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.award_id].append(row)
    return found


def _standing(
    cast: list[Any],
    *,
    recorders: frozenset[int],
    reviewers: set[int],
    barred: dict[int, TieRow],
    ballot: int,
    wanted: int,
) -> Standing:
    last = {one.voter: one.in_favour for one in cast if one.ballot == ballot}
    eligible = (reviewers | last.keys()) - barred.keys() - recorders
    return Standing(
        recorders=recorders,
        eligible=frozenset(eligible),
        in_favour=frozenset(one for one in eligible if last.get(one) is True),
        against=frozenset(one for one in eligible if last.get(one) is False),
        barred={user: tie for user, tie in barred.items() if user in reviewers},
        needed=max(1, min(wanted, len(eligible))),
    )
