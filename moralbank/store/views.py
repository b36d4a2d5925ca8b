"""Pages of goods: the shelf, one product, and what a point is worth.

The room's other pages stand in the files named `views_…`, which are imported here.
"""

from dataclasses import dataclass
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.access.queries import user_names
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.ledger.queries import rate_on
from moralbank.paging import Page, place
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, photos_of
from moralbank.proposals.acts import SetRate
from moralbank.proposals.queries import waiting_about
from moralbank.proposals.service import propose
from moralbank.store import costing, views_importing, views_receipts, views_stock
from moralbank.store import goods as goods_service
from moralbank.store.export import goods_list
from moralbank.store.forms import (
    CostForm,
    EditProductForm,
    NewProductForm,
    ProductForm,
    RateForm,
)
from moralbank.store.keeping import shop_for
from moralbank.store.prices import points_for
from moralbank.store.queries import ProductInfo, products, rate_history, stock_value
from moralbank.store.queries import product as read_product
from moralbank.store.shelf import batches, moves
from moralbank.store.views_shops import asked_shop, may_manage, room
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_also, asked_page, asked_words, pager
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.uploads import take_photos, takes_photos

__all__ = ["room", "views_importing", "views_receipts", "views_stock"]

PAGE_ROWS: Final = 30
PRODUCT = "/store/<int:product_id>"


@dataclass(frozen=True)
class CostBox:
    """The form that asks what a piece of a batch cost, with the request id that it carries."""

    batch_id: int
    form: CostForm
    request_id: str

    @classmethod
    def empty(cls, batch_id: int) -> "CostBox":
        """Nothing was typed."""
        return cls(batch_id, CostForm.of_batch(batch_id), next_request_id())


@room.get("/store")
@may("store.view")
def store() -> Any:
    """List the goods with stock and price."""
    typed, category = asked_words(), request.args.get("category", "")[:20]
    all_goods = request.args.get("all") == "1"
    village_id = current_actor().village_id
    with reading() as session:
        choice = asked_shop(session)
        shop_id = choice.shop.id
        everything = products(session, village_id, shop_id, active_only=False)
        found = products(session, village_id, shop_id, typed=typed, active_only=not all_goods)
        rate = rate_on(session, village_id)
        value = stock_value(session, village_id, shop_id)
    shown = [one for one in everything if all_goods or one.offered]
    page = _page([one for one in found if category in {"", one.category}])
    return render_template(
        "store/store.html",
        choice=choice,
        page=page,
        pager=pager(page.place, "store.store", **asked_also("q", "category", "all", "shop")),
        categories=list(dict.fromkeys(one.category for one in shown)),
        low=[one for one in shown if one.active and one.low],
        expired=sum(one.expired > 0 for one in everything),
        value=value,
        typed=typed,
        category=category,
        all_goods=all_goods,
        rate=rate,
        points=lambda fen: points_for(fen, rate),
        may_manage=may_manage(),
        may_rate=role_may(current_actor().role, "store.rate"),
        may_shops=role_may(current_actor().role, "store.shops"),
    )


@room.get("/store/goods.xlsx")
@may("store.view")
def export() -> Any:
    """Download all goods of a shop with every column, as the import reads them again."""
    village_id = current_actor().village_id
    with reading() as session:
        choice = asked_shop(session)
        goods = products(session, village_id, choice.shop.id, active_only=False)
        rate = rate_on(session, village_id)
    words = {"shop": choice.shop.name, "day": clock.today()}
    name = _("%(shop)s-商品-%(day)s.xlsx", **words)
    return excel_file(goods_list(goods, rate), name, len(goods))


@room.route("/store/new", methods=["GET", "POST"])
@may("store.manage")
@takes_photos
def new_product() -> Any:
    """Add a product."""
    form = NewProductForm(request.form)
    if request.method == "GET":
        return _form_page("store/new_product.html", NewProductForm())
    taken = take_photos()
    try:
        taken.require_all()
        if not form.validate():
            return _form_page("store/new_product.html", form, taken.photos), 422
        with writing() as session:
            made = goods_service.add_product(
                session, current_actor(), form.sku.data, form.details(), photos=taken.ids
            )
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _form_page("store/new_product.html", form, taken.photos), status_of(refusal)
    flash(_("已添加“%(name)s”，进货后就能兑换", name=made.name), "ok")
    return redirect(url_for("store.product", product_id=made.id), 303)


@room.get(PRODUCT)
@may("store.view")
def product(product_id: int) -> Any:
    """Show one product with what lies on the shelf and how it came there."""
    return _product_page(product_id)


