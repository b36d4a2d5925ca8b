"""Every character of the standard list and of GBK, drawn as a name and read back."""

import pytest
from fontTools.ttLib import TTFont

from moralbank.printing import fonts, subset
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import A4, Document, mm
from moralbank.printing.text import line, name_line
from tests.printing.paper import Paper

ACROSS, DOWN = 50, 75
RARE = "𫖯𬭎㛃䶮"
"""Characters of names beyond the basic list, two of them above U+FFFF."""


def standard() -> list[str]:
    """通用规范汉字表: Song was cut to this list, so its Chinese characters are the list."""
    found = sorted(map(chr, subset.all_hanzi() & fonts.coverage(Voice.SONG)))
    assert len(found) == subset.STANDARD_HANZI
    return found


def drawn(signs: list[str]) -> Paper:
    """All the signs as names, fifty in a row."""
    document = Document(A4, "characters")
    rows = ["".join(signs[start : start + ACROSS]) for start in range(0, len(signs), ACROSS)]
    for number, row in enumerate(rows):
        if number and number % DOWN == 0:
            document.canvas.showPage()
        name = name_line(row, 10)
        assert {run.voice for run in name.runs} == {Voice.KAI}
        name.draw(document.canvas, 15 * mm, (285 - number % DOWN * 3.7) * mm)
    return Paper(document.close())


def test_every_standard_and_every_gbk_character_is_a_name_s() -> None:
    gbk = {chr(code) for code in subset.gbk() if 0x4E00 <= code <= 0x9FA5}
    signs = [*standard(), *sorted(gbk - set(standard()))]
    assert len(gbk) == 20_902
    paper = drawn(signs)
    assert "".join(paper.text.split()) == "".join(signs)


def test_no_standard_character_is_empty_in_the_name_voice() -> None:
    with TTFont(fonts.FOLDER / f"{Voice.KAI}.ttf", lazy=True) as font:
        names, glyphs = font.getBestCmap(), font["glyf"]
        outlines = {sign: names.get(ord(sign), ".notdef") for sign in standard()}
        assert ".notdef" not in outlines.values()
        assert not [sign for sign, name in outlines.items() if not glyphs[name].numberOfContours]
    assert len(set(outlines.values())) == subset.STANDARD_HANZI


@pytest.mark.parametrize("voice", list(Voice))
def test_rare_characters_are_copied_and_searched_in_every_voice(voice: Voice) -> None:
    document = Document(A4, "rare")
    line(f"刘{RARE}", voice, 20).draw(document.canvas, 20 * mm, 250 * mm)
    assert Paper(document.close()).text.strip() == f"刘{RARE}"
