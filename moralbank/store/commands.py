"""`moralbank store`: what comes and goes, and what a point is worth.

Its other commands stand in the files named `commands_…`, which are added to its group here.
"""

import re
from datetime import date, datetime
from typing import Final

import click
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.console import acts, show, with_json, with_request_id
from moralbank.db import reading, writing
from moralbank.i18n import _, mark
from moralbank.ledger.queries import rate_on
from moralbank.money import fen_from_yuan, yuan
from moralbank.proposals.acts import SetRate
from moralbank.proposals.commands import say_waits
from moralbank.proposals.service import propose
from moralbank.store import service
from moralbank.store.commands_goods import GOODS_COMMANDS
from moralbank.store.commands_shops import SHOP_COMMANDS, with_shop
from moralbank.store.commands_stock import STOCK_COMMANDS
from moralbank.store.keeping import shop_for
from moralbank.store.prices import points_for
from moralbank.store.queries import product_by_sku, products
from moralbank.store.receipts import receipt_page

_LINE: Final = re.compile(
    r"(?P<sku>[^=]+)=(?P<pieces>[0-9]{1,9})(?:@(?P<cost>[0-9.]+))?(?:/(?P<day>[0-9-]+))?"
)


class LineInvalid(service.QuantityInvalid):
    """A line of the command is SKU=pieces, for a receipt also with cost and best-before date."""

    text = mark(
        "“%(line)s”不对：应写成 货号=件数，件数是整数，如 OIL-5L=2；"
        "进货还可以带进价和保质期，如 OIL-5L=20@58.00/2027-05-01"
    )
    code = "line_invalid"


@click.group(help=_("积分超市：商品、店铺、进货、盘点、兑换比例。"))
def store() -> None:
    """Group of commands."""


for _command in (*GOODS_COMMANDS, *SHOP_COMMANDS, *STOCK_COMMANDS):
    store.add_command(_command)


@store.command("list", help=_("列出商品，价格和积分按今天的比例。"))
@click.option("--search", default="", help=_("名称、拼音首字母、货号或条码"))
@click.option("--all", "all_goods", is_flag=True, help=_("连同已下架的"))
@with_shop
@with_json
@acts("store.view")
def list_goods(
    actor: Actor, *, search: str, all_goods: bool, shop: int | None, as_json: bool
) -> None:
    """List the goods of a shop."""
    with reading() as session:
        own = shop_for(session, actor, shop)
        goods = products(session, actor.village_id, own.id, typed=search, active_only=not all_goods)
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
            "expired": one.expired,
            "active": one.active,
            "cost_fen": one.cost_fen,
            "on_from": one.on_from,
            "on_until": one.on_until,
            "low_at": one.low_at,
            "limit_pieces": one.limit_pieces,
            "limit_period": one.limit_period,
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
        "expired": _("过期"),
    }
    show(rows, heads, as_json=as_json, title=own.name)


@store.command(
    help=_(
        "进货，如：store receive --product OIL-5L=20@58.00/2027-05-01 --product SOAP-126G=48；"
        "@ 后面是每件进价，/ 后面是保质期，都可以不写"
    )
)
@click.option("--product", "lines", multiple=True, required=True, help=_("货号=件数，可写多次"))
@click.option("--supplier", default="", help=_("供货商"))
@click.option("--number", default="", help=_("对方的单据号"))
@click.option("--note", default="", help=_("备注"))
@with_request_id
@acts("store.manage")
def receive(
    actor: Actor,
    *,
    lines: tuple[str, ...],
    supplier: str,
    number: str,
    note: str,
    request_id: str,
) -> None:
    """Take goods in."""
    with writing() as session:
        received = _read_receipt(session, actor, lines)
        wanted = service.Receiving(received, supplier, number, note)
        made = service.receive(session, actor, request_id, wanted)
    pieces = sum(line.pieces for line in received.values())
    words = {"n": made, "kinds": len(received), "pieces": pieces}
    click.echo(_("第 %(n)s 号进货单：%(kinds)s 种，共 %(pieces)s 件", **words))


