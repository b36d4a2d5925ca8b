import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from moralbank.households.pinyin import initials
from moralbank.readings import syllables, toned, written


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


def test_characters_and_phrases_are_read_as_by_pypinyin() -> None:
    for sign in map(chr, sorted(PINYIN_DICT)[::40]):
        assert toned(sign) == lazy_pinyin(sign, style=Style.TONE)[0]
    for phrase in ("重庆火锅", "长江面粉", "西藏红花", *sorted(PHRASES_DICT)[::40]):
        assert syllables(phrase) == lazy_pinyin(phrase), phrase
    assert toned("a") == toned("\U00031fff") == ""
    assert syllables("绿 2\U00031fff") == ["lv", " ", "2", "\U00031fff"]


def test_the_table_keeps_the_phrases_that_shorter_ones_do_not_tell() -> None:
    characters = {"重": "zhòng", "庆": "qìng", "国": "guó", "𬭎": "hóng"}
    phrases = {"国庆": "guo qing", "重庆": "chong qing", "国重庆": "guo chong qing"}
    head, known, *rest = written(characters, phrases).splitlines()
    assert head.startswith("#")
    assert known == "- guó hóng qìng zhòng"
    assert rest == ['56FD !"', "5E86 !$", "91CD !%", "2CB4E !#", "", "重庆 chong qing"]


def test_the_server_does_not_need_the_dictionaries() -> None:
    code = """
import sys
from moralbank.access.passwords import require_strong
from moralbank.households.pinyin import initials
assert initials("张建国") == "zjg"
require_strong("chun-hua-qiu-shi", ["张建国"], "password")
raise SystemExit("pypinyin" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
