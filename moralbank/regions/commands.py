"""`moralbank regions`: done at the machine that holds the villages of a town or county."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from moralbank import clock
from moralbank.access import service as access
from moralbank.access.permissions import Role
from moralbank.access.queries import user_named, users_of
from moralbank.boards.models import Ties
from moralbank.boards.periods import Period, asked_period
from moralbank.console import (
    Console,
    read_password,
    show,
    show_json,
    to_output,
    with_json,
    with_plain,
    with_wall_paper,
    write_file,
)
from moralbank.db import reading, see_only, writing
from moralbank.i18n import _, clauses
from moralbank.printing.papers import WALL_PAPERS
from moralbank.regions import service
from moralbank.regions.figures import Figures, VillageFigures, decimals
from moralbank.regions.queries import Comparison, comparison, office, offices
from moralbank.regions.ranking import TIES, Measure, ranked, ranking_sheet
from moralbank.villages.codes import reach
from moralbank.villages.models import Village

_with_password = click.option(
    "--password-stdin", is_flag=True, help=_("从标准输入读初始密码，不提示")
)
_with_period = click.option(
    "--period", default="", help=_("时段，如 2026-Q3、2026-10、2026；默认本季度")
)


@click.group(help=_("乡镇与县区：开通、用户、各村对比与排名。在装着各村账的这台机器上办。"))
def regions() -> None:
    """Group of commands."""


@regions.command(
    "open", help=_("开通一个乡镇或县区，如：regions open 150404103 --name 哈拉道口镇 --user 刘芳")
)
@click.argument("code")
@click.option("--name", required=True, help=_("乡镇或县区的全称，如 哈拉道口镇"))
@click.option("--user", required=True, help=_("第一位督导的用户名"))
@_with_password
@click.pass_obj
def open_office(console: Console, *, code: str, name: str, user: str, password_stdin: bool) -> None:
    """Open an office with its first overseer."""
    wanted = service.wanted_office(code, name)
    password = read_password(from_stdin=password_stdin, prompt=_("初始密码"))
    with console.founded():
        made = _open(wanted, user, password)
    click.echo(_("%(name)s（%(number)s）已开通。", name=made.name, number=made.id))
    click.echo(_("“%(user)s”登录后能看下辖各村的汇总，看不到村民的姓名。", user=user))


def _open(wanted: service.OpenOffice, user: str, password: str) -> Village:
    with writing() as session:
        made = service.open_office(session, wanted)
        access.add_user(session, service.founder(made.id), user, Role.OVERSEER, password)
    return made


@regions.command("list", help=_("列出开通了的乡镇和县区。"))
@with_json
@click.pass_obj
def list_offices(console: Console, *, as_json: bool) -> None:
    """List the offices."""

    def read(session: Session) -> list[dict[str, Any]]:
        return [
            {
                "code": row.office.id,
                "name": row.office.full_name,
                "users": row.users,
                "villages": row.villages,
            }
            for row in offices(session)
        ]

    heads = {"code": _("代码"), "name": _("名称"), "users": _("用户"), "villages": _("村")}
    show(_read(console, read), heads, as_json=as_json)


@regions.command(help=_("各村对比，如：regions compare 150404103 --period 2026-Q3"))
@click.argument("code")
@_with_period
@with_json
@click.pass_obj
def compare(console: Console, *, code: str, period: str, as_json: bool) -> None:
    """Show villages side by side."""
    told = _compared(console, code, asked_period(period))
    rows = [_row(one) for one in told.villages]
    total = {"code": "", "town": "", "name": _("合计"), **_figures(told.figures), "signs": []}
    if as_json:
        show_json({"office": told.office.id, "period": told.period.text, "villages": rows,
                   "total": _figures(told.figures)})  # fmt: skip
        return
    heads = {
        "town": _("乡镇"),
        "name": _("村"),
        "households": _("户数"),
        "share": _("参与率 %"),
        "deeds": _("好事"),
        "points": _("入账"),
        "points_each": _("户均"),
        "used_points": _("兑换"),
        "held": _("持有"),
        "cover": _("保障 %"),
        "signs": _("留意"),
    }
    shown = [{**row, "signs": clauses(row["signs"])} for row in [*rows, total]]
    show(shown, heads, as_json=False, title=f"{told.office.name}  {told.period.spoken}")


@regions.command(help=_("各村排名，印成榜：regions rank 150404103 -o 排名.pdf"))
@click.argument("code")
@click.option(
    "--measure",
    type=click.Choice([one.value for one in Measure]),
    default=Measure.POINTS.value,
    show_default=True,
    help=_("points 户均积分，share 参与率，deeds 户均好事，used 兑换率"),
)
@click.option(
    "--ties",
    type=click.Choice([one.value for one in TIES]),
    default=Ties.COMPETITION.value,
    show_default=True,
    help=_("相同的：competition 后面名次空出来，dense 名次连着排"),
)
@_with_period
@with_wall_paper
@with_plain
@to_output
@click.pass_obj
def rank(console: Console, *, code: str, measure: str, ties: str, period: str, paper: str,
         plain: bool, output: Path) -> None:  # fmt: skip
    """Print the places of villages."""
    from moralbank.regions.pdf import ranking  # noqa: PLC0415 - reportlab is slow to import

    told = _compared(console, code, asked_period(period))
    places = ranked(told.villages, Measure(measure), Ties(ties))
    sheet = ranking_sheet(told, places, clock.today())
    write_file(output, ranking(sheet, paper=WALL_PAPERS[paper].paper, plain=plain))


@regions.group(help=_("乡镇、县区的用户：添加、列出、停用、恢复、重设密码。"))
def users() -> None:
    """Group of commands."""


@users.command(help=_("添加一位督导，第一次登录须改密码，如：regions users add 150404103 刘芳"))
@click.argument("code")
@click.argument("name")
@_with_password
@click.pass_obj
def add(console: Console, *, code: str, name: str, password_stdin: bool) -> None:
    """Add an overseer."""
    password = read_password(from_stdin=password_stdin, prompt=_("初始密码"))

    def act(session: Session, office_id: int) -> None:
        access.add_user(session, service.founder(office_id), name, Role.OVERSEER, password)

    _write(console, code, act)
    click.echo(_("已添加督导“%(name)s”", name=name))


@users.command("list", help=_("列出一个乡镇或县区的用户。"))
@click.argument("code")
@with_json
@click.pass_obj
def list_users(console: Console, *, code: str, as_json: bool) -> None:
    """List an office's users."""
    office_id = service.office_code(code)

    def read(session: Session) -> list[dict[str, Any]]:
        found = users_of(session, office(session, office_id).id)
        return [{"id": one.id, "name": one.name, "disabled": one.disabled} for one in found]

    rows = _read(console, read)
    if not as_json:
        rows = [{**row, "disabled": _("停用") if row["disabled"] else ""} for row in rows]
    heads = {"id": _("号"), "name": _("用户名"), "disabled": _("状态")}
    show(rows, heads, as_json=as_json)


