import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moralbank.households.pinyin import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张建国", "zjg"),
        ("杜仁森", "drs"),
        ("王䶮", "wy"),
        ("刘𬭎", "lh"),
        ("斯琴高娃", "sqgw"),
        ("古丽扎尔·买买提", "glzemmt"),
        ("曾国强", "zgq"),
        ("单雄信", "sxx"),
        ("仇英", "qy"),
        ("解缙", "xj"),
        ("查良镛", "zly"),
        ("区伟", "ow"),
        ("翟天", "zt"),
        ("覃海", "qh"),
        ("乐毅", "yy"),
    ],
)
def test_a_name_gives_the_first_letters_of_its_syllables(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("尉迟恭", "ycg"),
        ("单于飞", "cyf"),
        ("万俟明", "mqm"),
        ("长孙海", "zsh"),
        ("欧阳修", "oyx"),
        ("查干巴拉", "cgbl"),
        ("解放", "jf"),
    ],
)
def test_two_character_beginnings_are_not_read_as_the_surname_within(
    name: str, letters: str
) -> None:
    assert initials(name) == letters


def test_a_surnames_reading_holds_at_the_beginning_only() -> None:
    assert initials("王解") == "wj"


def test_letters_are_kept_and_marks_dropped() -> None:
    assert initials("Anna李-2") == "annal"


def test_a_character_without_reading_gives_nothing() -> None:
    assert initials("\U00031fff") == ""
    assert initials("张\U00031fff国") == "zg"
    assert initials("") == ""


@given(st.text())
def test_any_text_gives_lower_case_letters(text: str) -> None:
    letters = initials(text)
    assert all("a" <= letter <= "z" for letter in letters)


def test_importing_does_not_read_the_dictionaries() -> None:
    code = "import sys, moralbank.households.pinyin; raise SystemExit('pypinyin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
