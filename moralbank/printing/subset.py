"""Make the font files under ``printing/fonts`` from the published open-licence fonts.

A developer's tool, needed only when a font or the character set changes::

    python -m moralbank.printing.subset --sources DIR [DIR ...]

Each ``DIR`` is searched with its subdirectories for these files:

=============================  =======================================================
``NotoSansSC_400Regular.ttf``  npm ``@expo-google-fonts/noto-sans-sc``
``NotoSansSC_700Bold.ttf``     npm ``@expo-google-fonts/noto-sans-sc``
``NotoSerifSC_900Black.ttf``   npm ``@expo-google-fonts/noto-serif-sc``
``MaShanZheng_400Regular.ttf`` npm ``@expo-google-fonts/ma-shan-zheng``
``LXGWWenKai-Regular.ttf``     Debian ``fonts-lxgw-wenkai``
``Unihan_OtherMappings.txt``   Debian ``unicode-data`` (may be ``.bz2``): the 8,105
                               characters of 通用规范汉字表 are its property kTGH
=============================  =======================================================

What it does: keeps the wanted characters, drops hinting and every table that reportlab does
not read, gives the figures one width, and renames the fonts, since two of the licences reserve
the original names. The licences stand beside the fonts, as ``OFL-*.txt``.
"""

from __future__ import annotations

import argparse
import bz2
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent / "fonts"
UNIHAN_FILE = "Unihan_OtherMappings.txt"
STANDARD_HANZI = 8105
"""Number of characters in 通用规范汉字表 (2013); the tool refuses a list of another length."""

_UNUSED_TABLES = [
    *("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "STAT", "VORG", "gasp", "kern", "meta"),
    *("prep", "fpgm", "cvt ", "vhea", "vmtx"),
]
_FIGURES = "0123456789"
_COPYRIGHT, _FAMILY, _STYLE, _UNIQUE, _FULL, _VERSION, _POSTSCRIPT = range(7)
_LICENCE, _LICENCE_URL = 13, 14
_KEPT_NAMES = (_COPYRIGHT, _VERSION, _LICENCE, _LICENCE_URL)

_PUNCTUATION_BLOCKS = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1
    (0x0100, 0x017F),  # Latin Extended-A: pinyin's macrons
    (0x01CD, 0x01DC),  # pinyin's third tones
    (0x2010, 0x203B),  # dashes, quotes, ellipsis, reference mark
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x218F),  # letterlike, number forms
    (0x2190, 0x2199),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x2460, 0x24FF),  # enclosed figures
    (0x2500, 0x257F),  # box drawing
    (0x25A0, 0x25FF),  # squares and circles: □ stands for a missing character
    (0x2605, 0x2606),  # stars
    (0x2713, 0x2717),  # ticks
    (0x3000, 0x303F),  # CJK punctuation, 〇
    (0x3200, 0x33FF),  # enclosed CJK, units
    (0xFF00, 0xFFEF),  # full width forms
)
_HAN_BLOCKS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


@dataclass(frozen=True)
class Cut:
    """One font file to make: where from, under which new name, and with which characters."""

    target: str
    source: str
    family: str
    characters: frozenset[int]
    tabular: bool = True


def block(first: int, last: int) -> frozenset[int]:
    """Return the code points from ``first`` to ``last``, both included."""
    return frozenset(range(first, last + 1))


def punctuation() -> frozenset[int]:
    """Return the code points that every voice needs besides Chinese characters."""
    return frozenset().union(*(block(*ends) for ends in _PUNCTUATION_BLOCKS))


def all_hanzi() -> frozenset[int]:
    """Return all Chinese characters of Unicode; a font keeps those that it has."""
    return frozenset().union(*(block(*ends) for ends in _HAN_BLOCKS))


def gbk() -> frozenset[int]:
    """Return the code points of GBK, which village rosters from older systems are limited to."""
    found: set[int] = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            found.update(map(ord, bytes((lead, trail)).decode("gbk", "ignore")))
    return frozenset(found)


def standard_hanzi(unihan: str) -> frozenset[int]:
    """Return the code points that Unihan's kTGH marks as 通用规范汉字表.

    Raises ValueError when ``unihan`` does not hold the whole list.
    """
    rows = (line.split("\t") for line in unihan.splitlines() if "\tkTGH\t" in line)
    found = frozenset(int(row[0].removeprefix("U+"), 16) for row in rows if row[0][:1] == "U")
    if len(found) != STANDARD_HANZI:
        message = f"kTGH lists {len(found)} characters, not {STANDARD_HANZI}"
        raise ValueError(message)
    return found


