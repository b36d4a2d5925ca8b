"""Small sheets of three villagers for tests, and how the house reads them."""

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter
from hypothesis import strategies as st

from moralbank.households.headings import Header, find_header
from moralbank.households.roster import RosterRow, parse
from moralbank.households.workbook import read_table
from moralbank.tables.cells import Cell, Table
from tests.households.rosters import HEADINGS

DU = (1, "一组", "012", "杜仁森", 4, 13800000012, "羊圈湾村一组", "")
WANG = (2, "六组", "042", "王䶮", 6, 13900000042, "羊圈湾村六组", "党员户")
SIQIN = (3, "六组", "043", "斯琴高娃", 2, "", "", "外出务工")
DAY = datetime.fromisoformat("2026-01-02T03:04")
TITLES = (("羊圈湾村户籍花名册",), ("填表日期：2026年10月   填表人：村委会",))
ANY_CELL = st.one_of(
    st.none(),
    st.text(max_size=50),
    st.sampled_from(["一组", "1组", "012", "杜仁森", "合计", "#N/A", "是", "13800000000", "示例"]),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)
ANY_ROWS = st.lists(st.tuples(*[ANY_CELL] * 8), max_size=6)


def xlsx(*sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook of these sheets, a string that begins with = being a failed formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for rows in sheets:
        sheet = book.add_worksheet()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(row, column, cell, None, "#N/A")
                elif cell != "":
                    sheet.write(row, column, cell)
    book.close()
    return buffer.getvalue()


def village_file() -> bytes:
    return xlsx([*TITLES, HEADINGS, DU, WANG, SIQIN])


def rows_of(content: bytes, name: str = "花名册.xlsx") -> tuple[RosterRow, ...]:
    table = read_table(content, name)
    return parse(table, find_header(table))


def row_of(**cells: Cell) -> RosterRow:
    """杜仁森's row with some cells written differently."""
    usual: dict[str, Cell] = {"group": "一组", "number": "012", "head": "杜仁森"}
    raw = usual | cells
    table = Table("", (tuple(raw.values()),))
    return parse(table, Header(-1, {name: at for at, name in enumerate(raw)}))[0]
