"""`moralbank users`."""

import click

from moralbank import clock
from moralbank.access import second_factor, service
from moralbank.access.models import TieKind
from moralbank.access.permissions import ROLE_LABELS, VILLAGE_ROLES, Role
from moralbank.access.queries import (
    UserRow,
    barred_households,
    groups_by_user,
    tied_households,
    user_named,
    users_of,
)
from moralbank.audit import Actor
from moralbank.console import acts, read_password, show, with_json, with_request_id
from moralbank.db import reading, writing
from moralbank.households.queries import household_named
from moralbank.i18n import _, listed
from moralbank.proposals.acts import AddUser
from moralbank.proposals.commands import say_waits
from moralbank.proposals.service import propose
from moralbank.villages.queries import group_called


@click.group(help=_("用户与岗位：添加、列出、负责的小组、回避户。"))
def users() -> None:
    """Group of commands."""


@users.command(help=_("添加一位用户；第一次登录须改密码。"))
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in VILLAGE_ROLES]),
    required=True,
    help=_("岗位"),
)
@click.option("--password-stdin", is_flag=True, help=_("从标准输入读初始密码，不提示"))
@with_request_id
@acts("access.manage")
def add(actor: Actor, *, name: str, role: str, password_stdin: bool, request_id: str) -> None:
    """Add a user."""
    password = read_password(from_stdin=password_stdin, prompt=_("初始密码"))
    with reading() as session:
        near = service.names_near(session, actor.village_id)
    act = AddUser(name, role, service.first_password(name, password, near))
    with writing() as session:
        proposed = propose(session, actor, request_id, act)
    if not proposed.done:
        say_waits(proposed)
        return
    label = _(ROLE_LABELS[Role(role)])
    click.echo(_("已添加%(role)s“%(name)s”", role=label, name=name))
    if role == Role.GRID:
        click.echo(_("下一步：users groups %(name)s 一组 …，选他负责的小组", name=name))


@users.command("list", help=_("列出本村的用户。"))
@with_json
@acts("access.manage")
def list_users(actor: Actor, *, as_json: bool) -> None:
    """List users."""
    with reading() as session:
        groups = groups_by_user(session, actor.village_id)
        rows = [
            _listed_user(row, groups.get(row.id, []), as_json=as_json)
            for row in users_of(session, actor.village_id)
        ]
    heads = {
        "id": _("号"),
        "name": _("用户名"),
        "role": _("岗位"),
        "groups": _("负责的小组"),
        "disabled": _("状态"),
    }
    show(rows, heads, as_json=as_json)


@users.command(help=_("网格员负责哪几组，如：users groups 何志勇 一组 二组（一组也不写则清空）"))
@click.argument("name")
@click.argument("groups", nargs=-1)
@acts("access.manage")
def groups(actor: Actor, *, name: str, groups: tuple[str, ...]) -> None:
    """Say which groups a grid worker looks after."""
    with writing() as session:
        user = user_named(session, actor.village_id, name)
        wanted = [group_called(session, actor.village_id, one).id for one in groups]
        service.assign_groups(session, actor, user.id, wanted)
    said = listed(groups) if groups else _("（无）")
    click.echo(_("“%(name)s”负责的小组：%(groups)s", name=name, groups=said))


@users.command(
    help=_("登记回避户，如：users tie 赵德顺 一组-012 --words 女儿家；自己的可以自己登记")
)
@click.argument("name")
@click.argument("household")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in TieKind]),
    default=TieKind.KIN.value,
    show_default=True,
    help=_("own 自己家，kin 亲属家"),
)
@click.option("--words", default="", help=_("是什么亲，如 女儿家"))
@acts("access.self")
def tie(actor: Actor, *, name: str, household: str, kind: str, words: str) -> None:
    """Bar somebody from judging a household."""
    with writing() as session:
        user = user_named(session, actor.village_id, name)
        whose = household_named(session, actor.village_id, household)
        service.declare_tie(session, actor, user.id, whose.id, TieKind(kind), words)
    click.echo(_("已登记回避：%(head)s（%(where)s）", head=whose.head, where=whose.spoken))


@users.command(help=_("解除回避，如：users untie 赵德顺 一组-012（过去的回避记录还留着）"))
@click.argument("name")
@click.argument("household")
@acts("access.manage")
def untie(actor: Actor, *, name: str, household: str) -> None:
    """Let somebody judge a household again."""
    with writing() as session:
        user = user_named(session, actor.village_id, name)
        whose = household_named(session, actor.village_id, household)
        barred = barred_households(session, actor.village_id, user.id)
        if whose.id not in barred:
            raise service.TieUnknown
        service.end_tie(session, actor, barred[whose.id].id)
    click.echo(_("回避关系已解除，记录还留着"))


@users.command("totp-off", help=_("替丢了手机的人关掉两步登录，如：users totp-off 李建军"))
@click.argument("name")
@acts("access.manage")
def totp_off(actor: Actor, *, name: str) -> None:
    """Let somebody in by password alone whose phone was lost."""
    with writing() as session:
        second_factor.take_off(session, actor, name)
    click.echo(_("“%(name)s”的两步登录已关，现在用密码就能登录", name=name))


@users.command(help=_("列出一位用户的回避户，已解除的也列出。"))
@click.argument("name")
@with_json
@acts("access.manage")
def ties(actor: Actor, *, name: str, as_json: bool) -> None:
    """List the households that somebody may not judge."""
    with reading() as session:
        user = user_named(session, actor.village_id, name)
        rows = [
            {
                "household": one.household.label,
                "head": one.household.head,
                "kind": one.tie.kind.value,
                "words": one.tie.how,
                "since": clock.minute(one.tie.since),
                "ended": clock.minute(one.tie.ended_at) if one.tie.ended_at else None,
            }
            for one in tied_households(session, actor.village_id, user.id)
        ]
    heads = {
        "household": _("户号"),
        "head": _("户主"),
        "words": _("怎么称呼"),
        "since": _("起"),
        "ended": _("解除"),
    }
    show(rows, heads, as_json=as_json)


def _listed_user(row: UserRow, groups: list[str], *, as_json: bool) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "role": row.role.value if as_json else row.role_label,
        "groups": groups if as_json else listed(groups),
        "disabled": row.disabled if as_json else (_("停用") if row.disabled else ""),
    }
