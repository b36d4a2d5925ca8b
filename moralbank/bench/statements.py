"""What balance and statement of a household cost after a long history, beside a short one."""

from collections.abc import Callable
from statistics import median
from typing import Final

from sqlalchemy import or_, select
from sqlmodel import Session

from moralbank.bench.figures import Curve, Figure, Scale, at_most, in_turns
from moralbank.bench.history import CODE, History, histories
from moralbank.bench.plan import Measured, Plan
from moralbank.ledger.models import AccountKind, Transfer
from moralbank.ledger.queries import account_of, statement

AIM: Final = at_most(1.2)
NAME: Final = "balance"
LINES: Final = 50
_transfers: Final = Transfer.__table__  # type: ignore[attr-defined]


def measure(plan: Plan) -> Measured:
    """The longest history beside the shortest, and how the cost grows between them."""
    grounds = histories(plan)
    short, *_between, long = grounds.values()
    acts = plan.size.acts
    each = Scale("ms", lambda seconds: 1000 * seconds / acts)
    rounds = tuple(in_turns(_reading(long, acts), _reading(short, acts), plan.rounds))
    figure = Figure(
        NAME,
        f"balance and {LINES}-line statement of a household, {long.deeds:,} transfers",
        f"the same, {short.deeds:,} transfers",
        each,
        AIM,
        rounds,
        next(filter(None, (_wrong(one, plan) for one in (long, short))), ""),
    )
    costs = []
    for ground in grounds.values():
        reading = _reading(ground, acts)
        times = [median(one.ours) for one in in_turns(reading, lambda: None, plan.rounds)]
        costs.append(each.shown(median(times)))
        ground.database.close()
    return Measured([figure], [Curve(NAME, figure.work, list(grounds), costs)])


def _reading(ground: History, acts: int) -> Callable[[], None]:
    """So many readings, each in a transaction of its own, of the busiest households in turn."""

    def read() -> None:
        for act in range(acts):
            owner = ground.busiest[act % len(ground.busiest)]
            with ground.database.reading() as session:
                there = account_of(session, CODE, AccountKind.HOUSEHOLD_POINTS, owner)
                statement(session, CODE, there.account, limit=LINES)

    return read


def _wrong(ground: History, plan: Plan) -> str:
    """What is wrong with the books, or with what was read of them; empty if nothing."""
    if ground.wrong:
        return ground.wrong
    with ground.database.reading() as session:
        for owner in ground.busiest:
            there = account_of(session, CODE, AccountKind.HOUSEHOLD_POINTS, owner)
            lines = [(one.seq, one.leg) for one in statement(session, CODE, there.account)]
            if lines != _newest(session, there.account):
                return f"a statement of {ground.deeds:,} transfers shows others than the newest"
            if len(lines) < LINES and plan.size.history[0] >= _WHOLE_PAGES:
                return f"a statement of {ground.deeds:,} transfers has {len(lines)} lines"
    return ""


_WHOLE_PAGES: Final = 10_000
"""From so many deeds on, the busiest households have a whole page of them."""


def _newest(session: Session, account: int) -> list[tuple[int, int]]:
    """The newest transfers of an account, found the plain way."""
    touches = or_(_transfers.c.debit_account == account, _transfers.c.credit_account == account)
    rows = session.connection().execute(
        select(_transfers.c.seq, _transfers.c.leg)
        .where(_transfers.c.village_id == CODE, touches)
        .order_by(_transfers.c.seq.desc(), _transfers.c.leg.desc())
        .limit(LINES)
    )
    return [(row.seq, row.leg) for row in rows]
