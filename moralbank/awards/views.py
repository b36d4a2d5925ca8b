"""Pages of deeds: recording one or many, the review queue, the list, one deed with its steps."""

import secrets
from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.permissions import may as role_may
from moralbank.awards import service
from moralbank.awards.export import award_list
from moralbank.awards.filters import (
    FILTERS,
    PERIODS,
    read_batch,
    read_day,
    read_filter,
    read_number,
    sections,
)
from moralbank.awards.forms import ReasonForm, RecordForm, RecordManyForm
from moralbank.awards.judging import why_left_out
from moralbank.awards.models import AwardState
from moralbank.awards.queries import (
    Filter,
    award_page,
    awards_named,
    items_used,
    listed_awards,
    recent_items,
    steps_of,
    waiting,
    waiting_by_group,
)
from moralbank.awards.queries import award as award_row
from moralbank.awards.states import STATE_LABELS
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.households.queries import (
    HouseholdInfo,
    all_households,
    find_households,
    group_counts,
    household,
    members_of,
)
from moralbank.i18n import _
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of
from moralbank.local_numbers import number_or_unknown
from moralbank.scheme.queries import item_on, scheme_on
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_also, asked_page, pager

room = Blueprint("awards", __name__)

SAID_AT_MOST: Final = 10  # skipped households that are named; a cookie holds no more


@room.get("/awards/record")
@may("awards.record")
def record() -> Any:
    """Ask who, then what, then how much: each step is one touch."""
    asked, day = read_filter(request.args), read_day(request.args)
    if asked.household_id is None:
        return _choose_household(asked, day)
    if asked.item is None:
        return _choose_item("awards.record", household=asked.household_id)
    return _record_page(RecordForm(deed_on=day), asked.household_id, asked.item)


@room.post("/awards/record")
@may("awards.record")
def record_post() -> Any:
    """Record one deed, then go on to the next household with the same item and day."""
    form = RecordForm(request.form)
    who, what = number_or_unknown(form.household.data), number_or_unknown(form.item.data)
    if not form.validate():
        return _record_page(form, who, what), 422
    try:
        with writing() as session:
            wanted = form.command(who, what)
            made = service.record(session, current_actor(), _request_id(), wanted)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _record_page(form, who, what), status_of(refusal)
    then = url_for("awards.record", item=what, deed_on=form.deed_on.data, saved=made)
    return redirect(then, 303)


@room.get("/awards/record-many")
@may("awards.record")
def record_many() -> Any:
    """Ask what, then tick who."""
    what = read_number(request.args, "item")
    if what is None:
        return _choose_item("awards.record_many")
    form = RecordManyForm(deed_on=read_day(request.args))
    return _record_many_page(form, what, recorded=read_batch(request.args))


@room.post("/awards/record-many")
@may("awards.record")
def record_many_post() -> Any:
    """Record one deed for all who were ticked, or say of each why not."""
    form = RecordManyForm(request.form)
    what = number_or_unknown(form.item.data)
    if not form.validate():
        return _record_many_page(form, what), 422
    whose, act = form.households.data or [], (current_actor(), _request_id())
    try:
        with writing() as session:
            ids = service.record_many(session, *act, whose, what, **form.options())
    except MoralbankError as refusal:
        return _record_many_page(form, what, refusal), status_of(refusal)
    _say_skipped(whose, ids, what, form.said())
    day, count = form.deed_on.data, len(ids)
    then = url_for("awards.record_many", item=what, deed_on=day, first=ids[0], count=count)
    return redirect(then, 303)


@room.get("/awards/review")
@may("awards.decide")
def review() -> Any:
    """Show what waits, by group and item."""
    return _review_page(ticked=set())


@room.post("/awards/approve")
@may("awards.decide")
def approve() -> Any:
    """Approve one deed by its own button, or all that were ticked."""
    only = request.form.get("only")
    ids = [
        number_or_unknown(typed) for typed in ([only] if only else request.form.getlist("awards"))
    ]
    try:
        with writing() as session:
            service.approve(session, current_actor(), _request_id(), ids)
            rows = awards_named(session, current_actor().village_id, ids)
    except MoralbankError as refusal:
        return _review_page(set(ids), refusal), status_of(refusal)
    total = sum(row.points for row in rows)
    flash(_("已通过 %(n)s 条，%(points)s 分已入账", n=len(rows), points=total), "ok")
    group, then = (read_number(request.args, name) for name in ("group", "then"))
    anchor = None if then is None else f"award-{then}"  # the next one, where the eye was
    return redirect(url_for("awards.review", group=group, _anchor=anchor), 303)


