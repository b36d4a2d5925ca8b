"""Tables as workbooks; slow to import, so import it where it is used."""

import io
from collections.abc import Sequence

import xlsxwriter

from moralbank.i18n import _
from moralbank.store.prices import points_for
from moralbank.store.queries import ProductInfo

Cell = str | int | float | None
_WIDEST, _NARROWEST = 48, 8


def table_workbook(title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """An .xlsx with one sheet: bold heads that stay in sight, texts that are never formulas."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        sheet = workbook.add_worksheet(title)
        bold = workbook.add_format({"bold": True, "bottom": 1})
        sheet.write_row(0, 0, heads, bold)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
        for column, head in enumerate(heads):
            longest = max([len(head), *(len(str(row[column])) for row in rows)])
            # A Chinese character is two digits wide.
            sheet.set_column(column, column, min(_WIDEST, max(_NARROWEST, longest * 2)))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(rows)), len(heads) - 1)
    return content.getvalue()


def goods_workbook(goods: Sequence[ProductInfo], rate_fen: int) -> bytes:
    """All goods with price, points at today's rate (fen a point) and stock."""
    heads = [
        _("货号"),
        _("名称"),
        _("规格"),
        _("单位"),
        _("类别"),
        _("条码"),
        _("价格（元）"),
        _("积分"),
        _("库存"),
        _("上架"),
    ]
    rows: list[list[Cell]] = [
        [
            one.sku,
            one.name,
            one.spec,
            one.unit,
            one.category,
            one.barcode,
            one.price_fen / 100,
            points_for(one.price_fen, rate_fen),
            one.stock,
            _("是") if one.active else _("否"),
        ]
        for one in goods
    ]
    return table_workbook(_("商品"), heads, rows)
