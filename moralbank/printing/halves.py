"""Dockets on A5 in two parts, one above the other: each complete, each with its place to sign.

Black on white for any office printer; the sheet is cut along the line in its middle.
"""

from collections.abc import Sequence
from typing import Any, Final

from moralbank.i18n import _
from moralbank.printing import palette, qr
from moralbank.printing.docket import Docket, Pair, Weight
from moralbank.printing.flow import Piece, stacked
from moralbank.printing.fonts import Voice
from moralbank.printing.ruled import RuledColumn, RuledTable, bold
from moralbank.printing.sheet import A5, Document, mm
from moralbank.printing.table import Align
from moralbank.printing.text import Line, boxed, draw_block, line, shrunk

_HALF: Final = A5.height_mm / 2 * mm
_LEFT, _RIGHT = 10 * mm, (A5.width_mm - 10) * mm
_WIDTH: Final = _RIGHT - _LEFT
_MIDDLE: Final = A5.width_mm / 2 * mm
_EDGE: Final = 5 * mm
_HEAD: Final = 8 * mm
_FACTS: Final = 3
"""Facts of the head side by side."""
_SIZE, _BIG, _SMALL = 8.5, 10.5, 6.5
_LEAST: Final = 5.0
_STEP: Final = 4 * mm
_ROW: Final = 4 * mm
_NOTE: Final = 4.2 * mm
_CODE_MM: Final = 17.0
_SIGN: Final = 8 * mm
_FOOT: Final = 3.5 * mm
_GAP: Final = 1 * mm


def printed(docket: Docket, parts: Sequence[str]) -> bytes:
    """Return the docket as a PDF, twice on each sheet; ``parts`` name the upper and lower one.

    Goods that don't fit go onto further sheets, each again in two parts.
    """
    document = Document(A5, f"{docket.issuer} {docket.code}")
    pages = _paginated(docket)
    for number, rows in enumerate(pages, start=1):
        if number > 1:
            document.canvas.showPage()
        _draw_cut(document.canvas)
        place = _("第 %(number)s 页　共 %(total)s 页", number=number, total=len(pages))
        for top, part in zip((2 * _HALF, _HALF), parts, strict=True):
            bottom = top - _HALF + _EDGE
            _draw_head(document.canvas, docket, part, top)
            stacked(_table().head, *rows).draw(document.canvas, top - _EDGE - _head_height(docket))
            if len(pages) > 1:
                middle = line(place, Voice.HEI, _SMALL)
                middle.draw_centred(document.canvas, _MIDDLE, bottom)
            if number == len(pages):
                _draw_end(document.canvas, docket, bottom)
            else:
                _write(document.canvas, _("接下页"), _RIGHT, bottom, align=Align.RIGHT)
    return document.close()


def _facts(docket: Docket) -> list[str]:
    """The head's words one by one, to stand side by side."""
    return [words for pair in docket.facts for words in (pair.left, pair.right) if words]


