"""Pictures of a sheet's pages, small enough for a phone and sharp enough to be judged by.

A page is drawn when somebody looks at it, and kept beside its PDF. PDFium may not be used by two
threads at once, so one lock stands before it.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from math import sqrt
from pathlib import Path
from threading import Lock
from typing import Any, Final

from moralbank.paper.keeping import SheetNotKept, keep
from moralbank.printing.stocks import MM

WIDTHS: Final = {"small": 600, "large": 1240}
"""Widths in dots by size: a column on a laptop, and a phone's whole width on its fine screen."""
MOST_DOTS: Final = 3_000_000
"""No picture has more, however long its paper is."""
LONGEST_SIDE: Final = 4096
_GREYS: Final = 16
_COLOURS: Final = 96

_turn = Lock()


@dataclass(frozen=True)
class Leaves:
    """Pages of one size in a row; width and height in mm."""

    width_mm: float
    height_mm: float
    pages: int


def measured(content: bytes) -> tuple[Leaves, ...]:
    """What paper a PDF takes, page by page, equal neighbours together."""
    with _opened(content) as document:
        sizes = [document.get_page_size(number) for number in range(len(document))]
    in_mm = ((round(width / MM, 1), round(height / MM, 1)) for width, height in sizes)
    return tuple(Leaves(*size, len(list(same))) for size, same in groupby(in_mm))


def page_picture(sheet: Path, number: int, size: str) -> bytes:
    """The page `number` (from 1) of a PDF as PNG, `size` a key of WIDTHS.

    Raises FileNotFoundError where there is no sheet.
    """
    kept = sheet.with_name(f"page-{number}-{size}.png")
    with suppress(FileNotFoundError):
        return kept.read_bytes()
    with _opened(sheet.read_bytes()) as document:
        drawn = _drawn(document[number - 1], WIDTHS[size])
    content = _as_png(drawn)
    with suppress(SheetNotKept):  # where the disk is full, it is drawn again
        keep(kept, content)
    return content


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    """A PDF, for as long as nobody else reads one."""
    # Publishes no types; only who looks at sheets pays for it.
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415

    with _turn, pypdfium2.PdfDocument(content) as document:
        yield document


def _drawn(page: Any, width: int) -> Any:
    """The page as an image of the wanted width, or less where it would be too large."""
    across, up = page.get_size()
    scale = min(width / across, LONGEST_SIDE / up, sqrt(MOST_DOTS / (across * up)))
    image = page.render(scale=scale).to_pil().copy()  # the bitmap goes with its document
    page.close()
    return image


def _as_png(image: Any) -> bytes:
    """A PNG with a palette: paper has few colours, most of it none at all."""
    from PIL import Image, ImageChops  # noqa: PLC0415 - only who looks at sheets pays for it

    grey = image.convert("L")
    coloured = ImageChops.difference(image.convert("RGB"), grey.convert("RGB")).getbbox()
    octree = Image.Quantize.FASTOCTREE
    few = image.convert("RGB").quantize(_COLOURS, octree) if coloured else grey.quantize(_GREYS)
    file = io.BytesIO()
    few.save(file, "PNG", optimize=True)
    return file.getvalue()
