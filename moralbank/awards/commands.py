"""`moralbank awards`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.queries import barred_households, groups_looked_after
from moralbank.audit import Actor
from moralbank.awards import deciding, posting, service
from moralbank.awards.judging import SomeRefused
from moralbank.awards.models import AwardSource, AwardState
from moralbank.awards.queries import (
    Filter,
    award,
    awards_named,
    listed_awards,
    to_verify,
    votes_of,
    waiting,
)
from moralbank.awards.typed import (
    OneHouseholdOnly,
    data_of,
    day_typed,
    heads,
    kept_photos,
    line_of,
    many_awards,
    member_named,
    one_award,
    points_typed,
    quantity_typed,
    say_approved,
    say_recorded,
    say_refused,
    with_photos,
    with_reason,
)
from moralbank.awards.voting import standings
from moralbank.console import acts, show, with_json, with_request_id
from moralbank.db import reading, writing
from moralbank.households.queries import HouseholdInfo, household_named
from moralbank.i18n import _
from moralbank.scheme.queries import scheme_on


@click.group(help=_("记分、核实、评议、入账、冲正。"))
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
@click.option(
    "--source",
    type=click.Choice([AwardSource.COMMITTEE.value, AwardSource.PAPER.value]),
    help=_("来源：committee 村委会记，paper 住户纸质申报、别人代办"),
)
@click.option("--helper", default="", help=_("代办的是谁（来源即为 paper）"))
@click.option("--draft", is_flag=True, help=_("先存草稿，以后用 awards submit 提交"))
@with_photos
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
    source: str | None,
    helper: str,
    draft: bool,
    photos: tuple[Path, ...],
    request_id: str,
) -> None:
    """Record a deed for one household or for many."""
    day = day_typed(deed_on)
    said: dict[str, Any] = {
        "quantity": quantity_typed(quantity),
        "points_each": None if points is None else points_typed(points),
        "deed_on": day,
        "note": note,
    }
    came = AwardSource(source or (AwardSource.PAPER if helper else AwardSource.COMMITTEE))
    if len(labels) > 1 and (member or photos or draft or came is AwardSource.PAPER):
        raise OneHouseholdOnly
    with writing() as session:
        found = [household_named(session, actor.village_id, label) for label in labels]
        number = scheme_on(session, actor.village_id, day).item(item).number
        if len(found) == 1:
            wanted = service.RecordAward(
                found[0].id,
                number,
                member_id=member_named(session, actor, found[0], member),
                source=came,
                helper=helper,
                photos=kept_photos(session, actor, photos),
                **said,
            )
            write = service.save_draft if draft else service.record
            ids = [write(session, actor, request_id, wanted)]
        else:
            ids = _record_many(session, actor, request_id, found, number, said, skip=skip)
    _say_recorded(actor, ids)


@awards.command(help=_("提交草稿，或补充后再交退回的；写了哪项就改哪项"))
@one_award
@click.option("--quantity", help=_("数量"))
@click.option("--points", help=_("每次几分"))
@click.option("--date", "deed_on", help=_("哪一天的事"))
@click.option("--note", help=_("事由"))
@with_photos
@with_request_id
@acts("awards.record")
def submit(
    actor: Actor,
    *,
    award_id: int,
    quantity: str | None,
    points: str | None,
    deed_on: str | None,
    note: str | None,
    photos: tuple[Path, ...],
    request_id: str,
) -> None:
    """Hand in a draft, or again what was sent back."""
    said: dict[str, Any] = {
        "quantity": None if quantity is None else quantity_typed(quantity),
        "points_each": None if points is None else points_typed(points),
        "deed_on": None if deed_on is None else day_typed(deed_on),
        "note": note,
    }
    with writing() as session:
        row = award(session, actor.village_id, award_id)
        amended = replace(
            service.as_it_stands(row),
            photos=kept_photos(session, actor, photos),
            **{name: value for name, value in said.items() if value is not None},
        )
        service.submit(session, actor, request_id, award_id, amended)
    _say_recorded(actor, [award_id])


@awards.command(help=_("撤回还没有评议的，须写理由。"))
@one_award
@with_reason
@acts("awards.record")
def withdraw(actor: Actor, *, award_id: int, reason: str) -> None:
    """Take a deed out that nobody has decided on."""
    with writing() as session:
        service.withdraw(session, actor, award_id, reason)
    click.echo(_("第 %(id)s 条已撤回", id=award_id))


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
    lines = [data_of(row) if as_json else line_of(row) for row in rows]
    show(lines, heads(), as_json=as_json, title=_("共 %(n)s 条", n=len(rows)))


@awards.command("to-verify", help=_("列出要到现场核实的；网格员只看自己管的组。"))
@with_json
@acts("awards.verify")
def list_to_verify(actor: Actor, *, as_json: bool) -> None:
    """List what must be looked at on the spot."""
    with reading() as session:
        groups = None
        if actor.role == Role.GRID:
            groups = groups_looked_after(session, actor.village_id, actor.user_id)
        rows = to_verify(session, actor.village_id, groups=groups, limit=None)
    lines = [data_of(row) if as_json else line_of(row) for row in rows]
    show(lines, heads(), as_json=as_json, title=_("共 %(n)s 条", n=len(rows)))


@awards.command(help=_("核实属实，如：awards verify 12 13 --witness 王大爷"))
@many_awards
@click.option("--witness", default="", help=_("见证人"))
@click.option("--note", default="", help=_("说明"))
@with_photos
@with_request_id
@acts("awards.verify")
def verify(
    actor: Actor,
    *,
    ids: tuple[int, ...],
    witness: str,
    note: str,
    photos: tuple[Path, ...],
    request_id: str,
) -> None:
    """Confirm deeds on the spot."""
    with writing() as session:
        kept = kept_photos(session, actor, photos)
        said: dict[str, Any] = {"witness": witness, "note": note, "photos": kept}
        count = deciding.verify(session, actor, request_id, ids, **said)
    click.echo(_("%(n)s 条已核实，送去评议", n=count))


@awards.command(help=_("核实不属实，须写理由。"))
@one_award
@with_reason
@acts("awards.verify")
def deny(actor: Actor, *, award_id: int, reason: str) -> None:
    """End a deed that was found not to be true."""
    with writing() as session:
        deciding.deny(session, actor, award_id, reason)
    click.echo(_("第 %(id)s 条不属实，已记下理由", id=award_id))


@awards.command("return", help=_("退回补充，须写要补什么。"))
@one_award
@with_reason
@acts("awards.send_back")
def send_back(actor: Actor, *, award_id: int, reason: str) -> None:
    """Ask for more."""
    with writing() as session:
        deciding.send_back(session, actor, award_id, reason)
    click.echo(_("第 %(id)s 条已退回补充", id=award_id))


@awards.command(help=_("改分（不超出细则的范围），须写理由；已投的票作废"))
@one_award
@click.option("--points", required=True, help=_("每次几分"))
@click.option("--quantity", help=_("数量"))
@with_reason
@acts("awards.decide")
def adjust(actor: Actor, *, award_id: int, points: str, quantity: str | None, reason: str) -> None:
    """Change what a deed is worth."""
    with writing() as session:
        row = award(session, actor.village_id, award_id)
        said = {
            "quantity": row.quantity if quantity is None else quantity_typed(quantity),
            "points_each": points_typed(points),
        }
        deciding.adjust(session, actor, award_id, reason=reason, **said)
    click.echo(_("第 %(id)s 条的分数已改，请再评议", id=award_id))


@awards.command(
    help=_("评议同意，如：awards approve 12 13；--all 同意全部待评议的（自己记的、须回避的除外）")
)
@many_awards
@click.option("--all", "everything", is_flag=True, help=_("全部待评议的"))
@with_request_id
@acts("awards.decide")
def approve(actor: Actor, *, ids: tuple[int, ...], everything: bool, request_id: str) -> None:
    """Vote for awards; those with enough votes are approved."""
    own = barred = 0
    done = None
    with writing() as session:
        chosen = list(ids)
        if everything:
            more, own, barred = _open_to(session, actor)
            chosen += more
        if chosen or not everything:
            done = deciding.approve(session, actor, request_id, chosen)
    say_approved(done)
    if own:
        click.echo(_("另有 %(n)s 条是自己记的，要由别的评议员来评议", n=own))
    if barred:
        click.echo(_("另有 %(n)s 条须回避，要由别的评议员来评议", n=barred))


@awards.command(help=_("评议不同意，须写理由。"))
@one_award
@with_reason
@acts("awards.decide")
def refuse(actor: Actor, *, award_id: int, reason: str) -> None:
    """Vote against an award."""
    with writing() as session:
        decided = deciding.refuse(session, actor, award_id, reason)
    if decided:
        click.echo(_("第 %(id)s 条未通过", id=award_id))
    else:
        click.echo(_("第 %(id)s 条：已记下您不同意，还没有定", id=award_id))


@awards.command(help=_("看一条记录的票。"))
@one_award
@acts("awards.view")
def votes(actor: Actor, *, award_id: int) -> None:
    """Show the votes on an award."""
    with reading() as session:
        row = award(session, actor.village_id, award_id)
        standing = standings(session, actor.village_id, [row])[award_id]
        cast = votes_of(session, actor.village_id, [award_id]).get(award_id, [])
    lines = [
        {
            "voter": vote.voter,
            "said": _("同意") if vote.in_favour else _("不同意"),
            "at": clock.minute(vote.at),
            "reason": vote.reason,
        }
        for vote in cast
    ]
    words = {"done": len(standing.in_favour), "needed": standing.needed, "state": row.state_label}
    title = _("同意 %(done)s/%(needed)s，%(state)s", **words)
    columns = {"voter": _("评议员"), "said": _("意见"), "at": _("时间"), "reason": _("理由")}
    show(lines, columns, as_json=False, title=title)


@awards.command(help=_("冲正：已入账的分原路退回，须写理由。"))
@one_award
@with_reason
@with_request_id
@acts("awards.reverse")
def reverse(actor: Actor, *, award_id: int, reason: str, request_id: str) -> None:
    """Take back an award's points."""
    with writing() as session:
        seq = posting.reverse(session, actor, request_id, award_id, reason)
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
    except SomeRefused as refusal:
        say_refused(session, actor, refusal.refusals)
        raise


def _open_to(session: Session, actor: Actor) -> tuple[list[int], int, int]:
    """What waits for this reviewer's vote; and how many are their own, and of their kin."""
    queue = waiting(session, actor.village_id, limit=None)
    close = barred_households(session, actor.village_id, actor.user_id)
    standing = standings(session, actor.village_id, queue)
    own = [row for row in queue if actor.user_id in standing[row.id].recorders]
    barred = [row for row in queue if row.household_id in close and row not in own]
    rest = [
        row.id
        for row in queue
        if row not in own and row not in barred and actor.user_id not in standing[row.id].in_favour
    ]
    return rest, len(own), len(barred)


def _say_recorded(actor: Actor, ids: list[int]) -> None:
    with reading() as session:
        rows = awards_named(session, actor.village_id, ids)
    say_recorded(rows)
