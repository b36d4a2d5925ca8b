"""Verifying on the spot, and the review: votes, changes, decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.permissions import Role
from moralbank.access.queries import groups_looked_after
from moralbank.audit import Actor
from moralbank.awards.acting import NothingChosen, change_words, checked_reason, next_state
from moralbank.awards.bars import require_judge
from moralbank.awards.judging import check_change
from moralbank.awards.models import Award, AwardState
from moralbank.awards.posting import post_rows
from moralbank.awards.rows import (
    add_steps,
    award_rows,
    change_awards,
    items_of,
    locked_row,
    locked_rows,
)
from moralbank.awards.states import Act
from moralbank.awards.understanding import LONGEST_NOTE, NoteTooLong
from moralbank.awards.verification import NotVerified, NoVerification, Rule
from moralbank.awards.voting import standings, vote
from moralbank.errors import Denied, Invalid, Refused
from moralbank.households.queries import household_labels
from moralbank.i18n import mark
from moralbank.ledger.queries import require_clock
from moralbank.ledger.requests import once
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.photos.service import attach
from moralbank.sittings.queries import open_sitting
from moralbank.villages.queries import number_set, settings_of
from moralbank.villages.settings import NOTICE_DAYS, SITTINGS, SITTINGS_ANY

_awards = Award.__table__  # type: ignore[attr-defined]

LONGEST_WITNESS: Final = 40
LONGEST_CHANGE_REASON: Final = 160
"""The step also says from what to what."""
_APPROVED: Final = (
    AwardState.APPROVED,
    AwardState.NOTICED,
    AwardState.OBJECTED,
    AwardState.POSTED,
    AwardState.REVERSED,
)


class NotYourGroup(Denied):
    """A grid worker verifies in the groups that they look after."""

    text = mark("第 %(id)s 条是%(group)s的，不归您管：请那里的网格员或记分员核实")
    code = "not_your_group"


class EvidenceNeeded(Invalid):
    """What asks for evidence is verified with a photo, a witness or words."""

    text = mark("第 %(id)s 条“%(item)s”要有依据：请附照片，或写下见证人，或写明怎么核实的")
    code = "evidence_needed"


class WitnessTooLong(Invalid):
    """A witness is a name or two."""

    text = mark("见证人太长：最多 40 个字")
    code = "witness_too_long"


class NoSitting(Refused):
    """The village decides in sittings only, and none goes on."""

    text = mark("本村在评议会上评议：请先开评议会")
    code = "no_sitting"


class NothingChanged(Invalid):
    """The points are what they were."""

    text = mark("分数没有变")
    code = "nothing_changed"


@dataclass(frozen=True)
class Approval:
    """What a vote in favour led to.

    `approved` deeds have all the votes they need, with `points` of merits in all;
    `waiting_for_votes` others don't yet. `seq` is the event that posted the approved ones where
    the village has no days of notice.
    """

    approved: int
    points: int
    waiting_for_votes: int
    seq: int | None


def verify(
    session: Session,
    actor: Actor,
    request_id: str,
    award_ids: Sequence[int],
    *,
    witness: str = "",
    note: str = "",
    photos: Sequence[int] = (),
) -> int:
    """Confirm claimed deeds on the spot; gives back how many. Photos are attached to each.

    Raises NothingChosen, AwardUnknown, KinBarred, SelfReview, NotYourGroup, AlreadyDecided,
    EvidenceNeeded, PhotoUnknown; then none is verified.
    """
    ids, seen = _chosen(award_ids), _Seen(witness.strip(), note.strip(), tuple(photos))
    seen.check()
    rows = locked_rows(session, actor, ids)
    require_judge(session, actor, rows)

    def perform() -> int:
        for row in rows:
            next_state(session, actor, row, Act.VERIFY)
        _require_verifier(session, actor, rows)
        for number in ids:
            attach(session, actor.village_id, seen.photos, PhotoSubject.AWARD, number)
        _require_evidence(session, actor.village_id, rows, seen)
        _move(session, actor, ids, Act.VERIFY, AwardState.VERIFIED, seen.note, seen.witness)
        return len(ids)

    content = {"awards": ids, "witness": seen.witness, "note": seen.note}
    return once(session, actor.village_id, request_id, "awards.verify", content, perform).result


def deny(session: Session, actor: Actor, award_id: int, reason: str) -> None:
    """End a claimed deed that was found not to be true. Raises as `verify`, and NoVerification."""
    reason = checked_reason(reason)
    row = locked_row(session, actor, award_id)
    require_judge(session, actor, [row])
    next_state(session, actor, row, Act.DENY)
    if not Rule.of(session, actor.village_id).needed(row):
        raise NoVerification(id=award_id)
    _require_verifier(session, actor, [row])
    _decide(session, actor, [row], Act.DENY, AwardState.REFUSED, reason=reason)


def send_back(session: Session, actor: Actor, award_id: int, reason: str) -> None:
    """Ask for more, on the spot or in the review. Raises as `verify`, and ReasonNeeded."""
    reason = checked_reason(reason)
    row = locked_row(session, actor, award_id)
    require_judge(session, actor, [row])
    state = next_state(session, actor, row, Act.SEND_BACK)
    _require_verifier(session, actor, [row])
    _move(session, actor, [award_id], Act.SEND_BACK, state, reason)


def adjust(
    session: Session,
    actor: Actor,
    award_id: int,
    *,
    quantity: int,
    points_each: int,
    reason: str,
) -> None:
    """Change what a deed is worth, within its item's range; votes on it are void from here on.

    Raises KinBarred, SelfReview, AlreadyDecided, NotVerified, NoSitting, NothingChanged,
    ReasonNeeded, and what `judging.check_change` raises.
    """
    reason = checked_reason(reason, LONGEST_CHANGE_REASON)
    row = locked_row(session, actor, award_id)
    require_judge(session, actor, [row])
    _require_decidable(session, actor, [row], Act.ADJUST)
    _sitting(session, actor.village_id)
    if (quantity, points_each) == (row.quantity, row.points_each):
        raise NothingChanged(field="points")
    check_change(session, actor.village_id, row, quantity=quantity, points_each=points_each)
    points = quantity * points_each
    values = {"quantity": quantity, "points_each": points_each, "points": points}
    values["ballot"] = row.ballot + 1
    change_awards(session, actor.village_id, [award_id], values)
    words = {"before": row.points, "after": points, "reason": reason}
    said = change_words(row.points, points, reason)
    add_steps(session, actor, [award_id], [(Act.ADJUST, row.state)], said)
    audit.record(session, actor, "awards.adjust", str(award_id), **words)


def approve(session: Session, actor: Actor, request_id: str, award_ids: Sequence[int]) -> Approval:
    """Vote for deeds; those with enough votes are approved, and posted if nothing shall hang.

    Raises NothingChosen, AwardUnknown, KinBarred, SelfReview, AlreadyDecided, NotVerified,
    NoSitting, ClockBehind; then nobody has voted.
    """
    ids = _chosen(award_ids)
    rows = locked_rows(session, actor, ids)
    require_judge(session, actor, rows)
    require_clock(session, actor.village_id)

    def perform() -> int:
        return _approve(session, actor, request_id, rows) or 0

    content = {"awards": ids}
    seq = once(session, actor.village_id, request_id, "awards.approve", content, perform).result
    return _approval(session, actor, ids, seq or None)


def refuse(session: Session, actor: Actor, award_id: int, reason: str) -> bool:
    """Vote against a deed, saying why; gives back whether that decided against it.

    Raises ReasonNeeded, and what `approve` raises.
    """
    reason = checked_reason(reason)
    row = locked_row(session, actor, award_id)
    require_judge(session, actor, [row])
    _require_decidable(session, actor, [row], Act.REFUSE)
    sitting = _sitting(session, actor.village_id)
    vote(session, actor, [row], in_favour=False, reason=reason)
    lost = standings(session, actor.village_id, [row])[award_id].lost
    if lost:
        _decide(session, actor, [row], Act.REFUSE, AwardState.REFUSED, sitting, reason)
    return lost


@dataclass(frozen=True)
class _Seen:
    """What was seen on the spot."""

    witness: str
    note: str
    photos: tuple[int, ...]

    def check(self) -> None:
        if len(self.witness) > LONGEST_WITNESS:
            raise WitnessTooLong(field="witness")
        if len(self.note) > LONGEST_NOTE:
            raise NoteTooLong(field="note")


def _chosen(award_ids: Sequence[int]) -> list[int]:
    ids = sorted(set(award_ids))
    if not ids:
        raise NothingChosen(field="awards")
    return ids


def _approve(session: Session, actor: Actor, request_id: str, rows: Sequence[Any]) -> int | None:
    """Cast the votes, decide what has enough; the event's number where it was posted."""
    village_id = actor.village_id
    _require_decidable(session, actor, rows, Act.APPROVE)
    sitting = _sitting(session, village_id)
    before = standings(session, village_id, rows)
    fresh = [row for row in rows if actor.user_id not in before[row.id].in_favour]
    vote(session, actor, fresh, in_favour=True)
    now = standings(session, village_id, rows)
    decided = [row for row in rows if now[row.id].carried]
    if not decided:
        return None
    needed = {str(row.id): now[row.id].needed for row in decided}
    _decide(session, actor, decided, Act.APPROVE, AwardState.APPROVED, sitting, needed=needed)
    if number_set(session, village_id, NOTICE_DAYS):
        return None
    ready = award_rows(session, actor, [row.id for row in decided])
    return post_rows(session, actor, request_id, ready, notice_id=None)


