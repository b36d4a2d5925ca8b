"""What the supervisor sees of a month as tables: one for the page, Excel and the command line."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from moralbank import clock
from moralbank.errors import NotFound
from moralbank.excel import Cell, workbook
from moralbank.i18n import _, listed, mark
from moralbank.objections.queries import ObjectionInfo, objections_between
from moralbank.supervision.decisions import decisions_by_person
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
class Column:
    """One column: its key, its head as a msgid, and what stands in it for one row."""

    key: str
    head: str
    read: Callable[[Any], Cell]


@dataclass(frozen=True)
class Kind:
    """A table there is: its title, what it tells, its columns and how its rows are found.

    `award_id` tells which deed a row is about, where it is about one.
    """

    title: str
    lead: str
    columns: tuple[Column, ...]
    rows: Callable[[Session, int, Month], Iterable[Any]]
    award_id: Callable[[Any], int | None] = lambda _one: None

    def read(self, session: Session, village_id: int, month: Month) -> Report:
        """The table of one month."""
        return _report(self.columns, self.rows(session, village_id, month), self.award_id)


def as_excel(title: str, report: Report) -> bytes:
    """A table as .xlsx."""
    return workbook(title, list(report.heads.values()), [line.cells for line in report.lines])


def recheck_report(drawn: RecheckInfo, rows: list[RecheckRow]) -> Report:
    """The lines of one draw, with what was found."""
    seed = Column("seed", mark("种子"), lambda _row: drawn.seed)
    return _report((*_RECHECK, seed), rows, _of_its_deed)


def lots_report(drawn: RecheckInfo, there: Collection[int]) -> Report:
    """Every deed that a draw was made from, with its lot, so that anybody can draw it again."""
    heads = {"place": _("名次"), "award": _("编号"), "lot": _("SHA-256"), "drawn": _("抽中")}
    lots = sorted((lot(drawn.seed, number), number) for number in there)
    lines = [
        Line((place, number, value, _("抽中") if place <= drawn.drawn else ""), number)
        for place, (value, number) in enumerate(lots, start=1)
    ]
    return Report(heads, lines)


def _report(
    columns: Iterable[Column], rows: Iterable[Any], award_id: Callable[[Any], int | None]
) -> Report:
    columns = tuple(columns)
    lines = [Line(tuple(column.read(one) for column in columns), award_id(one)) for one in rows]
    return Report({column.key: _(column.head) for column in columns}, lines)


def _of_its_deed(one: Any) -> int:
    number: int = one.award.id
    return number


def _minute_or_none(moment: datetime | None) -> str | None:
    return clock.minute(moment) if moment else None


_AWARD: Final = Column("award", mark("编号"), lambda one: one.award.id)
_WHOSE: Final = (
    Column("household", mark("户号"), lambda one: one.award.label),
    Column("head", mark("户主"), lambda one: one.award.head),
    Column("item", mark("项目"), lambda one: one.award.item_name),
)
_POINTS: Final = Column("points", mark("积分"), lambda one: one.award.points_words)
_AT: Final = Column("at", mark("时间"), lambda one: clock.minute(one.at))
_REASON: Final = Column("reason", mark("理由"), lambda one: one.reason)

_RECHECK: Final = (
    Column("line", mark("序号"), lambda row: row.line),
    _AWARD,
    *_WHOSE,
    _POINTS,
    Column("deed_on", mark("日期"), lambda row: row.award.deed_on.isoformat()),
    Column("note", mark("事由"), lambda row: row.award.note),
    Column("decider", mark("评议员"), lambda row: row.award.decider),
    Column("posted", mark("入账时间"), lambda row: clock.minute(row.posted_at)),
    Column("finding", mark("查得"), lambda row: row.finding_label),
    Column("found", mark("说明"), lambda row: row.note),
    Column("checked", mark("查的时间"), lambda row: _minute_or_none(row.checked_at)),
)
_DECISIONS: Final = (
    Column("name", mark("姓名"), lambda one: one.name),
    Column("role", mark("岗位"), lambda one: one.role_label),
    Column("verified", mark("核实属实"), lambda one: one.verified),
    Column("denied", mark("核实不属实"), lambda one: one.denied),
    Column("approved", mark("同意"), lambda one: one.approved),
    Column("refused", mark("不同意"), lambda one: one.refused),
    Column("against", mark("不同意占百分之几"), lambda one: one.against),
    Column("returned", mark("退回补充"), lambda one: one.returned),
    Column("adjusted", mark("改分"), lambda one: one.adjusted),
    Column("reversed", mark("冲正"), lambda one: one.reversed),
    Column("hours", mark("一般等几小时"), lambda one: one.hours),
)
_OVERRIDES: Final = (
    _AWARD,
    *_WHOSE,
    Column("before", mark("原来"), lambda one: one.before),
    Column("after", mark("改成"), lambda one: one.after),
    Column("act", mark("在哪一步"), lambda one: one.act_label),
    Column("by", mark("谁改的"), lambda one: one.by),
    _REASON,
    _AT,
)
_REVERSALS: Final = (
    _AWARD,
    *_WHOSE,
    _POINTS,
    Column("decider", mark("原来谁评的"), lambda one: one.award.decider),
    Column("by", mark("谁冲正的"), lambda one: one.by),
    _REASON,
    _AT,
)
_BARS: Final = (
    _AT,
    Column("by", mark("谁"), lambda one: one.by),
    Column("tried", mark("要办什么"), lambda one: one.tried),
    Column("households", mark("哪一户"), lambda one: listed(one.households)),
    Column("awards", mark("编号"), lambda one: listed(str(number) for number in one.awards)),
    Column("device", mark("从哪里"), lambda one: one.device),
)
_TIES: Final = (
    _AT,
    Column("user", mark("谁回避"), lambda one: one.user),
    Column("household", mark("哪一户"), lambda one: one.household),
    Column("words", mark("怎么称呼"), lambda one: one.words),
    Column("move", mark("办了什么"), lambda one: one.move),
    Column("by", mark("谁办的"), lambda one: one.by),
)
_OBJECTIONS: Final = (
    Column("id", mark("异议号"), lambda one: one.id),
    Column("award", mark("积分记录"), lambda one: one.award_id),
    Column("where", mark("户号"), lambda one: f"{one.group}-{one.number}"),
    Column("head", mark("户主"), lambda one: one.head),
    Column("item", mark("项目"), lambda one: one.item_name),
    Column("raised", mark("提出"), lambda one: clock.minute(one.raised_at)),
    Column("due", mark("最晚答复"), lambda one: one.due_on.isoformat()),
    Column("decided", mark("答复"), lambda one: _minute_or_none(one.decided_at)),
    Column("days", mark("期限"), lambda one: one.days_words),
    Column("state", mark("结果"), lambda one: one.state_label),
    Column("by", mark("谁答复的"), lambda one: one.decider),
)


def _objections_of(session: Session, village_id: int, month: Month) -> list[ObjectionInfo]:
    return objections_between(session, village_id, month.begin, month.end)


REPORTS: Final = {
    "decisions": Kind(
        mark("每人的决定"),
        mark("谁核实、评议了多少，有多少不属实、不同意，从申报到他表态一般等几小时（中位数）。"),
        _DECISIONS,
        decisions_by_person,
    ),
    "overrides": Kind(
        mark("改分"),
        mark("评议时或异议后改过的分：改前、改后、谁改、为什么。"),
        _OVERRIDES,
        overrides,
        _of_its_deed,
    ),
    "reversals": Kind(
        mark("冲正"), mark("入账后又收回的分。"), _REVERSALS, reversals, _of_its_deed
    ),
    "bars": Kind(
        mark("被拦下的"),
        mark("想核实、评议自己家、亲属家或自己记的，被系统拦下。"),
        _BARS,
        bar_hits,
    ),
    "ties": Kind(
        mark("回避户变动"), mark("登记和解除的回避关系；临时解除的看得出来。"), _TIES, tie_moves
    ),
    "objections": Kind(
        mark("异议"),
        mark("本月提出或答复的异议，有没有按期。"),
        _OBJECTIONS,
        _objections_of,
        lambda one: one.award_id,
    ),
}
"""Every table by its word in addresses, files and commands."""


def kind(name: str) -> Kind:
    """The table of this name; raises ReportUnknown."""
    if name not in REPORTS:
        raise ReportUnknown(name=name[:20])
    return REPORTS[name]
