"""Running text as print shops set it: spaces nobody typed, marks in the margin, flush edges."""

import shutil
import subprocess
from pathlib import Path

import pytest

from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import A4, Document, mm
from moralbank.printing.spacing import CLOSING_UP, MEETING
from moralbank.printing.text import Line, line, shrunk, wrapped
from tests.printing.paper import MM, Letter, Paper

MIXED = "共3户，于2026年11月用QR码兑换5%以内（《公约》）、（第12期）。"
VOICES = (Voice.SONG, Voice.KAI, Voice.HEI, Voice.HEI_BOLD)
LEFT = 20.0
"""Where the tests write, in mm."""


def paper_of(*lines: Line) -> Paper:
    document = Document(A4, "lines")
    for row, words in enumerate(lines):
        words.draw(document.canvas, LEFT * mm, (280 - row * 8) * mm)
    return Paper(document.close())


def ink(words: Line) -> list[Letter]:
    return paper_of(words).letters()


def test_what_is_copied_is_what_was_written(tmp_path: Path) -> None:
    sizes = (5, 7.2, 9, 11.5, 12.5, 16)
    paper = paper_of(*(line(MIXED, voice, size) for voice in VOICES for size in sizes))
    assert paper.text.splitlines() == [MIXED] * len(VOICES) * len(sizes)
    if shutil.which("pdftotext"):
        (tmp_path / "lines.pdf").write_bytes(paper.pdf)
        command = ["pdftotext", str(tmp_path / "lines.pdf"), "-"]
        read = subprocess.run(command, check=True, capture_output=True, text=True)
        assert read.stdout.split() == [MIXED] * len(VOICES) * len(sizes)


def test_chinese_keeps_its_distance_from_letters_and_figures() -> None:
    spaced, plain = (line("共3户QR码", Voice.HEI, 20, spaced=wanted) for wanted in (True, False))
    assert spaced.width == pytest.approx(plain.width + 4 * MEETING * 20)
    moved = [there.left - here.left for there, here in zip(ink(spaced), ink(plain), strict=True)]
    step = MEETING * 20 / MM
    assert moved == pytest.approx([0, step, 2 * step, 3 * step, 3 * step, 4 * step], abs=0.01)
    assert spaced.at(10).width == pytest.approx(spaced.width / 2)
    assert shrunk(spaced, spaced.width * 0.8, 5).width == pytest.approx(spaced.width * 0.8)


@pytest.mark.parametrize("text", ["共 3 户", "一组-012", "+5，3。A", "（A）", "杜仁森", "A1 b2"])
def test_nothing_is_added_where_a_space_or_a_mark_stands(text: str) -> None:
    assert line(text, Voice.HEI, 20).width == line(text, Voice.HEI, 20, spaced=False).width


def test_neighbouring_marks_share_their_blank_half() -> None:
    for text, pairs in (("（主持）、（监督）。", 3), ("“《公约》”：", 2), ("，好", 0)):
        plain = line(text, Voice.HEI, 20, spaced=False).width
        assert line(text, Voice.HEI, 20).width == pytest.approx(plain - pairs * CLOSING_UP * 20), (
            text
        )


def test_a_wide_title_and_a_dense_label_stay_as_they_are() -> None:
    wide = line("2026年", Voice.SONG, 20, tracking=4)
    assert wide.width == pytest.approx(line("2026年", Voice.SONG, 20, spaced=False).width + 16)


def test_a_full_stop_hangs_rather_than_begin_a_line() -> None:
    full = line("查清答复后再办。有异议的，暂停入账", Voice.KAI, 10)
    lines = wrapped(full, 75)
    assert [part.text for part in lines] == ["查清答复后再办。", "有异议的，暂停", "入账"]
    assert lines[0].width == pytest.approx(75)
    right = max(letter.right for letter in ink(lines[0]))
    assert right <= LEFT + 75 / MM, "what hangs is the blank half"
    narrow = wrapped(full, 74)
    assert [part.text for part in narrow][:2] == ["查清答复后再", "办。有异议的，"]


def test_an_opening_mark_begins_a_line_at_its_edge() -> None:
    lines = wrapped(line("自愿遵守本村的《村规民约》", Voice.KAI, 10), 70)
    assert [part.text for part in lines] == ["自愿遵守本村的", "《村规民约》"]
    assert lines[1].width == pytest.approx(55)
    assert LEFT <= min(letter.left for letter in ink(lines[1])) < LEFT + 2.5 / MM


def test_lines_end_flush_and_the_last_one_does_not() -> None:
    words = (
        "下列152户的积分经评议通过，现予公示。公示期满，没有异议的自动入账；"
        "有异议的，查清答复后再办。"
    )
    lines = wrapped(line(words, Voice.KAI, 11.5), 200, indent=23, flush=True)
    assert "".join(part.text for part in lines) == words
    assert [part.width for part in lines[:-1]] == pytest.approx([177, *[200] * (len(lines) - 2)])
    assert lines[-1].tracking == 0
    ends = [max(letter.right for letter in ink(part)) for part in lines[1:-1]]
    assert all(LEFT + 190 / MM < end <= LEFT + 200.1 / MM for end in ends)


def test_a_line_is_not_torn_open_to_be_flush() -> None:
    lines = wrapped(line("请来电04761234567890123说明", Voice.KAI, 10), 110, flush=True)
    assert [part.text for part in lines] == ["请来电", "04761234567890123", "说明"]
    assert lines[0].tracking == 0


def test_spaces_fall_away_where_a_line_breaks() -> None:
    lines = wrapped(line("共 152 户参加 38 次", Voice.HEI, 10), 41)
    assert [part.text for part in lines] == ["共 152", "户参加", "38 次"]
