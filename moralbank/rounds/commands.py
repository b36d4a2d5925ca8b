"""`moralbank rounds`."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from moralbank import clock
from moralbank.access.permissions import may
from moralbank.access.queries import UserUnknown, users_of
from moralbank.audit import Actor
from moralbank.console import TO_A_FILE, Console, acts, show, with_json, with_request_id, write_file
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.i18n import _, listed, mark
from moralbank.photos.storage import folder_of
from moralbank.rounds.choices import Choice, default_choices, read_choices
from moralbank.rounds.opening import OpenRound, open_round
from moralbank.rounds.operations import read_backup
from moralbank.rounds.pages import round_facts, taken_words
from moralbank.rounds.queries import form_of, results_of, round_page
from moralbank.rounds.scoring import take_backup
from moralbank.rounds.service import close_round
from moralbank.scheme.queries import Scheme, scheme_on
from moralbank.villages.queries import group_called, groups_of


class DayInvalid(Invalid):
    """A day is written 2026-11-20."""

    text = mark("日期不对：“%(typed)s”应写成 2026-11-20 这样")
    code = "day_invalid"


with_round = click.argument("round_id", metavar="ID", type=click.IntRange(1))


@click.group(help=_("评比：逐户打分、纸表、结束。"))
def rounds() -> None:
    """Group of commands."""


@rounds.command("list", help=_("列出评比，进行中的在前。"))
@with_json
@acts("rounds.view")
def list_rounds(actor: Actor, *, as_json: bool) -> None:
    """List the newest rounds."""
    with reading() as session:
        page = round_page(session, actor.village_id)
    rows = [
        {
            "id": one.id,
            "title": one.title,
            "held_on": one.held_on.isoformat(),
            "open": one.open,
            "households": one.households,
            "scored": one.scored,
            "state": _("进行中") if one.open else _("已结束"),
        }
        for one in page.rows
    ]
    heads = {
        "id": _("号"),
        "title": _("名称"),
        "held_on": _("评比日期"),
        "scored": _("已评"),
        "households": _("户数"),
        "state": _("状态"),
    }
    show(rows, heads, as_json=as_json)


@rounds.command(
    help=_("开始评比，如：rounds new 11月庭院评比 --item 庭院清洁达标 --choices '优=3 差=0'")
)
@click.argument("title", metavar="NAME")
@click.option("--date", "held_on", help=_("评比日期，默认今天"))
@click.option(
    "--item", "items", multiple=True, required=True, help=_("项目，可写多个（最多 5 个）")
)
@click.option(
    "--choices", multiple=True, help=_("各项目的按钮，与 --item 同序；不写就按项目的档次")
)
@click.option("--group", "groups", multiple=True, help=_("走哪些小组，默认全部"))
@click.option("--scorer", "scorers", multiple=True, help=_("评分人用户名，默认全部能评分的人"))
@with_request_id
@acts("rounds.manage")
def new(
    actor: Actor,
    *,
    title: str,
    held_on: str | None,
    items: tuple[str, ...],
    choices: tuple[str, ...],
    groups: tuple[str, ...],
    scorers: tuple[str, ...],
    request_id: str,
) -> None:
    """Open a round."""
    day, village_id = _day(held_on), actor.village_id
    with writing() as session:
        scheme = scheme_on(session, village_id, day)
        chosen = [group_called(session, village_id, one).id for one in groups]
        users = {
            one.name: one.id
            for one in users_of(session, village_id)
            if not one.disabled and may(one.role, "rounds.score")
        }
        wanted = OpenRound(
            title=title,
            held_on=day,
            items=_items(scheme, items, choices),
            groups=tuple(chosen or [one.id for one in groups_of(session, village_id)]),
            scorers=_scorers(users, scorers),
        )
        made = open_round(session, actor, request_id, wanted)
    click.echo(_("第 %(id)s 次评比已开始", id=made))


@rounds.command("show", help=_("一次评比的进度、不一致的和结果。"))
@with_round
@with_json
@acts("rounds.view")
def show_round(actor: Actor, *, round_id: int, as_json: bool) -> None:
    """Show how a round stands."""
    with reading() as session:
        facts = round_facts(session, actor, round_id)
    info, board = facts["info"], facts["board"]
    rows = [
        {
            "group": one.group,
            "number": one.number,
            "head": one.head,
            "item": item.name,
            **_standing(info, board.cells.get((one.id, item.number)), item),
            **_result(facts["results"].get((one.id, item.number))),
        }
        for one in board.households
        for item in info.items
    ]
    heads = {
        "group": _("小组"),
        "number": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "word": _("评定"),
        "points": _("分"),
        "scorers": _("评分人"),
        "result": _("结果"),
    }
    count = {"scored": board.scored, "all": len(board.households), "open": len(board.open)}
    words = _("%(title)s：已评 %(scored)s/%(all)s，不一致 %(open)s 处", title=info.title, **count)
    show(rows, heads, as_json=as_json, title=words)


@rounds.command(help=_("打印纸表，如：rounds form 3 评比表.pdf"))
@with_round
@click.argument("path", metavar="FILE", type=TO_A_FILE)
@acts("rounds.view")
def form(actor: Actor, *, round_id: int, path: Path) -> None:
    """Write the paper form."""
    from moralbank.rounds.pdf import round_form  # noqa: PLC0415 - only when something is printed

    with reading() as session:
        sheet = form_of(session, actor.village_id, round_id)
    write_file(path, round_form(sheet))


@rounds.command("close", help=_("结束评比：得分的住户各记一条，送去核实、评议。"))
@with_round
@click.option("--unscored-too", is_flag=True, help=_("还有户没评，照样结束"))
@with_request_id
@acts("rounds.manage")
def close(actor: Actor, *, round_id: int, unscored_too: bool, request_id: str) -> None:
    """End a round."""
    with writing() as session:
        close_round(session, actor, request_id, round_id, unscored_too=unscored_too)
        results = results_of(session, actor.village_id, round_id)
    given = [one for one in results if one.award_id is not None]
    total = sum(one.points for one in given)
    click.echo(_("评比已结束：记 %(n)s 条，共 %(points)s 分", n=len(given), points=total))
    left = [one.left_out for one in results if one.left_out]
    if left:
        click.echo(_("另有 %(n)s 条没有记：%(why)s", n=len(left), why=listed(dict.fromkeys(left))))


@rounds.command("import-backup", help=_("导入手机上“保存备份”得到的文件；收过的不会重复。"))
@with_round
@click.argument(
    "path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@acts("rounds.manage")
@click.pass_obj
def import_backup(console: Console, actor: Actor, *, round_id: int, path: Path) -> None:
    """Take what a phone could not send itself."""
    folder = folder_of(console.settings().instance)
    backup = read_backup(path.read_bytes(), actor.village_id, round_id)
    with writing() as session:
        answers = take_backup(session, actor, round_id, backup, folder)
    for _tone, words in taken_words(answers, backup.lost):
        click.echo(words)


def _day(typed: str | None) -> date:
    if typed is None:
        return clock.today()
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise DayInvalid(field="held_on", typed=typed[:20]) from error


def _items(
    scheme: Scheme, names: tuple[str, ...], typed: tuple[str, ...]
) -> tuple[tuple[int, tuple[Choice, ...]], ...]:
    """The items with their buttons; those that nobody typed buttons for have their own."""
    found = []
    for place, name in enumerate(names):
        item = scheme.item(name)
        own = typed[place] if place < len(typed) else ""
        found.append((item.number, read_choices(own) if own.strip() else default_choices(item)))
    return tuple(found)


def _scorers(known: dict[str, int], names: tuple[str, ...]) -> tuple[int, ...]:
    """The users of these names, or everybody who can score; raises UserUnknown."""
    for name in names:
        if name not in known:
            raise UserUnknown(name=name)
    return tuple(known[name] for name in names or known)


def _standing(info: Any, cell: Any, item: Any) -> dict[str, Any]:
    if cell is None:
        return {"word": _("未评"), "points": None, "scorers": ""}
    names = listed(dict.fromkeys(info.scorers.get(one.scorer, "") for one in cell.scores))
    word = _("不一致") if cell.open else item.word(cell.points)
    return {"word": word, "points": cell.points, "scorers": names}


def _result(result: Any) -> dict[str, Any]:
    if result is None:
        return {"award": None, "result": ""}
    words = _("第 %(id)s 条", id=result.award_id) if result.award_id else result.left_out
    return {"award": result.award_id, "result": words}
