"""`moralbank store shops`, `add-shop`, `edit-shop`, `keeper`: `commands.py` adds them."""

from datetime import date, datetime
from typing import Any, Final

import click

from moralbank.access.queries import user_named
from moralbank.audit import Actor
from moralbank.console import acts, show, with_json
from moralbank.db import reading, writing
from moralbank.i18n import _, listed
from moralbank.store import shops as service
from moralbank.store.keeping import KIND_LABELS, shop, shops
from moralbank.store.models import ShopKind

_DAY: Final = click.DateTime(["%Y-%m-%d"])
_KINDS: Final = click.Choice([kind.value for kind in ShopKind])

with_shop = click.option("--shop", type=int, help=_("哪家店（编号），不写就是第一家或自己管的"))


@click.command("shops", help=_("列出村里的店铺和店长。"))
@with_json
@acts("store.view")
def list_shops(actor: Actor, *, as_json: bool) -> None:
    """List the shops with their keepers."""
    with reading() as session:
        every = shops(session, actor.village_id)
        kept = service.keepers(session, actor.village_id)
        who = service.shopkeepers(session, actor.village_id)
    only = every[0].id if len(every) == 1 else None
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "kind": one.kind.value,
            "kind_label": _(KIND_LABELS[one.kind]),
            "contact": one.contact,
            "contract_until": one.contract_until,
            "keepers": listed(man.name for man in who if kept.get(man.id, only) == one.id),
        }
        for one in every
    ]
    heads = {
        "id": _("编号"),
        "name": _("店名"),
        "kind_label": _("哪一种"),
        "contact": _("联系人和电话"),
        "contract_until": _("合同到哪天"),
        "keepers": _("店长"),
    }
    show(rows, heads, as_json=as_json)


@click.command("add-shop", help=_("添加一家店，如：store add-shop 老周家便民店 --contact 周建国"))
@click.argument("name")
@click.option("--kind", type=_KINDS, default=ShopKind.CONTRACT.value, show_default=True)
@click.option("--contact", default="", help=_("联系人和电话"))
@click.option("--until", type=_DAY, help=_("合同到哪天"))
@acts("store.shops")
def add_shop(actor: Actor, *, name: str, kind: str, contact: str, until: datetime | None) -> None:
    """Open another shop."""
    wanted = service.NewShop(name, ShopKind(kind), contact, _day(until))
    with writing() as session:
        made = service.add_shop(session, actor, wanted)
    click.echo(_("已添加第 %(n)s 家店“%(name)s”", n=made.id, name=made.name))


@click.command("edit-shop", help=_("改店名、联系人或合同，没写的不变。"))
@click.argument("number", type=int)
@click.option("--name", help=_("店名"))
@click.option("--kind", type=_KINDS)
@click.option("--contact", help=_("联系人和电话"))
@click.option("--until", type=_DAY, help=_("合同到哪天"))
@acts("store.shops")
def edit_shop(actor: Actor, number: int, **said: Any) -> None:
    """Change what is known of a shop."""
    with writing() as session:
        now = shop(session, actor.village_id, number)
        wanted = service.NewShop(
            said["name"] if said["name"] is not None else now.name,
            ShopKind(said["kind"]) if said["kind"] else now.kind,
            said["contact"] if said["contact"] is not None else now.contact,
            _day(said["until"]) or now.contract_until,
        )
        service.edit_shop(session, actor, number, wanted)
    click.echo(_("已保存"))


@click.command("keeper", help=_("定一位店长管哪家店，如：store keeper 周桂兰 --shop 2"))
@click.argument("user")
@click.option("--shop", "number", type=int, required=True, help=_("哪家店（编号）"))
@acts("store.shops")
def keeper(actor: Actor, *, user: str, number: int) -> None:
    """Say which shop a shopkeeper keeps."""
    with writing() as session:
        who = user_named(session, actor.village_id, user)
        service.appoint(session, actor, who.id, number)
        name = shop(session, actor.village_id, number).name
    click.echo(_("%(user)s管“%(shop)s”", user=who.name, shop=name))


def _day(typed: datetime | None) -> date | None:
    return typed.date() if typed else None


SHOP_COMMANDS: Final = (list_shops, add_shop, edit_shop, keeper)
"""What `commands.py` adds to its group."""
