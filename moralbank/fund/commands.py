"""`moralbank fund`."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from moralbank import clock
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
from moralbank.errors import Refused
from moralbank.fund import service
from moralbank.fund.cover import Cover, cover_sheet
from moralbank.fund.cover import cover as read_cover
from moralbank.fund.lapse_rules import rules, set_rule
from moralbank.fund.lapsing import lapse_due
from moralbank.fund.models import FundSource, VoucherKind
from moralbank.fund.old_points import lapse_next
from moralbank.fund.queries import SOURCE_LABELS, VoucherFilter, VoucherInfo, cash, vouchers
from moralbank.fund.service import FundAmountInvalid
from moralbank.i18n import _
from moralbank.money import fen_from_yuan, yuan


@click.group(help=_("基金：收入、付货款、保障、积分到期。"))
def fund() -> None:
    """Group of commands."""


@fund.command(help=_("记收入，如：fund income 5000 --source village --party 村集体 --number 收-12"))
@click.argument("amount")
@click.option("--source", required=True, type=click.Choice([one.value for one in SOURCE_LABELS]))
@click.option("--party", required=True, help=_("谁给的"))
@click.option("--number", required=True, help=_("凭证号"))
@click.option("--day", type=A_DAY, help=_("凭证日期，不写为今天"))
@click.option("--note", default="", help=_("备注"))
@with_request_id
@acts("fund.manage")
def income(
    actor: Actor,
    *,
    amount: str,
    source: str,
    party: str,
    number: str,
    day: datetime | None,
    note: str,
    request_id: str,
) -> None:
    """Write down money that came in."""
    said = service.Income(
        source=FundSource(source),
        number=number,
        day=day_of(day) or clock.today(),
        amount_fen=_fen(amount),
        party=party,
        note=note,
    )
    with writing() as session:
        made = service.record_income(session, actor, request_id, said)
    _say(actor, made, said.amount_fen)


@fund.command(help=_("付货款，如：fund buy 1280.50 --party 镇上批发部 --receipt 3"))
@click.argument("amount")
@click.option("--party", required=True, help=_("付给谁"))
@click.option("--number", default="", help=_("发票或收据号"))
@click.option("--receipt", type=A_NUMBER, help=_("付的是第几号进货单"))
@click.option("--day", type=A_DAY, help=_("凭证日期，不写为今天"))
@click.option("--note", default="", help=_("备注"))
@with_request_id
@acts("fund.manage")
def buy(
    actor: Actor,
    *,
    amount: str,
    party: str,
    number: str,
    receipt: int | None,
    day: datetime | None,
    note: str,
    request_id: str,
) -> None:
    """Write down goods that were paid for."""
    said = service.Purchase(
        party=party,
        day=day_of(day) or clock.today(),
        amount_fen=_fen(amount),
        number=number,
        note=note,
        receipt_id=receipt,
    )
    with writing() as session:
        made = service.buy(session, actor, request_id, said)
    _say(actor, made, said.amount_fen)


@fund.command(help=_("冲正记错的凭证，如：fund reverse 12 --reason 金额写错"))
@click.argument("voucher", type=A_NUMBER)
@click.option("--reason", required=True, help=_("为什么冲正"))
@with_request_id
@acts("fund.manage")
def reverse(actor: Actor, *, voucher: int, reason: str, request_id: str) -> None:
    """Take back a wrong voucher."""
    with writing() as session:
        service.take_back(session, actor, request_id, voucher, reason)
    click.echo(_("已冲正第 %(n)s 号凭证", n=voucher))


@fund.command("list", help=_("列出凭证，最近的在前。"))
@click.option("--kind", type=click.Choice([one.value for one in VoucherKind]), help=_("只列这一种"))
@click.option("--source", type=click.Choice([one.value for one in SOURCE_LABELS]))
@click.option("--from", "first", type=A_DAY, help=_("从哪天起"))
@click.option("--to", "last", type=A_DAY, help=_("到哪天止"))
@with_json
@acts("fund.view")
def list_vouchers(
    actor: Actor,
    *,
    kind: str | None,
    source: str | None,
    first: datetime | None,
    last: datetime | None,
    as_json: bool,
) -> None:
    """List vouchers."""
    wanted = VoucherFilter(
        kind=VoucherKind(kind) if kind else None,
        source=FundSource(source) if source else None,
        first=day_of(first),
        last=day_of(last),
    )
    with reading() as session:
        found = vouchers(session, actor.village_id, wanted)
        left = cash(session, actor.village_id)
    heads = {
        "id": _("编号"),
        "day": _("凭证日期"),
        "kind_words": _("种类"),
        "source_words": _("来源"),
        "number": _("凭证号"),
        "party": _("对方"),
        "yuan": _("金额（元）"),
        "note": _("备注"),
        "reversed": _("冲正原因"),
    }
    show([_row(one) for one in found], heads, as_json=as_json)
    if not as_json:
        click.echo(_("基金现有 %(yuan)s 元", yuan=yuan(left)))


@fund.command(help=_("积分保障：背后有多少钱和货；--out 打印成 PDF。"))
@click.option("--out", type=TO_A_FILE, help=_("写成 PDF"))
@with_json
@acts("fund.cover")
def cover(actor: Actor, *, out: Path | None, as_json: bool) -> None:
    """Tell what stands behind the points."""
    if out is not None:
        from moralbank.fund import pdf  # noqa: PLC0415 - reportlab is slow to import

        with reading() as session:
            sheet = cover_sheet(session, actor.village_id)
        write_file(out, pdf.cover(sheet))
        return
    with reading() as session:
        told = read_cover(session, actor.village_id)
    if as_json:
        show_json(_told(told))
        return
    click.echo(_("%(verdict)s：%(words)s", verdict=told.verdict_words, words=told.words))
    for line in (*told.have, *told.owe):
        click.echo(_("%(label)s：%(words)s 元", label=line.label, words=yuan(line.fen)))
    for words in (told.forecast_words, told.budget_words, *told.aside):
        if words:
            click.echo(words)


@fund.command(help=_("积分到期：到了日子的现在清零，再看下一次谁会清零多少。"))
@with_json
@acts("fund.lapse")
def lapse(actor: Actor, *, as_json: bool) -> None:
    """Do what is due, and tell of the next day; a refusal ends with exit code 1."""
    why: dict[int, Refused] = {}
    with writing() as session:
        done = lapse_due(session, only=actor.village_id, refused=why.__setitem__)
        held = rules(session, actor.village_id)
        ahead = lapse_next(session, actor.village_id)
    for refusal in why.values():
        raise refusal
    if as_json:
        day = ahead.day if ahead else None
        points = ahead.points if ahead else 0
        show_json({"done": done, "next": day, "points": points})
        return
    click.echo(held[0].words if held else _("积分长期有效，不清零"))
    click.echo(_("刚清零 %(n)s 次", n=len(done)) if done else _("没有到日子的"))
    if ahead is not None:
        words = {"day": ahead.day, "points": ahead.points, "n": len(ahead.households)}
        click.echo(_("下一次 %(day)s，照今天的账清零 %(points)s 分，%(n)s 户", **words))


@fund.command("lapse-rule", help=_("定积分到期的规定：--from 2027-01-10 --months 0，或 --never"))
@click.option("--from", "begins", type=A_DAY, help=_("第一次清零的日子，要提前 30 天"))
@click.option("--months", type=int, default=0, help=_("得分满几个月才清零，0 为全部"))
@click.option("--never", is_flag=True, help=_("积分长期有效"))
@click.option("--resolution", required=True, help=_("依据：哪次会议的决议"))
@with_request_id
@acts("fund.lapse")
def lapse_rule(
    actor: Actor,
    *,
    begins: datetime | None,
    months: int,
    never: bool,
    resolution: str,
    request_id: str,
) -> None:
    """Set the rule."""
    if never == (begins is not None):
        raise click.UsageError(_("请写 --from 或 --never，两个里的一个"))
    day = day_of(begins)
    with writing() as session:
        set_rule(session, actor, request_id, day, 0 if never else months, resolution)
        held = rules(session, actor.village_id)
    click.echo(_("新的规定：%(words)s", words=held[0].words))


def _fen(typed: str) -> int:
    """Fen from yuan; raises FundAmountInvalid."""
    fen = fen_from_yuan(typed)
    if fen is None:
        raise FundAmountInvalid(field="amount")
    return fen


def _say(actor: Actor, voucher_id: int, amount_fen: int) -> None:
    with reading() as session:
        left = cash(session, actor.village_id)
    words = {"n": voucher_id, "yuan": yuan(amount_fen), "left": yuan(left)}
    click.echo(_("已记第 %(n)s 号凭证，%(yuan)s 元；基金现有 %(left)s 元", **words))


def _row(one: VoucherInfo) -> dict[str, Any]:
    return {
        "id": one.id,
        "day": one.day,
        "kind": one.kind.value,
        "kind_words": one.kind_words,
        "source": one.source.value,
        "source_words": one.source_words,
        "number": one.number,
        "party": one.party,
        "fen": one.signed_fen,
        "yuan": yuan(one.signed_fen),
        "note": one.note,
        "reversed": one.reversed_why,
    }


def _told(told: Cover) -> dict[str, Any]:
    return {
        "day": told.day,
        "percent": told.now.ratio,
        "verdict": told.now.verdict.value,
        "have_fen": told.now.have,
        "owe_fen": told.now.owe,
        "cash_fen": told.now.cash,
        "goods_fen": told.now.goods,
        "points": told.now.points,
        "points_fen": told.now.points_fen,
        "credit_fen": told.now.credit,
        "claims_fen": told.now.claims,
        "bills_fen": told.now.bills,
        "short_on": told.forecast.short_on if told.forecast else None,
        "words": told.words,
        "forecast": told.forecast_words,
        "budget": told.budget_words,
    }
