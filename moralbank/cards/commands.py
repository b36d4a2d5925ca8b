"""`moralbank cards`."""

from pathlib import Path

import click
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.cards import pins, service
from moralbank.cards.paper import printed_cards
from moralbank.cards.queries import active_card, cards_of, payload
from moralbank.console import (
    TO_A_FILE,
    acts,
    progress,
    read_password,
    show,
    with_json,
    with_request_id,
    write_file,
)
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.households.queries import all_households, household_named
from moralbank.i18n import _, mark
from moralbank.villages.queries import group_called, settings_of
from moralbank.villages.settings import PUBLIC_ADDRESS


class OneChoice(Invalid):
    """Cards are printed for one household, one group, or all."""

    text = mark("请用 --household、--group 或 --all 说明印哪些卡（只写一个）")
    code = "one_choice"


@click.group(help=_("积分卡：打印、查询、挂失补办。"))
def cards() -> None:
    """Group of commands."""


@cards.command(
    "print", help=_("打印积分卡（没有卡的户先发卡），如：cards print --group 一组 -o 一组.pdf")
)
@click.option("--household", default="", help=_("只印一户，如 一组-012"))
@click.option("--group", default="", help=_("只印一组，如 一组"))
@click.option("--all", "everyone", is_flag=True, help=_("印全村"))
@click.option("--fresh", is_flag=True, help=_("只印没印过的"))
@click.option(
    "--skip", default=0, type=click.IntRange(0, 9), help=_("跳过纸上前几格（一张 10 格）")
)
@click.option("-o", "--output", required=True, type=TO_A_FILE, help=_("写到这个 PDF 文件"))
@acts("cards.manage")
def print_cards(
    actor: Actor,
    *,
    household: str,
    group: str,
    everyone: bool,
    fresh: bool,
    skip: int,
    output: Path,
) -> None:
    """Print cards."""
    if [bool(household), bool(group), everyone].count(True) != 1:
        raise OneChoice
    with writing() as session:
        chosen = _chosen(session, actor.village_id, household, group)
        faces = service.print_cards(session, actor, chosen, fresh_only=fresh)
    with progress(_("打印积分卡"), len(faces)) as done:
        content = printed_cards(faces, skip=skip, progress=done)
    write_file(output, content)
    click.echo(_("共 %(n)s 张卡", n=len(faces)))


@cards.command("show", help=_("一户的积分卡：卡号、状态、二维码内容。"))
@click.argument("household")
@with_json
@acts("cards.view")
def show_card(actor: Actor, *, household: str, as_json: bool) -> None:
    """Show a household's cards, newest first."""
    with reading() as session:
        owner = household_named(session, actor.village_id, household)
        found = cards_of(session, actor.village_id, owner.id)
        address = settings_of(session, actor.village_id)[PUBLIC_ADDRESS]
    rows = [
        {
            "id": one.id,
            "token": one.token,
            "state": one.state.value if as_json else one.state_label,
            "payload": payload(address, one.token),
            "issued": clock.local(one.issued_at).date().isoformat(),
            "prints": one.prints,
        }
        for one in found
    ]
    heads = {
        "token": _("卡号"),
        "state": _("状态"),
        "payload": _("二维码内容"),
        "issued": _("发卡日"),
        "prints": _("印过次数"),
    }
    show(rows, heads, as_json=as_json, title=f"{owner.label} {owner.head}")


@cards.command(help=_("挂失一户的积分卡，马上生效。"))
@click.argument("household")
@acts("cards.manage")
def lost(actor: Actor, *, household: str) -> None:
    """Stop the card of a household."""
    with writing() as session:
        owner = household_named(session, actor.village_id, household)
        working = active_card(session, actor.village_id, owner)
        service.mark_lost(session, actor, working.id)
    click.echo(_("%(label)s %(head)s 的卡已挂失", label=owner.label, head=owner.head))


@cards.command(help=_("给一户补办新卡，旧卡停用；打印用 cards print --household …"))
@click.argument("household")
@with_request_id
@acts("cards.manage")
def replace(actor: Actor, *, household: str, request_id: str) -> None:
    """Give a household a new card."""
    with writing() as session:
        owner = household_named(session, actor.village_id, household)
        new = service.replace(session, actor, owner.id, request_id)
    words = {"label": owner.label, "head": owner.head, "token": new.token}
    click.echo(_("%(label)s %(head)s 的新卡：%(token)s", **words))


@cards.command(help=_("设一户的卡密码（4 到 6 位数字），如：cards pin 一组-012 --pin-stdin"))
@click.argument("household")
@click.option("--pin-stdin", is_flag=True, help=_("从标准输入读密码，不显示"))
@click.option("--clear", is_flag=True, help=_("取消密码"))
@acts("cards.manage")
def pin(actor: Actor, *, household: str, pin_stdin: bool, clear: bool) -> None:
    """Give the card of a household a PIN, or none."""
    wanted = "" if clear else read_password(from_stdin=pin_stdin, prompt=_("卡的密码"))
    with writing() as session:
        owner = household_named(session, actor.village_id, household)
        working = active_card(session, actor.village_id, owner)
        if clear:
            pins.clear_pin(session, actor, working.id)
        else:
            pins.set_pin(session, actor, working.id, wanted.strip())
    done = mark("%(label)s %(head)s 的卡密码已设好")
    gone = mark("%(label)s %(head)s 的卡密码已取消")
    click.echo(_(gone if clear else done, label=owner.label, head=owner.head))


def _chosen(session: Session, village_id: int, household: str, group: str) -> list[int]:
    """The households whose cards are to be printed."""
    if household:
        return [household_named(session, village_id, household).id]
    group_id = group_called(session, village_id, group).id if group else None
    return [one.id for one in all_households(session, village_id, group_id=group_id)]
