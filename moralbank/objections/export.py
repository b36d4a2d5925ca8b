"""The list of objections as an Excel file; it doesn't say who raised them."""

from collections.abc import Iterable

from moralbank import clock
from moralbank.excel import Cell, workbook
from moralbank.i18n import _
from moralbank.objections.queries import ObjectionInfo


def objection_list(objections: Iterable[ObjectionInfo]) -> bytes:
    """An .xlsx of these objections in their order."""
    columns = (
        _("异议号"),
        _("公示期"),
        _("积分记录"),
        _("小组"),
        _("户号"),
        _("户主"),
        _("项目"),
        _("日期"),
        _("积分"),
        _("怎么提出的"),
        _("异议"),
        _("提出时间"),
        _("登记人"),
        _("答复期限"),
        _("处理结果"),
        _("改为每次几分"),
        _("答复"),
        _("答复人"),
        _("答复时间"),
        _("是否按期"),
    )
    return workbook(_("异议"), columns, [_row(one) for one in objections])


def _row(one: ObjectionInfo) -> tuple[Cell, ...]:
    return (
        one.id,
        one.notice_id,
        one.award_id,
        one.group,
        one.number,
        one.head,
        one.item_name,
        one.deed_on.isoformat(),
        -one.points if one.deduction else one.points,
        one.way_label,
        one.words,
        clock.minute(one.raised_at),
        one.taker,
        one.due_on.isoformat(),
        one.state_label,
        one.new_points,
        one.answer,
        one.decider,
        clock.minute(one.decided_at) if one.decided_at else "",
        one.days_words,
    )
