"""What a board costs after a long history, beside a short one; and a plain GROUP BY beside both."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session

from moralbank import db
from moralbank.awards.models import Award, AwardState
from moralbank.bench.figures import Curve, Figure, Scale, at_most, in_turns
from moralbank.bench.history import CODE, History, histories, month
from moralbank.bench.plan import Measured, Plan
from moralbank.boards.definitions import Board, board_called
from moralbank.boards.queries import rank_as
from moralbank.scheme.queries import scheme_on

AIM: Final = at_most(4)
NAME: Final = "board"
TOP: Final = 50
_BOARD: Final = "shanju"
"""A board of one category: what households did for all."""
_awards: Final = Award.__table__  # type: ignore[attr-defined]


def measure(plan: Plan) -> Measured:
    """The longest history beside the shortest, and how the cost grows between them."""
    grounds = histories(plan)
    short, *_between, long = grounds.values()
    boards = max(1, plan.size.acts // 10)
    each = Scale("ms", lambda seconds: 1000 * seconds / boards)
    rounds = tuple(in_turns(_ranking(long, boards), _ranking(short, boards), plan.rounds))
    costs, plain = [], []
    for ground in grounds.values():
        turns = in_turns(_ranking(ground, boards), lambda: None, plan.rounds)
        costs.append(each.shown(median(median(one.ours) for one in turns)))
        plain.append(1000 * median(_group_by(ground) for _time in range(plan.rounds)))
    figure = Figure(
        NAME,
        f"top {TOP} of a village by month and category, {long.deeds:,} posted deeds",
        f"the same, {short.deeds:,} posted deeds",
        each,
        AIM,
        rounds,
        next(filter(None, (_wrong(one) for one in (long, short))), ""),
        beside={"GROUP BY ms": plain[-1]},
    )
    for ground in grounds.values():
        ground.database.close()
    return Measured([figure], [Curve(NAME, figure.work, list(grounds), costs, bare=plain)])


def _board(session: Session) -> Board:
    return replace(board_called(session, CODE, _BOARD), top=TOP, minimum=1)


def _ranking(ground: History, boards: int) -> Callable[[], None]:
    """So many boards, each in a transaction of its own."""

    def rank() -> None:
        db.use(ground.database)
        for _board_number in range(boards):
            with ground.database.reading() as session:
                rank_as(session, CODE, _board(session), month())

    return rank


def _group_by(ground: History) -> float:
    """Seconds that the places alone take, added up from the deeds themselves."""
    with ground.database.reading() as session:
        begun = perf_counter()
        _added_up(session)
        return perf_counter() - begun


def _added_up(session: Session) -> Sequence[int]:
    """The points of the first places, by a plain GROUP BY over the deeds."""
    period = month()
    items = _board(session).numbers(scheme_on(session, CODE, period.first))
    points = func.sum(_awards.c.points)
    rows = session.connection().scalars(
        select(points)
        .where(
            _awards.c.village_id == CODE,
            _awards.c.state == AwardState.POSTED,
            _awards.c.deduction.is_(False),
            _awards.c.deed_on.between(period.first, period.last),
            _awards.c.item.in_(items),
        )
        .group_by(_awards.c.household_id)
        .order_by(points.desc())
    )
    return rows.all()


def _wrong(ground: History) -> str:
    """What is wrong with the books, or with the places; empty if nothing."""
    if ground.wrong:
        return ground.wrong
    with ground.database.reading() as session:
        board = _board(session)
        shown = [one.points for one in rank_as(session, CODE, board, month()).standings]
        plain = _added_up(session)[: len(shown)]
    if shown != list(plain) or not shown:
        return f"the board of {ground.deeds:,} deeds has other points than its deeds"
    return ""
