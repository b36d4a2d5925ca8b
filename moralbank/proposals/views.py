"""Pages of what takes two people: what waits, one proposal side by side, and its answers."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from moralbank.access.permissions import may as role_may
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError, NotFound
from moralbank.forms import BaseForm
from moralbank.i18n import _, listed
from moralbank.proposals import service
from moralbank.proposals.acts import ACTS, ON_USERS, AdoptScheme, EraseHousehold, SetRate
from moralbank.proposals.forms import ConfirmForm, TurnDownForm
from moralbank.proposals.queries import (
    ProposalInfo,
    proposal_page,
    waiting_for,
    who_could_confirm,
)
from moralbank.proposals.queries import proposal as read_proposal
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_page, pager
from moralbank.web.request_ids import next_request_id, sent_request_id

room = Blueprint("proposals", __name__)

ONE: Final = "/proposals/<int:proposal_id>"
_PAGE_OF: Final = {
    SetRate.key: ("store.rates", ""),
    AdoptScheme.key: ("scheme.version", "number"),
    EraseHousehold.key: ("households.household", "household_id"),
    **dict.fromkeys(ON_USERS, ("access.user", "user_id")),
}
"""Where the result of each kind of act is seen, and which part of the address its number is."""


@room.get("/proposals")
@may("proposals.view")
def proposals() -> Any:
    """List what waits for oneself, then everything."""
    actor = current_actor()
    with reading() as session:
        page = proposal_page(session, actor.village_id, asked_page())
        mine = waiting_for(session, actor)
    return render_template(
        "proposals/proposals.html",
        page=page,
        pager=pager(page.place, "proposals.proposals"),
        mine=mine,
        actor=actor,
    )


@room.get(ONE)
@may("proposals.view")
def proposal(proposal_id: int) -> Any:
    """Show what one would change, and what can be answered."""
    return _page(proposal_id)


@room.post(f"{ONE}/confirm")
@may("proposals.decide")
def confirm(proposal_id: int) -> Any:
    """Agree: what was proposed is done."""
    form = ConfirmForm(request.form)
    try:
        with writing() as session:
            service.confirm(session, current_actor(), sent_request_id(), proposal_id)
    except NotFound:
        raise
    except MoralbankError as refusal:
        return _refused(proposal_id, form, refusal)
    flash(_("已同意，第 %(n)s 号提请已办成", n=proposal_id), "ok")
    return redirect(url_for("proposals.proposal", proposal_id=proposal_id), 303)


@room.post(f"{ONE}/turn-down")
@may("proposals.decide")
def turn_down(proposal_id: int) -> Any:
    """Say no, and why."""
    form = TurnDownForm(request.form)
    if not form.validate():
        return _page(proposal_id, form), 422
    try:
        with writing() as session:
            wanted = (sent_request_id(), proposal_id, form.reason.data)
            service.turn_down(session, current_actor(), *wanted)
    except NotFound:
        raise
    except MoralbankError as refusal:
        return _refused(proposal_id, form, refusal)
    flash(_("已退回，没有改动任何内容"), "ok")
    return redirect(url_for("proposals.proposal", proposal_id=proposal_id), 303)


@room.post(f"{ONE}/withdraw")
@may("proposals.view")
def withdraw(proposal_id: int) -> Any:
    """Take one's own back."""
    form = ConfirmForm(request.form)
    try:
        with writing() as session:
            service.withdraw(session, current_actor(), sent_request_id(), proposal_id)
    except NotFound:
        raise
    except MoralbankError as refusal:
        return _refused(proposal_id, form, refusal)
    flash(_("已撤回，没有改动任何内容"), "ok")
    return redirect(url_for("proposals.proposal", proposal_id=proposal_id), 303)


def _refused(proposal_id: int, form: BaseForm, refusal: MoralbankError) -> tuple[str, int]:
    form.take_refusal(refusal)
    return _page(proposal_id, form, refusal), status_of(refusal)


def _page(
    proposal_id: int, form: BaseForm | None = None, refusal: MoralbankError | None = None
) -> str:
    actor = current_actor()
    with reading() as session:
        info = read_proposal(session, actor.village_id, proposal_id)
        others = who_could_confirm(session, info)
    return render_template(
        "proposals/proposal.html",
        info=info,
        others=listed(one.name for one in others),
        only=others[0].name if len(others) == 1 else "",
        own=info.proposed_by == actor.user_id,
        result_url=_result_url(info, actor.role),
        form=form or ConfirmForm(),
        turn_form=form if isinstance(form, TurnDownForm) else TurnDownForm(),
        request_id=next_request_id(refusal),
    )


def _result_url(info: ProposalInfo, role: str) -> str:
    """The page on which a confirmed act is seen, for those who may open it."""
    endpoint, part = _PAGE_OF.get(info.act, ("", ""))
    permission = "scheme.view" if info.act == AdoptScheme.key else ACTS[info.act].permission
    if info.result is None or not endpoint or not role_may(role, permission):
        return ""
    number: dict[str, Any] = {part: info.result} if part else {}
    return url_for(endpoint, **number)
