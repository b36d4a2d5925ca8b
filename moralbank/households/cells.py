"""Cleaning a roster's cells: what was typed, written in the one way that the village keeps.

Every `clean_…` takes a cell as the sheet has it and gives back its field's value, or raises
`WrongCellError` in words that the village accountant can act on.
"""

import re
import unicodedata
from datetime import date, time, timedelta
from typing import Final

from moralbank.i18n import _
from moralbank.tables.cells import Cell, WrongCellError, squeezed, worked_out

MAX_NAME: Final = 40
MAX_GROUP: Final = 20
MAX_ADDRESS: Final = 80
MAX_NOTE: Final = 80
MAX_PEOPLE: Final = 99

IDENTITY_NUMBER: Final = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
"""Region, birth date, order, check digit: such a number is never kept."""

_NUMERALS: Final = "零一二三四五六七八九"
_NUMBERED_GROUP: Final = re.compile(
    r"第?(?:([1-9]\d?)|([一二三四五六七八九]?十?[一二三四五六七八九]?))(?:(?:村民)?小?组)?(\(.+\))?"
)
_NUMBER: Final = re.compile(r"(\d{1,8})([A-Z]?)")
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_LANDLINE: Final = re.compile(r"0\d{9,11}|[2-9]\d{6,7}")
_LANDLINE_WITHOUT_ZERO: Final = re.compile(r"[2-9]\d{9,10}")
_NO_TELEPHONE: Final = {"无", "没有", "暂无", "空", "/", ""}
_YES: Final = {"是", "同意", "愿意", "√", "✓", "✔", "1", "y", "yes", "true", "对", "上榜"}
_NO: Final = {"否", "不同意", "不愿意", "×", "✗", "✘", "x", "0", "n", "no", "false", "不上榜"}
_DOTS: Final = str.maketrans(dict.fromkeys("•・‧∙⋅．", "·"))
_HAN_EXTENSIONS: Final = range(0x20000, 0x40000)


def clean_group(cell: Cell) -> str:
    """The name of a group; 1, 1组, 第一组 and 第1村民小组 are all 一组."""
    _refuse_dates(cell)
    _plain(cell)
    text = squeezed(cell)
    if not text:
        raise WrongCellError(_("没有填"))
    match = _NUMBERED_GROUP.fullmatch(text)
    if match and (match[1] or match[2]):
        text = (_numeral(int(match[1])) if match[1] else match[2]) + "组" + (match[3] or "")
    elif isinstance(cell, int | float):
        raise WrongCellError(_("应是 1 到 99 的数，或小组的名字"))
    if len(text) > MAX_GROUP:
        raise WrongCellError(_("太长，最多 %(n)s 个字", n=MAX_GROUP))
    return text.replace("(", "（").replace(")", "）")


def clean_number(cell: Cell) -> str:
    """A household's number of at least three digits; a letter may follow (012A)."""
    _refuse_dates(cell)
    _plain(cell)
    text = re.sub(r"(号|户|户号)$|\.0+$", "", squeezed(cell)).upper()
    if not text:
        raise WrongCellError(_("没有填"))
    match = _NUMBER.fullmatch(text)
    if match is None or not int(match[1]):
        raise WrongCellError(_("应是 012 或 012A 这样的号码"))
    return f"{match[1]:0>3}{match[2]}"


def clean_head(cell: Cell) -> str:
    """The name of the head of household, every character as it was written."""
    if isinstance(cell, int | float | date | time | timedelta):
        raise WrongCellError(_("不能是数字"))
    name = _plain(cell).translate(_DOTS)
    # 张　三 is 张三, but Latin words stay apart.
    name = re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", name)
    if not name:
        raise WrongCellError(_("没有填"))
    if len(name) > MAX_NAME:
        raise WrongCellError(_("太长，最多 %(n)s 个字", n=MAX_NAME))
    if any(unicodedata.category(letter)[0] == "N" and letter != "〇" for letter in name):
        raise WrongCellError(_("不能有数字"))
    strange = [letter for letter in name if not _belongs_in_name(letter)]
    if strange:
        raise WrongCellError(_("有不能用的字符“%(what)s”，请改正", what=strange[0]))
    return name


def clean_telephone(cell: Cell) -> str:
    """A mobile or landline number, digits only."""
    _plain(cell)
    text = re.sub(r"\.0+$|[-‐-―−.()]", "", squeezed(cell))
    if text in _NO_TELEPHONE:
        return ""
    text = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", text)
    # In a cell of numbers the 0 of the area code is gone.
    if isinstance(cell, int | float) and _LANDLINE_WITHOUT_ZERO.fullmatch(text):
        text = "0" + text
    if not (_MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text)):
        raise WrongCellError(_("不是一个完整的电话号码"))
    return text


def clean_people(cell: Cell) -> int | None:
    """How many people live in the household."""
    _refuse_dates(cell)
    _plain(cell)
    text = re.sub(r"(口人|口|人)$|\.0+$", "", squeezed(cell))
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > MAX_PEOPLE:
        raise WrongCellError(_("应是 0 到 %(n)s 的整数", n=MAX_PEOPLE))
    return int(text)


def clean_address(cell: Cell) -> str:
    """Where the household lives."""
    return _limited(cell, MAX_ADDRESS)


def clean_note(cell: Cell) -> str:
    """Whatever the village wrote beside the household."""
    return _limited(cell, MAX_NOTE)


def clean_consent(cell: Cell) -> bool | None:
    """Whether the household agrees to stand on boards; None where nothing is said."""
    _plain(cell)
    text = squeezed(cell).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    if text:
        raise WrongCellError(_("应填“是”或“否”"))
    return None


def _plain(cell: Cell) -> str:
    """A cell as one line of text; refuses failed formulas and identity numbers."""
    text = worked_out(cell)
    if IDENTITY_NUMBER.search(unicodedata.normalize("NFKC", text)):
        raise WrongCellError(_("含有身份证号，请删去"))
    return text


def _refuse_dates(cell: Cell) -> None:
    """Excel turns 1-2 into a date: such a cell no longer says what was typed."""
    if isinstance(cell, date | time | timedelta):
        raise WrongCellError(_("被表格软件变成了日期，请把这一格改成文本再填"))


def _numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese: 十二, 二十."""
    tens, ones = divmod(number, 10)
    ten = {0: "", 1: "十"}.get(tens, _NUMERALS[tens] + "十")
    return ten + (_NUMERALS[ones] if ones else "")


def _belongs_in_name(letter: str) -> bool:
    """Letters of any script with their marks, and what joins or tells apart names."""
    # Python's tables may be older than the rarest characters, which all lie in two planes.
    if ord(letter) in _HAN_EXTENSIONS or letter in "〇·（）()-' \u200c\u200d":
        return True
    return unicodedata.category(letter)[0] in "LM"


def _limited(cell: Cell, limit: int) -> str:
    """Free text up to `limit` characters."""
    text = _plain(cell)
    if len(text) > limit:
        raise WrongCellError(_("太长，最多 %(n)s 个字", n=limit))
    return text
