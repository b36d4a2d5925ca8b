"""The committed fonts and the tool that makes them."""

import bz2
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from moralbank.printing import fonts, subset
from moralbank.printing.fonts import Voice

COMMITTED = subset.TARGET


def test_every_font_stands_beside_its_licence() -> None:
    assert {path.stem for path in COMMITTED.glob("*.ttf")} == set(Voice)
    for voice in Voice:
        licence = COMMITTED / f"OFL-{voice.split('-')[0]}.txt"
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text(encoding="utf-8")


def test_the_fonts_stay_small_enough_to_be_carried() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.glob("*.ttf")) < 45e6


@pytest.mark.parametrize("voice", [Voice.KAI, Voice.HEI, Voice.HEI_BOLD])
def test_text_voices_write_gbk(voice: Voice) -> None:
    hanzi = {code for code in subset.gbk() if 0x4E00 <= code <= 0x9FA5}
    assert hanzi <= fonts.coverage(voice)


@pytest.mark.parametrize("voice", list(Voice))
def test_no_reserved_name_is_used(voice: Voice) -> None:
    with TTFont(COMMITTED / f"{voice}.ttf", lazy=True) as font:
        name = font["name"].getDebugName(1)
    assert name.startswith("Moralbank")


def test_unihan_is_read_plain_and_compressed(tmp_path: Path) -> None:
    rows = "".join(f"U+{0x4E00 + n:X}\tkTGH\t2013:{n + 1}\n" for n in range(8105))
    text = f"#\tkTGH\nU+3400\tkOther\t1\n{rows}"
    packed = tmp_path / "data" / f"{subset.UNIHAN_FILE}.bz2"
    packed.parent.mkdir()
    packed.write_bytes(bz2.compress(text.encode()))
    found = subset.find_source(subset.UNIHAN_FILE, [tmp_path])
    assert subset.standard_hanzi(subset.read_unihan(found)) == subset.block(0x4E00, 0x4E00 + 8104)


def test_an_incomplete_list_is_refused() -> None:
    with pytest.raises(ValueError, match="1 characters"):
        subset.standard_hanzi("U+4E00\tkTGH\t2013:1\n")


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"LXGWWenKai-Regular\.ttf"):
        subset.find_source("LXGWWenKai-Regular.ttf", [tmp_path])


def test_a_cut_keeps_its_characters_and_aligns_its_figures(tmp_path: Path) -> None:
    font = subset.subset_font(COMMITTED / "brush.ttf", map(ord, "0123456789善"))
    subset.make_figures_tabular(font)
    subset.rename(font, "Moralbank Trial")
    font.save(tmp_path / "trial.ttf")
    with TTFont(tmp_path / "trial.ttf") as made:
        cmap = made.getBestCmap()
        assert set(cmap) == set(map(ord, "0123456789善"))
        assert len({made["hmtx"][cmap[ord(figure)]][0] for figure in "0123456789"}) == 1
        assert "GPOS" not in made
        assert made["name"].getDebugName(6) == "MoralbankTrial"
        assert made["name"].getDebugName(0).startswith("Copyright 2018")
