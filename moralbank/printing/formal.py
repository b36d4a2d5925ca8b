"""What official papers are made of: red head, title, paragraphs, signatures, foot, seal and code.

Everything is a ``Piece`` for ``flow.printed``. Only the head's rule and the seal's place are red:
on a black and white printer they come out dark and light, and nothing is lost.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.colors import Color

from moralbank.i18n import _
from moralbank.printing import ornament, palette, qr
from moralbank.printing.flow import Foot, Frame, Piece
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import mm
from moralbank.printing.text import (
    Line,
    boxed,
    draw_block,
    draw_block_centred,
    line,
    name_line,
    shrunk,
    wrapped,
)

BODY = 11.5
"""Size of running text, in points."""
LEADING = 1.6
"""Distance between the lines of running text, as a part of its size."""
_QR_MM = 30.0
_HEAD_QR_MM = 24.0
_CLOSING = 50 * mm
_SEALED = 72 * mm
_CONTACT = 34 * mm
_SIGNED = 54 * mm
_WHOLE = 0.6
"""How much smaller a village's name may be so that it stays on one line."""
_PARTS = re.compile(r"[\n\u3000]+")
"""What separates the parts of a contact: a line end or a full-width space."""


def red_head(frame: Frame, organisation: str) -> Piece:
    """Return who issues the paper, in red above a double rule."""
    words = shrunk(line(organisation, Voice.SONG, 25, tracking=4), frame.width, 6)

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(palette.RED)
        words.draw_centred(canvas, frame.middle, top - 7 * mm - words.centre_drop)
        _draw_rule(canvas, frame, top - 14.5 * mm, 1.8)
        _draw_rule(canvas, frame, top - 15.7 * mm, 0.6)

    return Piece(20 * mm, draw)


def _draw_rule(canvas: Any, frame: Frame, y: float, thickness: float) -> None:
    canvas.setStrokeColor(palette.RED)
    canvas.setLineWidth(thickness)
    canvas.line(frame.left, y, frame.right, y)


def title(frame: Frame, text: str, size: float = 20) -> Piece:
    """Return the paper's title, on two lines where it is long."""
    lines = boxed(line(text, Voice.SONG, size), frame.width, size * 2.6, 9)
    return _block(frame, lines, lines[0].size * (1.3 * len(lines) + 0.5))


def subtitle(frame: Frame, text: str, size: float = 11) -> Piece:
    """Return a line under the title (number, period)."""
    words = shrunk(line(text, Voice.KAI, size), frame.width, 6)
    return _block(frame, (words,), size * 1.7)


def coded_head(frame: Frame, text: str, facts: Sequence[str], number: str) -> Piece:
    """Return the head of a working sheet: title and facts at the left, its number's code right."""
    room = frame.width - _HEAD_QR_MM * mm
    heading = boxed(line(text, Voice.SONG, 20), room, 11 * mm, 8)
    told = [shrunk(line(words, Voice.HEI, 10, spell=True), room, 5) for words in facts]

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(palette.INK)
        draw_block(canvas, heading, frame.left, top - 5.5 * mm)
        for row, words in enumerate(told):
            words.draw(canvas, frame.left, top - (16 + 5.2 * row) * mm)
        left = frame.right - _HEAD_QR_MM * mm + 2 * mm
        qr.draw(canvas, number, left, top - _HEAD_QR_MM * mm, _HEAD_QR_MM)

    return Piece((14 + 5.2 * len(told)) * mm + 1 * mm, draw)


def _block(frame: Frame, lines: Sequence[Line], height: float) -> Piece:
    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(palette.INK)
        draw_block_centred(canvas, lines, frame.middle, top - height / 2)

    return Piece(height, draw, keeps=True)


def section(frame: Frame, text: str, size: float = 12.5) -> Piece:
    """Return the heading of a part, which stays with what follows."""
    words = shrunk(line(text, Voice.HEI_BOLD, size), frame.width, 6)

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(palette.INK)
        words.draw(canvas, frame.left, top - size * 1.35 - words.centre_drop)

    return Piece(size * 2.2, draw, keeps=True)


