"""`moralbank init` and `moralbank settings`."""

import click

from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.audit import AT_THE_MACHINE, Actor
from moralbank.console import Console, acts, read_password, show, with_json
from moralbank.db import reading, writing
from moralbank.i18n import _
from moralbank.scheme.service import adopt_default
from moralbank.store.service import open_shop
from moralbank.villages import service
from moralbank.villages.models import Village
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import SETTINGS


@click.command(
    help=_("开户：建立一个村的道德银行（数据库、默认积分细则、积分超市、第一位管理员）。")
)
@click.option("--village-code", required=True, help=_("12 位统计用区划代码，如 150404103201"))
@click.option("--village-name", required=True, help=_("村名，如 羊圈湾村"))
@click.option("--admin", required=True, help=_("第一位管理员的用户名"))
@click.option("--password-stdin", is_flag=True, help=_("从标准输入读管理员密码，不提示"))
@click.pass_obj
def init(
    console: Console,
    *,
    village_code: str,
    village_name: str,
    admin: str,
    password_stdin: bool,
) -> None:
    """Open a village."""
    wanted = service.OpenVillage(village_code, village_name)
    service.check_wanted(wanted)  # before anybody thinks of a password
    password = read_password(from_stdin=password_stdin, prompt=_("管理员密码"))
    with console.founded():
        village = _open(wanted, admin, password)
    click.echo(_("%(name)s（%(number)s）已开户。", name=village.name, number=village.id))
    click.echo(_("下一步：moralbank serve 打开网页，用“%(admin)s”登录。", admin=admin))


def _open(wanted: service.OpenVillage, admin: str, password: str) -> Village:
    """All that a village begins with, or nothing; nobody is there yet who could second it."""
    with writing() as session:
        village = service.open_village(session, wanted)
        founder = Actor(village.id, 0, _("开户"), Role.ADMIN, AT_THE_MACHINE, alone=True)
        adopt_default(session, founder)
        open_shop(session, founder)
        add_user(session, founder, admin, Role.ADMIN, password, first=False)
    return village


@click.group(help=_("本村设置：查看、修改。"))
def settings() -> None:
    """Group of commands."""


@settings.command("show", help=_("列出全部设置。"))
@with_json
@acts("villages.settings")
def show_settings(actor: Actor, *, as_json: bool) -> None:
    """List all settings."""
    with reading() as session:
        values = settings_of(session, actor.village_id)
    if as_json:
        rows = [{"key": key, "value": value} for key, value in values.items()]
    else:
        rows = [
            {"key": key, "label": _(SETTINGS[key].label), "value": value}
            for key, value in values.items()
        ]
    show(rows, {"key": "KEY", "label": _("含义"), "value": _("现值")}, as_json=as_json)


@settings.command(
    "set", help=_("修改一项设置，如：settings set public_address https://bank.example.cn")
)
@click.argument("key")
@click.argument("value")
@acts("villages.settings")
def set_setting(actor: Actor, *, key: str, value: str) -> None:
    """Change one setting."""
    with writing() as session:
        kept = service.change_setting(session, actor, key, value)
    click.echo(_("%(key)s 已设为：%(value)s", key=key, value=kept or _("（空）")))
