"""Pages of what boards honour with: certificates and door plates.

The room's blueprint begins here; `views.py` and its other files add all other pages to it.
"""

from typing import Any, Final

from flask import Blueprint, flash, render_template, request
from sqlmodel import Session

from moralbank.boards.forms_honours import CertificateForm, PlateForm
from moralbank.boards.honour_sheets import CERTIFICATE_LABELS, CertificateKind, PlateKind
from moralbank.boards.honours import (
    SLOTS,
    Honouree,
    honoured_households,
    honourees,
    print_certificates,
    usual_words,
)
from moralbank.boards.issued import Issue
from moralbank.boards.issues import issue as read_issue
from moralbank.boards.periods import current_year
from moralbank.boards.plating import NobodysPlate, plate_kind, plate_kinds, print_plates
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.households.queries import (
    HouseholdInfo,
    all_households,
    group_counts,
    listed_households,
)
from moralbank.i18n import _
from moralbank.local_numbers import local_number
from moralbank.paging import place
from moralbank.printing import rare
from moralbank.villages.queries import village_info
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import LONGEST_SEARCH, asked_page, pager
from moralbank.web.printed import ACTUAL_SIZE, printed

room = Blueprint("boards", __name__)

CERTIFICATES: Final = "/boards/issues/<int:issue_id>/certificates"
PAGE_ROWS: Final = 30


@room.get(CERTIFICATES)
@may("boards.publish")
def certificates(issue_id: int) -> Any:
    """Ask whose certificates are to be printed, and in which words."""
    shown, people, form = _certificate_form(issue_id)
    return _certificates_page(shown, people, form)


@room.post(f"{CERTIFICATES}/print.pdf")
@may("boards.publish")
def certificates_print(issue_id: int) -> Any:
    """Print certificates."""
    from moralbank.boards.certificates import certificates as drawn  # noqa: PLC0415 - slow

    shown, people, form = _certificate_form(issue_id, request.form)
    if not form.validate():
        return _certificates_page(shown, people, form), 422
    try:
        with writing() as session:
            sheet, left = print_certificates(session, current_actor(), shown, form.wish())
        if left:
            flash(_("%(n)s 个不愿具名，没有印", n=left), "warn")
        _warn_of_gaps([one.name for one in sheet.certificates])
        name = f"{shown.title}{shown.group}-{shown.called}-{_(CERTIFICATE_LABELS[sheet.kind])}.pdf"
        pieces = len(sheet.certificates)
        return printed(name, lambda told: drawn(sheet, told), pieces=pieces, hint=_(ACTUAL_SIZE))
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _certificates_page(shown, people, form), status_of(refusal)


@room.get("/boards/plates")
@may("boards.publish")
def plates() -> Any:
    """Offer the households, the kinds and the sizes of plates."""
    kind = _asked_kind()
    return _plates_page(kind, _plate_form(kind))


@room.post("/boards/plates/print.pdf")
@may("boards.publish")
def plates_print() -> Any:
    """Print plates for those who were ticked, or for all that are listed."""
    from moralbank.boards.plates import plates as drawn  # noqa: PLC0415 - slow

    kind = _asked_kind()
    form = _plate_form(kind, request.form)
    if not form.validate():
        return _plates_page(kind, form), 422
    try:
        with writing() as session:
            chosen = _wanted(session) if form.everyone else form.ticked
            sheet, shy = print_plates(session, current_actor(), chosen, form.wish())
        if shy:
            flash(_("%(n)s 户不愿具名，门牌上没有印名字", n=shy), "warn")
        _warn_of_gaps([one.head for one in sheet.plates])
        name, pieces = f"{kind.title}-{sheet.size.key}.pdf", len(sheet.plates)
        return printed(name, lambda told: drawn(sheet, told), pieces=pieces, hint=_(ACTUAL_SIZE))
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _plates_page(kind, form), status_of(refusal)


def _warn_of_gaps(names: list[str]) -> None:
    """Say which characters of names no font has."""
    words = rare.warning(names)
    if words:
        flash(words, "warn")


def _certificate_form(
    issue_id: int, sent: Any = None
) -> tuple[Issue, tuple[Honouree, ...], CertificateForm]:
    """The issue, everybody on it, and the form with the usual words or those sent."""
    village_id = current_actor().village_id
    try:
        kind = CertificateKind(request.values.get("kind", ""))
    except ValueError:
        kind = CertificateKind.AWARD
    with reading() as session:
        shown = read_issue(session, village_id, issue_id)
        people = honourees(session, village_id, shown)
        words = usual_words(session, shown, kind)
    return shown, people, CertificateForm(kind, words, sent)


def _certificates_page(shown: Issue, people: tuple[Honouree, ...], form: CertificateForm) -> str:
    return render_template(
        "boards/certificates.html",
        issue=shown,
        people=people,
        form=form,
        kind=CertificateKind(form.kind.data),
        kinds=CERTIFICATE_LABELS,
        slots=SLOTS,
    )


def _asked_kind() -> PlateKind:
    """The kind of plate that is asked for; raises PlateKindUnknown."""
    asked = request.values.get("kind", "")
    return plate_kind(asked) if asked else plate_kinds()[0]


def _plate_form(kind: PlateKind, sent: Any = None) -> PlateForm:
    with reading() as session:
        village = village_info(session, current_actor().village_id)
    usual = {"organisation": village.organisation, "period": current_year().label}
    return PlateForm(kind, sent, **usual)


def _asked() -> dict[str, Any]:
    """What the list is narrowed to: words, a group's and an issue's number."""
    return {
        "q": request.values.get("q", "").strip()[:LONGEST_SEARCH],
        "group": local_number(request.values.get("group", "")),
        "issue": local_number(request.values.get("issue", "")),
    }


def _listed(session: Session) -> list[HouseholdInfo]:
    """The households of the list: an issue's in its order, else those found, in walking order."""
    village_id, asked = current_actor().village_id, _asked()
    if asked["issue"] is not None:
        shown = read_issue(session, village_id, asked["issue"])
        honoured = honoured_households(session, village_id, shown)
        known = {one.id: one for one in all_households(session, village_id)}
        return [known[number] for number in honoured if number in known]
    found = listed_households(session, village_id, typed=asked["q"], group_id=asked["group"])
    return [one for one in found if not one.moved]


def _wanted(session: Session) -> list[int]:
    """All households of the list; raises NobodysPlate where there are none."""
    found = [one.id for one in _listed(session)]
    if not found:
        raise NobodysPlate
    return found


def _plates_page(kind: PlateKind, form: PlateForm) -> str:
    asked, village_id = _asked(), current_actor().village_id
    with reading() as session:
        rows = _listed(session)
        groups = group_counts(session, village_id)
        issue = None if asked["issue"] is None else read_issue(session, village_id, asked["issue"])
    here = place(len(rows), asked_page(), PAGE_ROWS)
    kept = {name: value or None for name, value in asked.items()}
    return render_template(
        "boards/plates.html",
        kind=kind,
        kinds=plate_kinds(),
        form=form,
        rows=rows,
        shown=rows[here.offset :][: here.size],
        pager=pager(here, "boards.plates", kind=kind.key, **kept),
        groups=groups,
        group=next((one for one in groups if one.id == asked["group"]), None),
        issue=issue,
        typed=asked["q"],
        ticked=set(form.ticked),
        stars=form.stars,
    )
