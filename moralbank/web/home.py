"""The first page after signing in: what waits for this person today."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, current_app, g, render_template
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.access.queries import names_looked_after, users_of
from moralbank.audit import Actor
from moralbank.awards.desks import (
    approved_sums,
    count_waiting,
    own_drafts_counted,
    own_lately,
    to_verify_count,
    waiting_by_group,
)
from moralbank.awards.models import AwardState
from moralbank.backup.queries import standing
from moralbank.boards.issues import hanging_issues
from moralbank.boards.periods import current_quarter
from moralbank.cards.queries import card_counts
from moralbank.counter.daybook import unclosed_days
from moralbank.counter.queries import sums_of_days
from moralbank.db import reading
from moralbank.fund.cover import cover
from moralbank.i18n import _
from moralbank.ledger.queries import head_mark
from moralbank.notices.queries import open_notices
from moralbank.objections.queries import open_objections
from moralbank.proposals.queries import waiting_for as proposals_for
from moralbank.regions.queries import comparison
from moralbank.reminders.queries import due_count
from moralbank.rounds.queries import open_rounds
from moralbank.settlements.queries import waiting_for
from moralbank.sittings.queries import due, open_sitting
from moralbank.store.keeping import NoShop, ShopNotChosen, shop_for
from moralbank.store.queries import products
from moralbank.supervision.months import month_of
from moralbank.supervision.queries import posted_sums, rechecks
from moralbank.supervision.trail import bar_hits, reversals
from moralbank.villages.queries import village_info
from moralbank.villages.settings import PUBLIC_ADDRESS
from moralbank.web.guards import current_actor, may

room = Blueprint("home", __name__)

RECENT: Final = timedelta(days=7)
SHOWN_ROWS: Final = 8
SHOWN_LOW: Final = 3
NEEDED_ROLES: Final = (Role.RECORDER, Role.REVIEWER, Role.SHOPKEEPER)
"""Without these nothing can be recorded, decided on or exchanged."""

Figures = dict[str, Any]


@room.get("/")
@may("access.self")
def home() -> Any:
    """Show the desk of the role."""
    actor = current_actor()
    role = Role(actor.role)
    with reading() as session:
        g.village = village_info(session, actor.village_id)  # the page's head asks for it, too
        figures = _DESKS[role](session, actor)
    return render_template(f"home/{role.value}.html", today=clock.today(), **figures)


def _admin(session: Session, actor: Actor) -> Figures:
    """Households, the first steps of a new village, and what is to be hung in public."""
    households, without_card = card_counts(session, actor.village_id)
    present = {one.role for one in users_of(session, actor.village_id) if not one.disabled}
    return {
        **_in_public(session, actor.village_id),
        "proposals": proposals_for(session, actor),
        "households": households,
        "without_card": without_card,
        "missing_roles": [_(ROLE_LABELS[role]) for role in NEEDED_ROLES if role not in present],
        "public_address": g.village.settings[PUBLIC_ADDRESS],
        "backup": standing(current_app.config["INSTANCE"]),
    }


def _in_public(session: Session, village_id: int) -> Figures:
    """What was approved and waits for a notice, what hangs (boards too), which rounds go on."""
    ready, points = approved_sums(session, village_id)
    return {
        "ready": ready,
        "ready_points": points,
        "notices": open_notices(session, village_id),
        "hanging_boards": hanging_issues(session, village_id),
        "rounds": open_rounds(session, village_id),
    }


def _recorder(session: Session, actor: Actor) -> Figures:
    """What one recorded oneself in the last days and how it went, and what waits for one."""
    return {
        **_own(session, actor),
        **_in_public(session, actor.village_id),
        "to_verify": to_verify_count(session, actor.village_id),
    }


def _own(session: Session, actor: Actor) -> Figures:
    """One's own deeds of the last days, and those that one has to complete."""
    since = clock.now() - RECENT
    states, own = own_lately(session, actor.village_id, actor.user_id, since, SHOWN_ROWS)
    unfinished = own_drafts_counted(session, actor.village_id, actor.user_id)
    return {
        "own": own,
        "states": states,
        "drafts": unfinished[AwardState.DRAFT],
        "returned": unfinished[AwardState.RETURNED],
    }


