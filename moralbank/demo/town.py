"""What is known of the demo village while it is being built."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.clock import VILLAGE_ZONE
from moralbank.demo.material import Material

DEVICE: Final = "演示"


@dataclass
class Village:
    """The village so far. All chance comes from `draw`.

    `zeal` says by household how often it does something and holds those that still take part;
    `grown_ups` are members by household; `colleague` is the second reviewer; `posted` are the
    awards that the last notice posted; `objection` is the one that waits for its answer,
    `reminder` the last one given; 0 where there is none. `asked` are the claims that were
    ever sent back, with the day and the place of the question among all; `photos` is where
    pictures are kept; `keepers` keep the village's own shop and the private one.
    """

    id: int
    material: Material
    draw: Random
    colleague: Actor
    photos: Path
    keepers: tuple[Actor, ...] = ()
    actors: dict[Role, Actor] = field(default_factory=dict)
    zeal: dict[int, float] = field(default_factory=dict)
    grown_ups: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    posted: list[int] = field(default_factory=list)
    objection: int = 0
    reminder: int = 0
    asked: dict[int, tuple[date, int]] = field(default_factory=dict)

    def request_id(self) -> str:
        """A request id that is the same in every building of the same village."""
        return f"demo-{self.draw.getrandbits(96):024x}"


@contextmanager
def at(day: date, hour: int, minute: int = 0, *, after: int = 0) -> Iterator[None]:
    """Let the clock stand at this time of the village's day, `after` minutes later."""
    moment = datetime.combine(day, time(hour, minute), VILLAGE_ZONE) + timedelta(minutes=after)
    with clock.at(moment):
        yield
