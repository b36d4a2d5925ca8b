"""The first of a board, side by side above its table: with photos, or with medals alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from moralbank.boards.layout import Box
from moralbank.boards.sheets import BoardEntry, BoardSheet, figure_format
from moralbank.boards.styles import Look
from moralbank.printing import ornament
from moralbank.printing.fonts import Voice
from moralbank.printing.photo import cut_to_frame
from moralbank.printing.sheet import mm
from moralbank.printing.text import (
    Line,
    Run,
    boxed,
    draw_block_centred,
    line,
    name_line,
    shrunk,
    title_line,
)

_GAP: Final = 3 * mm
_WIDEST: Final = 84 * mm
_INSET: Final = 1 * mm
_MARGINS: Final = 0.11
"""Share of a card's width that stays free beside its words, of both sides together."""
_SMALLER, _LARGER = 0.5, 1.5
"""Where figures are large: group and unit beside them, and they beside the usual size."""
_SPACE: Final = 0.3
"""Between group and figure, as a part of the figure's size."""
_PORTRAIT: Final = 3 / 4
"""A photo's width beside its height."""


def photos_of(
    entries: Sequence[BoardEntry], look: Look, dots: tuple[int, int]
) -> tuple[Any | None, ...]:
    """The photos that can be shown, one place for each entry; empty when there is none at all.

    They have at most so many ``dots`` in width and height.
    """
    if not look.photos:
        return ()
    found = tuple(cut_to_frame(entry.photo, *dots) for entry in entries)
    return found if any(found) else ()


def draw_podium(
    canvas: Any,
    board: BoardSheet,
    entries: Sequence[BoardEntry],
    look: Look,
    box: Box,
    *,
    photos: Sequence[Any | None],
    widest: float = _WIDEST,
) -> None:
    """Draw the entries side by side into ``box``, each at most ``widest`` points wide.

    With one photo at least, all have a frame; who has none is honoured with a character in it.
    """
    each = min((box.width - _GAP * (len(entries) - 1)) / len(entries), widest)
    first = box.centre - (each * len(entries) + _GAP * (len(entries) - 1)) / 2
    for place, index in enumerate(_order(entries)):
        entry = entries[index]
        lowered = 0 if entry.rank == 1 else (0.05 if photos else 0.09) * box.height
        left = first + place * (each + _GAP)
        card = Box(left, box.bottom, left + each, box.top - lowered)
        if photos:
            _draw_pictured(canvas, board, entry, look, card, photos[index])
        else:
            _draw_medalled(canvas, board, entry, look, card)


def _order(entries: Sequence[BoardEntry]) -> Sequence[int]:
    """Put a sole first into the middle of three; tied entries keep their order."""
    match entries:
        case (first, second, _third) if first.rank != second.rank:
            return (1, 0, 2)
        case _:
            return range(len(entries))


def _draw_medalled(canvas: Any, board: BoardSheet, entry: BoardEntry, look: Look, box: Box) -> None:
    """Draw a card with a medal on its upper edge."""
    radius = min(box.height * 0.16, box.width * 0.26, 16 * mm)
    card = Box(box.left, box.bottom, box.right, box.top - radius)
    _draw_card(canvas, look, card)
    look.medal(canvas, entry.rank, card.centre, card.top, radius)
    _draw_words(
        canvas, board, entry, look, Box(card.left, card.bottom, card.right, card.top - radius)
    )


def _draw_pictured(
    canvas: Any, board: BoardSheet, entry: BoardEntry, look: Look, box: Box, photo: Any | None
) -> None:
    """Draw a card with a framed photo, the medal at its corner."""
    _draw_card(canvas, look, box)
    high = min((box.height - 5 * mm) * 0.6, (box.width - 9 * mm) / _PORTRAIT)
    top = box.top - 3 * mm
    half = high * _PORTRAIT / 2
    frame = Box(box.centre - half, top - high, box.centre + half, top)
    _draw_framed(canvas, look, frame, photo)
    radius = min(high * 0.15, 7 * mm)
    look.medal(canvas, entry.rank, frame.left + 0.2 * radius, frame.top - 0.2 * radius, radius)
    _draw_words(
        canvas, board, entry, look, Box(box.left, box.bottom, box.right, frame.bottom - 1 * mm)
    )


