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
        _("来源"),
        _("代办人"),
        _("记分员"),
        _("记分时间"),
        _("评议员"),
        _("评议时间"),
        _("公示"),
        _("账号"),
        _("实际入账"),
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
        _signed(one, one.points),
        one.deed_on.isoformat(),
        one.note,
        one.state_label,
        one.source_label,
        one.helper,
        one.recorder,
        clock.minute(one.recorded_at),
        one.decider,
        "" if one.decided_at is None else clock.minute(one.decided_at),
        one.notice_id,
        one.posted_seq,
        None if one.collected is None else _signed(one, one.collected),
    )


def _signed(one: AwardRow, points: int) -> int:
    """Deductions with minus, so that a column can be added up."""
    return -points if one.deduction else points
