"""Files that people get back: their own roster with every row's result, and an empty one."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from moralbank.households.headings import FIELDS, Header, find_header
from moralbank.households.marking import marked_copy, template
from moralbank.households.roster import ExistingHousehold, judge, parse
from moralbank.households.workbook import read_table
from moralbank.tables.cells import Cell, Table
from tests.households.rosters import HEADINGS
from tests.households.sheets import ANY_ROWS, DU, TITLES, WANG, village_file, xlsx


def test_the_marked_copy_shows_every_row_with_its_result(tmp_path: Path) -> None:
    wrong = (4, "六组", "044", "=VLOOKUP(1,2,3)", 2, 176, "=1+1", "@备注")
    table = read_table(xlsx([*TITLES, HEADINGS, DU, WANG, wrong]), "a.xlsx")
    header = find_header(table)
    judged = judge(parse(table, header), {("一组", "012"): ExistingHousehold("杜仁森")})
    content = marked_copy(table, header, judged)
    (tmp_path / "copy.xlsx").write_bytes(content)
    copy = read_table(content, "b.xlsx")
    assert copy.rows[2] == (*HEADINGS, "导入结果", "原因")
    assert copy.rows[3][5] == "13800000012"
    assert [row[8] for row in copy.rows[3:]] == ["更新", "新增", "有错误"]
    assert copy.rows[5][3] == "#N/A"
    assert copy.rows[5][9] == "；".join(judged[2].reasons)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"FFF8CBAD" in archive.read("xl/styles.xml")
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_marked_copy_can_be_corrected_and_marked_again() -> None:
    table = read_table(village_file(), "a.xlsx")
    header = find_header(table)
    rows = parse(table, header)
    once = marked_copy(table, header, judge(rows, {}))
    table = read_table(once, "b.xlsx")
    assert parse(table, find_header(table)) == rows
    twice = marked_copy(table, find_header(table), judge(rows, {}))
    assert read_table(twice, "c.xlsx").rows[2] == (*HEADINGS, "导入结果", "原因")


def test_text_like_a_formula_stays_text_in_the_copy() -> None:
    table = read_table(
        '小组,户号,户主,备注\n一组,012,杜仁森,"=HYPERLINK(""http://a"")"'.encode(), "a.csv"
    )
    header = find_header(table)
    copy = marked_copy(table, header, judge(parse(table, header), {}))
    assert read_table(copy, "b.xlsx").rows[1][3] == '=HYPERLINK("http://a")'
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_the_template_is_understood_and_its_examples_are_never_imported() -> None:
    table = read_table(template(), "模板.xlsx")
    header = find_header(table)
    assert set(header.columns) == set(FIELDS)
    assert len(table.rows) == 3
    assert parse(table, header) == ()


@pytest.mark.parametrize("identity", ["150404198001011230", "150404800101123", "见户口本"])
def test_identity_numbers_are_never_read_and_their_column_is_reported(identity: str) -> None:
    content = xlsx([(*HEADINGS, "户主身份证号"), (*DU, identity)])
    table = read_table(content, "a.xlsx")
    header = find_header(table)
    assert header.ignored == ("户主身份证号",)
    rows = parse(table, header)
    assert rows[0].errors == ()
    assert identity not in repr(rows)
    copy = read_table(marked_copy(table, header, judge(rows, {})), "b.xlsx")
    assert identity not in repr(copy)


def test_an_identity_number_in_a_note_is_blotted_out_of_the_copy() -> None:
    table = read_table(xlsx([HEADINGS, (*DU[:7], "证号150404198001011230，党员")]), "a.xlsx")
    header = find_header(table)
    copy = read_table(marked_copy(table, header, judge(parse(table, header), {})), "b.xlsx")
    assert copy.rows[1][7] == "证号（身份证号已隐去），党员"


@given(ANY_ROWS)
@settings(max_examples=60, deadline=None)
def test_any_cells_can_be_marked_and_read_again(rows: list[tuple[Cell, ...]]) -> None:
    table = Table("", (FIELDS, *rows))
    header = Header(0, {name: at for at, name in enumerate(FIELDS)})
    copy = marked_copy(table, header, judge(parse(table, header), {}))
    assert read_table(copy, "a.xlsx").rows[0][-2:] == ("导入结果", "原因")