@store.command(help=_("列出最近的进货单。"))
@with_shop
@with_json
@acts("store.view")
def receipts(actor: Actor, *, shop: int | None, as_json: bool) -> None:
    """List the newest receipts of a shop."""
    with reading() as session:
        own = shop_for(session, actor, shop)
        found = receipt_page(session, actor.village_id, own.id).rows
    rows = [{**vars(one), "at": clock.minute(one.at), "cost": yuan(one.cost_fen)} for one in found]
    heads = {
        "id": _("编号"),
        "at": _("进货时间"),
        "supplier": _("供货商"),
        "number": _("单据号"),
        "kinds": _("种数"),
        "pieces": _("件数"),
        "sent_back": _("已退"),
        "cost": _("金额（元）"),
    }
    show(rows, heads, as_json=as_json, title=own.name)


@store.command("send-back", help=_("把一张进货单里的货退给供货商，如：store send-back 12 …"))
@click.argument("receipt", type=int)
@click.option("--product", "lines", multiple=True, required=True, help=_("货号=件数，可写多次"))
@click.option("--reason", required=True, help=_("原因"))
@with_request_id
@acts("store.manage")
def send_back(
    actor: Actor, *, receipt: int, lines: tuple[str, ...], reason: str, request_id: str
) -> None:
    """Give goods of a receipt back to the supplier."""
    with writing() as session:
        pieces = _read_pieces(session, actor, lines)
        service.send_back(session, actor, request_id, receipt, pieces, reason)
    click.echo(_("已退给供货商 %(n)s 件", n=sum(pieces.values())))


@store.command(help=_("报损，如：store waste --product MILK-250ML=3 --reason 过期"))
@click.option("--product", "lines", multiple=True, required=True, help=_("货号=件数，可写多次"))
@click.option("--reason", required=True, help=_("原因"))
@with_request_id
@acts("store.manage")
def waste(actor: Actor, *, lines: tuple[str, ...], reason: str, request_id: str) -> None:
    """Write goods off."""
    with writing() as session:
        pieces = _read_pieces(session, actor, lines)
        service.waste(session, actor, request_id, pieces, reason)
    words = {"kinds": len(pieces), "n": sum(pieces.values())}
    click.echo(_("已报损 %(kinds)s 种，共 %(n)s 件", **words))


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
        proposed = propose(session, actor, request_id, SetRate(fen, day, resolution))
    if not proposed.done:
        say_waits(proposed)
        return
    when = _("今天") if day == clock.today() else day.isoformat()
    click.echo(_("从%(day)s起，1 分 = %(fen)s 分钱", day=when, fen=fen))


def read_lines(lines: tuple[str, ...]) -> dict[str, service.ReceivedLine]:
    """What came by SKU, from "OIL-5L=2" or "OIL-5L=20@58.00/2027-05-01"; raises LineInvalid.

    The same SKU named twice is added up; its last cost and date count.
    """
    found: dict[str, service.ReceivedLine] = {}
    for line in lines:
        parts = _LINE.fullmatch(line.strip())
        if parts is None or not parts["sku"].strip():
            raise LineInvalid(line=line[:40])
        sku = parts["sku"].strip().upper()
        before = found[sku].pieces if sku in found else 0
        cost, day = _cost(parts["cost"], line), _day(parts["day"], line)
        found[sku] = service.ReceivedLine(before + int(parts["pieces"]), cost, day)
    return found


def _cost(typed: str | None, line: str) -> int | None:
    fen = fen_from_yuan(typed) if typed else None
    if typed and fen is None:
        raise LineInvalid(line=line[:40])
    return fen


def _day(typed: str | None, line: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise LineInvalid(line=line[:40]) from error


def _read_receipt(
    session: Session, actor: Actor, lines: tuple[str, ...]
) -> dict[int, service.ReceivedLine]:
    """The lines by product of the actor's own shop; raises LineInvalid, ProductUnknown."""
    shop = shop_for(session, actor)
    return {
        product_by_sku(session, actor.village_id, sku, shop.id).id: line
        for sku, line in read_lines(lines).items()
    }


def _read_pieces(session: Session, actor: Actor, lines: tuple[str, ...]) -> dict[int, int]:
    """The pieces by product of what leaves the shelf."""
    read = _read_receipt(session, actor, lines)
    return {number: line.pieces for number, line in read.items()}