def _head_height(docket: Docket) -> float:
    return _HEAD + -(-len(_facts(docket)) // _FACTS) * _STEP + _GAP


def _end_height(docket: Docket) -> float:
    longest = max(len(docket.sums), len(docket.balances))
    block = max(_CODE_MM * mm, longest * _STEP + 1 * mm)
    return block + _notes_height(docket) + _SIGN + _FOOT


def _notes_height(docket: Docket) -> float:
    """Return the room of the notes: two lines, however many there are."""
    return min(len(docket.notes), 2) * _NOTE


def _paginated(docket: Docket) -> list[list[Piece]]:
    """Return the rows of each sheet; the last has the docket's end under them."""
    room = _HALF - 2 * _EDGE - _head_height(docket) - _table().head.height
    last = room - _end_height(docket)
    rows = [
        _table().one_row((item.title, item.pieces, item.each, item.total)) for item in docket.items
    ]
    pages: list[list[Piece]] = [[]]
    for row in rows:
        if pages[-1] and _height([*pages[-1], row]) > room - _FOOT:
            pages.append([])
        pages[-1].append(row)
    if _height(pages[-1]) > last:
        pages.append([pages[-1].pop()] if len(pages[-1]) > 1 else [])
    return pages


def _height(pieces: Sequence[Piece]) -> float:
    return sum(piece.height for piece in pieces)


def _draw_cut(canvas: Any) -> None:
    canvas.saveState()
    canvas.setStrokeColor(palette.GREY)
    canvas.setLineWidth(0.5)
    canvas.setDash(3, 2)
    canvas.line(0, _HALF, A5.width_mm * mm, _HALF)
    canvas.restoreState()


def _draw_head(canvas: Any, docket: Docket, part: str, top: float) -> None:
    base = top - _EDGE - 5 * mm
    canvas.setFillColor(palette.INK)
    side = shrunk(line(part, Voice.HEI, _SIZE), _WIDTH * 0.24, _LEAST)
    side.draw_right(canvas, _RIGHT, base)
    stamped = _draw_stamp(canvas, docket.stamp, _RIGHT - side.width - 2 * mm, base)
    title = line(docket.title, Voice.HEI_BOLD, 12.5)
    room = stamped - _LEFT - title.width - 6 * mm
    name = boxed(line(docket.issuer, Voice.HEI_BOLD, 12.5), room, _HEAD - 1 * mm, _LEAST)
    draw_block(canvas, name, _LEFT, base + title.centre_drop)
    title.draw(canvas, _LEFT + max(part.width for part in name) + 4 * mm, base)
    facts = _facts(docket)
    for number, words in enumerate(facts):
        row, column = divmod(number, _FACTS)
        height = top - _EDGE - _HEAD - (row + 0.8) * _STEP
        room = _WIDTH / _FACTS
        fitting = shrunk(line(words, Voice.HEI, _SIZE, spell=True), room - 3 * mm, _LEAST)
        fitting.draw(canvas, _LEFT + column * room, height)


def _draw_stamp(canvas: Any, stamp: str, right: float, base: float) -> float:
    """Frame the stamp so that it ends at ``right``; return where it begins."""
    if not stamp:
        return right
    words = line(stamp, Voice.HEI_BOLD, 11)
    left = right - words.width - 3 * mm
    canvas.setStrokeColor(palette.INK)
    canvas.setLineWidth(1.2)
    canvas.rect(left, base - 1.4 * mm, words.width + 3 * mm, 5.8 * mm)
    words.draw(canvas, left + 1.5 * mm, base)
    return left


def _table() -> RuledTable:
    figures = 19 * mm
    return RuledTable(
        (
            RuledColumn(_("商品"), _WIDTH - 12 * mm - 2 * figures, _spelt, Align.LEFT, grows=True),
            RuledColumn(_("数量"), 12 * mm, align=Align.RIGHT),
            RuledColumn(_("单价（元）"), figures, align=Align.RIGHT),
            RuledColumn(_("金额（元）"), figures, bold, Align.RIGHT),
        ),
        _LEFT,
        size=8.5,
        row=_ROW,
    )


def _spelt(text: str, size: float) -> Line:
    return line(text, Voice.HEI, size, spell=True)


def _draw_end(canvas: Any, docket: Docket, bottom: float) -> None:
    """Draw sums, balances, notes, the place to sign and the foot upwards from ``bottom``."""
    canvas.setFillColor(palette.INK)
    _write(canvas, docket.mark, _RIGHT, bottom, size=_SMALL, align=Align.RIGHT)
    _write(canvas, docket.caption, _LEFT, bottom, size=_SMALL)
    signs = (docket.signature, _("经办人签字："))
    for number, label in enumerate(filter(None, signs)):
        _draw_signature(canvas, label, _LEFT + number * _WIDTH / 2, bottom + _FOOT + 2 * mm)
    height = bottom + _FOOT + _SIGN
    if docket.notes:
        notes = line("　".join(docket.notes), Voice.HEI_BOLD, _SIZE)
        high = _notes_height(docket)
        draw_block(canvas, boxed(notes, _WIDTH, high, _LEAST), _LEFT, height + high / 2)
    top = bottom + _end_height(docket)
    qr.draw(canvas, docket.code, _LEFT - 2 * mm, top - _CODE_MM * mm, _CODE_MM)
    left = _LEFT + _CODE_MM * mm
    width = (_RIGHT - left - 6 * mm) / 2
    for number, pairs in enumerate((docket.sums, docket.balances)):
        _draw_pairs(canvas, pairs, left + number * (width + 6 * mm), top - 1 * mm, width)


def _draw_pairs(canvas: Any, pairs: Sequence[Pair], left: float, top: float, width: float) -> None:
    for number, pair in enumerate(pairs):
        loud = pair.weight is Weight.LARGE
        voice, size = (Voice.HEI_BOLD, _BIG) if loud else (Voice.HEI, _SIZE)
        base = top - (number + 0.8) * _STEP
        end = shrunk(line(pair.right, voice, size), width * 0.66, _LEAST)
        end.draw_right(canvas, left + width, base)
        room = width - end.width - 2 * mm
        shrunk(line(pair.left, voice, size), room, _LEAST).draw(canvas, left, base)


def _draw_signature(canvas: Any, label: str, left: float, base: float) -> None:
    words = shrunk(line(label, Voice.HEI, _SIZE), _WIDTH / 4, _LEAST)
    words.draw(canvas, left, base)
    canvas.setStrokeColor(palette.GREY)
    canvas.setLineWidth(0.5)
    start = left + words.width + 1 * mm
    canvas.line(start, base - 0.8 * mm, left + _WIDTH / 2 - 4 * mm, base - 0.8 * mm)


def _write(
    canvas: Any, text: str, x: float, base: float, *, size: float = _SIZE, align: Align = Align.LEFT
) -> None:
    """Write small words from x, or up to it, over at most half of the width."""
    canvas.setFillColor(palette.INK)
    words = shrunk(line(text, Voice.HEI, size), _WIDTH / 2, _LEAST)
    if align is Align.RIGHT:
        words.draw_right(canvas, x, base)
    else:
        words.draw(canvas, x, base)
