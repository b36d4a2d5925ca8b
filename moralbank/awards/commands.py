"""`moralbank awards`."""

import unicodedata
from datetime import date
from typing import Any

import click
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.awards import service
from moralbank.awards.judging import MemberNotTheirs, QuantityInvalid
from moralbank.awards.models import AwardState
from moralbank.awards.queries import AwardRow, Filter, awards_named, listed_awards, waiting
from moralbank.console import acts, show, with_json, with_request_id
from moralbank.db import reading, writing
from moralbank.errors import Invalid, Refused
from moralbank.households.queries import (
    HouseholdInfo,
    household_labels,
    household_named,
    members_of,
)
from moralbank.i18n import _, mark
from moralbank.scheme.queries import scheme_on


class NumberInvalid(Invalid):
    """A number of points is a whole number."""

    text = mark("分数不对：“%(typed)s”不是整数")
    code = "number_invalid"


class DayInvalid(Invalid):
    """A day is written 2026-11-20."""

    text = mark("日期不对：“%(typed)s”应写成 2026-11-20 这样")
    code = "day_invalid"


class OneMemberOneHousehold(Invalid):
    """A member belongs to one household only."""

    text = mark("写明 --member 时只能有一个 --household")
    code = "one_member_one_household"


@click.group(help=_("记分、评议、入账、冲正。"))
def awards() -> None:
    """Group of commands."""


@awards.command(
    help=_("记分，如：awards record --household 一组-012 --item 志愿服务；可写多个 --household")
)
@click.option("--household", "labels", multiple=True, required=True, help=_("住户，如 一组-012"))
@click.option("--item", required=True, help=_("细则里的项目名称或编号"))
@click.option("--quantity", default="1", show_default=True, help=_("数量"))
@click.option("--points", help=_("每次几分（只有按等级、按轻重给分的项目要写）"))
@click.option("--date", "deed_on", help=_("哪一天的事，默认今天"))
@click.option("--note", default="", help=_("事由"))
@click.option("--member", default="", help=_("家里哪一位"))
@click.option("--skip", is_flag=True, help=_("多户时跳过不能记的"))
@with_request_id
@acts("awards.record")
def record(
    actor: Actor,
    *,
    labels: tuple[str, ...],
    item: str,
    quantity: str,
    points: str | None,
    deed_on: str | None,
    note: str,
    member: str,
    skip: bool,
    request_id: str,
) -> None:
    """Record a deed for one household or for many."""
    day = _day(deed_on)
    said: dict[str, Any] = {
        "quantity": _quantity(quantity),
        "points_each": None if points is None else _points(points),
        "deed_on": day,
        "note": note,
    }
    if member and len(labels) > 1:
        raise OneMemberOneHousehold
    with writing() as session:
        found = [household_named(session, actor.village_id, label) for label in labels]
        number = scheme_on(session, actor.village_id, day).item(item).number
        if len(found) == 1:
            who = _member(session, actor, found[0], member)
            wanted = service.RecordAward(found[0].id, number, member_id=who, **said)
            ids = [service.record(session, actor, request_id, wanted)]
        else:
            ids = _record_many(session, actor, request_id, found, number, said, skip=skip)
    _say_recorded(actor, ids)


@awards.command("list", help=_("列出积分记录，新的在前。"))
@click.option(
    "--state", type=click.Choice([state.value for state in AwardState]), help=_("只看这种状态的")
)
@click.option("--household", "label", help=_("只看这一户的"))
@with_json
@acts("awards.view")
def list_awards(actor: Actor, *, state: str | None, label: str | None, as_json: bool) -> None:
    """List awards."""
    with reading() as session:
        owner = household_named(session, actor.village_id, label) if label else None
        chosen = Filter(
            state=AwardState(state) if state else None, household_id=owner.id if owner else None
        )
        rows = listed_awards(session, actor.village_id, chosen)
    if as_json:
        show([_data(row) for row in rows], {}, as_json=True)
        return
    heads = {
        "id": _("号"),
        "household": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "points": _("积分"),
        "deed_on": _("日期"),
        "state": _("状态"),
        "recorder": _("记分员"),
        "note": _("事由"),
    }
    lines = [{**_data(row), "state": row.state_label} for row in rows]
    show(lines, heads, as_json=False, title=_("共 %(n)s 条", n=len(rows)))