def paragraph(
    frame: Frame,
    text: str,
    *,
    size: float = BODY,
    indented: bool = True,
    voice: Voice = Voice.KAI,
    leading: float = LEADING,
) -> Piece:
    """Return running text over the whole width; its first line begins two characters in.

    All lines but the last end at the right edge; they stand ``leading`` times ``size`` apart.
    """
    indent = 2 * size if indented else 0.0
    lines = wrapped(line(text, voice, size, spell=True), frame.width, indent=indent, flush=True)
    step = size * leading

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(palette.INK)
        for number, part in enumerate(lines):
            left = frame.left + (0 if number else indent)
            part.draw(canvas, left, top - (number + 0.5) * step - part.centre_drop)

    return Piece(step * len(lines), draw)


def filled_in(frame: Frame, *labels: str, pitch: float = 11 * mm, size: float = BODY) -> Piece:
    """Return labels side by side, each with a line behind it to write on."""
    width = frame.width / len(labels)
    words = [shrunk(line(label, Voice.HEI, size), width * 0.72, 6) for label in labels]

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(palette.INK)
        base = top - pitch + 2.4 * mm
        for number, part in enumerate(words):
            left = frame.left + number * width
            part.draw(canvas, left, base)
            end = left + width - (4 * mm if number + 1 < len(words) else 0)
            _draw_blank(canvas, left + part.width + 1.5 * mm, end, base - 1 * mm)

    return Piece(pitch, draw)


def ruled_lines(frame: Frame, count: int, pitch: float = 9 * mm) -> Piece:
    """Return empty lines to write on, ``pitch`` points apart."""

    def draw(canvas: Any, top: float) -> None:
        for number in range(1, count + 1):
            _draw_blank(canvas, frame.left, frame.right, top - number * pitch)

    return Piece(count * pitch, draw)


def _draw_blank(canvas: Any, left: float, right: float, y: float) -> None:
    canvas.setStrokeColor(palette.GREY)
    canvas.setLineWidth(0.5)
    canvas.line(left, y, right, y)


def signatures(frame: Frame, people: Sequence[str], *, columns: int = 2) -> Iterator[Piece]:
    """Yield lines to sign on, each behind a person's name or duty, ``columns`` side by side."""
    width = frame.width / columns
    for start in range(0, len(people), columns):
        row = [
            boxed(name_line(person, 12.5), width * 0.55, 10 * mm, 5)
            for person in people[start : start + columns]
        ]
        yield _signed(frame, row, columns)


def _signed(frame: Frame, row: Sequence[Sequence[Line]], columns: int) -> Piece:
    width = frame.width / columns

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(palette.INK)
        base = top - 9.5 * mm
        for number, lines in enumerate(row):
            left = frame.left + number * width
            draw_block(canvas, lines, left, base + 1.6 * mm)
            written = max(part.width for part in lines)
            end = left + width - (4 * mm if number + 1 < columns else 0)
            _draw_blank(canvas, left + written + 2 * mm, end, base - 1 * mm)

    return Piece(13 * mm, draw)


def sealed(frame: Frame, parties: Sequence[str]) -> Piece:
    """Return a box for each of the ``parties`` side by side: seal, signature and day."""
    width = frame.width / len(parties)
    heads = [shrunk(line(party, Voice.HEI_BOLD, 10.5), width - 4 * mm, 5) for party in parties]

    def draw(canvas: Any, top: float) -> None:
        for number, head in enumerate(heads):
            left = frame.left + number * width
            canvas.setStrokeColor(palette.INK)
            canvas.setLineWidth(0.6)
            canvas.rect(left, top - _SEALED, width, _SEALED)
            canvas.setFillColor(palette.INK)
            head.draw_centred(canvas, left + width / 2, top - 6.5 * mm)
            middle = top - 11 * mm - ornament.SEAL_MM * mm / 2
            seal = ornament.SEAL_MM * mm
            ornament.draw_seal_place(canvas, left + width / 2, middle, seal, _("盖章处"))
            for row, label in enumerate((_("签字："), _("日期："))):
                _draw_to_fill_in(canvas, label, left + 3 * mm, top - (60.5 + 8 * row) * mm, width)

    return Piece(_SEALED, draw)


def _draw_to_fill_in(canvas: Any, label: str, left: float, base: float, width: float) -> None:
    canvas.setFillColor(palette.INK)
    words = line(label, Voice.HEI, 9.5)
    words.draw(canvas, left, base)
    _draw_blank(canvas, left + words.width + 1 * mm, left + width - 6 * mm, base - 1 * mm)


