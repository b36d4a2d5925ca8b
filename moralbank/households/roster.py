"""Judging a village's household roster: what each row says, and what importing it would do.

Pure functions from a `Table` to judged rows; the service alone writes. A wrong cell never
raises: it becomes an error of its row, in words that the village accountant can act on.
"""

import io
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from moralbank.households.workbook import (
    ADDRESS,
    CONSENT,
    FIELDS,
    GROUP,
    HEAD,
    NOTE,
    NUMBER,
    PEOPLE,
    TELEPHONE,
    Cell,
    Header,
    Row,
    Table,
    field_label,
    heading,
    is_blank,
    names_field,
)
from moralbank.i18n import _

MAX_NAME: Final = 40
MAX_GROUP: Final = 20
MAX_ADDRESS: Final = 80
MAX_NOTE: Final = 80
MAX_PEOPLE: Final = 99

Value = str | int | bool | None
T = TypeVar("T")

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
_FAILED_FORMULA: Final = re.compile(r"#(N/A|[A-Z_]+[!?]|DIV/0!)")
# An identity number: region, birth date, order, check digit. Such a number is never kept.
_IDENTITY_NUMBER: Final = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_FOOT: Final = re.compile(
    r".{0,8}(合计|总计|小计|共计)|(填表|制表|审核|经办|负责)(人|日期|时间)?[:：]?|(备注|说明|注)[:：]"
)
_EXAMPLE: Final = "示例"
_DOTS: Final = str.maketrans(dict.fromkeys("•・‧∙⋅．", "·"))
_INVISIBLE: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")
_HAN_EXTENSIONS: Final = range(0x20000, 0x40000)
_RESULT_HEADINGS: Final = ("导入结果", "原因")
_HIDDEN_IDENTITY: Final = "（身份证号已隐去）"
_LONGEST_CELL: Final = 32_767  # Excel's own limit


class Fate(StrEnum):
    """What importing a row would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One household as the sheet has it, cleaned; a cell that can't be read is left blank.

    `line` is the row's number in the sheet, from 1. `errors` are sentences for people and
    `wrong` the fields they are about.
    """

    line: int
    group: str = ""
    number: str = ""
    head: str = ""
    telephone: str = ""
    people: int | None = None
    address: str = ""
    note: str = ""
    consent: bool | None = None
    errors: tuple[str, ...] = ()
    wrong: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExistingHousehold:
    """What the village already knows of a household."""

    head: str
    telephone: str = ""
    people: int | None = None
    address: str = ""
    note: str = ""
    consent: bool | None = None


class Change(NamedTuple):
    """A field that importing would alter."""

    field: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row with its fate; `reasons` are its errors, or its changes in words."""

    row: RosterRow
    fate: Fate
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()


class _WrongCellError(ValueError):
    """A cell that can't be taken; its text says why."""


@dataclass(slots=True)
class _Findings:
    """What is wrong with the row being read."""

    errors: list[str] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)

    def read(self, name: str, clean: Callable[[Cell], T], cell: Cell, blank: T) -> T:
        """Clean a cell, or note what is wrong with it and go on with `blank`."""
        try:
            return clean(cell)
        except _WrongCellError as error:
            self.errors.append(_("%(column)s：%(why)s", column=field_label(name), why=str(error)))
            self.wrong.add(name)
            return blank


def parse(table: Table, header: Header) -> tuple[RosterRow, ...]:
    """Read every household below the headings; never raises.

    Blank rows, totals, signatures and repeated headings are left out. A group written once for
    a run of rows (merged cells) holds until the next one.
    """
    rows: list[RosterRow] = []
    group: Cell = None
    for index in range(header.row_index + 1, len(table.rows)):
        cells = table.rows[index]
        raw = {name: cells[column] for name, column in header.columns.items()}
        if _is_no_household(cells, raw):
            continue
        if not is_blank(raw[GROUP]):
            group = raw[GROUP]
        if all(is_blank(cell) for name, cell in raw.items() if name != GROUP):
            continue
        rows.append(_read_row(index + 1, raw | {GROUP: group}))
    return _with_collisions(rows)


def judge(
    rows: Iterable[RosterRow], existing: Mapping[tuple[str, str], ExistingHousehold]
) -> tuple[JudgedRow, ...]:
    """Say for every row what importing it would do; `existing` goes by (group, number).

    A blank cell never erases what the village already knows.
    """
    return tuple(_judge_row(row, existing.get((row.group, row.number))) for row in rows)


