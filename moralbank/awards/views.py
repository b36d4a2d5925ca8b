"""Pages of recording deeds, one or many, of one's own unfinished ones, and the list of all."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.access.queries import groups_looked_after
from moralbank.awards import service
from moralbank.awards.desks import items_used, recent_items
from moralbank.awards.export import award_list
from moralbank.awards.filters import (
    FILTERS,
    PERIODS,
    read_batch,
    read_day,
    read_filter,
    read_number,
)
from moralbank.awards.forms import ReasonForm, RecordForm, RecordManyForm
from moralbank.awards.judging import SomeRefused, why_left_out
from moralbank.awards.pages import asked_for
from moralbank.awards.queries import (
    PAGE_ROWS,
    Filter,
    award_page,
    awards_named,
    listed_awards,
    own_drafts,
)
from moralbank.awards.queries import award as award_row
from moralbank.awards.states import STATE_LABELS
from moralbank.awards.views_review import room, with_reason
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
from moralbank.paging import place
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, photos_of
from moralbank.scheme.queries import item_on, scheme_on
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_also, asked_page, pager
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.uploads import take_photos, takes_photos

DRAFT: Final = "draft"
"""What the button says that keeps a deed without handing it in."""
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
@takes_photos
@may("awards.record")
def record_post() -> Any:
    """Record one deed or keep it as a draft; then the next household, same item and day."""
    form, taken = RecordForm(request.form), take_photos()
    who, what = number_or_unknown(form.household.data), number_or_unknown(form.item.data)
    try:
        taken.require_all()
        if not form.validate():
            return _record_page(form, who, what, taken.photos), 422
        act = service.save_draft if request.form.get("act") == DRAFT else service.record
        wanted = form.command(who, what, taken.ids)
        with writing() as session:
            made = act(session, current_actor(), sent_request_id(), wanted)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _record_page(form, who, what, taken.photos, refusal), status_of(refusal)
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
    whose, act = form.households.data or [], (current_actor(), sent_request_id())
    try:
        with writing() as session:
            ids = service.record_many(session, *act, whose, what, **form.options())
    except MoralbankError as refusal:
        return _record_many_page(form, what, refusal), status_of(refusal)
    _say_skipped(whose, ids, what, form.said())
    day, count = form.deed_on.data, len(ids)
    then = url_for("awards.record_many", item=what, deed_on=day, first=ids[0], count=count)
    return redirect(then, 303)


@room.get("/awards/mine")
@may("awards.record")
def mine() -> Any:
    """Show my drafts, and what came back to me to be completed."""
    actor = current_actor()
    with reading() as session:
        found = own_drafts(session, actor.village_id, actor.user_id)
        here = place(len(found), asked_page(), PAGE_ROWS)
        rows = found[here.offset : here.offset + PAGE_ROWS]
        asked = asked_for(session, actor.village_id, [row.id for row in rows])
    return render_template(
        "awards/mine.html", rows=rows, returned=asked, pager=pager(here, "awards.mine")
    )


@room.get("/awards/<int:award_id>/amend")
@may("awards.record")
def amend(award_id: int) -> Any:
    """Ask for what is missing of a draft, or of a deed that came back."""
    return _amend_page(award_id, None)


@room.post("/awards/<int:award_id>/amend")
@takes_photos
@may("awards.record")
def amend_post(award_id: int) -> Any:
    """Submit a draft, or a deed that came back, as it is now said to be; or keep the draft."""
    form, taken = RecordForm(request.form), take_photos()
    try:
        taken.require_all()
        if not form.validate():
            return _amend_page(award_id, form, taken.photos), 422
        with writing() as session:
            said = _amend(session, award_id, form, taken.ids)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _amend_page(award_id, form, taken.photos, refusal), status_of(refusal)
    flash(said, "ok")
    return redirect(url_for("awards.mine"), 303)


@room.post("/awards/<int:award_id>/withdraw")
@may("awards.record")
def withdraw(award_id: int) -> Any:
    """Take back what I recorded, before it is decided on."""

    def act(session: Session, reason: str) -> str:
        service.withdraw(session, current_actor(), award_id, reason)
        return _("第 %(id)s 条已撤回", id=award_id)

    return with_reason(award_id, act)


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
    with reading() as session:
        rows = listed_awards(session, actor.village_id, read_filter(request.args))
    name = _("积分记录-%(day)s.xlsx", day=clock.today())
    return excel_file(award_list(rows), name, len(rows))


def _choose_household(asked: Filter, day: date) -> str:
    """The first step: find the household, or walk through a group; grid workers' own first."""
    actor = current_actor()
    village_id = actor.village_id
    with reading() as session:
        mine = groups_looked_after(session, village_id, actor.user_id)
        groups = sorted(group_counts(session, village_id), key=lambda one: one.id not in mine)
        group_id = asked.group_id
        if group_id is None and mine and not asked.typed:
            group_id = groups[0].id
        found = _found(session, asked.typed, group_id)
        item = None if asked.item is None else item_on(session, village_id, asked.item, day)
        saved = awards_named(session, village_id, [read_number(request.args, "saved") or 0])
        unfinished = len(own_drafts(session, village_id, actor.user_id))
    return render_template(
        "awards/record_household.html",
        typed=asked.typed,
        group_id=group_id,
        groups=groups,
        found=found,
        item=item,
        day=day,
        saved=saved,
        unfinished=unfinished,
    )


