"""Pages of what the supervisor sees."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.supervision import service
from moralbank.supervision.decisions import decisions_by_person
from moralbank.supervision.drawing import how_many, rule_words
from moralbank.supervision.forms import DrawForm, read_found
from moralbank.supervision.models import Finding
from moralbank.supervision.months import Month, MonthInvalid, offered, read_month
from moralbank.supervision.queries import (
    FINDING_LABELS,
    drawn_from,
    posted_in,
    recheck,
    recheck_rows,
    rechecks,
    sheet_of,
)
from moralbank.supervision.reports import REPORTS, as_excel, kind, lots_report, recheck_report
from moralbank.supervision.service import Found
from moralbank.supervision.views_acts import room
from moralbank.villages.queries import number_set
from moralbank.villages.settings import RECHECK_PERCENT
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.printed import printed
from moralbank.web.request_ids import next_request_id, sent_request_id


@room.get("/supervision")
@may("supervision.view")
def supervision() -> Any:
    """Show a month in numbers."""
    month, village_id = _asked_month(), current_actor().village_id
    with reading() as session:
        counts = {
            name: len(one.read(session, village_id, month).lines)
            for name, one in REPORTS.items()
            if name != "decisions"
        }
        people = decisions_by_person(session, village_id, month)
        posted = len(posted_in(session, village_id, month))
        every = rechecks(session, village_id)
    return render_template(
        "supervision/supervision.html",
        month=month,
        months=offered(),
        reports=REPORTS,
        counts=counts,
        people=people,
        posted=posted,
        draws=[one for one in every if one.month == month],
        unseen=sum(one.waiting for one in every),
    )


@room.get("/supervision/decisions")
@may("supervision.view")
def decisions() -> Any:
    """Show who decided how much."""
    return _report_page("decisions")


@room.get("/supervision/overrides")
@may("supervision.view")
def overrides() -> Any:
    """Show whose points were changed."""
    return _report_page("overrides")


@room.get("/supervision/reversals")
@may("supervision.view")
def reversals() -> Any:
    """Show what was taken back."""
    return _report_page("reversals")


@room.get("/supervision/bars")
@may("supervision.view")
def bars() -> Any:
    """Show who tried to judge their own."""
    return _report_page("bars")


@room.get("/supervision/ties")
@may("supervision.view")
def ties() -> Any:
    """Show which ties were declared and ended."""
    return _report_page("ties")


@room.get("/supervision/objections")
@may("supervision.view")
def objections() -> Any:
    """Show the objections and whether they were answered in time."""
    return _report_page("objections")


@room.get("/supervision/<slug>.xlsx")
@may("supervision.view")
def export(slug: str) -> Any:
    """Download one of the tables."""
    actor, wanted, month = current_actor(), kind(slug), _asked_month()
    title = _(wanted.title)
    with reading() as session:
        report = wanted.read(session, actor.village_id, month)
    name = f"{title}-{month.text}.xlsx"
    return excel_file(as_excel(title, report), name, len(report.lines))


@room.get("/supervision/rechecks")
@may("supervision.view")
def draws() -> Any:
    """Show every draw, and draw another."""
    return _draws_page(DrawForm(month=_asked_month().text))


@room.post("/supervision/rechecks")
@may("supervision.view")
def draw() -> Any:
    """Draw deeds of a month to be looked at again."""
    form = DrawForm(request.form)
    try:
        month = read_month(form.month.data or "")
        with writing() as session:
            number = service.draw_recheck(
                session, current_actor(), sent_request_id(), month, form.seed.data or ""
            )
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _draws_page(form, next_request_id(refusal)), status_of(refusal)
    flash(_("抽好了。请打印抽查表，到户去看。"), "ok")
    return redirect(url_for("supervision.drawn", recheck_id=number), 303)


@room.get("/supervision/rechecks/<int:recheck_id>")
@may("supervision.view")
def drawn(recheck_id: int) -> Any:
    """Show one draw, and what was found so far."""
    return _drawn_page(recheck_id)


@room.post("/supervision/rechecks/<int:recheck_id>")
@may("supervision.view")
def findings(recheck_id: int) -> Any:
    """Keep what was found."""
    actor = current_actor()
    with reading() as session:
        rows = recheck_rows(session, actor.village_id, recheck_id, actor.user_id)
    found = read_found(rows, request.form)
    try:
        with writing() as session:
            changed = service.keep_findings(session, actor, recheck_id, found)
    except service.FindingNoteInvalid as refusal:
        return _drawn_page(recheck_id, found, refusal), status_of(refusal)
    flash(_("已保存，改了 %(n)s 行", n=changed), "ok")
    return redirect(url_for("supervision.drawn", recheck_id=recheck_id), 303)


@room.get("/supervision/rechecks/<int:recheck_id>/sheet.pdf")
@may("supervision.view")
def sheet(recheck_id: int) -> Any:
    """Print the list to walk with."""
    from moralbank.supervision.pdf import recheck_sheet  # noqa: PLC0415 - slow to import

    with reading() as session:
        paper = sheet_of(session, current_actor().village_id, recheck_id)
    name = _("抽查表-第%(id)s次.pdf", id=recheck_id)
    return printed(name, lambda _told: recheck_sheet(paper))


@room.get("/supervision/rechecks/<int:recheck_id>/found.xlsx")
@may("supervision.view")
def export_recheck(recheck_id: int) -> Any:
    """Download one draw with what was found."""
    actor, title = current_actor(), _("抽查")
    with reading() as session:
        info = recheck(session, actor.village_id, recheck_id)
        rows = recheck_rows(session, actor.village_id, recheck_id, actor.user_id)
    content = as_excel(title, recheck_report(info, rows))
    return excel_file(content, _("抽查-第%(id)s次.xlsx", id=recheck_id), len(rows))


@room.get("/supervision/rechecks/<int:recheck_id>/lots.xlsx")
@may("supervision.view")
def lots(recheck_id: int) -> Any:
    """Download everything that the draw was made from, to draw it again."""
    actor, title = current_actor(), _("抽签底表")
    with reading() as session:
        info = recheck(session, actor.village_id, recheck_id)
        there = drawn_from(session, actor.village_id, info)
    content = as_excel(title, lots_report(info, there))
    return excel_file(content, _("抽签底表-第%(id)s次.xlsx", id=recheck_id), len(there))


def _asked_month() -> Month:
    """The month of the address."""
    return _month_or_present(request.args.get("month", ""))


def _month_or_present(typed: str) -> Month:
    """The month that was typed, the present one for what is no month."""
    try:
        return read_month(typed)
    except MonthInvalid:
        return read_month("")


def _report_page(name: str) -> str:
    wanted, month = kind(name), _asked_month()
    with reading() as session:
        report = wanted.read(session, current_actor().village_id, month)
    return render_template(
        "supervision/report.html",
        name=name,
        kind=wanted,
        report=report,
        month=month,
        months=offered(),
        reports=REPORTS,
    )


def _draws_page(form: DrawForm, request_id: str = "") -> str:
    village_id, month = current_actor().village_id, _month_or_present(form.month.data or "")
    with reading() as session:
        every = rechecks(session, village_id)
        percent = number_set(session, village_id, RECHECK_PERCENT)
        there = len(posted_in(session, village_id, month))
    return render_template(
        "supervision/draws.html",
        form=form,
        draws=every,
        percent=percent,
        month=month,
        months=offered(),
        there=there,
        wanted=how_many(there, percent),
        drawn_before=sum(one.month == month for one in every),
        request_id=request_id or next_request_id(),
    )


def _drawn_page(
    recheck_id: int,
    found: dict[int, Found] | None = None,
    refusal: MoralbankError | None = None,
) -> str:
    """One draw; a refused form keeps what was typed."""
    actor = current_actor()
    with reading() as session:
        info = recheck(session, actor.village_id, recheck_id)
        rows = recheck_rows(session, actor.village_id, recheck_id, actor.user_id)
    return render_template(
        "supervision/drawn.html",
        drawn=info,
        rows=rows,
        found=found or {row.line: Found(row.finding, row.note) for row in rows},
        findings={finding: _(label) for finding, label in FINDING_LABELS.items()},
        wrong=Finding.WRONG,
        rule=rule_words(info.seed, rows[0].award.id),
        refusal=refusal,
    )
