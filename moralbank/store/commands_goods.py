"""`moralbank store add`, `edit`, `import`, `export`, `batches`, `cost`: added by `commands.py`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from moralbank import clock
from moralbank.audit import Actor
from moralbank.console import acts, show, with_json, with_request_id, write_file
from moralbank.db import reading, writing
from moralbank.i18n import _, clauses
from moralbank.ledger.queries import rate_on
from moralbank.money import fen_from_yuan, yuan
from moralbank.store import costing, importing
from moralbank.store.commands_shops import with_shop
from moralbank.store.export import goods_list
from moralbank.store.goods import (
    CostInvalid,
    PriceInvalid,
    ProductDetails,
    add_product,
    edit_product,
)
from moralbank.store.keeping import shop_for
from moralbank.store.models import LimitPeriod
from moralbank.store.queries import product_by_sku, products
from moralbank.store.shelf import batches
from moralbank.tables.cells import Fate, fate_label

_DAY: Final = click.DateTime(["%Y-%m-%d"])
_DETAILS: Final = tuple(ProductDetails.__dataclass_fields__)
_OPTIONS: Final = (
    click.option("--unit", help=_("单位，如 桶")),
    click.option("--spec", help=_("规格，如 5 升")),
    click.option("--barcode", help=_("条码")),
    click.option("--cost", help=_("每件进价（元）")),
    click.option("--from", "on_from", type=_DAY, help=_("从哪天起供应")),
    click.option("--until", "on_until", type=_DAY, help=_("供应到哪天")),
    click.option("--low-at", type=int, help=_("剩几件该进货")),
    click.option("--limit", "limit_pieces", type=int, help=_("每户限兑几件，0 是不限")),
    click.option(
        "--limit-period",
        type=click.Choice([period.value for period in LimitPeriod]),
        help=_("限兑多久算一次"),
    ),
)


def _with_details(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that adding and changing a product have in common."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("add", help=_("添加商品，如：store add TEA-250G 红茶 --price 18.50 --category 茶叶"))
@click.argument("sku")
@click.argument("name")
@click.option("--price", required=True, help=_("价格（元）"))
@click.option("--category", required=True, help=_("类别"))
@_with_details
@acts("store.manage")
def add(actor: Actor, sku: str, **said: Any) -> None:
    """Add a product."""
    details = ProductDetails(**_details(said))
    with writing() as session:
        made = add_product(session, actor, sku, details)
    click.echo(_("已添加 %(sku)s %(name)s", sku=made.sku, name=made.name))


@click.command("edit", help=_("改商品，没写的不变，如：store edit OIL-5L --price 68 --limit 2"))
@click.argument("sku")
@click.option("--name", help=_("名称"))
@click.option("--price", help=_("价格（元）"))
@click.option("--category", help=_("类别"))
@_with_details
@click.option("--on/--off", "active", default=None, help=_("上架或下架"))
@acts("store.manage")
def edit(actor: Actor, sku: str, *, active: bool | None, **said: Any) -> None:
    """Change a product."""
    with writing() as session:
        shop = shop_for(session, actor)
        now = product_by_sku(session, actor.village_id, sku, shop.id)
        known = {name: getattr(now, name) for name in _DETAILS}
        details = ProductDetails(**{**known, **_details(said)})
        shown = now.active if active is None else active
        edit_product(session, actor, now.id, details, active=shown)
    click.echo(_("已保存"))


@click.command(
    "import", help=_("从表里导入商品（.xlsx、.xls、.ods、.csv）。不加 --commit 只核对，不写入。")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commit", is_flag=True, help=_("核对后写入"))
@click.option("--skip-errors", is_flag=True, help=_("跳过有错的行，只导入其余的"))
@click.option(
    "--marked-copy",
    "copy",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("另存一份标出每行结果的表（.xlsx）"),
)
@acts("store.manage")
def import_goods(
    actor: Actor, *, file: Path, commit: bool, skip_errors: bool, copy: Path | None
) -> None:
    """Judge a list of goods, and import it if told to."""
    content = file.read_bytes()
    with reading() as session:
        judged = importing.preview(session, actor, content, file.name)
    _tell(judged)
    if copy is not None:
        write_file(copy, importing.marked_copy(judged))
    if not commit:
        click.echo(_("以上只是核对，没有写入。确认无误后加 --commit 再运行一次。"))
        return
    with writing() as session:
        done = importing.import_goods(session, actor, content, file.name, skip_errors=skip_errors)
    words = {"new": done.new, "changed": done.changed, "skipped": done.skipped}
    click.echo(_("已导入：新增 %(new)s 种，更新 %(changed)s 种，跳过 %(skipped)s 行", **words))


@click.command("export", help=_("把商品写成 Excel 文件，改好可以再导入。"))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=_("写到哪个文件")
)
@with_shop
@acts("store.view")
def export(actor: Actor, *, out: Path, shop: int | None) -> None:
    """Write all goods of a shop to an Excel file."""
    with reading() as session:
        own = shop_for(session, actor, shop)
        goods = products(session, actor.village_id, own.id, active_only=False)
        rate = rate_on(session, actor.village_id)
    write_file(out, goods_list(goods, rate))


@click.command("batches", help=_("列出一种商品在货架上的各批，先到期的在前。"))
@click.argument("sku")
@with_shop
@with_json
@acts("store.view")
def list_batches(actor: Actor, *, sku: str, shop: int | None, as_json: bool) -> None:
    """List what of a product lies on the shelf."""
    with reading() as session:
        own = shop_for(session, actor, shop)
        found = product_by_sku(session, actor.village_id, sku, own.id)
        shelf = batches(session, actor.village_id, found.id)
    rows = [
        {
            "id": one.id,
            "best_before": one.best_before and one.best_before.isoformat(),
            "expired": one.expired,
            "at": clock.minute(one.at),
            "cost": None if one.cost_fen is None else yuan(one.cost_fen),
            "left": one.left,
        }
        for one in shelf
    ]
    heads = {
        "id": _("编号"),
        "best_before": _("保质期到"),
        "at": _("进货时间"),
        "cost": _("进价（元）"),
        "left": _("还有"),
    }
    show(rows, heads, as_json=as_json, title=found.title)


@click.command("cost", help=_("给没填进价的一批补上每件进价（元），如：store cost OIL-5L 12 58.00"))
@click.argument("sku")
@click.argument("batch", type=click.IntRange(1, 999_999_999))
@click.argument("cost")
@with_request_id
@acts("store.manage")
def give_cost(actor: Actor, *, sku: str, batch: int, cost: str, request_id: str) -> None:
    """Say what a batch cost where nobody knew."""
    with writing() as session:
        own = shop_for(session, actor)
        found = product_by_sku(session, actor.village_id, sku, own.id)
        costing.give_cost(session, actor, request_id, found.id, batch, fen_from_yuan(cost))
    click.echo(_("已记下这一批的进价"))


def _details(said: dict[str, Any]) -> dict[str, Any]:
    """What was said, as `ProductDetails` takes it; raises PriceInvalid, CostInvalid."""
    found = {name: value for name, value in said.items() if value is not None}
    for name, refusal in (("price", PriceInvalid), ("cost", CostInvalid)):
        if name in found:
            fen = fen_from_yuan(found.pop(name))
            if fen is None:
                raise refusal(field=name)
            found[f"{name}_fen"] = fen
    for name, value in found.items():
        if isinstance(value, datetime):
            found[name] = value.date()
    if "limit_period" in found:
        found["limit_period"] = LimitPeriod(found["limit_period"])
    return found


def _tell(judged: importing.GoodsPreview) -> None:
    """Print the number of rows by fate, and why rows change or are wrong."""
    counts = [_("%(fate)s %(n)s", fate=fate_label(fate), n=n) for fate, n in judged.counts.items()]
    click.echo(_("共 %(n)s 行：%(counts)s", n=len(judged.judged), counts=_("，").join(counts)))
    for one in (*judged.of(Fate.ERROR), *judged.of(Fate.CHANGED)):
        words = {"line": one.line, "who": f"{one.sku} {one.name}".strip()}
        click.echo(_("第 %(line)s 行 %(who)s：%(why)s", **words, why=clauses(one.reasons)))


GOODS_COMMANDS: Final = (add, edit, import_goods, export, list_batches, give_cost)
"""What `commands.py` adds to its group."""
