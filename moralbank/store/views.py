"""Pages of the shop: goods, receipts, stock moves, the rate."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.access.queries import user_names
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.ledger.queries import rate_on
from moralbank.store import service
from moralbank.store.export import goods_list
from moralbank.store.forms import (
    EditProductForm,
    NewProductForm,
    ProductForm,
    RateForm,
    ReceiveForm,
    read_quantities,
    typed_quantities,
)
from moralbank.store.keeping import shop_for
from moralbank.store.prices import points_for
from moralbank.store.queries import moves, products, rate_history, shelves
from moralbank.store.queries import product as read_product
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.request_ids import next_request_id, sent_request_id

room = Blueprint("store", __name__)

PRODUCT = "/store/<int:product_id>"


@room.get("/store")
@may("store.view")
def store() -> Any:
    """List the goods with stock and price."""
    typed = request.args.get("q", "").strip()[:40]
    category = request.args.get("category", "")[:20]
    all_goods = request.args.get("all") == "1"
    with reading() as session:
        village_id = current_actor().village_id
        everything = products(session, village_id, active_only=not all_goods)
        found = products(session, village_id, typed=typed, active_only=not all_goods)
        rate = rate_on(session, village_id)
        shop = shop_for(session, current_actor())
    return render_template(
        "store/store.html",
        shop=shop,
        goods=[one for one in found if category in {"", one.category}],
        categories=list(dict.fromkeys(one.category for one in everything)),
        low=[one for one in everything if one.active and one.low],
        typed=typed,
        category=category,
        all_goods=all_goods,
        rate=rate,
        points=lambda fen: points_for(fen, rate),
        may_manage=role_may(current_actor().role, "store.manage"),
        may_rate=role_may(current_actor().role, "store.rate"),
    )


@room.get("/store/goods.xlsx")
@may("store.view")
def export() -> Any:
    """Download all goods with stock and price."""
    with reading() as session:
        goods = products(session, current_actor().village_id, active_only=False)
        rate = rate_on(session, current_actor().village_id)
    return excel_file(goods_list(goods, rate), _("商品-%(day)s.xlsx", day=clock.today()))


@room.route("/store/new", methods=["GET", "POST"])
@may("store.manage")
def new_product() -> Any:
    """Add a product."""
    form = NewProductForm(request.form)
    if request.method == "GET":
        return _form_page("store/new_product.html", form)
    try:
        if form.validate():
            with writing() as session:
                made = service.add_product(session, current_actor(), form.sku.data, form.details())
            flash(_("已添加“%(name)s”，进货后就能兑换", name=made.name), "ok")
            return redirect(url_for("store.product", product_id=made.id), 303)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _form_page("store/new_product.html", form), status_of(refusal)
    return _form_page("store/new_product.html", form), 422


@room.get(PRODUCT)
@may("store.view")
def product(product_id: int) -> Any:
    """Show one product with its stock moves."""
    return _product_page(product_id)


@room.post(PRODUCT)
@may("store.manage")
def edit_product(product_id: int) -> Any:
    """Change a product."""
    form = EditProductForm(request.form)
    if not form.validate():
        return _product_page(product_id, form), 422
    try:
        with writing() as session:
            service.edit_product(
                session, current_actor(), product_id, form.details(), active=form.active.data
            )
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _product_page(product_id, form), status_of(refusal)
    flash(_("已保存"), "ok")
    return redirect(url_for("store.product", product_id=product_id), 303)


@room.get("/store/receive")
@may("store.manage")
def receive() -> Any:
    """Ask what came in."""
    return _receive_page(ReceiveForm(), {})


@room.post("/store/receive")
@may("store.manage")
def receive_post() -> Any:
    """Take goods in; after a refusal what was typed is still there."""
    form, typed = ReceiveForm(request.form), typed_quantities(request.form)
    if not form.validate():
        return _receive_page(form, typed), 422
    try:
        quantities = read_quantities(typed)
        with writing() as session:
            note = form.note.data or ""
            service.receive(session, current_actor(), sent_request_id(), quantities, note)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _receive_page(form, typed, refusal), status_of(refusal)
    pieces = sum(quantities.values())
    flash(_("已进货 %(kinds)s 种，共 %(pieces)s 件", kinds=len(quantities), pieces=pieces), "ok")
    return redirect(url_for("store.store"), 303)


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
        with writing() as session:
            service.set_rate(
                session,
                current_actor(),
                form.fen_per_point.fen or 0,
                form.valid_from.data,
                form.resolution.data,
                sent_request_id(),
            )
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _rates_page(form, refusal), status_of(refusal)
    flash(_("新的兑换比例已记入账中"), "ok")
    return redirect(url_for("store.rates"), 303)


def _form_page(template: str, form: ProductForm) -> str:
    with reading() as session:
        goods = products(session, current_actor().village_id, active_only=False)
    categories = list(dict.fromkeys(one.category for one in goods))
    units = sorted({one.unit for one in goods})
    return render_template(template, form=form, categories=categories, units=units)


def _product_page(product_id: int, form: EditProductForm | None = None) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        info = read_product(session, village_id, product_id)
        changes = moves(session, village_id, product_id)
        rate = rate_on(session, village_id)
        names = user_names(session, village_id)
        goods = products(session, village_id, active_only=False)
    return render_template(
        "store/product.html",
        product=info,
        form=form or EditProductForm.of(info),
        moves=changes,
        names=names,
        points=points_for(info.price_fen, rate),
        categories=list(dict.fromkeys(one.category for one in goods)),
        units=sorted({one.unit for one in goods}),
        may_manage=role_may(current_actor().role, "store.manage"),
        may_see_slips=role_may(current_actor().role, "counter.view"),
    )


def _receive_page(
    form: ReceiveForm, typed: dict[int, str], refusal: MoralbankError | None = None
) -> str:
    with reading() as session:
        goods = products(session, current_actor().village_id)
    return render_template(
        "store/receive.html",
        form=form,
        shelves=shelves(goods),
        typed=typed,
        request_id=next_request_id(refusal),
    )


def _rates_page(form: RateForm, refusal: MoralbankError | None = None) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        history = rate_history(session, village_id)
        names = user_names(session, village_id)
    return render_template(
        "store/rates.html",
        form=form,
        history=history,
        names=names,
        today=clock.today(),
        request_id=next_request_id(refusal),
    )
