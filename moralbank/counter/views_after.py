"""Pages after a sale: slips and their paper, goods that come back, the end of the day.

The room's blueprint begins here; `views.py` adds the counter itself to it.
"""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.permissions import may as role_may
from moralbank.audit import Actor
from moralbank.counter import closing, refunding
from moralbank.counter.daybook import close as read_close
from moralbank.counter.daybook import close_of, close_page, unclosed_days
from moralbank.counter.export import day_list, slip_list
from moralbank.counter.forms_after import (
    DayForm,
    RefundForm,
    ReopenForm,
    SlipFilterForm,
    refund_lines,
)
from moralbank.counter.paper import (
    PRINTED,
    day_sheet,
    refund_sheet,
    slip_paper,
    slip_sheet,
    was_printed,
)
from moralbank.counter.queries import slip_page
from moralbank.counter.queries import slips as read_slips
from moralbank.counter.seeing import shown_refund, shown_shops, shown_slip
from moralbank.db import reading, writing
from moralbank.errors import Denied, Invalid, MoralbankError, NotFound, Refused
from moralbank.forms import day_in
from moralbank.i18n import _
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.store.keeping import ShopChoice, shop_choice
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import ON, SLIP_AT_ONCE
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file, framed, pdf_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_also, asked_number, asked_page, pager
from moralbank.web.printed import printed as printed_sheet
from moralbank.web.request_ids import next_request_id, sent_request_id

room = Blueprint("counter", __name__)

SLIP = "/counter/slips/<int:slip_id>"
REFUND = "/counter/refunds/<int:refund_id>"


@room.get("/counter/slips")
@may("counter.view")
def slips() -> Any:
    """List slips by day and household."""
    form = SlipFilterForm(request.args)
    form.validate()
    actor = current_actor()
    with reading() as session:
        seen = shown_shops(session, actor, asked_number("shop"))
        page = slip_page(session, actor.village_id, form.chosen(seen.shop_id), asked_page())
    return render_template(
        "counter/slips.html",
        form=form,
        seen=seen,
        page=page,
        pager=pager(page.place, "counter.slips", **asked_also("first", "last", "q", "shop")),
        today=clock.today(),
    )


@room.get("/counter/slips.xlsx")
@may("counter.view")
def export() -> Any:
    """Download what the list shows, all pages."""
    form = SlipFilterForm(request.args)
    form.validate()
    actor = current_actor()
    with reading() as session:
        seen = shown_shops(session, actor, asked_number("shop"))
        rows = read_slips(session, actor.village_id, form.chosen(seen.shop_id))
    name = _("兑换单-%(day)s.xlsx", day=clock.today())
    return excel_file(slip_list(rows), name, len(rows))


@room.get(SLIP)
@may("counter.view")
def slip(slip_id: int) -> Any:
    """Show one slip, big."""
    actor = current_actor()
    with reading() as session:
        shown = shown_slip(session, actor, slip_id)
        printed = was_printed(session, actor.village_id, shown.label)
        at_once = settings_of(session, actor.village_id)[SLIP_AT_ONCE] == ON
        signed = photos_of(session, actor.village_id, PhotoSubject.SLIP, [slip_id])
    is_new = "new" in request.args
    return render_template(
        "counter/slip.html",
        slip=shown,
        signatures=signed.get(slip_id, []),
        printed=printed,
        is_new=is_new,
        prints_at_once=is_new and at_once and not printed,
        may_redeem=role_may(actor.role, "counter.redeem"),
        may_refund=bool(shown.refundable) and role_may(actor.role, "counter.refund"),
    )


@room.get(f"{SLIP}.pdf")
@may("counter.view")
def slip_pdf(slip_id: int) -> Any:
    """Print a slip; whoever printed it before, this one is then marked as a copy."""
    from moralbank.counter.pdf import slip as make  # noqa: PLC0415 - reportlab is slow to import

    actor = current_actor()
    with writing() as session:
        label = shown_slip(session, actor, slip_id).label
        reprint = _note_printing(session, actor, label)
        sheet = slip_sheet(session, actor.village_id, slip_id, reprint=reprint)
        paper = slip_paper(session, actor.village_id)
    return framed(pdf_file(make(sheet, paper), f"{label}.pdf"))


