"""Boards: everyone stands on them, in full, and the seal's place is free."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import hypot

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import ImageFilter

from moralbank.boards.layout import BannerLayout, layout_of
from moralbank.boards.papers import POSTER_PAPERS
from moralbank.boards.pdf import board_poster
from moralbank.boards.sheets import laureates
from moralbank.boards.styles import STYLES
from tests.printing.hung_boards import NAMES, board_of, crowded, entry_of
from tests.printing.paper import MM, Paper

BORDER = 13.9  # mm: the meander ends here
SEAL = (170.6, 39.75, 21.0)  # mm: middle and radius of the seal's place on A4
CARDS = ((81.5, 84.5), (125.5, 128.5))  # mm: the gaps between three cards on A4
PRINTED = [
    ("a4", "festive"),
    ("a3", "modern"),
    ("60x90", "plain"),
    ("80x120", "festive"),
    ("banner", "modern"),
    ("banner", "plain"),
]
"""Every paper, every style, every layout in two of them."""
DESIGN_WIDTH = {"banner": 750}  # mm: what a poster is drawn on before it is enlarged; else 210


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
    beside = [letter for letter in in_table if letter.left < 53 and letter.bottom > 65]
    ranks = [letter.text for letter in beside if letter.text in "123456"]
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


@pytest.mark.parametrize(("paper", "style"), PRINTED)
def test_size_code_and_seal_of_every_paper(paper: str, style: str) -> None:
    """The code is read at 60 dots across, blurred and tilted: a phone some steps away."""
    stock = POSTER_PAPERS[paper].paper
    board = board_of(20)
    poster = Paper(board_poster(board, paper=paper, style=style))
    assert poster.sizes_mm[0] == (
        pytest.approx(stock.width_mm, abs=0.1),
        pytest.approx(stock.height_mm, abs=0.1),
    )
    enlarged = stock.width_mm / DESIGN_WIDTH.get(paper, 210)
    seals = [box for box in furniture_of(poster.pdf, enlarged) if is_seal(box, 0.45 * enlarged)]
    assert len(seals) == 1, "the seal's place must keep its true size"
    (left, bottom, right, top), radius = seals[0], 21
    middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
    for letter in poster.letters():
        if letter.text not in "盖章处":
            nearest_x = max(letter.left, min(middle_x, letter.right))
            nearest_y = max(letter.bottom, min(middle_y, letter.top))
            assert hypot(nearest_x - middle_x, nearest_y - middle_y) > radius, letter
    picture = next(poster.pictures(dpi=round(100 / enlarged)))
    on_red_paper = picture.point(lambda grey: grey * 90 // 255) if style == "plain" else picture
    seen = on_red_paper.filter(ImageFilter.GaussianBlur(0.7)).rotate(3, fillcolor=128)
    assert [code.text for code in zxingcpp.read_barcodes(seen)] == [board.public_url]


def furniture_of(pdf: bytes, enlarged: float) -> list[tuple[float, ...]]:
    """The boxes of all paths in the first sheet's forms, in mm on the paper."""
    document = pdfium.PdfDocument(pdf)
    paths = document[0].get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_PATH], max_depth=3)
    boxes = [
        tuple(edge / MM * enlarged for edge in path.get_bounds()) for path in paths if path.level
    ]
    document.close()
    return boxes


def is_seal(box: tuple[float, ...], blur: float) -> bool:
    """Tell whether a box is as large as the seal's place; its line makes it a little larger."""
    left, bottom, right, top = box
    return max(abs(right - left - 42), abs(top - bottom - 42)) < 2 * blur


@pytest.mark.parametrize(("paper", "style"), PRINTED)
@pytest.mark.parametrize("size", [0, 24])
def test_no_text_leaves_its_box(paper: str, style: str, size: int) -> None:
    layout = layout_of(POSTER_PAPERS[paper].paper)
    enlarged = POSTER_PAPERS[paper].paper.width_mm * MM / layout.width
    head = [layout.head.village, layout.head.title, layout.head.period, layout.head.issue]
    if isinstance(layout, BannerLayout):
        fields = [layout.left_strip, layout.right_strip, layout.names]
    else:
        body, side = layout.body, layout.strip
        fields = [
            replace(body, right=body.left + side),
            replace(body, left=body.right - side),
            body.within(side, 0),
        ]
    boxes = [*fields, layout.foot.box, *(box.within(-2, -4) for box in head)]
    poster = Paper(board_poster(crowded(board_of(size)), paper=paper, style=style))
    for letter in poster.letters():
        edges = [edge * MM / enlarged for edge in (letter.left, letter.right)]
        lows = [edge * MM / enlarged for edge in (letter.bottom, letter.top)]
        assert any(
            box.left <= edges[0] <= edges[1] <= box.right
            and box.bottom <= lows[0] <= lows[1] <= box.top
            for box in boxes
        ), letter