def _approval(session: Session, actor: Actor, ids: Sequence[int], seq: int | None) -> Approval:
    """What became of these votes; a repeated request finds the same."""
    merits = func.sum(_awards.c.points).filter(_awards.c.deduction.is_(False))
    count, points = (
        session.connection()
        .execute(
            select(func.count(), func.coalesce(merits, 0)).where(
                _awards.c.village_id == actor.village_id,
                _awards.c.id.in_(ids),
                _awards.c.state.in_(_APPROVED),
            )
        )
        .one()
    )
    return Approval(count, points, len(ids) - count, seq)


def _require_verifier(session: Session, actor: Actor, rows: Sequence[Any]) -> None:
    """Raise NotYourGroup for a grid worker who doesn't look after these households."""
    if actor.role != Role.GRID:
        return
    mine = groups_looked_after(session, actor.village_id, actor.user_id)
    infos = household_labels(session, actor.village_id, {row.household_id for row in rows})
    for row in rows:
        info = infos[row.household_id]
        if info.group_id not in mine:
            raise NotYourGroup(id=row.id, group=info.group)


def _require_evidence(session: Session, village_id: int, rows: Sequence[Any], seen: _Seen) -> None:
    if seen.witness or seen.note:
        return
    items = items_of(session, village_id, rows)
    asked = [row for row in rows if items[row.scheme_version, row.item].evidence]
    shown = photos_of(session, village_id, PhotoSubject.AWARD, [row.id for row in asked])
    for row in asked:
        if row.id not in shown:
            name = items[row.scheme_version, row.item].name
            raise EvidenceNeeded(field="photos", id=row.id, item=name)


