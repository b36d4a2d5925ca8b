"""Recording deeds, deciding on them, taking them back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.queries import user_names
from moralbank.audit import Actor
from moralbank.awards.judging import Deed, judge, understand
from moralbank.awards.models import Award, AwardSource, AwardState, AwardStep
from moralbank.awards.rows import (
    add_steps,
    award_rows,
    batch_of,
    change_awards,
    memos_of,
)
from moralbank.awards.states import STATE_LABELS, Act, after
from moralbank.errors import Denied, Invalid, Refused
from moralbank.i18n import _, mark
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of, balances
from moralbank.ledger.requests import once
from moralbank.ledger.service import BelowFloor, Leg, lock, post, take_numbers
from moralbank.ledger.service import reverse as take_back

_awards = Award.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]

LONGEST_REASON: Final = 200


class NobodyChosen(Invalid):
    """At least one household must be chosen."""

    text = mark("还没有选住户")
    code = "nobody_chosen"


class NothingChosen(Invalid):
    """At least one deed must be chosen."""

    text = mark("还没有选要通过的记录")
    code = "nothing_chosen"


class ReasonNeeded(Invalid):
    """Who refuses or takes back says why, in 1 to 200 characters."""

    text = mark("请写明理由（最多 200 个字）")
    code = "reason_needed"


class SelfReview(Denied):
    """Nobody decides on what they recorded themselves."""

    text = mark("第 %(id)s 条是您自己记的，要由别的评议员来评议")
    code = "self_review"


class AlreadyDecided(Refused):
    """The deed isn't where this act could take it on from: somebody was there first."""

    text = mark("第 %(id)s 条%(who)s已在 %(when)s 处理过：%(state)s")
    code = "already_decided"


class NotPosted(Refused):
    """Only what was posted can be taken back."""

    text = mark("第 %(id)s 条%(state)s，不用冲正：只有已入账的才能冲正")
    code = "not_posted"


class PointsSpent(Refused):
    """The points to be taken back have been spent."""

    text = mark("该户只剩 %(left)s 分，扣不回 %(points)s 分：分已经兑换了，请先与该户说明")
    code = "points_spent"


class RecordedAtOnce(Refused):
    """The same deed was recorded a moment before."""

    text = mark("这件事刚才已经记过了，请在积分记录里查看")
    code = "same_deed"


class SomeRefused(Refused):
    """Some households can't be given the deed, and nobody said to leave them out.

    `refusals` holds each such household's number with its refusal, `accepted` how many others
    there are.
    """

    text = mark("有 %(n)s 户不能记，这次一户也没有记。可以跳过它们，只记其余 %(others)s 户")
    code = "some_refused"

    def __init__(self, *, refusals: dict[int, Refused], accepted: int) -> None:
        """Remember who was refused and why."""
        super().__init__(n=len(refusals), others=accepted)
        self.refusals = refusals
        self.accepted = accepted


class AllRefused(SomeRefused):
    """None of the households can be given the deed."""

    text = mark("选的 %(n)s 户都不能记，原因见下")
    code = "all_refused"


@dataclass(frozen=True)
class RecordAward:
    """A deed to be recorded. `member_id` 0 is the household as a whole.

    `points_each` is needed where the item has a range or levels; the item is its number.
    """

    household_id: int
    item: int
    quantity: int = 1
    points_each: int | None = None
    deed_on: date = field(default_factory=clock.today)
    note: str = ""
    member_id: int = 0


def record(session: Session, actor: Actor, request_id: str, wanted: RecordAward) -> int:
    """Record one deed and give back its number. Raises the refusals of `judging` and `caps`."""

    def perform() -> int:
        deed = understand(
            session,
            actor.village_id,
            wanted.item,
            quantity=wanted.quantity,
            points_each=wanted.points_each,
            deed_on=wanted.deed_on,
            note=wanted.note,
        )
        whose = [wanted.household_id]
        judged = judge(session, actor.village_id, deed, whose, wanted.member_id)
        refusal = judged[wanted.household_id]
        if refusal is not None:
            raise refusal
        return _write(session, actor, deed, whose, wanted.member_id)[0]

    content = {**asdict(wanted), "deed_on": str(wanted.deed_on)}
    return once(session, actor.village_id, request_id, "awards.record", content, perform).result


