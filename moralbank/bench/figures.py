"""A measured figure: what we do against what could be done at best, round by round."""

import os
import platform
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final

_FSYNCS: Final = 20


@dataclass(frozen=True)
class Round:
    """Seconds of each act of ours and of each of the baseline, taken in turns."""

    ours: Sequence[float]
    bare: Sequence[float]

    @property
    def ratio(self) -> float:
        """How many times as long ours takes (medians)."""
        return median(self.ours) / median(self.bare)


@dataclass(frozen=True)
class Figure:
    """Some rounds of the same measurement.

    `most` is the ratio that ours should not pass. `wrong` says what the books show that they
    should not; then the figure is worth nothing.
    """

    name: str
    work: str
    baseline: str
    most: float
    rounds: tuple[Round, ...]
    wrong: str = ""

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(one.ratio for one in self.rounds)

    @property
    def verdict(self) -> str:
        """INVALID, or whether the aim was met."""
        if self.wrong:
            return f"INVALID: {self.wrong}"
        return "ok" if self.ratio <= self.most else "missed"

    def row(self) -> dict[str, Any]:
        """As a line of the table and of the JSON; times in milliseconds."""
        ratios = [one.ratio for one in self.rounds]
        return {
            "name": self.name,
            "work": self.work,
            "baseline": self.baseline,
            "ours_ms": round(1000 * median(median(one.ours) for one in self.rounds), 3),
            "baseline_ms": round(1000 * median(median(one.bare) for one in self.rounds), 3),
            "ratio": round(self.ratio, 2),
            "least": round(min(ratios), 2),
            "most": round(max(ratios), 2),
            "aim": f"<= {self.most:g}",
            "verdict": self.verdict,
        }


def machine(folder: Path) -> dict[str, Any]:
    """What the figures depend on: processors, how long a sync to `folder` takes, versions."""
    return {
        "cores": os.cpu_count(),
        "fsync_ms": round(1000 * _fsync(folder), 3),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "sqlalchemy": version("sqlalchemy"),
        "flask": version("flask"),
        "waitress": version("waitress"),
    }


def _fsync(folder: Path) -> float:
    """Seconds that a small write takes to reach the disk."""
    times = []
    with (folder / "fsync").open("wb") as file:
        for _time in range(_FSYNCS):
            file.write(b"x" * 4096)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - begun)
    return median(times)
