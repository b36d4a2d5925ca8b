"""Pages of the fund: its money, its vouchers, what stands behind the points, lapse."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.access.queries import user_names
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.fund import service
from moralbank.fund.cover import cover as read_cover
from moralbank.fund.cover import cover_sheet as read_cover_sheet
from moralbank.fund.export import voucher_list
from moralbank.fund.forms import (
    LAPSES,
    STAYS,
    IncomeForm,
    LapseForm,
    PurchaseForm,
    TakeBackForm,
    VoucherFilterForm,
    read_filter,
)
from moralbank.fund.lapse_rules import first_day_allowed, rules, set_rule
from moralbank.fund.models import VoucherKind
from moralbank.fund.old_points import lapse_next, lapses
from moralbank.fund.queries import (
    KIND_LABELS,
    SOURCE_LABELS,
    cash,
    fund_sums,
    months,
    receipts_to_pay,
    voucher_page,
    vouchers,
)
from moralbank.fund.queries import voucher as read_voucher
from moralbank.households.queries import household_labels
from moralbank.i18n import _
from moralbank.ledger.queries import event_mark
from moralbank.money import yuan
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, photos_of
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_also, asked_number, asked_page, pager
from moralbank.web.printed import printed
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.uploads import take_photos, takes_photos

room = Blueprint("fund", __name__)

VOUCHER = "/fund/vouchers/<int:voucher_id>"


@room.get("/fund")
@may("fund.view")
def fund() -> Any:
    """Show the money there is, month by month, and the vouchers."""
    form, village_id = VoucherFilterForm(request.args), current_actor().village_id
    form.validate()
    wanted, kept = form.chosen(), asked_also("q", "kind", "source", "first", "last")
    with reading() as session:
        page = voucher_page(session, village_id, wanted, asked_page())
        told = {
            "cash": cash(session, village_id),
            "months": months(session, village_id),
            "sums": fund_sums(session, village_id, wanted),
            "to_pay": receipts_to_pay(session, village_id),
        }
    return render_template(
        "fund/fund.html",
        form=form,
        wanted=wanted,
        page=page,
        pager=pager(page.place, "fund.fund", **kept),
        kept=kept,
        kinds=KIND_LABELS,
        sources=SOURCE_LABELS,
        may_manage=role_may(current_actor().role, "fund.manage"),
        **told,
    )


@room.get("/fund/vouchers.xlsx")
@may("fund.view")
def export() -> Any:
    """Download what the list shows, all pages."""
    with reading() as session:
        rows = vouchers(session, current_actor().village_id, read_filter(request.args))
    name = _("基金凭证-%(day)s.xlsx", day=clock.today())
    return excel_file(voucher_list(rows), name, len(rows))


@room.get("/fund/income")
@may("fund.manage")
def income() -> Any:
    """Ask for money that came in."""
    return _income_page(IncomeForm(data={"day": clock.today()}))


@room.post("/fund/income")
@takes_photos
@may("fund.manage")
def record_income() -> Any:
    """Write it down."""
    return _record(IncomeForm(request.form).offer_sources(), _income_page, service.record_income)


@room.get("/fund/buy")
@may("fund.manage")
def buy() -> Any:
    """Ask what was paid for; `?receipt=` fills in a receipt of goods."""
    asked = asked_number("receipt")
    with reading() as session:
        waiting = receipts_to_pay(session, current_actor().village_id)
    form = PurchaseForm.paying(next((one for one in waiting if one.id == asked), None))
    return _buy_page(form)


@room.post("/fund/buy")
@takes_photos
@may("fund.manage")
def record_purchase() -> Any:
    """Write it down."""
    return _record(PurchaseForm(request.form), _buy_page, service.buy)


@room.get(VOUCHER)
@may("fund.view")
def voucher(voucher_id: int) -> Any:
    """Show one voucher."""
    return _voucher_page(voucher_id, TakeBackForm())


@room.post(VOUCHER + "/reverse")
@may("fund.manage")
def reverse(voucher_id: int) -> Any:
    """Take back a wrong voucher."""
    form = TakeBackForm(request.form)
    if not form.validate():
        return _voucher_page(voucher_id, form), 422
    try:
        with writing() as session:
            actor, why = current_actor(), form.reason.data
            service.take_back(session, actor, sent_request_id(), voucher_id, why)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _voucher_page(voucher_id, form, refusal), status_of(refusal)
    flash(_("已冲正，原来的凭证仍留在账上"), "ok")
    return redirect(url_for("fund.voucher", voucher_id=voucher_id), 303)


@room.get("/fund/cover")
@may("fund.cover")
def cover() -> Any:
    """Show what stands behind the points."""
    from moralbank.fund.drawings import cover_pictures  # noqa: PLC0415 - reportlab is slow to import
    from moralbank.printing.charts import NARROW, WIDE  # noqa: PLC0415 - the same

    with reading() as session:
        told = read_cover(session, current_actor().village_id)
    return render_template(
        "fund/cover.html",
        cover=told,
        wide=cover_pictures(told, WIDE),
        narrow=cover_pictures(told, NARROW),
        may_view=role_may(current_actor().role, "fund.view"),
    )


@room.get("/fund/cover.pdf")
@may("fund.cover")
def cover_sheet() -> Any:
    """Print it for the village's meeting."""
    from moralbank.fund import pdf  # noqa: PLC0415 - reportlab is slow to import

    with reading() as session:
        sheet = read_cover_sheet(session, current_actor().village_id)
    name = _("积分保障-%(day)s.pdf", day=sheet.day)
    return printed(name, lambda _told: pdf.cover(sheet))


