"""`moralbank notices`."""

from datetime import date, datetime
from pathlib import Path

import click

from moralbank import clock
from moralbank.audit import Actor
from moralbank.awards.queries import approved
from moralbank.console import (
    A_DAY,
    A_NUMBER,
    Console,
    acts,
    day_of,
    show,
    show_json,
    to_output,
    with_json,
    with_request_id,
    write_file,
)
from moralbank.db import reading, writing
from moralbank.errors import Refused
from moralbank.i18n import _, mark
from moralbank.notices import service
from moralbank.notices.hanging import hung_households
from moralbank.notices.queries import (
    DueNotice,
    NoticeInfo,
    due_notices,
    letter_of,
    notices_of,
)
from moralbank.notices.queries import notice as read_notice
from moralbank.villages.queries import group_called
from moralbank.villages.settings import INK_FULL, INK_SAVING

_SHEETS = ("list", "letter", "details", "objection-form")


class NotAllClosed(Refused):
    """Some notices are over but couldn't be posted just now."""

    text = mark("有 %(n)s 期公示到期了还没有入账：%(why)s")
    code = "not_all_closed"


@click.group(help=_("公示：张榜、到期入账。"))
def notices() -> None:
    """Group of commands."""


@notices.command("list", help=_("列出公示，正在公示的在前。"))
@with_json
@acts("notices.view")
def list_notices(actor: Actor, *, as_json: bool) -> None:
    """List notices."""
    with reading() as session:
        found = notices_of(session, actor.village_id)
    heads = {
        "id": _("期"),
        "title": _("标题"),
        "first_day": _("从"),
        "last_day": _("到"),
        "households": _("户"),
        "lines": _("条"),
        "points": _("加分"),
        "deducted": _("扣分"),
        "objections": _("待答复异议"),
        "state": _("状态"),
    }
    show([_row(one) for one in found], heads, as_json=as_json)


@notices.command("open", help=_("张榜：把评议通过的公示出来。不写 --award 就是全部等公示的。"))
@click.option("--award", "awards", multiple=True, type=int, help=_("积分记录编号，可写多次"))
@click.option("--group", default="", help=_("只要这个小组的"))
@click.option("--from", "first", type=A_DAY, help=_("只要这天起的事"))
@click.option("--to", "last", type=A_DAY, help=_("只要到这天为止的事"))
@click.option("--first-day", type=A_DAY, help=_("从哪天起公示（默认今天）"))
@click.option("--days", type=int, help=_("公示几天（默认按本村设置）"))
@click.option("--title", default="", help=_("标题（默认“某村道德银行积分公示（某年第几期）”）"))
@with_request_id
@acts("notices.publish")
def open_notice(
    actor: Actor,
    *,
    awards: tuple[int, ...],
    group: str,
    first: datetime | None,
    last: datetime | None,
    first_day: datetime | None,
    days: int | None,
    title: str,
    request_id: str,
) -> None:
    """Hang a notice, and print its number."""
    chosen = list(awards) or _approved(actor, group, day_of(first), day_of(last))
    with writing() as session:
        number = service.open_notice(
            session,
            actor,
            request_id,
            chosen,
            first_day=day_of(first_day),
            days=days,
            title=title,
        )
    with reading() as session:
        made = read_notice(session, actor.village_id, number)
    said = {"n": made.id, "title": made.title, "lines": made.lines, "last": made.last_day}
    click.echo(_("第 %(n)s 期已张榜：%(title)s，%(lines)s 条，公示到 %(last)s", **said))


