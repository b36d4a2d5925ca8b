"""How much is measured: the same rows in the sizes that figures are published in, or small ones."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Final

from moralbank.bench.figures import Curve, Figure, Unmeasured


@dataclass(frozen=True)
class Size:
    """How large the grounds are, and how many acts a round takes.

    `history` are posted deeds, each with its transfer: a short and a long one, with steps between
    them for the charts. `county_*` is the county's ground on PostgreSQL, `cards` what is printed.
    """

    name: str
    acts: int
    history: tuple[int, ...]
    notice_lines: int
    page_deeds: int
    county_villages: int
    county_households: int
    county_transfers: int
    cards: int


SIZES: Final = {
    size.name: size
    for size in (
        Size(
            "full",
            200,
            (10_000, 100_000, 1_000_000, 10_000_000),
            10_000,
            100_000,
            850,
            250_000,
            10**7,
            1000,
        ),
        Size(
            "middle", 100, (10_000, 100_000, 1_000_000), 10_000, 20_000, 50, 15_000, 600_000, 1000
        ),
        Size("small", 3, (200, 1000), 40, 300, 3, 30, 120, 20),
    )
}


@dataclass(frozen=True)
class Plan:
    """What one run measures, and where: `folder` is its own and empty, and goes afterwards.

    What takes long to build stays there for a second measurement (`functools.cache` by the plan);
    a server that must live as long is entered into `closing`.
    """

    size: Size
    rounds: int
    folder: Path
    closing: ExitStack = field(default_factory=ExitStack, compare=False)


@dataclass(frozen=True)
class Measured:
    """What one row of the table found: figures, and how cost grows with size."""

    figures: Sequence[Figure | Unmeasured]
    curves: Sequence[Curve] = field(default=())


ROWS: Final = {
    "ledger": "redeeming",
    "ledger-pg": "redeeming_pg",
    "notice": "closing",
    "http": "counter",
    "page": "homes",
    "start": "starting",
    "peer": "peer",
    "balance": "statements",
    "board": "ranking",
    "memory": "working_set",
    "print": "paper",
    "county": "county",
}
"""A row's name → the module that measures it, by `measure(plan: Plan) -> Measured`.

In the order in which they are measured: what takes longest comes last.
"""


def measurement(name: str) -> Callable[[Plan], Measured]:
    """How a row is measured; imported here, since each brings what it compares with."""
    found: Callable[[Plan], Measured] = import_module(f"moralbank.bench.{ROWS[name]}").measure
    return found
