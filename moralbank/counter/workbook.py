"""Slips as a workbook for the accountant."""

from collections.abc import Sequence

from moralbank import clock
from moralbank.counter.queries import SlipInfo
from moralbank.i18n import _
from moralbank.store.workbook import Cell, table_workbook


def slips_workbook(slips: Sequence[SlipInfo]) -> bytes:
    """One row for each line of each slip; totals stand on a slip's first row alone, to be added."""
    heads = [
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
    ]
    rows = [row for slip in slips for row in _rows(slip)]
    return table_workbook(_("兑换单"), heads, rows)


def _rows(slip: SlipInfo) -> list[list[Cell]]:
    at = clock.local(slip.at).strftime("%Y-%m-%d %H:%M")
    collector = slip.collector or _("户主本人")
    rows: list[list[Cell]] = []
    for place, line in enumerate(slip.lines):
        totals: list[Cell] = [slip.total_fen / 100, slip.points_used, slip.points_after]
        rows.append(
            [
                slip.label,
                at,
                slip.household.label,
                slip.household.head,
                line.name,
                line.spec,
                line.quantity,
                line.price_fen / 100,
                line.sum_fen / 100,
                *(totals if place == 0 else [None] * len(totals)),
                collector,
                slip.cashier,
            ]
        )
    return rows
