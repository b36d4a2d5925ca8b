"""`moralbank settlements`."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.console import (
    A_DAY,
    A_NUMBER,
    TO_A_FILE,
    acts,
    day_of,
    show,
    show_json,
    with_json,
    with_request_id,
    write_file,
)
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.i18n import _, mark
from moralbank.money import fen_from_yuan, yuan
from moralbank.settlements import service
from moralbank.settlements.contents import (
    RefundRow,
    SlipRow,
    goods_in,
    later_refunds,
    open_days,
    refunds_in,
    slips_in,
    within,
)
from moralbank.settlements.export import settlement_book
from moralbank.settlements.models import SettlementState
from moralbank.settlements.paper import settlement_sheet
from moralbank.settlements.paying import Payment
from moralbank.settlements.queries import (
    Listed,
    SettlementInfo,
    claims,
    shown_settlement,
    shown_shop,
    usual_cutoff,
)
from moralbank.settlements.queries import settlements as read_settlements
from moralbank.store.keeping import shop_for, shops


class PaidNotRead(Invalid):
    """An amount is typed in yuan."""

    text = mark("金额不对：应像 12 或 12.50")
    code = "paid_not_read"


class ShopNeeded(Invalid):
    """Which of several shops is settled must be said."""

    text = mark("村里有几家店，请用 --shop 店号 说明是哪一家（店号见 settlements owed）")
    code = "shop_needed"


@click.group(help=_("结算：与店里对账、付款。"))
def settlements() -> None:
    """Group of commands."""


@settlements.command(help=_("每家店还有多少没有结清、没有开单。"))
@with_json
@acts("settlements.view")
def owed(actor: Actor, *, as_json: bool) -> None:
    """List what shops have to get."""
    with reading() as session:
        found = claims(session, actor.village_id, shown_shop(session, actor))
    rows = [
        {
            "shop": one.shop.id,
            "name": one.shop.name,
            "claim": yuan(one.claim_fen),
            "slips": one.free.slips,
            "refunds": one.free.refunds,
            "free": yuan(one.free.amount_fen),
            "first": one.first,
            "newest": one.newest.label if one.newest else "",
        }
        for one in found
    ]
    heads = {
        "shop": _("店号"),
        "name": _("店铺"),
        "claim": _("还没有结清（元）"),
        "free": _("还没有开单（元）"),
        "slips": _("单数"),
        "refunds": _("退货笔数"),
        "first": _("从哪天起没有结"),
        "newest": _("上一张结算单"),
    }
    show(rows, heads, as_json=as_json)


@settlements.command("list", help=_("列出结算单，新的在前。"))
@click.option("--shop", type=A_NUMBER, help=_("只列这家店（店号）"))
@click.option(
    "--state", type=click.Choice([state.value for state in SettlementState]), help=_("只列这一种")
)
@with_json
@acts("settlements.view")
def list_settlements(actor: Actor, *, shop: int | None, state: str | None, as_json: bool) -> None:
    """List settlements."""
    with reading() as session:
        wanted = Listed(
            shown_shop(session, actor) or shop, SettlementState(state) if state else None
        )
        found = read_settlements(session, actor.village_id, wanted)
    heads = {
        "id": _("编号"),
        "label": _("结算单号"),
        "shop": _("店铺"),
        "first": _("从"),
        "last": _("到"),
        "slips": _("单数"),
        "amount": _("货款（元）"),
        "due": _("应付（元）"),
        "paid": _("实付（元）"),
        "state": _("状态"),
    }
    show([_row(one) for one in found], heads, as_json=as_json)


@settlements.command(help=_("开结算单，如：settlements draft --shop 1 --until 2026-11-30"))
@click.option("--shop", type=A_NUMBER, help=_("店号；只有一家店可以不写"))
@click.option("--until", type=A_DAY, help=_("结到哪一天为止；不写就到上月底，没有跨月就到今天"))
@with_request_id
@acts("settlements.draft")
def draft(actor: Actor, *, shop: int | None, until: datetime | None, request_id: str) -> None:
    """Draw one up, and print its number."""
    with writing() as session:
        shop_id = _shop_id(session, actor, shop)
        last = day_of(until) or _usual(session, actor, shop_id)
        number = service.draft(session, actor, request_id, shop_id, last)
        made = shown_settlement(session, actor, number)
    click.echo(
        _(
            "%(label)s：%(first)s 至 %(last)s，%(n)s 单，货款 %(yuan)s 元，等店方确认",
            label=made.label,
            first=made.first,
            last=made.last,
            n=made.slips,
            yuan=yuan(made.amount_fen),
        )
    )


@settlements.command(help=_("店方确认。"))
@click.argument("number", type=A_NUMBER)
@acts("settlements.sign")
def sign(actor: Actor, *, number: int) -> None:
    """Sign for the shop."""
    _step(actor, number, service.sign)


@settlements.command(help=_("监督员核对。"))
@click.argument("number", type=A_NUMBER)
@acts("settlements.check")
def check(actor: Actor, *, number: int) -> None:
    """Check for the supervisors."""
    _step(actor, number, service.check)


@settlements.command(help=_("作废没有付款的结算单，里面的单子都放回去。"))
@click.argument("number", type=A_NUMBER)
@click.option("--reason", required=True, help=_("作废的原因"))
@acts("settlements.view")
def drop(actor: Actor, *, number: int, reason: str) -> None:
    """Give one up."""
    _step(actor, number, partial(service.drop, reason=reason))


@settlements.command(
    help=_("付款入账，如：settlements pay 3 --voucher 记-118；实付和应付不一样，写 --paid 和原因")
)
@click.argument("number", type=A_NUMBER)
@click.option("--paid", help=_("实付多少元；不写就是应付的"))
@click.option("--voucher", default="", help=_("付款凭证号"))
@click.option("--day", type=A_DAY, help=_("付款日期，默认今天"))
@click.option("--reason", default="", help=_("和应付不一样的原因"))
@with_request_id
@acts("settlements.pay")
def pay(
    actor: Actor,
    *,
    number: int,
    paid: str | None,
    voucher: str,
    day: datetime | None,
    reason: str,
    request_id: str,
) -> None:
    """Pay one."""
    with writing() as session:
        payment = Payment(
            fen=_fen(session, actor, number, paid),
            number=voucher,
            day=day_of(day) or clock.today(),
            reason=reason,
        )
        service.pay(session, actor, request_id, number, payment)
    _say_state(actor, number)


@settlements.command("show", help=_("看一张结算单：合计、商品、签办到哪一步。"))
@click.argument("number", type=A_NUMBER)
@with_json
@acts("settlements.view")
def view(actor: Actor, *, number: int, as_json: bool) -> None:
    """Show one, with all that stands in it."""
    with reading() as session:
        info = shown_settlement(session, actor, number)
        picked = within(actor.village_id, number)
        slips = slips_in(session, actor.village_id, picked)
        refunds = refunds_in(session, actor.village_id, picked)
        goods = goods_in(session, picked)
        unclosed = open_days(session, actor.village_id, info.shop.id, picked)
        later = later_refunds(session, actor.village_id, number)
    row = {
        **_row(info),
        "unclosed_days": unclosed,
        "later_refunds": later.refunds,
        "goods": [[one.title, one.pieces, yuan(one.fen)] for one in goods],
    }
    if as_json:
        show_json({**row, **_papers(slips, refunds)})
        return
    for key, label in _lines().items():
        if row[key]:
            click.echo(_("%(label)s：%(words)s", label=label, words=row[key]))
    heads = {"title": _("商品"), "pieces": _("数量"), "fen": _("金额（元）")}
    rows = [{"title": one.title, "pieces": one.pieces, "fen": yuan(one.fen)} for one in goods]
    show(rows, heads, as_json=False)


@settlements.command(help=_("把一张结算单的商品、兑换单、退货导出成 Excel。"))
@click.argument("number", type=A_NUMBER)
@click.option("-o", "--output", required=True, type=TO_A_FILE, help=_("写到这个 Excel 文件"))
@acts("settlements.view")
def export(actor: Actor, *, number: int, output: Path) -> None:
    """Write one as an Excel file."""
    with writing() as session:
        info = shown_settlement(session, actor, number)
        picked = within(actor.village_id, number)
        slips = slips_in(session, actor.village_id, picked)
        refunds = refunds_in(session, actor.village_id, picked)
        goods = goods_in(session, picked)
        audit.record(session, actor, "settlements.export", info.label, rows=len(slips))
    write_file(output, settlement_book(slips, refunds, goods))


@settlements.command("print", help=_("打印结算单（PDF），三方签字。"))
@click.argument("number", type=A_NUMBER)
@click.option("-o", "--output", required=True, type=TO_A_FILE, help=_("写到这个 PDF 文件"))
@acts("settlements.view")
def print_sheet(actor: Actor, *, number: int, output: Path) -> None:
    """Print one."""
    from moralbank.settlements.pdf import settlement as draw  # noqa: PLC0415 - slow to import

    with reading() as session:
        info = shown_settlement(session, actor, number)
        sheet = settlement_sheet(session, actor.village_id, info)
    write_file(output, draw(sheet))


def _shop_id(session: Session, actor: Actor, shop: int | None) -> int:
    """The shop that was named, or the village's only one."""
    if shop is None and len(shops(session, actor.village_id)) > 1:
        raise ShopNeeded
    return shop_for(session, actor, shop).id