def _found(session: Session, typed: str, group_id: int | None) -> list[HouseholdInfo]:
    """The households that fit what was typed, else those of a group in walking order."""
    village_id = current_actor().village_id
    if typed:
        return find_households(session, village_id, typed, limit=30)
    return [] if group_id is None else all_households(session, village_id, group_id=group_id)


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


def _record_page(
    form: RecordForm,
    who: int,
    what: int,
    kept: Sequence[PhotoInfo] = (),
    refusal: MoralbankError | None = None,
) -> str:
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
        kept=kept,
        request_id=next_request_id(refusal),
    )


def _amend(session: Session, award_id: int, form: RecordForm, photos: Sequence[int]) -> str:
    """Hand the deed in or keep it as a draft, as the button says; gives back what to say."""
    actor, request_id = current_actor(), sent_request_id()
    row = award_row(session, actor.village_id, award_id)
    wanted = form.command(row.household_id, row.item, photos)
    if request.form.get("act") == DRAFT:
        service.save_draft(session, actor, request_id, wanted, award_id=award_id)
        return _("第 %(id)s 条存为草稿", id=award_id)
    service.submit(session, actor, request_id, award_id, wanted)
    return _("第 %(id)s 条已提交", id=award_id)


def _amend_page(
    award_id: int,
    form: RecordForm | None,
    kept: Sequence[PhotoInfo] = (),
    refusal: MoralbankError | None = None,
) -> str:
    """A draft, or a deed that came back, with what was asked."""
    village_id = current_actor().village_id
    with reading() as session:
        row = award_row(session, village_id, award_id)
        form = form or RecordForm.of(row)
        item = item_on(session, village_id, row.item, form.day)
        form.offer_members(members_of(session, village_id, row.household_id))
        photos = photos_of(session, village_id, PhotoSubject.AWARD, [award_id])
        asked = asked_for(session, village_id, [award_id])
    form.fit(item)
    return render_template(
        "awards/amend.html",
        award=row,
        form=form,
        withdrawal=ReasonForm(),
        item=item,
        photos=photos.get(award_id, ()),
        kept=kept,
        returned=asked.get(award_id),
        request_id=next_request_id(refusal),
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
    refused = refusal.refusals if isinstance(refusal, SomeRefused) else {}
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
        request_id=next_request_id(refusal),
    )


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
