"""No line leaves its place, whatever a villager is called: measured by the ink of every text."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

import pytest

from tests.printing.sheets import SHEETS, sheets_of
from tests.printing.snapshot import Page, Run, pages_of

NAMES: Final = (
    "李颋",
    "杜仁森",
    "斯琴高娃",
    "布仁巴雅尔",
    "乌日乐其木格",
    "帕提古丽·艾山",
    "阿不都热合曼·江",
    "古丽米热·买买提江",
    "阿卜杜拉·阿卜杜热曼",
    "迪丽拜尔·阿布都热依木",
    "阿依古丽·努尔买买提江尼",
    "阿卜杜拉·买买提江·艾山江",
    "古丽扎尔·买买提江·阿卜杜拉",
    "阿卜杜热依木·艾则孜·买买提江",
)
"""Names of two to fifteen characters: Chinese, Mongolian, Uyghur."""
EDGE_MM: Final = 3.0
"""What office printers can't print on, and what knives may cut off."""
OVERLAP: Final = 0.12
"""Texts that touch by less of their size are beside each other: a point's slope, a tail's curl."""


@cache
def drawn() -> dict[str, list[Page]]:
    """Nothing yet: sheets are read one by one."""
    return {}