@awards.command(
    help=_("评议通过并入账，如：awards approve 12 13；--all 通过全部待评议的（自己记的除外）")
)
@click.argument("ids", nargs=-1, type=click.IntRange(1))
@click.option("--all", "everything", is_flag=True, help=_("全部待评议的"))
@with_request_id
@acts("awards.decide")
def approve(actor: Actor, *, ids: tuple[int, ...], everything: bool, request_id: str) -> None:
    """Approve awards and post their points."""
    with writing() as session:
        queue = waiting(session, actor.village_id, limit=None) if everything else []
        own = [row.id for row in queue if row.recorded_by == actor.user_id]
        chosen = [*ids, *(row.id for row in queue if row.id not in own)]
        if everything and not chosen:
            click.echo(_("没有等您评议的记录"))
            return
        seq = service.approve(session, actor, request_id, chosen)
        rows = awards_named(session, actor.village_id, chosen)
    total = sum(row.points for row in rows)
    click.echo(
        _(
            "已通过 %(n)s 条，入账 %(points)s 分，第 %(seq)s 号账",
            n=len(rows),
            points=total,
            seq=seq,
        )
    )
    if own:
        click.echo(_("另有 %(n)s 条是自己记的，要由别的评议员来评议", n=len(own)))


@awards.command(help=_("评议不通过，须写理由。"))
@click.argument("award_id", metavar="ID", type=click.IntRange(1))
@click.option("--reason", default="", help=_("理由（必填）"))
@acts("awards.decide")
def refuse(actor: Actor, *, award_id: int, reason: str) -> None:
    """Decide against an award."""
    with writing() as session:
        service.refuse(session, actor, award_id, reason)
    click.echo(_("第 %(id)s 条未通过", id=award_id))


@awards.command(help=_("冲正：扣回已入账的分，须写理由。"))
@click.argument("award_id", metavar="ID", type=click.IntRange(1))
@click.option("--reason", default="", help=_("理由（必填）"))
@with_request_id
@acts("awards.reverse")
def reverse(actor: Actor, *, award_id: int, reason: str, request_id: str) -> None:
    """Take back an award's points."""
    with writing() as session:
        seq = service.reverse(session, actor, request_id, award_id, reason)
    click.echo(_("第 %(id)s 条已冲正，第 %(seq)s 号账", id=award_id, seq=seq))


def _record_many(
    session: Session,
    actor: Actor,
    request_id: str,
    found: list[HouseholdInfo],
    item: int,
    said: dict[str, Any],
    *,
    skip: bool,
) -> list[int]:
    """Record for many; where some are refused, say each one's reason on the way out."""
    whose = [info.id for info in found]
    try:
        return service.record_many(
            session, actor, request_id, whose, item, skip_refused=skip, **said
        )
    except service.SomeRefused as refusal:
        _say_refused(session, actor, refusal.refusals)
        raise


def _say_refused(session: Session, actor: Actor, refusals: dict[int, Refused]) -> None:
    infos = household_labels(session, actor.village_id, refusals)
    for number, refusal in refusals.items():
        info = infos[number]
        words = {"household": info.label, "head": info.head, "why": refusal.message}
        click.echo(_("✗ %(household)s %(head)s：%(why)s", **words), err=True)


def _say_recorded(actor: Actor, ids: list[int]) -> None:
    with reading() as session:
        rows = awards_named(session, actor.village_id, ids)
    for row in rows:
        click.echo(
            _(
                "已记第 %(id)s 条：%(household)s %(head)s %(item)s %(points)s 分，待评议",
                id=row.id,
                household=row.label,
                head=row.head,
                item=row.item_name,
                points=row.points,
            )
        )


def _member(session: Session, actor: Actor, info: HouseholdInfo, name: str) -> int:
    """The number of a household's member of this name; 0 where none is named."""
    if not name:
        return 0
    for member in members_of(session, actor.village_id, info.id):
        if member.name == name.strip():
            return member.id
    raise MemberNotTheirs(field="member", household=info.head)


def _whole(typed: str) -> int | None:
    """A whole number, full-width digits too; None for anything else."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    digits = plain.removeprefix("-")
    return int(plain) if digits.isdecimal() and digits.isascii() and len(digits) <= 12 else None  # noqa: PLR2004


def _quantity(typed: str) -> int:
    number = _whole(typed)
    if number is None:
        raise QuantityInvalid(field="quantity")
    return number


def _points(typed: str) -> int:
    number = _whole(typed)
    if number is None:
        raise NumberInvalid(field="points", typed=typed[:20])
    return number


def _day(typed: str | None) -> date:
    if typed is None:
        return clock.today()
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise DayInvalid(field="deed_on", typed=typed[:20]) from error


def _data(row: AwardRow) -> dict[str, Any]:
    """An award as JSON."""
    return {
        "id": row.id,
        "household": row.label,
        "head": row.head,
        "member": row.member_name,
        "item": row.item_name,
        "item_number": row.item,
        "scheme_version": row.scheme_version,
        "quantity": row.quantity,
        "points_each": row.points_each,
        "points": row.points,
        "deed_on": row.deed_on.isoformat(),
        "note": row.note,
        "state": row.state.value,
        "recorder": row.recorder,
        "recorded_at": clock.local(row.recorded_at).isoformat(timespec="seconds"),
        "decider": row.decider,
        "event": row.posted_seq,
    }
