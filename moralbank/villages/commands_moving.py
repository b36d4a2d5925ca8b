"""`moralbank villages`: which villages live here, and moving one of them elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.archive.reading import Archive
from moralbank.archive.writing import pieces
from moralbank.audit import Actor
from moralbank.console import (
    Console,
    acts,
    agreed,
    ask_person,
    progress,
    show,
    show_json,
    to_output,
    with_json,
)
from moralbank.db import reading, see_everything, writing
from moralbank.errors import Invalid, MoralbankError
from moralbank.i18n import _, mark
from moralbank.ledger.service import lock
from moralbank.photos.storage import folder_of
from moralbank.villages import arriving, codes, moving
from moralbank.villages.models import Village
from moralbank.villages.moving import Parcel, Standing
from moralbank.villages.queries import VillageUnknown, village_info
from moralbank.whole_files import sha256_of

A_CODE = click.IntRange(codes.FIRST, codes.LAST)
"""A village's 12-digit division code."""


class RenameUnreadable(Invalid):
    """A renaming is written 旧名=新名, and nobody gets two names."""

    text = mark("“%(typed)s”看不懂：改名要写成 旧名=新名，例如 王秀兰=羊圈湾王秀兰，一人一次")
    code = "rename_unreadable"


@click.group(help=_("村：列出、迁出、迁入。"))
def villages() -> None:
    """Group of commands."""


@villages.command("list", help=_("列出这里的村：户数、账尾、是否已迁走。"))
@with_json
@click.pass_obj
def list_villages(console: Console, *, as_json: bool) -> None:
    """List the villages whose books lie here; anyone at the machine may."""
    see_everything()
    with console.opened(), reading() as session:
        found = moving.villages_here(session)
    if as_json:
        show_json([asdict(one) for one in found])
        return
    rows = [
        {**asdict(one), "left": clock.minute(one.left_at) if one.left_at else ""} for one in found
    ]
    heads = {"id": _("代码"), "name": _("村"), "households": _("在册户数"), "mark": _("账尾")}
    show(rows, {**heads, "left": _("何时迁走")}, as_json=False)


@villages.command(
    short_help=_("迁出：把本村全部账目和照片写进一个文件。"),
    help=_(
        "迁出：把本村全部账目和照片写进一个文件，"
        "如：villages export 150404103201 -o 羊圈湾村.zip --leave"
    ),
)
@click.argument("code", type=A_CODE)
@to_output
@click.option("--leave", is_flag=True, help=_("搬走：文件写好后，这里的账只能看，不能再记"))
@acts("villages.export")
@click.pass_obj
def export(console: Console, actor: Actor, *, code: int, output: Path, leave: bool) -> None:
    """Write a village's file; with `leave` it is the last word of these books."""
    if code != actor.village_id:
        raise VillageUnknown(village=code)
    photos = folder_of(console.settings().instance)
    parcel = _send_away(actor, photos, output) if leave else _copy(actor, photos, output)
    _say(_("迁出"), moving.standing_of(parcel.manifest))
    _warn_of_missing(len(parcel.manifest.missing))
    click.echo(_("已写入 %(path)s，校验码 %(sum)s", path=output, sum=parcel.sha256))
    click.echo(_("文件没有加密，里面有全村的姓名、电话和账：请亲手送到，导入后删掉。"))
    if leave:
        click.echo(_("从现在起，这里的账只能看，不能再记。"))


def _copy(actor: Actor, photos: Path, output: Path) -> Parcel:
    """A file of the books as they stand; they go on here."""
    with moving.fresh_file(output, lambda: False):
        with reading() as session:
            parcel = _packed(session, actor, photos, output)
        with writing() as session:
            lock(session, actor.village_id)
            moving.record_export(session, actor, parcel)
    return parcel


def _send_away(actor: Actor, photos: Path, output: Path) -> Parcel:
    """A file of the books' last state: nobody writes between it and their closing."""
    with (
        moving.fresh_file(output, lambda: _has_left(actor.village_id)),
        writing() as session,
    ):
        lock(session, actor.village_id)
        # A snapshot of its own: it holds all that was kept before the lock, and not the closing.
        with reading() as snapshot:
            parcel = _packed(snapshot, actor, photos, output)
        moving.leave(session, actor, parcel)
    return parcel