@room.post("/awards/<int:award_id>/refuse")
@may("awards.decide")
def refuse(award_id: int) -> Any:
    """Decide against a deed."""

    def act(session: Session, reason: str) -> None:
        service.refuse(session, current_actor(), award_id, reason)
        flash(_("第 %(id)s 条未通过，理由已写下", id=award_id), "ok")

    return _with_reason(award_id, act, url_for("awards.review"))


@room.post("/awards/<int:award_id>/reverse")
@may("awards.reverse")
def reverse(award_id: int) -> Any:
    """Take back a deed's points."""

    def act(session: Session, reason: str) -> None:
        service.reverse(session, current_actor(), _request_id(), award_id, reason)
        flash(_("第 %(id)s 条已冲正，分已扣回", id=award_id), "ok")

    return _with_reason(award_id, act, url_for("awards.award", award_id=award_id))


@room.get("/awards")
@may("awards.view")
def awards() -> Any:
    """Show all deeds, searched, filtered and paged."""
    actor, chosen, kept = current_actor(), read_filter(request.args), asked_also(*FILTERS)
    with reading() as session:
        page = award_page(session, actor.village_id, chosen, number=asked_page())
        groups = group_counts(session, actor.village_id)
        items = items_used(session, actor.village_id)
    return render_template(
        "awards/awards.html",
        page=page,
        pager=pager(page.place, "awards.awards", **kept),
        groups=groups,
        items=items,
        states=STATE_LABELS,
        periods=PERIODS,
        chosen=chosen,
        kept=kept,
        may_record=role_may(actor.role, "awards.record"),
    )


@room.get("/awards.xlsx")
@may("awards.view")
def export() -> Any:
    """Download what the list shows, all pages."""
    actor = current_actor()
    with writing() as session:
        rows = listed_awards(session, actor.village_id, read_filter(request.args))
        audit.record(session, actor, "awards.export", _("积分记录"), rows=len(rows))
    return excel_file(award_list(rows), _("积分记录-%(day)s.xlsx", day=clock.today()))


@room.get("/awards/<int:award_id>")
@may("awards.view")
def award(award_id: int) -> Any:
    """Show one deed and the steps that it took."""
    return _award_page(award_id, ReasonForm())


def _choose_household(asked: Filter, day: date) -> str:
    """The first step: find the household, or walk through a group."""
    village_id = current_actor().village_id
    with reading() as session:
        found: list[HouseholdInfo] = []
        if asked.typed:
            found = find_households(session, village_id, asked.typed, limit=30)
        elif asked.group_id is not None:
            found = all_households(session, village_id, group_id=asked.group_id)
        groups = group_counts(session, village_id)
        item = None if asked.item is None else item_on(session, village_id, asked.item, day)
        saved = awards_named(session, village_id, [read_number(request.args, "saved") or 0])
    return render_template(
        "awards/record_household.html",
        typed=asked.typed,
        group_id=asked.group_id,
        groups=groups,
        found=found,
        item=item,
        day=day,
        saved=saved,
    )


def _choose_item(endpoint: str, **place: Any) -> str:
    """The second step: what was done, by the scheme of that day."""
    actor, day = current_actor(), read_day(request.args)
    with reading() as session:
        scheme = scheme_on(session, actor.village_id, day)
        often = recent_items(session, actor.village_id, actor.user_id)
        who = place.get("household")
        chosen = household(session, actor.village_id, who) if who else None
    numbers = {item.number: item for item in scheme.merits}
    return render_template(
        "awards/record_item.html",
        endpoint=endpoint,
        address={**place, "deed_on": request.args.get("deed_on")},
        scheme=scheme,
        recent=[numbers[number] for number in often if number in numbers],
        household=chosen,
    )


