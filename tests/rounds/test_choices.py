"""Buttons as they are typed, proposed, and meant by a cell of the paper form."""

import pytest

from moralbank.rounds.choices import (
    CellUnclear,
    Choice,
    ChoicesInvalid,
    choices_kept,
    default_choices,
    kept_choices,
    read_cell,
    read_choices,
    typed_choices,
)
from moralbank.scheme.queries import Item
from tests.rounds.walk import THREE


@pytest.mark.parametrize(
    "typed", ["优=5 良=3 合格=0", " 优＝５，良 = 3、合格=0 ", "优=5;良=3;合格=0"]
)
def test_buttons_are_read_however_they_are_typed(typed: str) -> None:
    assert read_choices(typed) == THREE
    assert choices_kept(kept_choices(THREE)) == THREE
    assert read_choices(typed_choices(THREE)) == THREE


@pytest.mark.parametrize(
    "typed",
    [
        *("", "优", "优=5", "优=五 良=3", "优=5 优=3", "合格=0 不合格=0", "优=-5 良=3"),
        *("特别特别特别好=5 良=3", "一=1 二=2 三=3 四=4 五=5 六=6 七=7", "优=123456 良=3"),
    ],
)
def test_other_buttons_are_refused(typed: str) -> None:
    with pytest.raises(ChoicesInvalid):
        read_choices(typed)


def _item(least: int, most: int, levels: tuple[tuple[str, int], ...] = ()) -> Item:
    return Item(1, 1, "环境", "庭院清洁", least, most, levels, "次", None, False, False, "")


def test_each_kind_of_item_proposes_its_own_buttons() -> None:
    assert typed_choices(default_choices(_item(3, 3))) == "达标=3 不达标=0"
    assert typed_choices(default_choices(_item(1, 5))) == "优=5 良=3 合格=1 不合格=0"
    assert typed_choices(default_choices(_item(1, 2))) == "优=2 良=1 不合格=0"
    levels = (("村级", 3), ("镇级", 5), ("旗级", 5))
    assert typed_choices(default_choices(_item(3, 5, levels))) == "镇级=5 村级=3 不合格=0"


def test_a_cell_names_a_button_by_place_word_or_first_character() -> None:
    assert [read_cell(typed, THREE).points for typed in ("1", "２", "良", "合", " 优 ")] == [
        *(5, 3, 3, 0, 5)
    ]
    alike = (Choice("优秀", 5), Choice("优良", 3))
    for typed, choices in (("4", THREE), ("好", THREE), ("", THREE), ("优", alike)):
        with pytest.raises(CellUnclear):
            read_cell(typed, choices)
