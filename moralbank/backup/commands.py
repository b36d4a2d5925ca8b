"""`moralbank backup`: the machine's backups. Whoever runs commands here reads all books anyway."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import click

from moralbank import clock, db
from moralbank.access.permissions import Role
from moralbank.access.queries import Agreement
from moralbank.archive.reading import Archive
from moralbank.backup import shelf
from moralbank.backup.disk import plain_faults, turn
from moralbank.backup.places import place_at
from moralbank.backup.plan import Plan
from moralbank.backup.queries import size
from moralbank.backup.reading import BackupUnknown, opened, prove, require_same_file
from moralbank.backup.restoring import Restored, Restoring
from moralbank.backup.service import back_up, set_seal, steps
from moralbank.backup.shelf import Backup, Why
from moralbank.config import Settings
from moralbank.console import (
    Console,
    Person,
    agreed,
    ask_person,
    progress,
    read_password,
    read_secret,
    show,
    show_json,
    with_json,
)
from moralbank.db import Database, reading
from moralbank.errors import MoralbankError, Refused
from moralbank.i18n import _, listed, mark

A_FILE = click.Path(path_type=Path, dir_okay=False)
with_secrets = click.option(
    "--password-stdin",
    is_flag=True,
    help=_("不提示，从标准输入逐行读：封口的先一行口令，再一行管理员密码、一行监督员密码"),
)
with_key = click.option("--key", type=A_FILE, help=_("key.age 在哪里（默认在备份旁边找）"))


class SomeNotGood(Refused):
    """Not every backup that was looked at is good."""

    text = mark("有 %(n)s 份备份不能用，请看上面的说明")
    code = "backups_not_good"


@click.group(
    "backup",
    help=_(
        "备份：设置、立即备份、查看、核对、恢复。\n\n"
        "备份是一份完整的压缩文件：全部账目、住户、用户（密码的散列、动态码的密钥）和照片，"
        "不用停机。网页开着时每天自动备份一次。\n\n"
        "登录的签名密钥 secret.key 不在备份里：恢复以后，大家要重新登录。\n\n"
        "县、乡用 PostgreSQL 的，除此之外还要按 PostgreSQL 自己的办法做基础备份和日志归档。"
    ),
)
def backup() -> None:
    """Group of commands."""


@backup.command("set", help=_("设置备份放在哪里、留几份、要不要每天自动备份、要不要封口。"))
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("放备份的文件夹，可以在 U 盘上；写 default 改回数据文件夹里的 backups"),
)
@click.option("--keep", type=click.IntRange(1, 3650), help=_("只留最近几份"))
@click.option("--daily/--no-daily", default=None, help=_("每天自动备份一次"))
@click.option("--seal/--no-seal", default=None, help=_("用口令封口（age），没有口令谁也打不开"))
@click.option("--passphrase-stdin", is_flag=True, help=_("从标准输入读口令，不提示"))
@click.pass_obj
def set_plan(
    console: Console,
    *,
    folder: Path | None,
    keep: int | None,
    daily: bool | None,
    seal: bool | None,
    passphrase_stdin: bool,
) -> None:
    """Change the plan, or show it."""
    instance = console.settings().instance
    plan = Plan.load(instance)
    with turn(instance), plain_faults(instance):
        plan = _moved(plan, folder)
        if seal:
            said = read_password(from_stdin=passphrase_stdin, prompt=_("封口的口令"))
            plan = replace(plan, recipient=set_seal(plan, said))
        changes = {"keep": keep, "daily": daily, "recipient": "" if seal is False else None}
        given = {name: value for name, value in changes.items() if value is not None}
        plan = replace(plan, **given).kept()  # type: ignore[arg-type]
    _tell_plan(plan, sealed_now=bool(seal))


def _moved(plan: Plan, folder: Path | None) -> Plan:
    """The plan with another folder, made ready; the key that is in use goes there too."""
    if folder is None:
        return plan
    chosen = None if str(folder) == "default" else folder.expanduser().resolve()
    moved = replace(plan, folder=chosen)
    shelf.prepare(moved.place)
    key = plan.instance / shelf.KEY
    if plan.recipient and key.exists():
        with plain_faults(moved.place):
            shelf.put_key(moved.place, key.read_bytes())
    return moved


def _tell_plan(plan: Plan, *, sealed_now: bool) -> None:
    click.echo(_("备份放在：%(folder)s", folder=plan.place))
    click.echo(_("留最近 %(n)s 份", n=plan.keep))
    click.echo(_("每天自动备份：是（网页开着时）") if plan.daily else _("每天自动备份：否"))
    click.echo(_("封口：是") if plan.recipient else _("封口：否，请像账本一样保管"))
    if sealed_now:
        click.echo(
            _("口令请写在纸上锁好：忘了口令，备份谁也打不开。key.age 已和备份放在一起，请不要删。")
        )


@backup.command(help=_("现在备份一次。网页开着也可以，不影响记分和兑换。"))
@click.pass_obj
def create(console: Console) -> None:
    """Make a backup by the plan."""
    instance = console.settings().instance
    with (
        console.opened(),
        turn(instance),
        reading() as session,
        progress(_("备份"), steps(session)) as told,
    ):
        made = back_up(session, instance, Why.ASKED, told)
    click.echo(_("已备份并核对：%(path)s（%(size)s）", path=made.path, size=size(made.bytes)))
    for village in made.villages:
        click.echo(_("%(village)s：账尾 %(mark)s", village=village.name, mark=village.mark))
    if made.missing:
        click.echo(_("有 %(n)s 个照片文件本来就不在了，没有备份到", n=made.missing), err=True)


@backup.command("list", help=_("列出备份，新的在前。"))
@with_json
@click.pass_obj
def list_backups(console: Console, *, as_json: bool) -> None:
    """List what lies in the folder."""
    plan = Plan.load(console.settings().instance)
    found = shelf.listed(plan.place)
    if as_json:
        show_json([one.said() for one in found])
        return
    heads = {
        "name": _("文件"),
        "made_at": _("什么时候"),
        "size": _("大小"),
        "what": _("内容"),
        "state": _("核对"),
    }
    show([_row(one) for one in found], heads, as_json=False, title=str(plan.place))
    if not found:
        click.echo(_("还没有备份：运行 moralbank backup create 做一份"))


def _row(one: Backup) -> dict[str, Any]:
    said = {"villages": len(one.villages), "rows": one.rows, "photos": one.photos}
    what = _("%(villages)s 个村，%(rows)s 行，%(photos)s 个照片文件", **said)
    return {
        "name": one.name,
        "made_at": clock.minute(one.made_at),
        "size": size(one.bytes),
        "what": what if one.described else "",
        "state": _state(one),
    }


def _state(one: Backup) -> str:
    if one.proved_at is not None:
        return _("%(when)s 验过账", when=clock.minute(one.proved_at))
    return _("写完读回，完好") if one.described else _("没有核对过")


@backup.command(
    help=_(
        "核对备份：逐项核对校验值，再装进临时数据库验账。不写文件名就核对最新一份。\n\n"
        "封了口的要问口令；--quick 只核对整个文件的校验值，不用口令。"
    )
)
@click.argument("file", type=A_FILE, required=False)
@click.option("--all", "every", is_flag=True, help=_("核对文件夹里的每一份"))
@click.option("--quick", is_flag=True, help=_("只核对整个文件的校验值"))
@with_key
@with_secrets
@click.pass_obj
def verify(
    console: Console,
    *,
    file: Path | None,
    every: bool,
    quick: bool,
    key: Path | None,
    password_stdin: bool,
) -> None:
    """Prove backups; raises SomeNotGood, so that a script sees exit code 1."""
    instance = console.settings().instance
    several = _chosen(Plan.load(instance), file, every=every)
    passphrase = _asked_once(from_stdin=password_stdin)
    bad = 0
    with turn(instance):
        for one in several:
            try:
                words = _verified(one, instance, None if quick else passphrase, key)
            except MoralbankError as refusal:
                bad += 1
                click.echo(f"✗ {one.name}{_('：')}{refusal.message}")
            else:
                click.echo(f"✓ {one.name}{_('：')}{words}")
    if bad:
        raise SomeNotGood(n=bad)


def _chosen(plan: Plan, file: Path | None, *, every: bool) -> list[Backup]:
    """The backups to be looked at; raises BackupUnknown."""
    if file is not None:
        found = file if file.exists() else plan.place / file
        if not found.is_file():
            raise BackupUnknown(path=file)
        return [shelf.described(found.resolve())]
    several = shelf.listed(plan.place)
    if not several:
        raise BackupUnknown(path=plan.place / "moralbank-….zip")
    return several if every else several[:1]


def _verified(
    one: Backup, instance: Path, passphrase: Callable[[], str] | None, key: Path | None
) -> str:
    """Prove one and say what was found; raises what stands against it."""
    with plain_faults(one.folder):
        require_same_file(one)
    if passphrase is None:
        return _("文件与做备份时一样") if one.described else _("旁边没有说明文件，无从核对")
    with opened(one.path, instance, passphrase, key) as archive:
        with _told(_("核对"), archive) as told:
            prove(archive, instance, told)
        marks = [f"{village.name} {village.mark}" for village in archive.manifest.villages]
    with suppress(OSError):  # a stick may be read-only: it was proved all the same
        one.proved()
    return _("完好，账目无误，账尾 %(marks)s", marks=listed(marks))


@contextmanager
def _told(what: str, archive: Archive) -> Iterator[Callable[[int], None]]:
    """A bar for reading every member and loading every table."""
    manifest = archive.manifest
    with progress(what, 2 * (len(manifest.tables) + len(manifest.photos))) as told:
        yield told


@backup.command(
    help=_(
        "恢复：把备份装进空的数据文件夹，或者换掉现在的账。\n\n"
        "换掉现在的账要由一位管理员和一位监督员各自输入密码；现在的账先备份，再挪到 replaced 里，"
        "不会删除。恢复后大家要重新登录。"
    )
)
@click.argument("file", type=A_FILE)
@click.option(
    "--database-url",
    help=_(
        "恢复到这个数据库（默认与平时用的一样）。地址里有密码的，请写进环境变量 "
        "MORALBANK_DATABASE_URL：写在命令里，同一台电脑上的别人看得到"
    ),
)
@click.option("--admin", help=_("同意的管理员"))
@click.option("--supervisor", help=_("同意的监督员"))
@with_key
@with_secrets
@click.pass_obj
def restore(
    console: Console,
    *,
    file: Path,
    database_url: str | None,
    admin: str | None,
    supervisor: str | None,
    key: Path | None,
    password_stdin: bool,
) -> None:
    """Put a backup into its place."""
    settings = _settings(console, database_url)

    @cache
    def people() -> tuple[Person, Person]:
        """The two, asked once although they may be looked for in the old books and the new."""
        return (
            ask_person(Role.ADMIN, admin, from_stdin=password_stdin),
            ask_person(Role.SUPERVISOR, supervisor, from_stdin=password_stdin),
        )

    def agree(database: Database) -> Agreement:
        db.use(database)
        return agreed(*people())

    passphrase = _asked_once(from_stdin=password_stdin)
    with turn(settings.instance), opened(file, settings.instance, passphrase, key) as archive:
        with _told(_("恢复"), archive) as told:
            place = place_at(settings.database_url)
            done = Restoring(archive, file.name, settings.instance, place, told).run(agree)
        _tell_restored(archive, done, elsewhere=database_url is not None)


def _settings(console: Console, database_url: str | None) -> Settings:
    settings = console.settings()
    return settings if database_url is None else settings.with_database(database_url)


def _tell_restored(archive: Archive, done: Restored, *, elsewhere: bool) -> None:
    manifest = archive.manifest
    for village in manifest.villages:
        click.echo(_("已恢复 %(village)s：账尾 %(mark)s", village=village.name, mark=village.mark))
    rows = sum(one.rows for one in manifest.tables.values())
    click.echo(
        _("%(rows)s 行、%(n)s 个照片文件，与备份分毫不差", rows=rows, n=len(manifest.photos))
    )
    if manifest.missing:
        click.echo(_("有 %(n)s 个照片文件做备份时就不在了", n=len(manifest.missing)))
    for problem in done.problems:
        click.echo(f"✗ {problem.code}: {problem.text}", err=True)
    if done.problems:
        click.echo(_("备份里的账有不对的地方，做备份时就这样了，请懂的人来查"), err=True)
    if done.aside is not None:
        click.echo(_("原来的账和它的备份在：%(folder)s %(old)s", folder=done.aside, old=done.old))
    if elsewhere:
        click.echo(_("请把 MORALBANK_DATABASE_URL 设成这个数据库，再启动网页。"))
    click.echo(_("大家要重新登录。下一步：moralbank serve"))


def _asked_once(*, from_stdin: bool) -> Callable[[], str]:
    """Asks for the passphrase when it is first needed, and remembers it."""
    return cache(lambda: read_secret(from_stdin=from_stdin, prompt=_("封口的口令")))
