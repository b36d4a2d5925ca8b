"""`moralbank boards issue`, `issues`, `deed`: `commands.py` adds them to its group."""

from pathlib import Path
from typing import Final

import click
from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.boards import issuing
from moralbank.boards.edits import edits_of, save_edit
from moralbank.boards.issued import Issue
from moralbank.boards.issues import issue as read_issue
from moralbank.boards.issues import issue_called, issue_sheet, issues_of
from moralbank.boards.periods import asked_period
from moralbank.boards.sheets import BoardSheet
from moralbank.console import A_NUMBER, Console, acts, show, with_json, with_request_id
from moralbank.db import reading, writing
from moralbank.households.queries import HouseholdInfo, household_named, members_of
from moralbank.i18n import _
from moralbank.local_numbers import UNKNOWN
from moralbank.photos.service import keep
from moralbank.photos.storage import folder_of
from moralbank.villages.queries import group_called

with_period = click.option(
    "--period", default="", help=_("时段：2026-Q4（季度）、2026-10（月）、2026（全年）；默认本季度")
)
"""`--period`, for every command of boards that has one."""


@click.command("issue", help=_("发布一期，如：boards issue shanju --period 2026-Q4"))
@click.argument("slug")
@with_period
@click.option("--group", default="", help=_("只发布一个小组的，如 一组"))
@click.option("--corrects", type=A_NUMBER, help=_("更正这个榜的第几期（时段和小组与那一期相同）"))
@click.option("--reason", default="", help=_("更正什么、为什么：会印在新一期上"))
@with_request_id
@acts("boards.publish")
def publish(
    actor: Actor,
    *,
    slug: str,
    period: str,
    group: str,
    corrects: int | None,
    reason: str,
    request_id: str,
) -> None:
    """Publish a board, or publish an issue of it anew."""
    with writing() as session:
        if corrects is None:
            group_id = group_called(session, actor.village_id, group).id if group else None
            act = (actor, request_id, slug, asked_period(period))
            issue_id = issuing.publish(session, *act, group_id=group_id)
        else:
            old = issue_called(session, actor.village_id, slug, corrects)
            issue_id = issuing.correct(session, actor, request_id, old.id, reason)
    with reading() as session:
        made = read_issue(session, actor.village_id, issue_id)
    said = {"title": made.title, "n": made.number, "people": made.people}
    click.echo(
        _("%(title)s第 %(n)s 期已发布，%(people)s 个上榜", **said) + f" · {made.state_words}"
    )


@click.command("issues", help=_("列出发布过的榜，最新的在前；写上榜名只列这个榜的。"))
@click.argument("slug", default="")
@with_json
@acts("boards.view")
def list_issues(actor: Actor, *, slug: str, as_json: bool) -> None:
    """List what was published."""
    with reading() as session:
        found = issues_of(session, actor.village_id, slug)
    heads = {
        "id": _("编号"),
        "board": _("榜"),
        "title": _("标题"),
        "number": _("期"),
        "period": _("时段"),
        "group": _("小组"),
        "people": _("上榜"),
        "state": _("状态"),
        "corrects": _("更正第几期"),
        "mark": _("账尾"),
        "digest": _("内容摘要"),
    }
    show([_row(one, as_json=as_json) for one in found], heads, as_json=as_json)


@click.command("deed", help=_("写一户在榜上的事迹，如：boards deed shanju 一组-012 修渠三天"))
@click.argument("slug")
@click.argument("household")
@click.argument("text")
@with_period
@click.option("--member", default="", help=_("按人排的榜：家里的谁；不写就是户主"))
@click.option(
    "--photo",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("前三名的照片；不写就还用原来那张"),
)
@click.option("--consent", is_flag=True, help=_("问过了，本人同意照片上榜"))
@acts("boards.publish")
@click.pass_obj
def deed(
    console: Console,
    actor: Actor,
    *,
    slug: str,
    household: str,
    text: str,
    period: str,
    member: str,
    photo: Path | None,
    consent: bool,
) -> None:
    """Choose the words and the picture of one line; no words: as the notes tell it."""
    folder, span = folder_of(console.settings().instance), asked_period(period).text
    with writing() as session:
        whose = household_named(session, actor.village_id, household)
        member_id = _member(session, actor, whose, member)
        kept = edits_of(session, actor.village_id, slug, span).get((whose.id, member_id))
        picture = kept.photo_id if kept else None
        if photo is not None:
            picture = keep(session, actor, folder, photo.read_bytes())
        changed = save_edit(
            session,
            actor,
            slug,
            span,
            whose.id,
            member_id,
            deed=text,
            photo_id=picture,
            consent=consent or photo is None,  # the one before was agreed to
        )
    click.echo(_("改好了") if changed else _("没有改动"))


ISSUE_COMMANDS: Final[tuple[click.Command, ...]] = (publish, list_issues, deed)
"""What this file adds to `moralbank boards`."""


def issue_sheet_called(
    console: Console, actor: Actor, slug: str, number: int
) -> tuple[Issue, BoardSheet]:
    """A board's issue of this number, and how it is printed; raises IssueUnknown."""
    folder = folder_of(console.settings().instance)
    with reading() as session:
        found = issue_called(session, actor.village_id, slug, number)
        return found, issue_sheet(session, folder, found)


def _member(session: Session, actor: Actor, whose: HouseholdInfo, name: str) -> int:
    """The number of a household's person as boards know them: 0 for the head, UNKNOWN if none."""
    if name in {"", whose.head}:
        return 0
    people = members_of(session, actor.village_id, whose.id)
    return next((one.id for one in people if one.name == name), UNKNOWN)


def _row(one: Issue, *, as_json: bool) -> dict[str, str | int | None]:
    return {
        "id": one.id,
        "board": one.slug,
        "title": one.title,
        "number": one.number,
        "period": one.period_text,
        "group": one.group,
        "people": one.people,
        "state": one.state.value if as_json else one.state_words,
        "corrects": one.corrects_number,
        "mark": one.mark,
        "digest": one.digest if as_json else one.digest[:16],
    }
