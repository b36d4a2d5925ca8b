"""A village's roster: from whatever file comes in to what importing it would do."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from moralbank.errors import Invalid
from moralbank.households import roster, workbook
from moralbank.households.roster import (
    Change,
    ExistingHousehold,
    Fate,
    RosterRow,
    judge,
    marked_copy,
    parse,
    template,
)
from moralbank.households.workbook import Cell, Header, Table, find_header, read_table

HEADINGS = ("序号", "小组", "户号", "户主姓名", "家庭人口", "联系电话", "住址", "备注")
DU = (1, "一组", "012", "杜仁森", 4, 13800000012, "羊圈湾村一组", "")
WANG = (2, "六组", "042", "王䶮", 6, 13900000042, "羊圈湾村六组", "党员户")
SIQIN = (3, "六组", "043", "斯琴高娃", 2, "", "", "外出务工")
DAY = datetime.fromisoformat("2026-01-02T03:04")
TITLES = (("羊圈湾村户籍花名册",), ("填表日期：2026年10月   填表人：村委会",))


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


# Files


def test_a_workbook_with_title_rows_is_read() -> None:
    du, wang, siqin = rows_of(village_file())
    assert du == RosterRow(4, "一组", "012", "杜仁森", "13800000012", 4, "羊圈湾村一组")
    assert wang == RosterRow(5, "六组", "042", "王䶮", "13900000042", 6, "羊圈湾村六组", "党员户")
    assert siqin == RosterRow(6, "六组", "043", "斯琴高娃", "", 2, "", "外出务工")


def test_the_content_decides_not_the_name() -> None:
    assert len(rows_of(village_file(), "花名册.csv")) == 3
    assert len(rows_of("小组\t户号\t户主\n一组\t012\t杜仁森".encode("gb18030"), "a.xls")) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_text_is_read_in_every_usual_encoding(encoding: str, comma: str) -> None:
    lines = [
        comma.join(cells)
        for cells in (
            ("羊圈湾村户籍花名册",),
            ("小组", "户号", "户主姓名", "住址"),
            ("一组", "012", "杜仁森", '"东头,第三家"' if comma == "," else "东头"),
            ("",),
            ("六组", "042", "王䶮", ""),
        )
    ]
    du, wang = rows_of("\r\n".join(lines).encode(encoding), "花名册.csv")
    assert (du.line, du.group, du.number, du.head) == (3, "一组", "012", "杜仁森")
    assert (wang.line, wang.head, wang.errors) == (5, "王䶮", ())
    assert du.address == ("东头,第三家" if comma == "," else "东头")


def test_commas_in_a_note_do_not_make_a_tabbed_file_comma_separated() -> None:
    text = "小组\t户号\t户主\t家庭情况\t备注\n一组\t012\t杜仁森\t" + "勤劳," * 110 + "好\t先进"
    (du,) = rows_of(text.encode(), "花名册.txt")
    assert (du.head, du.note) == ("杜仁森", "先进")


def test_lines_may_end_as_on_old_machines() -> None:
    assert len(rows_of("小组,户号,户主\r一组,012,杜仁森\r六组,042,王䶮".encode(), "a.csv")) == 2


def test_an_open_document_is_read() -> None:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p>'
            "</table:table-cell>"
            for text in row
        )
        + "</table:table-row>"
        for row in (("小组", "户号", "户主"), ("六组", "042", "王䶮"))
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="a">{cells}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    assert [row.head for row in rows_of(buffer.getvalue(), "花名册.ods")] == ["王䶮"]


def test_the_first_sheet_with_headings_is_taken() -> None:
    content = xlsx([], [["请看下一张表"]], [HEADINGS, DU], [HEADINGS, WANG])
    assert read_table(content, "a.xlsx").sheet == "Sheet3"
    assert [row.head for row in rows_of(content)] == ["杜仁森"]


def archive_of(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", workbook.EmptyFile),
        (b"\r\n \r\n", workbook.EmptyFile),
        (b",,\n,,\n", workbook.EmptyFile),
        (xlsx([]), workbook.EmptyFile),
        (xlsx([["  "]], []), workbook.EmptyFile),
        (PNG, workbook.NotATable),
        (b"%PDF-1.7\n%\xe2\xe3", workbook.NotATable),
        (archive_of("照片/1.jpg"), workbook.NotATable),
        (archive_of("word/document.xml"), workbook.NotATable),
        (OLE + "WordDocument".encode("utf-16-le"), workbook.NotATable),
        (b"<html><table><tr><td>1</td></tr></table>", workbook.NotATable),
        (b"MZ\x90\0\x03\0\0\0", workbook.NotATable),
        (OLE + "EncryptedPackage".encode("utf-16-le"), workbook.EncryptedWorkbook),
        (OLE, workbook.DamagedWorkbook),
        (b"PK\x03\x04 and nothing more", workbook.DamagedWorkbook),
        (village_file()[:-900], workbook.DamagedWorkbook),
        (archive_of("xl/workbook.xml"), workbook.DamagedWorkbook),
        (b"\xff\xfe\x00", workbook.UnreadableText),
        (b"\x81\xff\xff\xfe,\xff", workbook.UnreadableText),
        (b"a" * (workbook.MAX_BYTES + 1), workbook.FileTooLarge),
        (b"1,2\n" * (workbook.MAX_ROWS + 1), workbook.TooManyRows),
        (b"1," * workbook.MAX_COLUMNS + b"1\n", workbook.TooManyColumns),
        (xlsx([[*[""] * workbook.MAX_COLUMNS, 1]]), workbook.TooManyColumns),
        (b'"' + b"a" * 200_000 + b'"', workbook.UnreadableText),
    ],
)
def test_what_is_no_roster_is_refused_in_words(content: bytes, refusal: type[Invalid]) -> None:
    with pytest.raises(Invalid) as caught:
        read_table(content, "花名册.xlsx")
    assert type(caught.value) is refusal
    assert "%(" not in caught.value.message


def test_one_row_less_than_too_many_is_read() -> None:
    assert len(read_table(b"1,2\n" * workbook.MAX_ROWS, "a.csv").rows) == workbook.MAX_ROWS


def test_text_under_a_pictures_name_is_refused() -> None:
    with pytest.raises(workbook.NotATable):
        read_table("小组,户号,户主".encode(), "花名册.jpg")


def test_a_value_in_the_last_cell_of_a_sheet_is_refused_before_it_fills_memory() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet().write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(workbook.FileTooLarge):
        read_table(buffer.getvalue(), "a.xlsx")


def test_a_zip_that_claims_gigabytes_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (101 * 1024 * 1024))
    with pytest.raises(workbook.FileTooLarge):
        read_table(buffer.getvalue(), "a.xlsx")


@given(cut=st.integers(0, 6000), junk=st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_damaged_workbooks_are_refused_and_nothing_else(cut: int, junk: bytes) -> None:
    whole = village_file()
    try:
        table = read_table(whole[:cut] + junk + whole[cut + len(junk) :], "a.xlsx")
    except Invalid:
        return
    assert table.rows


# Headings


def header_of(*headings: str) -> Header:
    return find_header(Table("", (headings,)))


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (("组", "户编号", "户主", "手机"), ("group", "number", "head", "telephone")),
        (("网格", "门牌号", "姓名", "人数"), ("group", "number", "head", "people")),
        (("屯", "编号", "家庭户主", "地址"), ("group", "number", "head", "address")),
        (("村民小组", "户号", "户主", "公示同意"), ("group", "number", "head", "consent")),
        (("组　别", "户\n号", "户 主 姓 名", "说明"), ("group", "number", "head", "note")),
        (("社*", "户号（必填）", "户主(姓名)", "备注:"), ("group", "number", "head", "note")),
    ],
)
def test_headings_are_known_by_many_names(headings: Sequence[str], fields: Sequence[str]) -> None:
    assert header_of(*headings).columns == {name: at for at, name in enumerate(fields)}


def test_the_surer_of_two_headings_is_taken() -> None:
    columns = header_of("编号", "姓名", "网格", "户号", "小组", "户主姓名").columns
    assert columns == {"number": 3, "group": 4, "head": 5}


def test_missing_columns_are_named_together_with_those_found() -> None:
    with pytest.raises(workbook.MissingColumns) as caught:
        header_of("序号", "户主姓名", "联系电话")
    assert "缺少：小组、户号" in caught.value.message
    assert "序号、户主姓名、联系电话" in caught.value.message


def test_no_headings_at_all_are_told_too() -> None:
    with pytest.raises(workbook.MissingColumns) as caught:
        header_of("一组", "012", "杜仁森")
    assert "小组、户号、户主姓名" in caught.value.message


def test_headings_are_looked_for_in_the_upper_rows_only() -> None:
    title: tuple[Cell, ...] = ("花名册", None, None)
    names: tuple[Cell, ...] = ("小组", "户号", "户主")
    assert find_header(Table("", (*[title] * 19, names))).row_index == 19
    with pytest.raises(workbook.MissingColumns):
        find_header(Table("", (*[title] * 20, names)))


def test_a_mapping_by_hand_goes_first() -> None:
    table = Table("", (("小组", "户号", "户主", "现用号"), ("一组", "012", "杜仁森", "013")))
    header = find_header(table, {"number": 3})
    assert header.columns == {"group": 0, "number": 3, "head": 2}
    assert parse(table, header)[0].number == "013"


def test_a_column_taken_by_hand_is_no_longer_another_field() -> None:
    table = Table("", (("小组", "户号", "户主"),))
    with pytest.raises(workbook.MissingColumns):
        find_header(table, {"head": 1})


def test_a_mapping_can_stand_for_unknown_or_absent_headings() -> None:
    mapping = {"group": 0, "number": 1, "head": 2}
    household: tuple[Cell, ...] = ("一组", 12.0, "杜仁森")
    for above in ((), (("甲", "乙", "丙"),), (("花名册", None, None), ("甲", "乙", "丙"))):
        table = Table("", (*above, household))
        header = find_header(table, mapping)
        assert header.row_index == len(above) - 1
        assert [row.head for row in parse(table, header)] == ["杜仁森"]


@pytest.mark.parametrize(
    "mapping", [{"number": 9}, {"number": -1}, {"note": 3}, {"head": 1, "number": 1}, {"id": 1}]
)
def test_a_mapping_that_cannot_be_taken_is_refused(mapping: dict[str, int]) -> None:
    table = Table("", (("小组", "户号", "户主", "身份证号码"),))
    with pytest.raises(workbook.BadMapping):
        find_header(table, mapping)


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


def test_an_identity_number_in_another_column_is_an_error() -> None:
    row = row_of(note="身份证１５０４０４１９８００１０１１２３x")
    assert row.errors == ("备注：含有身份证号，请删去",)
    assert row.note == ""


# Cells


@pytest.mark.parametrize(
    ("cell", "group"),
    [
        *(
            (cell, "一组")
            for cell in ("1", 1, 1.0, "１组", "1组", "第一组", "第1村民小组", "一 组")
        ),
        *((cell, "十二组") for cell in ("12组", 12.0, "第十二小组")),
        ("二十", "二十组"),
        ("一组（东）", "一组（东）"),
        ("1组(东)", "一组（东）"),
        ("东沟屯", "东沟屯"),
        ("第一网格", "第一网格"),
        ("组", "组"),
    ],
)
def test_groups_are_written_one_way(cell: Cell, group: str) -> None:
    row = row_of(group=cell)
    assert (row.group, row.errors) == (group, ())


@pytest.mark.parametrize("cell", [0.0, -1.0, 1.5, 100.0, date(2026, 1, 2), "东" * 21, "#REF!"])
def test_wrong_groups_are_errors(cell: Cell) -> None:
    row = row_of(group=cell)
    assert row.group == ""
    assert row.wrong == {"group"}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", "012"),
        ("012", "012"),
        (12.0, "012"),
        (12, "012"),
        ("12.0", "012"),
        ("０１２", "012"),
        ("12号", "012"),
        ("1234", "1234"),
        ("012a", "012A"),
        ("7B", "007B"),
    ],
)
def test_numbers_have_three_digits(cell: Cell, number: str) -> None:
    row = row_of(number=cell)
    assert (row.number, row.errors) == (number, ())


@pytest.mark.parametrize(
    "cell",
    [-5.0, "-5", 12.5, 0.0, "000", "A12", "1-2", "123456789", DAY, True, ""],
)
def test_wrong_numbers_are_errors(cell: Cell) -> None:
    row = row_of(number=cell)
    assert row.number == ""
    assert row.wrong == {"number"}


def test_a_number_that_became_a_date_is_told_as_such() -> None:
    assert "日期" in row_of(number=DAY).errors[0]


@pytest.mark.parametrize(
    ("cell", "head"),
    [
        ("张　三", "张三"),
        (" 张 三\n", "张三"),
        ("杜\u200b仁森", "杜仁森"),
        ("王䶮", "王䶮"),
        ("刘𬭎", "刘𬭎"),
        ("李𫖯", "李𫖯"),
        ("周\U00031350", "周\U00031350"),
        ("古丽扎尔•买买提", "古丽扎尔·买买提"),
        ("古丽扎尔 · 买买提", "古丽扎尔·买买提"),
        ("Anna  Lee", "Anna Lee"),
        ("李〇", "李〇"),
        ("张三（大）", "张三（大）"),
        ("ᠰᠡᠴᠡᠨ", "ᠰᠡᠴᠡᠨ"),
    ],
)
def test_names_stay_intact(cell: str, head: str) -> None:
    row = row_of(head=cell)
    assert (row.head, row.errors) == (head, ())


@pytest.mark.parametrize(
    "cell",
    ["", None, "张3", "张３", 12.0, True, "张" * 41, "王\ue863", "王�", "张三/李四", "#N/A"],
)
def test_wrong_names_are_errors(cell: Cell) -> None:
    row = row_of(head=cell)
    assert row.head == ""
    assert row.wrong == {"head"}


@pytest.mark.parametrize(
    ("cell", "telephone"),
    [
        (13800000012.0, "13800000012"),
        (13800000012, "13800000012"),
        ("138-0000-0012", "13800000012"),
        ("１３８ ００００ ００１２", "13800000012"),
        ("+86 13800000012", "13800000012"),
        ("13800000012.0", "13800000012"),
        ("0476-8221234", "04768221234"),
        (4768221234.0, "04768221234"),
        ("8221234", "8221234"),
        ("无", ""),
        ("——", ""),
        (None, ""),
    ],
)
def test_telephones_are_cleaned(cell: Cell, telephone: str) -> None:
    row = row_of(telephone=cell)
    assert (row.telephone, row.errors) == (telephone, ())


@pytest.mark.parametrize(
    "cell",
    ["1380000001", 138000000121.0, "1.3800E+10", "13800000012/13900000042", "见备注", True, "#N/A"],
)
def test_wrong_telephones_are_errors(cell: Cell) -> None:
    row = row_of(telephone=cell)
    assert row.telephone == ""
    assert row.wrong == {"telephone"}


@pytest.mark.parametrize(
    ("cell", "people"), [(4.0, 4), ("4人", 4), ("４口人", 4), ("", None), (None, None), (0.0, 0)]
)
def test_people_are_counted(cell: Cell, people: int | None) -> None:
    row = row_of(people=cell)
    assert (row.people, row.errors) == (people, ())


@pytest.mark.parametrize("cell", [-1.0, 2.5, 100.0, "很多", date(2026, 1, 2), "#VALUE!"])
def test_wrong_counts_are_errors(cell: Cell) -> None:
    assert row_of(people=cell).wrong == {"people"}


@pytest.mark.parametrize(
    ("cell", "consent"),
    [
        ("是", True),
        ("√", True),
        (True, True),
        (1.0, True),
        ("否", False),
        ("不同意", False),
        ("", None),
    ],
)
def test_consent_is_yes_no_or_unsaid(cell: Cell, consent: bool | None) -> None:  # noqa: FBT001
    row = row_of(consent=cell)
    assert (row.consent, row.errors) == (consent, ())


def test_other_consent_is_an_error() -> None:
    assert row_of(consent="再说").errors == ("同意上榜：应填“是”或“否”",)


def test_overlong_text_is_an_error() -> None:
    assert row_of(address="东" * 201, note="西" * 501).wrong == {"address", "note"}


def test_a_failed_formula_in_a_workbook_is_an_error() -> None:
    content = xlsx([HEADINGS, (1, "一组", "012", "=VLOOKUP(1,2,3)", 4), (2, "=NA()", 13, "王䶮")])
    first, second = rows_of(content)
    assert first.errors == ("户主姓名：公式出错（#N/A），请改成文字",)
    assert second.wrong == {"group"}


def test_a_row_may_have_several_errors() -> None:
    row = row_of(number="", telephone="12", people="x")
    assert row.wrong == {"number", "telephone", "people"}
    assert len(row.errors) == 3


# Rows


def test_a_group_holds_for_a_run_of_rows() -> None:
    content = xlsx(
        [
            HEADINGS,
            (1, "第一组", 12, "杜仁森"),
            (2, "", 13, "张建国"),
            ("", "六组"),
            (3, "", 42, "王䶮"),
        ]
    )
    assert [(row.group, row.number) for row in rows_of(content)] == [
        ("一组", "012"),
        ("一组", "013"),
        ("六组", "042"),
    ]


def test_a_row_before_any_group_is_an_error() -> None:
    assert rows_of(xlsx([HEADINGS, (1, "", 12, "杜仁森")]))[0].errors == ("小组：没有填",)


def test_blank_rows_totals_signatures_and_repeated_headings_are_left_out() -> None:
    content = xlsx(
        [
            HEADINGS,
            DU,
            ("",),
            (2,),
            ("一组小计", "", "", "1户", 4),
            HEADINGS,
            WANG,
            ("", "", "合 计", "2户", 10),
            ("总计：", "", "", "", 10),
            ("填表人：", "", "", "张建国"),
            ("备注：电话以村委会登记为准",),
        ]
    )
    rows = rows_of(content)
    assert [(row.line, row.head, row.errors) for row in rows] == [
        (2, "杜仁森", ()),
        (7, "王䶮", ()),
    ]


def test_a_whole_household_is_never_taken_for_a_total() -> None:
    table = Table("", (("备注", "小组", "户号", "户主"), ("负责人", "一组", "012", "杜仁森")))
    assert [row.head for row in parse(table, find_header(table))] == ["杜仁森"]


def test_two_heads_for_one_number_are_errors_on_both_rows() -> None:
    du, zhang, wang = rows_of(
        xlsx([HEADINGS, DU, (2, "1组", 12, "张建国"), (3, "二组", 12, "王䶮")])
    )
    assert du.errors == ("户号与第 3 行相同，那里的户主是张建国",)
    assert zhang.errors == ("户号与第 2 行相同，那里的户主是杜仁森",)
    assert wang.errors == ()


def test_the_same_household_twice_is_an_error_on_both_rows() -> None:
    first, second = rows_of(xlsx([HEADINGS, DU, DU]))
    assert first.errors == ("与第 3 行重复",)
    assert second.errors == ("与第 2 行重复",)


def test_each_of_three_rivals_names_another() -> None:
    rows = rows_of(xlsx([HEADINGS, DU, DU, (3, "一组", 12, "张建国")]))
    assert ["第 4 行" in rows[0].errors[0], "第 4 行" in rows[1].errors[0]] == [True, True]
    assert "第 2 行" in rows[2].errors[0]


CELLS = st.one_of(
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
ROWS = st.lists(st.tuples(*[CELLS] * 8), max_size=6)


@given(ROWS)
@settings(max_examples=300, deadline=None)
def test_parse_never_raises_and_errors_stand_beside_what_is_missing(
    rows: list[tuple[Cell, ...]],
) -> None:
    table = Table("", tuple(rows))
    columns = {name: at for at, name in enumerate(workbook.FIELDS)}
    parsed = parse(table, Header(-1, columns))
    assert len(parsed) <= len(rows)
    for row in parsed:
        assert bool(row.errors) == bool(row.wrong)
        whole = bool(row.group and row.number and row.head)
        assert whole or row.errors
        assert row.telephone == "" or row.telephone.isdigit()
        assert len(row.head) <= roster.MAX_NAME


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_any_cells_can_be_marked_and_read_again(rows: list[tuple[Cell, ...]]) -> None:
    table = Table("", (workbook.FIELDS, *rows))
    header = Header(0, {name: at for at, name in enumerate(workbook.FIELDS)})
    copy = marked_copy(table, header, judge(parse(table, header), {}))
    assert read_table(copy, "a.xlsx").rows[0][-2:] == ("导入结果", "原因")


@given(
    group=st.integers(1, 99),
    number=st.integers(1, 10**8 - 1),
    head=st.sampled_from(["王䶮", "曾国"]),
)
def test_a_clean_row_read_again_stays_as_it_is(group: int, number: int, head: str) -> None:
    once = row_of(group=group, number=float(number), head=head)
    again = row_of(group=once.group, number=once.number, head=once.head)
    assert once.errors == ()
    assert again == once


# Judging


def known(**fields: object) -> dict[tuple[str, str], ExistingHousehold]:
    values = {"head": "杜仁森", "telephone": "13800000012", "people": 4, "note": "党员户"}
    return {("一组", "012"): ExistingHousehold(**(values | fields))}  # type: ignore[arg-type]


def test_an_unknown_household_is_new() -> None:
    assert [item.fate for item in judge([row_of()], {})] == [Fate.NEW]


def test_a_known_household_is_the_same_and_blanks_erase_nothing() -> None:
    (item,) = judge([row_of()], known(consent=True))
    assert (item.fate, item.changes, item.reasons) == (Fate.SAME, (), ())


def test_changes_are_listed_with_old_and_new() -> None:
    row = row_of(telephone="13900000042", people=0, consent="否", note="党员户")
    (item,) = judge([row], known())
    assert item.fate is Fate.CHANGED
    assert item.changes == (
        Change("telephone", "13800000012", "13900000042"),
        Change("people", 4, 0),
        Change("consent", None, False),
    )
    assert item.reasons[0] == "联系电话由“13800000012”改为“13900000042”"


def test_a_new_head_of_a_known_household_is_a_change() -> None:
    (item,) = judge([row_of(head="杜建国")], known())
    assert item.changes == (Change("head", "杜仁森", "杜建国"),)


def test_a_row_with_errors_is_judged_an_error_though_known() -> None:
    (item,) = judge([row_of(telephone="12")], known())
    assert item.fate is Fate.ERROR
    assert item.reasons == ("联系电话：不是一个完整的电话号码",)


def test_fates_have_plain_names() -> None:
    assert [*Fate] == ["new", "changed", "same", "error"]


# Files for people


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
    assert set(header.columns) == set(workbook.FIELDS)
    assert len(table.rows) == 3
    assert parse(table, header) == ()


def test_dates_and_times_in_free_text_are_kept_readable() -> None:
    row = row_of(note=DAY, address=time(5, 6))
    assert (row.note, row.address) == ("2026-01-02T03:04:00", "05:06:00")
    assert row_of(note=timedelta(hours=1)).note == "1:00:00"
