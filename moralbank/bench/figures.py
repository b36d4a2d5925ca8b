"""A measured figure: what we do against what could be done at best, round by round."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

INVALID: Final = "INVALID"
"""How the verdict of a figure begins that something speaks against."""


@dataclass(frozen=True)
class Round:
    """Amounts of ours and of the baseline, taken in turns: seconds mostly, or bytes of memory."""

    ours: Sequence[float]
    bare: Sequence[float]


@dataclass(frozen=True)
class Scale:
    """How amounts are shown: `shown` of an amount, in `unit`. Ratios are of what is shown."""

    unit: str
    shown: Callable[[float], float]


MILLISECONDS: Final = Scale("ms", lambda seconds: 1000 * seconds)
MEGABYTES: Final = Scale("MB", lambda size: size / 1e6)


def per_second(pieces: int, what: str) -> Scale:
    """So many `what` a second, where `pieces` of them take the seconds measured."""
    return Scale(f"{what}/s", lambda seconds: pieces / seconds)


@dataclass(frozen=True)
class Aim:
    """What the ratio, ours to the baseline's, should not pass, or should reach."""

    limit: float
    least: bool

    def __str__(self) -> str:
        """As it stands in the table."""
        return f"{'>=' if self.least else '<='} {self.limit:g}"

    def met(self, ratio: float) -> bool:
        """Whether `ratio` is as it should be."""
        return ratio >= self.limit if self.least else ratio <= self.limit


def at_most(limit: float) -> Aim:
    """An aim for times and sizes."""
    return Aim(limit, least=False)


def at_least(limit: float) -> Aim:
    """An aim for speeds."""
    return Aim(limit, least=True)


@dataclass(frozen=True)
class Figure:
    """Some rounds of the same measurement.

    Without an `aim` ours and the baseline merely stand side by side. `wrong` says what was found
    afterwards, in the books or on paper, that should not be so; then the figure is worth nothing.
    `size` is that of the file that ours made, in bytes. `beside` are further readings of ours by
    their names ("p99 ms"), which no aim is about.
    """

    name: str
    work: str
    baseline: str
    scale: Scale
    aim: Aim | None
    rounds: tuple[Round, ...]
    wrong: str = ""
    size: int | None = None
    beside: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratios(self) -> list[float]:
        """Ours to the baseline's, round by round (medians)."""
        return [self._shown(one.ours) / self._shown(one.bare) for one in self.rounds]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)

    @property
    def verdict(self) -> str:
        """INVALID, or whether the aim was met."""
        if self.wrong:
            return f"{INVALID}: {self.wrong}"
        if self.aim is None:
            return ""
        return "ok" if self.aim.met(self.ratio) else "missed"

    def row(self) -> dict[str, Any]:
        """As a line of the table and of the JSON."""
        return {
            "name": self.name,
            "work": self.work,
            "baseline": self.baseline,
            "ours": _rounded(median(self._shown(one.ours) for one in self.rounds)),
            "bare": _rounded(median(self._shown(one.bare) for one in self.rounds)),
            "unit": self.scale.unit,
            "ratio": _rounded(self.ratio),
            "least": _rounded(min(self.ratios)),
            "most": _rounded(max(self.ratios)),
            "bytes": self.size,
            "beside": {name: _rounded(value) for name, value in self.beside.items()},
            "aim": str(self.aim or ""),
            "verdict": self.verdict,
        }

    def _shown(self, amounts: Sequence[float]) -> float:
        return self.scale.shown(median(amounts))


@dataclass(frozen=True)
class Curve:
    """How a cost grows: `costs` (in `unit`) at `sizes`, and the baseline's where known."""

    name: str
    work: str
    sizes: Sequence[int]
    costs: Sequence[float]
    unit: str = "ms"
    bare: Sequence[float] = ()


@dataclass(frozen=True)
class Unmeasured:
    """A figure that this machine can't give, and why."""

    name: str
    work: str
    baseline: str
    why: str

    def row(self) -> dict[str, Any]:
        """As a line of the table and of the JSON, empty but for its names."""
        keys = ("ours", "bare", "unit", "ratio", "least", "most", "bytes", "beside", "aim")
        named = {"name": self.name, "work": self.work, "baseline": self.baseline}
        return {**named, **dict.fromkeys(keys), "verdict": self.why}


def is_invalid(row: Mapping[str, Any]) -> bool:
    """Whether a line of the table says that its figure is worth nothing."""
    return str(row["verdict"]).startswith(INVALID)


def readings(row: Mapping[str, Any]) -> str:
    """What stands beside a figure in a line of the table, in words."""
    return "; ".join(f"{name} {value:g}" for name, value in (row["beside"] or {}).items())


def in_turns(
    ours: Callable[[], object], bare: Callable[[], object], rounds: int
) -> Iterator[Round]:
    """Do both once to warm up, then measure them one after the other in every round."""
    ours()
    bare()
    for _round in range(rounds):
        yield Round([_seconds(ours)], [_seconds(bare)])


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _rounded(number: float) -> float:
    """Three digits that matter; a whole number from a hundred on."""
    return float(f"{number:.3g}") if number < 100 else round(number)  # noqa: PLR2004
