"""What sizes of paper are called."""

from collections.abc import Sequence
from typing import Final

from moralbank.i18n import _, clauses, mark
from moralbank.paper.pictures import Leaves

_NAMES: Final = {(148, 210): "A5", (210, 297): "A4", (297, 420): "A3"}
_SAME_MM: Final = 1.5
"""Sizes that differ less are the same; points are rounded."""
_IN_CM_FROM: Final = 500
_OFFICE_LONGEST: Final = 421
"""A3's long side: what is longer goes to a print shop."""


def size_words(width_mm: float, height_mm: float) -> str:
    """A size: "A4", "A4 横放", "60 × 90 厘米", "86 × 54 毫米"."""
    short, long = sorted((width_mm, height_mm))
    for (known_short, known_long), name in _NAMES.items():
        if abs(short - known_short) < _SAME_MM and abs(long - known_long) < _SAME_MM:
            return name if width_mm < height_mm else _("%(size)s 横放", size=name)
    if long >= _IN_CM_FROM:
        wide, high = f"{round(width_mm) / 10:g}", f"{round(height_mm) / 10:g}"
        return _("%(wide)s × %(high)s 厘米", wide=wide, high=high)
    return _("%(wide)s × %(high)s 毫米", wide=f"{width_mm:g}", high=f"{height_mm:g}")


def paper_words(leaves: Sequence[Leaves]) -> str:
    """The paper of a whole sheet: "A4", or with several sizes "A4 横放 2 页；A5 8 页"."""
    pages: dict[str, int] = {}
    for part in leaves:
        words = size_words(part.width_mm, part.height_mm)
        pages[words] = pages.get(words, 0) + part.pages
    if len(pages) == 1:
        return next(iter(pages))
    each = mark("%(size)s %(n)s 页")
    return clauses(_(each, size=words, n=count) for words, count in pages.items())


def for_a_shop(leaves: Sequence[Leaves]) -> bool:
    """Whether no printer of an office takes it."""
    return any(max(part.width_mm, part.height_mm) > _OFFICE_LONGEST for part in leaves)


def page_size(leaves: Sequence[Leaves], number: int) -> tuple[float, float]:
    """Width and height in mm of a page, counted from 1; raises IndexError."""
    for part in leaves:
        if number <= part.pages:
            return part.width_mm, part.height_mm
        number -= part.pages
    raise IndexError
