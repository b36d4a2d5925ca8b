"""Pages of notices: the list, hanging one, one with its paper; and what everybody may read."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.awards.filters import PERIODS, read_number, span
from moralbank.awards.queries import AwardRow, approved
from moralbank.db import reading, writing
from moralbank.errors import Invalid, MoralbankError
from moralbank.fund.old_points import lapse_warning
from moralbank.i18n import _
from moralbank.notices import service
from moralbank.notices.export import notice_lines
from moralbank.notices.forms import NoticeForm
from moralbank.notices.hanging import Correction, corrections_on, hung_households
from moralbank.notices.public import contact_of, hanging_now, publishing_village
from moralbank.notices.public import public_notice as read_public
from moralbank.notices.queries import (
    correction_lines,
    corrections_waiting,
    letter_of,
    notices_of,
    sheet_of,
)
from moralbank.notices.queries import notice as read_notice
from moralbank.notices.sheets import CorrectionLine
from moralbank.objections.queries import objections_of_notice
from moralbank.paging import place
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import INK_SAVING, NOTICE_DAYS, PUBLIC_ADDRESS
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may, public
from moralbank.web.pages import asked_page, pager
from moralbank.web.printed import printed
from moralbank.web.request_ids import next_request_id, sent_request_id

room = Blueprint("notices", __name__)

PAGE_ROWS: Final = 20
LINES_AT_ONCE: Final = 300
"""A notice with more lines is shown group by group."""
VILLAGE: Final = "/n/<int(max=999999999999):village_id>"


@room.get("/notices")
@may("notices.view")
def notices() -> Any:
    """List notices: what hangs first; and what waits to be hung."""
    village_id = current_actor().village_id
    with reading() as session:
        infos = notices_of(session, village_id)
        waiting = approved(session, village_id)
        corrections = corrections_waiting(session, village_id)
        settings = settings_of(session, village_id)
    here = place(len(infos), asked_page(), PAGE_ROWS)
    return render_template(
        "notices/notices.html",
        infos=infos[here.offset : here.offset + PAGE_ROWS],
        pager=pager(here, "notices.notices"),
        waiting=waiting,
        corrections=corrections,
        may_publish=role_may(current_actor().role, "notices.publish"),
        public=bool(settings[PUBLIC_ADDRESS]),
        at_once=settings[NOTICE_DAYS] == "0",
    )


@room.get("/notices/new")
@may("notices.publish")
def new_notice() -> Any:
    """Offer what was approved, all of it ticked."""
    return _new_page(NoticeForm(), ticked=None)


@room.post("/notices/new")
@may("notices.publish")
def new_notice_post() -> Any:
    """Hang what was ticked, or only reckon the last day anew (the button `preview`)."""
    form = NoticeForm(request.form)
    if not form.validate():
        return _new_page(form, set(form.award_ids)), 422
    if "preview" in request.form:
        return _new_page(form, set(form.award_ids))
    try:
        with writing() as session:
            act = (current_actor(), sent_request_id())
            number = service.open_notice(session, *act, form.award_ids, **form.command())
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _new_page(form, set(form.award_ids), refusal), status_of(refusal)
    flash(_("第 %(n)s 期已张榜，请打印公示表贴出去", n=number), "ok")
    return redirect(url_for("notices.notice", notice_id=number), 303)


@room.get("/notices/<int:notice_id>")
@may("notices.view")
def notice(notice_id: int) -> Any:
    """Show one notice in its frozen words, and where each line stands now."""
    actor = current_actor()
    with reading() as session:
        info = read_notice(session, actor.village_id, notice_id)
        households = hung_households(session, actor.village_id, notice_id)
        lines = _corrections(session, corrections_on(session, actor.village_id, notice_id))
        objections = objections_of_notice(session, actor.village_id, notice_id)
        address = settings_of(session, actor.village_id)[PUBLIC_ADDRESS]
    groups = list(dict.fromkeys(one.group for one in households))
    group = _shown_group(groups, info.lines)
    return render_template(
        "notices/notice.html",
        info=info,
        groups=groups,
        group=group,
        households=[one for one in households if group in {None, one.group}],
        all_at_once=info.lines <= LINES_AT_ONCE,
        corrections=lines,
        objections=objections if role_may(actor.role, "objections.view") else [],
        may_take=role_may(actor.role, "objections.take"),
        may_open_deeds=role_may(actor.role, "awards.view"),
        public=bool(address),
    )


@room.get("/notices/<int:notice_id>/list.pdf")
@may("notices.view")
def list_pdf(notice_id: int) -> Any:
    """Print the list by household, on A4 or lying A3."""
    from moralbank.notices.pdf import notice_list  # noqa: PLC0415 - slow to import

    with reading() as session:
        sheet = sheet_of(session, current_actor().village_id, notice_id)
    paper: Literal["A4", "A3"] = "A3" if request.args.get("paper") == "A3" else "A4"
    name = f"{sheet.title}-A3.pdf" if paper == "A3" else f"{sheet.title}.pdf"
    return printed(name, lambda _told: notice_list(sheet, paper=paper))


@room.get("/notices/<int:notice_id>/letter.pdf")
@may("notices.view")
def letter_pdf(notice_id: int) -> Any:
    """Print the notice as a formal letter; with `ink=saving` all in black."""
    from moralbank.notices.letter import notice_letter  # noqa: PLC0415 - slow to import

    plain = request.args.get("ink") == INK_SAVING
    with reading() as session:
        letter = letter_of(session, current_actor().village_id, notice_id, plain=plain)
    name = _("%(title)s（红头公告）", title=letter.notice.title) + ".pdf"
    return printed(name, lambda _told: notice_letter(letter))


@room.get("/notices/<int:notice_id>/details.pdf")
@may("notices.view")
def details_pdf(notice_id: int) -> Any:
    """Print the deeds behind the list."""
    from moralbank.notices.pdf import notice_details  # noqa: PLC0415 - slow to import

    with reading() as session:
        sheet = sheet_of(session, current_actor().village_id, notice_id)
    name = _("%(title)s明细", title=sheet.title) + ".pdf"
    return printed(name, lambda _told: notice_details(sheet))


@room.get("/notices/<int:notice_id>/objection-form.pdf")
@may("notices.view")
def objection_form_pdf(notice_id: int) -> Any:
    """Print the form on which objections are written by hand."""
    from moralbank.notices.pdf import objection_form  # noqa: PLC0415 - slow to import

    with reading() as session:
        sheet = sheet_of(session, current_actor().village_id, notice_id)
    return printed(_("异议书") + ".pdf", lambda _told: objection_form(sheet))


@room.get("/notices/<int:notice_id>.xlsx")
@may("awards.view")
def export(notice_id: int) -> Any:
    """Give one notice as Excel, with the notes of its deeds."""
    with reading() as session:
        info = read_notice(session, current_actor().village_id, notice_id)
        households = hung_households(session, current_actor().village_id, notice_id)
    return excel_file(notice_lines(households), f"{info.title}.xlsx", len(households))


@room.get(VILLAGE)
@public
def public_notices(village_id: int) -> Any:
    """Show everybody what hangs now, where the village has a public address."""
    with reading() as session:
        village = publishing_village(session, village_id)
        infos = hanging_now(session, village_id)
        warning = lapse_warning(session, village_id)
    return _public_page("notices/public_notices.html", village, infos=infos, warning=warning)


@room.get(f"{VILLAGE}/<int:notice_id>")
@public
def public_notice(village_id: int, notice_id: int) -> Any:
    """Show everybody one notice: merits alone, and hardly a name."""
    with reading() as session:
        village = publishing_village(session, village_id)
        shown = read_public(session, village_id, notice_id)
        warning = lapse_warning(session, village_id) if shown.info.open else ""
    return _public_page("notices/public_notice.html", village, shown=shown, warning=warning)


def _public_page(template: str, village: Any, **values: Any) -> Any:
    """A page for villagers' own phones, which search engines leave alone."""
    contact, telephone = contact_of(village)
    page = render_template(
        template, village=village, contact=contact, telephone=telephone, **values
    )
    return page, 200, {"X-Robots-Tag": "noindex"}


