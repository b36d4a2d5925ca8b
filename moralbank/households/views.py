"""Pages of households: list, one household, its members, and the import of a roster."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import (
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.access.queries import user_names
from moralbank.db import reading, writing
from moralbank.errors import Invalid, MoralbankError
from moralbank.forms import BaseForm
from moralbank.households import service, views_personal
from moralbank.households.erased import shown_lines
from moralbank.households.export import household_list
from moralbank.households.forms import (
    EditHouseholdForm,
    MemberForm,
    NewHouseholdForm,
    RosterForm,
)
from moralbank.households.headings import FIELDS, REQUIRED, field_label
from moralbank.households.imports import imports_of
from moralbank.households.marking import marked_copy, template
from moralbank.households.portrait import portrait
from moralbank.households.preview import Preview, choose_columns, mapping_of, preview
from moralbank.households.queries import (
    group_counts,
    household_page,
    listed_households,
    member_of,
    members_of,
)
from moralbank.households.queries import household as household_info
from moralbank.households.roster import parse
from moralbank.households.views_photo import LARGEST, ONE, room
from moralbank.households.workbook import read_table
from moralbank.i18n import _
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of, balances, statement
from moralbank.paging import place
from moralbank.tables.cells import Fate, fate_label
from moralbank.tables.waiting import Shelf, Upload
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_also, asked_number, asked_page, asked_words, pager

__all__ = ["room", "views_personal"]

PREVIEW_ROWS: Final = 20
MEMBER: Final = f"<int(max={LARGEST}):member_id>"
_LINKS: Final = (
    "awards.record",
    "awards.view",
    "cards.view",
    "households.disclose",
    "households.edit",
    "ledger.statement",
    "reminders.give",
)


@room.get("/households")
@may("households.view")
def households() -> Any:
    """Show the households, searched, filtered and paged."""
    village_id, sought = current_actor().village_id, _sought()
    with reading() as session:
        page = household_page(session, village_id, **sought, number=asked_page())
        groups = group_counts(session, village_id)
        points = balances(session, village_id, AccountKind.HOUSEHOLD_POINTS)
    return render_template(
        "households/households.html",
        page=page,
        pager=pager(page.place, "households.households", **asked_also("q", "group")),
        groups=groups,
        points=points,
        may_edit=role_may(current_actor().role, "households.edit"),
        **sought,
    )


@room.get("/households.xlsx")
@may("households.view")
def export() -> Any:
    """Download what the list shows, all pages."""
    actor = current_actor()
    with reading() as session:
        rows = listed_households(session, actor.village_id, **_sought())
        points = balances(session, actor.village_id, AccountKind.HOUSEHOLD_POINTS)
    content = household_list(rows, {owner: balance.amount for owner, balance in points.items()})
    return excel_file(content, _("住户名单-%(day)s.xlsx", day=clock.today()), len(rows))


@room.get(f"/households/{ONE}")
@may("households.view")
def household(household_id: int) -> Any:
    """Show one household."""
    return _household_page(household_id, MemberForm())


@room.route("/households/new", methods=["GET", "POST"])
@may("households.edit")
def new_household() -> Any:
    """Add one household."""
    form = NewHouseholdForm(request.form or None)  # None leaves the defaults standing
    if request.method == "POST" and form.validate():
        made = _done(form, service.add_household, form.command())
        if made:
            flash(_("已添加%(head)s家", head=made.head), "ok")
            return redirect(url_for("households.household", household_id=made.id), 303)
    with reading() as session:
        groups = group_counts(session, current_actor().village_id)
    page = render_template("households/new_household.html", form=form, groups=groups)
    return page, 422 if form.errors else 200


@room.route(f"/households/{ONE}/edit", methods=["GET", "POST"])
@may("households.edit")
def edit_household(household_id: int) -> Any:
    """Change one household."""
    with reading() as session:
        info = household_info(session, current_actor().village_id, household_id)
    form = EditHouseholdForm(request.form)
    form.offer_statuses()
    if request.method == "GET":
        form.show(info)
    elif form.validate() and _done(form, service.edit_household, household_id, form.command()):
        flash(_("已保存"), "ok")
        return redirect(url_for("households.household", household_id=household_id), 303)
    page = render_template("households/edit_household.html", form=form, household=info)
    return page, 422 if form.errors else 200


@room.post(f"/households/{ONE}/members")
@may("households.edit")
def add_member(household_id: int) -> Any:
    """Add a person to a household."""
    form = MemberForm(request.form)
    if form.validate() and _done(form, service.add_member, household_id, form.command()):
        flash(_("已添加%(name)s", name=form.name.data), "ok")
        return redirect(_members_url(household_id), 303)
    return _household_page(household_id, form), 422


@room.route(f"/households/{ONE}/members/{MEMBER}", methods=["GET", "POST"])
@may("households.edit")
def edit_member(household_id: int, member_id: int) -> Any:
    """Change a person of a household."""
    village_id = current_actor().village_id
    with reading() as session:
        info = household_info(session, village_id, household_id)
        member = member_of(session, village_id, household_id, member_id)
    form = MemberForm(request.form)
    if request.method == "GET":
        form.show(member)
    elif form.validate() and _done(form, service.edit_member, member_id, form.command()):
        flash(_("已保存"), "ok")
        return redirect(_members_url(household_id), 303)
    page = render_template("households/edit_member.html", form=form, household=info, member=member)
    return page, 422 if form.errors else 200


@room.post(f"/households/{ONE}/members/{MEMBER}/remove")
@may("households.edit")
def remove_member(household_id: int, member_id: int) -> Any:
    """Take a person out of a household."""
    try:
        with writing() as session:
            member_of(session, current_actor().village_id, household_id, member_id)
            gone = service.remove_member(session, current_actor(), member_id)
    except service.MemberHasAwards as refusal:
        flash(refusal.message, "error")
    else:
        flash(_("已删去%(name)s", name=gone.name), "ok")
    return redirect(_members_url(household_id), 303)


@room.route("/households/import", methods=["GET", "POST"])
@may("households.edit")
def import_roster() -> Any:
    """Take a roster's file and lead on to its preview."""
    form = RosterForm()
    if request.method == "POST":
        sent = request.files.get("roster")
        content, filename = (sent.read(), sent.filename or "") if sent else (b"", "")
        try:
            read_table(content, filename)
        except Invalid as refusal:
            refusal.field = "roster"
            form.take_refusal(refusal)
        else:
            token = _shelf().keep(current_actor(), filename, content)
            return redirect(url_for("households.preview_roster", token=token), 303)
    return render_template("households/import_roster.html", form=form), 422 if form.errors else 200


