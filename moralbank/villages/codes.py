"""What a 12-digit division code says: its prefixes are province, city, county and town.

Source: 统计用区划代码 (National Bureau of Statistics): 2 digits province, 2 city, 2 county, 3 town,
3 village. The code of a town itself ends in 000, of a county in 000000, and so on.
"""

from enum import IntEnum
from typing import Any, Final

DIGITS: Final = 12
FIRST: Final = 10 ** (DIGITS - 1)
LAST: Final = 10**DIGITS - 1


class Level(IntEnum):
    """How much a code names; the value is how many of its digits are zeros at the end."""

    VILLAGE = 0
    TOWN = 3
    COUNTY = 6
    CITY = 8
    PROVINCE = 10

    @property
    def width(self) -> int:
        """So many codes lie in one of this level."""
        return int(10**self.value)


_WIDEST_FIRST: Final = sorted(Level, reverse=True)


def level_of(code: int) -> Level:
    """What a code names: a village, or the town, county, city or province above it."""
    return next(level for level in _WIDEST_FIRST if code % level.width == 0)


def is_village(code: Any) -> Any:
    """Whether a code is a village's own: of a number, or as a condition on a column of codes."""
    return code % Level.TOWN.width != 0


def above(code: int, level: Level) -> int:
    """The code of the town, county, city or province that a village (or a town …) lies in."""
    return code - code % level.width


def reach(code: int) -> tuple[int, int]:
    """The first and the last code that lie in what a code names; of a village its own, twice."""
    return code, code + level_of(code).width - 1
