"""Reading rounds: what they are, how they stand, what they gave."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, or_, select
from sqlmodel import Session

from moralbank.access.queries import user_names
from moralbank.errors import NotFound
from moralbank.households.queries import HouseholdInfo, household_labels
from moralbank.households.taking_part import history
from moralbank.i18n import mark
from moralbank.paging import Page, place
from moralbank.prepared import Prepared
from moralbank.rounds.choices import Choice, choices_kept
from moralbank.rounds.models import (
    Round,
    RoundGroup,
    RoundItem,
    RoundResult,
    RoundScore,
    RoundScorer,
    RoundState,
)
from moralbank.rounds.sheets import FormGroup, FormItem, RoundForm
from moralbank.rounds.standing import Board, Score, stand
from moralbank.scheme.models import SchemeItem
from moralbank.villages.queries import groups_of, village_info

_rounds = Round.__table__  # type: ignore[attr-defined]
_items = RoundItem.__table__  # type: ignore[attr-defined]
_groups = RoundGroup.__table__  # type: ignore[attr-defined]
_scorers = RoundScorer.__table__  # type: ignore[attr-defined]
_scores = RoundScore.__table__  # type: ignore[attr-defined]
_results = RoundResult.__table__  # type: ignore[attr-defined]
_scheme_items = SchemeItem.__table__  # type: ignore[attr-defined]

PAGE_ROWS: Final = 30
_SCORE: Final = [_scores.c[name] for name in Score.__dataclass_fields__]


_OPEN: Final = (
    select(_rounds)
    .where(_rounds.c.village_id == bindparam("village"), _rounds.c.state == RoundState.OPEN)
    .order_by(_rounds.c.id)
)
_OPEN_OF_ALL: Final = Prepared(_OPEN)
_OPEN_OF_ONE: Final = Prepared(
    _OPEN.where(
        _rounds.c.id.in_(
            select(_scorers.c.round_id).where(
                _scorers.c.village_id == bindparam("village"),
                _scorers.c.user_id == bindparam("scorer"),
            )
        )
    )
)


class RoundUnknown(NotFound):
    """The village has no such round."""

    text = mark("没有这次评比")
    code = "round_unknown"


@dataclass(frozen=True)
class ItemInfo:
    """An item of a round with its buttons."""

    number: int
    name: str
    choices: tuple[Choice, ...]

    def word(self, points: int) -> str:
        """What the button of these points says; empty where there is none."""
        return next((one.word for one in self.choices if one.points == points), "")


@dataclass(frozen=True)
class RoundInfo:
    """A round as pages speak of it. Groups and scorers are name by number."""

    id: int
    title: str
    held_on: date
    state: RoundState
    opened_by: str
    opened_at: datetime
    closed_by: str
    closed_at: datetime | None
    items: tuple[ItemInfo, ...]
    groups: dict[int, str]
    scorers: dict[int, str]

    @property
    def open(self) -> bool:
        """Whether scores are still taken."""
        return self.state is RoundState.OPEN

    def item(self, number: int) -> ItemInfo | None:
        """The item of this number, if the round has it."""
        return next((one for one in self.items if one.number == number), None)


@dataclass(frozen=True)
class RoundRow:
    """A round in a list: its households, and how many have a score for every item."""

    id: int
    title: str
    held_on: date
    state: RoundState
    households: int
    scored: int

    @property
    def open(self) -> bool:
        """Whether scores are still taken."""
        return self.state is RoundState.OPEN


@dataclass(frozen=True)
class ResultRow:
    """What a closed round gave: the deed's number, or why there is none."""

    household_id: int
    item: int
    points: int
    award_id: int | None
    left_out: str