def _packed(session: Session, actor: Actor, photos: Path, output: Path) -> Parcel:
    with progress(_("写入"), pieces(session, actor.village_id)) as told:
        return moving.pack(session, actor.village_id, photos, output, told)


def _has_left(village_id: int) -> bool:
    """Whether the books were closed after all; where nobody can say, they may have been."""
    try:
        with reading() as session:
            return village_info(session, village_id).left_at is not None
    except MoralbankError:
        return True


@villages.command(
    "return", help=_("搬迁没有办成时，让本村的账在这里重新记。要管理员和监督员两个人的密码。")
)
@click.argument("code", type=A_CODE)
@click.option("--admin", required=True, help=_("管理员的用户名"))
@click.option("--supervisor", required=True, help=_("监督员的用户名"))
@click.option(
    "--password-stdin", is_flag=True, help=_("从标准输入读两个密码，管理员的一行，监督员的一行")
)
@click.pass_obj
def come_back(
    console: Console, *, code: int, admin: str, supervisor: str, password_stdin: bool
) -> None:
    """Open the books of a village again whose move came to nothing."""
    click.echo(_("只有迁去的那边一笔也没有记过，才能这样做。"))
    click.echo(_("两边都记，账就成了两本，谁也合不到一起，连验账也查不出。"))
    first = ask_person(Role.ADMIN, admin, from_stdin=password_stdin)
    second = ask_person(Role.SUPERVISOR, supervisor, from_stdin=password_stdin)
    with console.opened():
        agreement = agreed(first, second, code)
        with writing() as session:
            end = moving.come_back(session, agreement.actor)
    click.echo(
        _("账已重新打开，从账尾 %(mark)s 接着记。那个迁出的文件已经作废，请删掉。", mark=end)
    )


@villages.command(
    "import",
    help=_("迁入：把别处迁出的一个村装进这里，如：villages import 羊圈湾村.zip"),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--rename",
    "renames",
    multiple=True,
    help=_("迁来的用户名这里已有人用时改名：旧名=新名，可以写多个"),
)
@click.pass_obj
def import_(console: Console, *, file: Path, renames: tuple[str, ...]) -> None:
    """Bring a village into this installation; anyone at the machine may, as with `init`."""
    wanted, settings = _renames(renames), console.settings()
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    see_everything()
    with arriving.unpacked(file, wanted, settings.instance) as archive:
        with console.founded():
            arrived = _move_in(archive, file, wanted, folder_of(settings.instance))
        _say(_("迁出时"), moving.standing_of(archive.manifest))
        _say(_("迁入后"), arrived)
        _warn_of_missing(len(archive.manifest.missing))
    click.echo(_("每一行、每个合计和每个校验码都已核对，一样。请把迁出的文件删掉。"))


def _move_in(archive: Archive, file: Path, renames: Mapping[str, str], photos: Path) -> Standing:
    """All of it or nothing; how the village stands here afterwards."""
    village_id = archive.manifest.villages[0].id
    digest = sha256_of(file)
    with (
        arriving.placing(photos, lambda: _is_here(village_id)) as place,
        writing() as session,
    ):
        arriving.move_in(session, archive, digest, renames, place)
    with reading() as session:
        return moving.standing(session, village_id)


def _is_here(village_id: int) -> bool:
    """Whether the village was kept after all; where nobody can say, it may have been."""
    try:
        with reading() as session:
            return session.get(Village, village_id) is not None
    except MoralbankError:
        return True


def _renames(typed: Sequence[str]) -> dict[str, str]:
    """Old names and new ones; raises RenameUnreadable."""
    wanted: dict[str, str] = {}
    for one in typed:
        old, _sign, new = (part.strip() for part in one.partition("="))
        if not old or not new or old in wanted:
            raise RenameUnreadable(typed=one[:60])
        wanted[old] = new
    return wanted


def _say(when: str, how: Standing) -> None:
    click.echo(
        _(
            "%(when)s：%(name)s %(households)s 户（连已迁出的），%(points)s 分，账尾 %(mark)s",
            when=when,
            **asdict(how),
        )
    )


def _warn_of_missing(number: int) -> None:
    if number:
        click.echo(_("有 %(n)s 个照片文件在迁出之前就已经不见了", n=number))
