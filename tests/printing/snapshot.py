"""What stands on a PDF and where: read, kept as JSON, and compared so that people can read it.

After a change that was meant, look at the new sheets, then renew what is kept:
`python -m tests.printing.snapshot` (all), or with the names of some sheets behind it.
"""

import ctypes
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pypdfium2 as pdfium
from pypdfium2 import raw

from tests.printing.paper import MM

KEPT: Final = Path(__file__).parent / "snapshots"
HAIR_MM: Final = 0.15
"""So little is no move: places are kept to a tenth of a millimetre."""
_MOST_TOLD: Final = 25
_LONGEST_FONT: Final = 120

Snapshot = list[dict[str, Any]]
"""A page each: its size and its runs, in the order in which they were written."""


@dataclass(frozen=True)
class Run:
    """Words written in one go: where they begin, their font and size in points, their ink's box.

    Lengths are in mm from the lower left corner of the page; forms are read like the page itself.
    """

    text: str
    x: float
    y: float
    size: float
    font: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Page:
    """A page's width and height in mm, and what is written on it."""

    width: float
    height: float
    runs: tuple[Run, ...]


def pages_of(pdf: bytes) -> list[Page]:
    """Read every page of a PDF."""
    document = pdfium.PdfDocument(pdf)
    try:
        return [_page(page) for page in document]
    finally:
        document.close()


def _page(page: pdfium.PdfPage) -> Page:
    width, height = page.get_size()
    text = page.get_textpage()
    visible = (sign for sign in _signs(text) if sign[1].strip())
    runs = (_run(list(group)) for _key, group in groupby(visible, key=lambda sign: sign[0]))
    return Page(width / MM, height / MM, tuple(runs))


_Key = tuple[str, float, float, float]
_Box = tuple[float, float, float, float]


def _signs(text: pdfium.PdfTextPage) -> Iterator[tuple[_Key, str, _Box]]:
    """Yield each character with what it shares with the others of its run, and its ink's box.

    A run's characters share the matrix under which they were written, whose last two numbers say
    where the run begins.
    """
    matrix, font = raw.FS_MATRIX(), ctypes.create_string_buffer(_LONGEST_FONT)
    for number in range(text.count_chars()):
        if raw.FPDFText_IsGenerated(text, number):
            continue
        raw.FPDFText_GetMatrix(text, number, ctypes.byref(matrix))
        raw.FPDFText_GetFontInfo(text, number, font, _LONGEST_FONT, None)
        scale = math.hypot(matrix.a, matrix.b)
        size = raw.FPDFText_GetFontSize(text, number) * scale
        key = (font.value.decode(), size, matrix.e / MM, matrix.f / MM)
        yield key, text.get_text_range(number, 1), text.get_charbox(number)


def _run(signs: Sequence[tuple[_Key, str, _Box]]) -> Run:
    (font, size, x, y), _sign, _first_box = signs[0]
    lefts, bottoms, rights, tops = zip(*(box for _key, _sign, box in signs), strict=True)
    return Run(
        "".join(sign for _key, sign, _box in signs),
        round(x, 1),
        round(y, 1),
        round(size, 1),
        font.rpartition("+")[2],
        min(lefts) / MM,
        min(bottoms) / MM,
        max(rights) / MM,
        max(tops) / MM,
    )


def snapshot(pdf: bytes) -> Snapshot:
    """What is kept of a PDF: page sizes, texts, places, sizes and fonts. Its bytes may change."""
    return [
        {
            "size": [round(page.width, 1), round(page.height, 1)],
            "runs": [[run.x, run.y, run.size, run.font, run.text] for run in page.runs],
        }
        for page in pages_of(pdf)
    ]


def kept(name: str) -> Snapshot:
    """The snapshot of a sheet as it was when somebody last looked; empty for a new sheet."""
    file = KEPT / f"{name}.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else []


def keep(name: str, shot: Snapshot) -> None:
    """Write a snapshot, a run on each line, so that a review of the change can be read."""
    KEPT.mkdir(exist_ok=True)
    written = ",\n".join(map(_page_text, shot))
    (KEPT / f"{name}.json").write_text(f"[\n{written}\n]\n", "utf-8")


def _page_text(page: dict[str, Any]) -> str:
    runs = ",\n".join(json.dumps(run, ensure_ascii=False) for run in page["runs"])
    return f'{{"size": {json.dumps(page["size"])}, "runs": [\n{runs}\n]}}'


def differences(before: Snapshot, now: Snapshot) -> list[str]:
    """What changed, in words: which text moved, came, went, or is written in another way."""
    told = list(_differences(before, now))
    more = len(told) - _MOST_TOLD
    return told[:_MOST_TOLD] + ([f"… and {more} more"] if more > 0 else [])


def _differences(before: Snapshot, now: Snapshot) -> Iterator[str]:
    if len(before) != len(now):
        yield f"{len(before)} pages before, {len(now)} now"
    for number, (old, new) in enumerate(zip(before, now, strict=False), start=1):
        place = f"page {number}: "
        if math.dist(old["size"], new["size"]) > HAIR_MM:
            yield f"{place}{old['size']} mm before, {new['size']} now"
        yield from (place + words for words in _run_differences(old["runs"], new["runs"]))


def _run_differences(before: Sequence[Any], now: Sequence[Any]) -> Iterator[str]:
    olds, news = ([tuple(run[2:]) for run in runs] for runs in (before, now))
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    for tag, left, right, from_, to in matcher.get_opcodes():
        if tag == "equal":
            for old, new in zip(before[left:right], now[from_:to], strict=True):
                if math.dist(old[:2], new[:2]) > HAIR_MM:
                    yield f"{new[4]!r} moved from {_at(old)} to {_at(new)}"
        else:
            yield from _exchanged(before[left:right], now[from_:to])


def _exchanged(before: Sequence[Any], now: Sequence[Any]) -> Iterator[str]:
    """Runs of which some were replaced: the same words come and gone are the same run."""
    left = {run[4]: run for run in before}
    for new in now:
        old = left.pop(new[4], None)
        if old is None:
            yield f"{new[4]!r} came, {_at(new)}, {_written(new)}"
        else:
            yield f"{new[4]!r} was {_written(old)} {_at(old)}, is {_written(new)} {_at(new)}"
    yield from (f"{run[4]!r} went, {_at(run)}" for run in left.values())


def _at(run: Sequence[Any]) -> str:
    return f"({run[0]}, {run[1]})"


def _written(run: Sequence[Any]) -> str:
    return f"{run[3]} {run[2]}"


def renew(names: Iterable[str] = ()) -> None:
    """Keep the named sheets as they are now; without a name all of them, and no others."""
    from tests.printing.sheets import SHEETS  # noqa: PLC0415 - slow to import

    names = set(names)
    for name, draw in SHEETS.items():
        if not names or name in names:
            keep(name, snapshot(draw()))
    for file in KEPT.glob("*.json"):
        if not names and file.stem not in SHEETS:
            file.unlink()


if __name__ == "__main__":
    renew(sys.argv[1:])
