"""What the supervisor sees of a month as tables: one for the page, Excel and the command line."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.errors import NotFound
from moralbank.excel import Cell, workbook
from moralbank.i18n import _, listed, mark
from moralbank.objections.queries import objections_between
from moralbank.supervision.decisions import PersonDecisions, decisions_by_person
from moralbank.supervision.drawing import lot
from moralbank.supervision.months import Month
from moralbank.supervision.queries import RecheckInfo, RecheckRow
from moralbank.supervision.trail import bar_hits, overrides, reversals, tie_moves


class ReportUnknown(NotFound):
    """No such table."""

    text = mark("没有“%(name)s”这张表")
    code = "report_unknown"


@dataclass(frozen=True)
class Line:
    """One row: its cells, and the deed that it is about, if it is about one."""

    cells: tuple[Cell, ...]
    award_id: int | None = None


@dataclass(frozen=True)
class Report:
    """A table. `heads` are words by key, in the order of the cells."""

    heads: dict[str, str]
    lines: list[Line]


@dataclass(frozen=True)
class Kind:
    """A table there is: its title, what it tells, and how it is read."""

    title: str
    lead: str
    read: Callable[[Session, int, Month], Report]


def as_excel(title: str, report: Report) -> bytes:
    """A table as .xlsx."""
    return workbook(title, list(report.heads.values()), [line.cells for line in report.lines])


def recheck_report(drawn: RecheckInfo, rows: list[RecheckRow]) -> Report:
    """The lines of one draw, with what was found."""
    heads = {
        "line": _("序号"),
        "award": _("编号"),
        "household": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "points": _("积分"),
        "deed_on": _("日期"),
        "note": _("事由"),
        "decider": _("评议员"),
        "posted": _("入账时间"),
        "finding": _("查得"),
        "found": _("说明"),
        "checked": _("查的时间"),
        "seed": _("种子"),
    }
    lines = [Line((*_recheck_cells(row), drawn.seed), row.award.id) for row in rows]
    return Report(heads, lines)


def lots_report(drawn: RecheckInfo, there: Collection[int]) -> Report:
    """Every deed that a draw was made from, with its lot, so that anybody can draw it again."""
    heads = {"place": _("名次"), "award": _("编号"), "lot": _("SHA-256"), "drawn": _("抽中")}
    lots = sorted((lot(drawn.seed, number), number) for number in there)
    lines = [
        Line((place, number, value, _("抽中") if place <= drawn.drawn else ""), number)
        for place, (value, number) in enumerate(lots, start=1)
    ]
    return Report(heads, lines)


def _recheck_cells(row: RecheckRow) -> tuple[Cell, ...]:
    return (
        row.line,
        row.award.id,
        row.award.label,
        row.award.head,
        row.award.item_name,
        row.award.points_words,
        row.award.deed_on.isoformat(),
        row.award.note,
        row.award.decider,
        clock.minute(row.posted_at),
        row.finding_label,
        row.note,
        clock.minute(row.checked_at) if row.checked_at else None,
    )


def _decisions(session: Session, village_id: int, month: Month) -> Report:
    heads = {
        "name": _("姓名"),
        "role": _("岗位"),
        "verified": _("核实属实"),
        "denied": _("核实不属实"),
        "approved": _("同意"),
        "refused": _("不同意"),
        "against": _("不同意占百分之几"),
        "returned": _("退回补充"),
        "adjusted": _("改分"),
        "reversed": _("冲正"),
        "hours": _("一般等几小时"),
    }
    people = decisions_by_person(session, village_id, month)
    return Report(heads, [Line(_person(one)) for one in people])


def _person(one: PersonDecisions) -> tuple[Cell, ...]:
    return (
        one.name,
        one.role_label,
        one.verified,
        one.denied,
        one.approved,
        one.refused,
        one.against,
        one.returned,
        one.adjusted,
        one.reversed,
        one.hours,
    )


def _overrides(session: Session, village_id: int, month: Month) -> Report:
    heads = {
        "award": _("编号"),
        "household": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "before": _("原来"),
        "after": _("改成"),
        "act": _("在哪一步"),
        "by": _("谁改的"),
        "reason": _("理由"),
        "at": _("时间"),
    }
    lines = [
        Line(
            (
                one.award.id,
                one.award.label,
                one.award.head,
                one.award.item_name,
                one.before,
                one.after,
                one.act_label,
                one.by,
                one.reason,
                clock.minute(one.at),
            ),
            one.award.id,
        )
        for one in overrides(session, village_id, month)
    ]
    return Report(heads, lines)


def _reversals(session: Session, village_id: int, month: Month) -> Report:
    heads = {
        "award": _("编号"),
        "household": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "points": _("积分"),
        "decider": _("原来谁评的"),
        "by": _("谁冲正的"),
        "reason": _("理由"),
        "at": _("时间"),
    }
    lines = [
        Line(
            (
                one.award.id,
                one.award.label,
                one.award.head,
                one.award.item_name,
                one.award.points_words,
                one.award.decider,
                one.by,
                one.reason,
                clock.minute(one.at),
            ),
            one.award.id,
        )
        for one in reversals(session, village_id, month)
    ]
    return Report(heads, lines)


def _bars(session: Session, village_id: int, month: Month) -> Report:
    heads = {
        "at": _("时间"),
        "by": _("谁"),
        "tried": _("要办什么"),
        "households": _("哪一户"),
        "awards": _("编号"),
        "device": _("从哪里"),
    }
    lines = [
        Line(
            (
                clock.minute(one.at),
                one.by,
                one.tried,
                listed(one.households),
                listed(str(number) for number in one.awards),
                one.device,
            )
        )
        for one in bar_hits(session, village_id, month)
    ]
    return Report(heads, lines)


def _ties(session: Session, village_id: int, month: Month) -> Report:
    heads = {
        "at": _("时间"),
        "user": _("谁回避"),
        "household": _("哪一户"),
        "words": _("怎么称呼"),
        "move": _("办了什么"),
        "by": _("谁办的"),
    }
    lines = [
        Line((clock.minute(one.at), one.user, one.household, one.words, one.move, one.by))
        for one in tie_moves(session, village_id, month)
    ]
    return Report(heads, lines)


def _objections(session: Session, village_id: int, month: Month) -> Report:
    heads = {
        "id": _("异议号"),
        "award": _("积分记录"),
        "where": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "raised": _("提出"),
        "due": _("最晚答复"),
        "decided": _("答复"),
        "days": _("期限"),
        "state": _("结果"),
        "by": _("谁答复的"),
    }
    lines = [
        Line(
            (
                one.id,
                one.award_id,
                f"{one.group}-{one.number}",
                one.head,
                one.item_name,
                clock.minute(one.raised_at),
                one.due_on.isoformat(),
                clock.minute(one.decided_at) if one.decided_at else None,
                one.days_words,
                one.state_label,
                one.decider,
            ),
            one.award_id,
        )
        for one in objections_between(session, village_id, month.begin, month.end)
    ]
    return Report(heads, lines)


REPORTS: Final = {
    "decisions": Kind(
        mark("每人的决定"),
        mark("谁核实、评议了多少，有多少不属实、不同意，从申报到他表态一般等几小时（中位数）。"),
        _decisions,
    ),
    "overrides": Kind(
        mark("改分"), mark("评议时或异议后改过的分：改前、改后、谁改、为什么。"), _overrides
    ),
    "reversals": Kind(mark("冲正"), mark("入账后又收回的分。"), _reversals),
    "bars": Kind(
        mark("被拦下的"), mark("想核实、评议自己家、亲属家或自己记的，被系统拦下。"), _bars
    ),
    "ties": Kind(mark("回避户变动"), mark("登记和解除的回避关系；临时解除的看得出来。"), _ties),
    "objections": Kind(mark("异议"), mark("本月提出或答复的异议，有没有按期。"), _objections),
}
"""Every table by its word in addresses, files and commands."""


def kind(name: str) -> Kind:
    """The table of this name; raises ReportUnknown."""
    if name not in REPORTS:
        raise ReportUnknown(name=name[:20])
    return REPORTS[name]
