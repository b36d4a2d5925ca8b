"""The list of deeds as an Excel file."""

from collections.abc import Iterable

from moralbank import clock
from moralbank.awards.queries import AwardRow
from moralbank.excel import Cell, workbook
from moralbank.i18n import _


def award_list(awards: Iterable[AwardRow]) -> bytes:
    """An .xlsx of these deeds in their order."""
    columns = (
        _("编号"),
        _("小组"),
        _("户号"),
        _("户主"),
        _("家庭成员"),
        _("项目"),
        _("数量"),
        _("每份积分"),
        _("积分"),
        _("日期"),
        _("事由"),
        _("状态"),
        _("记分员"),
        _("记分时间"),
        _("评议员"),
        _("账号"),
    )
    return workbook(_("积分记录"), columns, [_row(one) for one in awards])


def _row(one: AwardRow) -> tuple[Cell, ...]:
    return (
        one.id,
        one.group,
        one.number,
        one.head,
        one.member_name,
        one.item_name,
        one.quantity,
        one.points_each,
        one.points,
        one.deed_on.isoformat(),
        one.note,
        one.state_label,
        one.recorder,
        clock.minute(one.recorded_at),
        one.decider,
        one.posted_seq,
    )
