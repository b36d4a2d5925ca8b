"""Text that fits its box, and names that are never silently incomplete."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moralbank.printing import fonts
from moralbank.printing.breaking import Breakable
from moralbank.printing.fonts import Voice
from moralbank.printing.text import (
    ELLIPSIS,
    LEADING,
    boxed,
    clean,
    line,
    name_line,
    shrunk,
    title_line,
    title_voice,
    wrapped,
)

SYLLABLES = st.text("杜仁森王䶮古丽扎尔买提江·，。A1 龘", max_size=60)


@pytest.mark.parametrize("name", ["杜仁森", "王䶮", "李颋", "𫖯生辉", "刘㛃", "龘某", "John Wang"])
def test_names_are_written_in_full(name: str) -> None:
    written = name_line(name, 20)
    assert written.text == name
    assert written.gaps == ()
    assert all(fonts.covers(run.voice, run.text) for run in written.runs)


def test_common_and_rare_names_are_kai() -> None:
    voices = {
        run.voice for name in ("杜仁森", "王䶮", "𫖯生辉", "㛃") for run in name_line(name, 9).runs
    }
    assert voices == {Voice.KAI}


def test_text_copied_from_an_office_file_is_cleaned() -> None:
    assert clean(" 杜\u200b仁森\ufe00\n一组 ") == "杜仁森 一组"
    assert clean("王\u3000五") == "王\u3000五"


@pytest.mark.parametrize("missing", "玥珺堃赟")
def test_one_character_missing_in_the_brush_changes_the_whole_title(missing: str) -> None:
    assert {run.voice for run in title_line("善举榜", 40).runs} == {Voice.BRUSH}
    assert {run.voice for run in title_line(f"{missing}举榜", 40).runs} == {Voice.SONG}


def test_both_lines_of_a_couplet_change_together() -> None:
    assert title_voice("积善成风百业兴", "厚德载物千家暖") is Voice.BRUSH
    assert title_voice("积善成风百业兴", "厚德载物千家玥") is Voice.SONG


def test_short_text_keeps_its_size() -> None:
    full = line("杜仁森", Voice.HEI, 12)
    assert shrunk(full, 100, 6) == full
    assert boxed(full, 100, 40, 6) == (full,)


def test_long_text_shrinks_before_it_is_cut() -> None:
    full = line("照料邻居独居老人满一年", Voice.HEI, 12)
    assert shrunk(full, full.width * 0.8, 6).text == full.text
    cut = shrunk(full, full.width * 0.3, 6)
    assert cut.size == 6
    assert cut.text.endswith(ELLIPSIS)


def test_a_long_name_breaks_after_a_middle_dot() -> None:
    lines = boxed(name_line("古丽扎尔·买买提江·阿卜杜拉", 24), 120, 31, 10)
    assert [part.text for part in lines] == ["古丽扎尔·", "买买提江·阿卜杜拉"]


@pytest.mark.parametrize("width", range(60, 180, 7))
def test_the_parts_of_a_long_name_stay_whole(width: int) -> None:
    for name in ("古丽扎尔·买买提江·阿卜杜拉", "买·阿卜杜热合曼江", "乌云其木格·巴·道尔吉"):
        *lines, last = boxed(name_line(name, 24), width, 40, 5)
        assert all(part.text.endswith("·") for part in lines), lines
        assert last.text[-1] == name[-1]


def test_a_bracket_goes_with_what_it_opens() -> None:
    words = line("毛巾已退（TH20261121-0001）", Voice.HEI, 10)
    assert [part.text for part in wrapped(words, 120)] == ["毛巾已退", "（TH20261121-0001）"]


@settings(max_examples=150, deadline=None)
@given(SYLLABLES, st.floats(20, 200), st.floats(12, 60))
@example("·11䶮1䶮", 20.0, 18.0)  # what is taken along to the second line fills it
@example("1䶮1䶮1A䶮", 20.0, 20.0)  # the spaces beside its figures count in every line
def test_nothing_leaves_its_box(text: str, width: float, height: float) -> None:
    full = line(text, Voice.KAI, 24)
    lines = boxed(full, width, height, least=5)
    assert shrunk(full, width, least=5).width <= width + 1e-3
    assert all(part.width <= width + 1e-3 for part in lines)
    assert sum(part.size * LEADING for part in lines) <= max(height, 5 * LEADING) + 1e-3


@settings(max_examples=80, deadline=None)
@given(st.text("杜仁森，。A1", min_size=1, max_size=60), st.floats(20, 200), st.floats(12, 60))
def test_the_next_larger_step_would_leave_the_box(text: str, width: float, height: float) -> None:
    full = line(text, Voice.KAI, 24)
    larger = boxed(full, width, height, least=2)[0].size / 0.96
    if 2.1 < larger < full.size:
        measured = Breakable(full)
        starts = measured.breaks(larger, width)
        wide, tall = measured.widest(starts, larger), larger * LEADING * len(starts)
        assert wide > width or tall > height


@settings(max_examples=80, deadline=None)
@given(SYLLABLES)
def test_text_in_a_large_box_is_complete(text: str) -> None:
    lines = boxed(line(text, Voice.HEI, 12), 300, 300, least=3)
    assert "".join(part.text for part in lines) == clean(text)


def test_figures_of_a_column_have_one_width() -> None:
    for voice in (Voice.SONG, Voice.KAI, Voice.HEI, Voice.HEI_BOLD):
        assert len({fonts.width(voice, figure, 10) for figure in "0123456789"}) == 1
