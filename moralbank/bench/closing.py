"""How quickly a notice is closed, beside a driver's `executemany` of the very same rows."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel

from moralbank import db
from moralbank.awards.models import Award, AwardState
from moralbank.bench.bare_closing import Bare, digest, last_closing
from moralbank.bench.figures import MILLISECONDS, Curve, Figure, Round, at_least, per_second
from moralbank.bench.plan import Measured, Plan
from moralbank.bench.wall import CODE, Wall
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.ledger.models import Account, Transfer
from moralbank.notices.service import close

_awards = Award.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]

AIM: Final = at_least(0.80)
"""Of the lines a second that the driver alone writes."""
NAME: Final = "notice"
_WORK: Final = (
    "closing a notice: awards, steps, event with hash, transfers, balances, head, sums for boards,"
    " trail, notice"
)
_BASELINE: Final = "the same rows by executemany of sqlite3, known beforehand"
OURS, COPY = "wall.db", "bare.db"
_PARTS: Final = (100, 10, 1)
"""The curve's notices are so many times shorter than the figure's."""


def measure(plan: Plan) -> Measured:
    """The figure of the plan's longest notice, and how cost grows with a notice's length."""
    sizes = sorted({max(1, plan.size.notice_lines // part) for part in _PARTS})
    hung = [lines for lines in sizes for _time in range(1 + plan.rounds)]
    wall = Wall(plan.folder, hung)
    closings = Closings(wall, plan.folder)
    taken = {lines: tuple(closings.rounds(plan.rounds)) for lines in sizes}
    closings.bare.close()
    wrong = wrong_in(wall.database, plan.folder, sum(hung))
    wall.database.close()
    longest = sizes[-1]
    scale = per_second(longest, "lines")
    ours = [_shown(one.ours for one in taken[lines]) for lines in sizes]
    bare = [_shown(one.bare for one in taken[lines]) for lines in sizes]
    return Measured(
        [Figure(NAME, _WORK, _BASELINE, scale, AIM, taken[longest], wrong)],
        [Curve(NAME, _WORK, sizes, ours, bare=bare)],
    )


class Closings:
    """The product's books and a copy of them, in which notices are closed in turns."""

    def __init__(self, wall: Wall, folder: Path) -> None:
        """Copy them, so that both sides begin with the same rows."""
        self.wall: Final = wall
        self.ours: Final = folder / OURS
        wall.database.close()  # what lies in its log comes into the file
        shutil.copyfile(self.ours, folder / COPY)
        self.bare: Final = Bare(folder / COPY, CODE)
        self._waiting: Final = iter(wall.notices)

    def rounds(self, rounds: int) -> Iterator[Round]:
        """Close so many notices on both sides, and one before that to warm up."""
        self._both()
        for _round in range(rounds):
            yield self._both()

    def _both(self) -> Round:
        number = next(self._waiting)
        begun = perf_counter()
        with self.wall.database.writing() as session:
            close(session, self.wall.clock, number)
        ours = perf_counter() - begun
        rows = last_closing(self.ours, CODE)
        begun = perf_counter()
        self.bare.write(rows)
        return Round([ours], [perf_counter() - begun])


def wrong_in(database: Database, folder: Path, lines: int) -> str:
    """What is wrong with both books after `lines` in all were posted, or nothing."""
    with database.reading() as session:
        posted, moved, sums = _counted(session)
    if (posted, moved) != (lines, lines):
        return f"{posted} deeds posted by {moved} transfers instead of {lines}"
    if any(sums):
        return f"all balances of a unit together are {sums}"
    for table in sorted(SQLModel.metadata.tables):
        if digest(folder / OURS, table) != digest(folder / COPY, table):
            return f"rows of {table} differ from the baseline's"
    db.use(database)
    with database.reading() as session:
        problems = check_village(session, CODE)
    return problems[0].text if problems else ""


def _counted(session: Session) -> tuple[int, int, list[int]]:
    """How many deeds are posted, by how many transfers, and what balances come to by unit."""
    run = session.connection()
    posted = run.scalar(select(func.count()).where(_awards.c.state == AwardState.POSTED))
    moved = run.scalar(select(func.count()).select_from(_transfers))
    sums = run.scalars(select(func.sum(_accounts.c.balance)).group_by(_accounts.c.unit))
    return int(posted or 0), int(moved or 0), list(sums)


def _shown(seconds: Iterator[Sequence[float]]) -> float:
    return MILLISECONDS.shown(median(one for several in seconds for one in several))
