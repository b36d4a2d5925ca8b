"""Short forms and long ones: `make test` runs these tests for seconds, `make soak` for long.

A test marked `soak` asks `times(short, long)` how often it is to try, and tells what it measured by
`told`; `make soak` prints that at its end.
"""

import os
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

LONG: Final = os.environ.get("MORALBANK_SOAK") == "1"
FIGURES: Final = Path(__file__).parent.parent / "build" / "soak.txt"


def times(short: T, long: T) -> T:
    """How often something is tried: the few of `make test`, or the many of `make soak`."""
    return long if LONG else short


def told(line: str) -> None:
    """Keep a figure of the long run; several processes may tell at once."""
    if not LONG:
        return
    FIGURES.parent.mkdir(exist_ok=True)
    with FIGURES.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
