"""What the pages of judging deeds show: the queues and one deed, gathered for many at once."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlmodel import Session

from moralbank.access.permissions import Role, may
from moralbank.access.queries import (
    TieRow,
    barred_households,
    groups_looked_after,
    user_names,
)
from moralbank.audit import Actor
from moralbank.awards.desks import GroupWaiting, waiting_by_group
from moralbank.awards.models import AwardState, AwardStep
from moralbank.awards.queries import (
    QUEUE_ROWS,
    AwardRow,
    Step,
    Vote,
    award,
    steps_of,
    to_verify,
    votes_of,
    waiting,
)
from moralbank.awards.states import Act, after
from moralbank.awards.voting import Standing, standings
from moralbank.awards.warnings import Budget, month_budget, warnings_of
from moralbank.awards.warnings import Warning as Caution
from moralbank.i18n import _
from moralbank.objections.queries import ObjectionInfo, objections_of_award
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, photos_of
from moralbank.scheme.queries import Item, scheme_version
from moralbank.sittings.queries import open_sitting
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import REVIEW_VOTES, SITTINGS, SITTINGS_ANY

_steps = AwardStep.__table__  # type: ignore[attr-defined]

BY_ITEM: Final = "item"
"""The review's other order: by item, and in each by group."""
ALL_GROUPS: Final = "all"
"""What an address asks for instead of a group's number."""
ALL_AT_ONCE: Final = QUEUE_ROWS
"""A queue of more deeds opens at its first group."""
GroupAsked = int | Literal["all"] | None
UNDER_REVIEW: Final = (AwardState.CLAIMED, AwardState.VERIFIED)
IN_PUBLIC: Final = (AwardState.NOTICED, AwardState.OBJECTED, AwardState.POSTED)


@dataclass(frozen=True)
class Line:
    """One deed with all that somebody must know before they judge it.

    `why_not` says why the reader may not judge it, and is empty where they may. `stay_out` are
    the reviewers who may not, each with the reason; `needed` votes decide; `voted_for` says that
    the reader has agreed already.
    """

    award: AwardRow
    item: Item
    photos: list[PhotoInfo]
    warnings: list[Caution]
    why_not: str
    in_favour: list[str]
    against: list[tuple[str, str]]
    stay_out: list[tuple[str, str]]
    needed: int
    voted_for: bool

    @property
    def worth(self) -> int:
        """The deed's points, below zero for a deduction."""
        return -self.award.points if self.award.deduction else self.award.points

    @property
    def must_show(self) -> bool:
        """Whether who verifies this must show something: a photo, a witness, or words."""
        return self.item.evidence and not self.photos


Sections = list[tuple[str, list[tuple[str, list[Line]]]]]


