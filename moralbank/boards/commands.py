"""`moralbank boards`."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.boards.commands_honours import HONOUR_COMMANDS
from moralbank.boards.commands_issues import ISSUE_COMMANDS, issue_sheet_called, with_period
from moralbank.boards.definitions import board_called, boards_of
from moralbank.boards.models import Style, Ties
from moralbank.boards.papers import POSTER_PAPERS
from moralbank.boards.periods import asked_period
from moralbank.boards.queries import Ranking, board_sheet, rank
from moralbank.boards.service import change_board, content_of, hide_board, reset_board
from moralbank.console import (
    A_NUMBER,
    TO_A_FILE,
    Console,
    acts,
    show,
    show_json,
    with_json,
    write_file,
)
from moralbank.db import reading, writing
from moralbank.i18n import _
from moralbank.scheme.queries import Scheme, scheme_in_force
from moralbank.villages.queries import group_called, village_info

_with_paper = click.option(
    "--paper",
    type=click.Choice(list(POSTER_PAPERS)),
    default="a4",
    show_default=True,
    help=_("纸张"),
)
_with_style = click.option(
    "--style",
    type=click.Choice([one.value for one in Style]),
    help=_("样式；默认用这个榜自己的"),
)
_with_group = click.option("--group", default="", help=_("只看一个小组，如 一组"))


@click.group(help=_("红榜：排名、打印、改榜。"))
def boards() -> None:
    """Group of commands."""


for _command in (*ISSUE_COMMANDS, *HONOUR_COMMANDS):
    boards.add_command(_command)


@boards.command("list", help=_("列出有哪些榜。"))
@with_json
@acts("boards.view")
def list_boards(actor: Actor, *, as_json: bool) -> None:
    """List the boards, those out of use too."""
    with reading() as session:
        village_name = village_info(session, actor.village_id).name
        found = boards_of(session, actor.village_id, hidden=True)
    rows = [
        {
            "slug": board.slug,
            "title": board.title_for(village_name),
            "measure": board.measure.value if as_json else board.measure_label,
            "subject": board.subject.value if as_json else board.subject_label,
            "top": board.top,
            "minimum": board.minimum,
            "lead": board.lead,
            "hidden": board.hidden if as_json else (_("已收起") if board.hidden else ""),
        }
        for board in found
    ]
    heads = {
        "slug": _("名称"),
        "title": _("榜"),
        "measure": _("比"),
        "subject": _("上榜的"),
        "top": _("取前"),
        "minimum": _("至少"),
        "lead": _("表彰"),
        "hidden": _("在用"),
    }
    show(rows, heads, as_json=as_json)


@boards.command("show", help=_("看一个榜的排名，如：boards show shanju --period 2026-Q4"))
@click.argument("slug")
@with_period
@_with_group
@with_json
@acts("boards.view")
def show_board(actor: Actor, *, slug: str, period: str, group: str, as_json: bool) -> None:
    """Show one board."""
    with reading() as session:
        ranking = _rank(session, actor, slug, period, group)
    rows = [asdict(one) for one in ranking.standings]
    if as_json:
        head = {"board": slug, "title": ranking.title, "period": ranking.period.text}
        said = {"rule": ranking.rule, "tie_rule": ranking.tie_rule}
        show_json({**head, "group": ranking.group, **said, "entries": rows})
        return
    heads = {
        "rank": _("名次"),
        "name": ranking.board.subject_label,
        "group": _("小组"),
        "points": ranking.board.measure_label,
        "deed": _("事迹"),
    }
    show(rows, heads, as_json=False, title=f"{ranking.title}  {ranking.period.label}")


@boards.command("print", help=_("试印一个榜，或印发布过的一期：boards print shanju -o 善举榜.pdf"))
@click.argument("slug")
@with_period
@_with_group
@click.option("--issue", type=A_NUMBER, help=_("印发布过的第几期；不写就是试印"))
@_with_paper
@_with_style
@click.option("-o", "--output", required=True, type=TO_A_FILE, help=_("写到哪个文件"))
@acts("boards.view")
@click.pass_obj
def print_board(
    console: Console,
    actor: Actor,
    *,
    slug: str,
    period: str,
    group: str,
    issue: int | None,
    paper: str,
    style: str | None,
    output: Path,
) -> None:
    """Print an issue, or the board as it stands now, marked as a test print."""
    from moralbank.boards.pdf import board_poster  # noqa: PLC0415 - slow to import

    if issue is not None:
        found, sheet = issue_sheet_called(console, actor, slug, issue)
        own = found.style
    else:
        with reading() as session:
            ranking = _rank(session, actor, slug, period, group)
            sheet = board_sheet(session, actor.village_id, ranking)
        own = ranking.board.style
    look = Style(style) if style else own
    write_file(output, board_poster(sheet, paper=paper, style=look))


@boards.command("edit", help=_("改一个榜，如：boards edit shanju --top 20 --ties strokes"))
@click.argument("slug")
@click.option("--title", help=_("榜名"))
@click.option("--lead", help=_("表彰的是谁"))
@click.option("--top", type=int, help=_("取前几名"))
@click.option("--minimum", type=int, help=_("至少多少才上榜"))
@click.option("--ties", type=click.Choice([one.value for one in Ties]), help=_("相同的怎么排"))
@click.option("--notice-days", type=int, help=_("发布后公示几天"))
@click.option("--style", type=click.Choice([one.value for one in Style]), help=_("海报的样式"))
@click.option("--couplet", nargs=2, help=_("对联的上联和下联"))
@click.option("--category", multiple=True, help=_("整类都算的；可以写几次"))
@click.option("--item", multiple=True, help=_("单独算的项目，名称或编号；可以写几次"))
@acts("boards.edit")
def edit_board(actor: Actor, *, slug: str, **typed: Any) -> None:
    """Change what is given of a board; categories and items given replace those it had."""
    with writing() as session:
        scheme = _scheme(session, actor)
        wanted = content_of(board_called(session, actor.village_id, slug), scheme)
        changed = change_board(
            session, actor, slug, replace(wanted, **_given(typed, scheme)), scheme
        )
    click.echo(_("改好了") if changed else _("没有改动"))


@boards.command("hide", help=_("收起一个不用的榜；--back 再用"))
@click.argument("slug")
@click.option("--back", is_flag=True, help=_("再用"))
@acts("boards.edit")
def put_away(actor: Actor, *, slug: str, back: bool) -> None:
    """Take a board out of use, or back into it."""
    with writing() as session:
        hide_board(session, actor, slug, _scheme(session, actor), hidden=not back)
    click.echo(_("又用上了") if back else _("收起来了；发布过的还在"))


@boards.command("reset", help=_("让一个榜恢复成默认的样子"))
@click.argument("slug")
@acts("boards.edit")
def restore(actor: Actor, *, slug: str) -> None:
    """Let a board be as every village begins with it."""
    with writing() as session:
        changed = reset_board(session, actor, slug)
    click.echo(_("恢复成默认的样子了") if changed else _("本来就是默认的样子"))


def _scheme(session: Session, actor: Actor) -> Scheme | None:
    return scheme_in_force(session, actor.village_id, clock.today())


def _given(typed: dict[str, Any], scheme: Scheme | None) -> dict[str, Any]:
    """The options that were given, as fields of a board's content; raises ItemUnknown."""
    given = {name: value for name, value in typed.items() if value is not None}
    categories, items = given.pop("category"), given.pop("item")
    if categories or items:
        numbers = {scheme.item(name).number for name in items} if scheme else set()
        given |= {"categories": tuple(categories), "items": tuple(sorted(numbers))}
    for name in given.keys() & {"title", "lead"}:
        given[name] = " ".join(given[name].split())
    if "ties" in given:
        given["ties"] = Ties(given["ties"])
    if "style" in given:
        given["style"] = Style(given["style"])
    return given


def _rank(session: Session, actor: Actor, slug: str, period: str, group: str) -> Ranking:
    group_id = group_called(session, actor.village_id, group).id if group else None
    return rank(session, actor.village_id, slug, asked_period(period), group_id=group_id)
