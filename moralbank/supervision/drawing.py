"""Drawing by lot so that anybody can draw the same again: no list, no secret, only the seed."""

import secrets
from collections.abc import Collection
from hashlib import sha256
from typing import Final

from moralbank.i18n import _

SEED_DIGITS: Final = 8


def new_seed() -> str:
    """Eight digits that nobody could have foreseen."""
    return f"{secrets.randbelow(10**SEED_DIGITS):0{SEED_DIGITS}d}"


def how_many(out_of: int, percent: int) -> int:
    """`percent` of `out_of` deeds, a part of one counted as a whole."""
    return -(-out_of * percent // 100)


def lot(seed: str, award_id: int) -> str:
    """The lot of one deed: 64 hexadecimal digits, the smallest of which win."""
    return sha256(f"{seed}:{award_id}".encode()).hexdigest()


def draw(seed: str, award_ids: Collection[int], percent: int) -> list[int]:
    """The deeds that are drawn, in the order of the draw.

    Each is given the sha256 of "seed:number"; the smallest hashes win. Whoever knows the seed and
    the month's deeds finds the same list, and nobody can choose a seed for a wanted list without
    trying many, which numbered draws show.
    """
    in_order = sorted(award_ids, key=lambda number: lot(seed, number))
    return in_order[: how_many(len(in_order), percent)]


def rule_words(seed: str, example: int) -> str:
    """The rule in words, with one deed's number as example, so that anybody can repeat it."""
    return _(
        "每条记录写成“种子:编号”（如 %(seed)s:%(example)s），算出 SHA-256 值，"
        "按十六进制从小到大排队，取排在最前面的若干条（不足一条的算一条）。"
        "用同一个种子，谁来算都是同一份名单。",
        seed=seed,
        example=example,
    )
