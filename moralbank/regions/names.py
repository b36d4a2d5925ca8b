"""What provinces, cities and counties are called, by the first six digits of a division code.

Source: GB/T 2260, as `seeds/regions.txt` has it (its head says from where). Towns are not in it:
they are called as their offices and villages call them (`queries.town_names`).
"""

from functools import cache
from typing import Final

from moralbank.paths import SEEDS
from moralbank.villages.codes import Level, above

_LEVELS: Final = (Level.PROVINCE, Level.CITY, Level.COUNTY)


def region_name(code: int) -> str:
    """Province, city and county that a 12-digit code lies in: "内蒙古自治区赤峰市松山区".

    Parts without a name are left out: municipalities have no city between themselves and their
    districts, and a few cities no districts. Empty where nothing is known.
    """
    known = _names()
    parts = dict.fromkeys(above(code, level) // Level.COUNTY.width for level in _LEVELS)
    return "".join(known.get(part, "") for part in parts)


@cache
def _names() -> dict[int, str]:
    """Every name by its six digits."""
    text = (SEEDS / "regions.txt").read_text("utf-8")
    lines = (line.split(maxsplit=1) for line in text.splitlines() if not line.startswith("#"))
    return {int(code): name for code, name in lines}