@room.get(f"{SLIP}/refund")
@may("counter.refund")
def refund(slip_id: int) -> Any:
    """Ask which goods of a slip come back; to be checked, show what those chosen bring."""
    lines = refund_lines(request.args)
    return _refund_page(slip_id, RefundForm(), lines, checked="check" in request.args)


@room.post(f"{SLIP}/refund")
@may("counter.refund")
def take_back(slip_id: int) -> Any:
    """Take goods back, and lead to the refund."""
    form, lines = RefundForm(request.form), refund_lines(request.form)
    if not form.validate():
        return _refund_page(slip_id, form, lines, checked=bool(lines), status=422)
    why = form.reason.data or ""
    try:
        with writing() as session:
            number = refunding.refund(
                session, current_actor(), sent_request_id(), slip_id, lines, why
            )
    except NotFound:
        raise
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _refund_page(
            slip_id, form, lines, refusal, checked=bool(lines), status=status_of(refusal)
        )
    return redirect(url_for("counter.refunded", refund_id=number, new=1), 303)


@room.get(REFUND)
@may("counter.view")
def refunded(refund_id: int) -> Any:
    """Show what was taken back, big."""
    actor = current_actor()
    with reading() as session:
        shown = shown_refund(session, actor, refund_id)
        sold = shown_slip(session, actor, shown.slip_id)
        printed = was_printed(session, actor.village_id, shown.label)
    return render_template(
        "counter/refunded.html",
        refund=shown,
        slip=sold,
        printed=printed,
        is_new="new" in request.args,
        may_redeem=role_may(actor.role, "counter.redeem"),
    )


@room.get(f"{REFUND}.pdf")
@may("counter.view")
def refund_pdf(refund_id: int) -> Any:
    """Print a refund; whoever printed it before, this one is then marked as a copy."""
    from moralbank.counter.pdf import refund as make  # noqa: PLC0415 - reportlab is slow to import

    actor = current_actor()
    with writing() as session:
        label = shown_refund(session, actor, refund_id).label
        reprint = _note_printing(session, actor, label)
        sheet = refund_sheet(session, actor.village_id, refund_id, reprint=reprint)
        paper = slip_paper(session, actor.village_id)
    return pdf_file(make(sheet, paper), f"{label}.pdf")


@room.get("/counter/day")
@may("counter.view")
def day() -> Any:
    """Show a shop's day: what went out and came back, and whether it was closed."""
    return _day_page(DayForm(), ReopenForm())


@room.post("/counter/day")
@may("counter.close")
def close_day() -> Any:
    """Close the day that the address names, today if it names none."""
    form = DayForm(request.form)
    if not form.validate():
        return _day_page(form, ReopenForm()), 422
    wanted = _asked_day()
    try:
        with writing() as session:
            closing.close_day(session, current_actor(), sent_request_id(), wanted, *form.counted())
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _day_page(form, ReopenForm(), refusal), status_of(refusal)
    flash(_("%(day)s 日结好了", day=wanted), "ok")
    return redirect(url_for("counter.day", day=wanted), 303)


@room.post("/counter/days/<int:close_id>/reopen")
@may("counter.reopen")
def reopen_day(close_id: int) -> Any:
    """Open a closed day again."""
    form = ReopenForm(request.form)
    if not form.validate():
        return _day_page(DayForm(), form), 422
    try:
        with writing() as session:
            closing.reopen_day(session, current_actor(), close_id, form.why.data)
            opened = read_close(session, current_actor().village_id, close_id)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _day_page(DayForm(), form), status_of(refusal)
    flash(_("%(day)s 已经重新打开", day=opened.day), "ok")
    return redirect(url_for("counter.day", day=opened.day, shop=opened.shop_id), 303)


@room.get("/counter/day.pdf")
@may("counter.view")
def day_pdf() -> Any:
    """Print a closed day."""
    from moralbank.counter.pdf import day as make  # noqa: PLC0415 - reportlab is slow to import

    wanted, village_id = _asked_day(), current_actor().village_id
    with reading() as session:
        shop = _asked_shop(session).shop
        sheet = day_sheet(session, village_id, shop.id, wanted)
    name = _("日结-%(shop)s-%(day)s.pdf", shop=shop.name, day=wanted)
    return printed_sheet(name, lambda _told: make(sheet))


