"""Slips and days as Excel files for the accountant."""

from collections.abc import Iterable, Mapping

from moralbank import clock
from moralbank.counter.daybook import DayFigures
from moralbank.counter.queries import LineInfo, SlipInfo
from moralbank.excel import Cell, workbook
from moralbank.i18n import _


def slip_list(slips: Iterable[SlipInfo]) -> bytes:
    """An .xlsx with a row for each line of each slip.

    Totals stand on a slip's first row alone, so that the column can be added up.
    """
    columns = (
        _("单号"),
        _("时间"),
        _("户号"),
        _("户主"),
        _("商品"),
        _("规格"),
        _("数量"),
        _("单价（元）"),
        _("金额（元）"),
        _("整单金额（元）"),
        _("用掉积分"),
        _("用掉余额（元）"),
        _("兑后积分"),
        _("领取人"),
        _("经办人"),
        _("店铺"),
        _("退回（元）"),
        _("净额（元）"),
        _("退货单"),
    )
    return workbook(_("兑换单"), columns, [row for slip in slips for row in _rows(slip)])


def day_list(figures: DayFigures, shop: str) -> bytes:
    """An .xlsx with a row for each product of a day of the shop of this name."""
    columns = (
        _("商品"),
        _("兑出件数"),
        _("兑出金额（元）"),
        _("退回件数"),
        _("退回金额（元）"),
        _("店铺"),
    )
    rows = [
        (one.title, one.pieces, one.fen / 100, one.pieces_back, one.fen_back / 100, shop)
        for one in figures.goods
    ]
    return workbook(_("日结"), columns, rows)


def _rows(slip: SlipInfo) -> list[tuple[Cell, ...]]:
    totals: tuple[Cell, ...] = (
        slip.total_fen / 100,
        slip.points_used,
        slip.credit_used / 100,
        slip.points_after,
    )
    refunds = {one.id: one.label for one in slip.refunds}
    return [
        (
            slip.label,
            clock.minute(slip.at),
            slip.household.label,
            slip.household.head,
            line.name,
            line.spec,
            line.quantity,
            line.price_fen / 100,
            line.sum_fen / 100,
            *(totals if line is slip.lines[0] else (None,) * len(totals)),
            slip.taker,
            slip.cashier,
            slip.shop,
            *_back(line, refunds),
        )
        for line in slip.lines
    ]


def _back(line: LineInfo, refunds: Mapping[int, str]) -> tuple[Cell, ...]:
    """What of a line was taken back, what stays, and the refund that says so."""
    worth = line.sum_fen / 100
    if line.refund_id is None:
        return None, worth, None
    return worth, 0, refunds[line.refund_id]