def _record_page(form: RecordForm, who: int, what: int) -> str:
    """The last step: how much, when, and in which words."""
    village_id = current_actor().village_id
    with reading() as session:
        chosen = household(session, village_id, who)
        points = account_of(session, village_id, AccountKind.HOUSEHOLD_POINTS, who).amount
        item = item_on(session, village_id, what, form.day)
        form.offer_members(members_of(session, village_id, who))
    form.fit(item)
    form.household.data, form.item.data = who, what
    return render_template(
        "awards/record.html",
        form=form,
        item=item,
        household=chosen,
        points=points,
        request_id=secrets.token_hex(16),
    )


def _record_many_page(
    form: RecordManyForm,
    what: int,
    refusal: MoralbankError | None = None,
    *,
    recorded: Sequence[int] = (),
) -> str:
    """Households by group, to be ticked; after a refusal each one's reason."""
    village_id = current_actor().village_id
    refused = refusal.refusals if isinstance(refusal, service.SomeRefused) else {}
    if refusal is not None:
        form.take_refusal(refusal)
    with reading() as session:
        infos = all_households(session, village_id)
        item = item_on(session, village_id, what, form.day)
        done = awards_named(session, village_id, recorded)
    form.fit(item)
    form.offer_households(infos)
    form.item.data = what
    return render_template(
        "awards/record_many.html",
        form=form,
        item=item,
        groups=[(name, list(several)) for name, several in groupby(infos, lambda one: one.group)],
        ticked=set(form.households.data or []),
        refused=refused,
        others=len(set(form.households.data or [])) - len(refused),
        done=done,
        request_id=secrets.token_hex(16),
    )


def _review_page(ticked: set[int], refusal: MoralbankError | None = None) -> str:
    """The queue: groups, in each its items, in each the deeds."""
    actor, group_id = current_actor(), read_number(request.args, "group")
    with reading() as session:
        groups = waiting_by_group(session, actor.village_id)
        rows = waiting(session, actor.village_id, group_id=group_id)
    return render_template(
        "awards/review.html",
        groups=groups,
        group_id=group_id,
        sections=sections(rows),
        next_after=dict(pairwise(row.id for row in rows)),
        shown=len(rows),
        total=sum(one.count for one in groups if group_id in {None, one.id}),
        own=actor.user_id,
        ticked=ticked,
        refusal=refusal,
        request_id=secrets.token_hex(16),
    )


def _award_page(award_id: int, form: ReasonForm, refusal: MoralbankError | None = None) -> str:
    actor = current_actor()
    with reading() as session:
        row = award_row(session, actor.village_id, award_id)
        steps = steps_of(session, actor.village_id, award_id)
    waits = row.state is AwardState.CLAIMED and role_may(actor.role, "awards.decide")
    return render_template(
        "awards/award.html",
        award=row,
        steps=steps,
        form=form,
        refusal=refusal,
        may_decide=waits and row.recorded_by != actor.user_id,
        own=waits and row.recorded_by == actor.user_id,
        may_reverse=row.state is AwardState.POSTED and role_may(actor.role, "awards.reverse"),
        request_id=secrets.token_hex(16),
    )


def _with_reason(award_id: int, act: Callable[[Session, str], None], then: str) -> Any:
    """Let a service act for a reason; its refusal is shown on the deed's own page."""
    form = ReasonForm(request.form)
    if not form.validate():
        return _award_page(award_id, form), 422
    try:
        with writing() as session:
            act(session, form.reason.data)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _award_page(award_id, form, refusal), status_of(refusal)
    return redirect(then, 303)


def _say_skipped(whose: list[int], ids: list[int], what: int, said: dict[str, Any]) -> None:
    """Say how many were recorded, and of those left out who they are and why."""
    flash(_("已记 %(n)s 户，等评议", n=len(ids)), "ok")
    with reading() as session:
        left = why_left_out(session, current_actor().village_id, whose, ids, what, **said)
    for info, why in left[:SAID_AT_MOST]:
        words = {"household": info.spoken, "head": info.head, "why": why}
        flash(_("没有记 %(household)s %(head)s：%(why)s", **words), "warn")
    if len(left) > SAID_AT_MOST:
        flash(_("还有 %(n)s 户没有记", n=len(left) - SAID_AT_MOST), "warn")


def _request_id() -> str:
    return request.form.get("request_id", "")
