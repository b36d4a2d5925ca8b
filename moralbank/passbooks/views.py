"""Pages of passbooks: whose wait to be printed, a household's lines, printing, setting back."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from moralbank.access.permissions import may as role_may
from moralbank.access.queries import user_names
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.households.queries import group_counts, household
from moralbank.i18n import _, mark
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of
from moralbank.local_numbers import local_number
from moralbank.paging import place
from moralbank.passbooks import service
from moralbank.passbooks.forms import HOW_LABELS, PrintForm, SetBackForm, notes
from moralbank.passbooks.paper import sample_sheets
from moralbank.passbooks.queries import (
    PassbookRow,
    Printing,
    last_printing,
    last_printing_of,
    lines_of,
    passbook_row,
    passbook_rows,
    printer_of,
)
from moralbank.passbooks.sheets import How, PassbookSheet, Printer
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_page, asked_words, pager
from moralbank.web.printed import ACTUAL_SIZE, printed, require_place
from moralbank.web.request_ids import next_request_id, sent_request_id

room = Blueprint("passbooks", __name__)

HOUSEHOLD: Final = "/passbooks/household/<int:household_id>"
PAGE_ROWS: Final = 48
HINTS: Final = {
    How.BOOKLET: mark("双面打印，沿短边翻转；选“实际大小”。封面朝外对折，在折缝上钉两针"),
    How.REFILL: mark("单面打印，选“实际大小”；沿中间的短线裁开，夹进存折"),
    How.CONTINUE: mark("每一页放一张手里的存折页（A5，横放），按住户的顺序放；选“实际大小”"),
    How.WHOLE: ACTUAL_SIZE,
}


@room.get("/passbooks")
@may("cards.view")
def passbooks() -> Any:
    """List households with how many lines wait to be printed."""
    return _list(PrintForm())


@room.post("/passbooks/print.pdf")
@may("passbooks.print")
def print_many() -> Any:
    """Print what was chosen of the list, or only show it."""
    form = PrintForm(request.form)
    if not form.validate():
        return _list(form), 422
    try:
        return _printed(form, _chosen(form))
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _list(form, refusal), status_of(refusal)


@room.get(HOUSEHOLD)
@may("cards.view")
def household_passbook(household_id: int) -> Any:
    """Show a household's lines as its passbook has them, and what can be printed."""
    return _household(household_id, PrintForm(), SetBackForm())


@room.post(f"{HOUSEHOLD}/print.pdf")
@may("passbooks.print")
def print_one(household_id: int) -> Any:
    """Print one household's passbook, or only show it."""
    form = PrintForm(request.form)
    if not form.validate():
        return _household(household_id, form, SetBackForm()), 422
    try:
        return _printed(form, [household_id])
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        page = _household(household_id, form, SetBackForm(), refusal)
        return page, status_of(refusal)


@room.post(f"{HOUSEHOLD}/set-back")
@may("passbooks.print")
def set_back(household_id: int) -> Any:
    """Let a household's lines be printed again that did not come out well."""
    form = SetBackForm(request.form)
    if not form.validate():
        return _household(household_id, PrintForm(), form), 422
    try:
        with writing() as session:
            lines = form.lines.data or 0
            service.set_back(session, current_actor(), sent_request_id(), household_id, lines)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        page = _household(household_id, PrintForm(), form, refusal)
        return page, status_of(refusal)
    flash(_("已退回：现在记着印到第 %(n)s 笔，后面的可以重印。", n=lines), "ok")
    return redirect(url_for("passbooks.household_passbook", household_id=household_id), 303)


@room.post("/passbooks/printings/<int:number>/set-back")
@may("passbooks.print")
def set_back_printing(number: int) -> Any:
    """Take back the newest printing as a whole."""
    try:
        with writing() as session:
            service.set_back_printing(session, current_actor(), sent_request_id(), number)
    except MoralbankError as refusal:
        form = PrintForm()
        form.take_refusal(refusal)
        return _list(form, refusal), status_of(refusal)
    flash(_("第 %(number)s 次打印已整批退回，可以重印。", number=number), "ok")
    return redirect(url_for("passbooks.passbooks"), 303)


