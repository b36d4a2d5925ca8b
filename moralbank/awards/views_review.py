"""Pages of judging deeds: verified on the spot, decided on in the review, one with its steps.

The room's blueprint begins here; `views.py` adds the pages of recording and listing to it.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank.awards import deciding, posting
from moralbank.awards.filters import read_number
from moralbank.awards.forms import DecideForm, FindingForm, ReasonForm, prefix_of
from moralbank.awards.pages import (
    ALL_GROUPS,
    BY_ITEM,
    GroupAsked,
    Line,
    deed_page,
    review_page,
    verify_page,
)
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.forms import BaseForm
from moralbank.i18n import _, sentences
from moralbank.local_numbers import number_or_unknown
from moralbank.photos.queries import PhotoInfo
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.uploads import take_photos, takes_photos

room = Blueprint("awards", __name__)


class Typed(NamedTuple):
    """What a refused form of one deed said, to be shown again with the refusal."""

    award_id: int = 0
    form: BaseForm | None = None
    refusal: MoralbankError | None = None
    kept: Collection[PhotoInfo] = ()


NOTHING_TYPED = Typed()


@room.get("/awards/verify")
@may("awards.verify")
def verify() -> Any:
    """Show what is to be looked at on the spot, group by group, household by household."""
    return _verify_page()


@room.post("/awards/verify")
@may("awards.verify")
def verify_ticked() -> Any:
    """Say of all that were ticked that they are right."""
    ids = ticked()
    try:
        with writing() as session:
            deciding.verify(session, current_actor(), sent_request_id(), ids)
    except MoralbankError as refusal:
        return _verify_page(Typed(refusal=refusal), set(ids)), status_of(refusal)
    flash(_("%(n)s 条已核实，送去评议", n=len(ids)), "ok")
    return redirect(url_for("awards.verify", group=_group()), 303)


@room.post("/awards/<int:award_id>/verify")
@takes_photos
@may("awards.verify")
def verify_one(award_id: int) -> Any:
    """Say of one deed what was found: right, wrong, or to be asked again."""
    form = FindingForm(request.form, prefix=prefix_of(award_id))
    taken = take_photos(form.photos.name)
    try:
        taken.require_all()
        found = form.found(request.form.get("finding", ""))
        if found is None:
            return _again(_verify_page, Typed(award_id, form, None, taken.photos))
        with writing() as session:
            said = _find(session, award_id, found, form, taken.ids)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _again(_verify_page, Typed(award_id, form, refusal, taken.photos))
    flash(said, "ok")
    return _onward("awards.verify", award_id)


@room.get("/awards/review")
@may("awards.decide")
def review() -> Any:
    """Show what waits to be decided on, by group and item or the other way round."""
    return _review_page()


@room.post("/awards/approve")
@may("awards.decide")
def approve() -> Any:
    """Approve one deed by its own button, or all that were ticked."""
    only = request.form.get("only")
    ids = [number_or_unknown(only)] if only else ticked()
    try:
        with writing() as session:
            # Every deed's own button stands in the one form of the page, whose id they share.
            request_id = f"{sent_request_id()}-{ids[0]}" if only else sent_request_id()
            done = deciding.approve(session, current_actor(), request_id, ids)
    except MoralbankError as refusal:
        typed = Typed(ids[0] if only else 0, None, refusal)
        return _again(_review_page, typed, set(ids))
    flash(sentences(_approved(done)), "ok")
    return _onward("awards.review", 0)


@room.post("/awards/<int:award_id>/refuse")
@may("awards.decide")
def refuse(award_id: int) -> Any:
    """Decide against a deed."""
    said = _("第 %(id)s 条：不同意，理由已写下", id=award_id)
    return _decide(award_id, said, deciding.refuse, DecideForm.why)


@room.post("/awards/<int:award_id>/send-back")
@may("awards.decide")
def send_back(award_id: int) -> Any:
    """Ask for more before deciding."""
    said = _("第 %(id)s 条已退回补充", id=award_id)
    return _decide(award_id, said, deciding.send_back, DecideForm.why)


@room.post("/awards/<int:award_id>/adjust")
@may("awards.decide")
def adjust(award_id: int) -> Any:
    """Give other points, within the item's range."""
    said = _("第 %(id)s 条的分数已改，请再评议", id=award_id)
    return _decide(award_id, said, deciding.adjust, DecideForm.other_points)


@room.post("/awards/<int:award_id>/reverse")
@may("awards.reverse")
def reverse(award_id: int) -> Any:
    """Take back a deed's points."""

    def act(session: Session, reason: str) -> str:
        posting.reverse(session, current_actor(), sent_request_id(), award_id, reason)
        return _("第 %(id)s 条已冲正，账上两笔都在", id=award_id)

    return with_reason(award_id, act)


@room.get("/awards/<int:award_id>")
@may("awards.view")
def award(award_id: int) -> Any:
    """Show one deed, the steps that it took, and what its reader may do with it now."""
    return _award_page(Typed(award_id))


def with_reason(award_id: int, act: Callable[[Session, str], str]) -> Any:
    """Let a service act for a reason, and show the deed: what came of it, or the refusal."""
    form = ReasonForm(request.form)
    if not form.validate():
        return _award_page(Typed(award_id), form), 422
    try:
        with writing() as session:
            said = act(session, form.reason.data)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _award_page(Typed(award_id, None, refusal), form), status_of(refusal)
    flash(said, "ok")
    return redirect(url_for("awards.award", award_id=award_id), 303)


