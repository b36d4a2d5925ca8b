"""The day on which points lapse (积分到期): by itself, once, by one event.

Only what may be spent lapses, into an account of its own; what a household did for its village
stays on the boards for ever.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, func, insert, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Refused
from moralbank.fund.lapse_days import newest_due, too_old
from moralbank.fund.lapse_rules import rule_now
from moralbank.fund.models import Lapse, LapseLine, LapseRule
from moralbank.fund.old_points import Loss, day_words, losing
from moralbank.i18n import _, in_the_villages_language
from moralbank.ledger.accounts import village_account
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import STILL_HERE, require_clock
from moralbank.ledger.service import Leg, lock, post, take_number

_log = logging.getLogger(__name__)

_rules = LapseRule.__table__  # type: ignore[attr-defined]
_lapses = Lapse.__table__  # type: ignore[attr-defined]
_lines = LapseLine.__table__  # type: ignore[attr-defined]


def is_lapse_due(session: Session, today: date | None = None) -> bool:
    """Whether points of any village are to lapse; two quick statements."""
    return bool(_due_villages(session, today or clock.today()))


def lapse_due(
    session: Session,
    today: date | None = None,
    *,
    only: int | None = None,
    refused: Callable[[int, Refused], None] | None = None,
) -> list[int]:
    """Let points lapse in every village whose day has come, or in one; the lapses' numbers.

    Of several days that were missed the newest alone counts: households were warned of one day.
    A village whose clock or books stand against it is undone alone, told to `refused` (else to
    the log), and done the next time.
    """
    done = []
    for village_id in _due_villages(session, today or clock.today()):
        if only not in {None, village_id}:
            continue
        try:
            with session.begin_nested():
                number = _lapse(session, village_id, today or clock.today())
                if number is not None:
                    done.append(number)
        except Refused as refusal:
            (refused or _log_refusal)(village_id, refusal)
    return done


def _due_villages(session: Session, today: date) -> list[int]:
    """Villages whose newest rule has a day up to today that was not kept yet."""
    newest = select(_rules.c.village_id, func.max(_rules.c.id).label("id")).group_by(
        _rules.c.village_id
    )
    held = newest.subquery()
    rows = session.connection().execute(
        select(_rules.c.village_id, _rules.c.begins)
        .join(held, and_(_rules.c.village_id == held.c.village_id, _rules.c.id == held.c.id))
        .where(_rules.c.begins <= today, _rules.c.village_id.in_(STILL_HERE))
        .order_by(_rules.c.village_id)
    )
    days = {row.village_id: newest_due(row.begins, today) for row in rows}
    if not days:
        return []
    kept = session.connection().execute(
        select(_lapses.c.village_id, _lapses.c.day).where(_lapses.c.day.in_(set(days.values())))
    )
    done = {(row.village_id, row.day) for row in kept}
    return [village for village, day in days.items() if (village, day) not in done]


def _lapse(session: Session, village_id: int, today: date) -> int | None:
    """The newest due day of a village, once: whoever comes second finds it done."""
    lock(session, village_id)  # from here on nobody else can be doing it
    if village_id not in _due_villages(session, today):
        return None
    require_clock(session, village_id)
    rule = rule_now(session, village_id)
    day = newest_due(rule.begins, today)
    if day is None:
        return None
    older_than = too_old(day, rule.keeps_months)
    losses = losing(session, village_id, older_than)
    number = take_number(session, village_id, "lapse")
    row = {
        "village_id": village_id,
        "id": number,
        "rule_id": rule.id,
        "day": day,
        "older_than": older_than,
        "households": len(losses),
        "points": sum(one.points for one in losses),
    }
    seq = _post(session, row, losses) if losses else None
    connection = session.connection()
    connection.execute(insert(_lapses), {**row, "seq": seq, "at": clock.now()})
    if losses:
        keys = {"village_id": village_id, "lapse_id": number}
        lines = [{**keys, "household_id": one.household_id, "points": one.points} for one in losses]
        connection.execute(insert(_lines), lines)
    said = {"day": str(day), "points": row["points"], "seq": seq}
    audit.record(session, _the_clock(village_id), "fund.lapse", str(number), **said)
    return number


def _post(session: Session, row: dict[str, Any], losses: Sequence[Loss]) -> int:
    """One event: from each household into the account of what lapsed."""
    village_id = row["village_id"]
    lapsed = village_account(session, village_id, AccountKind.POINTS_LAPSED, actor=0).account
    with in_the_villages_language():
        memo = _("积分到期清零（%(day)s）", day=day_words(row["day"]))
    legs = [Leg(one.account, lapsed, one.points, memo) for one in losses]
    payload = lapse_payload(row)
    return post(session, village_id, EventKind.LAPSE, legs, actor=0, payload=payload).seq


def lapse_payload(row: dict[str, Any]) -> dict[str, Any]:
    """What an event says of its lapse (a row's columns by name)."""
    return {
        "lapse": row["id"],
        "rule": row["rule_id"],
        "day": row["day"].isoformat(),
        "older_than": row["older_than"].isoformat(),
    }


def _the_clock(village_id: int) -> Actor:
    """Who lets points lapse: nobody but the time."""
    with in_the_villages_language():
        return Actor(village_id, 0, _("系统"), "system", "clock")


def _log_refusal(village_id: int, refusal: Refused) -> None:
    _log.warning("points of %s have not lapsed yet: %s", village_id, refusal.code)
