"""Rosters given back as files: the user's own with every row's result, and an empty one."""

import io
import math
from collections.abc import Sequence
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from moralbank.households.cells import IDENTITY_NUMBER, as_text
from moralbank.households.headings import PEOPLE, Header, heading
from moralbank.households.roster import EXAMPLE, Fate, JudgedRow, fate_label
from moralbank.households.table import Cell, Table, is_blank
from moralbank.i18n import _, clauses

_RESULT_HEADINGS: Final = ("导入结果", "原因")
_HIDDEN_IDENTITY: Final = "（身份证号已隐去）"
_LONGEST_CELL: Final = 32_767  # Excel's own limit

# Words of the file itself, which `find_header` must know again: never translated.
_TEMPLATE_COLUMNS: Final = (
    ("序号", 6, EXAMPLE, EXAMPLE),
    ("小组", 10, "一组", "二组"),
    ("户号", 8, "001", "012"),
    ("户主姓名", 14, "张三", "李四"),
    ("家庭人口", 10, "4", "2"),
    ("联系电话", 16, "13800000000", ""),
    ("住址", 24, "村东头第三家", ""),
    ("同意上榜", 10, "是", ""),
    ("备注", 24, "", "外出务工"),
)


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


def _template_notes() -> tuple[str, ...]:
    """What the template's second sheet says."""
    return (
        _("一户一行。小组、户号、户主姓名必须填，其余可以空着。"),
        _("序号写着“示例”的行不会导入，可以留着，也可以删去。"),
        _("同一小组里户号不能重复；写 12 和 012 是同一户。"),
        _("再次导入时，空着的格子不会抹掉系统里已有的内容。"),
        _("请不要填身份证号和银行卡号，系统不会读取。"),
    )


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
    return clauses(item.reasons)


def _write(
    sheet: Worksheet, place: tuple[int, int], cell: Cell, style: Format, *, exact: bool
) -> None:
    """Write one cell; `exact` keeps numbers as text, so that no telephone loses a digit."""
    if is_blank(cell):
        sheet.write_blank(*place, None, style)
    elif isinstance(cell, int | float) and not exact and math.isfinite(cell):
        sheet.write_number(*place, cell)
    else:
        text = IDENTITY_NUMBER.sub(_HIDDEN_IDENTITY, as_text(cell))
        sheet.write_string(*place, text[:_LONGEST_CELL], style)
