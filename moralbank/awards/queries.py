"""Reading deeds: lists, the queue, one with its steps, posted ones for boards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlmodel import Session

from moralbank.access.queries import user_names
from moralbank.awards import joining
from moralbank.awards.acting import who_did
from moralbank.awards.models import Award, AwardSource, AwardState, AwardStep, AwardVote
from moralbank.awards.states import ACT_LABELS, STATE_LABELS, Act
from moralbank.awards.verification import Rule
from moralbank.errors import NotFound
from moralbank.households.erased import erased_households
from moralbank.i18n import _, mark
from moralbank.local_numbers import number_or_unknown
from moralbank.paging import Page, place
from moralbank.prepared import Prepared, among

_awards = Award.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]
_votes = AwardVote.__table__  # type: ignore[attr-defined]
_groups = joining.groups

_HERE: Final[BindParameter[int]] = bindparam("village")

PAGE_ROWS: Final = 30
QUEUE_ROWS: Final = 20
"""So many deeds are judged in one go: each brings its own form, and the page stays light."""


SOURCE_LABELS: Final = {
    AwardSource.COMMITTEE: mark("村委会记"),
    AwardSource.GRID: mark("网格员记"),
    AwardSource.HOUSEHOLD: mark("住户自报"),
    AwardSource.PAPER: mark("代办"),
    AwardSource.ROUND: mark("评比"),
}


class AwardUnknown(NotFound):
    """No such award in this village."""

    text = mark("没有第 %(id)s 条积分记录")
    code = "award_unknown"


@dataclass(frozen=True)
class AwardRow:
    """A deed as lists show it: `points` = `points_each` × `quantity`; names may be empty.

    Points are positive also of a deduction; `collected` are those that were moved.
    `needs_verification` says what the village asks of it, whatever has been done.
    """

    id: int
    household_id: int
    group_id: int
    group: str
    number: str
    head: str
    member_id: int
    member_name: str
    scheme_version: int
    item: int
    item_name: str
    unit: str
    quantity: int
    points_each: int
    points: int
    deed_on: date
    note: str
    state: AwardState
    recorded_by: int
    recorder: str
    recorded_at: datetime
    decided_by: int | None
    decider: str
    decided_at: datetime | None
    posted_seq: int | None
    collected: int | None
    deduction: bool
    source: AwardSource
    helper: str
    ballot: int
    sitting_id: int | None
    notice_id: int | None
    needs_verification: bool

    @property
    def points_words(self) -> str:
        """The points with their sign: "+5 分", "−2 分"."""
        return _("−%(n)s 分", n=self.points) if self.deduction else _("+%(n)s 分", n=self.points)

    @property
    def source_label(self) -> str:
        """Who brought it in, in words."""
        return _(SOURCE_LABELS[self.source])

    @property
    def label(self) -> str:
        """The household's group and number: "一组-012"."""
        return f"{self.group}-{self.number}"

    @property
    def spoken(self) -> str:
        """The same as people say it: "一组 012 号"."""
        return _("%(group)s %(number)s 号", group=self.group, number=self.number)

    @property
    def state_label(self) -> str:
        """The state in words; of a claim what it waits for first."""
        if self.state is AwardState.CLAIMED:
            return _("待核实") if self.needs_verification else _("待评议")
        return _(STATE_LABELS[self.state])


_MADE: Final = {"member_name", "recorder", "decider", "needs_verification"}
_PLAIN: Final = tuple(one.name for one in fields(AwardRow) if one.name not in _MADE)
"""What a row of `joining.joined` says in the same words."""


@dataclass(frozen=True)
class Step:
    """One step that a deed has taken."""

    act: str
    state: str
    by: str
    at: datetime
    device: str
    reason: str
    witness: str


