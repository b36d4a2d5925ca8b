"""An office's list as an Excel file: villages, and its towns where there are any."""

from moralbank import clock
from moralbank.excel import Cell, Sheet, workbook_of
from moralbank.i18n import _, clauses
from moralbank.regions.figures import Figures
from moralbank.regions.queries import Comparison
from moralbank.villages.codes import Level


def comparison_file(told: Comparison) -> bytes:
    """An .xlsx of every village, a sheet of the towns before it, and the sum at the end."""
    heads = _heads()
    villages: list[tuple[Cell, ...]] = [
        (
            str(one.id),
            one.town,
            one.name,
            *_cells(one.figures),
            clock.local(one.last_event).date().isoformat() if one.last_event else "",
            one.last_notice.isoformat() if one.last_notice else "",
            one.mark,
            clauses(one.signs),
        )
        for one in told.villages
    ]
    villages.append(("", "", _("合计"), *_cells(told.figures), "", "", "", ""))
    named = [_("村代码"), _("乡镇"), _("村"), *heads]
    last = [_("最近动账"), _("最近公示"), _("账尾"), _("留意")]
    sheets = [Sheet(_("各村"), [*named, *last], villages)]
    if told.office.has_towns:
        rows = [
            (str(one.id // Level.TOWN.width), one.name, one.villages, *_cells(one.figures))
            for one in told.towns
        ]
        sheets.insert(0, Sheet(_("各乡镇"), [_("乡镇代码"), _("乡镇"), _("村数"), *heads], rows))
    return workbook_of(sheets)


def _heads() -> list[str]:
    return [
        _("户数"),
        _("有好事入账的户数"),
        _("参与率（%）"),
        _("好事（件）"),
        _("入账（分）"),
        _("户均（分）"),
        _("兑换（分）"),
        _("兑换（元）"),
        _("结存（分）"),
        _("保障（%）"),
        _("正在公示（期）"),
        _("待答复异议（件）"),
        _("超期答复（件）"),
    ]


def _cells(figures: Figures) -> tuple[Cell, ...]:
    standing, activity = figures.standing, figures.activity
    return (
        standing.households,
        activity.earning,
        _tenths(figures.share),
        activity.deeds,
        activity.points,
        _tenths(figures.points_each),
        activity.used_points,
        activity.used_fen / 100,
        standing.held,
        standing.cover,
        standing.open_notices,
        standing.open_objections,
        activity.late,
    )


def _tenths(value: int | None) -> float | None:
    return None if value is None else value / 10
