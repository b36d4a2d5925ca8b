"""Lists that come in as files: reading any common table format.

Villages keep their lists in Excel, WPS, LibreOffice and text files of several encodings. Whatever
comes in leaves here as a `Table` of plain cells.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import Final

from moralbank.errors import Invalid
from moralbank.i18n import _, mark
from moralbank.tables.cells import HEADER_ROWS, Cell, Headings, Table, best_header, is_blank

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 100

# A few kilobytes of zip can claim gigabytes; a lone value in the last cell of a sheet makes
# calamine build the whole rectangle up to it. Both are refused before calamine sees them.
_MAX_UNPACKED: Final = 100 * 1024 * 1024
_MAX_AREA: Final = 4_000_000

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
_TEXT_SUFFIXES: Final = {"", ".csv", ".txt", ".tsv", ".xls", ".xlsx"}
_MARKUP: Final = re.compile(r"\s*<(!doctype|html|table|meta|head|\?xml)", re.IGNORECASE)
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\s[^>]*?\b\w+:id=\"([^\"]+)\"")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE: Final = re.compile(r"\b(Id|Target)=\"([^\"]+)\"")
_FILLED_CELL: Final = re.compile(r"<(?:\w+:)?c\s([^>]*)(?<!/)>")
_POSITION: Final = re.compile(r"\br=\"([A-Z]{1,3})(\d{1,7})\"")
_VALUE: Final = re.compile(r"<(?:\w+:)?v>([^<]*)<")
_LONGEST_FORMULA: Final = 10_000


class NoFile(Invalid):
    """The form came without a file."""

    text = mark("请先选一个文件")
    code = "table_no_file"


class EmptyFile(Invalid):
    """A file without content."""

    text = mark("表格里没有内容，请检查是否选错了文件。")
    code = "table_empty"


class FileTooLarge(Invalid):
    """More bytes, or more cells, than any village's list has."""

    text = mark("文件太大，最多 5 MB。请只保留要导入的这一张表，删去图片和多余的行列再试。")
    code = "table_too_large"


class TooManyRows(Invalid):
    """More than `MAX_ROWS` rows."""

    text = mark("表格超过 %(limit)s 行，读不了。请删去下面多余的行再试。")
    code = "table_too_many_rows"


class TooManyColumns(Invalid):
    """More than `MAX_COLUMNS` columns."""

    text = mark("表格超过 %(limit)s 列，读不了。请删去右边多余的列再试。")
    code = "table_too_many_columns"


class NotATable(Invalid):
    """Another kind of file, whatever its name says."""

    text = mark("这个文件是%(kind)s，不是表格。请选择 .xlsx、.xls、.ods 或 .csv 文件。")
    code = "table_not_a_table"


class EncryptedWorkbook(Invalid):
    """The workbook opens only with a password."""

    text = mark("表格加了密码。请先在 Excel 或 WPS 里取消密码，保存后再导入。")
    code = "table_encrypted"


class DamagedWorkbook(Invalid):
    """A workbook by its first bytes that can't be read to the end."""

    text = mark("表格打不开，可能已损坏。请用 Excel 或 WPS 打开，另存为 .xlsx 再试。")
    code = "table_damaged"


class UnreadableText(Invalid):
    """Text in neither UTF-8 nor GB18030, or no table at all."""

    text = mark("文字编码认不出来。请用 Excel 或 WPS 打开，另存为 .xlsx 再试。")
    code = "table_unreadable_text"


def read_table(content: bytes, filename: str, headings: Headings) -> Table:
    """Read the wanted sheet out of an uploaded file.

    The content decides what the file is; its name only has a say about text. Of several sheets
    the first with `headings` is taken, else the first with content.

    Raises:
        Invalid: one of this module's refusals says what is wrong with the file.

    """
    if not content and not filename:
        raise NoFile
    if not content.strip(b"\0 \t\r\n"):
        raise EmptyFile
    if len(content) > MAX_BYTES:
        raise FileTooLarge
    if content.startswith(_ZIP):
        return _from_zip(content, headings)
    if content.startswith(_OLE):
        return _from_ole(content, headings)
    return _from_text(content, PurePath(filename).suffix.lower(), headings)


def _from_zip(content: bytes, headings: Headings) -> Table:
    """Read .xlsx or .ods, having looked into the zip first."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
                raise FileTooLarge
            if "xl/workbook.xml" in names:
                return _from_workbook(content, headings, _formula_errors(archive))
            if "content.xml" in names and b"spreadsheet" in archive.read("mimetype"):
                return _from_workbook(content, headings, {})
    except (
        zipfile.BadZipFile,
        EOFError,  # it ends in the middle of a member
        zlib.error,
        KeyError,
        NotImplementedError,
        RuntimeError,
        UnicodeDecodeError,  # a damaged directory: names that are no UTF-8
    ) as error:
        raise DamagedWorkbook from error
    word = any(name.startswith("word/") for name in names)
    raise NotATable(kind=_("Word 文档") if word else _("压缩包"))


def _from_ole(content: bytes, headings: Headings) -> Table:
    """Read .xls; an .xlsx with a password is wrapped in the same container."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise EncryptedWorkbook
    if "WordDocument".encode("utf-16-le") in content:
        raise NotATable(kind=_("Word 文档"))
    return _from_workbook(content, headings, {})


