"""Rosters as villages keep them, made for tests: the shape of a real one, people invented."""

import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

import xlsxwriter

from tests.village import VILLAGERS

HEADINGS: Final = ("序号", "小组", "户号", "户主姓名", "家庭人口", "联系电话", "住址", "备注")
GROUPS: Final = ("一组", "二组", "三组", "四组", "五组", "六组")
ROWS: Final = 256
_SURNAMES: Final = "王李张刘陈杨赵黄周吴白包敖曹"
_GIVEN: Final = ("秀英", "建国", "玉兰", "德海", "桂芝", "长青", "巴图", "其木格", "文")
_KNOWN: Final = {(group, number): head for group, number, head in VILLAGERS}


def workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    """An .xlsx of these rows, numbers as numbers: telephones become floats."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("花名册")
    for index, row in enumerate(rows):
        sheet.write_row(index, 0, row)
    book.close()
    return buffer.getvalue()


def roster(*households: Sequence[Any], headings: Sequence[str] = HEADINGS) -> bytes:
    """A sheet with a title, a line under it, the headings and these households."""
    return workbook(
        [("羊圈湾村农户花名册",), ("填表单位：羊圈湾村村民委员会",), headings, *households]
    )


def household(
    group: str, number: Any, head: str, *, telephone: Any = "", note: str = "", people: Any = 3
) -> tuple[Any, ...]:
    """One row under HEADINGS."""
    return (1, group, number, head, people, telephone, f"{group}东头", note)


def village_rows() -> list[tuple[Any, ...]]:
    """256 households in six groups, the named villagers of `tests.village` among them."""
    rows = []
    for index in range(ROWS):
        group, number = GROUPS[index // 43], f"{index % 43 + 1:03d}"
        if index == ROWS - 1:
            group, number = "六组", "043"
        head = _KNOWN.get((group, number)) or (
            _SURNAMES[index % len(_SURNAMES)] + _GIVEN[index % len(_GIVEN)]
        )
        telephone = 17600000000 + index * 7919 if index % 3 else ""
        rows.append((index + 1, group, int(number), head, index % 7 + 1, telephone, "村东", ""))
    return rows


def village_roster() -> bytes:
    """The whole village's workbook."""
    return roster(*village_rows())
