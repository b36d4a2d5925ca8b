"""Pinyin initials of villagers' names, for finding 张建国 by typing zjg."""

from functools import lru_cache
from typing import Final

from moralbank.readings import syllables

# Surnames (and beginnings of Mongolian names) that a reading character by character
# starts with another letter. Longer entries win, so 单于 is not read as 单 (shan).
_SURNAMES: Final = {
    "曾": "zeng",
    "单": "shan",
    "仇": "qiu",
    "解": "xie",
    "查": "zha",
    "区": "ou",
    "翟": "zhai",
    "种": "chong",
    "召": "shao",
    "折": "she",
    "覃": "qin",
    "乐": "yue",
    "郇": "xun",
    "藏": "zang",
    "祭": "zhai",
    "秘": "bi",
    "句": "gou",
    "乜": "nie",
    "繁": "po",
    "佴": "nai",
    "隗": "wei",
    "阚": "kan",
    "尉迟": "yu chi",
    "单于": "chan yu",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "查干": "cha gan",
    "解放": "jie fang",
}
_LONGEST_SURNAME: Final = 2


@lru_cache(maxsize=65_536)
def initials(name: str) -> str:
    """The first letters of a name's syllables in lower case: "张建国" gives "zjg".

    Latin letters are kept, marks such as · are dropped, and a character without a known
    reading gives nothing rather than a wrong letter.
    """
    for length in range(_LONGEST_SURNAME, 0, -1):
        reading = _SURNAMES.get(name[:length])
        if reading is not None:
            surname = "".join(syllable[0] for syllable in reading.split())
            return surname + _first_letters(name[length:])
    return _first_letters(name)


def _first_letters(text: str) -> str:
    """First letters of plain text, surnames not considered."""
    letters = "".join(syllable[0] for syllable in syllables(text))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha()).lower()
