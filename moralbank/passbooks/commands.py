"""`moralbank passbooks`."""

from pathlib import Path

import click

from moralbank.audit import Actor
from moralbank.console import (
    acts,
    progress,
    show,
    to_output,
    with_json,
    with_request_id,
    write_file,
)
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.households.queries import household_named, households_meant
from moralbank.i18n import _, mark
from moralbank.passbooks import service
from moralbank.passbooks.paper import sample_sheets
from moralbank.passbooks.queries import lines_of, passbook_row, printer_of
from moralbank.passbooks.sheets import How


class WhichPassbooks(Invalid):
    """Passbooks are printed for one household, one group, or all."""

    text = mark("请用 --household、--group 或 --all 说明印哪些户的存折（只写一个）")
    code = "which_passbooks"


@click.group(help=_("存折：打印、续页、重印。"))
def passbooks() -> None:
    """Group of commands."""


@passbooks.command(
    "print",
    help=_("打印存折，如：passbooks print --group 一组 --how refill -o 一组.pdf"),
)
@click.option("--household", default="", help=_("只印一户，如 一组-012"))
@click.option("--group", default="", help=_("只印一组，如 一组"))
@click.option("--all", "everyone", is_flag=True, help=_("印全村"))
@click.option(
    "--how",
    type=click.Choice([how.value for how in How]),
    default=How.REFILL.value,
    show_default=True,
    help=_("booklet 整本，refill 续页，continue 接着印，whole 重印全部"),
)
@click.option("--sample", is_flag=True, help=_("只看样张，不登记为印过"))
@to_output
@with_request_id
@acts("passbooks.print")
def print_passbooks(
    actor: Actor,
    *,
    household: str,
    group: str,
    everyone: bool,
    how: str,
    sample: bool,
    output: Path,
    request_id: str,
) -> None:
    """Print passbooks; what was printed is remembered."""
    from moralbank.passbooks import pdf  # noqa: PLC0415 - slow to import

    if [bool(household), bool(group), everyone].count(True) != 1:
        raise WhichPassbooks
    with reading() if sample else writing() as session:
        chosen = households_meant(session, actor.village_id, household, group)
        if sample:
            sheets = sample_sheets(session, actor.village_id, chosen, How(how))
        else:
            sheets = service.print_passbook(session, actor, request_id, chosen, How(how))
        printer = printer_of(session, actor.village_id)
    if not sheets:
        raise service.NothingNew
    with progress(_("打印存折"), len(sheets)) as told:
        content = pdf.passbooks(sheets, printer, progress=told)
    write_file(output, content)
    click.echo(_("共 %(n)s 户", n=len(sheets)))


@passbooks.command("show", help=_("一户的存折：每一笔，印到哪里，如：passbooks show 一组-012"))
@click.argument("household")
@with_json
@acts("cards.view")
def show_passbook(actor: Actor, *, household: str, as_json: bool) -> None:
    """Show a household's lines, and which of them were printed."""
    with reading() as session:
        owner = household_named(session, actor.village_id, household)
        lines = lines_of(session, actor.village_id, [owner.id]).get(owner.id, ())
        row = passbook_row(session, actor.village_id, owner, len(lines))
    rows = [
        {
            "number": line.number,
            "date": line.day.isoformat(),
            "what": line.words,
            "in": line.amount if line.amount > 0 else None,
            "out": -line.amount if line.amount < 0 else None,
            "balance": line.balance,
            "by": line.by,
            "mark": line.mark,
            "printed": line.number <= row.printed if as_json else _yes(line.number <= row.printed),
        }
        for line in lines
    ]
    heads = {
        "number": _("笔"),
        "date": _("日期"),
        "what": _("事由"),
        "in": _("存入"),
        "out": _("支出"),
        "balance": _("结余"),
        "by": _("经办人"),
        "mark": _("账号"),
        "printed": _("已印"),
    }
    show(rows, heads, as_json=as_json, title=f"{owner.label} {owner.head}")


@passbooks.command(
    "set-back", help=_("没印好，退回重印：纸上最后一笔是第几笔，如：passbooks set-back 一组-012 12")
)
@click.argument("household")
@click.argument("lines", type=click.IntRange(0, 1_000_000))
@with_request_id
@acts("passbooks.print")
def set_back(actor: Actor, *, household: str, lines: int, request_id: str) -> None:
    """Remember how far a household's paper really goes."""
    with writing() as session:
        owner = household_named(session, actor.village_id, household)
        service.set_back(session, actor, request_id, owner.id, lines)
    words = {"label": owner.label, "head": owner.head, "n": lines}
    click.echo(_("%(label)s %(head)s 的存折退回到第 %(n)s 笔", **words))


def _yes(printed: bool) -> str:  # noqa: FBT001 - its only word
    return _("是") if printed else ""