@room.get("/fund/lapse")
@may("fund.view")
def lapse() -> Any:
    """Show the rule on points that lapse, and what its next day would take from whom."""
    with reading() as session:
        held = rules(session, current_actor().village_id)
    now = held[0] if held else None
    given = {"lapses": STAYS, "keeps_months": 0}
    if now is not None and now.begins is not None:
        given = {"lapses": LAPSES, "keeps_months": now.keeps_months}
    return _lapse_page(LapseForm(data=given))


@room.post("/fund/lapse")
@may("fund.lapse")
def set_lapse() -> Any:
    """Set a new rule."""
    form = LapseForm(request.form)
    if not form.validate():
        return _lapse_page(form), 422
    keeps, why = form.keeps_months.data or 0, form.resolution.data
    try:
        with writing() as session:
            set_rule(session, current_actor(), sent_request_id(), form.first_day, keeps, why)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _lapse_page(form, refusal), status_of(refusal)
    flash(_("新的规定已记下"), "ok")
    return redirect(url_for("fund.lapse"), 303)


def _record(
    form: IncomeForm | PurchaseForm, page: Callable[..., str], write: Callable[..., int]
) -> Any:
    """Write down what was typed; photos that came are kept even where the rest must be mended."""
    taken = take_photos()
    try:
        taken.require_all()
        if not form.validate():
            return page(form, taken.photos), 422
        with writing() as session:
            made = write(session, current_actor(), sent_request_id(), form.command(), taken.ids)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return page(form, taken.photos, refusal), status_of(refusal)
    flash(_("已记账，%(yuan)s 元", yuan=yuan(form.amount.fen or 0)), "ok")
    return redirect(url_for("fund.voucher", voucher_id=made), 303)


def _income_page(
    form: IncomeForm, kept: list[PhotoInfo] | None = None, refusal: MoralbankError | None = None
) -> str:
    return render_template(
        "fund/income.html",
        form=form.offer_sources(),
        kept=kept or (),
        request_id=next_request_id(refusal),
    )


def _buy_page(
    form: PurchaseForm, kept: list[PhotoInfo] | None = None, refusal: MoralbankError | None = None
) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        waiting, has = receipts_to_pay(session, village_id), cash(session, village_id)
    return render_template(
        "fund/buy.html",
        form=form.offer_receipts(waiting),
        waiting=waiting,
        cash=has,
        kept=kept or (),
        request_id=next_request_id(refusal),
    )


def _voucher_page(
    voucher_id: int, form: TakeBackForm, refusal: MoralbankError | None = None
) -> str:
    actor = current_actor()
    with reading() as session:
        found = read_voucher(session, actor.village_id, voucher_id)
        photos = photos_of(session, actor.village_id, PhotoSubject.VOUCHER, [voucher_id])
        names = user_names(session, actor.village_id)
        mark = event_mark(session, actor.village_id, found.seq)
    return render_template(
        "fund/voucher.html",
        voucher=found,
        photos=photos.get(voucher_id, ()),
        who=names.get(found.by, ""),
        mark=mark,
        form=form,
        may_see_settlement=found.kind is VoucherKind.SETTLEMENT
        and role_may(actor.role, "settlements.view"),
        may_reverse=found.reversible and role_may(actor.role, "fund.manage"),
        request_id=next_request_id(refusal),
    )


def _lapse_page(form: LapseForm, refusal: MoralbankError | None = None) -> str:
    actor = current_actor()
    with reading() as session:
        held = rules(session, actor.village_id)
        ahead = lapse_next(session, actor.village_id)
        known = household_labels(session, actor.village_id, ahead.households if ahead else ())
        done = lapses(session, actor.village_id)
        names = user_names(session, actor.village_id)
    points = ahead.households.items() if ahead else ()
    losing = [(known[number], lost) for number, lost in points]
    return render_template(
        "fund/lapse.html",
        form=form,
        rules=held,
        ahead=ahead,
        losing=sorted(losing, key=lambda one: -one[1]),
        done=done,
        names=names,
        first_day=first_day_allowed(),
        may_set=role_may(actor.role, "fund.lapse"),
        request_id=next_request_id(refusal),
    )
