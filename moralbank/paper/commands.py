"""`moralbank paper`."""

from pathlib import Path

import click

from moralbank.audit import Actor
from moralbank.console import acts, show, to_output, with_json, write_file
from moralbank.db import reading
from moralbank.i18n import _
from moralbank.paper.catalogue import groups_for
from moralbank.paper.queries import pocket_card


@click.group(help=_("打印：有哪些纸，记分员口袋卡。"))
def paper() -> None:
    """Group of commands."""


@paper.command("list", help=_("列出您这个岗位能打印的纸，和打印它的命令。"))
@with_json
@acts("paper.view")
def list_papers(actor: Actor, *, as_json: bool) -> None:
    """List what can be printed, and how."""
    rows = [
        {
            "group": _(group.words),
            "paper": _(entry.words),
            "hint": _(entry.hint),
            "command": f"moralbank {entry.command}",
        }
        for group in groups_for(actor.role)
        for entry in group.entries
    ]
    heads = {"group": _("类"), "paper": _("纸"), "command": _("命令"), "hint": _("说明")}
    show(rows, heads, as_json=as_json)


@paper.command("quick-start", help=_("印记分员口袋卡：A4 一张折两次，如：-o 口袋卡.pdf"))
@to_output
@acts("paper.view")
def quick_start_card(actor: Actor, *, output: Path) -> None:
    """Print the committee's pocket card."""
    from moralbank.paper.quick_start import quick_start  # noqa: PLC0415 - slow to import

    with reading() as session:
        card = pocket_card(session, actor.village_id)
    write_file(output, quick_start(card))
