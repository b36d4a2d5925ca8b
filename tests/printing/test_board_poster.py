"""Boards: everyone stands on them, in full, and the seal's place is free."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from math import hypot
from typing import Literal

import pytest

from moralbank.boards.pdf import board_poster
from moralbank.boards.sheets import BoardEntry, BoardSheet, laureates
from tests.printing.paper import Paper

NAMES = [
    "张建国",
    "李颋",
    "欧阳堃",
    "王䶮",
    "陈玥珺",
    "古丽扎尔·买买提江·阿卜杜拉",
    "刘㛃",
    "𫖯德海",
]
DEEDS = ["义务修渠三天，带动邻里十一户", "", "捐赠村图书角书籍一百二十册，" * 5, "调解邻里纠纷四起"]
BORDER = 13.9  # mm: the meander ends here
SEAL = (170.6, 39.75, 21.0)  # mm: middle and radius of the seal's place on A4


def entry_of(number: int, rank: int | None = None) -> BoardEntry:
    return BoardEntry(
        rank=rank or number + 1,
        name=NAMES[number % len(NAMES)],
        group="一二三四五六"[number % 6] + "组",
        deed=DEEDS[number % len(DEEDS)],
        points=max(5, 1186 - number * 7),
    )


def board_of(size: int, ranks: tuple[int, ...] = ()) -> BoardSheet:
    given = dict(enumerate(ranks))
    return BoardSheet(
        title="善举榜",
        village="清溪镇桃源村",
        organisation="桃源村村民委员会",
        period="二〇二六年第四季度",
        subject="户主",
        entries=tuple(entry_of(number, given.get(number)) for number in range(size)),
        couplet=("积善成风百业兴", "厚德载物千家暖"),
        contact="公示期：2026 年 10 月 8 日至 14 日　异议电话：村委会 0797-0000000",
        issued_on=date(2026, 10, 8),
        public_url="https://daode.example.cn/boards/12",
        ledger_mark="账 1234 · ab12cd34",
    )


def joined(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("size", "pages"), [(0, 1), (1, 1), (3, 1), (10, 1), (20, 1), (60, 3)])
def test_everyone_stands_on_the_board(size: int, pages: int) -> None:
    board = board_of(size)
    paper = Paper(board_poster(board, paper="a4"))
    assert len(paper.sizes_mm) == pages
    text = joined(paper.text)
    for name in NAMES:
        expected = sum(entry.name == name for entry in board.entries)
        assert text.count(name) == expected
    for entry in board.entries:
        assert str(entry.points) in text


def test_every_sheet_repeats_head_foot_and_columns() -> None:
    texts = list(map(joined, Paper(board_poster(board_of(60), paper="a4")).texts))
    for number, text in enumerate(texts, start=1):
        for words in ("善举榜", "名次", "主要事迹", "二〇二六年十月八日", "账1234·ab12cd34"):
            assert words in text
        assert f"第{number}张，共3张" in text


def test_an_empty_board_says_so() -> None:
    assert "本期暂无上榜" in joined(Paper(board_poster(board_of(0), paper="a4")).text)


@pytest.mark.parametrize(
    ("ranks", "medals"),
    [
        ((1, 2, 3, 4), 3),
        ((1, 1, 3, 4), 3),
        ((1, 2, 3, 3, 5), 4),
        ((1, 2, 2, 2, 2), 1),
        ((1, 1, 1, 1, 1), 0),
    ],
)
def test_a_tie_is_never_torn_apart_by_the_medals(ranks: tuple[int, ...], medals: int) -> None:
    assert len(laureates(board_of(len(ranks), ranks).entries)) == medals


def test_tied_entries_show_the_same_rank() -> None:
    in_table = Paper(board_poster(board_of(6, (1, 1, 1, 1, 1, 6)), paper="a4")).letters()
    ranks = [letter.text for letter in in_table if letter.left < 53 and letter.text in "123456"]
    assert sorted(ranks) == ["1", "1", "1", "1", "1", "6"]


def test_tied_winners_carry_the_same_medal() -> None:
    board = board_of(3, (1, 1, 3))
    named = tuple(replace(entry, group="甲组", deed="") for entry in board.entries)
    text = Paper(board_poster(replace(board, entries=named), paper="a4")).text
    assert [text.count(numeral) for numeral in "一三"] == [2, 1]


@pytest.mark.parametrize("size", [0, 1, 3, 10, 20, 60])
def test_the_letters_stay_within_the_border_and_off_the_seal(size: int) -> None:
    board = replace(
        board_of(size),
        title="最美哈拉道口镇王家地村人",
        organisation="松山区哈拉道口镇王家地村新时代文明实践站",
        contact="异议请在公示期内以书面、电话或当面方式向村务监督委员会提出" * 3,
    )
    middle_x, middle_y, radius = SEAL
    for letter in Paper(board_poster(board, paper="a4")).letters():
        assert BORDER < letter.left < letter.right < 210 - BORDER
        assert BORDER < letter.bottom < letter.top < 297 - BORDER
        if letter.text in "盖章处":
            continue
        corners = [(x, y) for x in (letter.left, letter.right) for y in (letter.bottom, letter.top)]
        assert min(hypot(x - middle_x, y - middle_y) for x, y in corners) > radius, letter


def test_columns_of_the_table_do_not_touch() -> None:
    letters = Paper(board_poster(board_of(20), paper="a4")).letters()
    rows = [letter for letter in letters if 70 < letter.bottom < 160 and 40 < letter.left < 170]
    for left, right in ((52.5, 53.0), (81.9, 82.2), (96.9, 97.2)):
        assert not [letter for letter in rows if letter.left < left and letter.right > right], (
            "a letter stands across the edge of a column"
        )


def test_the_first_line_of_the_couplet_hangs_on_the_right() -> None:
    letters = Paper(board_poster(board_of(3), paper="a4")).letters()
    place = {letter.text: letter.left for letter in letters if letter.text in "积厚"}
    assert place["积"] > 105 > place["厚"]


def test_a_board_without_couplet_and_address() -> None:
    board = replace(board_of(10), couplet=("", ""), public_url=None)
    paper = Paper(board_poster(board, paper="a4"))
    assert paper.codes() == []
    assert "扫码" not in paper.text


def test_a_title_missing_in_the_brush_can_still_be_read() -> None:
    board = replace(board_of(3), title="玥珺榜")
    assert "玥珺榜" in joined(Paper(board_poster(board, paper="a4")).text)


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("a3", (297, 420))])
def test_paper_and_code(paper: Literal["a4", "a3"], size: tuple[int, int]) -> None:
    board = board_of(20)
    poster = Paper(board_poster(board, paper=paper))
    assert poster.sizes_mm == [pytest.approx(size, abs=0.1)]
    assert poster.codes(dpi=150) == [board.public_url]


def test_the_same_board_gives_the_same_bytes() -> None:
    assert board_poster(board_of(60), paper="a3") == board_poster(board_of(60), paper="a3")


def test_boards_drawn_at_the_same_time_do_not_disturb_each_other() -> None:
    sizes = [0, 3, 20, 60] * 3
    with ThreadPoolExecutor(4) as helpers:
        drawn = helpers.map(lambda size: board_poster(board_of(size), paper="a4"), sizes)
        together = list(drawn)
    assert together == [board_poster(board_of(size), paper="a4") for size in sizes]
