"""The committee's pocket card: one A4 printed on one side, folded twice to A6.

Four panels. Folded top behind bottom, then left behind right, the lower right one is the front,
the lower left one the back, and the two upper ones, which stand on their heads on the flat sheet,
are the pages inside. Lines and letters only, so that it costs no ink.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from moralbank.i18n import _
from moralbank.paper.sheets import PocketCard, PocketItem, PocketStep
from moralbank.printing import ornament, palette
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import counted
from moralbank.printing.sheet import A4, Document, mm
from moralbank.printing.text import (
    boxed,
    draw_block,
    draw_block_centred,
    line,
    name_line,
    shrunk,
    title_line,
    wrapped,
)

_WIDE: Final = A4.width_mm / 2
_HIGH: Final = A4.height_mm / 2
_SIDE: Final = 9.0
"""Margin of a panel in mm: office printers leave 4 to 6 blank, and folding wants a little."""
_LEFT: Final = _SIDE * mm
_RIGHT: Final = (_WIDE - _SIDE) * mm
_ROOM: Final = _RIGHT - _LEFT
_MIDDLE: Final = _WIDE / 2 * mm

_ROW_MM: Final = 6.0
_LEAST_ROW_MM: Final = 3.0
_LIST_TOP_MM: Final = _HIGH - 21
_LIST_FOOT_MM: Final = 10.0
_HEAD_ROWS: Final = 1.35
"""A category's heading is so many rows high."""


@dataclass(frozen=True)
class _Row:
    """A line of the list inside: a heading, or an item."""

    heading: str = ""
    item: PocketItem | None = None

    @property
    def rows(self) -> float:
        return 1.0 if self.item else _HEAD_ROWS


def quick_start(card: PocketCard) -> bytes:
    """Return the card as a PDF of one page."""
    document = Document(A4, _("记分员口袋卡"))
    canvas = document.canvas
    left, right = _halves(card)
    pitch = _pitch(left, right)
    _draw_folds(canvas)
    for column, row, draw in (
        (1, 0, partial(_draw_front, canvas, card)),
        (0, 0, partial(_draw_back, canvas, card)),
        (1, 1, partial(_draw_list, canvas, _("做什么，加几分"), left, pitch)),
        (0, 1, partial(_draw_list, canvas, card.edition, right, pitch)),
    ):
        canvas.saveState()
        canvas.translate(column * _WIDE * mm, row * _HIGH * mm)
        if row:  # upside down: folded back, it stands upright
            canvas.translate(_WIDE * mm, _HIGH * mm)
            canvas.rotate(180)
        draw()
        canvas.restoreState()
    return document.close()


def _draw_folds(canvas: Any) -> None:
    """Dot the two lines to fold along, thin enough not to be read."""
    canvas.saveState()
    canvas.setStrokeColor(palette.GREY)
    canvas.setLineWidth(0.35)
    canvas.setDash(1, 3)
    canvas.line(0, _HIGH * mm, A4.width_mm * mm, _HIGH * mm)
    canvas.line(_WIDE * mm, 0, _WIDE * mm, A4.height_mm * mm)
    canvas.restoreState()


def _draw_front(canvas: Any, card: PocketCard) -> None:
    """Title, and the five steps."""
    canvas.setStrokeColor(palette.RED)
    canvas.setLineWidth(1.1)
    inset = 5.5 * mm
    ornament.draw_notched_frame(
        canvas, inset, inset, _WIDE * mm - 2 * inset, _HIGH * mm - 2 * inset, notch=1.6 * mm
    )
    canvas.setFillColor(palette.INK)
    village = shrunk(line(card.village, Voice.SONG, 12, tracking=2), _ROOM - 8 * mm, 6)
    village.draw_centred(canvas, _MIDDLE, (_HIGH - 18) * mm)
    canvas.setFillColor(palette.RED)
    title = shrunk(title_line(_("记分员口袋卡"), 33, tracking=1.5), _ROOM - 4 * mm, 14)
    title.draw_centred(canvas, _MIDDLE, (_HIGH - 33.5) * mm)
    canvas.setStrokeColor(palette.RED)
    canvas.setLineWidth(0.6)
    for towards in (-1, 1):
        ornament.draw_diamond_rule(
            canvas, _MIDDLE + towards * 3 * mm, (_HIGH - 40) * mm, 24 * mm, towards
        )
    pitch = 18.6
    for number, step in enumerate(card.steps, start=1):
        _draw_step(canvas, number, step, (_HIGH - 33.5 - pitch * number) * mm)


