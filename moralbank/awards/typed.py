"""What is typed at the command line about deeds, understood; and deeds as it shows them."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import click
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.awards.deciding import Approval
from moralbank.awards.judging import MemberNotTheirs
from moralbank.awards.queries import AwardRow
from moralbank.awards.understanding import QuantityInvalid
from moralbank.errors import Invalid, Refused
from moralbank.households.queries import HouseholdInfo, household_labels, members_of
from moralbank.i18n import _, mark
from moralbank.photos.service import keep
from moralbank.photos.storage import folder_of

_LONGEST_NUMBER: Final = 12

with_photos = click.option(
    "--photo",
    "photos",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("照片文件，可写多个"),
)
with_reason = click.option("--reason", default="", help=_("理由（必填）"))
one_award = click.argument("award_id", metavar="ID", type=click.IntRange(1))
many_awards = click.argument("ids", metavar="ID...", nargs=-1, type=click.IntRange(1))


class NumberInvalid(Invalid):
    """A number of points is a whole number."""

    text = mark("分数不对：“%(typed)s”不是整数")
    code = "number_invalid"


class DayInvalid(Invalid):
    """A day is written 2026-11-20."""

    text = mark("日期不对：“%(typed)s”应写成 2026-11-20 这样")
    code = "day_invalid"


class OneHouseholdOnly(Invalid):
    """A member, a photo, a draft or a claim on paper is one household's."""

    text = mark("写明 --member、--photo、--helper 或 --draft 时只能有一个 --household")
    code = "one_household_only"


def kept_photos(session: Session, actor: Actor, photos: Iterable[Path]) -> tuple[int, ...]:
    """Keep the photos of these files; gives their numbers. Raises what `photos` refuses."""
    folder = folder_of(click.get_current_context().obj.settings().instance)
    return tuple(keep(session, actor, folder, path.read_bytes()) for path in photos)


def member_named(session: Session, actor: Actor, info: HouseholdInfo, name: str) -> int:
    """The number of a household's member of this name; 0 where none is named."""
    if not name:
        return 0
    for member in members_of(session, actor.village_id, info.id):
        if member.name == name.strip():
            return member.id
    raise MemberNotTheirs(field="member", household=info.head)


def quantity_typed(typed: str) -> int:
    """A quantity; raises QuantityInvalid."""
    number = _whole(typed)
    if number is None:
        raise QuantityInvalid(field="quantity")
    return number


def points_typed(typed: str) -> int:
    """Points; raises NumberInvalid."""
    number = _whole(typed)
    if number is None:
        raise NumberInvalid(field="points", typed=typed[:20])
    return number


def day_typed(typed: str | None) -> date:
    """A day, today where none is typed; raises DayInvalid."""
    if typed is None:
        return clock.today()
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise DayInvalid(field="deed_on", typed=typed[:20]) from error


def say_refused(session: Session, actor: Actor, refusals: Mapping[int, Refused]) -> None:
    """Say of each household why it can't be given a deed."""
    infos = household_labels(session, actor.village_id, refusals.keys())
    for number, refusal in refusals.items():
        info = infos[number]
        words = {"household": info.label, "head": info.head, "why": refusal.message}
        click.echo(_("✗ %(household)s %(head)s：%(why)s", **words), err=True)


def say_recorded(rows: Iterable[AwardRow]) -> None:
    """Say of each deed that it is written down, and where it stands."""
    for row in rows:
        words = {
            "id": row.id,
            "household": row.label,
            "head": row.head,
            "item": row.item_name,
            "points": row.points,
            "state": row.state_label,
        }
        said = _(
            "已记第 %(id)s 条：%(household)s %(head)s %(item)s %(points)s 分，%(state)s", **words
        )
        click.echo(said)


def say_approved(done: Approval | None) -> None:
    """Say what a vote led to; None: there was nothing to vote on."""
    if done is None:
        click.echo(_("没有等您评议的记录"))
        return
    words = {"n": done.approved, "points": done.points, "seq": done.seq}
    if done.approved and done.seq is not None:
        click.echo(_("已通过 %(n)s 条，入账 %(points)s 分，第 %(seq)s 号账", **words))
    elif done.approved:
        click.echo(_("已通过 %(n)s 条，%(points)s 分，等公示", **words))
    if done.waiting_for_votes:
        click.echo(_("%(n)s 条已记下您的同意，还要别的评议员", n=done.waiting_for_votes))


def heads() -> dict[str, str]:
    """The columns of a list of deeds, by the keys of `line_of`."""
    return {
        "id": _("号"),
        "household": _("户号"),
        "head": _("户主"),
        "item": _("项目"),
        "points": _("积分"),
        "deed_on": _("日期"),
        "state": _("状态"),
        "source": _("来源"),
        "recorder": _("记分员"),
        "note": _("事由"),
    }


def line_of(row: AwardRow) -> dict[str, Any]:
    """A deed as a line of a list."""
    signed = -row.points if row.deduction else row.points
    words = {"points": signed, "state": row.state_label, "source": row.source_label}
    return {**data_of(row), **words}


def data_of(row: AwardRow) -> dict[str, Any]:
    """A deed as JSON; points are positive also of a deduction."""
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
        "deduction": row.deduction,
        "collected": row.collected,
        "deed_on": row.deed_on.isoformat(),
        "note": row.note,
        "state": row.state.value,
        "source": row.source.value,
        "helper": row.helper,
        "recorder": row.recorder,
        "recorded_at": clock.local(row.recorded_at).isoformat(timespec="seconds"),
        "decider": row.decider,
        "sitting": row.sitting_id,
        "notice": row.notice_id,
        "event": row.posted_seq,
    }


def _whole(typed: str) -> int | None:
    """A whole number, full-width digits too; None for anything else."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    digits = plain.removeprefix("-")
    fits = digits.isdecimal() and digits.isascii() and len(digits) <= _LONGEST_NUMBER
    return int(plain) if fits else None