@dataclass(frozen=True)
class Asked:
    """What somebody wants to know before a deed goes on."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class VerifyPage:
    """What is to be looked at on the spot; `total` of it in all, `next_after` the deed after each.

    `group_id` is the group that is shown, None for all. `no_groups`: the reader is a grid worker
    who looks after no group yet.
    """

    lines: list[Line]
    sections: Sections
    groups: list[GroupWaiting]
    group_id: int | None
    total: int
    next_after: dict[int, int]
    no_groups: bool


@dataclass(frozen=True)
class ReviewPage:
    """What waits to be decided on; `total` of it in all, `next_after` the deed after each.

    `group_id` is the group that is shown, None for all. `sitting` is the one that goes on;
    `sitting_missing` says that nothing may be decided without one. `votes` reviewers must agree,
    those who stay out left aside.
    """

    lines: list[Line]
    sections: Sections
    groups: list[GroupWaiting]
    group_id: int | None
    total: int
    next_after: dict[int, int]
    sitting: int | None
    sitting_missing: bool
    votes: int
    budget: Budget


@dataclass(frozen=True)
class DeedPage:
    """One deed, its steps and objections, and what its reader may do with it now.

    `acts` may hold SUBMIT, WITHDRAW, VERIFY, APPROVE (and with it all other deciding), OBJECT,
    REVERSE.
    """

    line: Line
    steps: list[Step]
    objections: list[ObjectionInfo]
    acts: frozenset[Act]


def verify_page(session: Session, actor: Actor, asked: GroupAsked) -> VerifyPage:
    """What this reader may look at: a grid worker their own groups, a recorder everywhere."""
    mine = None
    if actor.role == Role.GRID:
        mine = groups_looked_after(session, actor.village_id, actor.user_id)
    found = to_verify(session, actor.village_id, groups=mine, limit=None)
    groups = _counted(found)
    group_id = _shown_group(asked, groups)
    chosen = [row for row in found if group_id in {None, row.group_id}]
    rows = chosen[:QUEUE_ROWS]
    lines = _lines(session, actor, rows)
    return VerifyPage(
        lines=lines,
        sections=_cut(lines, ("group", "household")),
        groups=groups,
        group_id=group_id,
        total=len(chosen),
        next_after=dict(pairwise(row.id for row in rows)),
        no_groups=mine is not None and not mine,
    )


def review_page(session: Session, actor: Actor, asked: GroupAsked, *, by_item: bool) -> ReviewPage:
    """The queue of the review, of one group or of all."""
    village_id = actor.village_id
    groups = waiting_by_group(session, village_id)
    group_id = _shown_group(asked, groups)
    rows = waiting(session, village_id, group_id=group_id)
    if by_item:
        rows = sorted(rows, key=lambda row: row.item)  # keeps the groups' order in each
    lines = _lines(session, actor, rows)
    settings, sitting = settings_of(session, village_id), open_sitting(session, village_id)
    return ReviewPage(
        lines=lines,
        sections=_cut(lines, ("item", "group") if by_item else ("group", "item")),
        groups=groups,
        group_id=group_id,
        total=sum(one.count for one in groups if group_id in {None, one.id}),
        next_after=dict(pairwise(row.id for row in rows)),
        sitting=sitting,
        sitting_missing=sitting is None and settings[SITTINGS] != SITTINGS_ANY,
        votes=int(settings[REVIEW_VOTES]),
        budget=month_budget(session, village_id),
    )


def deed_page(session: Session, actor: Actor, award_id: int) -> DeedPage:
    """One deed; raises AwardUnknown."""
    row = award(session, actor.village_id, award_id)
    return DeedPage(
        line=_lines(session, actor, [row])[0],
        steps=steps_of(session, actor.village_id, award_id),
        objections=objections_of_award(session, actor.village_id, award_id),
        acts=frozenset(act for act in Act if _may_now(actor, row, act)),
    )


def asked_for(session: Session, village_id: int, ids: Collection[int]) -> dict[int, Asked]:
    """For those of these deeds that were ever sent back, what was asked the last time."""
    names = user_names(session, village_id)
    rows = session.connection().execute(
        select(_steps.c.award_id, _steps.c.by, _steps.c.at, _steps.c.reason)
        .where(
            _steps.c.village_id == village_id,
            _steps.c.award_id.in_(ids),
            _steps.c.act == Act.SEND_BACK,
        )
        .order_by(_steps.c.award_id, _steps.c.step)
    )
    return {row.award_id: Asked(names.get(row.by, ""), row.at, row.reason) for row in rows}


def _lines(session: Session, actor: Actor, rows: Sequence[AwardRow]) -> list[Line]:
    """The deeds as lines; the number of statements doesn't grow with them."""
    village_id, ids = actor.village_id, [row.id for row in rows]
    shown = ids if may(actor.role, "photos.view") else []
    photos = photos_of(session, village_id, PhotoSubject.AWARD, shown)
    cautions = warnings_of(session, village_id, rows)
    votes, standing = votes_of(session, village_id, ids), standings(session, village_id, rows)
    close = barred_households(session, village_id, actor.user_id)
    names = user_names(session, village_id)
    schemes = {
        version: scheme_version(session, village_id, version)
        for version in {row.scheme_version for row in rows}
    }
    return [
        Line(
            award=row,
            item=schemes[row.scheme_version].item(row.item),
            photos=photos.get(row.id, []),
            warnings=cautions.get(row.id, []) if row.state in UNDER_REVIEW else [],
            why_not=_why_not(actor, row, standing[row.id], close.get(row.household_id)),
            **_vote_words(row, standing[row.id], votes.get(row.id, []), names),
            voted_for=actor.user_id in standing[row.id].in_favour,
        )
        for row in rows
    ]