def cuts(standard: frozenset[int]) -> tuple[Cut, ...]:
    """Return the five fonts to make.

    Kai sets people's names and therefore keeps every Chinese character that it has; Song Black
    is heavy and sets headings, so the standard list is enough for it.
    """
    signs = punctuation()
    text = standard | gbk() | signs
    return (
        Cut("hei-regular.ttf", "NotoSansSC_400Regular.ttf", "Moralbank Hei", text),
        Cut("hei-bold.ttf", "NotoSansSC_700Bold.ttf", "Moralbank Hei Bold", text),
        Cut("song-black.ttf", "NotoSerifSC_900Black.ttf", "Moralbank Song", standard | signs),
        Cut("kai.ttf", "LXGWWenKai-Regular.ttf", "Moralbank Kai", text | all_hanzi()),
        Cut(
            "brush.ttf",
            "MaShanZheng_400Regular.ttf",
            "Moralbank Brush",
            standard | signs,
            tabular=False,
        ),
    )


def find_source(name: str, sources: Sequence[Path]) -> Path:
    """Return the file called ``name`` (or ``name.bz2``) below one of the ``sources``.

    Raises FileNotFoundError when there is none.
    """
    for directory in sources:
        for pattern in (name, f"{name}.bz2"):
            for path in sorted(directory.rglob(pattern)):
                return path
    message = f"{name} is in none of: {', '.join(map(str, sources))}"
    raise FileNotFoundError(message)


def read_unihan(path: Path) -> str:
    """Return the text of a Unihan file, plain or compressed with bzip2."""
    raw = path.read_bytes()
    return (bz2.decompress(raw) if path.suffix == ".bz2" else raw).decode()


def make_figures_tabular(font: TTFont) -> None:
    """Give the ten figures the width of the widest one, each centred, so that columns align."""
    cmap, widths, glyphs = font.getBestCmap(), font["hmtx"], font["glyf"]
    names = [cmap[ord(figure)] for figure in _FIGURES]
    widest = max(widths[name][0] for name in names)
    for name in names:
        advance, bearing = widths[name]
        shift = (widest - advance) // 2
        glyph = glyphs[name]
        glyph.coordinates.translate((shift, 0))
        glyph.recalcBounds(glyphs)
        widths[name] = (widest, bearing + shift)


def rename(font: TTFont, family: str) -> None:
    """Name the font ``family``, keeping the records of copyright, version and licence."""
    table = font["name"]
    kept = {number: table.getDebugName(number) for number in _KEPT_NAMES}
    table.names = []
    plain = family.replace(" ", "")
    fresh = {_FAMILY: family, _STYLE: "Regular", _UNIQUE: plain, _FULL: family, _POSTSCRIPT: plain}
    for number, value in sorted({**kept, **fresh}.items()):
        if value is not None:
            table.setName(value, number, 3, 1, 0x409)


def subset_font(source: Path, characters: Iterable[int]) -> TTFont:
    """Return the font at ``source`` with only ``characters``, without hints and layout."""
    options = Options(
        hinting=False,
        layout_features=[],
        notdef_outline=True,
        glyph_names=False,
        legacy_cmap=False,
        name_IDs=["*"],
        name_languages=["*"],
        drop_tables=_UNUSED_TABLES,
        recalc_timestamp=False,
    )
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    return font


def make(cut: Cut, sources: Sequence[Path]) -> Path:
    """Write the font file of one ``cut`` and return its path."""
    font = subset_font(find_source(cut.source, sources), cut.characters)
    if cut.tabular:
        make_figures_tabular(font)
    rename(font, cut.family)
    target = TARGET / cut.target
    font.save(target)
    return target


def main(arguments: Sequence[str] | None = None) -> None:
    """Make all font files and print what each weighs."""
    parser = argparse.ArgumentParser(description="Make the subset fonts of moralbank.printing.")
    parser.add_argument("--sources", nargs="+", type=Path, required=True, metavar="DIR")
    sources = parser.parse_args(arguments).sources
    standard = standard_hanzi(read_unihan(find_source(UNIHAN_FILE, sources)))
    for cut in cuts(standard):
        path = make(cut, sources)
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
