"""What all lists share: paging and its links, numbers as they are typed, Excel files, words."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from python_calamine import load_workbook

from moralbank import i18n
from moralbank.access.permissions import Role
from moralbank.excel import workbook
from moralbank.local_numbers import LARGEST, UNKNOWN, local_number, number_or_unknown
from moralbank.money import fen_from_yuan, yuan
from moralbank.paging import place
from tests.conftest import on_one_engine
from tests.village import VILLAGERS, Browser

pytestmark = on_one_engine
"""What the pages' services do to rows is tried on both engines beside this."""

Browse = Callable[[Role], Browser]
COLUMNS = ("户号", "户主", "积分")
ROWS = (("012", "=1+1", 30), ("042", "https://bank.example.cn", None))


@pytest.mark.parametrize(
    ("total", "asked", "number", "pages", "offset"),
    [
        (0, 1, 1, 1, 0),
        (30, 2, 1, 1, 0),
        (31, 2, 2, 2, 30),
        (31, 99, 2, 2, 30),
        (31, -3, 1, 2, 0),
    ],
)
def test_a_page_lies_within_its_list(
    total: int, asked: int, number: int, pages: int, offset: int
) -> None:
    here = place(total, asked, 30)
    assert (here.number, here.pages, here.offset, here.total) == (number, pages, offset, total)


@pytest.mark.parametrize("typed", ["", "-1", "１２", "²", "1.5", "一", "9" * 30, str(LARGEST + 1)])
def test_what_is_no_number_of_ours(typed: str) -> None:
    assert local_number(typed) is None
    assert number_or_unknown(typed) == UNKNOWN


def test_numbers_of_ours() -> None:
    assert [local_number(typed) for typed in ("0", "12", str(LARGEST))] == [0, 12, LARGEST]
    assert number_or_unknown(None) == UNKNOWN
    assert number_or_unknown(12) == 12


@pytest.mark.parametrize("path", ["/households", "/cards", "/awards", "/counter/slips"])
@pytest.mark.parametrize(
    "query",
    [
        {"page": "9" * 40},
        {"page": "-1"},
        {"page": "二"},
        {"group": "9" * 40},
        {"endpoint": "home.home", "_external": "1", "_scheme": "x", "page": "2"},
    ],
)
def test_no_address_breaks_a_list(browse: Browse, path: str, query: dict[str, Any]) -> None:
    browse(Role.SUPERVISOR).open(path, **query)


def test_links_keep_search_and_group_and_nothing_else(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moralbank.cards.views_print.PAGE_ROWS", 1)
    page = browse(Role.ADMIN).open("/cards", q="二组", endpoint="home.home", _external="1")
    (link,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert link == "/cards?q=%E4%BA%8C%E7%BB%84&amp;page=2"


def test_a_printed_mark_with_a_number_beyond_all_books(browse: Browse) -> None:
    supervisor = browse(Role.SUPERVISOR)
    supervisor.open("/ledger")
    answer = supervisor.send("/ledger/printed", mark=f"{'9' * 40}-ab12cd34")
    assert answer.status_code == 303
    assert "账中没有" in supervisor.open("/ledger")
    supervisor.open("/ledger/1", seq="9" * 40, leg="1")


def test_excel_keeps_texts_as_texts() -> None:
    content = workbook("住户", COLUMNS, ROWS)
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_name("住户").to_python()
    assert rows == [list(COLUMNS), ["012", "=1+1", 30], ["042", "https://bank.example.cn", ""]]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert 'autoFilter ref="A1:C3"' in sheet
    assert 'state="frozen"' in sheet


def test_an_excel_file_without_rows_opens() -> None:
    content = workbook("住户", COLUMNS, ())
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows == [list(COLUMNS)]


@pytest.mark.parametrize(
    ("role", "path", "name"),
    [
        (Role.ADMIN, "/households.xlsx", "住户名单"),
        (Role.ADMIN, "/awards.xlsx", "积分记录"),
        (Role.SUPERVISOR, "/counter/slips.xlsx", "兑换单"),
        (Role.SHOPKEEPER, "/store/goods.xlsx", "乡风文明积分超市-商品"),
    ],
)
def test_every_list_is_saved_under_its_own_name(
    browse: Browse, role: Role, path: str, name: str
) -> None:
    answer = browse(role).client.get(path)
    assert answer.status_code == 200
    encoded = quote(name, safe="-")
    assert f"filename*=UTF-8''{encoded}-" in answer.headers["Content-Disposition"]
    heads, *rows = load_workbook(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert all(heads)
    if name == "住户名单":
        assert [row[3] for row in rows] == [head for _group, _number, head in VILLAGERS]


def test_yuan_and_back() -> None:
    assert [yuan(fen) for fen in (0, 5, 1250, -450)] == ["0.00", "0.05", "12.50", "-4.50"]
    assert [fen_from_yuan(typed) for typed in ("12", "12.5", "１２.50元")] == [1200, 1250, 1250]
    assert [fen_from_yuan(typed) for typed in ("", "1.234", "-1", "1e3")] == [None] * 4


def test_lists_in_words_speak_both_languages() -> None:
    i18n.use_language("zh")
    assert i18n.listed(["一组", "二组"]) == "一组、二组"
    assert i18n.clauses(["没有填", "含有身份证号"]) == "没有填；含有身份证号"
    assert i18n.sentences(["有 30 分。", "有 1 元。"]) == "有 30 分。有 1 元。"
    i18n.use_language("en")
    try:
        assert i18n.listed(["a", "b"]) == "a, b"
        assert i18n.clauses(["a", "b"]) == "a; b"
        assert i18n.sentences(["One.", "Two."]) == "One. Two."
    finally:
        i18n.use_language("zh")
