"""The medalled first of a board, side by side above its table."""

from collections.abc import Sequence
from typing import Any

from moralbank.boards.sheets import BoardEntry
from moralbank.i18n import _
from moralbank.printing import ornament, palette
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.text import (
    Line,
    boxed,
    draw_block_centred,
    line,
    name_line,
    shrunk,
)


def draw_podium(
    canvas: Any,
    entries: Sequence[BoardEntry],
    *,
    left: float,
    width: float,
    top: float,
    height: float,
) -> None:
    """Draw the medalled entries side by side into a box (points); a sole winner in its middle."""
    gap = 3 * mm
    each = min((width - gap * (len(entries) - 1)) / len(entries), 84 * mm)
    first = left + (width - each * len(entries) - gap * (len(entries) - 1)) / 2
    for place, entry in enumerate(_podium(entries)):
        lowered = 0 if entry.rank == 1 else 0.09 * height
        x = first + place * (each + gap)
        _draw_laureate(canvas, entry, x, top - height, each, height - lowered)


def _podium(entries: Sequence[BoardEntry]) -> Sequence[BoardEntry]:
    """Put a sole first into the middle of three; tied entries keep their order."""
    match entries:
        case (first, second, third) if first.rank != second.rank:
            return (second, first, third)
        case _:
            return entries


def _draw_laureate(
    canvas: Any, entry: BoardEntry, left: float, bottom: float, width: float, height: float
) -> None:
    """Draw medal, name, group, points and deed of one winner into a box."""
    radius = min(height * 0.16, width * 0.2, 12 * mm)
    card = height - radius
    middle = left + width / 2
    room = width - 5 * mm
    _draw_laureate_ground(canvas, left, bottom, width, card)
    ornament.draw_medal(canvas, entry.rank, middle, bottom + card, radius)
    free = card - radius - 2 * mm
    canvas.setFillColor(palette.INK)
    # No larger than three characters may be, so that short names don't outshine the others.
    size = min(free * 0.36, 46, room / 3.05)
    name = boxed(name_line(entry.name, size), room, free * 0.36, 6)
    draw_block_centred(canvas, name, middle, bottom + 1.5 * mm + free * 0.79)
    canvas.setFillColor(palette.RED)
    points = _points_line(entry, min(free * 0.19, 26))
    points = shrunk(points, room, 5)
    points.draw_centred(canvas, middle, bottom + 1.5 * mm + free * 0.47 - points.centre_drop)
    canvas.setFillColor(palette.GREY)
    deed = boxed(line(entry.deed, Voice.HEI, min(free * 0.12, 13)), room, free * 0.3, 5.5)
    draw_block_centred(canvas, deed, middle, bottom + 1.5 * mm + free * 0.17)


def _points_line(entry: BoardEntry, size: float) -> Line:
    words = _("%(group)s · %(points)s 分", group=entry.group, points=entry.points)
    return line(words, Voice.HEI_BOLD, size)


def _draw_laureate_ground(
    canvas: Any, left: float, bottom: float, width: float, height: float
) -> None:
    canvas.setFillColor(palette.WHITE)
    canvas.setStrokeColor(palette.GOLD)
    canvas.setLineWidth(0.8)
    canvas.roundRect(left, bottom, width, height, 1.6 * mm, stroke=1, fill=1)
    canvas.setLineWidth(0.35)
    inset = 1 * mm
    ornament.draw_notched_frame(
        canvas, left + inset, bottom + inset, width - 2 * inset, height - 2 * inset, notch=1 * mm
    )
