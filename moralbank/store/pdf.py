"""The shelf's papers: price labels, and the sheet that a count is written on."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from moralbank.i18n import _
from moralbank.money import yuan
from moralbank.printing import barcode, formal, palette, sheet
from moralbank.printing.flow import Frame, Piece, gap, held, printed, stacked
from moralbank.printing.fonts import Voice
from moralbank.printing.ruled import RuledColumn, RuledTable, bold
from moralbank.printing.sheet import Document, Stock, mm
from moralbank.printing.stocks import Place
from moralbank.printing.table import Align
from moralbank.printing.text import boxed, draw_block, line, shrunk
from moralbank.store.sheets import CountLine, CountSheet, LabelSheet, ShelfLabel

_GRID: Final = Stock("label-21", sheet.A4, columns=3, rows=7, width_mm=70, height_mm=38)
"""The usual price label of a shelf (标价签); a sheet fills the paper's width."""
_SIDE, _EDGE = 6 * mm, 2.5 * mm
"""What stays blank around a label: office printers reach no nearer to the edge of the paper."""
_INNER: Final = _GRID.width_mm * mm - 2 * _SIDE
_NAME: Final = 9.5 * mm
_CODE_MM, _CODE_HIGH = 47.0, 8 * mm
_CODE_BASE: Final = _EDGE + 3 * mm
_POINTS_BASE: Final = 15.2 * mm
_POINTS_SIZE: Final = 31.0
_LEAST: Final = 5.0

_FRAME: Final = Frame(sheet.A4)


def labels(goods: LabelSheet) -> bytes:
    """Return the labels as a PDF on A4, 21 to a sheet, with lines to cut along."""
    document = Document(sheet.A4, _("%(shop)s价格标签", shop=goods.shop))
    places = zip(goods.labels, _GRID.places(len(goods.labels)), strict=True)
    for page, placed in groupby(places, key=_page):
        if page:
            document.canvas.showPage()
        _draw_cuts(document.canvas)
        for label, place in placed:
            document.canvas.saveState()
            document.canvas.translate(place.x, place.y)
            _draw_label(document.canvas, label)
            document.canvas.restoreState()
    return document.close()


def _page(placed: tuple[ShelfLabel, Place]) -> int:
    return placed[1].page


def _draw_cuts(canvas: Any) -> None:
    """Draw the lines between labels, fine and light: on sheets of stickers they don't disturb."""
    bottom, height = _GRID.bottom_mm * mm, _GRID.rows * _GRID.height_mm * mm
    canvas.saveState()
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(0.3)
    for column in range(1, _GRID.columns):
        x = (_GRID.left_mm + column * _GRID.width_mm) * mm
        canvas.line(x, bottom, x, bottom + height)
    for row in range(_GRID.rows + 1):
        y = bottom + row * _GRID.height_mm * mm
        canvas.line(5 * mm, y, (_GRID.paper.width_mm - 5) * mm, y)
    canvas.restoreState()


def _draw_label(canvas: Any, label: ShelfLabel) -> None:
    """Draw a label from its lower left corner: name, size and points, bars and price."""
    canvas.setFillColor(palette.INK)
    name = boxed(line(label.name, Voice.HEI_BOLD, 17), _INNER, _NAME, _LEAST)
    draw_block(canvas, name, _SIDE, _GRID.height_mm * mm - _EDGE - _NAME / 2)
    unit = shrunk(line(_("分"), Voice.HEI_BOLD, 13), _INNER, _LEAST)
    number = line(str(label.points), Voice.HEI_BOLD, _POINTS_SIZE)
    points = shrunk(number, _INNER * 0.6 - unit.width, _LEAST)
    right = _SIDE + _INNER
    unit.draw_right(canvas, right, _POINTS_BASE)
    points.draw_right(canvas, right - unit.width - 1 * mm, _POINTS_BASE)
    room = _INNER - points.width - unit.width - 4 * mm
    size = boxed(line(label.spec, Voice.HEI, 10.5), room, 9 * mm, _LEAST)
    draw_block(canvas, size, _SIDE, _POINTS_BASE + points.centre_drop)
    _draw_foot(canvas, label, right)


