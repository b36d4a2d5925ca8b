"""`moralbank boards`."""

from dataclasses import asdict
from pathlib import Path

import click
from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.boards.definitions import all_boards
from moralbank.boards.forms import PAPERS, paper_called
from moralbank.boards.models import Subject
from moralbank.boards.periods import current_quarter, read_period
from moralbank.boards.queries import Ranking, board_sheet, rank
from moralbank.console import TO_A_FILE, acts, show, show_json, with_json, write_file
from moralbank.db import reading
from moralbank.i18n import _
from moralbank.villages.queries import group_called, village_info

_with_period = click.option(
    "--period", default="", help=_("时段：2026-Q4（季度）、2026-10（月）、2026（全年）；默认本季度")
)
_with_group = click.option("--group", default="", help=_("只看一个小组，如 一组"))


@click.group(help=_("红榜：排名、打印。"))
def boards() -> None:
    """Group of commands."""


@boards.command("list", help=_("列出有哪些榜。"))
@with_json
@acts("boards.view")
def list_boards(actor: Actor, *, as_json: bool) -> None:
    """List the boards."""
    with reading() as session:
        village_name = village_info(session, actor.village_id).name
    rows = [
        {
            "slug": board.slug,
            "title": board.title_for(village_name),
            "subject": board.subject.value if as_json else _subject(board.subject),
            "top": board.top,
            "minimum": board.minimum,
            "lead": board.lead,
        }
        for board in all_boards()
    ]
    heads = {
        "slug": _("名称"),
        "title": _("榜"),
        "subject": _("按"),
        "top": _("取前"),
        "minimum": _("至少（分）"),
        "lead": _("表彰"),
    }
    show(rows, heads, as_json=as_json)


@boards.command("show", help=_("看一个榜的排名，如：boards show shanju --period 2026-Q4"))
@click.argument("slug")
@_with_period
@_with_group
@with_json
@acts("boards.view")
def show_board(actor: Actor, *, slug: str, period: str, group: str, as_json: bool) -> None:
    """Show one board."""
    with reading() as session:
        ranking = _rank(session, actor, slug, period, group)
    rows = [asdict(entry) for entry in ranking.entries]
    if as_json:
        issue = {"board": slug, "title": ranking.title, "period": ranking.period.text}
        show_json({**issue, "group": ranking.group, "entries": rows})
        return
    heads = {
        "rank": _("名次"),
        "name": ranking.subject_label,
        "group": _("小组"),
        "points": _("积分"),
        "deed": _("事迹"),
    }
    show(rows, heads, as_json=False, title=f"{ranking.title}  {ranking.period.label}")


@boards.command("print", help=_("把一个榜印成 PDF 海报，如：boards print shanju -o 善举榜.pdf"))
@click.argument("slug")
@_with_period
@_with_group
@click.option("--paper", type=click.Choice(PAPERS), default="a4", show_default=True, help=_("纸张"))
@click.option("-o", "--output", required=True, type=TO_A_FILE, help=_("写到哪个文件"))
@acts("boards.view")
def print_board(
    actor: Actor, *, slug: str, period: str, group: str, paper: str, output: Path
) -> None:
    """Print one board."""
    from moralbank.boards.pdf import board_poster  # noqa: PLC0415 - slow to import

    with reading() as session:
        ranking = _rank(session, actor, slug, period, group)
        sheet = board_sheet(session, actor.village_id, ranking)
    write_file(output, board_poster(sheet, paper=paper_called(paper)))


def _rank(session: Session, actor: Actor, slug: str, period: str, group: str) -> Ranking:
    span = read_period(period) if period else current_quarter()
    group_id = group_called(session, actor.village_id, group).id if group else None
    return rank(session, actor.village_id, slug, span, group_id=group_id)


def _subject(subject: Subject) -> str:
    return _("户") if subject == Subject.HOUSEHOLD else _("人")
