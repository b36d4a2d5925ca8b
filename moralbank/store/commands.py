"""`moralbank store`."""

import re
from datetime import datetime

import click

from moralbank import clock
from moralbank.audit import Actor
from moralbank.console import acts, show, with_json, with_request_id
from moralbank.db import reading, writing
from moralbank.i18n import _, mark
from moralbank.ledger.queries import rate_on
from moralbank.money import fen_from_yuan, yuan
from moralbank.store import service
from moralbank.store.prices import points_for
from moralbank.store.queries import product_by_sku, products


class LineInvalid(service.QuantityInvalid):
    """A line of the command is SKU=pieces."""

    text = mark("“%(line)s”不对：应写成 货号=件数，件数是整数，如 OIL-5L=2")
    code = "line_invalid"


@click.group(help=_("积分超市：商品、进货、兑换比例。"))
def store() -> None:
    """Group of commands."""


@store.command("list", help=_("列出商品，价格和积分按今天的比例。"))
@click.option("--search", default="", help=_("名称、拼音首字母、货号或条码"))
@click.option("--all", "all_goods", is_flag=True, help=_("连同已下架的"))
@with_json
@acts("store.view")
def list_goods(actor: Actor, *, search: str, all_goods: bool, as_json: bool) -> None:
    """List the goods."""
    with reading() as session:
        goods = products(session, actor.village_id, typed=search, active_only=not all_goods)
        rate = rate_on(session, actor.village_id)
    rows = [
        {
            "sku": one.sku,
            "name": one.name,
            "spec": one.spec,
            "unit": one.unit,
            "category": one.category,
            "barcode": one.barcode,
            "price_fen": one.price_fen,
            "price": yuan(one.price_fen),
            "points": points_for(one.price_fen, rate),
            "stock": one.stock,
            "active": one.active,
        }
        for one in goods
    ]
    heads = {
        "sku": _("货号"),
        "name": _("名称"),
        "spec": _("规格"),
        "category": _("类别"),
        "price": _("价格（元）"),
        "points": _("积分"),
        "stock": _("库存"),
    }
    show(rows, heads, as_json=as_json)


@store.command(help=_("进货，如：store receive --product OIL-5L=20 --product SOAP-126G=48"))
@click.option("--product", "lines", multiple=True, required=True, help=_("货号=件数，可写多次"))
@click.option("--note", default="", help=_("备注：从哪里进的、单据号"))
@with_request_id
@acts("store.manage")
def receive(actor: Actor, *, lines: tuple[str, ...], note: str, request_id: str) -> None:
    """Take goods in."""
    with writing() as session:
        quantities = {
            product_by_sku(session, actor.village_id, sku).id: pieces
            for sku, pieces in read_lines(lines).items()
        }
        service.receive(session, actor, request_id, quantities, note)
    pieces = sum(quantities.values())
    click.echo(_("已进货 %(kinds)s 种，共 %(pieces)s 件", kinds=len(quantities), pieces=pieces))


@store.command(help=_("添加商品，如：store add TEA-250G 红茶 --price 18.50 --category 油盐酱醋"))
@click.argument("sku")
@click.argument("name")
@click.option("--price", required=True, help=_("价格（元）"))
@click.option("--category", required=True, help=_("类别"))
@click.option("--unit", default="件", show_default=True, help=_("单位"))
@click.option("--spec", default="", help=_("规格，如 5 升"))
@click.option("--barcode", default="", help=_("条码"))
@acts("store.manage")
def add(
    actor: Actor,
    *,
    sku: str,
    name: str,
    price: str,
    category: str,
    unit: str,
    spec: str,
    barcode: str,
) -> None:
    """Add a product."""
    fen = fen_from_yuan(price)
    if fen is None:
        raise service.PriceInvalid(field="price")
    details = service.ProductDetails(
        name=name, price_fen=fen, category=category, unit=unit, spec=spec, barcode=barcode
    )
    with writing() as session:
        made = service.add_product(session, actor, sku, details)
    click.echo(_("已添加 %(sku)s %(name)s", sku=made.sku, name=made.name))


@store.command(help=_("定新的兑换比例，如：store rate --fen 100 --from 2026-12-01 --resolution …"))
@click.option("--fen", required=True, type=int, help=_("1 分等于几分钱，如 100"))
@click.option(
    "--from",
    "valid_from",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help=_("从哪天起，如 2026-12-01"),
)
@click.option("--resolution", required=True, help=_("依据：哪次会议的决议"))
@with_request_id
@acts("store.rate")
def rate(actor: Actor, *, fen: int, valid_from: datetime, resolution: str, request_id: str) -> None:
    """Set the rate."""
    day = valid_from.date()
    with writing() as session:
        service.set_rate(session, actor, fen, day, resolution, request_id)
    when = _("今天") if day == clock.today() else day.isoformat()
    click.echo(_("从%(day)s起，1 分 = %(fen)s 分钱", day=when, fen=fen))


def read_lines(lines: tuple[str, ...]) -> dict[str, int]:
    """Pieces by SKU from "OIL-5L=2"; the same SKU named twice is added up."""
    found: dict[str, int] = {}
    for line in lines:
        sku, equals, pieces = line.partition("=")
        number = pieces.strip()
        if not (equals and sku.strip() and re.fullmatch("[0-9]{1,9}", number)):
            raise LineInvalid(line=line[:40])
        key = sku.strip().upper()
        found[key] = found.get(key, 0) + int(number)
    return found
