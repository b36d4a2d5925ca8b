"""`moralbank counter`: slips, what comes back, days; `commands.py` adds redeeming itself."""

from datetime import date, datetime
from pathlib import Path
from typing import Final

import click

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.console import acts, show, show_json, with_json, with_request_id, write_file
from moralbank.counter import closing, refunding
from moralbank.counter.daybook import CloseInfo, DayFigures, closes, unclosed_days
from moralbank.counter.paper import (
    PRINTED,
    day_sheet,
    refund_sheet,
    slip_paper,
    slip_sheet,
    was_printed,
)
from moralbank.counter.queries import SlipFilter, SlipInfo
from moralbank.counter.queries import slips as read_slips
from moralbank.counter.seeing import shown_refund, shown_shops, shown_slip
from moralbank.db import reading, writing
from moralbank.i18n import _, listed
from moralbank.local_numbers import LARGEST
from moralbank.money import fen_from_yuan, yuan
from moralbank.store.keeping import shop_for

_A_DAY: Final = click.DateTime(["%Y-%m-%d"])
_A_NUMBER: Final = click.IntRange(1, LARGEST)
_A_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.group(help=_("柜台：兑换、兑换单、退货、日结。"))
def counter() -> None:
    """Group of commands."""


@counter.command(
    help=_("退货，如 DH20261120-0007 退两行：counter refund 7 --line 1 --line 2 --reason 拿错了")
)
@click.argument("slip_id", metavar=_("单号"), type=_A_NUMBER)
@click.option("--line", "lines", multiple=True, type=_A_NUMBER, help=_("第几行，可写多次"))
@click.option("--spoiled", multiple=True, type=_A_NUMBER, help=_("第几行退回来已不能再用，报损"))
@click.option("--whole", is_flag=True, help=_("整单都退（还没有退过的单）"))
@click.option("--reason", default="", help=_("为什么退（会计必须写）"))
@with_request_id
@acts("counter.refund")
def refund(
    actor: Actor,
    *,
    slip_id: int,
    lines: tuple[int, ...],
    spoiled: tuple[int, ...],
    whole: bool,
    reason: str,
    request_id: str,
) -> None:
    """Take goods back, and print the refund's number."""
    with writing() as session:
        wanted = dict.fromkeys(lines, False)
        if whole:
            sold = shown_slip(session, actor, slip_id)
            wanted |= {one.line: False for one in sold.lines}
        wanted |= dict.fromkeys(spoiled, True)
        number = refunding.refund(session, actor, request_id, slip_id, wanted, reason)
        made = shown_refund(session, actor, number)
    click.echo(
        _(
            "%(label)s：退回 %(points)s 分，余额 %(yuan)s 元，现在有 %(left)s 分",
            label=made.label,
            points=made.points_back,
            yuan=yuan(made.credit_back),
            left=made.points_after,
        )
    )


@counter.command(
    "refund-slip",
    help=_("把一张退货单打印成 PDF（TH20261120-0003 就写 3；再次打印会标明“补打”）。"),
)
@click.argument("number", metavar=_("退货单号"), type=_A_NUMBER)
@click.option("-o", "--output", required=True, type=_A_FILE, help=_("写到这个 PDF 文件"))
@acts("counter.view")
def refund_slip(actor: Actor, *, number: int, output: Path) -> None:
    """Print a refund."""
    from moralbank.counter.pdf import refund as make  # noqa: PLC0415 - reportlab is slow to import

    with writing() as session:
        label = shown_refund(session, actor, number).label
        reprint = was_printed(session, actor.village_id, label)
        sheet = refund_sheet(session, actor.village_id, number, reprint=reprint)
        paper = slip_paper(session, actor.village_id)
        audit.record(session, actor, PRINTED, label)
    write_file(output, make(sheet, paper))


