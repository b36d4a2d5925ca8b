"""A cell is written one way however it was typed, or its error says what is wrong."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moralbank.tables.cells import Cell
from tests.households.rosters import HEADINGS
from tests.households.sheets import DAY, row_of, rows_of, xlsx


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


def test_an_identity_number_in_another_column_is_an_error() -> None:
    row = row_of(note="身份证１５０４０４１９８００１０１１２３x")
    assert row.errors == ("备注：含有身份证号，请删去",)
    assert row.note == ""


def test_dates_and_times_in_free_text_are_kept_readable() -> None:
    row = row_of(note=DAY, address=time(5, 6))
    assert (row.note, row.address) == ("2026-01-02T03:04:00", "05:06:00")
    assert row_of(note=timedelta(hours=1)).note == "1:00:00"


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
