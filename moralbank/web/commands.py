"""`moralbank serve` and `moralbank db`."""

import logging
import socket
import webbrowser
from dataclasses import replace
from threading import Timer
from typing import Final

import click
from flask import Flask

from moralbank import logs
from moralbank.app import create_app
from moralbank.config import Settings
from moralbank.console import Console
from moralbank.db import Database
from moralbank.errors import Refused
from moralbank.i18n import _, mark
from moralbank.loading import loaded_for_good
from moralbank.migrations import upgrade
from moralbank.web.allocator import keep_little
from moralbank.web.closing import close_at_start
from moralbank.web.own_address import outward_address

_log = logging.getLogger(__name__)


class PortTaken(Refused):
    """Another program listens there."""

    text = mark("端口 %(port)s 已被占用，请用 --port 换一个")
    code = "port_taken"


class SafePortTaken(Refused):
    """Another program listens where https was to be."""

    text = mark("端口 %(port)s 已被占用，请用 --https-port 换一个")
    code = "safe_port_taken"


A_PORT = click.IntRange(1, 65535)
THREADS: Final = 4
"""Requests that are worked on at once. More get into each other's way: with eight, sixteen counters
get a tenth fewer redemptions, and the slowest take half as long again (bench row `http`).
"""


@click.command(help=_("启动网页。默认只在本机可开：http://127.0.0.1:8000"))
@click.option("--host", help=_("监听地址；不写只有本机能开，加了 --https 则同一网络都能开"))
@click.option("--port", default=8000, show_default=True, type=A_PORT, help=_("端口"))
@click.option("--no-browser", is_flag=True, help=_("不自动打开浏览器"))
@click.option("--https", is_flag=True, help=_("用自己的证书加密，手机才能开摄像头、断网打分"))
@click.option("--https-port", default=8443, show_default=True, type=A_PORT, help=_("https 的端口"))
@click.pass_obj
def serve(
    console: Console, *, host: str | None, port: int, no_browser: bool, https: bool, https_port: int
) -> None:
    """Serve the pages until stopped."""
    keep_little()
    settings = console.settings()
    logs.begin(settings.log_level)
    console.open().require_current()  # say what is missing before serving
    _keep_logs(settings, port)
    if https:
        safe = replace(settings, secure_cookies=True, own_https=True)
        serve_safely(safe, host or "0.0.0.0", port, https_port, browser=not no_browser)  # noqa: S104 - for phones
    else:
        run_server(create_app(settings), host or "127.0.0.1", port, browser=not no_browser)


@click.group("db", help=_("数据库：升级。"))
def database() -> None:
    """Group of commands."""


@database.command("upgrade", help=_("把数据库升级到本程序的版本；已是最新则什么也不做。"))
@click.pass_obj
def upgrade_database(console: Console) -> None:
    """Migrate."""
    settings = console.settings()
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    opened = Database(settings.database_url)
    upgrade(opened.engine)
    opened.close()
    click.echo(_("数据库已是最新"))


def run_server(app: Flask, host: str, port: int, *, browser: bool) -> None:
    """Serve an application with waitress over plain http; raises PortTaken."""
    from waitress import serve as listen  # noqa: PLC0415 - only when serving

    if not is_free(host, port):
        raise PortTaken(port=port)
    address = f"http://{'127.0.0.1' if _is_everywhere(host) else host}:{port}"
    click.echo(_("网页地址：%(address)s （按 Ctrl+C 停止）", address=address))
    if _is_everywhere(host):
        own = outward_address()
        click.echo(_("同一网络里的手机打开：http://%(host)s:%(port)s", host=own, port=port))
    trusted = app.config["PROXIES"] > 0
    if not trusted and not _is_only_here(host):
        click.echo(
            _(
                "！没有加密：同一网络里的人能看到密码。只在自家有密码的 WiFi 上这样用，"
                "或者改用 moralbank serve --https"
            ),
            err=True,
        )
    _open_browser(address, wanted=browser)
    close_at_start(app)
    loaded_for_good()
    listen(
        app,
        host=host,
        port=port,
        threads=THREADS,
        ident="moralbank",
        clear_untrusted_proxy_headers=not trusted,  # else the application weighs them
    )


def serve_safely(settings: Settings, host: str, port: int, safe: int, *, browser: bool) -> None:
    """Serve over https with certificates of our own; raises PortTaken, SafePortTaken."""
    from moralbank.web import https  # noqa: PLC0415 - only when serving so

    if not is_free(host, port):
        raise PortTaken(port=port)
    if not is_free(host, safe):
        raise SafePortTaken(port=safe)
    own = https.prepare(settings.instance, port, safe)
    app = create_app(settings)
    app.config["OWN_AUTHORITY"] = own
    outside = outward_address() if _is_everywhere(host) else host
    here = f"https://{'127.0.0.1' if _is_everywhere(host) else host}:{safe}"
    click.echo(_("网页地址：%(address)s （按 Ctrl+C 停止）", address=here))
    click.echo(_("同一网络里的手机打开：https://%(host)s:%(port)s", host=outside, port=safe))
    click.echo(
        _("每台手机第一次先打开：http://%(host)s:%(port)s/trust ，照着做", host=outside, port=port)
    )
    if not https.vouches_for(outside):
        click.echo(
            _("！%(host)s 不是局域网的地址，自己的证书不管它：请用反向代理", host=outside), err=True
        )
    click.echo(_("证书指纹，手机上看到的要与它一样："))
    click.echo(f"  SHA-256 {own.sha256}")
    click.echo(f"  SHA-1   {own.sha1}")
    _open_browser(f"http://127.0.0.1:{port}/trust", wanted=browser and _is_everywhere(host))
    close_at_start(app)
    loaded_for_good()
    https.listen(app, host, own)


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens at this address yet."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _keep_logs(settings: Settings, port: int) -> None:
    """Write logs to the instance too; where that can't be, pages are served all the same."""
    try:
        logs.keep(settings.instance, port)
    except OSError as fault:
        _log.warning("no log file: %s", logs.brief(fault))


def _is_everywhere(host: str) -> bool:
    return host in {"0.0.0.0", "::"}  # noqa: S104 - what the user asked for


def _is_only_here(host: str) -> bool:
    return host in {"127.0.0.1", "localhost", "::1"}


def _open_browser(address: str, *, wanted: bool) -> None:
    if wanted:
        Timer(0.8, webbrowser.open, [address]).start()
