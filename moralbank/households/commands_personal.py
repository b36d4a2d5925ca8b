"""`moralbank households disclose` and `erase`: what a household may ask for its personal data."""

from pathlib import Path
from typing import Final

import click

from moralbank.audit import Actor
from moralbank.console import Console, acts, to_output, with_request_id, write_file
from moralbank.db import reading, writing
from moralbank.households.disclosing import disclose
from moralbank.households.erasing import STAYS
from moralbank.households.queries import household_named
from moralbank.i18n import _
from moralbank.photos.storage import folder_of
from moralbank.proposals.acts import EraseHousehold
from moralbank.proposals.commands import say_waits
from moralbank.proposals.service import propose


@click.command(
    "disclose", help=_("导出一户的全部个人资料，交给本人，如：disclose 一组-012 -o 资料.zip")
)
@click.argument("household")
@to_output
@click.pass_obj
@acts("households.disclose")
def disclose_household(actor: Actor, console: Console, *, household: str, output: Path) -> None:
    """Write everything that is kept about a household into one file."""
    folder = folder_of(console.settings().instance)
    with writing() as session:
        info = household_named(session, actor.village_id, household)
        made = disclose(session, actor, info.id, folder)
    write_file(output, made.content)
    click.echo(_("里面有 %(n)s 张照片。只能交给这一户本人", n=made.photos))


@click.command(
    "erase", help=_("抹去已迁出一户的个人资料（两个人办，不能恢复），如：erase 一组-012")
)
@click.argument("household")
@with_request_id
@acts("households.erase")
def erase_household(actor: Actor, *, household: str, request_id: str) -> None:
    """Propose that a household be erased."""
    with reading() as session:
        info = household_named(session, actor.village_id, household)
    with writing() as session:
        proposed = propose(session, actor, request_id, EraseHousehold(info.label))
    if not proposed.done:
        say_waits(proposed)
        return
    click.echo(_("%(household)s 的个人资料已抹去。留下的只有：", household=info.label))
    for what, _why in STAYS:
        click.echo(f"· {_(what)}")


PERSONAL_COMMANDS: Final = (disclose_household, erase_household)