def round_info(session: Session, village_id: int, round_id: int) -> RoundInfo:
    """One round; raises RoundUnknown."""
    row = (
        session.connection()
        .execute(
            select(_rounds).where(_rounds.c.village_id == village_id, _rounds.c.id == round_id)
        )
        .first()
    )
    if row is None:
        raise RoundUnknown
    names = user_names(session, village_id)
    chosen = set(_column(session, _groups.c.group_id, village_id, round_id))
    scorers = _column(session, _scorers.c.user_id, village_id, round_id)
    return RoundInfo(
        id=row.id,
        title=row.title,
        held_on=row.held_on,
        state=row.state,
        opened_by=names.get(row.opened_by, ""),
        opened_at=row.opened_at,
        closed_by=names.get(row.closed_by, ""),
        closed_at=row.closed_at,
        items=_items_of(session, village_id, round_id),
        groups={one.id: one.name for one in groups_of(session, village_id) if one.id in chosen},
        scorers={number: names.get(number, "") for number in sorted(scorers)},
    )


def round_page(session: Session, village_id: int, number: int = 1) -> Page[RoundRow]:
    """One page of the list of rounds, open ones and new ones first."""
    total = session.connection().scalar(
        select(func.count()).select_from(_rounds).where(_rounds.c.village_id == village_id)
    )
    here = place(total or 0, number, PAGE_ROWS)
    chosen = (
        select(_rounds)
        .where(_rounds.c.village_id == village_id)
        .order_by(_rounds.c.state == RoundState.CLOSED, _rounds.c.id.desc())
    )
    shown = session.connection().execute(chosen.limit(PAGE_ROWS).offset(here.offset)).all()
    return Page(_rows(session, village_id, shown), here)


def open_rounds(session: Session, village_id: int, *, scorer: int | None = None) -> list[RoundRow]:
    """The rounds that take scores, the first opened first; of one scorer, or of all."""
    if scorer is None:
        return _rows(session, village_id, _OPEN_OF_ALL.rows(session, village=village_id))
    found = _OPEN_OF_ONE.rows(session, village=village_id, scorer=scorer)
    return _rows(session, village_id, found)


def households_of(
    session: Session, village_id: int, info: RoundInfo, also: Collection[int] = ()
) -> list[HouseholdInfo]:
    """The households that a round walks to, in walking order; a closed one keeps its day's.

    `also` are numbers to be shown in any case: those that moved away after they were scored.
    """
    there = history(session, village_id).at(info.closed_at)
    found = [one for one in there if one.group_id in info.groups]
    gone = set(also) - {one.id for one in found}
    return [*found, *household_labels(session, village_id, gone).values()]


def scores_of(
    session: Session,
    village_id: int,
    round_id: int,
    *,
    households: Collection[int] | None = None,
    ops: Collection[str] = (),
) -> list[Score]:
    """Every score of a round as it came in; or only those of some households and ops."""
    chosen = select(*_SCORE).where(
        _scores.c.village_id == village_id, _scores.c.round_id == round_id
    )
    if households is not None:
        chosen = chosen.where(or_(_scores.c.household_id.in_(households), _scores.c.op.in_(ops)))
    rows = session.connection().execute(chosen.order_by(_scores.c.received_at, _scores.c.op))
    return [Score(*row) for row in rows]


def scorers_of(
    session: Session, village_id: int, award_ids: Collection[int] | None = None
) -> dict[int, set[int]]:
    """By deed out of a round: everybody on whose word it rests (see `Cell.givers`).

    Of these deeds, or of all; deeds from elsewhere have no entry. One statement.
    """
    chosen = (
        select(_results.c.award_id, *_SCORE)
        .join(
            _scores,
            and_(
                *(
                    _scores.c[name] == _results.c[name]
                    for name in ("village_id", "round_id", "household_id", "item")
                )
            ),
        )
        .where(_results.c.village_id == village_id, _results.c.award_id.is_not(None))
    )
    if award_ids is not None:
        chosen = chosen.where(_results.c.award_id.in_(award_ids))
    scores: dict[int, list[Score]] = defaultdict(list)
    for award_id, *score in session.connection().execute(chosen):
        scores[award_id].append(Score(*score))
    return {
        award_id: {who for cell in stand(given).values() for who in cell.givers}
        for award_id, given in scores.items()
    }


def board_of(session: Session, village_id: int, info: RoundInfo) -> Board:
    """Where a round stands."""
    cells = stand(scores_of(session, village_id, info.id))
    households = households_of(session, village_id, info, {number for number, _item in cells})
    return Board(households, [one.number for one in info.items], cells)


