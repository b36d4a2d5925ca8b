"""`moralbank cards`."""

from pathlib import Path
from typing import Final

import click
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.cards import pins, service
from moralbank.cards.faces import CardOrder
from moralbank.cards.orders import Wish, backs_of_last, guide_sheet, handout_sheet, plan_of
from moralbank.cards.paper import gap_warnings, printed_handout, printed_order
from moralbank.cards.queries import active_card, cards_of, payload
from moralbank.cards.stocks import CARD_STOCKS, Backs
from moralbank.console import (
    acts,
    progress,
    read_password,
    show,
    to_output,
    with_json,
    with_plain,
    with_request_id,
    with_wall_paper,
    write_file,
)
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.households.queries import household_named, households_meant
from moralbank.i18n import _, mark
from moralbank.printing.papers import WALL_PAPERS
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import (
    INK_FULL,
    INK_SAVING,
    PRINTER_OFFSET,
    PUBLIC_ADDRESS,
    setting,
)

_MOST_SKIPPED: Final = max(stock.per_page for stock in CARD_STOCKS.values()) - 1


class OneChoice(Invalid):
    """Cards are printed for one household, one group, or all."""

    text = mark("请用 --household、--group 或 --all 说明印哪些卡（只写一个）")
    code = "one_choice"


class BacksAlone(Invalid):
    """Backs alone are those of what was printed last."""

    text = mark("--backs only 印的是上次印的那些卡的背面，不用写 --household、--group 或 --all")
    code = "backs_alone"


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
@click.option("--stock", type=click.Choice(list(CARD_STOCKS)), help=_("用什么纸；不写按设置"))
@click.option("--ink", type=click.Choice([INK_FULL, INK_SAVING]), help=_("彩色或省墨；不写按设置"))
@click.option(
    "--backs",
    type=click.Choice([one.value for one in Backs]),
    default=Backs.NONE.value,
    help=_("背面：none 不印，duplex 双面打印，only 只印上次那些的背面"),
)
@click.option("--skip", default=0, type=click.IntRange(0, _MOST_SKIPPED), help=_("跳过纸上前几格"))
@click.option("--offset", help=_("整张往右、往上挪几毫米，如 “1.5 -2”；不写按设置"))
@click.option("--handout", is_flag=True, help=_("后面带上发卡登记表"))
@to_output
@acts("cards.manage")
def print_cards(
    actor: Actor,
    *,
    household: str,
    group: str,
    everyone: bool,
    fresh: bool,
    stock: str | None,
    ink: str | None,
    backs: str,
    skip: int,
    offset: str | None,
    handout: bool,
    output: Path,
) -> None:
    """Print cards."""
    moved = None if offset is None else setting(PRINTER_OFFSET).check(offset)
    with writing() as session:
        settings = settings_of(session, actor.village_id)
        plan = plan_of(settings, stock=stock, ink=ink, skip=skip, offset=moved)
        wish = Wish(plan=plan, backs=Backs(backs), handout=handout, fresh_only=fresh)
        order = _ordered(session, actor, wish, (household, group, everyone))
    with progress(_("打印积分卡"), len(order.faces)) as done:
        content = printed_order(order, done)
    write_file(output, content)
    for warning in gap_warnings(order.faces):
        click.echo(warning, err=True)
    if order.faces:
        click.echo(_("共 %(n)s 张卡", n=len(order.faces)))
    else:
        click.echo(_("共 %(n)s 张卡的背面", n=order.count))


@cards.command(help=_("发卡登记表，给领卡的人签字，如：cards handout --group 一组 -o 登记表.pdf"))
@click.option("--group", default="", help=_("只列一组，如 一组；不写列全村"))
@to_output
@acts("cards.manage")
def handout(actor: Actor, *, group: str, output: Path) -> None:
    """Print who is to receive a card."""
    with reading() as session:
        chosen = households_meant(session, actor.village_id, group=group)
        listed = handout_sheet(session, actor.village_id, set(chosen))
    write_file(output, printed_handout(listed))
    click.echo(_("共 %(n)s 户", n=len(listed.recipients)))


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


@cards.command(help=_("打印用卡图解：六幅画讲怎么用卡，贴在墙上"))
@with_wall_paper
@with_plain
@to_output
@acts("paper.view")
def guide(actor: Actor, *, paper: str, plain: bool, output: Path) -> None:
    """Print how a card is used."""
    from moralbank.cards.guide import card_guide  # noqa: PLC0415 - slow to import

    with reading() as session:
        shown = guide_sheet(session, actor.village_id)
    write_file(output, card_guide(shown, paper=WALL_PAPERS[paper].paper, plain=plain))


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


def _ordered(session: Session, actor: Actor, wish: Wish, named: tuple[str, str, bool]) -> CardOrder:
    """What is to be printed: for one household, one group or all; backs alone name nobody."""
    household, group, _everyone = named
    expected = 0 if wish.backs == Backs.ONLY else 1
    if [bool(one) for one in named].count(True) != expected:
        raise OneChoice if expected else BacksAlone
    if not expected:
        return backs_of_last(session, actor.village_id, wish.plan)
    chosen = households_meant(session, actor.village_id, household, group)
    return service.print_cards(session, actor, chosen, wish)