def _draw_foot(canvas: Any, label: ShelfLabel, right: float) -> None:
    """Draw the bars with their digits, and beside them the price and the number of the goods."""
    code = barcode.for_goods(label.barcode, label.sku)
    left = _SIDE - code.quiet[0] * code.module_mm(_CODE_MM) * mm
    end = left + barcode.draw(canvas, code, left, _CODE_BASE, _CODE_MM, _CODE_HIGH)
    canvas.setFillColor(palette.INK)
    digits = line(code.text, Voice.HEI, 7.5, tracking=0.6)
    shrunk(digits, end - _SIDE, _LEAST).draw(canvas, _SIDE, _EDGE)
    price = _("%(yuan)s 元/%(unit)s", yuan=yuan(label.price_fen), unit=label.unit)
    room = right - end
    shrunk(line(price, Voice.HEI, 10), room, _LEAST).draw_right(canvas, right, _CODE_BASE)
    if code.text != label.sku:
        shrunk(line(label.sku, Voice.HEI, 7), room, _LEAST).draw_right(canvas, right, _EDGE)


def count(counting: CountSheet) -> bytes:
    """Return the sheet of a count as a PDF on A4, with a box for each product's pieces.

    Without expected pieces on any line the sheet is blind and has no column for them.
    """
    title = _("%(shop)s盘点表", shop=counting.shop)
    pieces = [_count_head(counting, title), *held([*_count_rows(counting)]), *_count_end()]
    foot = _(
        "%(village)s　%(title)s　%(number)s", village=counting.village, title=title,
        number=counting.number,
    )  # fmt: skip
    return printed(_FRAME, f"{title} {counting.number}", [pieces], formal.page_foot(_FRAME, foot))


def _count_head(counting: CountSheet, title: str) -> Piece:
    facts = (
        _("盘点单号：%(number)s", number=counting.number),
        _("范围：%(category)s　共 %(n)s 种", category=counting.category or _("全部商品"),
          n=len(counting.lines)),
        _("制表：%(name)s　%(at)s", name=counting.by, at=f"{counting.made_at:%Y-%m-%d %H:%M}"),
    )  # fmt: skip
    return formal.coded_head(_FRAME, title, facts, counting.number)


def _count_rows(counting: CountSheet) -> Iterator[Piece]:
    if not counting.lines:
        yield formal.paragraph(_FRAME, _("没有要盘点的商品。"))
        return
    blind = all(one.expected is None for one in counting.lines)
    rows = (_count_cells(number, one) for number, one in enumerate(counting.lines, start=1))
    yield from _count_table(blind=blind).rows(
        [*cells[:4], *([] if blind else [cells[4]]), "", ""] for cells in rows
    )


def _count_table(*, blind: bool) -> RuledTable:
    expected = 20 * mm
    books = () if blind else (RuledColumn(_("账上"), expected, align=Align.RIGHT),)
    return RuledTable(
        (
            RuledColumn(_("序号"), 12 * mm),
            RuledColumn(_("货号"), 28 * mm, align=Align.LEFT),
            RuledColumn(_("商品"), 58 * mm, bold, Align.LEFT, grows=True),
            RuledColumn(_("单位"), 14 * mm),
            *books,
            RuledColumn(_("实点数"), 26 * mm + (expected if blind else 0)),
            RuledColumn(_("说明"), 22 * mm),
        ),
        _FRAME.left,
        size=10,
        row=8.6 * mm,
    )


def _count_cells(number: int, one: CountLine) -> tuple[str, ...]:
    expected = "" if one.expected is None else str(one.expected)
    return (str(number), one.sku, one.title, one.unit, expected)


def _count_end() -> Iterator[Piece]:
    signed = formal.signatures(_FRAME, [_("盘点人"), _("监盘人")])
    yield stacked(gap(4 * mm), *signed, formal.filled_in(_FRAME, _("盘点日期"), _("备注")))
