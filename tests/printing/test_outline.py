"""Names with characters that only a font of the system has, and those that no font has."""

from collections.abc import Callable
from pathlib import Path

import pytest

from moralbank.printing import outline, rare
from moralbank.printing.sheet import A4, Document, mm
from moralbank.printing.text import GAP, Line, boxed, name_line, unprintable
from tests.printing.paper import Paper
from tests.printing.small_font import save_collection, small_font

Shelf = Callable[[], Path]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of fonts that is searched before those of the system."""
    monkeypatch.setenv(outline.FOLDERS_VARIABLE, str(tmp_path))
    return tmp_path


def paper_of(*lines: Line) -> Paper:
    document = Document(A4, "names")
    for row, words in enumerate(lines):
        words.draw(document.canvas, 20 * mm, (250 - row * 20) * mm)
    return Paper(document.close())


def test_a_name_is_drawn_from_an_opentype_font_and_stays_text(folder: Path) -> None:
    small_font("\U000323b1", 100, cff=True).save(folder / "song.otf")
    written = name_line("王\U000323b1明", 24)
    assert (written.text, written.gaps) == ("王\U000323b1明", ())
    assert written.width == pytest.approx(name_line("王小明", 24).width)
    paper = paper_of(written, name_line("王小明", 24))
    assert paper.text.split() == ["王\U000323b1明", "王小明"]
    [picture] = paper.pictures(254)  # ten pixels to the mm
    square = picture.crop((296, 405, 358, 467))
    assert square.histogram()[128:] == [0] * 128, "the square is black from edge to edge"
    assert paper.pdf == paper_of(written, name_line("王小明", 24)).pdf


def test_a_chinese_face_of_a_collection_goes_before_others(folder: Path) -> None:
    other, chinese = (
        small_font("\U000323b2", left, family=name)
        for left, name in ((100, "Trial Serif JP"), (300, "Trial Serif SC"))
    )
    save_collection(folder / "serif.ttc", other, chinese)
    found = outline.outline_of("\U000323b2")
    assert found is not None
    assert found.steps[0] == ("moveTo", (0.3, 0.0))


def test_bookish_fonts_go_first_and_broken_ones_are_passed_over(folder: Path) -> None:
    small_font("\U000323b3", 100).save(folder / "arial-like.ttf")
    small_font("\U000323b3", 200).save(folder / "songti-bold.ttf")
    small_font("\U000323b3", 300).save(folder / "songti-regular.ttf")
    small_font("\U000323b3", 400).save(folder / "LastResort-song.ttf")
    (folder / "kaiti.ttf").write_bytes(b"\0\1\0\0 no font at all")
    (folder / "mingliu.ttc").write_bytes((folder / "songti-regular.ttf").read_bytes()[:300])
    found = outline.outline_of("\U000323b3")
    assert found is not None
    assert found.steps[0] == ("moveTo", (0.3, 0.0))


def test_private_and_joined_writing_is_not_taken_from_strange_fonts(folder: Path) -> None:
    small_font("\ue863\u1820", 100).save(folder / "song.ttf")
    assert outline.outline_of("\ue863") is None
    assert outline.outline_of("\u1820") is None


def test_a_long_name_with_a_drawn_character_is_broken_like_any_other(folder: Path) -> None:
    small_font("\U000323b4", 100).save(folder / "song.ttf")
    lines = boxed(name_line("古丽扎尔·\U000323b4买提江·阿卜杜拉", 24), 120, 31, 10)
    assert [part.text for part in lines] == ["古丽扎尔·", "\U000323b4买提江·阿卜杜拉"]
    assert all(part.width <= 120 for part in lines)


def test_a_character_in_no_font_shows_a_box_with_its_pinyin_and_is_reported() -> None:
    # U+E863 stood for 䶮 in old rosters; U+3FFFD is no character at all.
    written = name_line("王\ue863", 20)
    assert (written.text, written.gaps) == (f"王{GAP}yǎn", ("\ue863",))
    assert name_line("王\U0003fffd", 20).text == f"王{GAP}"
    assert paper_of(written).text.strip() == f"王{GAP}yǎn"


def test_a_clerk_is_told_of_each_such_character_once() -> None:
    names = ["杜仁森", "王䶮", "𫖯生辉", "王\ue863", "李\U0003fffd\ue863", "John Wang"]
    assert rare.signs_without_font(names) == ("\ue863", "\U0003fffd")
    assert "“\ue863、\U0003fffd”" in rare.warning(names)
    assert rare.warning(names[:3]) == ""
    assert unprintable("王䶮") == ()
