"""The list of deeds as an Excel file."""

import io
from collections.abc import Iterable
from typing import Final

import xlsxwriter

from moralbank import clock
from moralbank.awards.queries import AwardRow
from moralbank.i18n import _, mark

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Each heading with its width in characters.
_COLUMNS: Final = (
    (mark("编号"), 8),
    (mark("小组"), 10),
    (mark("户号"), 8),
    (mark("户主"), 14),
    (mark("家庭成员"), 12),
    (mark("项目"), 22),
    (mark("数量"), 8),
    (mark("每份积分"), 10),
    (mark("积分"), 8),
    (mark("日期"), 12),
    (mark("事由"), 36),
    (mark("状态"), 10),
    (mark("记分员"), 12),
    (mark("记分时间"), 18),
    (mark("评议员"), 12),
    (mark("账号"), 8),
)


def award_list(rows: Iterable[AwardRow]) -> bytes:
    """An .xlsx of these deeds in their order."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("积分记录"))
    bold = book.add_format({"bold": True, "bg_color": "#F4E3C1", "border": 1})
    text = book.add_format({"num_format": "@"})
    for column, (title, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, _(title), bold)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(_cells(row)):
            if isinstance(cell, int):
                sheet.write_number(line, column, cell)
            else:
                sheet.write_string(line, column, cell, text)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _cells(row: AwardRow) -> tuple[str | int, ...]:
    return (
        row.id,
        row.group,
        row.number,
        row.head,
        row.member_name,
        row.item_name,
        row.quantity,
        row.points_each,
        row.points,
        row.deed_on.isoformat(),
        row.note,
        row.state_label,
        row.recorder,
        clock.local(row.recorded_at).strftime("%Y-%m-%d %H:%M"),
        row.decider,
        "" if row.posted_seq is None else row.posted_seq,
    )