def record_many(
    session: Session,
    actor: Actor,
    request_id: str,
    household_ids: Sequence[int],
    item: int,
    *,
    quantity: int = 1,
    points_each: int | None = None,
    deed_on: date | None,
    note: str = "",
    skip_refused: bool = False,
) -> list[int]:
    """Record the same deed for many households; gives back the awards' numbers.

    All or nothing, unless `skip_refused` leaves out those that can't be given it. Raises
    SomeRefused, and what `judging.understand` raises.
    """
    whose = list(dict.fromkeys(household_ids))
    if not whose:
        raise NobodyChosen(field="households")
    said: dict[str, Any] = {
        "quantity": quantity,
        "points_each": points_each,
        "deed_on": deed_on,
        "note": note,
    }

    def perform() -> int:
        deed = understand(session, actor.village_id, item, **said)
        accepted = _accepted(session, actor, deed, whose, skip_refused=skip_refused)
        return _write(session, actor, deed, accepted)[0]

    content = {**said, "item": item, "households": whose, "skip": skip_refused}
    content["deed_on"] = str(deed_on)
    first = once(
        session, actor.village_id, request_id, "awards.record_many", content, perform
    ).result
    return batch_of(session, actor, first, len(whose))


def approve(session: Session, actor: Actor, request_id: str, award_ids: Sequence[int]) -> int:
    """Approve deeds and post their points, all in one ledger event; gives back its number.

    Raises NothingChosen, AwardUnknown, SelfReview, AlreadyDecided; then nothing is posted.
    """
    ids = sorted(set(award_ids))
    if not ids:
        raise NothingChosen(field="awards")

    def perform() -> int:
        awards = [
            _decidable(session, actor, row, Act.APPROVE) for row in award_rows(session, actor, ids)
        ]
        return _post(session, actor, awards, request_id)

    content = {"awards": ids}
    return once(session, actor.village_id, request_id, "awards.approve", content, perform).result


def refuse(session: Session, actor: Actor, award_id: int, reason: str) -> None:
    """Decide against a deed, saying why. Raises ReasonNeeded, SelfReview, AlreadyDecided."""
    reason = _reason(reason)
    lock(session, actor.village_id)
    (row,) = award_rows(session, actor, [award_id])
    _decidable(session, actor, row, Act.REFUSE)
    values = {"state": AwardState.REFUSED, "decided_by": actor.user_id}
    change_awards(session, actor.village_id, [{"award": award_id, **values}])
    add_steps(session, actor, [award_id], [(Act.REFUSE, AwardState.REFUSED)], reason)
    audit.record(session, actor, "awards.refuse", str(award_id), reason=reason)


def reverse(session: Session, actor: Actor, request_id: str, award_id: int, reason: str) -> int:
    """Take back a posted deed's points; gives back the ledger event's number.

    Raises ReasonNeeded, NotPosted, and PointsSpent where the household hasn't enough left.
    """
    reason = _reason(reason)

    def perform() -> int:
        (row,) = award_rows(session, actor, [award_id])
        if after(row.state, Act.REVERSE) is None:
            raise NotPosted(id=award_id, state=_(STATE_LABELS[row.state]))
        return _reverse(session, actor, row, request_id, reason)

    content = {"award": award_id, "reason": reason}
    return once(session, actor.village_id, request_id, "awards.reverse", content, perform).result


def _accepted(
    session: Session, actor: Actor, deed: Deed, whose: list[int], *, skip_refused: bool
) -> list[int]:
    """The households that can be given the deed; raises SomeRefused as `record_many` says."""
    judged = judge(session, actor.village_id, deed, whose)
    refusals = {number: refusal for number, refusal in judged.items() if refusal is not None}
    accepted = [number for number in whose if number not in refusals]
    if not accepted:
        raise AllRefused(refusals=refusals, accepted=0)
    if refusals and not skip_refused:
        raise SomeRefused(refusals=refusals, accepted=len(accepted))
    return accepted


def _write(
    session: Session, actor: Actor, deed: Deed, whose: list[int], member_id: int = 0
) -> list[int]:
    """Write the deed once for each household, with its first step; gives back the numbers."""
    ids = list(take_numbers(session, actor.village_id, "award", len(whose)))
    # One moment for all: `rows.batch_of` knows by it what was recorded together.
    common = _award_values(actor, deed, member_id)
    rows = [
        {**common, "id": number, "household_id": household_id}
        for number, household_id in zip(ids, whose, strict=True)
    ]
    try:
        with session.begin_nested():
            session.connection().execute(insert(_awards), rows)
    except IntegrityError as error:
        # `judge` sees every earlier record; this is the database's own word, should it not.
        if "same_deed" not in str(error) and "awards.deed_key" not in str(error):
            raise
        raise RecordedAtOnce from error
    add_steps(session, actor, ids, [(Act.RECORD, AwardState.CLAIMED)])
    return ids


