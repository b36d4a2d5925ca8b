"""The buttons of an item: words and points, as they are typed, kept and understood again."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from moralbank.errors import Invalid
from moralbank.i18n import _, listed, mark
from moralbank.scheme.queries import Item

FEWEST: Final = 2
MOST: Final = 6

_BETWEEN: Final = re.compile(r"[\s,、;]+")
_CHOICE: Final = re.compile(r"([^=]{1,6})=([0-9]{1,5})")
_NONE: Final = "不合格"


class ChoicesInvalid(Invalid):
    """Buttons are typed "优=5 良=3 合格=0", each with a word and points of its own."""

    text = mark("按钮要写成：优=5 良=3 合格=0。2 到 6 个，词各不相同（最多 6 个字），分各不相同")
    code = "choices_invalid"


class CellUnclear(Invalid):
    """What was typed in a cell names none of the item's buttons, or more than one."""

    text = mark("“%(typed)s”看不懂：请填 %(legend)s")
    code = "cell_unclear"


@dataclass(frozen=True)
class Choice:
    """One button: what it says, and how many points it gives. 0 points give no deed."""

    word: str
    points: int


def read_choices(typed: str) -> tuple[Choice, ...]:
    """The buttons that were typed, full-width signs too; raises ChoicesInvalid."""
    plain = re.sub(r"\s*=\s*", "=", unicodedata.normalize("NFKC", typed)).strip()
    found = []
    for part in _BETWEEN.split(plain):
        read = _CHOICE.fullmatch(part)
        if read is None:
            raise ChoicesInvalid
        found.append(Choice(read[1], int(read[2])))
    words, points = {one.word for one in found}, {one.points for one in found}
    if not FEWEST <= len(found) <= MOST or min(len(words), len(points)) < len(found):
        raise ChoicesInvalid
    return tuple(found)


def typed_choices(choices: Sequence[Choice]) -> str:
    """How buttons are typed: "优=5 良=3 合格=0"."""
    return " ".join(f"{one.word}={one.points}" for one in choices)


def default_choices(item: Item) -> tuple[Choice, ...]:
    """The buttons that suit an item: its levels, its range in three steps, or done and not done."""
    if item.levels:
        # Levels may share their points ("镇级 5、县级 5"): a button stands for points.
        by_points = {points: name for name, points in reversed(item.levels)}
        found = [Choice(name[:6], points) for points, name in sorted(by_points.items())[::-1]]
        return (*found[: MOST - 1], Choice(_NONE, 0))
    if not item.has_range:
        return (Choice("达标", item.points_min), Choice("不达标", 0))
    middle = (item.points_min + item.points_max) // 2
    steps = dict.fromkeys((item.points_max, middle, item.points_min))
    named = zip(("优", "良", "合格"), steps, strict=False)
    return (*(Choice(word, points) for word, points in named), Choice(_NONE, 0))


def kept_choices(choices: Sequence[Choice]) -> str:
    """Buttons as their column holds them."""
    return json.dumps([[one.word, one.points] for one in choices], ensure_ascii=False)


def choices_kept(column: str) -> tuple[Choice, ...]:
    """What `kept_choices` wrote."""
    return tuple(Choice(word, points) for word, points in json.loads(column))


def legend(choices: Sequence[Choice]) -> str:
    """What may be typed in a cell: "1 优（5 分）、2 良（3 分）"."""
    return listed(
        _("%(place)s %(word)s（%(points)s 分）", place=place, word=one.word, points=one.points)
        for place, one in enumerate(choices, start=1)
    )


def read_cell(typed: str, choices: Sequence[Choice]) -> Choice:
    """The button that a cell names: by its place from 1, its word or the word's first character.

    Raises CellUnclear.
    """
    plain = unicodedata.normalize("NFKC", typed).strip().casefold()
    by_place = {str(place): one for place, one in enumerate(choices, start=1)}
    by_word = {one.word.casefold(): one for one in choices}
    found = by_place.get(plain) or by_word.get(plain)
    if found is None:
        near = [one for word, one in by_word.items() if plain and word.startswith(plain)]
        if len(near) != 1:
            raise CellUnclear(typed=typed.strip()[:10], legend=legend(choices))
        found = near[0]
    return found