def marked_copy(table: Table, header: Header, judged: Sequence[JudgedRow]) -> bytes:
    """The user's own sheet as .xlsx with the columns 导入结果 and 原因, wrong cells coloured.

    Identity numbers are blotted out. Columns left by an earlier marked copy are replaced.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    text = book.add_format({"num_format": "@"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#F8CBAD"})
    sheet = book.add_worksheet()
    width = _own_width(table, header)
    sheet.set_column(0, width - 1, 14, text)
    sheet.set_column(width, width, 10, text)
    sheet.set_column(width + 1, width + 1, 60, text)
    fates = {item.row.line: item for item in judged}
    titles = {column: name for name, column in header.columns.items()}
    exact = {column for column, name in titles.items() if name != PEOPLE}
    hidden = _identity_columns(table, header)
    for index, cells in enumerate(table.rows):
        item = fates.get(index + 1)
        faulty = item.row.wrong if item else frozenset()
        for column, cell in enumerate(cells[:width]):
            shown = _HIDDEN_IDENTITY if column in hidden and index > header.row_index else cell
            style = wrong if titles.get(column) in faulty else text
            _write(sheet, (index, column), shown, style, exact=column in exact)
        if index == header.row_index:
            sheet.write_row(index, width, _RESULT_HEADINGS, text)
        elif item:
            style = wrong if item.fate is Fate.ERROR else text
            sheet.write_row(index, width, (fate_label(item.fate), _reasons(item)), style)
    book.close()
    return buffer.getvalue()


def template() -> bytes:
    """An empty roster as .xlsx: headings, two examples that are never imported, and a note."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "bg_color": "#F4E3C1", "border": 1})
    grey = book.add_format({"num_format": "@", "italic": True, "font_color": "#7F7F7F"})
    sheet = book.add_worksheet("花名册")
    for column, (title, width, *examples) in enumerate(_TEMPLATE_COLUMNS):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, title, bold)
        sheet.write_column(1, column, examples, grey)
    consent = [title for title, *_rest in _TEMPLATE_COLUMNS].index("同意上榜")
    choice = {"validate": "list", "source": ["是", "否"]}
    sheet.data_validation(1, consent, 2000, consent, choice)
    sheet.freeze_panes(1, 0)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 90)
    notes.write_column(0, 0, _template_notes())
    book.close()
    return buffer.getvalue()


# Words of the file itself, which `find_header` must know again: never translated.
_TEMPLATE_COLUMNS: Final = (
    ("序号", 6, _EXAMPLE, _EXAMPLE),
    ("小组", 10, "一组", "二组"),
    ("户号", 8, "001", "012"),
    ("户主姓名", 14, "张三", "李四"),
    ("家庭人口", 10, "4", "2"),
    ("联系电话", 16, "13800000000", ""),
    ("住址", 24, "村东头第三家", ""),
    ("同意上榜", 10, "是", ""),
    ("备注", 24, "", "外出务工"),
)


def _template_notes() -> tuple[str, ...]:
    """What the template's second sheet says."""
    return (
        _("一户一行。小组、户号、户主姓名必须填，其余可以空着。"),
        _("序号写着“示例”的行不会导入，可以留着，也可以删去。"),
        _("同一小组里户号不能重复；写 12 和 012 是同一户。"),
        _("再次导入时，空着的格子不会抹掉系统里已有的内容。"),
        _("请不要填身份证号和银行卡号，系统不会读取。"),
    )


def _is_no_household(cells: Row, raw: Mapping[str, Cell]) -> bool:
    """Whether a row is an example, a repeated heading, a total or a signature."""
    first = next((heading(cell) for cell in cells if not is_blank(cell)), "")
    if first == _EXAMPLE:
        return True
    if names_field(raw[HEAD], HEAD) and names_field(raw[NUMBER], NUMBER):
        return True
    texts = (_squeezed(cell) for cell in (first, raw[GROUP], raw[NUMBER], raw[HEAD]))
    if not any(_FOOT.match(text) for text in texts):
        return False
    # 负责 and the like can begin a real row's first cell: a whole household is never dropped.
    findings = _Findings()
    head = findings.read(HEAD, _head, raw[HEAD], "")
    return _FOOT.match(head) is not None or not findings.read(NUMBER, _number, raw[NUMBER], "")


def _read_row(line: int, raw: Mapping[str, Cell]) -> RosterRow:
    """Clean one household's cells, collecting what is wrong with them."""
    found = _Findings()
    values = {name: raw.get(name) for name in FIELDS}
    row = RosterRow(
        line=line,
        group=found.read(GROUP, _group, values[GROUP], ""),
        number=found.read(NUMBER, _number, values[NUMBER], ""),
        head=found.read(HEAD, _head, values[HEAD], ""),
        telephone=found.read(TELEPHONE, _telephone, values[TELEPHONE], ""),
        people=found.read(PEOPLE, _people, values[PEOPLE], None),
        address=found.read(ADDRESS, _address, values[ADDRESS], ""),
        note=found.read(NOTE, _note, values[NOTE], ""),
        consent=found.read(CONSENT, _consent, values[CONSENT], None),
    )
    return replace(row, errors=tuple(found.errors), wrong=frozenset(found.wrong))


