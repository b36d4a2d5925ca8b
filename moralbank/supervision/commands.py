"""`moralbank supervision`."""

from pathlib import Path

import click

from moralbank import clock
from moralbank.audit import Actor
from moralbank.console import acts, show, with_json, with_request_id, write_file
from moralbank.db import reading, writing
from moralbank.i18n import _
from moralbank.supervision import service
from moralbank.supervision.models import Finding
from moralbank.supervision.months import read_month
from moralbank.supervision.queries import recheck as one_draw
from moralbank.supervision.queries import recheck_rows, rechecks, sheet_of
from moralbank.supervision.reports import REPORTS, Report, kind, recheck_report

_month = click.option("--month", default="", help=_("月份，如 2026-11；默认本月"))


@click.group(help=_("监督：每人的决定、改分、冲正、回避、异议，随机抽查。"))
def supervision() -> None:
    """Group of commands."""


def _report_command(name: str) -> click.Command:
    """The command that lists one of the tables."""

    @click.command(name, help=_(kind(name).lead))
    @_month
    @with_json
    @acts("supervision.view")
    def listed_report(actor: Actor, *, month: str, as_json: bool) -> None:
        with reading() as session:
            report = kind(name).read(session, actor.village_id, read_month(month))
        _show(report, as_json=as_json)

    return listed_report


for _name in REPORTS:
    supervision.add_command(_report_command(_name))


@supervision.group(help=_("随机抽查：抽取、列出、查看、登记结果。"))
def recheck() -> None:
    """Group of commands."""


@recheck.command(help=_("从一个月入账的记录里抽查，如：recheck draw --month 2026-11"))
@_month
@click.option("--seed", default="", help=_("种子，如掷骰子得的数；不写由系统抽"))
@with_request_id
@acts("supervision.view")
def draw(actor: Actor, *, month: str, seed: str, request_id: str) -> None:
    """Draw deeds to be looked at again."""
    with writing() as session:
        number = service.draw_recheck(session, actor, request_id, read_month(month), seed)
        drawn = one_draw(session, actor.village_id, number)
    words = {"id": number, "month": drawn.month.text, "seed": drawn.seed}
    counts = {"out_of": drawn.out_of, "drawn": drawn.drawn}
    said = _(
        "第 %(id)s 次抽查：%(month)s 入账 %(out_of)s 条，抽 %(drawn)s 条，种子 %(seed)s",
        **words,
        **counts,
    )
    click.echo(said)


@recheck.command("list", help=_("列出每一次抽取，最近的在前。"))
@with_json
@acts("supervision.view")
def list_draws(actor: Actor, *, as_json: bool) -> None:
    """List the draws."""
    with reading() as session:
        rows = [
            {
                "id": one.id,
                "month": one.month.text,
                "nth": one.nth,
                "seed": one.seed,
                "percent": one.percent,
                "out_of": one.out_of,
                "drawn": one.drawn,
                "right": one.right,
                "wrong": one.wrong,
                "at": clock.minute(one.drawn_at),
            }
            for one in rechecks(session, actor.village_id)
        ]
    heads = {
        "id": _("次"),
        "month": _("月份"),
        "nth": _("本月第几次"),
        "seed": _("种子"),
        "percent": _("百分之几"),
        "out_of": _("入账"),
        "drawn": _("抽取"),
        "right": _("属实"),
        "wrong": _("不属实"),
        "at": _("时间"),
    }
    show(rows, heads, as_json=as_json)


@recheck.command("show", help=_("列出一次抽查的每一条；--pdf 写成抽查表。"))
@click.argument("number", type=int)
@click.option("--pdf", "file", type=click.Path(dir_okay=False, path_type=Path), help=_("PDF 文件"))
@with_json
@acts("supervision.view")
def show_draw(actor: Actor, *, number: int, file: Path | None, as_json: bool) -> None:
    """List the lines of a draw, or print them."""
    with reading() as session:
        drawn = one_draw(session, actor.village_id, number)
        rows = recheck_rows(session, actor.village_id, number, actor.user_id)
        sheet = sheet_of(session, actor.village_id, number) if file else None
    if file is None or sheet is None:
        _show(recheck_report(drawn, rows), as_json=as_json)
        return
    from moralbank.supervision.pdf import recheck_sheet  # noqa: PLC0415 - slow to import

    write_file(file, recheck_sheet(sheet))


@recheck.command(help=_("登记查到的，如：recheck find 1 3 wrong --note 院里没有树"))
@click.argument("number", type=int)
@click.argument("line", type=int)
@click.argument("finding", type=click.Choice([finding.value for finding in Finding]))
@click.option("--note", default="", help=_("说明；不属实的必须写"))
@acts("supervision.view")
def find(actor: Actor, *, number: int, line: int, finding: str, note: str) -> None:
    """Keep what was found of one line."""
    with writing() as session:
        found = {line: service.Found(Finding(finding), note)}
        changed = service.keep_findings(session, actor, number, found)
    click.echo(_("已保存，改了 %(n)s 行", n=changed))


def _show(report: Report, *, as_json: bool) -> None:
    rows = [dict(zip(report.heads, line.cells, strict=True)) for line in report.lines]
    show(rows, report.heads, as_json=as_json)
