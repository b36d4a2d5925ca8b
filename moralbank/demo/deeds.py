"""Planning what the demo's people do on each day, within the caps of the scheme."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Final

from moralbank.awards.caps import period_around
from moralbank.demo.material import Habit, Round
from moralbank.scheme.models import CapMeasure
from moralbank.scheme.queries import Item, Scheme

A_DAY: Final = 0.047
"""Deeds of one household on one day, rounds left out."""


@dataclass(frozen=True)
class PlannedRound:
    """The same item for several households."""

    item: Item
    households: tuple[int, ...]
    quantity: int
    note: str


@dataclass(frozen=True)
class PlannedDeed:
    """One household's deed; `personal` ones may name who did it; `picture` may show it."""

    household: int
    item: Item
    quantity: int
    points_each: int | None
    note: str
    personal: bool
    picture: str


@dataclass
class Planner:
    """Draws deeds and remembers what has been done, so that no cap is passed.

    `zeal` says by household how often it does something, beside the others.
    """

    draw: Random
    scheme: Scheme
    zeal: Mapping[int, float]
    _counted: Counter[tuple[int, int, date]] = field(default_factory=Counter)
    _done: set[tuple[int, str]] = field(default_factory=set)

    def rounds(self, day: date, rounds: Sequence[Round]) -> Iterator[PlannedRound]:
        """What many households are given on this day."""
        for one in rounds:
            if one.day != day.day or day.month not in one.months:
                continue
            item = self.scheme.item(one.item)
            reached = [
                household
                for household, zeal in self.zeal.items()
                if self.draw.random() < one.share * min(1.5, 0.55 + zeal / 2)
                and self._counts(household, item, day, one.quantity, item.points_min)
            ]
            if reached:
                yield PlannedRound(item, tuple(reached), one.quantity, one.note)

    def deeds(self, day: date, habits: Sequence[Habit]) -> Iterator[PlannedDeed]:
        """What single households do on this day; each does one thing at most."""
        expected = A_DAY * len(self.zeal)
        count = int(expected) + (self.draw.random() < expected % 1)
        fitting = [habit for habit in habits if day.month in habit.months]
        weights = [habit.weight for habit in fitting]
        doers = self.draw.choices(list(self.zeal), list(self.zeal.values()), k=count)
        for household in dict.fromkeys(doers):
            deed = self._deed(day, household, self.draw.choices(fitting, weights)[0])
            if deed is not None:
                yield deed

    def _deed(self, day: date, household: int, habit: Habit) -> PlannedDeed | None:
        """The habit as done today, or None where a cap or a first time stands against it."""
        item = self.scheme.item(habit.item)
        quantity = self.draw.randint(*habit.quantity)
        points = self.draw.choice(habit.points) if habit.points else None
        note = self.draw.choice(habit.notes)
        if habit.once and (household, habit.item) in self._done:
            return None
        if not self._counts(household, item, day, quantity, points or item.points_min):
            return None
        self._done.add((household, habit.item))
        return PlannedDeed(household, item, quantity, points, note, habit.personal, habit.picture)

    def _counts(
        self, household: int, item: Item, day: date, quantity: int, points_each: int
    ) -> bool:
        """Count a deed towards its cap, unless it would pass it."""
        if item.cap is None:
            return True
        by_points = item.cap.measure is CapMeasure.POINTS
        key = (household, item.number, period_around(item.cap.period, day)[0])
        wanted = quantity * points_each if by_points else quantity
        if self._counted[key] + wanted > item.cap.amount:
            return False
        self._counted[key] += wanted
        return True
