"""Cover on one sheet of A4, to be hung at a village meeting and read from two steps away."""

from collections.abc import Sequence
from typing import Any, Final

from moralbank.fund.sheets import CoverLine, CoverSheet
from moralbank.i18n import _
from moralbank.money import yuan
from moralbank.printing import charts, formal, palette, sheet
from moralbank.printing.flow import Frame, Piece, gap, printed
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import plain_date
from moralbank.printing.sheet import mm
from moralbank.printing.text import boxed, draw_block, line

_FRAME: Final = Frame(sheet.A4)
_GAUGE_WIDTH: Final = 88 * mm
_BARS_WIDTH, _LINES_WIDTH = 156 * mm, 140 * mm
_BESIDE: Final = 5 * mm


def cover(shown: CoverSheet) -> bytes:
    """Return the sheet as a PDF on A4; its charts shrink until everything fits on one page."""
    title = _("%(village)s积分保障情况", village=shown.village)
    head = [formal.title(_FRAME, title, 27), formal.subtitle(_FRAME, _day(shown), 13), gap(3 * mm)]
    head.append(_verdict(shown))
    asides = [
        formal.paragraph(_FRAME, words, size=10, indented=False, voice=Voice.HEI)
        for words in (*shown.aside, _how())
    ]
    sections = [formal.section(_FRAME, words, 14) for words in (_("有多少，欠多少"), _("逐月变化"))]
    sides = _bars(shown)
    months = charts.lines([charts.Point(one.label, one.ratio) for one in shown.months])
    wanted = ((sides, _BARS_WIDTH), (months, _LINES_WIDTH))
    taken = sum(piece.height for piece in (*head, *sections, *asides)) + 6 * mm
    scale = min(1.0, (_FRAME.room - taken) / sum(_high(*one) for one in wanted))
    drawn = [_chart(drawing, width * scale) for drawing, width in wanted]
    body = [piece for pair in zip(sections, drawn, strict=True) for piece in (*pair, gap(2 * mm))]
    foot = _("%(title)s　%(day)s　账 %(mark)s", title=title, day=_day(shown),
             mark=shown.ledger_mark)  # fmt: skip
    pieces = [*head, *body, *asides]
    return printed(_FRAME, title, [pieces], formal.page_foot(_FRAME, foot))


def _day(shown: CoverSheet) -> str:
    return _("截至%(day)s", day=plain_date(shown.day))


def _how() -> str:
    return _(
        "保障 = 有的 ÷ 欠的。%(full)s%% 是欠一元有一元，%(tight)s%% 以上才算宽裕。",
        full=charts.FULL,
        tight=charts.TIGHT,
    )


def _high(drawing: Any, width: float) -> float:
    return float(drawing.height) * width / float(drawing.width)


def _chart(drawing: Any, width: float) -> Piece:
    def draw(canvas: Any, top: float) -> None:
        charts.place(drawing, canvas, _FRAME.middle - width / 2, top, width)

    return Piece(_high(drawing, width), draw)


def _verdict(shown: CoverSheet) -> Piece:
    """Return the gauge with what it means beside it."""
    gauge = charts.gauge(shown.ratio, shown.verdict)
    height = _high(gauge, _GAUGE_WIDTH)
    left = _FRAME.left + _GAUGE_WIDTH + _BESIDE
    told = [words for words in (shown.forecast, shown.budget) if words]

    def draw(canvas: Any, top: float) -> None:
        charts.place(gauge, canvas, _FRAME.left, top, _GAUGE_WIDTH)
        canvas.setFillColor(palette.INK)
        room = height / (len(told) + 1.5)
        _draw_words(canvas, shown.words, Voice.HEI_BOLD, 22, left, top, 1.5 * room)
        for number, words in enumerate(told):
            below = top - (1.5 + number) * room
            _draw_words(canvas, words, Voice.HEI, 14, left, below, room)

    return Piece(height, draw)


def _draw_words(
    canvas: Any, text: str, voice: Voice, size: float, left: float, top: float, height: float
) -> None:
    words = boxed(line(text, voice, size), _FRAME.right - left, height * 0.9, 6)
    draw_block(canvas, words, left, top - height / 2)


def _bars(shown: CoverSheet) -> Any:
    return charts.stacked(
        (
            _bar(_("手里有的"), shown.have_fen, shown.have),
            _bar(_("欠大家的"), shown.owe_fen, shown.owe),
        )
    )


def _bar(label: str, fen: int, parts: Sequence[CoverLine]) -> charts.Bar:
    told = tuple(charts.Part(one.label, one.fen, _money(one.fen)) for one in parts)
    return charts.Bar(label, _money(fen), told)


def _money(fen: int) -> str:
    return _("%(yuan)s 元", yuan=yuan(fen))
