"""Pages of settlements: what shops are owed, drawing one up, its way to the payment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.audit import Actor
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.forms import BaseForm
from moralbank.i18n import _
from moralbank.paging import place
from moralbank.settlements import service
from moralbank.settlements.contents import (
    NOTHING,
    goods_in,
    later_refunds,
    open_days,
    refunds_in,
    slips_in,
    sums_by_shop,
    unsettled,
    within,
)
from moralbank.settlements.export import settlement_book, settlement_list
from moralbank.settlements.forms import DraftForm, DropForm, PayForm
from moralbank.settlements.models import SettlementState
from moralbank.settlements.paper import settlement_sheet
from moralbank.settlements.queries import (
    STATE_LABELS,
    Claim,
    Listed,
    claims,
    first_day,
    settlement_page,
    shown_settlement,
    shown_shop,
    usual_cutoff,
    waiting_for,
)
from moralbank.settlements.queries import settlements as read_settlements
from moralbank.store.keeping import KIND_LABELS
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_also, asked_number, asked_page, pager
from moralbank.web.printed import printed
from moralbank.web.request_ids import next_request_id, sent_request_id

room = Blueprint("settlements", __name__)

ONE: Final = "/settlements/<int:settlement_id>"
SLIP_ROWS: Final = 50
"""So many slips of a settlement stand on one page."""


@room.get("/settlements")
@may("settlements.view")
def settlements() -> Any:
    """Show what each shop is owed, what waits for oneself, and the settlements."""
    actor = current_actor()
    with reading() as session:
        own = shown_shop(session, actor)
        wanted = _listed(own)
        page = settlement_page(session, actor.village_id, wanted, number=asked_page())
        owed = claims(session, actor.village_id, own)
        waiting = waiting_for(session, actor)
    return render_template(
        "settlements/settlements.html",
        page=page,
        pager=pager(page.place, "settlements.settlements", **asked_also("shop", "state")),
        claims=owed,
        waiting=waiting,
        wanted=wanted,
        one_shop=own is not None,
        kinds=KIND_LABELS,
        states=STATE_LABELS,
        may_draft=role_may(actor.role, "settlements.draft"),
    )


@room.get("/settlements.xlsx")
@may("settlements.view")
def export_list() -> Any:
    """Download what the list shows, all pages."""
    actor = current_actor()
    with reading() as session:
        wanted = _listed(shown_shop(session, actor))
        rows = read_settlements(session, actor.village_id, wanted)
    name = _("结算单-%(day)s.xlsx", day=clock.today())
    return excel_file(settlement_list(rows), name, len(rows))


@room.get("/settlements/new")
@may("settlements.draft")
def new_settlement() -> Any:
    """Show what would stand in a settlement of this shop up to this day."""
    form = DraftForm(request.args)
    return _new_page(form, checked="last" in request.args and _offered(form).validate())


@room.post("/settlements/new")
@may("settlements.draft")
def new_settlement_post() -> Any:
    """Draw a settlement up."""
    form = _offered(DraftForm(request.form))
    if not form.validate():
        return _new_page(form, checked=False), 422
    try:
        with writing() as session:
            act = (current_actor(), sent_request_id(), form.shop_id, form.cutoff())
            number = service.draft(session, *act)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _new_page(form, checked=True, refusal=refusal), status_of(refusal)
    flash(_("结算单开好了，请店方核对后确认"), "ok")
    return redirect(url_for("settlements.settlement", settlement_id=number), 303)


@room.get(ONE)
@may("settlements.view")
def settlement(settlement_id: int) -> Any:
    """Show one settlement."""
    return _page(settlement_id, _Forms())


@room.post(f"{ONE}/sign")
@may("settlements.sign")
def sign(settlement_id: int) -> Any:
    """Sign for the shop."""
    return _step(settlement_id, service.sign, _("已代表店方确认，等监督员核对"))


@room.post(f"{ONE}/check")
@may("settlements.check")
def check(settlement_id: int) -> Any:
    """Check for the supervisors."""
    return _step(settlement_id, service.check, _("已核对，等会计入账"))


@room.post(f"{ONE}/drop")
@may("settlements.view")
def drop(settlement_id: int) -> Any:
    """Give a settlement up; who may is said by where it stands."""
    form = DropForm(request.form)
    if not form.validate():
        return _page(settlement_id, _Forms(drop=form)), 422
    try:
        with writing() as session:
            service.drop(session, current_actor(), settlement_id, form.reason.data or "")
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _page(settlement_id, _Forms(drop=form)), status_of(refusal)
    flash(_("已作废，里面的单子都放回去了，可以重新开单"), "ok")
    return redirect(url_for("settlements.settlement", settlement_id=settlement_id), 303)


@room.post(f"{ONE}/pay")
@may("settlements.pay")
def pay(settlement_id: int) -> Any:
    """Pay a settlement."""
    form = PayForm(request.form)
    if not form.validate():
        return _page(settlement_id, _Forms(pay=form), sent_request_id()), 422
    try:
        with writing() as session:
            act = (current_actor(), sent_request_id(), settlement_id, form.payment())
            service.pay(session, *act)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        shown = _page(settlement_id, _Forms(pay=form), next_request_id(refusal))
        return shown, status_of(refusal)
    flash(_("已入账"), "ok")
    return redirect(url_for("settlements.settlement", settlement_id=settlement_id), 303)


@room.get(f"{ONE}/sheet.pdf")
@may("settlements.view")
def sheet(settlement_id: int) -> Any:
    """Print a settlement, with a place for each of three signatures."""
    from moralbank.settlements.pdf import settlement as draw  # noqa: PLC0415 - slow to import

    actor = current_actor()
    with reading() as session:
        info = shown_settlement(session, actor, settlement_id)
        shown = settlement_sheet(session, actor.village_id, info)
    return printed(_("结算单-%(label)s.pdf", label=info.label), lambda _told: draw(shown))


@room.get(f"{ONE}/slips.xlsx")
@may("settlements.view")
def export(settlement_id: int) -> Any:
    """Download a settlement's goods, slips and refunds."""
    actor = current_actor()
    with reading() as session:
        info = shown_settlement(session, actor, settlement_id)
        picked = within(actor.village_id, info.id)
        slips = slips_in(session, actor.village_id, picked)
        refunds = refunds_in(session, actor.village_id, picked)
        goods = goods_in(session, picked)
    content = settlement_book(slips, refunds, goods)
    return excel_file(content, _("结算单-%(label)s.xlsx", label=info.label), len(slips))


