"""The list of households as an Excel file, which the import reads again."""

import io
from collections.abc import Iterable, Mapping
from typing import Final

import xlsxwriter

from moralbank.households.queries import HouseholdInfo
from moralbank.i18n import _

# Headings that `headings.find_header` knows, then two that it leaves alone: never translated.
_COLUMNS: Final = (
    ("序号", 6),
    ("小组", 10),
    ("户号", 8),
    ("户主姓名", 14),
    ("家庭人口", 10),
    ("联系电话", 16),
    ("住址", 24),
    ("同意上榜", 10),
    ("备注", 24),
    ("积分", 10),
    ("状态", 10),
)


def household_list(households: Iterable[HouseholdInfo], points: Mapping[int, int]) -> bytes:
    """An .xlsx of these households in their order; `points` holds balances by household."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("住户")
    bold = book.add_format({"bold": True, "bg_color": "#F4E3C1", "border": 1})
    text = book.add_format({"num_format": "@"})
    for column, (title, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, title, bold)
    for line, one in enumerate(households, start=1):
        for column, cell in enumerate(_cells(line, one, points.get(one.id, 0))):
            if isinstance(cell, int):
                sheet.write_number(line, column, cell)
            else:
                sheet.write_string(line, column, cell, text)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _cells(line: int, one: HouseholdInfo, points: int) -> tuple[str | int, ...]:
    return (
        line,
        one.group,
        one.number,
        one.head,
        "" if one.people is None else one.people,
        one.telephone,
        one.address,
        "是" if one.consent else "否",
        one.note,
        points,
        _("已迁出") if one.moved else _("在本村"),
    )
