"""A notice as an Excel file: the frozen words of each line, and where it stands now."""

from collections.abc import Iterable

from moralbank.excel import Cell, workbook
from moralbank.i18n import _
from moralbank.notices.hanging import HungHousehold, HungLine


def notice_lines(households: Iterable[HungHousehold]) -> bytes:
    """An .xlsx of what hangs on a notice, line by line."""
    columns = (
        _("序号"),
        _("小组"),
        _("户号"),
        _("户主"),
        _("家庭成员"),
        _("项目"),
        _("数量"),
        _("积分"),
        _("日期"),
        _("事由"),
        _("积分记录"),
        _("现在的状态"),
    )
    rows = [_row(one, line) for one in households for line in one.lines]
    return workbook(_("公示"), columns, rows)


def _row(one: HungHousehold, line: HungLine) -> tuple[Cell, ...]:
    return (
        line.line,
        one.group,
        one.number,
        one.head,
        line.member,
        line.item,
        line.quantity,
        -line.points if line.deduction else line.points,
        line.deed_on.isoformat(),
        line.note,
        line.award_id,
        line.state_words,
    )