@dataclass(frozen=True)
class Vote:
    """A reviewer's last vote on the present ballot of a deed."""

    voter_id: int
    voter: str
    in_favour: bool
    reason: str
    at: datetime


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; days are those of the deeds, first and last included."""

    typed: str = ""
    state: AwardState | None = None
    group_id: int | None = None
    item: int | None = None
    household_id: int | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class AwardPage(Page[AwardRow]):
    """One page of a list; `points` are those of all its pages."""

    points: int


_UNFINISHED: Final = and_(
    _awards.c.recorded_by == bindparam("user"),
    joining.stands(AwardState.DRAFT, AwardState.RETURNED),
    _awards.c.source != AwardSource.HOUSEHOLD,
)
_OWN_DRAFTS: Final = Prepared(joining.joined(_HERE).where(_UNFINISHED))
_DEEDS: Final = Prepared(
    joining.joined(_HERE).where(
        _awards.c.household_id == bindparam("household"),
        joining.UNPOSTED,
        among(_awards.c.state, "states"),
    )
)


def award(session: Session, village_id: int, award_id: int) -> AwardRow:
    """One award; raises AwardUnknown, also for another village's."""
    wanted = joining.joined(village_id).where(_awards.c.id == number_or_unknown(award_id))
    found = _awards_of(session, village_id, wanted)
    if not found:
        raise AwardUnknown(id=award_id)
    return found[0]


def steps_of(session: Session, village_id: int, award_id: int) -> list[Step]:
    """The steps of an award, the first one first; of whoever was erased without what was said."""
    names, erased = user_names(session, village_id), erased_households(session, village_id)
    here = and_(_awards.c.village_id == _steps.c.village_id, _awards.c.id == _steps.c.award_id)
    rows = session.connection().execute(
        select(_steps, _awards.c.source, _awards.c.household_id)
        .join(_awards, here)
        .where(_steps.c.village_id == village_id, _steps.c.award_id == award_id)
        .order_by(_steps.c.step)
    )
    return [
        Step(
            act=_(ACT_LABELS[Act(row.act)]),
            state=_(STATE_LABELS[row.state]),
            by=who_did(names, row.by, row.act, row.source),
            at=row.at,
            device=row.device,
            reason="" if row.household_id in erased else row.reason,
            witness="" if row.household_id in erased else row.witness,
        )
        for row in rows
    ]


def votes_of(session: Session, village_id: int, ids: Collection[int]) -> dict[int, list[Vote]]:
    """The votes on the present ballot of awards, each voter's last one; none: left out."""
    names = user_names(session, village_id)
    present = and_(
        _awards.c.village_id == _votes.c.village_id,
        _awards.c.id == _votes.c.award_id,
        _awards.c.ballot == _votes.c.ballot,
    )
    rows = session.connection().execute(
        select(_votes)
        .join(_awards, present)
        .where(_votes.c.village_id == village_id, _votes.c.award_id.in_(ids))
        .order_by(_votes.c.award_id, _votes.c.vote)
    )
    last: dict[int, dict[int, Vote]] = {}
    for row in rows:
        vote = Vote(row.voter, names.get(row.voter, ""), row.in_favour, row.reason, row.at)
        last.setdefault(row.award_id, {})[row.voter] = vote
    return {number: list(votes.values()) for number, votes in last.items()}


def award_page(
    session: Session, village_id: int, chosen: Filter, *, number: int = 1, rows: int = PAGE_ROWS
) -> AwardPage:
    """One page of the list, the newest record first; a page too far gives the last."""
    wanted = _narrowed(village_id, chosen)
    sums = _counted(village_id, chosen).with_only_columns(
        func.count(), func.coalesce(func.sum(_awards.c.points), 0)
    )
    total, points = session.connection().execute(sums).one()
    here = place(total, number, rows)
    page = wanted.order_by(_awards.c.id.desc()).limit(rows).offset(here.offset)
    return AwardPage(_awards_of(session, village_id, page), here, points)


def listed_awards(session: Session, village_id: int, chosen: Filter) -> list[AwardRow]:
    """What `award_page` turns over, all at once, for a download."""
    wanted = _narrowed(village_id, chosen).order_by(_awards.c.id.desc())
    return _awards_of(session, village_id, wanted)


def awards_named(session: Session, village_id: int, ids: Collection[int]) -> list[AwardRow]:
    """The awards of these numbers, in order; unknown ones are left out."""
    wanted = joining.joined(village_id).where(_awards.c.id.in_(ids)).order_by(_awards.c.id)
    return _awards_of(session, village_id, wanted)


def waiting(
    session: Session,
    village_id: int,
    *,
    group_id: int | None = None,
    limit: int | None = QUEUE_ROWS,
) -> list[AwardRow]:
    """What can be decided on: by group, item, household; at most `limit`."""
    wanted = _narrowed(village_id, Filter(group_id=group_id)).where(_ready(session, village_id))
    return _awards_of(session, village_id, joining.by_item(wanted).limit(limit))