def _usual(session: Session, actor: Actor, shop_id: int) -> date:
    (claim,) = claims(session, actor.village_id, shop_id)
    return usual_cutoff(claim.first or clock.today())


def _fen(session: Session, actor: Actor, number: int, paid: str | None) -> int:
    """What was typed, or what is due."""
    if paid is None:
        return shown_settlement(session, actor, number).due_fen
    fen = fen_from_yuan(paid)
    if fen is None:
        raise PaidNotRead
    return fen


def _step(actor: Actor, number: int, do: Callable[[Session, Actor, int], None]) -> None:
    """Do the step, and say where the settlement stands now."""
    with writing() as session:
        do(session, actor, number)
    _say_state(actor, number)


def _say_state(actor: Actor, number: int) -> None:
    with reading() as session:
        info = shown_settlement(session, actor, number)
    click.echo(_("%(label)s：%(state)s", label=info.label, state=info.state_label))


def _papers(slips: list[SlipRow], refunds: list[RefundRow]) -> dict[str, list[list[str]]]:
    """Slips and refunds as JSON has them."""
    return {
        "slip_list": [
            [one.label, clock.minute(one.at), one.household.label, yuan(one.fen)] for one in slips
        ],
        "refund_list": [
            [one.label, one.slip_label, clock.minute(one.at), yuan(one.fen)] for one in refunds
        ],
    }