def _from_workbook(
    content: bytes, headings: Headings, errors: Mapping[int, Mapping[tuple[int, int], str]]
) -> Table:
    """Let calamine read; `errors` puts back the failed formulas, which it shows as blank."""
    import python_calamine  # noqa: PLC0415 - only who brings a file needs it

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [
            workbook.get_sheet_by_index(index)
            for index, sheet in enumerate(workbook.sheets_metadata)
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        tops = [sheet.to_python(skip_empty_area=False, nrows=HEADER_ROWS) for sheet in sheets]
    except python_calamine.PasswordError as error:
        raise EncryptedWorkbook from error
    except python_calamine.CalamineError as error:
        raise DamagedWorkbook from error
    full = [index for index, sheet in enumerate(sheets) if sheet.end is not None]
    if not full:
        raise EmptyFile
    chosen = next((index for index in full if best_header(tops[index], headings)[1]), full[0])
    sheet = sheets[chosen]
    last_row, last_column = sheet.end or (0, 0)
    _check_size(last_row + 1, last_column + 1)
    rows = sheet.to_python(skip_empty_area=False)
    return _table(sheet.name, rows, errors.get(workbook.sheet_names.index(sheet.name), {}))


def _formula_errors(archive: zipfile.ZipFile) -> dict[int, dict[tuple[int, int], str]]:
    """Failed formulas by sheet index and (row, column); refuses sheets of absurd extent."""
    references = _SHEET.findall(archive.read("xl/workbook.xml").decode(errors="replace"))
    relations = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
    pairs = [dict(_ATTRIBUTE.findall(relation)) for relation in _RELATION.findall(relations)]
    targets = {pair.get("Id"): pair.get("Target", "") for pair in pairs}
    errors = {}
    for index, reference in enumerate(references):
        target = targets.get(reference, "")
        path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if path in archive.namelist():
            errors[index] = _scan(archive.read(path).decode(errors="replace"))
    return errors


def _scan(xml: str) -> dict[tuple[int, int], str]:
    """Go through a worksheet's filled cells: measure them, and collect the failed formulas."""
    errors = {}
    height = width = 0
    for tag in _FILLED_CELL.finditer(xml):
        position = _POSITION.search(tag[1])
        if position is None:
            continue
        row, column = int(position[2]), _column_number(position[1])
        height, width = max(height, row), max(width, column)
        if 't="e"' in tag[1]:
            value = _VALUE.search(xml, tag.end(), tag.end() + _LONGEST_FORMULA)
            errors[row - 1, column - 1] = value[1] if value else "#VALUE!"
    if height * width > _MAX_AREA:
        raise FileTooLarge
    return errors


def _column_number(letters: str) -> int:
    """The number, from 1, of a column named by letters: AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _from_text(content: bytes, suffix: str, headings: Headings) -> Table:
    """Read comma, semicolon or tab separated text."""
    if content.startswith(_PICTURES):
        raise NotATable(kind=_("图片"))
    if content.startswith(b"%PDF"):
        raise NotATable(kind=_("PDF 文档"))
    text = _decoded(content)
    if _MARKUP.match(text):
        raise NotATable(kind=_("网页"))
    if suffix not in _TEXT_SUFFIXES:
        raise NotATable(kind=_("别的文件"))
    candidates = [records for comma in ",;\t" if (records := _records(text, comma))]
    if not candidates:
        raise UnreadableText
    return _table("", max(candidates, key=lambda rows: _likelihood(rows, headings)), {})


def _likelihood(rows: Sequence[Sequence[Cell]], headings: Headings) -> tuple[int, int]:
    """The right delimiter shows most headings; where none does, it splits most."""
    top = rows[:HEADER_ROWS]
    return len(best_header(top, headings)[1]), max(len(row) for row in top)


def _records(text: str, comma: str) -> list[list[str]]:
    """The text's records, at most one more than allowed; none where quotes never end."""
    lines = io.StringIO(text.rstrip(), newline=None)
    try:
        return list(islice(csv.reader(lines, delimiter=comma), MAX_ROWS + 1))
    except csv.Error:
        return []


def _decoded(content: bytes) -> str:
    """Text from UTF-16 with its mark, UTF-8, or else GB18030 (which holds GBK and GB2312)."""
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in content and not utf16:
        raise NotATable(kind=_("别的文件"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableText


def _table(
    sheet: str, rows: Sequence[Sequence[Cell]], errors: Mapping[tuple[int, int], str]
) -> Table:
    """Cut blank ends off, give all rows one width and put failed formulas in."""
    filled = [*errors]
    for index, row in enumerate(rows):
        filled += [(index, column) for column, cell in enumerate(row) if not is_blank(cell)]
    if not filled:
        raise EmptyFile
    height = max(row for row, _column in filled) + 1
    width = max(column for _row, column in filled) + 1
    _check_size(height, width)
    grid = [[*row[:width], *[None] * (width - len(row))] for row in rows[:height]]
    grid += [[None] * width for _blank in range(height - len(grid))]
    for (down, across), value in errors.items():
        grid[down][across] = value
    return Table(sheet, tuple(tuple(row) for row in grid))


def _check_size(height: int, width: int) -> None:
    """Refuse what is no village's list."""
    if height > MAX_ROWS:
        raise TooManyRows(limit=MAX_ROWS)
    if width > MAX_COLUMNS:
        raise TooManyColumns(limit=MAX_COLUMNS)
