"""What an overseer's addresses ask for: period, town, order, measure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from moralbank.boards.models import Ties
from moralbank.boards.periods import Period, asked_period
from moralbank.i18n import mark
from moralbank.regions.figures import VillageFigures
from moralbank.regions.ranking import TIES, Measure
from moralbank.villages.codes import DIGITS, Level

_TOWN_DIGITS: Final = DIGITS - Level.TOWN
_NOTHING: Final = -1
"""Where a figure is unknown it stands below the least."""

Key = Callable[[VillageFigures], Any]


@dataclass(frozen=True)
class Order:
    """A column that a list may be ordered by; figures begin with the most, names with the first."""

    label: str
    key: Key
    down: bool = True


def _or_nothing(value: int | None) -> int:
    return _NOTHING if value is None else value


ORDERS: Final = {
    "name": Order(mark("村"), lambda one: one.id, down=False),
    "households": Order(mark("户数"), lambda one: one.figures.standing.households),
    "share": Order(mark("参与率"), lambda one: _or_nothing(one.figures.share)),
    "deeds": Order(mark("好事"), lambda one: one.figures.activity.deeds),
    "points": Order(mark("入账"), lambda one: one.figures.activity.points),
    "each": Order(mark("户均"), lambda one: _or_nothing(one.figures.points_each)),
    "used": Order(mark("兑换"), lambda one: one.figures.activity.used_points),
    "held": Order(mark("持有"), lambda one: one.figures.standing.held),
    "cover": Order(mark("保障"), lambda one: _or_nothing(one.figures.standing.cover)),
    "objections": Order(
        mark("异议"),
        lambda one: (one.figures.standing.open_objections, one.figures.activity.late),
    ),
    "signs": Order(mark("留意"), lambda one: len(one.signs)),
}
"""By their word in the address."""
USUAL_ORDER: Final = "name"


@dataclass(frozen=True)
class Wish:
    """What was asked for; anything unknown is as if nothing had been said, but for the period.

    `town_id` is a town's full code; `turned` turns a column's usual order round.
    """

    period: Period
    town_id: int | None
    order: str
    turned: bool
    measure: Measure
    ties: Ties

    @property
    def kept(self) -> dict[str, str]:
        """Period and town as an address says them again."""
        town = {} if self.town_id is None else {"town": str(self.town_id // Level.TOWN.width)}
        return {"period": self.period.text, **town}

    def ordered(self, villages: tuple[VillageFigures, ...]) -> list[VillageFigures]:
        """The villages in the order asked for; equal ones by their codes."""
        order = ORDERS[self.order]
        return sorted(villages, key=order.key, reverse=order.down != self.turned)


def read_wish(asked: Mapping[str, str]) -> Wish:
    """Read an address; raises PeriodInvalid."""
    order, ties = asked.get("order", ""), asked.get("ties", "")
    measure = asked.get("measure", "")
    return Wish(
        period=asked_period(asked.get("period", "")),
        town_id=_town(asked.get("town", "")),
        order=order if order in ORDERS else USUAL_ORDER,
        turned=asked.get("turned", "") == "1",
        measure=Measure(measure) if measure in list(Measure) else Measure.POINTS,
        ties=Ties(ties) if ties in TIES else Ties.COMPETITION,
    )


def _town(typed: str) -> int | None:
    """A town's full code from its nine digits."""
    written = typed.isascii() and typed.isdecimal() and len(typed) == _TOWN_DIGITS
    return int(typed) * Level.TOWN.width if written else None
