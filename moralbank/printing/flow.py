"""Pieces that flow down pages: what doesn't fit goes onto the next, and each page has its foot."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Optional

from moralbank.printing.sheet import Document, Paper, mm

_ROUNDING = 1e-6

Foot = Callable[[Any, int, int], None]
"""Draws the foot of a page: canvas, number of the page from 1, how many there are."""


@dataclass(frozen=True)
class Piece:
    """A strip across a page, ``height`` points high; ``draw`` writes it downwards from a height.

    ``opening`` stands in for it where it comes first on a further page (a row that brings the
    head of its table along). ``keeps`` holds it on the page of the piece behind it.
    """

    height: float
    draw: Callable[[Any, float], None]
    opening: Optional["Piece"] = None
    keeps: bool = False


@dataclass(frozen=True)
class Frame:
    """The part of a page that is written on; margins in mm, everything else in points.

    Office printers leave 4 to 6 mm blank along each edge, and a hole punch wants 12 at the left.
    """

    paper: Paper
    side_mm: float = 15
    top_mm: float = 14
    bottom_mm: float = 17

    @property
    def left(self) -> float:
        """The left edge."""
        return self.side_mm * mm

    @property
    def right(self) -> float:
        """The right edge."""
        return (self.paper.width_mm - self.side_mm) * mm

    @property
    def width(self) -> float:
        """The width between both edges."""
        return self.right - self.left

    @property
    def middle(self) -> float:
        """The axis of the page."""
        return self.paper.width_mm / 2 * mm

    @property
    def top(self) -> float:
        """Where writing begins."""
        return (self.paper.height_mm - self.top_mm) * mm

    @property
    def room(self) -> float:
        """The height to be written on."""
        return (self.paper.height_mm - self.top_mm - self.bottom_mm) * mm


def gap(height: float) -> Piece:
    """Return empty space, which vanishes at the top of a page."""
    return Piece(height, _draw_nothing, Piece(0, _draw_nothing))


def stacked(*pieces: Piece) -> Piece:
    """Return one piece of several, which no page can part."""

    def draw(canvas: Any, top: float) -> None:
        for piece in pieces:
            piece.draw(canvas, top)
            top -= piece.height

    return Piece(sum(piece.height for piece in pieces), draw)


def beside(*pieces: Piece) -> Piece:
    """Return pieces that share a strip, each at its own place across the page."""

    def draw(canvas: Any, top: float) -> None:
        for piece in pieces:
            piece.draw(canvas, top)

    return Piece(max(piece.height for piece in pieces), draw)


def held(pieces: Sequence[Piece], count: int = 2) -> list[Piece]:
    """Return ``pieces``, the last ``count`` of them on the page of what follows."""
    first = len(pieces) - count
    return [
        replace(piece, keeps=True) if number >= first else piece
        for number, piece in enumerate(pieces)
    ]


def paginated(pieces: Sequence[Piece], room: float) -> list[list[Piece]]:
    """Return what each page holds; a page has ``room`` points from top to bottom."""
    pages: list[list[Piece]] = [[]]
    left = room
    for block in _blocks(pieces):
        standing = block
        if pages[-1] and _height(block) > left + _ROUNDING:
            pages.append([])
            left = room
            standing = [block[0].opening or block[0], *block[1:]]
        pages[-1].extend(standing)
        left -= _height(standing)
    return pages


def printed(
    frame: Frame,
    title: str,
    chapters: Sequence[Sequence[Piece]],
    foot: Foot,
    *,
    enlarged: float = 1.0,
) -> bytes:
    """Return a PDF of ``chapters``, each on pages of its own, all numbered through.

    ``enlarged`` prints the same sheet on larger paper (2 ** 0.5: A5 on A4).
    """
    paper = frame.paper
    size = Paper(paper.width_mm * enlarged, paper.height_mm * enlarged)
    document = Document(size, title)
    draw_pages(document.canvas, frame, chapters, foot, enlarged=enlarged)
    return document.close()


def draw_pages(
    canvas: Any,
    frame: Frame,
    chapters: Sequence[Sequence[Piece]],
    foot: Foot,
    *,
    enlarged: float = 1.0,
) -> None:
    """Draw the same pages into a document, from its present, empty page on."""
    pages = [page for chapter in chapters for page in paginated(chapter, frame.room)]
    for number, page in enumerate(pages, start=1):
        if number > 1:
            canvas.showPage()
        canvas.scale(enlarged, enlarged)
        stacked(*page).draw(canvas, frame.top)
        foot(canvas, number, len(pages))


def _blocks(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield what must stay together."""
    block: list[Piece] = []
    for piece in pieces:
        block.append(piece)
        if not piece.keeps:
            yield block
            block = []
    if block:
        yield block


def _height(pieces: Sequence[Piece]) -> float:
    return sum(piece.height for piece in pieces)


def _draw_nothing(canvas: Any, top: float) -> None:
    del canvas, top
