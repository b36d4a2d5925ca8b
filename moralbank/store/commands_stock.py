"""`moralbank store count`, `expiring`, `order`, `labels`: `commands.py` adds them to its group."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from moralbank import clock
from moralbank.audit import Actor
from moralbank.console import (
    acts,
    show,
    show_json,
    to_output,
    with_json,
    with_plain,
    with_request_id,
    with_wall_paper,
    write_file,
)
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.i18n import _, mark
from moralbank.money import yuan
from moralbank.printing.papers import WALL_PAPERS
from moralbank.store import counting
from moralbank.store.counts import CountInfo, count_for, count_number, count_page, count_sheet
from moralbank.store.demand import suggestions
from moralbank.store.expiring import SOON_DAYS
from moralbank.store.expiring import expiring as expiring_batches
from moralbank.store.forms_stock import read_counted
from moralbank.store.keeping import shop_for
from moralbank.store.labels import label_sheet, labelled
from moralbank.store.ordering import LOOKED_BACK, USUAL_AHEAD, errands
from moralbank.store.queries import product_by_sku

_MOST_WEEKS: Final = 52
_MOST_DAYS: Final = 3660


class CountNotNamed(Invalid):
    """A count is named by its number: PD2026-0003, or 3."""

    text = mark("盘点编号不对：应像 PD2026-0003 或 3")
    code = "count_not_named"


class CountName(click.ParamType[int]):
    """A count's number as it is printed or typed."""

    name = "number"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """The village-local number; raises CountNotNamed."""
        del param, ctx
        number = count_number(str(value))
        if number is None:
            raise CountNotNamed
        return number


_number = click.argument("number", type=CountName())
_output = click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("写到这个 PDF 文件"),
)
_of_shop = click.option(
    "--shop", type=click.IntRange(1), help=_("第几号店铺（默认您管的那家，或第一家）")
)


@click.group(help=_("盘点：出表、填数、入账。"))
def count() -> None:
    """Group of commands."""


@count.command("list", help=_("列出各次盘点，最近的在前。"))
@_of_shop
@with_json
@acts("store.view")
def list_counts(actor: Actor, *, shop: int | None, as_json: bool) -> None:
    """List the newest counts."""
    with reading() as session:
        number = shop_for(session, actor, shop).id
        found = count_page(session, actor.village_id, number).rows
    rows = [
        {
            "id": one.head.id,
            "number": one.head.label,
            "opened_at": clock.minute(one.head.opened_at),
            "opened_by": one.head.opened_by,
            "category": one.head.category,
            "lines": one.lines,
            "counted": one.counted,
            "differing": one.differing,
            "state": one.head.state_words,
        }
        for one in found
    ]
    heads = {
        "number": _("编号"),
        "opened_at": _("时间"),
        "opened_by": _("经办人"),
        "category": _("类别"),
        "lines": _("种"),
        "counted": _("已点"),
        "differing": _("不符"),
        "state": _("状态"),
    }
    show(rows, heads, as_json=as_json)


@count.command("open", help=_("开始一次盘点：记下账面数。不写 --category 就是整个店。"))
@click.option("--category", default="", help=_("只盘这一类"))
@click.option("--note", default="", help=_("备注"))
@with_request_id
@acts("store.manage")
def open_count(actor: Actor, *, category: str, note: str, request_id: str) -> None:
    """Open a count, and print its number."""
    with writing() as session:
        made = counting.open_count(session, actor, request_id, category=category, note=note)
        info = count_for(session, actor, made)
    said = {"number": info.head.label, "n": len(info.lines)}
    click.echo(_("%(number)s 已开始，共 %(n)s 种", **said))


@count.command("show", help=_("看一次盘点：账面、实点、盈亏。"))
@_number
@with_json
@acts("store.view")
def show_count(actor: Actor, *, number: int, as_json: bool) -> None:
    """Show a count line by line."""
    with reading() as session:
        info = count_for(session, actor, number)
    rows = [
        {
            "sku": line.product.sku,
            "title": line.product.title,
            "expected": line.expected,
            "counted": line.counted,
            "difference": None if line.counted is None else line.difference,
            "cost_fen": line.cost_fen,
        }
        for line in info.lines
    ]
    if as_json:
        show_json({"number": info.head.label, "state": info.head.state, "rows": rows})
        return
    heads = {
        "sku": _("货号"),
        "title": _("商品"),
        "expected": _("账面"),
        "counted": _("实点"),
        "difference": _("盈亏"),
    }
    show(rows, heads, as_json=False, title=f"{info.head.label} · {info.head.state_words}")


@count.command("type", help=_("填点到的数，如：store count type 3 OIL-5L=12 SALT-400G=0"))
@_number
@click.argument("lines", nargs=-1, required=True)
@click.option("--again", is_flag=True, help=_("改掉已经填过的数"))
@acts("store.manage")
def type_count(actor: Actor, *, number: int, lines: tuple[str, ...], again: bool) -> None:
    """Write down what was counted."""
    with writing() as session:
        info = count_for(session, actor, number)
        counting.type_in(session, actor, number, read_counted(lines, info, again=again))
        after = count_for(session, actor, number)
    left = len(after.lines) - len(after.counted)
    click.echo(_("已保存：填了 %(n)s 种，还有 %(left)s 种没填", n=len(after.counted), left=left))


@count.command("post", help=_("把盘点入账：库存按盈亏改，没填的不动。"))
@_number
@with_request_id
@acts("store.manage")
def post_count(actor: Actor, *, number: int, request_id: str) -> None:
    """Post a count."""
    with writing() as session:
        counting.post_count(session, actor, request_id, number)
        info = count_for(session, actor, number)
    click.echo(_posted(info))


