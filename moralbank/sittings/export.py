"""What a sitting decided as an Excel file."""

from collections.abc import Iterable

from moralbank import clock
from moralbank.excel import Cell, workbook
from moralbank.i18n import _
from moralbank.sittings.decided import Decision


def decision_list(decisions: Iterable[Decision]) -> bytes:
    """An .xlsx of these decisions in their order."""
    columns = (
        _("编号"),
        _("小组"),
        _("户号"),
        _("户主"),
        _("项目"),
        _("日期"),
        _("事由"),
        _("积分"),
        _("结果"),
        _("表决"),
        _("理由"),
        _("时间"),
    )
    return workbook(_("评议结果"), columns, [_row(one) for one in decisions])


def _row(one: Decision) -> tuple[Cell, ...]:
    return (
        one.award.id,
        one.award.group,
        one.award.number,
        one.award.head,
        one.award.item_name,
        one.award.deed_on.isoformat(),
        one.award.note,
        one.points,
        one.outcome_label,
        one.votes,
        one.reason,
        clock.minute(one.at),
    )
