"""`moralbank serve` and `moralbank db`."""

import socket
import webbrowser
from threading import Timer

import click
from flask import Flask

from moralbank.app import create_app
from moralbank.console import Console
from moralbank.db import Database
from moralbank.errors import Refused
from moralbank.i18n import _, mark
from moralbank.migrations import upgrade
from moralbank.web.closing import close_at_start


class PortTaken(Refused):
    """Another program listens there."""

    text = mark("端口 %(port)s 已被占用，请用 --port 换一个")
    code = "port_taken"


@click.command(help=_("启动网页。默认只在本机可开：http://127.0.0.1:8000"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("监听地址"))
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=_("端口")
)
@click.option("--no-browser", is_flag=True, help=_("不自动打开浏览器"))
@click.pass_obj
def serve(console: Console, *, host: str, port: int, no_browser: bool) -> None:
    """Serve the pages until stopped."""
    console.open().require_current()  # say what is missing before serving
    run_server(create_app(console.settings()), host, port, browser=not no_browser)


@click.group("db", help=_("数据库：升级。"))
def database() -> None:
    """Group of commands."""


@database.command("upgrade", help=_("把数据库升级到本程序的版本；已是最新则什么也不做。"))
@click.pass_obj
def upgrade_database(console: Console) -> None:
    """Migrate."""
    settings = console.settings()
    settings.instance.mkdir(parents=True, exist_ok=True)
    opened = Database(settings.database_url)
    upgrade(opened.engine)
    opened.close()
    click.echo(_("数据库已是最新"))


def run_server(app: Flask, host: str, port: int, *, browser: bool) -> None:
    """Serve an application with waitress; raises PortTaken."""
    from waitress import serve as listen  # noqa: PLC0415 - only when serving

    if not is_free(host, port):
        raise PortTaken(port=port)
    everywhere = host in {"0.0.0.0", "::"}  # noqa: S104 - what the user asked for
    address = f"http://{'127.0.0.1' if everywhere else host}:{port}"
    click.echo(_("网页地址：%(address)s （按 Ctrl+C 停止）", address=address))
    if everywhere:
        click.echo(_("同一网络里的手机打开：http://%(host)s:%(port)s", host=_own_host(), port=port))
    if browser:
        Timer(0.8, webbrowser.open, [address]).start()
    close_at_start(app.extensions["moralbank"])
    listen(app, host=host, port=port, threads=8, ident="moralbank")


def _own_host() -> str:
    """The address by which others on the local network reach this machine; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation, RFC 5737
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens at this address yet."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
