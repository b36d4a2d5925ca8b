"""Pages of what lies on the shelf: counting it, what expires, what to buy, its labels."""

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank import clock
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.ledger.queries import rate_on
from moralbank.local_numbers import number_or_unknown
from moralbank.paging import place
from moralbank.store import counting
from moralbank.store.counts import CountedLine, count_for, count_number, count_page
from moralbank.store.counts import count_sheet as read_sheet
from moralbank.store.demand import suggestions
from moralbank.store.expiring import OFFERED_DAYS, SOON_DAYS
from moralbank.store.expiring import expiring as expiring_batches
from moralbank.store.forms_stock import LabelsForm, OpenCountForm, read_tallies, typed_beside
from moralbank.store.keeping import ShopChoice
from moralbank.store.labels import label_sheet, labelled
from moralbank.store.ordering import (
    LOOKED_AHEAD,
    LOOKED_BACK,
    USUAL_AHEAD,
    Suggestion,
    errands,
)
from moralbank.store.prices import points_for
from moralbank.store.queries import products, shelves
from moralbank.store.stock_export import count_list, order_list
from moralbank.store.views_shops import asked_shop, may_manage, room
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_number, asked_page, asked_words, pager
from moralbank.web.printed import ACTUAL_SIZE, printed, printed_poster
from moralbank.web.request_ids import next_request_id, sent_request_id

COUNT = "/store/counts/<int:count_id>"
ORDER_ROWS: Final = 40


@room.get("/store/counts")
@may("store.view")
def counts() -> Any:
    """List the counts of a shop; the number of a sheet, scanned or typed, leads to its count."""
    typed = asked_words()
    number = count_number(typed)
    if number is not None:
        return redirect(url_for("store.count", count_id=number))
    return _counts_page(OpenCountForm(), typed)


@room.post("/store/counts")
@may("store.manage")
def open_count() -> Any:
    """Open a count, and lead to its sheet."""
    form = OpenCountForm(request.form)
    try:
        with writing() as session:
            number = counting.open_count(
                session,
                current_actor(),
                sent_request_id(),
                category=form.category.data or "",
                note=form.note.data or "",
            )
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _counts_page(form, refusal=refusal), status_of(refusal)
    flash(_("盘点已开始。先打印盘点表，点完把数填在这里。"), "ok")
    return redirect(url_for("store.count", count_id=number), 303)


@room.get(COUNT)
@may("store.view")
def count(count_id: int) -> Any:
    """Show a count: to be typed in while it is open, afterwards with its differences."""
    return _count_page(count_id)


@room.post(COUNT)
@may("store.manage")
def type_count(count_id: int) -> Any:
    """Write down what was counted; after a refusal what was typed is still there."""
    actor = current_actor()
    try:
        with writing() as session:
            tallies = read_tallies(request.form, count_for(session, actor, count_id).lines)
            counting.type_in(session, actor, count_id, tallies)
            info = count_for(session, actor, count_id)
    except MoralbankError as refusal:
        return _count_page(count_id, typed_beside(request.form), refusal), status_of(refusal)
    if "review" in request.form:
        return redirect(url_for("store.count_review", count_id=count_id), 303)
    done, left = len(info.counted), len(info.lines) - len(info.counted)
    flash(_("已保存：填了 %(n)s 种，还有 %(left)s 种没填", n=done, left=left), "ok")
    return redirect(url_for("store.count", count_id=count_id), 303)


@room.get(f"{COUNT}/review")
@may("store.manage")
def count_review(count_id: int) -> Any:
    """Show the differences before they are posted."""
    return _review_page(count_id)


@room.post(f"{COUNT}/post")
@may("store.manage")
def post_count(count_id: int) -> Any:
    """Post the differences."""
    try:
        with writing() as session:
            seen = request.form.get("seen", "")
            counting.post_count(session, current_actor(), sent_request_id(), count_id, seen)
    except MoralbankError as refusal:
        return _review_page(count_id, refusal), status_of(refusal)
    flash(_("盘点已入账，库存改成了点到的数"), "ok")
    return redirect(url_for("store.count", count_id=count_id), 303)


