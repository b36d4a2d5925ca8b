"""Passbooks read back from paper: every line, every sum, in its row and on its page."""

import re
from dataclasses import replace

import pytest

from moralbank.passbooks.pdf import passbooks
from moralbank.passbooks.sheets import How, Printer
from moralbank.printing.booklet import FoldedSheet
from tests.printing.paper import Letter, Paper
from tests.printing.passbook import (
    BALANCE,
    BY,
    COLUMNS,
    DAY,
    GIVEN,
    LEAF_HIGH,
    NUMBER,
    ROWS,
    TAKEN,
    folded,
    joined,
    leaves,
    ledger,
    lines_on,
    placed,
    points,
    said_of,
    sheet,
)


@pytest.mark.parametrize("count", [0, 1, 12, 13, 500])
def test_the_whole_history_reads_as_the_ledger_has_it(count: int) -> None:
    wanted = sheet(count, How.WHOLE, credit_fen=350)
    pdf = passbooks([wanted], Printer())
    assert pdf == passbooks([wanted], Printer())
    read = leaves(pdf)
    assert [line for leaf in read for line in lines_on(leaf)] == said_of(wanted.lines)
    for number, leaf in enumerate(read[: max(1, -(-count // ROWS))]):
        # what is carried is what the lines before it come to
        before, upto = wanted.lines[: number * ROWS], wanted.lines[: (number + 1) * ROWS]
        full = len(upto) == (number + 1) * ROWS
        for row, lines in ((0, before), (ROWS + 1, upto if full else ())):
            given = sum(max(one.amount, 0) for one in lines)
            taken = sum(max(-one.amount, 0) for one in lines)
            carried = tuple(points(leaf[row, column]) for column in (GIVEN, TAKEN, BALANCE))
            assert carried == (given, taken, given - taken)
    text = joined(Paper(pdf).text)
    assert text.count("店信用结余3.50元") == 1
    if count:
        given = sum(max(one.amount, 0) for one in wanted.lines)
        left = wanted.lines[-1].balance
        assert (
            f"截至第{count}笔：存入合计{given:,}分支出合计{given - left:,}分结余{left:,}分" in text
        )
    assert text.count("账1234-ab12cd34") == max(1, -(-count // ROWS))


@pytest.mark.parametrize("count", [0, 11, 12, 30])
def test_a_booklet_reads_in_order_once_it_is_folded(count: int) -> None:
    wanted = sheet(count, How.BOOKLET)
    pdf = passbooks([wanted], Printer())
    assert [line for leaf in leaves(pdf) for line in lines_on(leaf)] != [] or not count
    paper = Paper(pdf)
    assert {(round(wide), round(high)) for wide, high in paper.sizes_mm} == {(210, 297)}
    named = [_names_of_halves(paper, page) for page in range(len(paper.sizes_mm))]
    sheets = [FoldedSheet(*both) for both in zip(named[::2], named[1::2], strict=True)]  # type: ignore[arg-type]
    inner = 4 * len(sheets) - 2
    assert folded(sheets) == ["积分存折", *range(1, inner + 1), "使用须知"]
    assert inner * ROWS > count  # there is a row for the next line
    assert inner * ROWS - count <= 5 * ROWS
    by_page = dict(zip([name for both in named for name in both], leaves(pdf), strict=True))
    read = [line for page in range(1, inner + 1) for line in lines_on(by_page[page])]
    assert read == said_of(wanted.lines)
    assert paper.codes() == [wanted.payload]
    assert joined(paper.text).count("王䶮") == inner + 1


def _names_of_halves(paper: Paper, page: int) -> tuple[int | str, ...]:
    """What each half is: the number of its page of lines, or its title."""
    found: list[int | str] = []
    letters = paper.letters(page)
    for low in (LEAF_HIGH, 0.0):
        text = "".join(one.text for one in letters if low <= one.bottom < low + LEAF_HIGH)
        number = re.search(r"第(\d+)页", text)
        title = "使用须知" if "使用须知" in text else "积分存折"
        found.append(int(number[1]) if number else title)
    return tuple(found)


def test_refills_go_on_and_rows_added_stand_where_the_whole_has_them() -> None:
    refill = leaves(passbooks([sheet(30, How.REFILL, printed=15)], Printer()))
    whole = leaves(passbooks([sheet(30, How.WHOLE)], Printer()))
    assert [line for leaf in refill for line in lines_on(leaf)] == said_of(ledger(30)[15:])
    assert not any(refill[0][row, NUMBER] for row in (1, 2, 3))  # struck out: printed before
    before = sum(max(one.amount, 0) for one in ledger(15))
    assert points(refill[0][0, GIVEN]) == before
    assert points(refill[0][0, BALANCE]) == ledger(15)[-1].balance

    added = passbooks([sheet(30, How.CONTINUE, printed=15)], Printer(saving=True))
    paper = Paper(added)
    assert [(round(wide), round(high)) for wide, high in paper.sizes_mm] == [(210, 148)]
    letters = [
        replace(one, bottom=one.bottom + 0.25, top=one.top + 0.25) for one in paper.letters()
    ]
    there = {placed(one) for one in letters}
    assert None not in there  # nothing but rows
    rows = {at[1][0] for at in there if at is not None}
    assert rows == {*range(4, ROWS + 1), ROWS + 1}  # lines 16 to 24, and what is carried on
    for row in rows:
        for column in (NUMBER, DAY, GIVEN, TAKEN, BALANCE, BY):
            mine = "".join(one.text for one in letters if placed(one) == (1, (row, column)))
            assert mine == whole[1][row, column]
    first = Paper(passbooks([sheet(30, How.WHOLE)], Printer(saving=True))).letters()
    second = [one for one in first if one.top < LEAF_HIGH]
    assert _corner(letters, "16") == pytest.approx(_corner(second, "16"), abs=0.1)


def _corner(letters: list[Letter], number: str) -> tuple[float, float]:
    """The lower left corner of a line's number."""
    cell = [one for one in letters if placed(one) == (1, (4, NUMBER))]
    assert "".join(one.text for one in cell) == number
    return cell[0].left, cell[0].bottom


def test_the_printer_is_put_right_and_ink_is_saved() -> None:
    wanted = [sheet(3, How.BOOKLET)]
    plain, moved = (
        Paper(passbooks(wanted, Printer(saving=True, offset_mm=offset))).letters(0)[0]
        for offset in ((0.0, 0.0), (1.5, -2.0))
    )
    shift = (moved.left - plain.left, moved.bottom - plain.bottom)
    assert shift == pytest.approx((1.5, -2.0), abs=0.01)
    full, saving = (
        next(Paper(passbooks(wanted, Printer(saving=ink))).pictures(40)) for ink in (False, True)
    )
    dark = [sum(picture.histogram()[:128]) for picture in (full, saving)]
    assert dark[1] * 2 < dark[0]
    assert Paper(passbooks(wanted, Printer(saving=True))).codes() == [wanted[0].payload]


def test_nothing_leaves_its_column_and_samples_say_so() -> None:
    lines = [
        replace(one, words="维吾尔族古丽扎尔·买买提依明江" * 8, by="古丽扎尔·买买提依明江",
                amount=10_000_000, balance=900_000_000)
        for one in ledger(12)
    ]  # fmt: skip
    wide = sheet(12, How.WHOLE, lines=tuple(lines), head="古丽扎尔·买买提依明江" * 2,
                 organisation="羊圈湾村" * 12, credit_fen=123456789)  # fmt: skip
    paper = Paper(passbooks([wide], Printer()))
    for letter in paper.letters():
        at = placed(letter)
        if at is not None and letter.bottom > LEAF_HIGH + 20:
            left = 9 + sum(COLUMNS[: at[1][1]])
            assert left < letter.left
            assert letter.right < left + COLUMNS[at[1][1]]
        assert 6 < letter.left < letter.right < 204
        assert letter.bottom > 6
    many = [replace(sheet(13, How.REFILL), head=head, sample=True) for head in ("杜仁森", "布和")]
    sample = Paper(passbooks(many, Printer()))
    assert len(sample.sizes_mm) == 2  # two leaves each, two on a sheet
    assert joined(sample.text).count("未登记") == 4
    done: list[int] = []
    passbooks(many, Printer(), progress=done.append)
    assert done[-1] == 2