@counter.command(help=_("日结：点好当天的兑换单，如 counter close --slips 12 --yuan 345.50"))
@click.option("--day", type=_A_DAY, help=_("哪一天（默认今天）"))
@click.option("--slips", required=True, type=int, help=_("点到几张兑换单"))
@click.option("--yuan", "counted", required=True, help=_("这些兑换单合计多少元"))
@click.option("--reason", default="", help=_("和账上不一样时，写明原因"))
@with_request_id
@acts("counter.close")
def close(
    actor: Actor, *, day: datetime | None, slips: int, counted: str, reason: str, request_id: str
) -> None:
    """Close a day."""
    wanted = _day(day) or clock.today()
    counted_fen = fen(counted, "--yuan")
    with writing() as session:
        closing.close_day(session, actor, request_id, wanted, slips, counted_fen, reason)
    click.echo(_("%(day)s 已经日结", day=wanted))


@counter.command(
    help=_("把日结过的一天重新打开，如 counter reopen 3 --why 漏了一单（编号看 days）")
)
@click.argument("number", metavar=_("日结编号"), type=_A_NUMBER)
@click.option("--why", required=True, help=_("为什么重新打开"))
@acts("counter.reopen")
def reopen(actor: Actor, *, number: int, why: str) -> None:
    """Open a closed day again."""
    with writing() as session:
        closing.reopen_day(session, actor, number, why)
    click.echo(_("已经重新打开"))


@counter.command(help=_("列出日结过的日子，和还没有日结的。"))
@click.option("--shop", type=_A_NUMBER, help=_("店铺编号（店长默认自己的店，别人默认第一家）"))
@with_json
@acts("counter.view")
def days(actor: Actor, *, shop: int | None, as_json: bool) -> None:
    """List closed days, and say which are not."""
    with reading() as session:
        own = shop_for(session, actor, shop).id
        found = closes(session, actor.village_id, own)
        waiting = unclosed_days(session, actor.village_id, own)
    heads = {
        "id": _("编号"),
        "day": _("日期"),
        "slips": _("兑换单"),
        "total": _("金额（元）"),
        "refunded": _("退货（元）"),
        "counted_slips": _("点到张数"),
        "counted": _("点到金额（元）"),
        "reason": _("原因"),
        "closed_by": _("谁结的"),
        "reopened_why": _("重新打开"),
    }
    show([_close_row(one) for one in found], heads, as_json=as_json)
    if waiting and not as_json:
        click.echo(_("还没有日结：%(days)s", days=listed(map(str, waiting))))


@counter.command(help=_("看一天的账（默认今天），日结过的可用 -o 打印成 PDF。"))
@click.argument("day", metavar=_("[日期]"), required=False, type=_A_DAY)
@click.option("--shop", type=_A_NUMBER, help=_("店铺编号（店长默认自己的店，别人默认第一家）"))
@click.option("-o", "--output", type=_A_FILE, help=_("写到这个 PDF 文件"))
@with_json
@acts("counter.view")
def day(
    actor: Actor, *, day: datetime | None, shop: int | None, output: Path | None, as_json: bool
) -> None:
    """Show or print a day."""
    wanted = _day(day) or clock.today()
    with reading() as session:
        own = shop_for(session, actor, shop).id
        figures = closing.day_figures(session, actor.village_id, own, wanted)
        sheet = day_sheet(session, actor.village_id, own, wanted) if output else None
    if sheet is None or output is None:
        _show_goods(figures, as_json=as_json)
        return
    from moralbank.counter.pdf import day as make  # noqa: PLC0415 - reportlab is slow to import

    write_file(output, make(sheet))


@counter.command(
    help=_("看一张兑换单（DH20261120-0007 就写 7），或用 -o 打印成 PDF（再次打印会标明“补打”）。")
)
@click.argument("number", metavar=_("单号"), type=_A_NUMBER)
@click.option("-o", "--output", type=_A_FILE, help=_("写到这个 PDF 文件"))
@with_json
@acts("counter.view")
def slip(actor: Actor, *, number: int, output: Path | None, as_json: bool) -> None:
    """Show or print a slip."""
    if output is not None:
        write_file(output, _printed(actor, number))
        return
    with reading() as session:
        found = shown_slip(session, actor, number)
    if as_json:
        show_json(_row(found))
    else:
        _show([found], as_json=False)


