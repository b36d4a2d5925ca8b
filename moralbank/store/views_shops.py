"""Pages of shops: which there are, who keeps which, and which of them a page is about.

The room's blueprint begins here; the other files named `views…` add their pages to it.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank.access.permissions import may as role_may
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.store import shops as service
from moralbank.store.forms import KeeperForm, ShopForm
from moralbank.store.keeping import KIND_LABELS, ShopChoice, shop_choice, shops
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_number

room = Blueprint("store", __name__)


def asked_shop(session: Session) -> ShopChoice:
    """The shop that the address asks for with `?shop=`; a shopkeeper's own, whatever it says.

    Raises NoShop, ShopNotChosen, and NotYourShop where a shopkeeper asks for another one.
    """
    return shop_choice(session, current_actor(), asked_number("shop"))


def may_manage() -> bool:
    """Whether the reader may change goods and stock."""
    return role_may(current_actor().role, "store.manage")


@room.get("/store/shops")
@may("store.shops")
def shop_list() -> Any:
    """Show the village's shops and their keepers."""
    return _shops_page(ShopForm(prefix="new-"))


@room.post("/store/shops")
@may("store.shops")
def add_shop() -> Any:
    """Open another shop."""
    form = ShopForm(request.form, prefix="new-")
    if not form.validate():
        return _shops_page(form), 422
    try:
        with writing() as session:
            made = service.add_shop(session, current_actor(), form.wanted())
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _shops_page(form), status_of(refusal)
    flash(_("已添加“%(name)s”，请定好由谁来管", name=made.name), "ok")
    return redirect(url_for("store.shop_list"), 303)


@room.post("/store/shops/<int:shop_id>")
@may("store.shops")
def edit_shop(shop_id: int) -> Any:
    """Change what is known of a shop."""
    form = ShopForm(request.form, prefix=f"shop-{shop_id}-")
    if not form.validate():
        return _shops_page(ShopForm(prefix="new-"), (shop_id, form)), 422
    try:
        with writing() as session:
            service.edit_shop(session, current_actor(), shop_id, form.wanted())
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _shops_page(ShopForm(prefix="new-"), (shop_id, form)), status_of(refusal)
    flash(_("已保存"), "ok")
    return redirect(url_for("store.shop_list"), 303)


@room.post("/store/shops/keepers")
@may("store.shops")
def appoint() -> Any:
    """Say which shop a shopkeeper keeps."""
    form = KeeperForm(request.form)
    with writing() as session:
        service.appoint(session, current_actor(), form.user_id.data, form.shop_id.data)
    flash(_("已定好"), "ok")
    return redirect(url_for("store.shop_list"), 303)


def _shops_page(new: ShopForm, editing: tuple[int, ShopForm] | None = None) -> str:
    """All shops; `editing` is the form of one whose change was refused."""
    village_id = current_actor().village_id
    with reading() as session:
        every = shops(session, village_id)
        who = service.shopkeepers(session, village_id)
        kept = service.keepers(session, village_id)
    only = every[0].id if len(every) == 1 else None
    forms = {one.id: ShopForm.of(one, prefix=f"shop-{one.id}-") for one in every}
    forms.update([editing] if editing else [])
    return render_template(
        "store/shops.html",
        shops=every,
        forms=forms,
        wrong=editing[0] if editing else None,
        new=new,
        keepers=who,
        kept={one.id: kept.get(one.id, only) for one in who},
        kinds=KIND_LABELS,
    )