@room.post(PRODUCT)
@may("store.manage")
@takes_photos
def edit_product(product_id: int) -> Any:
    """Change a product."""
    form, taken = EditProductForm(request.form), take_photos()
    try:
        taken.require_all()
        if not form.validate():
            return _product_page(product_id, form, taken.photos), 422
        details, active = form.details(), form.active.data
        with writing() as session:
            goods_service.edit_product(
                session, current_actor(), product_id, details, active=active, photos=taken.ids
            )
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _product_page(product_id, form, taken.photos), status_of(refusal)
    flash(_("已保存"), "ok")
    return redirect(url_for("store.product", product_id=product_id), 303)


@room.post(f"{PRODUCT}/batches/<int:batch_id>/cost")
@may("store.manage")
def give_cost(product_id: int, batch_id: int) -> Any:
    """Say what a batch cost where nobody knew."""
    form = CostForm.of_batch(batch_id, request.form)
    if not form.validate():
        return _product_page(product_id, asked=CostBox(batch_id, form, next_request_id())), 422
    actor, fen = current_actor(), form.cost.fen
    try:
        with writing() as session:
            costing.give_cost(session, actor, sent_request_id(), product_id, batch_id, fen)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        asked = CostBox(batch_id, form, next_request_id(refusal))
        return _product_page(product_id, asked=asked), status_of(refusal)
    flash(_("已记下这一批的进价"), "ok")
    return redirect(url_for("store.product", product_id=product_id), 303)


@room.get("/store/rates")
@may("store.rate")
def rates() -> Any:
    """Show what a point was and is worth."""
    return _rates_page(RateForm(data={"valid_from": clock.today()}))


@room.post("/store/rates")
@may("store.rate")
def rates_post() -> Any:
    """Set a new rate."""
    form = RateForm(request.form)
    if not form.validate():
        return _rates_page(form), 422
    try:
        act = SetRate(form.fen_per_point.fen or 0, form.valid_from.data, form.resolution.data)
        with writing() as session:
            proposed = propose(session, current_actor(), sent_request_id(), act)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _rates_page(form, refusal), status_of(refusal)
    flash(_("新的兑换比例已记入账中") if proposed.done else proposed.words, "ok")
    return redirect(url_for("store.rates"), 303)


def _page(goods: list[ProductInfo]) -> Page[ProductInfo]:
    """The page of these goods that the address asks for."""
    here = place(len(goods), asked_page(), PAGE_ROWS)
    return Page(goods[here.offset : here.offset + PAGE_ROWS], here)


def _form_page(template: str, form: ProductForm, kept: list[PhotoInfo] | None = None) -> str:
    with reading() as session:
        choice = asked_shop(session)
        village_id = current_actor().village_id
        goods = products(session, village_id, choice.shop.id, active_only=False)
    return render_template(
        template,
        form=form,
        kept=kept or [],
        categories=list(dict.fromkeys(one.category for one in goods)),
        units=sorted({one.unit for one in goods}),
    )


def _product_page(
    product_id: int,
    form: EditProductForm | None = None,
    kept: list[PhotoInfo] | None = None,
    asked: CostBox | None = None,
) -> str:
    village_id, role = current_actor().village_id, current_actor().role
    with reading() as session:
        info = read_product(session, village_id, product_id)
        shop = shop_for(session, current_actor(), info.shop_id)
        changes = moves(session, village_id, product_id)
        shelf = batches(session, village_id, product_id)
        rate = rate_on(session, village_id)
        names = user_names(session, village_id)
        photos = photos_of(session, village_id, PhotoSubject.PRODUCT, [product_id])
        goods = products(session, village_id, shop.id, active_only=False)
    boxes = {one.id: CostBox.empty(one.id) for one in shelf if one.cost_fen is None}
    if asked is not None:
        boxes[asked.batch_id] = asked
    return render_template(
        "store/product.html",
        product=info,
        shop=shop,
        form=form or EditProductForm.of(info),
        kept=kept or [],
        photos=photos.get(product_id, [])[::-1],
        moves=changes,
        batches=shelf,
        boxes=boxes if may_manage() else {},
        asked=asked,
        names=names,
        points=points_for(info.price_fen, rate),
        categories=list(dict.fromkeys(one.category for one in goods)),
        units=sorted({one.unit for one in goods}),
        may_manage=may_manage(),
        may_see_slips=role_may(role, "counter.view"),
    )


def _rates_page(form: RateForm, refusal: MoralbankError | None = None) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        history = rate_history(session, village_id)
        names = user_names(session, village_id)
        waiting = waiting_about(session, village_id, {SetRate.key})
    return render_template(
        "store/rates.html",
        form=form,
        history=history,
        waiting=waiting,
        names=names,
        today=clock.today(),
        request_id=next_request_id(refusal),
    )
