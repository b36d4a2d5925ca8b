"""The goods of the shop as an Excel file."""

from collections.abc import Iterable

from moralbank.excel import workbook
from moralbank.i18n import _
from moralbank.store.prices import points_for
from moralbank.store.queries import ProductInfo


def goods_list(goods: Iterable[ProductInfo], rate_fen: int) -> bytes:
    """An .xlsx of all goods with price, points at today's rate (fen a point) and stock."""
    columns = (
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
    )
    rows = [
        (
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
        )
        for one in goods
    ]
    return workbook(_("商品"), columns, rows)
