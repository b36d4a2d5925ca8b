"""A roster's rows: which are households, and what importing each would do."""

from hypothesis import given, settings

from moralbank.households.cells import MAX_NAME
from moralbank.households.headings import FIELDS, Header, find_header
from moralbank.households.roster import Change, ExistingHousehold, judge, parse
from moralbank.tables.cells import Cell, Fate, Table
from tests.households.rosters import HEADINGS
from tests.households.sheets import ANY_ROWS, DU, WANG, row_of, rows_of, xlsx


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


@given(ANY_ROWS)
@settings(max_examples=300, deadline=None)
def test_parse_never_raises_and_errors_stand_beside_what_is_missing(
    rows: list[tuple[Cell, ...]],
) -> None:
    table = Table("", tuple(rows))
    columns = {name: at for at, name in enumerate(FIELDS)}
    parsed = parse(table, Header(-1, columns))
    assert len(parsed) <= len(rows)
    for row in parsed:
        assert bool(row.errors) == bool(row.wrong)
        whole = bool(row.group and row.number and row.head)
        assert whole or row.errors
        assert row.telephone == "" or row.telephone.isdigit()
        assert len(row.head) <= MAX_NAME


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