@counter.command(help=_("列出兑换单，新的在前。"))
@click.option("--from", "first", type=_A_DAY, help=_("从哪天起"))
@click.option("--to", "last", type=_A_DAY, help=_("到哪天止"))
@click.option("--search", default="", help=_("户主、户号或单号"))
@click.option("--shop", type=_A_NUMBER, help=_("店铺编号（店长只看自己的店，别人默认看全部）"))
@with_json
@acts("counter.view")
def slips(
    actor: Actor,
    *,
    first: datetime | None,
    last: datetime | None,
    search: str,
    shop: int | None,
    as_json: bool,
) -> None:
    """List slips."""
    with reading() as session:
        seen = shown_shops(session, actor, shop)
        wanted = SlipFilter(_day(first), _day(last), search, seen.shop_id)
        found = read_slips(session, actor.village_id, wanted)
    _show(found, as_json=as_json)


def fen(typed: str, option: str) -> int:
    """An option's amount in fen; anything else is wrong usage."""
    found = fen_from_yuan(typed)
    if found is None:
        raise click.BadParameter(_("金额不对：应像 12 或 12.50"), param_hint=option)
    return found


def _printed(actor: Actor, number: int) -> bytes:
    """The slip's PDF, noted as printed."""
    from moralbank.counter.pdf import slip as make  # noqa: PLC0415 - reportlab is slow to import

    with writing() as session:
        label = shown_slip(session, actor, number).label
        reprint = was_printed(session, actor.village_id, label)
        sheet = slip_sheet(session, actor.village_id, number, reprint=reprint)
        paper = slip_paper(session, actor.village_id)
        audit.record(session, actor, PRINTED, label)
    return make(sheet, paper)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _show(found: list[SlipInfo], *, as_json: bool) -> None:
    heads = {
        "label": _("单号"),
        "at": _("时间"),
        "household": _("户号"),
        "head": _("户主"),
        "goods": _("商品"),
        "total": _("金额（元）"),
        "refunded": _("退回（元）"),
        "points": _("积分"),
        "points_left": _("兑后积分"),
        "shop": _("店铺"),
    }
    show([_row(one) for one in found], heads, as_json=as_json)


def _show_goods(figures: DayFigures, *, as_json: bool) -> None:
    heads = {
        "title": _("商品"),
        "pieces": _("件数"),
        "total": _("金额（元）"),
        "pieces_back": _("退回件数"),
        "refunded": _("退回金额（元）"),
    }
    rows = [
        {**vars(one), "total": yuan(one.fen), "refunded": yuan(one.fen_back)}
        for one in figures.goods
    ]
    show(rows, heads, as_json=as_json)


def _close_row(one: CloseInfo) -> dict[str, str | int]:
    return {
        "id": one.id,
        "day": str(one.day),
        "slips": one.figures.slips,
        "total": yuan(one.figures.total_fen),
        "refunded": yuan(one.figures.refunded_fen),
        "counted_slips": one.counted_slips,
        "counted": yuan(one.counted_fen),
        "reason": one.reason,
        "closed_by": one.closed_by,
        "reopened_why": one.reopened_why,
    }


def _row(one: SlipInfo) -> dict[str, str | int]:
    return {
        "id": one.id,
        "label": one.label,
        "at": clock.minute(one.at),
        "household": one.household.label,
        "head": one.household.head,
        "goods": one.goods,
        "total": yuan(one.total_fen),
        "points": one.points_used,
        "points_left": one.points_after,
        "collector": one.taker,
        "refunded": yuan(one.refunded_fen),
        "cashier": one.cashier,
        "shop": one.shop,
    }