def _plain(cell: Cell) -> str:
    """A cell as one line of text; refuses failed formulas and identity numbers."""
    text = _as_text(cell)
    if _FAILED_FORMULA.fullmatch(text):
        raise _WrongCellError(_("公式出错（%(error)s），请改成文字", error=text))
    if _IDENTITY_NUMBER.search(unicodedata.normalize("NFKC", text)):
        raise _WrongCellError(_("含有身份证号，请删去"))
    return text


def _as_text(cell: Cell) -> str:
    """What a cell shows, whole numbers without the .0 that Excel's reader gives them."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        return f"{cell:.0f}"
    if isinstance(cell, date | time):
        return cell.isoformat()
    return re.sub(r"\s+", " ", _INVISIBLE.sub("", str(cell))).strip()


def _squeezed(cell: Cell) -> str:
    """Text in its plain (half-width) forms without any space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", _as_text(cell)))


def _refuse_dates(cell: Cell) -> None:
    """Excel turns 1-2 into a date: such a cell no longer says what was typed."""
    if isinstance(cell, date | time | timedelta):
        raise _WrongCellError(_("被表格软件变成了日期，请把这一格改成文本再填"))


def _group(cell: Cell) -> str:
    """The name of a group; 1, 1组, 第一组 and 第1村民小组 are all 一组."""
    _refuse_dates(cell)
    _plain(cell)
    text = _squeezed(cell)
    if not text:
        raise _WrongCellError(_("没有填"))
    match = _NUMBERED_GROUP.fullmatch(text)
    if match and (match[1] or match[2]):
        text = (_numeral(int(match[1])) if match[1] else match[2]) + "组" + (match[3] or "")
    elif isinstance(cell, int | float):
        raise _WrongCellError(_("应是 1 到 99 的数，或小组的名字"))
    if len(text) > MAX_GROUP:
        raise _WrongCellError(_("太长，最多 %(n)s 个字", n=MAX_GROUP))
    return text.replace("(", "（").replace(")", "）")


def _numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese: 十二, 二十."""
    tens, ones = divmod(number, 10)
    ten = {0: "", 1: "十"}.get(tens, _NUMERALS[tens] + "十")
    return ten + (_NUMERALS[ones] if ones else "")


def _number(cell: Cell) -> str:
    """A household's number of at least three digits; a letter may follow (012A)."""
    _refuse_dates(cell)
    _plain(cell)
    text = re.sub(r"(号|户|户号)$|\.0+$", "", _squeezed(cell)).upper()
    if not text:
        raise _WrongCellError(_("没有填"))
    match = _NUMBER.fullmatch(text)
    if match is None or not int(match[1]):
        raise _WrongCellError(_("应是 012 或 012A 这样的号码"))
    return f"{match[1]:0>3}{match[2]}"


def _head(cell: Cell) -> str:
    """The name of the head of household, every character as it was written."""
    if isinstance(cell, int | float | date | time | timedelta):
        raise _WrongCellError(_("不能是数字"))
    name = _plain(cell).translate(_DOTS)
    # 张　三 is 张三, but Latin words stay apart.
    name = re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", name)
    if not name:
        raise _WrongCellError(_("没有填"))
    if len(name) > MAX_NAME:
        raise _WrongCellError(_("太长，最多 %(n)s 个字", n=MAX_NAME))
    if any(unicodedata.category(letter)[0] == "N" and letter != "〇" for letter in name):
        raise _WrongCellError(_("不能有数字"))
    strange = [letter for letter in name if not _belongs_in_name(letter)]
    if strange:
        raise _WrongCellError(_("有不能用的字符“%(what)s”，请改正", what=strange[0]))
    return name


def _belongs_in_name(letter: str) -> bool:
    """Letters of any script with their marks, and what joins or tells apart names."""
    # Python's tables may be older than the rarest characters, which all lie in two planes.
    if ord(letter) in _HAN_EXTENSIONS or letter in "〇·（）()-' \u200c\u200d":
        return True
    return unicodedata.category(letter)[0] in "LM"


def _telephone(cell: Cell) -> str:
    """A mobile or landline number, digits only."""
    _plain(cell)
    text = re.sub(r"\.0+$|[-‐-―−.()]", "", _squeezed(cell))
    if text in _NO_TELEPHONE:
        return ""
    text = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", text)
    # In a cell of numbers the 0 of the area code is gone.
    if isinstance(cell, int | float) and _LANDLINE_WITHOUT_ZERO.fullmatch(text):
        text = "0" + text
    if not (_MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text)):
        raise _WrongCellError(_("不是一个完整的电话号码"))
    return text


