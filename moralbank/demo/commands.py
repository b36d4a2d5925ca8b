"""`moralbank demo`: a village to try everything on, in its own folder."""

import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Final

import click

from moralbank import clock
from moralbank.access.permissions import ROLE_LABELS
from moralbank.app import create_app
from moralbank.config import Settings
from moralbank.console import Console, progress
from moralbank.db import Database
from moralbank.demo.material import material
from moralbank.demo.service import Size, build_village, staff_of
from moralbank.i18n import _
from moralbank.migrations import upgrade
from moralbank.web.commands import is_free, run_server

SEED: Final = 1949
FOLDER: Final = "demo"
PASSWORDS: Final = "passwords.txt"
SMALL: Final = Size(households=48, days=92)

_MAKING: Final = "demo-making-"
_STALE_SECONDS: Final = 3600
"""No making takes so long: what is older was left by a power cut."""

_PORTS_TRIED: Final = 50
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike: i, l, o, 0, 1."""
_PASSWORD_PARTS: Final = (4, 4, 4)


@click.command(help=_("启动演示村：第一次会先建好（约半分钟），以后直接打开。人和账都是编的。"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("监听地址"))
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help=_("端口；被占用时换下一个空的"),
)
@click.option("--no-browser", is_flag=True, help=_("不自动打开浏览器"))
@click.option("--small", is_flag=True, help=_("建小一点的（48 户，三个月），旧电脑上快些"))
@click.option("--fresh", is_flag=True, help=_("丢掉原来的演示村，重新建一个"))
@click.pass_obj
def demo(
    console: Console, *, host: str, port: int, no_browser: bool, small: bool, fresh: bool
) -> None:
    """Make the demo village if there is none, and serve it."""
    settings = demo_settings(console)
    if fresh or not settings.instance.exists():
        make(settings.instance, SMALL if small else Size())
    _bring_up_to_date(settings)
    click.echo((settings.instance / PASSWORDS).read_text("utf-8"))
    free = free_port(host, port)
    if free != port:
        click.echo(_("端口 %(port)s 已被占用，改用 %(free)s。", port=port, free=free))
    run_server(create_app(settings), host, free, browser=not no_browser)


def demo_settings(console: Console) -> Settings:
    """The demo's own folder and file, whatever database the environment names."""
    return _settings(console.settings().instance / FOLDER)


def make(target: Path, size: Size) -> None:
    """Make the demo village in `target`, in place of an older one.

    It is built beside its place and moved there when whole, so an interrupted making is never
    taken for a village.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent)
    click.echo(_("正在建演示村：%(n)s 户，半年的账，请稍等……", n=size.households))
    with tempfile.TemporaryDirectory(
        prefix=_MAKING, dir=target.parent, ignore_cleanup_errors=True
    ) as made:
        whole = Path(made) / FOLDER
        _build(whole, size)
        if target.exists():
            shutil.move(target, Path(made) / "older")
        whole.rename(target)


def free_port(host: str, wanted: int) -> int:
    """The port wanted or the next that nobody listens at; the one wanted if all are taken."""
    tried = range(wanted, min(wanted + _PORTS_TRIED, 65536))
    return next((port for port in tried if is_free(host, port)), wanted)


def _build(folder: Path, size: Size) -> None:
    settings = _settings(folder)
    settings.secret_key()
    passwords = {name: _draw_password() for name, _role in staff_of(material())}
    database = Database(settings.database_url)
    try:
        upgrade(database.engine)
        with progress(_("建演示村"), size.days) as tell:
            build_village(
                database,
                material(),
                passwords,
                instance=folder,
                seed=SEED,
                size=size,
                progress=tell,
            )
    finally:
        database.close()
    _keep_passwords(folder / PASSWORDS, passwords)


def _sweep(folder: Path) -> None:
    """Remove what interrupted makings left behind."""
    for left in folder.glob(f"{_MAKING}*"):
        if clock.now().timestamp() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _bring_up_to_date(settings: Settings) -> None:
    """A demo made by an older program gets this one's tables."""
    database = Database(settings.database_url)
    upgrade(database.engine)
    database.close()


def _keep_passwords(path: Path, passwords: dict[str, str]) -> None:
    """Write down who signs in with what, for its owner's eyes only."""
    lines = [
        _(
            "%(role)s：用户名 %(name)s，密码 %(password)s",
            role=_(ROLE_LABELS[role]),
            name=name,
            password=passwords[name],
        )
        for name, role in staff_of(material())
    ]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join([_("演示村的登录（只在这台电脑上）："), *lines, ""]))


def _draw_password() -> str:
    parts = ("".join(secrets.choice(_LETTERS) for _place in range(n)) for n in _PASSWORD_PARTS)
    return "-".join(parts)


def _settings(folder: Path) -> Settings:
    database_url = f"sqlite:///{folder / 'moralbank.db'}"
    return Settings(instance=folder, database_url=database_url, demo=True)