def _shown_group(groups: list[str], lines: int) -> str | None:
    """The group that the address asks for; the first one where all would be too many."""
    asked = request.args.get("group", "")
    if asked in groups:
        return asked
    return groups[0] if groups and lines > LINES_AT_ONCE else None


def _new_page(
    form: NoticeForm, ticked: set[int] | None, refusal: MoralbankError | None = None
) -> str:
    """What may hang, by period and group of the address; ticked as it was, at first all."""
    village_id, group_id = current_actor().village_id, read_number(request.args, "group")
    first, last = span(request.args.get("period", ""))
    with reading() as session:
        rows = approved(session, village_id, first=first, last=last)
        lines = _corrections(session, corrections_waiting(session, village_id))
        _offer_days(session, form)
        hangs = _hangs(session, form)
        usual = service.usual_title(session, village_id, form.first_day.data or clock.today())
    shown = [row for row in rows if group_id in {None, row.group_id}]
    return render_template(
        "notices/new_notice.html",
        form=form,
        hangs=hangs,
        usual_title=usual,
        rows=shown,
        groups=_groups(rows),
        group_id=group_id,
        kept=_kept(),
        periods=PERIODS,
        corrections=lines,
        ticked={row.id for row in shown} if ticked is None else ticked,
        request_id=next_request_id(refusal),
    )


def _offer_days(session: Session, form: NoticeForm) -> None:
    """Fill in how long notices usually hang, where nothing was typed."""
    if form.days.data is None and not form.days.errors:
        usual = settings_of(session, current_actor().village_id)[NOTICE_DAYS]
        form.days.data = max(1, int(usual))


def _corrections(session: Session, corrections: Sequence[Correction]) -> tuple[CorrectionLine, ...]:
    return correction_lines(session, current_actor().village_id, corrections)


def _hangs(session: Session, form: NoticeForm) -> service.Days | None:
    """From when to when it would hang; None where what was typed can't be reckoned with."""
    if form.first_day.errors or form.days.errors:
        return None
    typed = (form.first_day.data, form.days.data)
    try:
        return service.days_of(session, current_actor().village_id, *typed)
    except Invalid:
        return None


def _groups(rows: list[AwardRow]) -> list[tuple[int, str, int]]:
    """The groups of these deeds: number, name, how many."""
    names = {row.group_id: row.group for row in rows}
    counts = {number: sum(row.group_id == number for row in rows) for number in names}
    return [(number, name, counts[number]) for number, name in names.items()]


def _kept() -> dict[str, str]:
    """The filters of the address, for links and the form's own."""
    return {name: request.args[name] for name in ("period", "group") if request.args.get(name)}
