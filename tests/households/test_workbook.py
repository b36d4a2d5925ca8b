"""A roster's file, whatever kind it is, becomes a table or is refused in words."""

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from moralbank.errors import Invalid
from moralbank.households.roster import RosterRow
from moralbank.households.workbook import read_table
from moralbank.tables import files
from tests.households.rosters import HEADINGS
from tests.households.sheets import DU, WANG, rows_of, village_file, xlsx


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
        (b"", files.EmptyFile),
        (b"\r\n \r\n", files.EmptyFile),
        (b",,\n,,\n", files.EmptyFile),
        (xlsx([]), files.EmptyFile),
        (xlsx([["  "]], []), files.EmptyFile),
        (PNG, files.NotATable),
        (b"%PDF-1.7\n%\xe2\xe3", files.NotATable),
        (archive_of("照片/1.jpg"), files.NotATable),
        (archive_of("word/document.xml"), files.NotATable),
        (OLE + "WordDocument".encode("utf-16-le"), files.NotATable),
        (b"<html><table><tr><td>1</td></tr></table>", files.NotATable),
        (b"MZ\x90\0\x03\0\0\0", files.NotATable),
        (OLE + "EncryptedPackage".encode("utf-16-le"), files.EncryptedWorkbook),
        (OLE, files.DamagedWorkbook),
        (b"PK\x03\x04 and nothing more", files.DamagedWorkbook),
        (village_file()[:-900], files.DamagedWorkbook),
        (archive_of("xl/workbook.xml"), files.DamagedWorkbook),
        (b"\xff\xfe\x00", files.UnreadableText),
        (b"\x81\xff\xff\xfe,\xff", files.UnreadableText),
        (b"a" * (files.MAX_BYTES + 1), files.FileTooLarge),
        (b"1,2\n" * (files.MAX_ROWS + 1), files.TooManyRows),
        (b"1," * files.MAX_COLUMNS + b"1\n", files.TooManyColumns),
        (xlsx([[*[""] * files.MAX_COLUMNS, 1]]), files.TooManyColumns),
        (b'"' + b"a" * 200_000 + b'"', files.UnreadableText),
    ],
)
def test_what_is_no_roster_is_refused_in_words(content: bytes, refusal: type[Invalid]) -> None:
    with pytest.raises(Invalid) as caught:
        read_table(content, "花名册.xlsx")
    assert type(caught.value) is refusal
    assert "%(" not in caught.value.message


def test_one_row_less_than_too_many_is_read() -> None:
    assert len(read_table(b"1,2\n" * files.MAX_ROWS, "a.csv").rows) == files.MAX_ROWS


def test_text_under_a_pictures_name_is_refused() -> None:
    with pytest.raises(files.NotATable):
        read_table("小组,户号,户主".encode(), "花名册.jpg")


def test_a_value_in_the_last_cell_of_a_sheet_is_refused_before_it_fills_memory() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet().write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(files.FileTooLarge):
        read_table(buffer.getvalue(), "a.xlsx")


def test_a_zip_that_claims_gigabytes_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (101 * 1024 * 1024))
    with pytest.raises(files.FileTooLarge):
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
