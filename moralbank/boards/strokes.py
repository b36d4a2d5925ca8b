"""Strokes of Chinese characters, for names that stand 按姓氏笔画.

The counts in `strokes.txt` are Unihan's kTotalStrokes (of two values the first, which is the one
of mainland China), every Chinese character of Unicode 15 by blocks. The file is made, when a new
Unicode comes, by a developer's tool; its licence stands beside it::

    python -m moralbank.boards.strokes --source Unihan_IRGSources.txt

Debian's package `unicode-data` holds that file (it may be `.bz2`).
"""

import argparse
import bz2
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from moralbank.households.masking import surname

_COUNTS: Final = Path(__file__).with_name("strokes.txt")
UNKNOWN: Final = 1_000
"""Stands for the strokes of what is no Chinese character: after all that are."""

_ZERO: Final = ord("!")
"""A count is written as one printable ASCII character: "!" is 0 (none known), "\\"" is 1 …"""
_SHORTEST_GAP: Final = 64
"""So many characters without a count end a block."""

Key = tuple[tuple[int, ...], tuple[int, ...]]


def strokes(character: str) -> int:
    """How many strokes a character has, or UNKNOWN."""
    starts, blocks = _blocks()
    code = ord(character)
    found = bisect_right(starts, code) - 1
    place = code - starts[found] if found >= 0 else -1
    if not 0 <= place < len(blocks[found]):
        return UNKNOWN
    return ord(blocks[found][place]) - _ZERO or UNKNOWN


def strokes_key(name: str) -> Key:
    """What puts names in order: the surname's strokes character by character, then the others'.

    Whatever is no letter (the dot of 那仁·图雅) counts nothing; letters of other scripts come after
    all Chinese characters.
    """
    family = surname(name)
    return _each(family), _each(name[len(family) :])


def _each(part: str) -> tuple[int, ...]:
    return tuple(strokes(sign) for sign in part if sign.isalpha())


@cache
def _blocks() -> tuple[tuple[int, ...], tuple[str, ...]]:
    """First code points, and the counts from there on."""
    lines = [line.split() for line in _COUNTS.read_text("ascii").splitlines() if line[0] != "#"]
    return tuple(int(first, 16) for first, _counts in lines), tuple(one for _first, one in lines)


def counts_in(unihan: str) -> dict[int, int]:
    """Code point → strokes, from the text of Unihan_IRGSources.txt; raises ValueError if none."""
    rows = (line.split("\t") for line in unihan.splitlines() if "\tkTotalStrokes\t" in line)
    found = {
        int(row[0].removeprefix("U+"), 16): int(row[2].split()[0])
        for row in rows
        if row[0].startswith("U+")
    }
    if not found:
        message = "no kTotalStrokes in this file"
        raise ValueError(message)
    return found


def written(counts: Mapping[int, int]) -> str:
    """The counts as lines "first code point, counts", for `strokes.txt`."""
    lines = ["# Strokes by code point, from Unihan's kTotalStrokes: see strokes.py"]
    for block in _in_blocks(sorted(counts)):
        signs = (chr(_ZERO + counts.get(code, 0)) for code in range(block[0], block[-1] + 1))
        lines.append(f"{block[0]:04X} {''.join(signs)}")
    return "\n".join(lines) + "\n"


def _in_blocks(codes: Iterable[int]) -> list[list[int]]:
    blocks: list[list[int]] = []
    for code in codes:
        if not blocks or code - blocks[-1][-1] > _SHORTEST_GAP:
            blocks.append([])
        blocks[-1].append(code)
    return blocks


def main() -> None:
    """Make `strokes.txt` anew."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--source", type=Path, required=True, help="Unihan_IRGSources.txt[.bz2]")
    source: Path = parser.parse_args().source
    content = source.read_bytes()
    text = (bz2.decompress(content) if source.suffix == ".bz2" else content).decode("utf-8")
    _COUNTS.write_text(written(counts_in(text)), "ascii")


if __name__ == "__main__":
    main()
