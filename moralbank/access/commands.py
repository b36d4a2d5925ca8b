"""`moralbank users`."""

import click

from moralbank.access import service
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.access.queries import users_of
from moralbank.audit import Actor
from moralbank.console import acts, read_password, show, with_json
from moralbank.db import reading, writing
from moralbank.i18n import _


@click.group(help=_("用户与岗位：添加、列出。"))
def users() -> None:
    """Group of commands."""


@users.command(help=_("添加一位用户；第一次登录须改密码。"))
@click.argument("name")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help=_("岗位")
)
@click.option("--password-stdin", is_flag=True, help=_("从标准输入读初始密码，不提示"))
@acts("access.manage")
def add(actor: Actor, *, name: str, role: str, password_stdin: bool) -> None:
    """Add a user."""
    password = read_password(from_stdin=password_stdin, prompt=_("初始密码"))
    with writing() as session:
        service.add_user(session, actor, name, Role(role), password)
    label = _(ROLE_LABELS[Role(role)])
    click.echo(_("已添加%(role)s“%(name)s”", role=label, name=name))


@users.command("list", help=_("列出本村的用户。"))
@with_json
@acts("access.manage")
def list_users(actor: Actor, *, as_json: bool) -> None:
    """List users."""
    with reading() as session:
        rows = [
            {
                "id": row.id,
                "name": row.name,
                "role": row.role.value if as_json else row.role_label,
                "disabled": row.disabled if as_json else (_("停用") if row.disabled else ""),
            }
            for row in users_of(session, actor.village_id)
        ]
    heads = {"id": _("号"), "name": _("用户名"), "role": _("岗位"), "disabled": _("状态")}
    show(rows, heads, as_json=as_json)