def _require_decidable(session: Session, actor: Actor, rows: Sequence[Any], act: Act) -> None:
    """Raise AlreadyDecided, NotVerified where nothing can be decided yet or any more."""
    rule = Rule.of(session, actor.village_id)
    for row in rows:
        next_state(session, actor, row, act)
        if row.state is AwardState.CLAIMED and rule.needed(row):
            raise NotVerified(id=row.id)


def _sitting(session: Session, village_id: int) -> int | None:
    """The sitting that goes on now; raises NoSitting where there must be one."""
    number = open_sitting(session, village_id)
    if number is None and settings_of(session, village_id)[SITTINGS] != SITTINGS_ANY:
        raise NoSitting
    return number


def _move(
    session: Session,
    actor: Actor,
    ids: Sequence[int],
    act: Act,
    state: AwardState,
    reason: str = "",
    witness: str = "",
) -> None:
    """Take deeds a step on that decides nothing yet."""
    change_awards(session, actor.village_id, ids, {"state": state})
    add_steps(session, actor, ids, [(act, state)], reason, witness)
    subject = " ".join(str(one) for one in ids)
    audit.record(session, actor, f"awards.{act.value}", subject, awards=list(ids), reason=reason)


def _decide(
    session: Session,
    actor: Actor,
    rows: Sequence[Any],
    act: Act,
    state: AwardState,
    sitting: int | None = None,
    reason: str = "",
    **detail: Any,
) -> None:
    """Take deeds a step on that decides: who, when and in which sitting stays with them."""
    decided = {"decided_by": actor.user_id, "decided_at": clock.now(), "sitting_id": sitting}
    ids = [row.id for row in rows]
    change_awards(session, actor.village_id, ids, {"state": state, **decided})
    add_steps(session, actor, ids, [(act, state)], reason)
    subject = " ".join(str(one) for one in ids)
    said = {"awards": ids, "reason": reason, **detail}
    audit.record(session, actor, f"awards.{act.value}", subject, **said)
