"""From the notice to the books: hanging deeds, holding and posting them, taking them back."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.awards.acting import (
    LONGEST_REASON,
    change_words,
    checked_reason,
    next_state,
)
from moralbank.awards.bars import require_unbarred_from
from moralbank.awards.judging import check_change
from moralbank.awards.merits import add_merits, take_merit
from moralbank.awards.models import Award, AwardState
from moralbank.awards.rows import (
    add_steps,
    award_rows,
    change_awards,
    locked_row,
    locked_rows,
    memos_of,
    write_posted,
)
from moralbank.awards.states import STATE_LABELS, Act, after
from moralbank.errors import Refused
from moralbank.i18n import _, mark
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of, balances, require_clock
from moralbank.ledger.requests import once
from moralbank.ledger.service import BelowFloor, Leg, lock, post
from moralbank.ledger.service import reverse as take_back
from moralbank.prepared import Prepared

_awards = Award.__table__  # type: ignore[attr-defined]

_HANGING: Final = Prepared(
    select(
        *(_awards.c[name] for name in ("id", "household_id", "member_id", "scheme_version")),
        *(_awards.c[name] for name in ("item", "deed_on", "points", "deduction")),
    ).where(
        _awards.c.village_id == bindparam("village"),
        _awards.c.notice_id == bindparam("notice"),
        _awards.c.state == AwardState.NOTICED,
    )
)
"""What must be known of deeds to post them; ten thousand may hang on one notice."""


class NotPosted(Refused):
    """Only what was posted can be taken back."""

    text = mark("第 %(id)s 条%(state)s，不用冲正：只有已入账的才能冲正")
    code = "not_posted"


class PointsSpent(Refused):
    """The points to be taken back have been spent."""

    text = mark("该户只剩 %(left)s 分，扣不回 %(points)s 分：分已经用了，请先与该户说明")
    code = "points_spent"


def put_on_notice(session: Session, actor: Actor, notice_id: int, award_ids: Sequence[int]) -> None:
    """Let approved deeds hang on a notice. Raises AwardUnknown, AlreadyDecided, ClockBehind."""
    rows = locked_rows(session, actor, award_ids)
    require_clock(session, actor.village_id)
    for row in rows:
        next_state(session, actor, row, Act.NOTICE)
    ids = [row.id for row in rows]
    values = {"state": AwardState.NOTICED, "notice_id": notice_id}
    change_awards(session, actor.village_id, ids, values)
    add_steps(session, actor, ids, [(Act.NOTICE, AwardState.NOTICED)])


def post_noticed(session: Session, actor: Actor, notice_id: int, request_id: str) -> int | None:
    """Post whatever hangs undisputed on a notice, in one event; gives back its number.

    None where no line was left. Raises ClockBehind.
    """
    lock(session, actor.village_id)
    require_clock(session, actor.village_id)
    rows = _HANGING.rows(session, village=actor.village_id, notice=notice_id)
    return post_rows(session, actor, request_id, rows, notice_id)


def post_rows(
    session: Session,
    actor: Actor,
    request_id: str | None,
    rows: Sequence[Any],
    notice_id: int | None,
) -> int | None:
    """Post these awards in one event: each household's merits first, then its deductions.

    `notice_id` None: the village has no days of notice. The event's payload names both. Gives
    back the event's number, None for no awards.
    """
    if not rows:
        return None
    village_id = actor.village_id
    ordered = sorted(rows, key=lambda row: (row.deduction, row.id))
    ids = [row.id for row in ordered]
    moves = _moves(session, village_id, ordered)
    posted = post(
        session,
        village_id,
        EventKind.POST_AWARDS,
        moves.values(),
        actor=actor.user_id,
        request_id=request_id,
        payload={"awards": ids, "notice": notice_id},
    )
    legs = dict.fromkeys(ids, 0) | {number: leg for leg, number in enumerate(moves, start=1)}
    write_posted(session, village_id, posted.seq, legs)
    add_merits(session, village_id, ordered)
    add_steps(session, actor, ids, [(Act.POST, AwardState.POSTED)])
    audit.record(session, actor, "awards.post", str(posted.seq), awards=ids, notice=notice_id)
    return posted.seq


def hold(session: Session, actor: Actor, award_id: int, reason: str) -> None:
    """Let an objection hold its own line of a notice. Raises ReasonNeeded, AlreadyDecided."""
    _step(session, actor, award_id, Act.OBJECT, reason)


def uphold(session: Session, actor: Actor, award_id: int, reason: str) -> None:
    """End a disputed deed: the objection is right. Raises ReasonNeeded, AlreadyDecided.

    The caller has called `bars.require_unbarred`, here and in `change` and `dismiss`.
    """
    decided = {"decided_by": actor.user_id, "decided_at": clock.now()}
    _step(session, actor, award_id, Act.UPHOLD, reason, **decided)


def change(session: Session, actor: Actor, award_id: int, points_each: int, reason: str) -> None:
    """Let a disputed deed go to the next notice with other points for one time.

    Who had approved it stays written. Raises ReasonNeeded, AlreadyDecided, and what
    `judging.check_change` raises.
    """
    row = locked_row(session, actor, award_id)
    next_state(session, actor, row, Act.CHANGE)
    check_change(session, actor.village_id, row, quantity=row.quantity, points_each=points_each)
    points = points_each * row.quantity
    said = change_words(row.points, points, reason)[:LONGEST_REASON]
    values = {"points_each": points_each, "points": points}
    _step(session, actor, award_id, Act.CHANGE, said, **values)


def dismiss(
    session: Session,
    actor: Actor,
    request_id: str,
    award_id: int,
    reason: str,
    *,
    notice_open: bool,
) -> int | None:
    """Let a disputed deed hang on; where its notice has closed meanwhile, post it at once.

    Gives back the event's number if there is one. `request_id` is the event's alone: the caller
    sees to repetitions. Raises ReasonNeeded, AlreadyDecided, ClockBehind.
    """
    _step(session, actor, award_id, Act.DISMISS, reason)
    if notice_open:
        return None
    require_clock(session, actor.village_id)
    rows = award_rows(session, actor, [award_id])
    return post_rows(session, actor, request_id, rows, rows[0].notice_id)


def reverse(session: Session, actor: Actor, request_id: str, award_id: int, reason: str) -> int:
    """Take back a posted deed; gives back the ledger event's number.

    A deduction gives back what was collected. Raises KinBarred, ReasonNeeded, NotPosted,
    ClockBehind, and PointsSpent where the household hasn't enough left. Who calls this within a
    `once` of its own passes another request id than its own, and has called `require_unbarred`.
    """
    reason = checked_reason(reason)
    row = locked_row(session, actor, award_id)
    require_unbarred_from(session, actor, [row])
    require_clock(session, actor.village_id)

    def perform() -> int:
        if after(row.state, Act.REVERSE) is None:
            raise NotPosted(id=award_id, state=_(STATE_LABELS[row.state]))
        return _reverse(session, actor, row, request_id, reason)

    content = {"award": award_id, "reason": reason}
    return once(session, actor.village_id, request_id, "awards.reverse", content, perform).result


def _step(
    session: Session, actor: Actor, award_id: int, act: Act, reason: str, **values: Any
) -> None:
    """Take one deed one step on, for a reason."""
    reason = checked_reason(reason)
    row = locked_row(session, actor, award_id)
    state = next_state(session, actor, row, act)
    change_awards(session, actor.village_id, [award_id], {"state": state, **values})
    add_steps(session, actor, [award_id], [(act, state)], reason)
    audit.record(session, actor, f"awards.{act.value}", str(award_id), reason=reason)


def _moves(session: Session, village_id: int, ordered: Sequence[Any]) -> dict[int, Leg]:
    """What each award moves: all of a merit, of a deduction what is there; none where that is 0.

    From the village's issued points to each household's account; deductions the other way.
    """
    issued = account_of(session, village_id, AccountKind.POINTS_ISSUED).account
    accounts = balances(session, village_id, AccountKind.HOUSEHOLD_POINTS)
    there = {owner: balance.amount for owner, balance in accounts.items()}
    memo = memos_of(session, village_id, list(ordered))
    moves = {}
    for row in ordered:
        theirs, left = accounts[row.household_id].account, there[row.household_id]
        points = min(row.points, left) if row.deduction else row.points
        there[row.household_id] = left + (-points if row.deduction else points)
        debit, credit = (theirs, issued) if row.deduction else (issued, theirs)
        if points:
            moves[row.id] = Leg(debit, credit, points, memo(row))
    return moves


def _reverse(session: Session, actor: Actor, row: Any, request_id: str, reason: str) -> int:
    seq = _take_back(session, actor, row, request_id, reason)
    # Whose decision it was to post stays written; who took it back stands in the steps.
    change_awards(session, actor.village_id, [row.id], {"state": AwardState.REVERSED})
    take_merit(session, row)
    add_steps(session, actor, [row.id], [(Act.REVERSE, AwardState.REVERSED)], reason)
    audit.record(session, actor, "awards.reverse", str(row.id), seq=seq, reason=reason)
    return seq


def _take_back(session: Session, actor: Actor, row: Any, request_id: str, reason: str) -> int:
    """Let the points go back the way they came; where none moved, the event stands alone."""
    said: dict[str, Any] = {"actor": actor.user_id, "request_id": request_id}
    if row.posted_leg is None:
        said["payload"] = {"reason": reason, "awards": [row.id]}
        said["reverses"] = row.posted_seq
        return post(session, actor.village_id, EventKind.REVERSE, [], **said).seq
    said |= {"reason": reason, "legs": [row.posted_leg]}
    try:
        return take_back(session, actor.village_id, row.posted_seq, **said).seq
    except BelowFloor as refusal:
        raise PointsSpent(left=refusal.values["balance"], points=row.points) from refusal