@pytest.mark.parametrize("style", STYLES)
def test_the_words_of_the_first_stay_on_their_cards(style: str) -> None:
    board = crowded(board_of(3))
    named = tuple(replace(entry, name=NAMES[5], points=1_234_567) for entry in board.entries)
    poster = Paper(board_poster(replace(board, entries=named), paper="a4", style=style))
    on_cards = [letter for letter in poster.letters() if 82 < letter.bottom < 190]
    assert sum(letter.text in "1234567" for letter in on_cards) >= 3 * 7
    for left, right in CARDS:
        assert not [one for one in on_cards if one.left < right and one.right > left]


def test_everything_said_about_an_issue_stands_on_every_sheet() -> None:
    told = {
        "issue": "第 3 期",
        "rule": "热心公益各项，至少 3 分；积分相同的并列",
        "notice": "公示期：2026年10月8日至10月14日",
        "correction": "更正第 2 期：王䶮应为 34 分",
    }
    board = replace(board_of(40), arabic_dates=True, **told)
    for paper in ("a4", "banner"):
        texts = Paper(board_poster(board, paper=paper)).texts
        assert len(texts) > 1
        for text in map(joined, texts):
            assert "2026年10月8日" in text.replace(joined(told["notice"]), "")
            assert not [words for words in told.values() if joined(words) not in text]


def test_the_first_line_of_the_couplet_hangs_on_the_left_where_they_read_so() -> None:
    board = replace(board_of(3), first_line_left=True)
    letters = Paper(board_poster(board, paper="a4")).letters()
    place = {letter.text: letter.left for letter in letters if letter.text in "积厚"}
    assert place["积"] < 105 < place["厚"]


def test_lines_of_a_couplet_are_written_alike_though_one_is_longer() -> None:
    board = replace(board_of(0), couplet=("国国国国国国国国国国国", "国国国"))
    letters = Paper(board_poster(board, paper="a4")).letters()
    heights = {round(one.top - one.bottom, 1) for one in letters if one.text == "国"}
    assert len(heights) == 1


def test_donors_without_deeds_stand_in_two_blocks_with_whole_amounts() -> None:
    given = [
        replace(entry_of(number), deed="", group="", points=1_234_567 - number)
        for number in range(30)
    ]
    board = replace(board_of(0), entries=tuple(given), subject="捐赠人", measure="金额", unit="元")
    poster = Paper(board_poster(board, paper="a4"))
    text = joined(poster.text)
    assert [text.count(words) for words in ("捐赠人", "金额（元）", "主要事迹")] == [2, 2, 0]
    assert all(f"{entry.points:,}" in text for entry in given)
    assert "1,234,567元" in text


def test_a_long_deed_is_broken_and_then_cut() -> None:
    sixty, endless = "为孤寡老人挑水劈柴" * 6, "修桥补路" * 50
    entries = board_of(14).entries
    told = tuple(replace(entry, deed=endless if entry.rank == 14 else sixty) for entry in entries)
    text = joined(Paper(board_poster(replace(board_of(0), entries=told), paper="a4")).text)
    assert text.count(sixty) >= 10
    assert endless not in text
    assert "修桥补路修桥补路" in text
    assert "…" in text


def test_five_thousand_stand_on_many_sheets() -> None:
    entries = tuple(
        replace(entry_of(number), deed="", name=NAMES[number % 5]) for number in range(5000)
    )
    texts = Paper(board_poster(replace(board_of(0), entries=entries), paper="a4")).texts
    assert joined(texts[-1]).count(f"共{len(texts)}张") == 1
    assert "5000" in texts[-1]
    assert 80 < len(texts) < 200


def test_the_same_board_gives_the_same_bytes() -> None:
    assert board_poster(board_of(60), paper="a3") == board_poster(board_of(60), paper="a3")


def test_boards_drawn_at_the_same_time_do_not_disturb_each_other() -> None:
    sizes = [0, 3, 20, 60] * 3
    with ThreadPoolExecutor(4) as helpers:
        drawn = helpers.map(lambda size: board_poster(board_of(size), paper="a4"), sizes)
        together = list(drawn)
    assert together == [board_poster(board_of(size), paper="a4") for size in sizes]