def _draw_framed(canvas: Any, look: Look, frame: Box, photo: Any | None) -> None:
    if photo is None:
        _draw_honoured(canvas, look, frame)
    else:
        canvas.drawImage(photo, *frame.rect)
    canvas.setStrokeColor(look.photo_frame)
    canvas.setLineWidth(1.6)
    canvas.rect(*frame.rect, stroke=1, fill=0)
    outer = frame.within(-0.9 * mm)
    canvas.setLineWidth(0.4)
    canvas.rect(*outer.rect, stroke=1, fill=0)


def _draw_honoured(canvas: Any, look: Look, frame: Box) -> None:
    """Fill the frame of somebody without a photo: 德 in a ring, rather than a faceless shape."""
    if look.field.fill is not None:
        canvas.setFillColor(look.field.fill)
        canvas.rect(*frame.rect, stroke=0, fill=1)
    canvas.setStrokeColor(look.photo_frame)
    radius = frame.width * 0.36
    for share, thickness in ((1.0, 0.8), (0.9, 0.3)):
        canvas.setLineWidth(thickness)
        canvas.circle(frame.centre, frame.middle, radius * share, stroke=1, fill=0)
    canvas.setFillColor(look.photo_frame)
    sign = title_line("德", radius * 1.25)
    sign.draw_centred(canvas, frame.centre, frame.middle - sign.centre_drop)


def _draw_words(canvas: Any, board: BoardSheet, entry: BoardEntry, look: Look, box: Box) -> None:
    """Write name, points and deed under one another."""
    room = box.width - max(5 * mm, box.width * _MARGINS)
    bottom, free = box.bottom + 1.5 * mm, box.height - 2 * mm
    canvas.setFillColor(look.card.text)
    # No larger than three characters may be, so that short names don't outshine the others.
    size = min(free * 0.36, room / 3.05)
    name = boxed(name_line(entry.name, size), room, free * 0.36, 6)
    draw_block_centred(canvas, name, box.centre, bottom + free * 0.79)
    canvas.setFillColor(look.card.accent)
    full = _points(board, entry, look, min(free * 0.19, room / 6))
    points = shrunk(full, room, 5)
    points.draw_centred(canvas, box.centre, bottom + free * 0.47 - points.centre_drop)
    canvas.setFillColor(look.card.faint)
    size = min(free * 0.12, room / 9)
    deed = boxed(line(entry.deed, Voice.HEI, size), room, free * 0.3, 5.5)
    draw_block_centred(canvas, deed, box.centre, bottom + free * 0.17)


def _points(board: BoardSheet, entry: BoardEntry, look: Look, size: float) -> Line:
    """The group and the points, these much larger where the style has large figures."""
    amount = format(entry.points, figure_format(board.entries))
    if not look.large_figures:
        parts = filter(None, (entry.group, f"{amount} {board.unit}"))
        return line(" · ".join(parts), Voice.HEI_BOLD, size)
    runs = (
        *_scaled(entry.group, _SMALLER, 0),
        *_scaled(amount, 1, _SPACE if entry.group else 0),
        *_scaled(board.unit, _SMALLER, _SPACE / 2),
    )
    return Line(runs, size * _LARGER)


def _scaled(text: str, scale: float, before: float) -> Iterator[Run]:
    """Bold runs at ``scale`` of their line's size, ``before`` of that size away from the last."""
    for place, run in enumerate(line(text, Voice.HEI_BOLD, 1).runs):
        yield replace(run, scale=scale, before=run.before if place else before)


def _draw_card(canvas: Any, look: Look, box: Box) -> None:
    filled = look.card.fill is not None
    if filled:
        canvas.setFillColor(look.card.fill)
    canvas.setStrokeColor(look.card.edge)
    canvas.setLineWidth(0.8)
    canvas.roundRect(*box.rect, 1.6 * mm, stroke=1, fill=int(filled))
    canvas.setLineWidth(0.35)
    ornament.draw_notched_frame(canvas, *box.within(_INSET).rect, notch=_INSET)