def _award_values(actor: Actor, deed: Deed, member_id: int) -> dict[str, Any]:
    """What the rows of one batch have in common."""
    return {
        "village_id": actor.village_id,
        "member_id": member_id,
        "scheme_version": deed.scheme_version,
        "item": deed.item.number,
        "quantity": deed.quantity,
        "points_each": deed.points_each,
        "points": deed.points,
        "deed_on": deed.deed_on,
        "note": deed.note,
        "deed_key": deed.key,
        "state": AwardState.CLAIMED,
        "recorded_by": actor.user_id,
        "recorded_at": clock.now(),
        "decided_by": None,
        "posted_seq": None,
        "posted_leg": None,
        "deduction": deed.item.deduction,
        "source": AwardSource.COMMITTEE,
        "helper": "",
        "ballot": 1,
        "decided_at": None,
        "sitting_id": None,
        "notice_id": None,
        "collected": None,
    }


def _decidable(session: Session, actor: Actor, row: Any, act: Act) -> Any:
    """Raise unless this actor may do `act` with this award now."""
    if after(row.state, act) is None:
        raise _already_decided(session, actor, row)
    if row.recorded_by == actor.user_id:
        raise SelfReview(id=row.id)
    return row


def _already_decided(session: Session, actor: Actor, row: Any) -> AlreadyDecided:
    """The refusal that names who decided, and when."""
    last = (
        session.connection()
        .execute(
            select(_steps.c.by, _steps.c.at)
            .where(_steps.c.village_id == actor.village_id, _steps.c.award_id == row.id)
            .order_by(_steps.c.step.desc())
            .limit(1)
        )
        .one()
    )
    return AlreadyDecided(
        id=row.id,
        who=user_names(session, actor.village_id).get(last.by, ""),
        when=clock.local(last.at).strftime("%m-%d %H:%M"),
        state=_(STATE_LABELS[row.state]),
    )


def _post(session: Session, actor: Actor, awards: list[Any], request_id: str) -> int:
    """Post approved awards in one event, one leg each, and write down both steps."""
    ids = [award.id for award in awards]
    posted = post(
        session,
        actor.village_id,
        EventKind.POST_AWARDS,
        _legs(session, actor.village_id, awards),
        actor=actor.user_id,
        request_id=request_id,
        payload={"awards": ids},
    )
    values = {"state": AwardState.POSTED, "decided_by": actor.user_id}
    change_awards(
        session,
        actor.village_id,
        [
            {
                "award": award.id,
                **values,
                "posted_seq": posted.seq,
                "posted_leg": leg,
                "collected": award.points,
            }
            for leg, award in enumerate(awards, start=1)
        ],
    )
    way = [(Act.APPROVE, AwardState.APPROVED), (Act.POST, AwardState.POSTED)]
    add_steps(session, actor, ids, way)
    audit.record(session, actor, "awards.approve", str(posted.seq), awards=ids)
    return posted.seq


def _legs(session: Session, village_id: int, awards: list[Any]) -> list[Leg]:
    """From the village's issued points to each household's account."""
    issued = account_of(session, village_id, AccountKind.POINTS_ISSUED).account
    accounts = balances(session, village_id, AccountKind.HOUSEHOLD_POINTS)
    memo = memos_of(session, village_id, awards)
    return [
        Leg(issued, accounts[award.household_id].account, award.points, memo(award))
        for award in awards
    ]


def _reverse(session: Session, actor: Actor, row: Any, request_id: str, reason: str) -> int:
    try:
        posted = take_back(
            session,
            actor.village_id,
            row.posted_seq,
            actor=actor.user_id,
            reason=reason,
            legs=[row.posted_leg],
            request_id=request_id,
        )
    except BelowFloor as refusal:
        raise PointsSpent(left=refusal.values["balance"], points=row.points) from refusal
    # Whose decision it was to post stays written; who took it back stands in the steps.
    change_awards(session, actor.village_id, [{"award": row.id, "state": AwardState.REVERSED}])
    add_steps(session, actor, [row.id], [(Act.REVERSE, AwardState.REVERSED)], reason)
    audit.record(session, actor, "awards.reverse", str(row.id), seq=posted.seq, reason=reason)
    return posted.seq


def _reason(typed: str) -> str:
    reason = typed.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ReasonNeeded(field="reason")
    return reason
