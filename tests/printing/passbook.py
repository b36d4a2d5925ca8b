"""How the tests read passbooks: what stands in which row, and how a folded heap reads."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from moralbank.passbooks.layout import span
from moralbank.passbooks.sheets import How, PassbookLine, PassbookSheet, Totals
from moralbank.printing.booklet import FoldedSheet
from tests.printing.paper import Letter, Paper

LEAF_HIGH: Final = 148.5
COLUMNS: Final = (9, 22, 70, 16, 16, 18, 18, 23)
NUMBER, DAY, WORDS, GIVEN, TAKEN, BALANCE, BY = range(7)
FIRST_ROW, ROW, ROWS = 123.0, 7.35, 12
Cells = dict[tuple[int, int], str]
"""What stands on a leaf, by row (0: carried from the page before) and column."""


def ledger(count: int) -> tuple[PassbookLine, ...]:
    """So many lines: mostly in, every fifth out."""
    lines, balance = [], 0
    for number in range(1, count + 1):
        amount = -7 if number % 5 == 0 else 1265 if number % 7 == 0 else 10
        balance += amount
        lines.append(
            PassbookLine(
                number=number,
                day=date(2025, 1, 1) + timedelta(days=number),
                words=f"志愿服务（{number % 12 + 1}月20日，杜小妹）",
                amount=amount,
                balance=balance,
                by="赵德顺",
                mark=f"{number}-ab12cd34",
            )
        )
    return tuple(lines)


def sheet(count: int, how: How, printed: int = 0, **said: Any) -> PassbookSheet:
    """What would be printed of `count` lines where so many were printed before."""
    lines, wanted = ledger(count), span(how, printed, count)
    made = PassbookSheet(
        village="羊圈湾村",
        town="哈拉道口镇",
        organisation="羊圈湾村村民委员会",
        contact="村务监督委员会 0476-0000000",
        household="六组 042 号",
        head="王䶮",
        payload="HTTPS://BANK.EXAMPLE.CN/C/123456789012345",
        lines=lines[wanted.start - 1 : wanted.stop - 1],
        before=Totals().after(lines[: wanted.start - 1]),
        credit_fen=0,
        mark="1234-ab12cd34",
        printed_on=date(2026, 11, 20),
        how=how,
    )
    return replace(made, **said)


def placed(letter: Letter) -> tuple[int, tuple[int, int]] | None:
    """On which half of its sheet (0 the upper), row and column a letter of a table stands."""
    middle, height = (letter.left + letter.right) / 2, (letter.bottom + letter.top) / 2
    half, height = int(height < LEAF_HIGH), height % LEAF_HIGH
    row = int((FIRST_ROW - height) // ROW)
    for column in range(len(COLUMNS)):
        left = 9 + sum(COLUMNS[:column])
        if left <= middle < left + COLUMNS[column] and 0 <= row <= ROWS + 1:
            return half, (row, column)
    return None


def leaves(pdf: bytes) -> list[Cells]:
    """The tables of each half sheet, the upper before the lower."""
    paper, found = Paper(pdf), list[Cells]()
    for page in range(len(paper.sizes_mm)):
        halves: tuple[Cells, Cells] = (defaultdict(str), defaultdict(str))
        for letter in paper.letters(page):
            at = placed(letter)
            if at is not None:
                halves[at[0]][at[1]] += letter.text
        found += halves
    return found


def points(typed: str) -> int:
    return int(typed.replace(",", "") or 0)


def lines_on(leaf: Cells) -> list[tuple[int, str, str, int, int, str]]:
    """Number, day, mark, amount, balance and clerk of each line of a leaf."""
    return [
        (
            points(leaf[row, NUMBER]),
            leaf[row, DAY][:10],
            leaf[row, DAY][10:],
            points(leaf[row, GIVEN]) - points(leaf[row, TAKEN]),
            points(leaf[row, BALANCE]),
            leaf[row, BY],
        )
        for row in range(1, ROWS + 1)
        if leaf[row, NUMBER].isdecimal()
    ]


def said_of(lines: tuple[PassbookLine, ...]) -> list[tuple[int, str, str, int, int, str]]:
    return [
        (one.number, one.day.isoformat(), one.mark, one.amount, one.balance, one.by)
        for one in lines
    ]


def joined(text: str) -> str:
    return "".join(text.split())


def folded(sheets: Sequence[FoldedSheet]) -> list[int | None]:
    """Turn the leaves of a folded heap, the first sheet outside, as a reader does."""
    read: list[int | None] = []
    for sheet in sheets:  # down to the middle: each right half, and what is behind it
        read += [sheet.front[1], sheet.back[0]]
    for sheet in reversed(sheets):  # and out again through the left halves
        read += [sheet.back[1], sheet.front[0]]
    return read
