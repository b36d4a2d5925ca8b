"""The number on a card: 14 random digits and a check digit, unguessable and typable."""

import re
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final

from moralbank.errors import Invalid
from moralbank.i18n import mark

LENGTH: Final = 15
_DIGITS: Final = re.compile(r"[0-9]+")
_GROUPED: Final = re.compile(r"[0-9]+(?:[ \-][0-9]+)*")

Draw = Callable[[int], int]
"""Draws a whole number from 0 up to, but not including, the one given."""


class TokenInvalid(Invalid):
    """What was scanned or typed holds no card number."""

    text = mark("这不是积分卡的卡号：卡号是 15 位数字，请对着卡片再看一遍")
    code = "token_invalid"


def make_token(draw: Draw = secrets.randbelow) -> str:
    """A new card number: `draw` must be unguessable for cards that are really used."""
    digits = f"{draw(10 ** (LENGTH - 1)):0{LENGTH - 1}d}"
    return digits + str(-_luhn_sum(digits + "0") % 10)


def read_token(text: str) -> str:
    """The card number in what a scanner read or a person typed; raises TokenInvalid.

    The QR may hold a web address, so the last run of digits counts. People type digits in the
    groups in which the card prints them, or with full-width digits.
    """
    plain = unicodedata.normalize("NFKC", text)
    for token in (_last(_DIGITS, plain), _last(_GROUPED, plain)):
        if len(token) == LENGTH and _luhn_sum(token) % 10 == 0:
            return token
    raise TokenInvalid


def looks_like_token(text: str) -> bool:
    """Whether somebody meant a card number, right or wrong: mostly digits, about as many."""
    plain = unicodedata.normalize("NFKC", text)
    return len(_last(_GROUPED, plain)) >= LENGTH - 3


def _last(pattern: re.Pattern[str], text: str) -> str:
    found: list[str] = pattern.findall(text)
    return re.sub(r"[ \-]", "", found[-1]) if found else ""


def _luhn_sum(digits: str) -> int:
    """The Luhn sum (ISO/IEC 7812-1): every second digit from the right is doubled."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of its two digits
    return total
