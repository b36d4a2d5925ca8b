"""How Chinese characters are read (pinyin), by a small table: names and goods found by initials.

`readings.txt` is made from pypinyin, whose own dictionaries would take 56 MB of a server: every
character's first reading, and the phrases in which characters are read otherwise (重庆 chong qing).
On all of its phrases the table says what pypinyin says. It is made, when a new pypinyin comes, by
a developer's tool; its licence stands beside it::

    python -m moralbank.readings
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

_READINGS: Final = Path(__file__).with_name("readings.txt")
_ZERO: Final = ord("!")
_BASE: Final = 94
"""A character's reading is its place in the list of syllables, as two printable ASCII signs."""
_SHORTEST_GAP: Final = 64
"""So many characters without a reading end a block."""
_UNREAD: Final = "-"
"""Stands first among the syllables: the place of what has no reading."""


def toned(character: str) -> str:
    """A character's first reading with its tone: 重 is zhòng; "" where none is known."""
    table = _table()
    return table.syllables[table.place(character)] if table.place(character) else ""


def syllables(text: str) -> list[str]:
    """Each character's reading there, in plain letters: 重庆 is chong, qing; ü is v.

    What has no reading stays as it is.
    """
    return list(_read(text, _table()))


@dataclass(frozen=True)
class _Table:
    """The syllables, first code points of blocks and places from there on, phrases by words."""

    syllables: tuple[str, ...]
    plain: tuple[str, ...]
    starts: tuple[int, ...]
    blocks: tuple[str, ...]
    phrases: Mapping[str, str]

    @cached_property
    def longest(self) -> int:
        """How long the longest phrase is."""
        return max(map(len, self.phrases), default=0)

    def place(self, character: str) -> int:
        """Where a character's reading stands among the syllables; 0 where it has none."""
        code = ord(character)
        found = bisect_right(self.starts, code) - 1
        here = 2 * (code - self.starts[found]) if found >= 0 else -1
        if not 0 <= here < len(self.blocks[found]):
            return 0
        return _BASE * self._sign(found, here) + self._sign(found, here + 1)

    def _sign(self, block: int, here: int) -> int:
        return ord(self.blocks[block][here]) - _ZERO


def _read(text: str, table: _Table) -> Iterator[str]:
    """Phrase by phrase, the longest first, from left to right."""
    here = 0
    while here < len(text):
        for end in range(min(len(text), here + table.longest), here + 1, -1):
            reading = table.phrases.get(text[here:end])
            if reading is not None:
                yield from reading.split()
                here = end
                break
        else:
            yield table.plain[table.place(text[here])] or text[here]
            here += 1


@cache
def _table() -> _Table:
    with _READINGS.open(encoding="utf-8") as file:
        return _parsed(line.rstrip("\n") for line in file if not line.startswith("#"))


def _parsed(lines: Iterator[str]) -> _Table:
    known = tuple(next(lines).split())
    blocks = dict(line.split() for line in iter(lambda: next(lines), ""))
    return _Table(
        syllables=known,
        plain=("", *map(_plain, known[1:])),
        starts=tuple(int(first, 16) for first in blocks),
        blocks=tuple(blocks.values()),
        phrases=dict(line.split(" ", 1) for line in lines),
    )


def _plain(syllable: str) -> str:
    """Letters without tones: lǜ is lv."""
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def written(characters: Mapping[str, str], phrases: Mapping[str, str]) -> str:
    """`readings.txt`: characters' syllables with tones, and of the phrases those that are needed.

    A phrase is needed where what was kept of shorter ones reads it otherwise.
    """
    known = [_UNREAD, *sorted(set(characters.values()))]
    places = {syllable: place for place, syllable in enumerate(known)}
    head = [
        "# Readings by code point, and phrases read otherwise: see readings.py",
        " ".join(known),
    ]
    for block in _in_blocks(sorted(map(ord, characters))):
        each = (places.get(characters.get(chr(code), ""), 0) for code in block)
        signs = (chr(_ZERO + place // _BASE) + chr(_ZERO + place % _BASE) for place in each)
        head.append(f"{block.start:04X} {''.join(signs)}")
    kept: dict[str, str] = {}
    table = _parsed(iter([*head[1:], ""]))
    for phrase in sorted(phrases, key=lambda one: (len(one), one)):
        so_far = _Table(table.syllables, table.plain, table.starts, table.blocks, kept)
        if " ".join(_read(phrase, so_far)) != phrases[phrase]:
            kept[phrase] = phrases[phrase]
    return "\n".join([*head, "", *(f"{phrase} {kept[phrase]}" for phrase in sorted(kept)), ""])


def _in_blocks(codes: Iterable[int]) -> list[range]:
    blocks: list[range] = []
    for code in codes:
        if not blocks or code - blocks[-1].stop >= _SHORTEST_GAP:
            blocks.append(range(code, code))
        blocks[-1] = range(blocks[-1].start, code + 1)
    return blocks


def main() -> None:
    """Make `readings.txt` anew."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - what only makers have
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT, RE_HANS  # noqa: PLC0415

    characters = {chr(code): lazy_pinyin(chr(code), style=Style.TONE)[0] for code in PINYIN_DICT}
    phrases = {one: " ".join(lazy_pinyin(one)) for one in PHRASES_DICT if RE_HANS.match(one)}
    _READINGS.write_text(written(characters, phrases), "utf-8")


if __name__ == "__main__":
    main()
