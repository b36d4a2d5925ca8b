"""`moralbank ledger` and `moralbank check`."""

import click
from sqlmodel import select

from moralbank import clock
from moralbank.audit import Actor
from moralbank.check import check_village
from moralbank.console import Console, acts, show, show_json, with_json
from moralbank.db import reading
from moralbank.households.queries import household_named
from moralbank.i18n import _
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of, head_mark, is_in_history
from moralbank.ledger.queries import statement as read_statement
from moralbank.villages.models import Village


@click.group(help=_("账目：对账单。"))
def ledger() -> None:
    """Group of commands."""


@ledger.command(help=_("一户的积分对账单，新的在前，如：ledger statement 一组-012"))
@click.argument("household")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@with_json
@acts("ledger.statement")
def statement(actor: Actor, *, household: str, limit: int, as_json: bool) -> None:
    """Show a statement."""
    with reading() as session:
        owner = household_named(session, actor.village_id, household)
        points = account_of(session, actor.village_id, AccountKind.HOUSEHOLD_POINTS, owner.id)
        lines = read_statement(session, actor.village_id, points.account, limit=limit)
    rows = [
        {
            "date": clock.local(line.at).strftime("%Y-%m-%d %H:%M"),
            "what": line.memo,
            "points": line.amount,
            "balance": line.balance,
            "mark": line.mark,
        }
        for line in lines
    ]
    heads = {
        "date": _("日期"),
        "what": _("事由"),
        "points": _("积分"),
        "balance": _("结余"),
        "mark": _("账号"),
    }
    title = f"{owner.label} {owner.head}  {points.amount}"
    show(rows, heads, as_json=as_json, title=title)


@click.command(help=_("验账：从第一笔账重算一遍，证明余额、校验码、编号、兑换都对得上。"))
@click.option("--printed", help=_("核对纸上印的账号，如 1234-ab12cd34"))
@with_json
@click.pass_context
@click.pass_obj
def check(console: Console, ctx: click.Context, *, printed: str | None, as_json: bool) -> None:
    """Prove the books of every village here; anyone at the machine may."""
    database = console.open()
    with reading() as session:
        villages = dict(session.exec(select(Village.id, Village.name)).all())
        found = {number: check_village(session, number) for number in villages}
        marks = {number: head_mark(session, number) for number in villages}
        known = printed and any(is_in_history(session, number, printed) for number in villages)
    database.close()
    problems = [problem for several in found.values() for problem in several]
    if as_json:
        show_json([{"code": problem.code, "text": problem.text} for problem in problems])
    for problem in [] if as_json else problems:
        click.echo(f"✗ {problem.code}: {problem.text}")
    if printed and not as_json:
        click.echo(_("印的账号在账中") if known else _("账中没有这个印的账号"))
    if problems or (printed and not known):
        ctx.exit(1)
    if not as_json:
        for number, name in villages.items():
            where = {"village": name, "mark": marks[number]}
            click.echo(_("✓ %(village)s：账目无误，账尾 %(mark)s", **where))
