"""`moralbank ledger` and `moralbank check`."""

import click
from sqlmodel import select

from moralbank import clock
from moralbank.audit import Actor
from moralbank.check import check_village
from moralbank.console import Console, acts, show, show_json, with_json
from moralbank.db import reading
from moralbank.errors import NotFound, Refused
from moralbank.households.erased import shown_lines
from moralbank.households.queries import household_named
from moralbank.i18n import _, mark
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of, head_mark
from moralbank.ledger.queries import statement as read_statement
from moralbank.printed_marks import Verdict, verdicts
from moralbank.villages.models import Village


class BooksBroken(Refused):
    """The proof found something wrong."""

    text = mark("账目有 %(n)s 处不对，请停止记账，保留数据库，并请懂的人来查")
    code = "books_broken"


class MarkUnknown(NotFound):
    """A printed mark doesn't stand in the books."""

    text = mark("账中没有“%(mark)s”：请核对印的字；若没有抄错，账可能被改动过")
    code = "mark_unknown"


@click.group(help=_("账目：对账单。"))
def ledger() -> None:
    """Group of commands."""


@ledger.command(help=_("一户的积分对账单，新的在前，如：ledger statement 一组-012"))
@click.argument("household")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help=_("最多列几行")
)
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
            "date": clock.minute(line.at),
            "what": line.memo,
            "points": line.amount,
            "balance": line.balance,
            "mark": line.mark,
        }
        for line in shown_lines(owner, lines)
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
@click.option("--printed", help=_("核对纸上印的账号，如 1234-ab12cd34，或公示、红榜的内容摘要"))
@with_json
@click.pass_obj
def check(console: Console, *, printed: str | None, as_json: bool) -> None:
    """Prove the books of every village here; anyone at the machine may.

    Raises BooksBroken, MarkUnknown, so that a script sees exit code 1.
    """
    with console.opened(), reading() as session:
        villages = dict(session.exec(select(Village.id, Village.name)).all())
        found = {number: check_village(session, number) for number in villages}
        marks = {number: head_mark(session, number) for number in villages}
        told = {number: verdicts(session, number, printed or "") for number in villages}
    problems = [problem for several in found.values() for problem in several]
    if as_json:
        show_json([{"code": problem.code, "text": problem.text} for problem in problems])
    for problem in [] if as_json else problems:
        click.echo(f"✗ {problem.code}: {problem.text}")
    if problems:
        raise BooksBroken(n=len(problems))
    standing = _standing(villages, told) if printed else []
    if printed and not standing:
        raise MarkUnknown(mark=printed)
    if not as_json:
        for line in standing:
            click.echo(line)
        for number, name in villages.items():
            where = {"village": name, "mark": marks[number]}
            click.echo(_("✓ %(village)s：账目无误，账尾 %(mark)s", **where))


def _standing(villages: dict[int, str], told: dict[int, list[Verdict]]) -> list[str]:
    """What was found of the printed marks, a line each; nothing where one stands nowhere."""
    found = [
        (one, villages[number]) for number, several in told.items() for one in several if one.stands
    ]
    asked = {one.mark for several in told.values() for one in several}
    if asked != {one.mark for one, _name in found}:
        return []
    return [
        _(
            "“%(mark)s”仍在账中，没有被改动：%(village)s，%(day)s，%(what)s",
            mark=one.mark,
            village=name,
            day=one.day,
            what=one.what,
        )
        for one, name in found
    ]