def _vote_words(
    row: AwardRow, standing: Standing, votes: Sequence[Vote], names: dict[int, str]
) -> dict[str, Any]:
    """How the vote on one deed stands, in names; who stays out matters until it is decided."""
    barred = standing.barred if row.state in UNDER_REVIEW else {}
    return {
        "needed": standing.needed,
        "in_favour": [vote.voter for vote in votes if vote.in_favour],
        "against": [(vote.voter, vote.reason) for vote in votes if not vote.in_favour],
        "stay_out": [(names[user_id], tie.how) for user_id, tie in sorted(barred.items())],
    }


def _why_not(actor: Actor, row: AwardRow, standing: Standing, tie: TieRow | None) -> str:
    """Why this reader may not judge a deed; empty where they may."""
    if row.recorded_by == actor.user_id:
        return _("您自己记的，要由别人来核实或评议")
    if actor.user_id in standing.recorders:
        return _("是您打分、代录或定的分，要由别人来核实或评议")
    if tie is not None:
        return _("您须回避：%(why)s", why=tie.how)
    return ""


def _may_now(actor: Actor, row: AwardRow, act: Act) -> bool:
    """Whether the deed's page offers this act; kin and own records are said by `why_not`."""
    if act is Act.OBJECT:
        return row.state in IN_PUBLIC and may(actor.role, "objections.take")
    if after(row.state, act) is None:
        return False
    own, records = row.recorded_by == actor.user_id, may(actor.role, "awards.record")
    to_look_at = row.state is AwardState.CLAIMED and row.needs_verification
    offered = {
        Act.SUBMIT: own and records,
        Act.WITHDRAW: records and (own or row.state is AwardState.RETURNED),
        Act.VERIFY: to_look_at and may(actor.role, "awards.verify"),
        Act.APPROVE: not to_look_at and may(actor.role, "awards.decide"),
        Act.REVERSE: may(actor.role, "awards.reverse"),
    }
    return offered.get(act, False)


def _cut(lines: Sequence[Line], by: tuple[str, str]) -> Sections:
    """Lines in their order, cut by one of their words and in each part by another."""

    def word(name: str) -> Callable[[Line], str]:
        return {
            "group": lambda line: line.award.group,
            "item": lambda line: line.award.item_name,
            "household": lambda line: f"{line.award.number} {line.award.head}",
        }[name]

    outer, inner = (word(name) for name in by)
    return [
        (title, [(part, list(deeds)) for part, deeds in groupby(several, inner)])
        for title, several in groupby(lines, outer)
    ]


def _shown_group(asked: GroupAsked, groups: Sequence[GroupWaiting]) -> int | None:
    """The group to open: the one asked for while it has any; of many deeds the first; else all."""
    numbers = [one.id for one in groups]
    if isinstance(asked, int) and asked in numbers:
        return asked
    if asked == ALL_GROUPS or sum(one.count for one in groups) <= ALL_AT_ONCE:
        return None
    return numbers[0]


def _counted(rows: Sequence[AwardRow]) -> list[GroupWaiting]:
    """The groups of these deeds in their order, with how many each has."""
    counts = Counter((row.group_id, row.group) for row in rows)
    return [GroupWaiting(number, name, count) for (number, name), count in counts.items()]
