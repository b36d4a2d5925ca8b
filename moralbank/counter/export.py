"""Slips as an Excel file for the accountant."""

from collections.abc import Iterable

from moralbank import clock
from moralbank.counter.queries import SlipInfo
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
        _("兑后积分"),
        _("领取人"),
        _("经办人"),
    )
    return workbook(_("兑换单"), columns, [row for slip in slips for row in _rows(slip)])


def _rows(slip: SlipInfo) -> list[tuple[Cell, ...]]:
    totals: tuple[Cell, ...] = (slip.total_fen / 100, slip.points_used, slip.points_after)
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
            slip.collector or _("户主本人"),
            slip.cashier,
        )
        for line in slip.lines
    ]
