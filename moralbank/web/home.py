"""The first page after signing in: what waits for this person today."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, render_template
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.access.queries import users_of
from moralbank.audit import Actor
from moralbank.awards.models import AwardState
from moralbank.awards.queries import Filter, award_page, count_waiting, waiting_by_group
from moralbank.cards.queries import card_rows
from moralbank.counter.queries import SlipFilter, slip_sums
from moralbank.db import reading
from moralbank.i18n import _
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import NoRate, head_mark, rate_on, total
from moralbank.store.queries import products
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import PUBLIC_ADDRESS
from moralbank.web.guards import current_actor, may

room = Blueprint("home", __name__)

RECENT: Final = timedelta(days=7)
RECENT_ROWS: Final = 200
"""So many of the newest records are looked through for one's own."""
SHOWN_ROWS: Final = 8
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
        figures = _DESKS[role](session, actor)
    return render_template(f"home/{role.value}.html", today=clock.today(), **figures)


def _admin(session: Session, actor: Actor) -> Figures:
    """Households, and the first steps of a new village."""
    cards = card_rows(session, actor.village_id)
    present = {one.role for one in users_of(session, actor.village_id) if not one.disabled}
    return {
        "households": len(cards),
        "without_card": sum(row.card is None for row in cards),
        "missing_roles": [_(ROLE_LABELS[role]) for role in NEEDED_ROLES if role not in present],
        "public_address": settings_of(session, actor.village_id)[PUBLIC_ADDRESS],
    }


def _recorder(session: Session, actor: Actor) -> Figures:
    """What one recorded oneself in the last days, and how it went."""
    page = award_page(session, actor.village_id, Filter(), rows=RECENT_ROWS)
    since = clock.now() - RECENT
    own = [
        row for row in page.rows if row.recorded_by == actor.user_id and row.recorded_at >= since
    ]
    return {"own": own[:SHOWN_ROWS], "states": Counter(row.state for row in own)}


def _reviewer(session: Session, actor: Actor) -> Figures:
    """How much waits to be decided on, group by group."""
    groups = waiting_by_group(session, actor.village_id)
    return {"groups": groups, "waiting": sum(group.count for group in groups)}


def _supervisor(session: Session, actor: Actor) -> Figures:
    """This month's deeds, what was taken back, and the end of the books."""
    first, village_id = clock.today().replace(day=1), actor.village_id
    posted = Filter(state=AwardState.POSTED, first=first)
    reversed_ = Filter(state=AwardState.REVERSED, first=first)
    return {
        "first": first,
        "posted": award_page(session, village_id, posted, rows=1),
        "reversed": award_page(session, village_id, reversed_, rows=SHOWN_ROWS),
        "waiting": count_waiting(session, village_id),
        "mark": head_mark(session, village_id),
    }


def _shopkeeper(session: Session, actor: Actor) -> Figures:
    """Today's slips, and what runs out."""
    today = clock.today()
    low = [one for one in products(session, actor.village_id) if one.low]
    return {
        "slips": slip_sums(session, actor.village_id, SlipFilter(first=today, last=today)),
        "low": sorted(low, key=lambda one: (one.stock, one.id))[:SHOWN_ROWS],
        "low_count": len(low),
    }


def _accountant(session: Session, actor: Actor) -> Figures:
    """What the village owes: to its households, and to the shop."""
    village_id, today = actor.village_id, clock.today()
    points = total(session, village_id, AccountKind.HOUSEHOLD_POINTS)
    try:
        worth = points * rate_on(session, village_id)
    except NoRate:
        worth = None
    month = SlipFilter(first=today.replace(day=1), last=today)
    return {
        "points": points,
        "worth": worth,
        "credit": total(session, village_id, AccountKind.HOUSEHOLD_CREDIT),
        "accepted": total(session, village_id, AccountKind.SHOP_ACCEPTED),
        "slips": slip_sums(session, village_id, month),
    }


_DESKS: Final[dict[Role, Callable[[Session, Actor], Figures]]] = {
    Role.ADMIN: _admin,
    Role.RECORDER: _recorder,
    Role.REVIEWER: _reviewer,
    Role.SUPERVISOR: _supervisor,
    Role.SHOPKEEPER: _shopkeeper,
    Role.ACCOUNTANT: _accountant,
}
