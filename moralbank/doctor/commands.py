"""`moralbank doctor`."""

from dataclasses import asdict
from typing import Final

import click

from moralbank.cli import REFUSED
from moralbank.console import Console, show_json, with_json
from moralbank.doctor.findings import SIGNS, Finding, Verdict
from moralbank.doctor.queries import examine
from moralbank.i18n import _, clauses

_INDENT: Final = "    → "


@click.command(help=_("体检：电脑、数据库、备份、网址，哪里不对、该怎么办。"))
@click.option("--books", is_flag=True, help=_("连账目一起验（村多账多时要等）"))
@with_json
@click.pass_context
def doctor(ctx: click.Context, *, books: bool, as_json: bool) -> None:
    """Examine everything; anyone at the machine may. Exit code 1 where something is wrong."""
    console: Console = ctx.obj
    found = []
    with console.opened() as database:
        for finding in examine(console.settings(), database, books=books):
            found.append(finding)
            if not as_json:
                _say(finding)
    if as_json:
        show_json([asdict(finding) for finding in found])
    else:
        _sum_up(found)
    ctx.exit(REFUSED if _count(found, Verdict.WRONG) else 0)


def _say(finding: Finding) -> None:
    click.echo(f"{SIGNS[finding.verdict]} {finding.words}")
    if finding.advice:
        click.echo(_INDENT + finding.advice)


def _sum_up(found: list[Finding]) -> None:
    bad, careful = _count(found, Verdict.WRONG), _count(found, Verdict.CAREFUL)
    click.echo()
    told = []
    if bad:
        told.append(_("✗ %(n)s 处要修", n=bad))
    if careful:
        told.append(_("! %(n)s 处要留意", n=careful))
    click.echo(clauses(told) if told else _("一切正常"))


def _count(found: list[Finding], verdict: Verdict) -> int:
    return sum(finding.verdict is verdict for finding in found)