def _draw_step(canvas: Any, number: int, step: PocketStep, middle: float) -> None:
    """Draw a step around the height ``middle``: its number in a ring, what to do, how."""
    radius = 5.2 * mm
    ring = _LEFT + 3 * mm + radius
    canvas.setStrokeColor(palette.RED)
    canvas.setFillColor(palette.RED)
    canvas.setLineWidth(0.9)
    canvas.circle(ring, middle, radius, stroke=1, fill=0)
    canvas.setLineWidth(0.35)
    canvas.circle(ring, middle, radius - 0.8 * mm, stroke=1, fill=0)
    numeral = line(counted(number), Voice.SONG, 14)
    numeral.draw_centred(canvas, ring, middle - numeral.centre_drop)
    text = ring + radius + 4 * mm
    width = _RIGHT - 2 * mm - text
    canvas.setFillColor(palette.INK)
    title = shrunk(line(step.title, Voice.SONG, 13.5, tracking=1), width, 8)
    title.draw(canvas, text, middle + 1.6 * mm)
    told = boxed(line(step.words, Voice.HEI, 9), width, 8.6 * mm, 5)
    draw_block(canvas, told, text, middle - 4.2 * mm)


def _halves(card: PocketCard) -> tuple[list[_Row], list[_Row]]:
    """The list in two pages as equal as can be, cut before a category where both then fit."""
    rows = [
        row
        for category in card.categories
        for row in (_Row(category.name), *(_Row(item=item) for item in category.items))
    ]
    cuts = [place for place, row in enumerate(rows) if row.heading and place]
    best = min(cuts, key=lambda cut: _longer(rows, cut), default=len(rows))
    if _longer(rows, best) > _most_rows():
        best = min(range(len(rows) + 1), key=lambda cut: _longer(rows, cut))
    return _cut(rows[:best]), _cut(rows[best:])


def _longer(rows: Sequence[_Row], cut: int) -> float:
    return max(sum(row.rows for row in rows[:cut]), sum(row.rows for row in rows[cut:]))


def _most_rows() -> float:
    """How many rows a panel holds at the smallest that can be read."""
    return (_LIST_TOP_MM - _LIST_FOOT_MM) / _LEAST_ROW_MM


def _cut(rows: list[_Row]) -> list[_Row]:
    """What a panel can hold; where it isn't all, the last line says how much is missing."""
    kept: list[_Row] = []
    high = 0.0
    for row in rows:
        high += row.rows
        if high > _most_rows() - _HEAD_ROWS:
            missing = sum(row.item is not None for row in rows[len(kept) :])
            return [*kept, _Row(_("其余 %(n)s 项，见积分细则", n=missing))]
        kept.append(row)
    return kept


def _pitch(*pages: Sequence[_Row]) -> float:
    """The height of a row, the same on both pages."""
    most = max(sum(row.rows for row in rows) for rows in pages)
    return min(_ROW_MM, (_LIST_TOP_MM - _LIST_FOOT_MM) / max(most, 1)) * mm


def _draw_list(canvas: Any, title: str, rows: Sequence[_Row], pitch: float) -> None:
    """Draw one page inside: items with dots that lead to their points."""
    canvas.setFillColor(palette.RED)
    head = shrunk(line(title, Voice.SONG, 12.5), _ROOM, 7)
    head.draw_centred(canvas, _MIDDLE, (_HIGH - 14) * mm)
    canvas.setStrokeColor(palette.RED)
    canvas.setLineWidth(0.9)
    canvas.line(_LEFT, (_HIGH - 17.2) * mm, _RIGHT, (_HIGH - 17.2) * mm)
    canvas.setLineWidth(0.35)
    canvas.line(_LEFT, (_HIGH - 18) * mm, _RIGHT, (_HIGH - 18) * mm)
    top = _LIST_TOP_MM * mm
    for row in rows:
        middle = top - pitch * (row.rows - 0.5)
        if row.item:
            _draw_item(canvas, row.item, middle, pitch)
        else:
            _draw_heading(canvas, row.heading, middle, pitch)
        top -= pitch * row.rows


def _draw_heading(canvas: Any, text: str, middle: float, pitch: float) -> None:
    size = min(10.0, pitch * 0.66)
    words = shrunk(line(text, Voice.SONG, size), _ROOM * 0.8, 5)
    base = middle - words.centre_drop
    canvas.setFillColor(palette.RED)
    canvas.rect(_LEFT, base - 0.3 * mm, 1.1 * mm, words.size * 0.92, stroke=0, fill=1)
    words.draw(canvas, _LEFT + 2.4 * mm, base)
    canvas.setStrokeColor(palette.RED)
    canvas.setLineWidth(0.35)
    canvas.line(_LEFT + 4.4 * mm + words.width, middle, _RIGHT, middle)