@room.post(f"{COUNT}/drop")
@may("store.manage")
def drop_count(count_id: int) -> Any:
    """Give a count up."""
    try:
        with writing() as session:
            counting.drop_count(session, current_actor(), count_id)
    except MoralbankError as refusal:
        return _count_page(count_id, refusal=refusal), status_of(refusal)
    flash(_("这次盘点已作废，库存没有改"), "ok")
    return redirect(url_for("store.counts"), 303)


@room.get(f"{COUNT}/sheet.pdf")
@may("store.view")
def count_sheet(count_id: int) -> Any:
    """Print the sheet to count with: blind, or with what the books say."""
    from moralbank.store import pdf  # noqa: PLC0415 - slow to import

    blind = request.args.get("books") != "1"
    with reading() as session:
        sheet = read_sheet(session, current_actor(), count_id, blind=blind)
    name = _("盘点表-%(number)s.pdf", number=sheet.number)
    return printed(name, lambda _told: pdf.count(sheet))


@room.get(f"{COUNT}/count.xlsx")
@may("store.view")
def export_count(count_id: int) -> Any:
    """Download a count with its differences."""
    with reading() as session:
        info = count_for(session, current_actor(), count_id)
    name = _("盘点-%(number)s.xlsx", number=info.head.label)
    return excel_file(count_list(info), name, len(info.lines))


@room.get("/store/expiring")
@may("store.view")
def expiring() -> Any:
    """Show what expires soon, and what has."""
    asked = asked_number("days")
    days = asked if asked in OFFERED_DAYS else SOON_DAYS
    with reading() as session:
        choice = asked_shop(session)
        found = expiring_batches(session, current_actor().village_id, choice.shop.id, days)
    return render_template(
        "store/expiring.html",
        choice=choice,
        expired=[one for one in found if one.expired],
        soon=[one for one in found if not one.expired],
        days=days,
        offered=OFFERED_DAYS,
        may_manage=may_manage(),
    )


@room.get("/store/order")
@may("store.view")
def order() -> Any:
    """Show what to buy, supplier by supplier; it can be printed as it is."""
    back, ahead, lines, choice = _asked_order()
    low_only = request.args.get("low") == "1"
    shown = [line for line in lines if line.low or not low_only]
    by_supplier = [line for errand in errands(shown) for line in errand.lines]
    here = place(len(by_supplier), asked_page(), ORDER_ROWS)
    kept = {"back": back, "ahead": ahead, "low": 1 if low_only else None, **choice.kept}
    return render_template(
        "store/order.html",
        choice=choice,
        errands=errands(by_supplier[here.offset : here.offset + ORDER_ROWS]),
        pager=pager(here, "store.order", **kept),
        lines=shown,
        sum_fen=sum(line.sum_fen or 0 for line in shown),
        unknown=sum(line.cost_fen is None for line in shown),
        low=sum(line.low for line in lines),
        low_only=low_only,
        back=back,
        ahead=ahead,
        backs=LOOKED_BACK,
        aheads=LOOKED_AHEAD,
        today=clock.today(),
        may_manage=may_manage(),
        arrived=lambda found: {f"q-{line.product_id}": line.pieces for line in found},
    )


@room.get("/store/order.xlsx")
@may("store.view")
def export_order() -> Any:
    """Download what to buy."""
    _back, _ahead, lines, _choice = _asked_order()
    ordered = [line for errand in errands(lines) for line in errand.lines]
    name = _("采购建议-%(day)s.xlsx", day=clock.today())
    return excel_file(order_list(ordered), name, len(ordered))