def _printed(form: PrintForm, chosen: Sequence[int]) -> Any:
    """The sheets as an answer; remembered unless a sample was asked for."""
    actor, how = current_actor(), form.way
    if form.sample.data:
        sheets, printer = _sample(chosen, how)
    else:
        require_place()  # what is remembered as printed must come out
        with writing() as session:
            sheets = service.print_passbook(session, actor, sent_request_id(), chosen, how)
            printer = printer_of(session, actor.village_id)

    def draw(told: Any) -> bytes:
        from moralbank.passbooks import pdf  # noqa: PLC0415 - slow to import

        return pdf.passbooks(sheets, printer, progress=told)

    name = _("存折-%(how)s.pdf", how=_(HOW_LABELS[how]))
    return printed(name, draw, pieces=len(sheets), hint=_(HINTS[how]))


def _sample(chosen: Sequence[int], how: How) -> tuple[list[PassbookSheet], Printer]:
    """What would be printed. Raises NobodyChosen, NothingNew."""
    if not chosen:
        raise service.NobodyChosen
    with reading() as session:
        village_id = current_actor().village_id
        sheets = sample_sheets(session, village_id, chosen, how)
        printer = printer_of(session, village_id)
    if not sheets:
        raise service.NothingNew
    return sheets, printer


def _chosen(form: PrintForm) -> list[int]:
    """The households that were ticked, or all of the list."""
    if not form.everyone:
        return form.ticked
    with reading() as session:
        rows = passbook_rows(
            session, current_actor().village_id, group_id=local_number(form.group.data or "")
        )
    return [row.household.id for row in rows]


def _list(form: PrintForm, refusal: MoralbankError | None = None) -> str:
    typed, group_id = asked_words(), local_number(request.values.get("group", ""))
    village_id = current_actor().village_id
    with reading() as session:
        rows = passbook_rows(session, village_id, typed=typed, group_id=group_id)
        groups = group_counts(session, village_id)
        last = last_printing(session, village_id)
        last_by = user_names(session, village_id).get(last.by, "") if last else ""
    if request.method == "GET" and not any(row.prints for row in rows):
        form.how.data = How.BOOKLET.value
    here = place(len(rows), asked_page(), PAGE_ROWS)
    return render_template(
        "passbooks/passbooks.html",
        form=form,
        notes=notes(),
        rows=rows,
        fresh=sum(1 for row in rows if row.fresh),
        shown=rows[here.offset :][: here.size],
        pager=pager(here, "passbooks.passbooks", q=typed or None, group=group_id),
        groups=groups,
        group=next((one for one in groups if one.id == group_id), None),
        typed=typed,
        ticked=set(form.ticked),
        last=last,
        last_by=last_by,
        how_labels=HOW_LABELS,
        request_id=next_request_id(refusal),
        may_print=role_may(current_actor().role, "passbooks.print"),
    )


def _household(
    household_id: int,
    form: PrintForm,
    back: SetBackForm,
    refusal: MoralbankError | None = None,
) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        owner = household(session, village_id, household_id)
        lines = lines_of(session, village_id, [owner.id]).get(owner.id, ())
        row = passbook_row(session, village_id, owner, len(lines))
        last = last_printing_of(session, village_id, owner.id)
        credit = account_of(session, village_id, AccountKind.HOUSEHOLD_CREDIT, owner.id).amount
    _propose(row, last, form, back)
    here = place(row.total, asked_page() if "page" in request.args else row.total, PAGE_ROWS)
    return render_template(
        "passbooks/household.html",
        household=owner,
        row=row,
        last=last,
        credit=credit,
        form=form,
        back=back,
        notes=notes(),
        how_labels=HOW_LABELS,
        lines=lines[here.offset :][: here.size],
        pager=pager(here, "passbooks.household_passbook", household_id=household_id),
        request_id=next_request_id(refusal),
        may_print=role_may(current_actor().role, "passbooks.print"),
    )


def _propose(row: PassbookRow, last: Printing | None, form: PrintForm, back: SetBackForm) -> None:
    """Fill in what is most often wanted: a booklet first, and setting back the last printing."""
    if request.method == "GET" and not row.prints:
        form.how.data = How.BOOKLET.value
    if last is not None and back.lines.data is None and not back.errors:
        back.lines.data = min(last.spans[row.household.id].before, max(row.printed - 1, 0))
