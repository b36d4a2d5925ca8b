"""Headings of a household roster: which column holds which field.

Villages name and order their columns as they like; `find_header` says what is what, as far as
the sheet or the user's own choice tells.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from moralbank.errors import Invalid
from moralbank.i18n import _, listed, mark
from moralbank.tables.cells import (
    HEADER_ROWS,
    Cell,
    Headings,
    Table,
    best_header,
    heading,
    is_blank,
)

GROUP, NUMBER, HEAD, TELEPHONE, PEOPLE, ADDRESS, NOTE, CONSENT = FIELDS = (
    "group",
    "number",
    "head",
    "telephone",
    "people",
    "address",
    "note",
    "consent",
)
REQUIRED: Final = (GROUP, NUMBER, HEAD)

# Headings that villages use, the surest first: where a sheet has both 户号 and 编号, the first
# listed is taken. They are words of the users' files, not of the interface: never translated.
HEADINGS: Final[Headings] = {
    GROUP: (
        *("村民小组", "小组", "所属小组", "所在小组", "村民组", "组别", "组", "组名", "小组名称"),
        *("网格", "所属网格", "屯", "自然屯", "社", "队", "生产队"),
    ),
    NUMBER: ("户号", "户编号", "家庭编号", "户主编号", "编号", "门牌号", "门牌号码"),
    HEAD: ("户主姓名", "户主", "家庭户主", "户主名字", "户主名", "姓名", "名字"),
    TELEPHONE: (
        *("联系电话", "电话", "电话号码", "手机号码", "手机号", "手机", "联系方式"),
        *("户主电话", "联系手机"),
    ),
    PEOPLE: ("家庭人口", "家庭人口数", "人口", "人口数", "人数", "家庭人数", "户内人口"),
    ADDRESS: ("住址", "家庭住址", "家庭地址", "地址", "详细地址", "居住地址"),
    NOTE: ("备注", "说明", "备注说明", "备注/说明"),
    CONSENT: (
        *("同意上榜", "是否同意上榜", "上榜", "是否上榜", "公示同意", "同意公示"),
        *("是否同意公示", "上榜/公示同意"),
    ),
}
_IDENTITY: Final = re.compile(r"身份证|身份号|证件号|公民身份")


class MissingColumns(Invalid):
    """The headings lack a column that no household can do without."""

    text = mark("表头缺少：%(missing)s。在表里找到的列是：%(found)s。")
    code = "roster_missing_columns"


class BadMapping(Invalid):
    """A column chosen by hand that can't be taken."""

    text = mark("“%(column)s”选的列不对：每一项选一列，不能重复，也不能选身份证号。")
    code = "roster_bad_mapping"


@dataclass(frozen=True, slots=True)
class Header:
    """Which column is what.

    `row_index` counts from 0 and is -1 where households start in the very first row; `columns`
    leads from field to column index; `ignored` are the headings of identity-card columns, which
    are never read.
    """

    row_index: int
    columns: dict[str, int]
    ignored: tuple[str, ...] = ()


def field_label(field: str) -> str:
    """The name of a roster field for people to read; `field` is one of `FIELDS`."""
    return {
        GROUP: _("小组"),
        NUMBER: _("户号"),
        HEAD: _("户主姓名"),
        TELEPHONE: _("联系电话"),
        PEOPLE: _("家庭人口"),
        ADDRESS: _("住址"),
        NOTE: _("备注"),
        CONSENT: _("同意上榜"),
    }[field]


def find_header(table: Table, mapping: Mapping[str, int] | None = None) -> Header:
    """Find the headings under the title rows; `mapping` (field to column) goes before them.

    Raises:
        MissingColumns: group, number or head of household has no column.
        BadMapping: the mapping names a field or column that can't be used.

    """
    index, found = best_header(table.rows, HEADINGS)
    headings = table.rows[index] if found else ()
    identity = {column for column, cell in enumerate(headings) if _IDENTITY.search(heading(cell))}
    chosen = dict(mapping or {})
    _check_mapping(chosen, table, identity)
    taken = set(chosen.values())
    columns = {field: at for field, at in found.items() if at not in taken} | chosen
    missing = [field for field in REQUIRED if field not in columns]
    if missing:
        seen = [heading(cell) for cell in headings if heading(cell)]
        raise MissingColumns(
            missing=listed(field_label(field) for field in missing),
            found=listed(seen) or _("没有"),
        )
    row_index = index if found else _row_above_households(table, columns)
    ignored = tuple(heading(headings[column]) for column in sorted(identity))
    return Header(row_index, columns, ignored)


def names_field(cell: Cell, field: str) -> bool:
    """Whether a cell is a heading of this field."""
    return heading(cell) in HEADINGS[field]


def _check_mapping(mapping: Mapping[str, int], table: Table, identity: set[int]) -> None:
    """Refuse unknown fields, columns outside the table, one column twice, identity numbers."""
    width = len(table.rows[0]) if table.rows else 0
    seen: set[int] = set()
    for field, column in mapping.items():
        if field not in FIELDS:
            raise BadMapping(column=field)
        if not 0 <= column < width or column in seen or column in identity:
            raise BadMapping(field=field, column=field_label(field))
        seen.add(column)


def _row_above_households(table: Table, columns: Mapping[str, int]) -> int:
    """Where unknown headings end, for columns that were chosen by hand."""
    for index, row in enumerate(table.rows[:HEADER_ROWS]):
        if not any(is_blank(row[columns[field]]) for field in REQUIRED):
            number = str(row[columns[NUMBER]])
            return index - 1 if any(letter.isdigit() for letter in number) else index
    return -1
