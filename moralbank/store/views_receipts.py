"""Pages of what comes in and goes without a slip: receipts, goods sent back, waste."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.local_numbers import local_number
from moralbank.store import receipts as papers
from moralbank.store import service
from moralbank.store.forms import (
    ReasonForm,
    ReceiptLines,
    ReceiveForm,
    read_quantities,
    typed_quantities,
)
from moralbank.store.keeping import shop_for
from moralbank.store.queries import ProductInfo, products, shelves
from moralbank.store.views_shops import asked_shop, may_manage, room
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import LONGEST_SEARCH, asked_page, pager
from moralbank.web.request_ids import next_request_id, sent_request_id

ONE = "/store/receipts/<int:receipt_id>"
SHELF_ROWS: Final = 40
"""Of a larger shop so many products at once are asked about, and those typed in already."""


@dataclass
class Shelf:
    """What a form of many goods shows: everything of a small shop, else one part after another.

    `parts` are the shelves cut into pieces, empty where all is shown; `number` is the one that is
    shown, None where only those are that have something typed beside them; `sought` was looked
    for, and `found` is the first of what fits.
    """

    goods: list[ProductInfo]
    parts: list[tuple[str, list[ProductInfo]]] = field(default_factory=list)
    number: int | None = None
    sought: str = ""
    found: int | None = None

    @classmethod
    def of(cls, goods: list[ProductInfo], sent: ReceiptLines) -> "Shelf":
        """The part that the request asks for by `shelf`, or by words or a barcode in `seek`."""
        if len(goods) <= SHELF_ROWS:
            return cls(goods)
        busy = sent.busy()
        parts = list(_parts(goods))
        asked = request.form.get("shelf", "")
        sought = "" if asked else request.form.get("seek", "").strip()[:LONGEST_SEARCH]
        fitting = [one for one in goods if sought and one.fits(sought)][:SHELF_ROWS]
        number = local_number(asked)
        if not sought and not busy and number is None:
            number = 0
        if number is not None and number < len(parts):
            fitting = parts[number][1]
        wanted = busy | {one.id for one in fitting}
        shown = [one for one in goods if one.id in wanted]
        return cls(shown, parts, number, sought, fitting[0].id if sought and fitting else None)


@dataclass
class Quantities:
    """A form of quantities as it was sent, for showing it again after a refusal."""

    form: ReasonForm = field(default_factory=ReasonForm)
    typed: dict[int, str] = field(default_factory=dict)
    refusal: MoralbankError | None = None

    @classmethod
    def sent(cls) -> "Quantities":
        """What this request brought."""
        return cls(ReasonForm(request.form), typed_quantities(request.form))

    def refused(self, refusal: MoralbankError) -> "Quantities":
        """The same with why it was refused."""
        self.form.take_refusal(refusal)
        self.refusal = refusal
        return self


@room.get("/store/receive")
@may("store.manage")
def receive() -> Any:
    """Ask what came in; the address may say how many of what are expected (`q-<product>`)."""
    return _receive_page(ReceiveForm(), ReceiptLines(request.args))


@room.post("/store/receive")
@may("store.manage")
def receive_post() -> Any:
    """Take goods in; after a refusal what was typed is still there."""
    form, sent = ReceiveForm(request.form), ReceiptLines(request.form)
    lines = sent.read()
    if "shelf" in request.form:  # another part of the shop, with what was typed so far
        return _receive_page(form, ReceiptLines(request.form))
    if not form.validate() or sent.wrong:
        return _receive_page(form, sent), 422
    said = [form.supplier.data or "", form.number.data or "", form.note.data or ""]
    try:
        with writing() as session:
            wanted = service.Receiving(lines, *said)
            number = service.receive(session, current_actor(), sent_request_id(), wanted)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _receive_page(form, sent, refusal), status_of(refusal)
    pieces = sum(line.pieces for line in lines.values())
    flash(_("已进货 %(kinds)s 种，共 %(pieces)s 件", kinds=len(lines), pieces=pieces), "ok")
    return redirect(url_for("store.receipt", receipt_id=number), 303)


@room.get("/store/receipts")
@may("store.view")
def receipts() -> Any:
    """List what came in, the newest first."""
    with reading() as session:
        choice = asked_shop(session)
        village_id = current_actor().village_id
        page = papers.receipt_page(session, village_id, choice.shop.id, asked_page())
        names = user_names(session, village_id)
    return render_template(
        "store/receipts.html",
        choice=choice,
        page=page,
        pager=pager(page.place, "store.receipts", **choice.kept),
        names=names,
        may_manage=may_manage(),
    )


@room.get(ONE)
@may("store.view")
def receipt(receipt_id: int) -> Any:
    """Show one receipt, what of it is still there, and what went back."""
    return _receipt_page(receipt_id, Quantities())


@room.post(f"{ONE}/back")
@may("store.manage")
def send_back(receipt_id: int) -> Any:
    """Give pieces of a receipt back to the supplier."""
    sent = Quantities.sent()
    if not sent.form.validate():
        return _receipt_page(receipt_id, sent), 422
    try:
        pieces = read_quantities(sent.typed)
        with writing() as session:
            reason = sent.form.reason.data
            actor, request_id = current_actor(), sent_request_id()
            service.send_back(session, actor, request_id, receipt_id, pieces, reason)
    except MoralbankError as refusal:
        return _receipt_page(receipt_id, sent.refused(refusal)), status_of(refusal)
    flash(_("已退给供货商 %(n)s 件", n=sum(pieces.values())), "ok")
    return redirect(url_for("store.receipt", receipt_id=receipt_id), 303)


@room.get("/store/waste")
@may("store.manage")
def waste() -> Any:
    """Ask what is to be written off; the address may say it (`q-<product>`, `reason`)."""
    said = ReasonForm(data={"reason": request.args.get("reason", "")[:80]})
    return _waste_page(Quantities(said, typed_quantities(request.args)))


@room.post("/store/waste")
@may("store.manage")
def waste_post() -> Any:
    """Write goods off."""
    sent = Quantities.sent()
    if not sent.form.validate():
        return _waste_page(sent), 422
    try:
        pieces = read_quantities(sent.typed)
        with writing() as session:
            reason = sent.form.reason.data
            service.waste(session, current_actor(), sent_request_id(), pieces, reason)
    except MoralbankError as refusal:
        return _waste_page(sent.refused(refusal)), status_of(refusal)
    flash(_("已报损 %(kinds)s 种，共 %(n)s 件", kinds=len(pieces), n=sum(pieces.values())), "ok")
    return redirect(url_for("store.store"), 303)


def _receive_page(
    form: ReceiveForm, sent: ReceiptLines, refusal: MoralbankError | None = None
) -> str:
    with reading() as session:
        choice = asked_shop(session)
        village_id = current_actor().village_id
        goods = products(session, village_id, choice.shop.id)
        known = papers.suppliers(session, village_id, choice.shop.id)
    shelf = Shelf.of(goods, sent)
    return render_template(
        "store/receive.html",
        form=form,
        choice=choice,
        shelf=shelf,
        shelves=shelves(shelf.goods),
        typed=sent.typed,
        wrong=sent.wrong,
        names={one.id: one.title for one in goods},
        suppliers=known,
        today=clock.today(),
        request_id=next_request_id(refusal),
    )


def _parts(goods: list[ProductInfo]) -> Iterator[tuple[str, list[ProductInfo]]]:
    """The shelves; one of very many goods in several parts, numbered."""
    for category, rows in shelves(goods):
        firsts = range(0, len(rows), SHELF_ROWS)
        for n, first in enumerate(firsts, 1):
            yield (
                category if len(firsts) == 1 else f"{category} {n}",
                rows[first : first + SHELF_ROWS],
            )


def _receipt_page(receipt_id: int, sent: Quantities) -> str:
    with reading() as session:
        village_id = current_actor().village_id
        found = papers.receipt(session, village_id, receipt_id)
        shop = shop_for(session, current_actor(), found.shop_id)
        names = user_names(session, village_id)
    return render_template(
        "store/receipt.html",
        receipt=found,
        shop=shop,
        names=names,
        sent=sent,
        may_manage=may_manage(),
        request_id=next_request_id(sent.refusal),
    )


def _waste_page(sent: Quantities) -> str:
    """Everything that is there, what has expired first."""
    with reading() as session:
        choice = asked_shop(session)
        village_id = current_actor().village_id
        goods = products(session, village_id, choice.shop.id, active_only=False)
    there = [one for one in goods if one.stock]
    return render_template(
        "store/waste.html",
        choice=choice,
        goods=sorted(there, key=lambda one: not one.expired),
        sent=sent,
        request_id=next_request_id(sent.refusal),
    )
