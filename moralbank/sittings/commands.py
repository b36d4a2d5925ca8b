"""`moralbank sittings`."""

from datetime import datetime
from pathlib import Path

import click

from moralbank import clock
from moralbank.access.queries import users_of
from moralbank.audit import Actor
from moralbank.console import A_DAY, acts, day_of, show, with_json, with_request_id, write_file
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.i18n import _, listed, mark
from moralbank.sittings import service
from moralbank.sittings.decided import minutes_of
from moralbank.sittings.models import Duty
from moralbank.sittings.queries import (
    DUTY_LABELS,
    SittingInfo,
    SittingUnknown,
    due,
    last_sitting,
    open_sitting,
    sittings_page,
)
from moralbank.sittings.service import Attending

_ALL_ROWS = 10_000


class DutyUnknown(Invalid):
    """A person of the command is NAME or NAME=duty."""

    text = mark("“%(typed)s”不对：应写成 姓名=职责，职责有：%(known)s")
    code = "duty_unknown"


@click.group(help=_("评议会：开会、结束、列出、印会议记录。"))
def sittings() -> None:
    """Group of commands."""


@sittings.command("open", help=_("开会，如：sittings open --place 村委会 --present 赵德顺=主持"))
@click.option("--place", required=True, help=_("地点"))
@click.option(
    "--present",
    "people",
    multiple=True,
    required=True,
    help=_("到会人，可写多次：姓名 或 姓名=职责（主持、评议员、记录、监督、列席）"),
)
@click.option("--day", type=A_DAY, help=_("哪天开的，默认今天"))
@with_request_id
@acts("sittings.hold")
def open_one(
    actor: Actor, *, place: str, people: tuple[str, ...], day: datetime | None, request_id: str
) -> None:
    """Open a sitting."""
    held_on = day_of(day) or clock.today()
    with writing() as session:
        known = {user.name: user.id for user in users_of(session, actor.village_id)}
        present = [_person(typed, known) for typed in people]
        number = service.open_sitting_now(session, actor, request_id, held_on, place, present)
    click.echo(_("第 %(id)s 次评议会开始了，现在起评议的都记在这次会上", id=number))


@sittings.command(help=_("结束正在开的评议会。"))
@click.option("--note", default="", help=_("会议说明"))
@acts("sittings.hold")
def close(actor: Actor, *, note: str) -> None:
    """End the sitting that goes on."""
    with writing() as session:
        number = open_sitting(session, actor.village_id)
        if number is None:
            raise service.NoSittingOpen
        service.close_sitting(session, actor, number, note)
    click.echo(_("第 %(id)s 次评议会结束了", id=number))


@sittings.command("list", help=_("列出评议会，最近的在前。"))
@with_json
@acts("sittings.view")
def list_sittings(actor: Actor, *, as_json: bool) -> None:
    """List the sittings."""
    with reading() as session:
        page = sittings_page(session, actor.village_id, rows=_ALL_ROWS)
        rhythm = due(session, actor.village_id)
    heads = {
        "id": _("次"),
        "held_on": _("日期"),
        "place": _("地点"),
        "present": _("到会人"),
        "approved": _("通过"),
        "refused": _("未通过"),
        "state": _("状态"),
    }
    show([_row(one, as_json=as_json) for one in page.rows], heads, as_json=as_json)
    if not as_json:
        click.echo(rhythm.words)


@sittings.command(help=_("把会议记录写成 PDF，如：sittings minutes 记录.pdf（默认最近一次）"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--sitting", "number", type=int, help=_("第几次评议会"))
@acts("sittings.view")
def minutes(actor: Actor, *, file: Path, number: int | None) -> None:
    """Print the minutes."""
    from moralbank.sittings import pdf  # noqa: PLC0415 - reportlab is slow to import

    with reading() as session:
        if number is None:
            last = last_sitting(session, actor.village_id)
            if last is None:
                raise SittingUnknown(id=1)
            number = last.id
        sheet = minutes_of(session, actor.village_id, number)
    write_file(file, pdf.minutes(sheet))


def _person(typed: str, known: dict[str, int]) -> Attending:
    """NAME or NAME=duty; a user's name means that user, any other a guest."""
    name, _equals, said = typed.partition("=")
    duties = {_(label): duty for duty, label in DUTY_LABELS.items()} | {
        one.value: one for one in Duty
    }
    user_id = known.get(name.strip(), 0)
    usual = Duty.REVIEWER if user_id else Duty.GUEST
    duty = duties.get(said.strip()) if said.strip() else usual
    if duty is None:
        raise DutyUnknown(
            typed=typed[:40], known=listed(_(label) for label in DUTY_LABELS.values())
        )
    return Attending(duty, name, user_id)


def _row(one: SittingInfo, *, as_json: bool) -> dict[str, object]:
    return {
        "id": one.id,
        "held_on": one.held_on.isoformat(),
        "place": one.place,
        "present": [person.name for person in one.present]
        if as_json
        else listed(person.name for person in one.present),
        "approved": one.approved,
        "refused": one.refused,
        "state": one.state.value if as_json else one.state_label,
    }