def ticked() -> list[int]:
    """The numbers of the deeds that were ticked."""
    return [number_or_unknown(typed) for typed in request.form.getlist("awards")]


def _find(
    session: Session, award_id: int, found: str, form: FindingForm, photos: Sequence[int]
) -> str:
    """Write down what was found; gives back what to say of it."""
    actor = current_actor()
    if found == "wrong":
        deciding.deny(session, actor, award_id, form.reason.data or "")
        return _("第 %(id)s 条不属实，理由已写下", id=award_id)
    if found == "ask":
        deciding.send_back(session, actor, award_id, form.reason.data or "")
        return _("第 %(id)s 条已退回补充", id=award_id)
    deciding.verify(
        session,
        actor,
        sent_request_id(),
        [award_id],
        witness=form.witness.data or "",
        note=form.note.data or "",
        photos=photos,
    )
    return _("第 %(id)s 条已核实，送去评议", id=award_id)


def _decide(
    award_id: int,
    said: str,
    act: Callable[..., object],
    read: Callable[[DecideForm], dict[str, Any]],
) -> Any:
    """Let a service act on a deed as its form says, and go on in the queue or with the deed."""
    form = DecideForm(request.form, prefix=prefix_of(award_id))
    if not form.validate():
        return _again(_review_page, Typed(award_id, form))
    try:
        with writing() as session:
            act(session, current_actor(), award_id, **read(form))
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _again(_review_page, Typed(award_id, form, refusal))
    flash(said, "ok")
    return _onward("awards.review", award_id)


def _approved(done: deciding.Approval) -> list[str]:
    """What to say of an approval: what is decided, and what still needs votes."""
    said = []
    if done.approved and done.seq is not None:
        said.append(
            _("已通过 %(n)s 条，%(points)s 分已入账。", n=done.approved, points=done.points)
        )
    elif done.approved:
        said.append(
            _("已通过 %(n)s 条，%(points)s 分，等公示。", n=done.approved, points=done.points)
        )
    if done.waiting_for_votes:
        said.append(_("%(n)s 条已记下您的同意，还要别的评议员。", n=done.waiting_for_votes))
    return said


def _onward(queue: str, award_id: int) -> Any:
    """Go on where the eye was: with the next deed of the queue, or with the deed itself."""
    if "queue" not in request.args and award_id:
        return redirect(url_for("awards.award", award_id=award_id), 303)
    then = read_number(request.args, "then")
    anchor = None if then is None else f"deed-{then}"
    order = request.args.get("order")
    return redirect(url_for(queue, group=_group(), order=order, _anchor=anchor), 303)


def _group() -> GroupAsked:
    """The group that the address asks for, or all of them."""
    asked = request.args.get("group")
    return ALL_GROUPS if asked == ALL_GROUPS else read_number(request.args, "group")


def _again(page: Callable[..., str], typed: Typed, chosen: Collection[int] = ()) -> Any:
    """Show the page on which a form was refused, with what it said."""
    status = 422 if typed.refusal is None else status_of(typed.refusal)
    if typed.award_id and "queue" not in request.args:
        return _award_page(typed), status
    return page(typed, chosen), status


def _verify_page(typed: Typed = NOTHING_TYPED, chosen: Collection[int] = ()) -> str:
    asked = _group()
    with reading() as session:
        page = verify_page(session, current_actor(), asked)
    return render_template(
        "awards/verify.html",
        page=page,
        group=page.group_id or asked,
        forms=_forms(page.lines, FindingForm, typed),
        kept={typed.award_id: typed.kept},
        ticked=chosen,
        refusal=typed.refusal,
        request_id=_request_id(typed),
    )


def _review_page(typed: Typed = NOTHING_TYPED, chosen: Collection[int] = ()) -> str:
    asked = _group()
    order = BY_ITEM if request.args.get("order") == BY_ITEM else None
    with reading() as session:
        page = review_page(session, current_actor(), asked, by_item=order == BY_ITEM)
    return render_template(
        "awards/review.html",
        page=page,
        group=page.group_id or asked,
        order=order,
        forms=_forms(page.lines, DecideForm, typed),
        ticked=chosen,
        refusal=typed.refusal,
        request_id=_request_id(typed),
    )


def _award_page(typed: Typed, reason_form: ReasonForm | None = None) -> str:
    with reading() as session:
        page = deed_page(session, current_actor(), typed.award_id)
    form = typed.form
    return render_template(
        "awards/award.html",
        page=page,
        award=page.line.award,
        form=form if isinstance(form, DecideForm) else DecideForm.of(page.line.award),
        finding=form if isinstance(form, FindingForm) else FindingForm.of(page.line.award),
        reason_form=reason_form or ReasonForm(),
        kept=typed.kept,
        refusal=typed.refusal,
        request_id=_request_id(typed),
    )


def _request_id(typed: Typed) -> str:
    """The page's request id; each deed's own form puts its number behind it."""
    return next_request_id(typed.refusal).removesuffix(f"-{typed.award_id}")


def _forms(
    lines: list[Line], kind: type[DecideForm] | type[FindingForm], typed: Typed
) -> dict[int, BaseForm]:
    """A form for each deed, the refused one with what it said."""
    forms: dict[int, BaseForm] = {line.award.id: kind.of(line.award) for line in lines}
    if typed.form is not None:
        forms[typed.award_id] = typed.form
    return forms