def results_of(session: Session, village_id: int, round_id: int) -> list[ResultRow]:
    """What a closed round gave, household by household."""
    columns = [_results.c[name] for name in ResultRow.__dataclass_fields__]
    rows = session.connection().execute(
        select(*columns)
        .where(_results.c.village_id == village_id, _results.c.round_id == round_id)
        .order_by(_results.c.household_id, _results.c.item)
    )
    return [ResultRow(*row) for row in rows]


def form_of(session: Session, village_id: int, round_id: int) -> RoundForm:
    """What the paper form shows; raises RoundUnknown."""
    info = round_info(session, village_id, round_id)
    walked: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in households_of(session, village_id, info):
        walked[one.group].append((one.number, one.head))
    return RoundForm(
        village=village_info(session, village_id).name,
        title=info.title,
        held_on=info.held_on,
        number=info.id,
        items=tuple(
            FormItem(
                name=one.name,
                choices=tuple((choice.word, choice.points) for choice in one.choices),
            )
            for one in info.items
        ),
        groups=tuple(
            FormGroup(name=name, households=tuple(doors)) for name, doors in walked.items()
        ),
        scorers=tuple(info.scorers.values()),
    )


def _rows(session: Session, village_id: int, rounds: Sequence[Any]) -> list[RoundRow]:
    """Rounds with their figures, the same as `board_of` has: as many statements for any number."""
    if not rounds:
        return []
    ids = [row.id for row in rounds]
    known = history(session, village_id)
    groups = _numbers_by_round(session, _groups.c.group_id, village_id, ids)
    items = _numbers_by_round(session, _items.c.item, village_id, ids)
    scored = _items_scored(session, village_id, ids)
    found = []
    for row in rounds:
        done = scored[row.id]
        there = {one.id for one in known.at(row.closed_at) if one.group_id in groups[row.id]}
        found.append(
            RoundRow(
                id=row.id,
                title=row.title,
                held_on=row.held_on,
                state=row.state,
                households=len(there | set(done)),
                scored=sum(count == len(items[row.id]) for count in done.values()),
            )
        )
    return found


def _numbers_by_round(
    session: Session, column: Any, village_id: int, ids: Collection[int]
) -> dict[int, set[int]]:
    """What stands in a column of one of the rounds' lists, by round."""
    table = column.table
    found: dict[int, set[int]] = defaultdict(set)
    rows = session.connection().execute(
        select(table.c.round_id, column).where(
            table.c.village_id == village_id, table.c.round_id.in_(ids)
        )
    )
    for round_id, number in rows:
        found[round_id].add(number)
    return found


def _items_scored(
    session: Session, village_id: int, ids: Collection[int]
) -> dict[int, dict[int, int]]:
    """For how many items each scored household has a score, by round."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = session.connection().execute(
        select(_scores.c.round_id, _scores.c.household_id, func.count(_scores.c.item.distinct()))
        .where(_scores.c.village_id == village_id, _scores.c.round_id.in_(ids))
        .group_by(_scores.c.round_id, _scores.c.household_id)
    )
    for round_id, household_id, count in rows:
        found[round_id][household_id] = count
    return found


def _items_of(session: Session, village_id: int, round_id: int) -> tuple[ItemInfo, ...]:
    """The items in their order, each called as the newest scheme calls it."""
    names = session.connection().execute(
        select(_scheme_items.c.number, _scheme_items.c.name)
        .where(_scheme_items.c.village_id == village_id)
        .order_by(_scheme_items.c.version)
    )
    name = {row.number: row.name for row in names}
    rows = session.connection().execute(
        select(_items)
        .where(_items.c.village_id == village_id, _items.c.round_id == round_id)
        .order_by(_items.c.position)
    )
    return tuple(
        ItemInfo(row.item, name.get(row.item, ""), choices_kept(row.choices)) for row in rows
    )


def _column(session: Session, column: Any, village_id: int, round_id: int) -> list[int]:
    """The numbers that stand in a column of one of a round's lists."""
    table = column.table
    return list(
        session.connection().scalars(
            select(column).where(table.c.village_id == village_id, table.c.round_id == round_id)
        )
    )
