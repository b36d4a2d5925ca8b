"""The list of households as an Excel file, which the import reads again."""

from collections.abc import Iterable, Mapping
from typing import Final

from moralbank.excel import Cell, workbook
from moralbank.households.queries import HouseholdInfo
from moralbank.i18n import _

# Headings that `headings.find_header` knows, then two that it leaves alone: never translated.
_COLUMNS: Final = (
    "序号",
    "小组",
    "户号",
    "户主姓名",
    "家庭人口",
    "联系电话",
    "住址",
    "同意上榜",
    "备注",
    "积分",
    "状态",
)


def household_list(households: Iterable[HouseholdInfo], points: Mapping[int, int]) -> bytes:
    """An .xlsx of these households in their order; `points` holds balances by household."""
    rows = [_row(line, one, points) for line, one in enumerate(households, start=1)]
    return workbook("住户", _COLUMNS, rows)


def _row(line: int, one: HouseholdInfo, points: Mapping[int, int]) -> tuple[Cell, ...]:
    return (
        line,
        one.group,
        one.number,
        one.head,
        one.people,
        one.telephone,
        one.address,
        "是" if one.consent else "否",
        one.note,
        points.get(one.id, 0),
        _("已迁出") if one.moved else _("在本村"),
    )