def _people(cell: Cell) -> int | None:
    """How many people live in the household."""
    _refuse_dates(cell)
    _plain(cell)
    text = re.sub(r"(口人|口|人)$|\.0+$", "", _squeezed(cell))
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > MAX_PEOPLE:
        raise _WrongCellError(_("应是 0 到 %(n)s 的整数", n=MAX_PEOPLE))
    return int(text)


def _address(cell: Cell) -> str:
    """Where the household lives."""
    return _limited(cell, MAX_ADDRESS)


def _note(cell: Cell) -> str:
    """Whatever the village wrote beside the household."""
    return _limited(cell, MAX_NOTE)


def _limited(cell: Cell, limit: int) -> str:
    """Free text up to `limit` characters."""
    text = _plain(cell)
    if len(text) > limit:
        raise _WrongCellError(_("太长，最多 %(n)s 个字", n=limit))
    return text


def _consent(cell: Cell) -> bool | None:
    """Whether the household agrees to stand on boards; None where nothing is said."""
    _plain(cell)
    text = _squeezed(cell).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    if text:
        raise _WrongCellError(_("应填“是”或“否”"))
    return None


def _with_collisions(rows: Sequence[RosterRow]) -> tuple[RosterRow, ...]:
    """Add errors to rows that claim one household number, each naming another's line."""
    claims: dict[tuple[str, str], list[RosterRow]] = {}
    for row in rows:
        if row.group and row.number and row.head:
            claims.setdefault((row.group, row.number), []).append(row)
    rivals: dict[int, RosterRow] = {}
    for first, *others in claims.values():
        if not others:
            continue
        other_head = next((row for row in others if row.head != first.head), others[0])
        rivals[first.line] = other_head
        for row in others:
            rivals[row.line] = other_head if row.head == first.head != other_head.head else first
    return tuple(_collided(row, rivals[row.line]) if row.line in rivals else row for row in rows)


def _collided(row: RosterRow, rival: RosterRow) -> RosterRow:
    """A row with the error that `rival` claims the same household."""
    if row.head == rival.head:
        error = _("与第 %(line)s 行重复", line=rival.line)
    else:
        error = _(
            "户号与第 %(line)s 行相同，那里的户主是%(head)s", line=rival.line, head=rival.head
        )
    return replace(row, errors=(*row.errors, error), wrong=row.wrong | {NUMBER})


def _judge_row(row: RosterRow, existing: ExistingHousehold | None) -> JudgedRow:
    """The fate of one row."""
    if row.errors:
        return JudgedRow(row, Fate.ERROR, reasons=row.errors)
    if existing is None:
        return JudgedRow(row, Fate.NEW)
    changes = tuple(
        Change(name, getattr(existing, name), getattr(row, name))
        for name in (HEAD, TELEPHONE, PEOPLE, ADDRESS, NOTE, CONSENT)
        if getattr(row, name) not in {"", None, getattr(existing, name)}
    )
    fate = Fate.CHANGED if changes else Fate.SAME
    return JudgedRow(row, fate, changes, tuple(_change_in_words(change) for change in changes))


def _change_in_words(change: Change) -> str:
    """A change as the accountant reads it."""
    return _(
        "%(field)s由“%(old)s”改为“%(new)s”",
        field=field_label(change.field),
        old=_as_text(change.old),
        new=_as_text(change.new),
    )


def fate_label(fate: Fate) -> str:
    """A fate as the accountant reads it."""
    return {
        Fate.NEW: _("新增"),
        Fate.CHANGED: _("更新"),
        Fate.SAME: _("没有变化"),
        Fate.ERROR: _("有错误"),
    }[fate]


def _own_width(table: Table, header: Header) -> int:
    """How many columns are the user's own, an earlier copy's result columns left out."""
    width = len(table.rows[0])
    extra = len(_RESULT_HEADINGS)
    if header.row_index >= 0 and table.rows[header.row_index][-extra:] == _RESULT_HEADINGS:
        return width - extra
    return width


def _identity_columns(table: Table, header: Header) -> set[int]:
    """The columns whose headings `find_header` put aside."""
    if header.row_index < 0:
        return set()
    titles = table.rows[header.row_index]
    return {column for column, cell in enumerate(titles) if heading(cell) in header.ignored}


def _reasons(item: JudgedRow) -> str:
    """Why a row has its fate, in one cell."""
    return "；".join(item.reasons)


def _write(
    sheet: Worksheet, place: tuple[int, int], cell: Cell, style: Format, *, exact: bool
) -> None:
    """Write one cell; `exact` keeps numbers as text, so that no telephone loses a digit."""
    if is_blank(cell):
        sheet.write_blank(*place, None, style)
    elif isinstance(cell, int | float) and not exact and math.isfinite(cell):
        sheet.write_number(*place, cell)
    else:
        text = _IDENTITY_NUMBER.sub(_HIDDEN_IDENTITY, _as_text(cell))
        sheet.write_string(*place, text[:_LONGEST_CELL], style)