@count.command("drop", help=_("作废一次盘点，库存不改。"))
@_number
@acts("store.manage")
def drop_count(actor: Actor, *, number: int) -> None:
    """Give a count up."""
    with writing() as session:
        counting.drop_count(session, actor, number)
    click.echo(_("这次盘点已作废，库存没有改"))


@count.command("print", help=_("打印盘点表。"))
@_number
@click.option("--books", is_flag=True, help=_("印上账面数（默认不印，点完再对）"))
@_output
@acts("store.view")
def print_count(actor: Actor, *, number: int, books: bool, out: Path) -> None:
    """Write a count's sheet."""
    from moralbank.store import pdf  # noqa: PLC0415 - reportlab is slow to import

    with reading() as session:
        sheet = count_sheet(session, actor, number, blind=not books)
    write_file(out, pdf.count(sheet))


@click.command(help=_("列出快过期和已过期的货，最早的在前。"))
@click.option(
    "--days",
    default=SOON_DAYS,
    show_default=True,
    type=click.IntRange(0, _MOST_DAYS),
    help=_("几天之内"),
)
@_of_shop
@with_json
@acts("store.view")
def expiring(actor: Actor, *, days: int, shop: int | None, as_json: bool) -> None:
    """List what expires soon."""
    with reading() as session:
        number = shop_for(session, actor, shop).id
        found = expiring_batches(session, actor.village_id, number, days)
    rows = [
        {
            "sku": one.sku,
            "title": one.title,
            "best_before": one.best_before.isoformat(),
            "days": one.days,
            "left": one.left,
            "cost_fen": one.sum_fen,
        }
        for one in found
    ]
    heads = {
        "sku": _("货号"),
        "title": _("商品"),
        "best_before": _("保质期到"),
        "days": _("还有几天"),
        "left": _("剩"),
    }
    show(rows, heads, as_json=as_json)


@click.command(help=_("采购建议：按最近几周的用量，算往后几周该进多少。"))
@click.option(
    "--back",
    default=LOOKED_BACK[0],
    show_default=True,
    type=click.IntRange(1, _MOST_WEEKS),
    help=_("看最近几周"),
)
@click.option(
    "--ahead",
    default=USUAL_AHEAD,
    show_default=True,
    type=click.IntRange(1, _MOST_WEEKS),
    help=_("要够几周"),
)
@_of_shop
@with_json
@acts("store.view")
def order(actor: Actor, *, back: int, ahead: int, shop: int | None, as_json: bool) -> None:
    """List what to buy."""
    with reading() as session:
        number = shop_for(session, actor, shop).id
        found = suggestions(session, actor.village_id, number, back, ahead)
    rows = [
        {
            "supplier": line.supplier,
            "sku": line.sku,
            "title": line.title,
            "pieces": line.pieces,
            "unit": line.unit,
            "stock": line.stock,
            "lasts_weeks": line.lasts,
            "cost": None if line.sum_fen is None else yuan(line.sum_fen),
        }
        for errand in errands(found)
        for line in errand.lines
    ]
    heads = {
        "supplier": _("供货商"),
        "sku": _("货号"),
        "title": _("商品"),
        "pieces": _("建议采购"),
        "unit": _("单位"),
        "stock": _("现有"),
        "lasts_weeks": _("够用几周"),
        "cost": _("金额（元）"),
    }
    show(rows, heads, as_json=as_json)


@click.command(help=_("打印价签：全部、一类、改过价的，或写明货号。"))
@click.argument("skus", nargs=-1)
@click.option("--category", default="", help=_("只要这一类"))
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help=_("只要这天起改过名称、价格或比例的，如 2026-12-01"),
)
@_of_shop
@_output
@acts("store.view")
def labels(
    actor: Actor,
    *,
    skus: tuple[str, ...],
    category: str,
    since: datetime | None,
    shop: int | None,
    out: Path,
) -> None:
    """Write a sheet of labels."""
    from moralbank.store import pdf  # noqa: PLC0415 - reportlab is slow to import

    with reading() as session:
        number = shop_for(session, actor, shop).id
        day = None if since is None else since.date()
        goods = labelled(session, actor.village_id, number, category=category, since=day)
        chosen = {one.id for one in goods}
        if skus:
            chosen &= {product_by_sku(session, actor.village_id, sku, number).id for sku in skus}
        sheet = label_sheet(session, actor.village_id, number, chosen)
    write_file(out, pdf.labels(sheet))


@click.command("price-list", help=_("把价目表印成海报，贴在店里。"))
@with_wall_paper
@with_plain
@_of_shop
@to_output
@acts("store.view")
def price_poster(actor: Actor, *, paper: str, plain: bool, shop: int | None, output: Path) -> None:
    """Print a shop's price list."""
    from moralbank.printing.panels import panel_poster  # noqa: PLC0415 - slow to import
    from moralbank.store.price_list import price_list  # noqa: PLC0415 - as above

    with reading() as session:
        shown = price_list(session, actor.village_id, shop_for(session, actor, shop))
    write_file(output, panel_poster(shown, paper=WALL_PAPERS[paper].paper, plain=plain))


STOCK_COMMANDS: Final[tuple[click.Command, ...]] = (count, expiring, order, labels, price_poster)
"""What this file adds to `moralbank store`."""


def _posted(info: CountInfo) -> str:
    if not info.differing:
        return _("%(number)s 已入账：账实相符", number=info.head.label)
    more = sum(line.difference for line in info.differing if line.difference > 0)
    less = -sum(line.difference for line in info.differing if line.difference < 0)
    said = {"number": info.head.label, "n": len(info.differing), "more": more, "less": less}
    return _("%(number)s 已入账：%(n)s 种不符，盘盈 %(more)s 件，盘亏 %(less)s 件", **said)
