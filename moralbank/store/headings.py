"""The goods as a sheet: what its columns are called, and what its cells mean.

The export writes these columns and the import reads them again.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from moralbank.i18n import _, mark
from moralbank.money import fen_from_yuan
from moralbank.store.goods import PERIOD_LABELS
from moralbank.store.models import LimitPeriod
from moralbank.tables.cells import Cell, Headings, WrongCellError, squeezed, worked_out

SKU: Final = "sku"
LABELS: Final = {
    SKU: mark("货号"),
    "name": mark("名称"),
    "spec": mark("规格"),
    "unit": mark("单位"),
    "category": mark("类别"),
    "barcode": mark("条码"),
    "price": mark("价格"),
    "cost": mark("进价"),
    "active": mark("上架"),
    "on_from": mark("开始供应"),
    "on_until": mark("供应到"),
    "low_at": mark("进货线"),
    "limit_pieces": mark("每户限兑"),
    "limit_period": mark("限兑周期"),
}
"""What each field is called where people read of it."""

# Words of the file itself, which the import must know again: never translated.
HEADINGS: Final[Headings] = {
    SKU: ("货号", "商品编号", "商品编码", "编号", "编码"),
    "name": ("名称", "商品名称", "品名", "商品"),
    "spec": ("规格", "规格型号"),
    "unit": ("单位", "计量单位"),
    "category": ("类别", "分类", "品类", "商品类别"),
    "barcode": ("条码", "条形码", "商品条码"),
    "price": ("价格", "售价", "零售价", "单价"),
    "cost": ("进价", "进货价", "成本", "成本价"),
    "active": ("上架", "是否上架"),
    "on_from": ("开始供应", "供应开始"),
    "on_until": ("供应到", "供应截止"),
    "low_at": ("进货线", "最低库存"),
    "limit_pieces": ("每户限兑", "限兑件数"),
    "limit_period": ("限兑周期", "限兑多久算一次"),
}
YES, NO = "是", "否"
_YES: Final = {YES, "上架", "√", "✓", "1", "y", "yes", "true"}
_NO: Final = {NO, "下架", "×", "0", "n", "no", "false"}
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MOST_DIGITS: Final = 6


def read_cells(cells: Mapping[str, Cell]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the cells of one row mean by field, blank ones left out, and what is wrong with others.

    Prices come as fen (`price_fen`, `cost_fen`), the other fields as `ProductDetails` has them.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field, cell in cells.items():
        if not squeezed(cell):
            continue
        name, read = _READERS.get(field, (field, worked_out))
        try:
            values[name] = read(cell)
        except WrongCellError as error:
            wrong[field] = str(error)
    return values, wrong


def _digits(cell: Cell) -> str:
    worked_out(cell)
    return squeezed(cell)


def _fen(cell: Cell) -> int:
    text = worked_out(cell)
    # A sheet that worked a price out may hold 19.900000000000002.
    fen = fen_from_yuan(f"{round(cell, 6):.10g}" if isinstance(cell, float) else text)
    if fen is None:
        raise WrongCellError(_("金额不对：应像 12 或 12.50"))
    return fen


def _whole(cell: Cell) -> int:
    worked_out(cell)
    text = squeezed(cell).removesuffix("件")
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise WrongCellError(_("应是整数"))
    return int(text)


def _yes_or_no(cell: Cell) -> bool:
    text = squeezed(cell).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise WrongCellError(_("应填“是”或“否”"))


def _day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = _DAY.fullmatch(squeezed(cell))
    year, month, day = (int(part) for part in match.groups()) if match else (0, 0, 0)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise WrongCellError(_("日期不对：应像 2026-11-20")) from error


def _period(cell: Cell) -> LimitPeriod:
    text = squeezed(cell).removeprefix("每")
    for period, label in PERIOD_LABELS.items():
        if text == label.removeprefix("每"):
            return period
    raise WrongCellError(_("应是每天、每月、每季度或每年"))


_READERS: Final[dict[str, tuple[str, Callable[[Cell], Any]]]] = {
    SKU: (SKU, _digits),
    "barcode": ("barcode", _digits),
    "price": ("price_fen", _fen),
    "cost": ("cost_fen", _fen),
    "active": ("active", _yes_or_no),
    "on_from": ("on_from", _day),
    "on_until": ("on_until", _day),
    "low_at": ("low_at", _whole),
    "limit_pieces": ("limit_pieces", _whole),
    "limit_period": ("limit_period", _period),
}