@room.get("/households/import/template.xlsx")
@may("households.edit")
def roster_template() -> Any:
    """Download an empty roster."""
    return excel_file(template(), _("花名册模板.xlsx"), 0)


@room.get("/households/import/<token>")
@may("households.edit")
def preview_roster(token: str) -> Any:
    """Show what importing the file would do."""
    upload = _shelf().find(current_actor(), token)
    return _preview_page(upload, _judged(upload))


@room.post("/households/import/<token>/columns")
@may("households.edit")
def roster_columns(token: str) -> Any:
    """Take the user's choice of columns, and judge anew."""
    shelf, actor = _shelf(), current_actor()
    upload = shelf.find(actor, token)
    mapping = mapping_of(request.form)
    try:
        choose_columns(read_table(upload.content, upload.filename), mapping)
    except Invalid as refusal:
        page = _preview_page(upload, _judged(upload), trouble=refusal.message, chosen=mapping)
        return page, status_of(refusal)
    shelf.remap(actor, token, mapping)
    return redirect(url_for("households.preview_roster", token=token), 303)


@room.post("/households/import/<token>")
@may("households.edit")
def confirm_roster(token: str) -> Any:
    """Import the file, judged anew against the village as it now stands."""
    shelf, actor = _shelf(), current_actor()
    upload = shelf.find(actor, token)
    table = read_table(upload.content, upload.filename)
    rows = parse(table, choose_columns(table, upload.mapping))
    skip = request.form.get("skip_errors") == "1"
    try:
        with writing() as session:
            service.import_roster(session, actor, rows, filename=upload.filename, skip_errors=skip)
    except service.RosterHasErrors as refusal:
        page = _preview_page(upload, _judged(upload), trouble=refusal.message)
        return page, status_of(refusal)
    shelf.drop(actor, token)
    return redirect(url_for("households.imported"), 303)


