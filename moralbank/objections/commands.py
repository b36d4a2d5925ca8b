"""`moralbank objections`."""

import click

from moralbank import clock
from moralbank.access.permissions import may
from moralbank.audit import Actor
from moralbank.console import A_NUMBER, acts, show, show_json, with_json, with_request_id
from moralbank.db import reading, writing
from moralbank.i18n import _
from moralbank.objections import service
from moralbank.objections.models import ObjectionState, ObjectionWay
from moralbank.objections.queries import ObjectionInfo, complainant, listed_objections
from moralbank.objections.queries import objection as read_objection
from moralbank.objections.service import RaiseObjection

_OUTCOMES = ("upheld", "changed", "dismissed")
_WAYS = ("person", "phone", "paper")


@click.group(help=_("异议：登记、答复。"))
def objections() -> None:
    """Group of commands."""


@objections.command("list", help=_("列出异议，待答复的在前，最急的最先。"))
@click.option("--state", type=click.Choice(["open", *_OUTCOMES]), help=_("只列这一种"))
@with_json
@acts("objections.view")
def list_objections(actor: Actor, *, state: str | None, as_json: bool) -> None:
    """List objections."""
    wanted = ObjectionState(state) if state else None
    with reading() as session:
        found = listed_objections(session, actor.village_id, state=wanted)
    heads = {
        "id": _("异议号"),
        "award": _("积分记录"),
        "household": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "points": _("积分"),
        "words": _("异议"),
        "due_on": _("答复期限"),
        "days": _("期限"),
        "state": _("处理结果"),
    }
    show([_row(one) for one in found], heads, as_json=as_json)


@objections.command("show", help=_("看一条异议。提出人只给监督员和登记的人看。"))
@click.argument("number", type=A_NUMBER)
@with_json
@acts("objections.view")
def view(actor: Actor, *, number: int, as_json: bool) -> None:
    """Show one objection, line by line or as JSON."""
    with reading() as session:
        found = read_objection(session, actor.village_id, number)
        row = {**_row(found), "answer": found.answer, "decided_by": found.decider}
        if actor.user_id == found.taken_by or may(actor.role, "objections.decide"):
            who = complainant(session, actor.village_id, number)
            row |= {"name": who.name, "telephone": who.telephone}
    if as_json:
        show_json(row)
        return
    for key, label in _lines(found).items():
        if row.get(key) not in {None, ""}:
            click.echo(_("%(label)s：%(words)s", label=label, words=row[key]))


@objections.command(help=_("登记异议：objections take --award 12 --words …"))
@click.option("--award", required=True, type=int, help=_("积分记录编号"))
@click.option("--words", required=True, help=_("哪里不对"))
@click.option(
    "--way", default="person", show_default=True, type=click.Choice(_WAYS), help=_("怎么提出的")
)
@click.option("--name", default="", help=_("提出人姓名（可不留）"))
@click.option("--telephone", default="", help=_("提出人电话（可不留）"))
@with_request_id
@acts("objections.take")
def take(
    actor: Actor,
    *,
    award: int,
    words: str,
    way: str,
    name: str,
    telephone: str,
    request_id: str,
) -> None:
    """Take one down, and print its number."""
    wanted = RaiseObjection(award, words, ObjectionWay(way), name=name, telephone=telephone)
    with writing() as session:
        number = service.raise_objection(session, actor, request_id, wanted)
    with reading() as session:
        made = read_objection(session, actor.village_id, number)
    click.echo(_("已登记，第 %(n)s 号异议，最晚 %(day)s 答复", n=number, day=made.due_on))


@objections.command(help=_("答复异议，如：objections decide 3 --outcome dismissed --answer …"))
@click.argument("number", type=A_NUMBER)
@click.option(
    "--outcome",
    required=True,
    type=click.Choice(_OUTCOMES),
    help=_("成立 upheld、改分 changed、不成立 dismissed"),
)
@click.option("--answer", required=True, help=_("书面答复"))
@click.option("--points", type=int, help=_("改分：改为每次几分"))
@with_request_id
@acts("objections.decide")
def decide(
    actor: Actor, *, number: int, outcome: str, answer: str, points: int | None, request_id: str
) -> None:
    """Answer one."""
    verdict = (ObjectionState(outcome), answer, points)
    with writing() as session:
        service.decide(session, actor, request_id, number, *verdict)
    with reading() as session:
        state = read_objection(session, actor.village_id, number).state_label
    click.echo(_("第 %(n)s 号异议已答复：%(state)s", n=number, state=state))


def _lines(one: ObjectionInfo) -> dict[str, str]:
    """What is said of one objection, by the keys of `_row`; whoever raised it last."""
    return {
        "id": _("异议号"),
        "award": _("积分记录"),
        "notice": _("公示期号"),
        "household": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "points": _("积分"),
        "words": _("异议"),
        "way": _("怎么提出的"),
        "raised_at": _("提出时间"),
        "due_on": _("答复期限"),
        **({"days": _("期限")} if one.waits else {}),
        "state": _("处理结果"),
        "answer": _("书面答复"),
        "decided_by": _("谁答复的"),
        "name": _("提出人"),
        "telephone": _("提出人电话"),
    }


def _row(one: ObjectionInfo) -> dict[str, str | int | None]:
    return {
        "id": one.id,
        "award": one.award_id,
        "notice": one.notice_id,
        "household": f"{one.group}-{one.number}",
        "head": one.head,
        "item": one.item_name,
        "points": -one.points if one.deduction else one.points,
        "way": one.way_label,
        "words": one.words,
        "raised_at": clock.minute(one.raised_at),
        "due_on": one.due_on.isoformat(),
        "days": one.days_words,
        "state": one.state_label,
    }
