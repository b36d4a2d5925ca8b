"""Village-local numbers as they come from addresses, forms and printed sheets."""

from typing import Final

LARGEST: Final = 2**31 - 1
"""Numbers are never larger; databases refuse to look for one that their columns can't hold."""
UNKNOWN: Final = -1
"""A number that nothing has."""

_DIGITS: Final = len(str(LARGEST))


def local_number(typed: str) -> int | None:
    """The number written in plain digits; None for anything else."""
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS):
        return None
    number = int(typed)
    return number if number <= LARGEST else None


def number_or_unknown(typed: object) -> int:
    """The number of a form's field, or UNKNOWN, of which services say that nothing has it."""
    number = local_number(str(typed))
    return UNKNOWN if number is None else number
