"""Pieces that flow down pages, and tables that break over them."""

from itertools import pairwise
from typing import Any

from moralbank.printing import formal, sheet
from moralbank.printing.flow import Frame, Piece, gap, paginated, printed
from moralbank.printing.fonts import Voice
from moralbank.printing.ruled import RuledColumn, RuledTable
from moralbank.printing.text import line, wrapped
from tests.printing.paper import MM, Paper


def _nothing(canvas: Any, top: float) -> None:
    del canvas, top


def piece(height: float, *, opening: Piece | None = None, keeps: bool = False) -> Piece:
    return Piece(height, _nothing, opening, keeps)


def heights(pieces: list[Piece], room: float) -> list[list[float]]:
    return [[one.height for one in page] for page in paginated(pieces, room)]


def test_what_does_not_fit_goes_onto_the_next_page() -> None:
    assert heights([piece(40), piece(60), piece(1)], 100) == [[40, 60], [1]]


def test_what_opens_a_page_brings_its_head_and_a_gap_vanishes() -> None:
    assert heights([piece(90), piece(20, opening=piece(30))], 100) == [[90], [30]]
    assert heights([piece(95), gap(10), piece(20)], 100) == [[95], [0, 20]]
    assert heights([piece(20, opening=piece(30))], 100) == [[20]]


def test_what_is_kept_stays_with_what_follows() -> None:
    heading = piece(10, keeps=True)
    assert heights([piece(80), heading, piece(20)], 100) == [[80], [10, 20]]


def test_a_block_higher_than_a_page_is_not_lost() -> None:
    assert heights([piece(10), piece(150), piece(10)], 100) == [[10], [150], [10]]


def test_a_table_breaks_with_its_head_and_rows_grow_with_their_text() -> None:
    frame = Frame(sheet.A5)
    columns = (RuledColumn("户主", 100), RuledColumn("事由", 200, grows=True))
    table = RuledTable(columns, frame.left)
    note = "帮邻居家收秋三天，" * 12
    rows = list(table.rows([(f"第{number}户", note) for number in range(12)]))
    assert rows[1].height > 3 * table.row
    paper = Paper(printed(frame, "表", [rows], formal.page_foot(frame, "羊圈湾村")))
    texts = ["".join(text.split()) for text in paper.texts]
    assert len(texts) > 1
    for number, text in enumerate(texts, start=1):
        assert "户主事由" in text
        assert f"第{number}页共{len(texts)}页" in text
    assert "".join(texts).count(note) == 12


def test_a_paragraph_keeps_numbers_whole_and_marks_at_their_word() -> None:
    text = "请在2026年11月25日以前改好（含当天），" * 6
    lines = [part.text for part in wrapped(line(text, Voice.KAI, 12), 131, indent=24)]
    assert "".join(lines) == text
    assert not any(words[0] in "，。、）" or words[-1] == "（" for words in lines)
    for before, after in pairwise(lines):
        assert not (before[-1].isdigit() and after[0].isdigit())
    assert line(lines[0], Voice.KAI, 12).width <= 131 - 24


def test_a_sheet_can_be_printed_larger() -> None:
    frame = Frame(sheet.A5)
    pieces = [formal.title(frame, "温馨提醒")]
    foot = formal.page_foot(frame, "羊圈湾村")
    small, large = (
        Paper(printed(frame, "信", [pieces], foot, enlarged=factor)) for factor in (1, 210 / 148)
    )
    assert [round(side) for side in large.sizes_mm[0]] == [210, 298]
    (one, *_rest), (other, *_others) = small.letters(), large.letters()
    assert other.left > one.left * 1.3
    assert frame.width < frame.paper.points[0] < 150 * MM
