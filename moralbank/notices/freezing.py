"""What hangs, frozen: rows in the words of this moment, their canonical form and its sha256.

Two notices are the same when number, title, days, mark and every line, household and correction
are the same, in their order. The digest is printed on the paper, so that the paper proves the
lines and the lines prove the paper.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Select, and_, func, select
from sqlmodel import Session

from moralbank.awards.models import Award, AwardState, AwardStep
from moralbank.awards.queries import awards_named
from moralbank.awards.states import Act
from moralbank.households.queries import all_households
from moralbank.ledger.chain import canonical_json
from moralbank.ledger.models import AccountKind, Event, Transfer
from moralbank.ledger.queries import account_of, balances
from moralbank.notices.models import Notice, NoticeCorrection
from moralbank.scheme.models import SchemeItem

_awards = Award.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]
_items = SchemeItem.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]
_notices = Notice.__table__  # type: ignore[attr-defined]
_corrections = NoticeCorrection.__table__  # type: ignore[attr-defined]

_HEAD: Final = ("id", "title", "first_day", "last_day", "mark")

Row = Mapping[str, Any]


def digest_of(
    head: Row, lines: Iterable[Row], households: Iterable[Row], corrections: Iterable[Row]
) -> str:
    """The sha256 (64 hex digits) of a notice: its head's row and its rows, each in their order.

    The rows hold exactly the columns of their tables; lines are ordered by number, households by
    place, corrections by deed.
    """
    body = [
        {name: _plain(head[name]) for name in _HEAD},
        *([_plain_row(row) for row in rows] for rows in (lines, households, corrections)),
    ]
    return sha256(canonical_json(body).encode()).hexdigest()


def frozen_lines(
    session: Session, village_id: int, notice_id: int, award_ids: Sequence[int]
) -> list[dict[str, Any]]:
    """Deeds as they will hang: household by household in walking order, the oldest deed first."""
    walking = [one.id for one in all_households(session, village_id, active_only=False)]
    place = {household_id: n for n, household_id in enumerate(walking)}
    deeds = sorted(
        awards_named(session, village_id, award_ids),
        key=lambda deed: (place[deed.household_id], deed.deed_on, deed.id),
    )
    return [
        {
            "village_id": village_id,
            "notice_id": notice_id,
            "line": line,
            "award_id": deed.id,
            "household_id": deed.household_id,
            "item": deed.item,
            "item_name": deed.item_name,
            "unit": deed.unit,
            "quantity": deed.quantity,
            "points": deed.points,
            "deduction": deed.deduction,
            "deed_on": deed.deed_on,
            "member_name": deed.member_name,
            "note": deed.note,
        }
        for line, deed in enumerate(deeds, start=1)
    ]


def frozen_households(
    session: Session, village_id: int, notice_id: int, lines: Sequence[Row]
) -> list[dict[str, Any]]:
    """The households of these lines in walking order: what each has, and what would change."""
    added, deducted = _sums(lines, deductions=False), _sums(lines, deductions=True)
    points = balances(session, village_id, AccountKind.HOUSEHOLD_POINTS)
    used = _exchanged(session, village_id)
    hung = {line["household_id"] for line in lines}
    known = all_households(session, village_id, active_only=False)
    return [
        {
            "village_id": village_id,
            "notice_id": notice_id,
            "household_id": one.id,
            "place": place,
            "group_name": one.group,
            "number": one.number,
            "head": one.head,
            "balance": points[one.id].amount,
            "exchanged": used.get(points[one.id].account, 0),
            "added": added[one.id],
            "deducted": deducted[one.id],
        }
        for place, one in enumerate((one for one in known if one.id in hung), start=1)
    ]


def frozen_corrections(session: Session, village_id: int, notice_id: int) -> list[dict[str, Any]]:
    """Every deed that was taken back and that no notice has named yet, with the reason."""
    rows = session.connection().execute(_taken_back(village_id)).all()
    alone = _taken_back_alone(session, village_id, {row.posted_seq for row in rows if not row.seq})
    return [
        {
            "village_id": village_id,
            "notice_id": notice_id,
            "award_id": row.id,
            "household_id": row.household_id,
            "item_name": row.item_name,
            "points": row.points,
            "deduction": row.deduction,
            "deed_on": row.deed_on,
            "reason": row.reason,
            "seq": row.seq or alone[row.id],
        }
        for row in rows
    ]


def _taken_back(village_id: int) -> Select[Any]:
    """Deeds that were taken back and stand on no notice, each with why and by which event."""
    named = select(_corrections.c.award_id).where(_corrections.c.village_id == village_id)
    here = _awards.c.village_id
    return (
        select(_awards, _items.c.name.label("item_name"), _steps.c.reason, _transfers.c.seq)
        .join(
            _items,
            and_(
                _items.c.village_id == here,
                _items.c.version == _awards.c.scheme_version,
                _items.c.number == _awards.c.item,
            ),
        )
        .join(
            _steps,
            and_(
                _steps.c.village_id == here,
                _steps.c.award_id == _awards.c.id,
                _steps.c.act == Act.REVERSE,
            ),
        )
        .outerjoin(
            _transfers,
            and_(
                _transfers.c.village_id == here,
                _transfers.c.reverses_seq == _awards.c.posted_seq,
                _transfers.c.reverses_leg == _awards.c.posted_leg,
            ),
        )
        .where(
            here == village_id,
            _awards.c.state == AwardState.REVERSED,
            _awards.c.id.not_in(named),
        )
        .order_by(_awards.c.id)
    )


def _taken_back_alone(session: Session, village_id: int, posted: Collection[int]) -> dict[int, int]:
    """By deed: the event that took it back though no points had moved, as it says itself."""
    rows = session.connection().execute(
        select(_events.c.seq, _events.c.payload).where(
            _events.c.village_id == village_id, _events.c.reverses.in_(posted)
        )
    )
    return {number: row.seq for row in rows for number in json.loads(row.payload).get("awards", [])}


def _sums(lines: Sequence[Row], *, deductions: bool) -> Counter[int]:
    """The points of merits, or of deductions, by household."""
    sums: Counter[int] = Counter()
    for line in lines:
        if line["deduction"] is deductions:
            sums[line["household_id"]] += line["points"]
    return sums


def _exchanged(session: Session, village_id: int) -> Counter[int]:
    """Points exchanged since the notice before was frozen (or ever), by account."""
    pool = account_of(session, village_id, AccountKind.POINTS_EXCHANGED).account
    before = session.connection().scalar(
        select(_notices.c.mark)
        .where(_notices.c.village_id == village_id)
        .order_by(_notices.c.id.desc())
        .limit(1)
    )
    since = int(before.partition("-")[0]) if before else 0
    sums: Counter[int] = Counter()
    for side, other, sign in (
        (_transfers.c.debit_account, _transfers.c.credit_account, 1),
        (_transfers.c.credit_account, _transfers.c.debit_account, -1),  # an exchange taken back
    ):
        rows = session.connection().execute(
            select(side.label("account"), func.sum(_transfers.c.amount).label("points"))
            .where(_transfers.c.village_id == village_id, other == pool, _transfers.c.seq > since)
            .group_by(side)
        )
        for row in rows:
            sums[row.account] += sign * int(row.points)
    return sums


def _plain_row(row: Row) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