@notices.command("show", help=_("看一期公示：每条现在到哪一步。"))
@click.argument("number", type=A_NUMBER)
@with_json
@acts("awards.view")
def view(actor: Actor, *, number: int, as_json: bool) -> None:
    """Show a notice line by line."""
    with reading() as session:
        info = read_notice(session, actor.village_id, number)
        households = hung_households(session, actor.village_id, number)
    rows = [
        {
            "line": line.line,
            "award": line.award_id,
            "household": f"{one.group}-{one.number}",
            "head": one.head,
            "item": line.item,
            "points": -line.points if line.deduction else line.points,
            "deed_on": line.deed_on.isoformat(),
            "state": line.state_words,
        }
        for one in households
        for line in one.lines
    ]
    if as_json:
        show_json({**_row(info), "digest": info.digest, "mark": info.mark, "rows": rows})
        return
    heads = {
        "line": _("序号"),
        "award": _("积分记录"),
        "household": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "points": _("积分"),
        "deed_on": _("日期"),
        "state": _("状态"),
    }
    show(rows, heads, as_json=False, title=f"{info.title} · {info.state_words}")


@notices.command(name="print", help=_("打印一期公示：公示表、红头公告、明细，或空白的异议书。"))
@click.argument("number", type=A_NUMBER)
@click.option("--sheet", default="list", show_default=True, type=click.Choice(_SHEETS))
@click.option("--paper", default="A4", show_default=True, type=click.Choice(["A4", "A3"]))
@click.option("--ink", default=INK_FULL, type=click.Choice([INK_FULL, INK_SAVING]))
@to_output
@acts("notices.view")
def print_notice(
    actor: Actor, *, number: int, sheet: str, paper: str, ink: str, output: Path
) -> None:
    """Write a notice's PDF; `ink` is the letter's alone."""
    from moralbank.notices import pdf  # noqa: PLC0415 - reportlab is slow to import
    from moralbank.notices.letter import notice_letter  # noqa: PLC0415

    with reading() as session:
        letter = letter_of(session, actor.village_id, number, plain=ink == INK_SAVING)
    content = letter.notice
    made = {
        "list": lambda: pdf.notice_list(content, paper="A3" if paper == "A3" else "A4"),
        "letter": lambda: notice_letter(letter),
        "details": lambda: pdf.notice_details(content),
        "objection-form": lambda: pdf.objection_form(content),
    }
    write_file(output, made[sheet]())


@notices.command(help=_("到期的公示入账（各村一起）。网页开着时自己会办，这里供定时任务用。"))
@click.pass_obj
def close(console: Console) -> None:
    """Post whatever is due in every village; anyone at the machine may.

    Raises NotAllClosed, so that a script sees exit code 1.
    """
    why: dict[DueNotice, Refused] = {}
    with console.opened():
        with reading() as session:
            due = due_notices(session)
        if due:
            with writing() as session:
                service.close_due(session, refused=why.__setitem__)
        with reading() as session:
            closed = [read_notice(session, one.village_id, one.id) for one in due]
    click.echo(_("按这台电脑的日期办：%(day)s", day=clock.today().isoformat()))
    for one in closed:
        if not one.open:
            click.echo(_("第 %(n)s 期公示已结束：%(posted)s", n=one.id, posted=_posted(one)))
    if why:
        raise NotAllClosed(n=len(why), why=next(iter(why.values())).message)
    if not due:
        click.echo(_("没有到期的公示"))


def _approved(actor: Actor, group: str, first: date | None, last: date | None) -> list[int]:
    """The deeds that wait for a notice."""
    with reading() as session:
        only = group_called(session, actor.village_id, group).id if group else None
        rows = approved(session, actor.village_id, group_id=only, first=first, last=last)
    return [row.id for row in rows]


def _posted(one: NoticeInfo) -> str:
    if one.posted_seq is None:
        return _("没有可入账的")
    return _("第 %(seq)s 号账入账", seq=one.posted_seq)


def _row(one: NoticeInfo) -> dict[str, str | int | None]:
    return {
        "id": one.id,
        "title": one.title,
        "first_day": one.first_day.isoformat(),
        "last_day": one.last_day.isoformat(),
        "households": one.households,
        "lines": one.lines,
        "points": one.points,
        "deducted": one.deducted,
        "objections": one.objections,
        "state": one.state_words,
        "posted_seq": one.posted_seq,
    }
