"""Counts and purchase suggestions as Excel files."""

from collections.abc import Iterable

from moralbank.excel import Cell, workbook
from moralbank.i18n import _
from moralbank.store.counts import CountedLine, CountInfo
from moralbank.store.ordering import Suggestion


def count_list(info: CountInfo) -> bytes:
    """An .xlsx of a count: by the books, counted, difference, and what it comes to at cost."""
    columns = (
        _("货号"),
        _("商品"),
        _("类别"),
        _("单位"),
        _("账面"),
        _("实点"),
        _("盈亏"),
        _("盈亏金额（元，按进价）"),
    )
    return workbook(info.head.label, columns, [_count_row(line) for line in info.lines])


def _count_row(line: CountedLine) -> tuple[Cell, ...]:
    product = line.product
    words = (product.sku, product.title, product.category, product.unit, line.expected)
    if line.counted is None:
        return (*words, None, None, None)
    cost = None if line.cost_fen is None else line.cost_fen / 100
    return (*words, line.counted, line.difference, cost)


def order_list(lines: Iterable[Suggestion]) -> bytes:
    """An .xlsx of what to buy, to be sent to who sells it."""
    columns = (
        _("供货商"),
        _("货号"),
        _("商品"),
        _("单位"),
        _("建议采购"),
        _("进价（元）"),
        _("金额（元）"),
        _("现有"),
        _("每周用量"),
        _("够用几周"),
    )
    rows = [
        (
            line.supplier,
            line.sku,
            line.title,
            line.unit,
            line.pieces,
            None if line.cost_fen is None else line.cost_fen / 100,
            None if line.sum_fen is None else line.sum_fen / 100,
            line.stock,
            round(line.pace.per_week, 1),
            line.lasts,
        )
        for line in lines
    ]
    return workbook(_("采购建议"), columns, rows)