def _lines() -> dict[str, str]:
    """What is said of one settlement, by the keys of `_row`."""
    return {
        "label": _("结算单号"),
        "shop": _("店铺"),
        "first": _("从"),
        "last": _("到"),
        "state": _("状态"),
        "slips": _("单数"),
        "refunds": _("退货（元）"),
        "amount": _("货款（元）"),
        "due": _("应付（元）"),
        "paid": _("实付（元）"),
        "reason": _("原因"),
        "drafted": _("开单"),
        "signed": _("店方确认"),
        "checked": _("监督员核对"),
        "paid_by": _("付款"),
        "later_refunds": _("开单以后又退货的笔数"),
    }


def _row(one: SettlementInfo) -> dict[str, object]:
    return {
        "id": one.id,
        "label": one.label,
        "shop": one.shop.name,
        "first": one.first,
        "last": one.last,
        "slips": one.slips,
        "refunds": yuan(one.refunds_fen),
        "amount": yuan(one.amount_fen),
        "due": yuan(one.due_fen),
        "paid": None if one.paid_fen is None else yuan(one.paid_fen),
        "reason": one.reason,
        "state": one.state_label,
        "drafted": one.drafted.words,
        "signed": one.signed.words if one.signed else "",
        "checked": one.checked.words if one.checked else "",
        "paid_by": one.paid.words if one.paid else "",
    }
