"""`moralbank reminders`."""

import unicodedata
from datetime import date
from pathlib import Path
from typing import Literal

import click

from moralbank import clock
from moralbank.audit import Actor
from moralbank.console import TO_A_FILE, Console, acts, show, with_json, with_request_id, write_file
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.households.queries import household_named
from moralbank.i18n import _, mark
from moralbank.photos.service import keep
from moralbank.photos.storage import folder_of
from moralbank.reminders import service
from moralbank.reminders.forms import OUTCOMES
from moralbank.reminders.models import ReminderState
from moralbank.reminders.queries import (
    DUE,
    STATE_LABELS,
    ReminderInfo,
    letter_of,
    reminder_page,
)
from moralbank.scheme.queries import scheme_on


class DayUnreadable(Invalid):
    """A day is written 2026-11-20."""

    text = mark("日期不对：“%(typed)s”应写成 2026-11-20 这样")
    code = "day_unreadable"


@click.group(help=_("提醒：扣分前先私下提醒，改了就不扣。"))
def reminders() -> None:
    """Group of commands."""


@reminders.command(
    help=_(
        "写提醒，如：reminders give --household 六组-042 --item 占道堆放 --note 占路 --photo 1.jpg"
    )
)
@click.option("--household", required=True, help=_("住户，如 一组-012"))
@click.option("--item", required=True, help=_("扣分项目的名称或编号"))
@click.option("--note", required=True, help=_("看到了什么"))
@click.option("--date", "seen_on", help=_("哪一天看到的，默认今天"))
@click.option("--until", help=_("请在哪一天以前改好，默认按本村设置"))
@click.option("--witness", default="", help=_("见证人（没有照片时要写）"))
@click.option(
    "--photo",
    "photos",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("照片文件，可以写多个"),
)
@with_request_id
@acts("reminders.give")
@click.pass_obj
def give(
    console: Console,
    actor: Actor,
    *,
    household: str,
    item: str,
    note: str,
    seen_on: str | None,
    until: str | None,
    witness: str,
    photos: tuple[Path, ...],
    request_id: str,
) -> None:
    """Give a reminder."""
    day, folder = _day(seen_on) or clock.today(), folder_of(console.settings().instance)
    pictures = [photo.read_bytes() for photo in photos]
    with writing() as session:
        wanted = service.GiveReminder(
            household_id=household_named(session, actor.village_id, household).id,
            item=scheme_on(session, actor.village_id, day).item(item).number,
            note=note,
            seen_on=day,
            put_right_by=_day(until),
            witness=witness,
            photos=tuple(keep(session, actor, folder, content) for content in pictures),
        )
        made = service.give(session, actor, request_id, wanted)
    click.echo(_("已写第 %(id)s 号提醒，请把提醒信交给该户", id=made))


@reminders.command("list", help=_("列出提醒，到期未改的在前"))
@click.option(
    "--state",
    type=click.Choice([DUE, *(state.value for state in ReminderState)]),
    help=_("只列：due 到期未改，open 等改正，put_right 已改正，deducted 已扣分，dropped 已撤销"),
)
@click.option("--page", default=1, type=click.IntRange(1), show_default=True, help=_("第几页"))
@with_json
@acts("reminders.view")
def list_reminders(actor: Actor, *, state: str | None, page: int, as_json: bool) -> None:
    """List reminders."""
    with reading() as session:
        found = reminder_page(session, actor.village_id, state=state or "", number=page)
    columns = {
        "id": _("编号"),
        "household": _("住户"),
        "head": _("户主"),
        "item": _("提醒什么"),
        "seen_on": _("看到的日期"),
        "put_right_by": _("改正期限"),
        "state": _("现在怎样"),
        "giver": _("提醒人"),
    }
    show([_row(one) for one in found.rows], columns, as_json=as_json)


@reminders.command(help=_("提醒已改正，或者撤销（要写说明），如：reminders settle 7 put_right"))
@click.argument("number", type=int)
@click.argument("outcome", type=click.Choice(list(OUTCOMES)))
@click.option("--note", default="", help=_("说明"))
@with_request_id
@acts("reminders.give")
def settle(actor: Actor, *, number: int, outcome: str, note: str, request_id: str) -> None:
    """End a reminder without a deduction."""
    with writing() as session:
        service.settle(session, actor, request_id, number, OUTCOMES[outcome], note)
    state = _(STATE_LABELS[OUTCOMES[outcome]])
    click.echo(_("第 %(id)s 号提醒：%(state)s", id=number, state=state))


@reminders.command(help=_("过了改正期限没有改的，转为扣分，等别人核实评议"))
@click.argument("number", type=int)
@click.option("--points", type=int, help=_("扣几分（只有按轻重扣分的项目要写）"))
@with_request_id
@acts("reminders.give")
def deduct(actor: Actor, *, number: int, points: int | None, request_id: str) -> None:
    """Claim the deduction that a reminder warned of."""
    with writing() as session:
        made = service.deduct(session, actor, request_id, number, points)
    click.echo(_("已转为扣分（第 %(id)s 条），等别人核实评议", id=made))


@reminders.command(help=_("把提醒信写成 PDF，如：reminders letter 7 -o 提醒信.pdf"))
@click.argument("number", type=int)
@click.option(
    "--paper", type=click.Choice(["A5", "A4"]), default="A5", show_default=True, help=_("纸张")
)
@click.option("-o", "--output", required=True, type=TO_A_FILE, help=_("写到哪个文件"))
@acts("reminders.view")
def letter(actor: Actor, *, number: int, paper: Literal["A5", "A4"], output: Path) -> None:
    """Print the letter to be handed over."""
    from moralbank.reminders.pdf import reminder_letter  # noqa: PLC0415 - slow to import

    with reading() as session:
        sheet = letter_of(session, actor.village_id, number)
    write_file(output, reminder_letter(sheet, paper))


def _day(typed: str | None) -> date | None:
    if typed is None:
        return None
    try:
        return date.fromisoformat(unicodedata.normalize("NFKC", typed).strip())
    except ValueError as error:
        raise DayUnreadable(typed=typed) from error


def _row(one: ReminderInfo) -> dict[str, object]:
    return {
        "id": one.id,
        "household": f"{one.group}-{one.number}",
        "head": one.head,
        "item": one.item.name,
        "seen_on": one.seen_on,
        "put_right_by": one.put_right_by,
        "state": one.state_words,
        "giver": one.giver,
    }
