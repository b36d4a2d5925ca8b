"""The goods of the shop as an Excel file, which the import reads again."""

from collections.abc import Iterable
from typing import Final

from moralbank.excel import Cell, workbook
from moralbank.store.goods import PERIOD_LABELS
from moralbank.store.headings import NO, YES
from moralbank.store.prices import points_for
from moralbank.store.queries import ProductInfo

# Headings that `sheet.HEADINGS` knows, and two that it leaves alone: never translated.
_COLUMNS: Final = (
    "货号",
    "名称",
    "规格",
    "单位",
    "类别",
    "条码",
    "价格（元）",
    "积分",
    "库存",
    "进价（元）",
    "上架",
    "开始供应",
    "供应到",
    "进货线（件）",
    "每户限兑（件）",
    "限兑周期",
)


def goods_list(goods: Iterable[ProductInfo], rate_fen: int) -> bytes:
    """An .xlsx of all goods with every column, points at today's rate (fen a point)."""
    return workbook("商品", _COLUMNS, [_row(one, rate_fen) for one in goods])


def _row(one: ProductInfo, rate_fen: int) -> tuple[Cell, ...]:
    return (
        one.sku,
        one.name,
        one.spec,
        one.unit,
        one.category,
        one.barcode,
        one.price_fen / 100,
        points_for(one.price_fen, rate_fen),
        one.stock,
        None if one.cost_fen is None else one.cost_fen / 100,
        YES if one.active else NO,
        one.on_from.isoformat() if one.on_from else "",
        one.on_until.isoformat() if one.on_until else "",
        one.low_at,
        one.limit_pieces,
        PERIOD_LABELS[one.limit_period],
    )