def _draw_item(canvas: Any, item: PocketItem, middle: float, pitch: float) -> None:
    size = min(9.0, pitch * 0.6)
    name = shrunk(line(item.name, Voice.HEI, size), _ROOM * 0.46, 4)
    points = shrunk(line(item.points, Voice.HEI_BOLD, size), _ROOM * 0.5, 4)
    base = middle - name.centre_drop
    canvas.setFillColor(palette.INK)
    name.draw(canvas, _LEFT + 2.4 * mm, base)
    points.draw_right(canvas, _RIGHT, base)
    start, end = _LEFT + 3.6 * mm + name.width, _RIGHT - 1.2 * mm - points.width
    if item.note and end - start > 14 * mm:
        note = shrunk(line(item.note, Voice.HEI, size * 0.76), end - start - 2 * mm, 3.4)
        end = min(end, _RIGHT - 13 * mm) - note.width
        canvas.setFillColor(palette.GREY)
        note.draw(canvas, end, base)
        end -= 1.2 * mm
    _draw_dots(canvas, start, end, base)


def _draw_dots(canvas: Any, start: float, end: float, base: float) -> None:
    """Lead the eye from the name to its points."""
    if end - start < 3 * mm:
        return
    canvas.saveState()
    canvas.setStrokeColor(palette.GREY)
    canvas.setLineWidth(0.5)
    canvas.setLineCap(1)
    canvas.setDash(0, 2.6)
    canvas.line(start, base + 0.4 * mm, end, base + 0.4 * mm)
    canvas.restoreState()


def _draw_back(canvas: Any, card: PocketCard) -> None:
    """Rules to know by heart, and whom to ask."""
    top = _draw_title(canvas, _("记牢这几条"), (_HIGH - 14) * mm)
    for number, rule in enumerate(card.rules, start=1):
        lines = wrapped(line(f"{number}. {rule}", Voice.HEI, 9), _ROOM)
        for part in lines:
            canvas.setFillColor(palette.INK)
            part.draw(canvas, _LEFT, top - 4.4 * mm)
            top -= 5 * mm
        top -= 1.4 * mm
    top = _draw_title(canvas, _("有事找谁"), top - 8 * mm)
    pitch = min(9.6 * mm, (top - 36 * mm) / max(len(card.people), 1))
    for duty, names in card.people:
        _draw_person(canvas, duty, names, top - pitch / 2)
        top -= pitch
    _draw_contact(canvas, card)


def _draw_title(canvas: Any, text: str, base: float) -> float:
    """Draw a heading between two rules; the height below it."""
    words = shrunk(line(text, Voice.SONG, 12.5, tracking=1), _ROOM - 30 * mm, 7)
    canvas.setFillColor(palette.RED)
    words.draw_centred(canvas, _MIDDLE, base)
    canvas.setStrokeColor(palette.RED)
    canvas.setLineWidth(0.6)
    for towards in (-1, 1):
        start = _MIDDLE + towards * (words.width / 2 + 4 * mm)
        reach = _ROOM / 2 - words.width / 2 - 5 * mm
        ornament.draw_diamond_rule(canvas, start, base + words.centre_drop, reach, towards)
    return base - 4 * mm


def _draw_person(canvas: Any, duty: str, names: str, middle: float) -> None:
    duty_line = shrunk(line(duty, Voice.HEI, 9.5), 17 * mm, 5)
    name = shrunk(name_line(names, 12.5), _ROOM - 20 * mm, 5)
    canvas.setFillColor(palette.GREY)
    duty_line.draw(canvas, _LEFT, middle - duty_line.centre_drop)
    canvas.setFillColor(palette.INK)
    name.draw(canvas, _LEFT + 20 * mm, middle - name.centre_drop)


def _draw_contact(canvas: Any, card: PocketCard) -> None:
    """Draw the box at the foot: where to call, and a line for the owner's name."""
    canvas.setStrokeColor(palette.RED)
    canvas.setLineWidth(0.8)
    canvas.roundRect(_LEFT, 10 * mm, _ROOM, 22 * mm, 2 * mm, stroke=1, fill=0)
    canvas.setFillColor(palette.INK)
    words = card.contact or _("电话：____________________")
    told = boxed(line(words, Voice.HEI_BOLD, 10), _ROOM - 6 * mm, 9 * mm, 5)
    draw_block_centred(canvas, told, _MIDDLE, 27 * mm)
    owner = line(_("持卡人：______________"), Voice.HEI, 8.5)
    owner.draw_centred(canvas, _MIDDLE, 19.4 * mm)
    canvas.setFillColor(palette.GREY)
    issuer = shrunk(line(card.organisation, Voice.KAI, 8), _ROOM - 6 * mm, 4.5)
    issuer.draw_centred(canvas, _MIDDLE, 13 * mm)