@room.get("/store/labels")
@may("store.view")
def labels() -> Any:
    """Choose the goods that get a label."""
    form, village_id = LabelsForm(request.args), current_actor().village_id
    with reading() as session:
        choice = asked_shop(session)
        form.offer(_categories(session, choice.shop.id, offered=True))
        good = form.validate()
        category, since = (form.category.data, form.since.data) if good else ("", None)
        goods = labelled(session, village_id, choice.shop.id, category=category, since=since)
        rate = rate_on(session, village_id)
    page = render_template(
        "store/labels.html",
        choice=choice,
        form=form,
        shelves=shelves(goods),
        points={one.id: points_for(one.price_fen, rate) for one in goods},
    )
    return page, 200 if good else 422


@room.get("/store/labels.pdf")
@may("store.view")
def labels_sheet() -> Any:
    """Print the labels of the goods that were ticked (`p` in the address, once for each)."""
    from moralbank.store import pdf  # noqa: PLC0415 - slow to import

    chosen = {number_or_unknown(typed) for typed in request.args.getlist("p")}
    with reading() as session:
        shop = asked_shop(session).shop
        sheet = label_sheet(session, current_actor().village_id, shop.id, chosen)
    name, hint = _("价签-%(day)s.pdf", day=clock.today()), _(ACTUAL_SIZE)
    return printed(name, lambda _told: pdf.labels(sheet), hint=hint)


@room.get("/store/prices.pdf")
@may("store.view")
def price_poster() -> Any:
    """Print the shop's price list as a poster, on the paper that `?paper=` names."""
    from moralbank.printing.panels import panel_poster  # noqa: PLC0415 - slow to import
    from moralbank.store.price_list import price_list  # noqa: PLC0415 - as above

    with reading() as session:
        shown = price_list(session, current_actor().village_id, asked_shop(session).shop)
    return printed_poster(_("价目表"), partial(panel_poster, shown))


def _asked_order() -> tuple[int, int, list[Suggestion], ShopChoice]:
    """The weeks that the address looks back and ahead, what to buy, and for which shop."""
    back, ahead = asked_number("back"), asked_number("ahead")
    back = back if back in LOOKED_BACK else LOOKED_BACK[0]
    ahead = ahead if ahead in LOOKED_AHEAD else USUAL_AHEAD
    with reading() as session:
        choice = asked_shop(session)
        village_id = current_actor().village_id
        return back, ahead, suggestions(session, village_id, choice.shop.id, back, ahead), choice


def _categories(session: Session, shop_id: int, *, offered: bool) -> list[str]:
    goods = products(session, current_actor().village_id, shop_id, active_only=offered)
    return list(dict.fromkeys(one.category for one in goods))


def _counts_page(
    form: OpenCountForm, typed: str = "", refusal: MoralbankError | None = None
) -> str:
    """The counts of a shop, and the form that opens another."""
    village_id = current_actor().village_id
    with reading() as session:
        choice = asked_shop(session)
        form.offer(_categories(session, choice.shop.id, offered=False))
        page = count_page(session, village_id, choice.shop.id, asked_page())
    return render_template(
        "store/counts.html",
        choice=choice,
        form=form,
        rows=page.rows,
        pager=pager(page.place, "store.counts", **choice.kept),
        typed=typed,
        may_manage=may_manage(),
        request_id=next_request_id(refusal),
    )


def _count_page(
    count_id: int,
    typed: Mapping[int, str] | None = None,
    refusal: MoralbankError | None = None,
) -> str:
    """One count; a refused form keeps what was typed."""
    with reading() as session:
        info = count_for(session, current_actor(), count_id)
    return render_template(
        "store/count.html",
        info=info,
        groups=[(name, list(rows)) for name, rows in groupby(info.lines, _category)],
        typed=typed or {},
        refusal=refusal,
        may_manage=may_manage(),
    )


def _review_page(count_id: int, refusal: MoralbankError | None = None) -> str:
    """The differences of a count that is open; one that isn't shows how it ended."""
    with reading() as session:
        info = count_for(session, current_actor(), count_id)
    if not info.head.open:
        return _count_page(count_id, refusal=refusal)
    return render_template(
        "store/count_review.html",
        info=info,
        refusal=refusal,
        request_id=next_request_id(refusal),
    )


def _category(line: CountedLine) -> str:
    return line.product.category