def to_verify(
    session: Session,
    village_id: int,
    *,
    groups: Collection[int] | None,
    limit: int | None = QUEUE_ROWS,
) -> list[AwardRow]:
    """What must be looked at on the spot: by group, household, item; at most `limit`.

    `groups` None: of all groups.
    """
    wanted = joining.joined(village_id).where(_unverified(session, village_id, groups))
    return _awards_of(session, village_id, joining.walking(wanted).limit(limit))


def own_drafts(session: Session, village_id: int, user_id: int) -> list[AwardRow]:
    """What somebody began and didn't hand in, or got back: the newest first."""
    rows = _OWN_DRAFTS.rows(session, village=village_id, user=user_id)
    return _newest_first(told(session, village_id, rows))


def deeds_of(
    session: Session, village_id: int, household_id: int, states: Collection[AwardState]
) -> list[AwardRow]:
    """A household's deeds that stand so, none of them posted: the newest first."""
    rows = _DEEDS.rows(session, village=village_id, household=household_id, states=states)
    return _newest_first(told(session, village_id, rows))


def approved(
    session: Session,
    village_id: int,
    *,
    group_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[AwardRow]:
    """What is ready for a notice: by group, household, item."""
    chosen = Filter(state=AwardState.APPROVED, group_id=group_id, first=first, last=last)
    return _awards_of(session, village_id, joining.walking(_narrowed(village_id, chosen)))


def _ready(session: Session, village_id: int) -> ColumnElement[bool]:
    """Whether a deed can be decided on: verified, or claimed where that is enough."""
    enough = not_(Rule.of(session, village_id).condition())
    claimed = and_(_awards.c.state == AwardState.CLAIMED, enough)
    # Said twice, for SQLite: it takes the index of states only for a plain list of them.
    either = _awards.c.state.in_((AwardState.VERIFIED, AwardState.CLAIMED))
    return and_(either, or_(_awards.c.state == AwardState.VERIFIED, claimed))


def _unverified(
    session: Session, village_id: int, groups: Collection[int] | None
) -> ColumnElement[bool]:
    needed = Rule.of(session, village_id).condition()
    where = true() if groups is None else _groups.c.id.in_(groups)
    return and_(_awards.c.state == AwardState.CLAIMED, needed, where)


def _narrowed(village_id: int, chosen: Filter) -> Select[Any]:
    return joining.joined(village_id).where(*_conditions(chosen))


def _counted(village_id: int, chosen: Filter) -> Select[Any]:
    """The same deeds, to be counted: without the joins where nothing is asked of what they add."""
    if chosen.typed.strip() or chosen.group_id is not None:
        return _narrowed(village_id, chosen)
    return select(_awards).where(_awards.c.village_id == village_id, *_conditions(chosen))


def _conditions(chosen: Filter) -> list[ColumnElement[bool]]:
    equal = {
        _awards.c.state: chosen.state,
        _groups.c.id: chosen.group_id,
        _awards.c.item: chosen.item,
        _awards.c.household_id: chosen.household_id,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    conditions.append(joining.within(chosen.first, chosen.last))
    return conditions + [joining.fits(word) for word in chosen.typed[:60].split()]


def _awards_of(session: Session, village_id: int, wanted: Select[Any]) -> list[AwardRow]:
    return told(session, village_id, session.connection().execute(wanted).all())


def told(session: Session, village_id: int, rows: Sequence[Any]) -> list[AwardRow]:
    """Rows of `joining.joined` as pages know them."""
    if not rows:
        return []
    names, rule = user_names(session, village_id), Rule.of(session, village_id)
    return [_row(row, names, rule) for row in rows]


def _newest_first(rows: list[AwardRow]) -> list[AwardRow]:
    """Put in order here: where it is asked to, SQLite reads all that were ever recorded for it."""
    return sorted(rows, key=lambda row: -row.id)


def _row(row: Any, names: dict[int, str], rule: Rule) -> AwardRow:
    return AwardRow(
        **{name: getattr(row, name) for name in _PLAIN},
        member_name=row.member_name or "",
        recorder=who_did(names, row.recorded_by, Act.RECORD, row.source),
        decider=names.get(row.decided_by, ""),
        needs_verification=rule.needed(row),
    )