@room.get("/counter/day.xlsx")
@may("counter.view")
def day_export() -> Any:
    """Download a day's goods."""
    wanted, actor = _asked_day(), current_actor()
    with reading() as session:
        shop = _asked_shop(session).shop
        figures = closing.day_figures(session, actor.village_id, shop.id, wanted)
    name = _("日结-%(shop)s-%(day)s.xlsx", shop=shop.name, day=wanted)
    return excel_file(day_list(figures, shop.name), name)


@room.get("/counter/days")
@may("counter.view")
def days() -> Any:
    """List the days that were closed, and those that were not."""
    village_id = current_actor().village_id
    with reading() as session:
        choice = _asked_shop(session)
        page = close_page(session, village_id, choice.shop.id, asked_page())
        waiting = unclosed_days(session, village_id, choice.shop.id)
    return render_template(
        "counter/days.html",
        choice=choice,
        page=page,
        pager=pager(page.place, "counter.days", **choice.kept),
        waiting=waiting,
    )


def _note_printing(session: Session, actor: Actor, label: str) -> bool:
    """Write down that a paper is printed now; whether it was before, so that this is a copy."""
    printed = was_printed(session, actor.village_id, label)
    if request.method == "GET":  # HEAD prints nothing
        audit.record(session, actor, PRINTED, label)
    return printed


def _refund_page(
    slip_id: int,
    form: RefundForm,
    lines: Mapping[int, bool],
    refusal: MoralbankError | None = None,
    *,
    checked: bool,
    status: int = HTTPStatus.OK,
) -> tuple[str, int]:
    """Which lines come back, or, once `checked`, what they bring; where it can't be, why."""
    actor = current_actor()
    hindrance, trouble, ahead = None, None, None
    with reading() as session:
        sold = shown_slip(session, actor, slip_id)
        try:
            refunding.require_refundable(session, actor, sold)
        except (Denied, Refused) as found:
            hindrance = found
        if checked and hindrance is None:
            try:
                ahead = refunding.look_ahead(session, actor, slip_id, lines)
            except (Invalid, Refused) as found:
                trouble = found
    if trouble is not None and not form.errors:
        form.take_refusal(trouble)
    in_the_way = hindrance or trouble
    if status == HTTPStatus.OK and in_the_way is not None:
        status = status_of(in_the_way)
    form.reason.flags.required = refunding.needs_reason(actor)
    page = render_template(
        "counter/refund.html",
        slip=sold,
        form=form,
        lines=lines,
        hindrance=hindrance,
        ahead=ahead,
        request_id=next_request_id(refusal),
    )
    return page, status


def _day_page(form: DayForm, opening: ReopenForm, refusal: MoralbankError | None = None) -> str:
    """A day's figures, with the form that closes it or opens it again."""
    actor, wanted = current_actor(), _asked_day()
    with reading() as session:
        choice = _asked_shop(session)
        shop_id = choice.shop.id
        closed = close_of(session, actor.village_id, shop_id, wanted)
        figures = closing.day_figures(session, actor.village_id, shop_id, wanted)
        waiting = unclosed_days(session, actor.village_id, shop_id)
    return render_template(
        "counter/day.html",
        choice=choice,
        day=wanted,
        today=clock.today(),
        closed=closed,
        figures=figures if closed is None else closed.figures,
        waiting=[one for one in waiting if one != wanted],
        form=form,
        opening=opening,
        may_close=role_may(actor.role, "counter.close"),
        may_reopen=role_may(actor.role, "counter.reopen"),
        request_id=next_request_id(refusal),
    )


def _asked_day() -> date:
    """The day that the address names; today for anything else, and for days that don't exist."""
    try:
        return day_in(request.args.get("day", ""))
    except ValueError:
        return clock.today()


def _asked_shop(session: Session) -> ShopChoice:
    """The shop that the address names; a shopkeeper's own. Raises NoShop, NotYourShop."""
    return shop_choice(session, current_actor(), asked_number("shop"))
