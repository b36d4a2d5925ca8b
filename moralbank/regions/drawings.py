"""A village's months as a picture: points posted and points used, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import Color, HexColor

from moralbank.boards.periods import Period
from moralbank.i18n import _, clauses
from moralbank.printing import palette
from moralbank.printing.charts import NARROW, WIDE, Size, svg
from moralbank.printing.fonts import Voice
from moralbank.printing.text import line
from moralbank.regions.figures import Activity

_HIGH, _BOTTOM, _TOP = 210, 24.0, 168.0
_POSTED, _USED = HexColor("#B9534A"), HexColor("#E9CFA4")
"""Dark and light: black-and-white print tells them apart as well."""
_PART: Final = 0.36
"""The width of one column, as a part of a month's room."""
_LEGEND: Final = 12


@dataclass(frozen=True)
class MonthsPicture:
    """The same picture for a laptop and for a phone; each says in words what it shows."""

    wide: Markup
    narrow: Markup


def months_picture(months: Sequence[tuple[Period, Activity]]) -> MonthsPicture:
    """Columns of the points posted and used in each month, the oldest at the left."""
    words = clauses(
        _(
            "%(year)s 年 %(month)s 月入账 %(points)s 分、兑换 %(used)s 分",
            year=period.first.year,
            month=period.first.month,
            points=done.points,
            used=done.used_points,
        )
        for period, done in months
    )
    # Drawn by us, words escaped there.
    wide, narrow = (Markup(svg(_drawing(months, size), words)) for size in (WIDE, NARROW))  # noqa: S704
    return MonthsPicture(wide, narrow)


def _drawing(months: Sequence[tuple[Period, Activity]], size: Size) -> Drawing:
    drawing = Drawing(size.width, _HIGH)
    highest = max([1, *(max(done.points, done.used_points) for _period, done in months)])
    room = size.width / len(months)
    per_point = (_TOP - _BOTTOM) / highest
    _legend(drawing, size)
    for place, (period, done) in enumerate(months):
        middle = (place + 0.5) * room
        pair = ((done.points, _POSTED, -1), (done.used_points, _USED, 1))
        for points, tone, side in pair:
            _column(drawing, middle, side, room * _PART, points * per_point, tone)
        peak = max(done.points, 0) * per_point
        if done.points:
            _write(drawing, str(done.points), middle - room * _PART / 2, _BOTTOM + peak + 4, size,
                   room)  # fmt: skip
        if size is WIDE or place % 2 == (len(months) - 1) % 2:
            _write(drawing, _("%(n)s月", n=period.first.month), middle, 7, size, 2 * room)
    drawing.add(Line(0, _BOTTOM, size.width, _BOTTOM, strokeColor=palette.INK))
    return drawing


def _column(
    drawing: Drawing, middle: float, side: int, width: float, height: float, tone: Color
) -> None:
    """Draw a column beside the middle of its month; one below zero (goods given back) has none."""
    if height > 0:
        left = middle - width if side < 0 else middle
        ink = palette.INK
        drawing.add(Rect(left, _BOTTOM, width, height, fillColor=tone, strokeColor=ink,
                         strokeWidth=0.6))  # fmt: skip


def _legend(drawing: Drawing, size: Size) -> None:
    left = 0.0
    for words, tone in ((_("入账（分）"), _POSTED), (_("兑换（分）"), _USED)):
        drawing.add(Rect(left, _HIGH - 16, _LEGEND, _LEGEND, fillColor=tone,
                         strokeColor=palette.INK, strokeWidth=0.6))  # fmt: skip
        width = line(words, Voice.HEI, size.small).width
        _write(drawing, words, left + _LEGEND + 5 + width / 2, _HIGH - 14, size, width)
        left += _LEGEND + 5 + width + 16


def _write(
    drawing: Drawing, words: str, middle: float, base: float, size: Size, room: float
) -> None:
    """Write around a middle, smaller where the room is narrow, and inside of the picture."""
    full = line(words, Voice.HEI, size.small).width
    fitting = size.small * min(1, room / full)
    half = full * fitting / size.small / 2
    middle = min(max(middle, half), size.width - half)
    font = Voice.HEI.font_name
    drawing.add(String(middle, base, words, fontName=font, fontSize=fitting,
                       fillColor=palette.INK, textAnchor="middle"))  # fmt: skip