@room.post("/households/import/<token>/drop")
@may("households.edit")
def drop_roster(token: str) -> Any:
    """Forget the file."""
    _shelf().drop(current_actor(), token)
    flash(_("已取消，没有改动任何内容"), "ok")
    return redirect(url_for("households.import_roster"), 303)


@room.get("/households/import/<token>/marked.xlsx")
@may("households.edit")
def marked_roster(token: str) -> Any:
    """Download the user's own sheet with every row's fate beside it."""
    upload = _shelf().find(current_actor(), token)
    judged = _judged(upload)
    if judged.header is None:
        raise Invalid
    content = marked_copy(judged.table, judged.header, judged.judged)
    stem = upload.filename.rpartition(".")[0] or upload.filename
    return excel_file(content, _("%(name)s-核对.xlsx", name=stem), len(judged.judged))


@room.get("/households/imported")
@may("households.edit")
def imported() -> Any:
    """Show what the last imports did."""
    with reading() as session:
        rows = imports_of(session, current_actor().village_id)
        names = user_names(session, current_actor().village_id)
    return render_template("households/imported.html", imports=rows, names=names)


def _done(form: BaseForm, act: Callable[..., Any], *what: Any) -> Any:
    """Let a service act; its refusal is shown in the form, and nothing is given back."""
    try:
        with writing() as session:
            return act(session, current_actor(), *what) or True
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return None


def _household_page(household_id: int, form: MemberForm) -> str:
    """One household with its people; `form` is that of a new member."""
    village_id, role = current_actor().village_id, current_actor().role
    with reading() as session:
        info = household_info(session, village_id, household_id)
        members = members_of(session, village_id, household_id)
        points = account_of(session, village_id, AccountKind.HOUSEHOLD_POINTS, household_id)
        credit = account_of(session, village_id, AccountKind.HOUSEHOLD_CREDIT, household_id)
        lines = statement(session, village_id, points.account, limit=5)
        shown = portrait(session, village_id, household_id)
    return render_template(
        "households/household.html",
        household=info,
        members=members,
        points=points.amount,
        credit=credit.amount,
        lines=shown_lines(info, lines),
        portrait=shown,
        form=form,
        allowed={permission for permission in _LINKS if role_may(role, permission)},
    )


def _preview_page(
    upload: Upload,
    judged: Preview,
    *,
    trouble: str = "",
    chosen: Mapping[str, int | None] | None = None,
) -> str:
    """The preview, narrowed to one fate and paged; `chosen` columns were refused but stay."""
    wanted = request.args.get("fate", "")
    fate = Fate(wanted) if wanted in list(Fate) else None
    rows = judged.of(fate)
    here = place(len(rows), asked_page(), PREVIEW_ROWS)
    return render_template(
        "households/preview_roster.html",
        upload=upload,
        preview=judged,
        trouble=trouble or judged.trouble,
        required=REQUIRED,
        chosen={name: judged.column_of(name) for name in FIELDS} | dict(chosen or {}),
        field_label=field_label,
        fate_label=fate_label,
        fate=fate,
        rows=rows[here.offset :][: here.size],
        pager=pager(here, "households.preview_roster", token=upload.token, **asked_also("fate")),
    )


def _judged(upload: Upload) -> Preview:
    with reading() as session:
        return preview(
            session,
            current_actor().village_id,
            upload.content,
            upload.filename,
            upload.mapping,
        )


def _shelf() -> Shelf:
    return Shelf(current_app.config["INSTANCE"], "rosters")


def _members_url(household_id: int) -> str:
    return url_for("households.household", household_id=household_id, _anchor="members")


def _sought() -> dict[str, Any]:
    """Search and filter of the list."""
    return {"typed": asked_words(), "group_id": asked_number("group")}