def _grid(session: Session, actor: Actor) -> Figures:
    """One's own groups: what is to be looked at, which rounds to walk, whom to remind."""
    village_id = actor.village_id
    mine = names_looked_after(session, village_id, actor.user_id)
    return {
        **_own(session, actor),
        "groups": list(mine.values()),
        "to_verify": to_verify_count(session, village_id, groups=mine),
        "rounds": open_rounds(session, village_id, scorer=actor.user_id),
        "reminders": due_count(session, village_id, groups=mine),
    }


def _reviewer(session: Session, actor: Actor) -> Figures:
    """How much waits to be decided on, group by group, and whether the group sits."""
    groups = waiting_by_group(session, actor.village_id)
    return {
        "groups": groups,
        "waiting": sum(group.count for group in groups),
        "sitting": open_sitting(session, actor.village_id),
        "due": due(session, actor.village_id),
    }


def _supervisor(session: Session, actor: Actor) -> Figures:
    """What asks for an answer, what was posted and taken back this month, the books' end."""
    month, village_id = month_of(clock.today()), actor.village_id
    taken_back = reversals(session, village_id, month)
    posted, points = posted_sums(session, village_id, month)
    last = month_of(month.first - timedelta(days=1))
    return {
        "objections": open_objections(session, village_id),
        "bars": len(bar_hits(session, village_id, month)),
        "last_month": last,
        "drawn": len(rechecks(session, village_id, last)),
        "posted": posted,
        "points": points,
        "reversed": len(taken_back),
        "reversals": taken_back[: -SHOWN_ROWS - 1 : -1],
        "waiting": count_waiting(session, village_id),
        "settlements": waiting_for(session, actor),
        "proposals": proposals_for(session, actor),
        "mark": head_mark(session, village_id),
        "backup": standing(current_app.config["INSTANCE"]),
    }


def _shopkeeper(session: Session, actor: Actor) -> Figures:
    """Of one's own shop: today's slips, what runs out, what may no longer be given out."""
    village_id, today = actor.village_id, clock.today()
    try:
        shop_id = shop_for(session, actor).id
    except (NoShop, ShopNotChosen) as hindrance:  # nobody has said yet which shop is this one's
        return {"hindrance": hindrance.message}
    goods = products(session, village_id, shop_id, active_only=False)
    low = [one for one in goods if one.offered and one.low]
    return {
        "hindrance": "",
        "slips": sums_of_days(session, village_id, today, today, shop_id=shop_id),
        "low": sorted(low, key=lambda one: (one.sellable, one.id))[:SHOWN_LOW],
        "low_count": len(low),
        "expired": sum(one.expired > 0 for one in goods),
        "unclosed": unclosed_days(session, village_id, shop_id),
        "settlements": waiting_for(session, actor),
    }


def _accountant(session: Session, actor: Actor) -> Figures:
    """What the village owes to households and shops, what is there for it, what is to be paid."""
    village_id, today = actor.village_id, clock.today()
    told = cover(session, village_id)
    rate = told.now.rate_fen
    return {
        "points": told.now.points,
        "worth": told.now.points * rate if rate else None,
        "credit": told.now.credit,
        "cover": told,
        "slips": sums_of_days(session, village_id, today.replace(day=1), today),
        "settlements": waiting_for(session, actor),
    }


def _overseer(session: Session, actor: Actor) -> Figures:
    """All villages of a town or county this quarter, and those that somebody should ask after."""
    told = comparison(session, actor.village_id, current_quarter())
    return {"told": told, "noted": told.noted[:SHOWN_ROWS]}


_DESKS: Final[dict[Role, Callable[[Session, Actor], Figures]]] = {
    Role.ADMIN: _admin,
    Role.RECORDER: _recorder,
    Role.GRID: _grid,
    Role.REVIEWER: _reviewer,
    Role.SUPERVISOR: _supervisor,
    Role.SHOPKEEPER: _shopkeeper,
    Role.ACCOUNTANT: _accountant,
    Role.OVERSEER: _overseer,
}