@dataclass(frozen=True)
class _Forms:
    """The forms of a settlement's page; the one that was refused holds what was typed."""

    step: BaseForm = field(default_factory=BaseForm)
    pay: PayForm | None = None
    drop: DropForm = field(default_factory=DropForm)


def _listed(own: int | None) -> Listed:
    """What the address narrows the list to; a shopkeeper's is their own shop's."""
    asked = request.args.get("state", "")
    state = SettlementState(asked) if asked in set(SettlementState) else None
    return Listed(asked_number("shop") if own is None else own, state)


def _offered(form: DraftForm) -> DraftForm:
    """The form with the village's shops to choose from."""
    with reading() as session:
        form.offer([one.shop for one in claims(session, current_actor().village_id)])
    return form


def _new_page(form: DraftForm, *, checked: bool, refusal: MoralbankError | None = None) -> str:
    """The choice of shop and day, and what this comes to; the day is proposed."""
    actor = current_actor()
    with reading() as session:
        owed = claims(session, actor.village_id)
        form.offer([one.shop for one in owed])
        claim = next((one for one in owed if str(one.shop.id) == form.shop.data), None)
        if claim is None:
            claim = max(owed, key=lambda one: one.free.amount_fen, default=None)
        shown = _preview(session, actor, form, claim, checked=checked) if claim else {}
    return render_template(
        "settlements/new_settlement.html",
        form=form,
        claim=claim,
        kinds=KIND_LABELS,
        request_id=next_request_id(refusal),
        **shown,
    )


def _preview(
    session: Session, actor: Actor, form: DraftForm, claim: Claim, *, checked: bool
) -> dict[str, Any]:
    """What would stand in the settlement; without a proper day, up to the proposed one."""
    if not checked:
        form.shop.data = str(claim.shop.id)
    if form.last.data is None and not form.last.errors:
        form.last.data = usual_cutoff(claim.first or clock.today())
    last = form.last.data or clock.today()
    picked = unsettled(actor.village_id, claim.shop.id, last)
    sums = sums_by_shop(session, picked).get(claim.shop.id, NOTHING)
    return {
        "last": last,
        "sums": sums,
        "first": first_day(sums, claim.newest.last if claim.newest else None),
        "goods": goods_in(session, picked),
        "open_days": open_days(session, actor.village_id, claim.shop.id, picked),
    }


def _step(settlement_id: int, act: Callable[[Session, Actor, int], None], done: str) -> Any:
    """Take a settlement one step further."""
    form = BaseForm()
    try:
        with writing() as session:
            act(session, current_actor(), settlement_id)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _page(settlement_id, _Forms(step=form)), status_of(refusal)
    flash(done, "ok")
    return redirect(url_for("settlements.settlement", settlement_id=settlement_id), 303)


def _page(settlement_id: int, forms: _Forms, request_id: str = "") -> str:
    """One settlement with everything in it, and what this person may do about it."""
    actor = current_actor()
    with reading() as session:
        info = shown_settlement(session, actor, settlement_id)
        picked = within(actor.village_id, info.id)
        here = place(info.slips, asked_page(), SLIP_ROWS)
        shown = {
            "slips": slips_in(
                session, actor.village_id, picked, limit=SLIP_ROWS, offset=here.offset
            ),
            "refunds": refunds_in(session, actor.village_id, picked),
            "goods": goods_in(session, picked),
            "open_days": open_days(session, actor.village_id, info.shop.id, picked),
            "later": later_refunds(session, actor.village_id, info.id),
        }
    pay_form = forms.pay
    if pay_form is None:
        pay_form = PayForm()
        pay_form.show(info)
    pay_form.expect(info)
    return render_template(
        "settlements/settlement.html",
        info=info,
        kinds=KIND_LABELS,
        pager=pager(here, "settlements.settlement", settlement_id=info.id),
        next=_next(actor, info.state),
        may_drop=service.may_drop(actor.role, info),
        may_see_slips=role_may(actor.role, "counter.view"),
        step_form=forms.step,
        pay_form=pay_form,
        drop_form=forms.drop,
        request_id=request_id or next_request_id(),
        **shown,
    )


def _next(actor: Actor, state: SettlementState) -> str:
    """Which step this person may take: sign, check, pay, or none."""
    step = {"draft": "sign", "signed": "check", "checked": "pay"}.get(state.value, "")
    return step if step and role_may(actor.role, f"settlements.{step}") else ""