def signed_by(frame: Frame, organisation: str, day: str) -> Piece:
    """Return who wrote a letter and when, at its right edge, with room for a seal over it."""
    names = (
        shrunk(line(organisation, Voice.SONG, 13), frame.width, 6),
        shrunk(line(day, Voice.KAI, 12.5), frame.width, 6),
    )
    axis = frame.right - max(part.width for part in names) / 2

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(palette.INK)
        for number, part in enumerate(names):
            part.draw_centred(canvas, axis, top - (number + 1) * 8 * mm)

    return Piece(18 * mm, draw)


def page_foot(frame: Frame, words: str) -> Foot:
    """Return what every page ends in: small ``words`` at the left, its number at the right."""

    def draw(canvas: Any, number: int, total: int) -> None:
        base = frame.bottom_mm * 0.52 * mm
        canvas.setStrokeColor(palette.GREY)
        canvas.setLineWidth(0.3)
        canvas.line(frame.left, base + 4 * mm, frame.right, base + 4 * mm)
        canvas.setFillColor(palette.GREY)
        place = _("第 %(number)s 页　共 %(total)s 页", number=number, total=total)
        count = line(place, Voice.HEI, 8)
        count.draw_right(canvas, frame.right, base)
        room = frame.width - count.width - 4 * mm
        shrunk(line(words, Voice.HEI, 7.5), room, 4).draw(canvas, frame.left, base)

    return draw


def closing(
    frame: Frame,
    organisation: str,
    day: str,
    contact: str,
    *,
    url: str | None,
    caption: str,
    size: float = 13,
    colour: Color = palette.RED,
) -> Piece:
    """Return the end of a notice: code and contact at the left, who and when beside the seal.

    ``size`` is that of who and when, ``colour`` that of the seal's place, which is kept clear of
    everything written. Drawing it raises ``qr.PayloadTooLong`` for an address that no code can
    hold.
    """
    seal = ornament.SEAL_MM * mm
    signed = frame.right - seal - 30 * mm
    beside = frame.left + (_QR_MM * mm if url else 0)

    def draw(canvas: Any, top: float) -> None:
        middle = top - _CLOSING / 2
        ornament.draw_seal_place(
            canvas, frame.right - seal / 2, middle, seal, _("盖章处"), colour=colour
        )
        _draw_issuer(canvas, (organisation, day), size, signed, middle)
        if url:
            left, bottom = frame.left - 2 * mm, middle - _QR_MM * mm / 2
            qr.draw(canvas, url, left, bottom, _QR_MM)
            canvas.setFillColor(palette.INK)
            words = shrunk(line(caption, Voice.HEI, 8), _QR_MM * mm, 5)
            words.draw_centred(canvas, left + _QR_MM * mm / 2, bottom - 1 * mm)
        _draw_contact(canvas, contact, beside, signed - 27 * mm - beside, middle)

    return Piece(_CLOSING, draw)


def _draw_issuer(
    canvas: Any, words: tuple[str, str], size: float, middle: float, height: float
) -> None:
    """Write who and when beside the seal, a long name rather smaller than on two lines."""
    organisation, day = words
    canvas.setFillColor(palette.INK)
    full = line(organisation, Voice.SONG, size)
    name: tuple[Line, ...] = (shrunk(full, _SIGNED, size * _WHOLE),)
    if name[0].text != full.text:
        name = boxed(full, _SIGNED, 11 * mm, 5)
    draw_block_centred(canvas, name, middle, height + 2.5 * mm + name[0].size * 0.57 * len(name))
    issued = shrunk(line(day, Voice.KAI, size * 0.96), _SIGNED, 6)
    issued.draw_centred(canvas, middle, height - 6.5 * mm)


def _draw_contact(canvas: Any, contact: str, left: float, width: float, middle: float) -> None:
    """Write each part of the contact on its own lines, as large as the place allows."""
    parts = [part for part in _PARTS.split(contact) if part.strip()]
    step = _CONTACT / max(len(parts), 2)
    blocks = [boxed(line(part, Voice.HEI, 10.5), width, step, 4.5) for part in parts]
    heights = [len(lines) * lines[0].size * 1.35 for lines in blocks]
    top = middle + sum(heights) / 2
    canvas.setFillColor(palette.INK)
    for lines, height in zip(blocks, heights, strict=True):
        draw_block(canvas, lines, left, top - height / 2)
        top -= height