@users.command(help=_("停用一位用户，已登录的马上退出；--back 恢复使用"))
@click.argument("code")
@click.argument("name")
@click.option("--back", is_flag=True, help=_("恢复使用"))
@click.pass_obj
def disable(console: Console, *, code: str, name: str, back: bool) -> None:
    """Let somebody in no longer, or again."""

    def act(session: Session, office_id: int) -> None:
        user = user_named(session, office_id, name)
        access.set_disabled(session, service.founder(office_id), user.id, disabled=not back)

    _write(console, code, act)
    click.echo(_("已恢复使用") if back else _("已停用，该用户不能再登录"))


@users.command(help=_("给一位用户重设初始密码，登录后须改，如：regions users reset 150404103 刘芳"))
@click.argument("code")
@click.argument("name")
@_with_password
@click.pass_obj
def reset(console: Console, *, code: str, name: str, password_stdin: bool) -> None:
    """Give somebody a first password anew."""
    password = read_password(from_stdin=password_stdin, prompt=_("初始密码"))

    def act(session: Session, office_id: int) -> None:
        user = user_named(session, office_id, name)
        access.reset_password(session, service.founder(office_id), user.id, password)

    _write(console, code, act)
    click.echo(_("已设新的初始密码，该用户登录后须改密码"))


def _read(console: Console, read: Callable[[Session], list[dict[str, Any]]]) -> Any:
    """What is read from the instance's database."""
    with console.opened(), reading() as session:
        return read(session)


def _write(console: Console, code: str, act: Callable[[Session, int], None]) -> None:
    """Do something to an office that is open, and see nothing beyond it."""
    office_id = service.office_code(code)
    see_only(*reach(office_id))
    with console.opened(), writing() as session:
        act(session, office(session, office_id).id)


def _compared(console: Console, code: str, period: Period) -> Comparison:
    """The villages of an office that is open."""
    office_id = service.office_code(code)
    see_only(*reach(office_id))
    with console.opened(), reading() as session:
        return comparison(session, office_id, period)


def _row(one: VillageFigures) -> dict[str, Any]:
    named = {"code": one.id, "town": one.town, "name": one.name}
    return {**named, **_figures(one.figures), "mark": one.mark, "signs": list(one.signs)}


def _figures(figures: Figures) -> dict[str, Any]:
    """Figures by name; shares and means as they are written, money in fen."""
    standing, activity = figures.standing, figures.activity
    return {
        "households": standing.households,
        "earning": activity.earning,
        "share": decimals(figures.share, 1),
        "deeds": activity.deeds,
        "points": activity.points,
        "points_each": decimals(figures.points_each, 1),
        "used_points": activity.used_points,
        "used_fen": activity.used_fen,
        "held": standing.held,
        "cover": standing.cover,
        "open_notices": standing.open_notices,
        "open_objections": standing.open_objections,
        "late": activity.late,
    }
