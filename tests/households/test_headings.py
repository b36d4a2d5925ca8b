"""Headings are found whatever a village calls them, or chosen by hand."""

from collections.abc import Sequence

import pytest

from moralbank.households.headings import BadMapping, Header, MissingColumns, find_header
from moralbank.households.roster import parse
from moralbank.tables.cells import Cell, Table


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
    with pytest.raises(MissingColumns) as caught:
        header_of("序号", "户主姓名", "联系电话")
    assert "缺少：小组、户号" in caught.value.message
    assert "序号、户主姓名、联系电话" in caught.value.message


def test_no_headings_at_all_are_told_too() -> None:
    with pytest.raises(MissingColumns) as caught:
        header_of("一组", "012", "杜仁森")
    assert "小组、户号、户主姓名" in caught.value.message


def test_headings_are_looked_for_in_the_upper_rows_only() -> None:
    title: tuple[Cell, ...] = ("花名册", None, None)
    names: tuple[Cell, ...] = ("小组", "户号", "户主")
    assert find_header(Table("", (*[title] * 19, names))).row_index == 19
    with pytest.raises(MissingColumns):
        find_header(Table("", (*[title] * 20, names)))


def test_a_mapping_by_hand_goes_first() -> None:
    table = Table("", (("小组", "户号", "户主", "现用号"), ("一组", "012", "杜仁森", "013")))
    header = find_header(table, {"number": 3})
    assert header.columns == {"group": 0, "number": 3, "head": 2}
    assert parse(table, header)[0].number == "013"


def test_a_column_taken_by_hand_is_no_longer_another_field() -> None:
    table = Table("", (("小组", "户号", "户主"),))
    with pytest.raises(MissingColumns):
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
    with pytest.raises(BadMapping):
        find_header(table, mapping)
