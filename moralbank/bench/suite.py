"""The rows of the table measured one after the other, and what a second run says of the first."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from moralbank.bench import postgres
from moralbank.bench.figures import INVALID, Unmeasured, is_invalid
from moralbank.bench.machine import load, machine
from moralbank.bench.plan import Measured, Plan, Size, measurement
from moralbank.i18n import _, listed
from moralbank.logs import brief

NOISE: Final = 15
"""Percent: ratios of two runs that differ by as much say that the machine was noisy."""
GROUNDS: Final = {"board": "balance"}
"""A row → the row on whose ground it stands as well: they share a folder."""
BUILT_ONCE: Final = frozenset({"balance", "board", "county"})
"""Rows whose grounds take long: a second run measures on the same."""
ON_POSTGRESQL: Final = frozenset({"ledger-pg", "county", "peer"})
_READABLE: Final = 0o755

Tell = Callable[[str], None]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """What one row found, and how many seconds it took in all."""

    name: str
    measured: Measured
    seconds: float

    def rows(self) -> Iterator[dict[str, Any]]:
        """Its figures as lines of the table."""
        for figure in self.measured.figures:
            yield {"row": self.name, **figure.row()}


@dataclass(frozen=True)
class Run:
    """The suite, run once; `loads` are the load averages before and after, where known."""

    machine: dict[str, Any]
    parts: tuple[Part, ...]
    loads: tuple[float | None, float | None]

    def rows(self) -> list[dict[str, Any]]:
        """All figures as lines of the table."""
        return [row for part in self.parts for row in part.rows()]

    def seconds_of(self, name: str) -> float:
        """How long one row took, in seconds."""
        return sum(part.seconds for part in self.parts if part.name == name)


def runs(
    names: Sequence[str], size: Size, rounds: int, times: int, tell: Tell
) -> Iterator["Outcome"]:
    """Measure the rows called, each so many times, in a folder that goes afterwards.

    Gives what there is after each row: what took hours is not lost. A row that raises is INVALID,
    and the others are measured all the same. `tell` hears how it goes.
    """
    before = load()
    with TemporaryDirectory(prefix="moralbank-bench-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(_READABLE)  # PostgreSQL runs as somebody else where we are root
        where = machine(place, _postgresql(names, place))
        found: list[list[Part]] = [[] for _time in range(times)]
        for number, name in enumerate(names):
            ground = place / _ground(name)
            ground.mkdir(exist_ok=True)
            with ExitStack() as closing:
                for time, parts in enumerate(found):
                    tell(_("量 %(name)s ……", name=name))
                    its_own = ground if name in BUILT_ONCE else ground / str(time)
                    its_own.mkdir(mode=_READABLE, exist_ok=True)
                    parts.append(_part(name, Plan(size, rounds, its_own, closing)))
                    for row in parts[-1].rows():
                        tell(_told(row, parts[-1].seconds))
            if not any(_ground(later) == ground.name for later in names[number + 1 :]):
                rmtree(ground, ignore_errors=True)
            done = (before, load())
            yield Outcome(tuple(Run(where, tuple(parts), done) for parts in found))


def _ground(name: str) -> str:
    return GROUNDS.get(name, name)


def _postgresql(names: Sequence[str], place: Path) -> str:
    """The version that rows are measured on; empty where none of them needs a server."""
    if not ON_POSTGRESQL & set(names) or not postgres.is_there():
        return ""
    folder = place / "version"
    folder.mkdir()
    with postgres.server(folder) as server:
        return server.version()


def _part(name: str, plan: Plan) -> Part:
    begun = perf_counter()
    try:
        measured = measurement(name)(plan)
    except Exception as fault:
        _logger.exception("row %s", name)
        measured = Measured(
            [Unmeasured(name, "", "", f"{INVALID}: {brief(fault).removesuffix(': ')}")]
        )
    return Part(name, measured, perf_counter() - begun)


def _told(row: dict[str, Any], seconds: float) -> str:
    ratio = "" if row["ratio"] is None else f"{row['ratio']:g} "
    aim = f"({row['aim']}) " if row["aim"] else ""
    return f"  {row['name']}: {ratio}{aim}{row['verdict']} [{seconds:.0f} s]"


@dataclass(frozen=True)
class Outcome:
    """One run of the suite, or two of which the second shows how quiet the machine was."""

    runs: tuple[Run, ...]

    def rows(self) -> list[dict[str, Any]]:
        """The first run's figures; with a second one, `again` (its ratio) and `differs` (in %).

        Of two verdicts the worse one holds.
        """
        first, *others = (run.rows() for run in self.runs)
        return _compared(first, others[0]) if others else first

    def is_invalid(self) -> bool:
        """Whether any figure is worth nothing."""
        return any(is_invalid(row) for row in self.rows())

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values."""
        first, rows = self.runs[0], self.rows()
        return {
            "machine": first.machine,
            "loads": first.loads,
            "noisy": noisy_ones(rows),
            "seconds": {
                part.name: round(sum(run.seconds_of(part.name) for run in self.runs), 1)
                for part in first.parts
            },
            "figures": rows,
            "curves": [vars(curve) for part in first.parts for curve in part.measured.curves],
        }


def noisy_ones(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The figures whose ratios differ by as much as NOISE."""
    return [row["name"] for row in rows if abs(row.get("differs") or 0) >= NOISE]


def is_twice(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any of them were measured a second time."""
    return any(row.get("again") is not None for row in rows)


def agreement(rows: Sequence[Mapping[str, Any]]) -> str:
    """In words whether two runs agree; empty where there was one."""
    if not is_twice(rows):
        return ""
    if noisy := noisy_ones(rows):
        return _(
            "这台电脑不安静：两遍的比值差了 %(percent)s%% 或更多的有 %(names)s，只能当参考。",
            percent=NOISE,
            names=listed(noisy),
        )
    return _("两遍的比值相差都不到 %(percent)s%%。", percent=NOISE)


def _compared(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[dict[str, Any]]:
    later = {(row["row"], row["name"]): row for row in second}
    rows = []
    for row in first:
        again = later.pop((row["row"], row["name"]), None)
        rows.append(_with_second(row, again))
    # A row that failed the second time has no figures, but says so under its own name.
    return rows + [{**row, "again": row["ratio"], "differs": None} for row in later.values()]


def _with_second(row: dict[str, Any], again: dict[str, Any] | None) -> dict[str, Any]:
    if again is None:
        return {**row, "again": None, "differs": None}
    differs = None
    if row["ratio"] and again["ratio"]:
        differs = round(100 * (again["ratio"] / row["ratio"] - 1), 1)
    verdict = max(row["verdict"], again["verdict"], key=_badness)
    return {**row, "again": again["ratio"], "differs": differs, "verdict": verdict}


def _badness(verdict: str) -> int:
    """How much a verdict outweighs that of the other run."""
    return 2 if verdict.startswith(INVALID) else int(verdict == "missed")
