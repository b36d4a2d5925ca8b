"""Rosters given back as files: the user's own with every row's result, and an empty one."""

import io
from collections.abc import Sequence
from typing import Final

from moralbank.households.cells import IDENTITY_NUMBER
from moralbank.households.headings import PEOPLE, Header
from moralbank.households.roster import EXAMPLE, JudgedRow
from moralbank.i18n import _, clauses
from moralbank.tables.cells import Cell, Fate, Table, as_text, fate_label, heading
from moralbank.tables.marked import Mark, marked_table

_HIDDEN_IDENTITY: Final = "（身份证号已隐去）"

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
    """The user's own sheet as .xlsx with the result of every row; identity numbers blotted out."""
    titles = {column: name for name, column in header.columns.items()}
    hidden = _identity_columns(table, header)

    def said(cell: Cell, row: int, column: int) -> str:
        if column in hidden and row > header.row_index:
            return _HIDDEN_IDENTITY
        return IDENTITY_NUMBER.sub(_HIDDEN_IDENTITY, as_text(cell))

    marks = {
        item.row.line: Mark(
            fate_label(item.fate),
            clauses(item.reasons),
            item.fate is Fate.ERROR,
            {header.columns[name] for name in item.row.wrong},
        )
        for item in judged
    }
    exact = {column for column, name in titles.items() if name != PEOPLE}
    return marked_table(table, header.row_index, marks, exact=exact | hidden, said=said)


def template() -> bytes:
    """An empty roster as .xlsx: headings, two examples that are never imported, and a note."""
    import xlsxwriter  # noqa: PLC0415 - slow to import

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


def _identity_columns(table: Table, header: Header) -> set[int]:
    """The columns whose headings `find_header` put aside."""
    if header.row_index < 0:
        return set()
    titles = table.rows[header.row_index]
    return {column for column, cell in enumerate(titles) if heading(cell) in header.ignored}
