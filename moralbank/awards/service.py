"""Bringing deeds in: drafts, records, claims, deductions; and taking them out again."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.permissions import Role
from moralbank.access.queries import user_names
from moralbank.audit import Actor
from moralbank.awards.acting import checked_reason, next_state, who_did
from moralbank.awards.bars import require_unbarred_from
from moralbank.awards.judging import accepted_of, judge
from moralbank.awards.models import Award, AwardSource, AwardState
from moralbank.awards.rows import (
    add_steps,
    award_values,
    batch_of,
    change_awards,
    deed_values,
    locked_row,
    rewrite_award,
    write_awards,
)
from moralbank.awards.states import Act, after
from moralbank.awards.understanding import MERIT, DeductionFixed, Deed, Reading, understand
from moralbank.errors import Denied, Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger.requests import once
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach

_awards = Award.__table__  # type: ignore[attr-defined]

MOST_CLAIMS: Final = 10
"""So many claims of one household wait at once."""
LONGEST_HELPER: Final = 40
_DRAFT: Final = Reading(draft=True)
_DEDUCTION: Final = Reading(deduction=True)
_AS_SAID: Final = (AwardSource.COMMITTEE, AwardSource.GRID, AwardSource.PAPER)
"""Sources that may be said otherwise when a record is completed; others stay."""
_WAITING: Final = (
    AwardState.DRAFT,
    AwardState.CLAIMED,
    AwardState.VERIFIED,
    AwardState.RETURNED,
)


class NobodyChosen(Invalid):
    """At least one household must be chosen."""

    text = mark("还没有选住户")
    code = "nobody_chosen"


class HelperNeeded(Invalid):
    """A claim on paper names who wrote it down, in at most 40 characters."""

    text = mark("代办的请写明是谁帮着办的（最多 40 个字）")
    code = "helper_needed"


class TooManyClaims(Refused):
    """A household's claims wait for the committee; more must wait for those."""

    text = mark("您家已有 %(n)s 条申报在等核实、评议，等有了结果再报")
    code = "too_many_claims"


class NotYours(Denied):
    """A record is completed or withdrawn by whom it comes from."""

    text = mark("第 %(id)s 条是%(who)s报的，不能由您来改")
    code = "not_yours"


@dataclass(frozen=True)
class RecordAward:
    """A deed to be recorded. `member_id` 0 is the household as a whole.

    `points_each` is needed where the item has a range or levels; the item is its number.
    `helper` is who wrote it down for a household that claims on paper; `photos` are numbers of
    kept photos that show the deed.
    """

    household_id: int
    item: int
    quantity: int = 1
    points_each: int | None = None
    deed_on: date = field(default_factory=clock.today)
    note: str = ""
    member_id: int = 0
    source: AwardSource = AwardSource.COMMITTEE
    helper: str = ""
    photos: tuple[int, ...] = ()

    @property
    def said(self) -> dict[str, Any]:
        """What `understand` wants to know besides the item."""
        return {
            "quantity": self.quantity,
            "points_each": self.points_each,
            "deed_on": self.deed_on,
            "note": self.note,
        }


def record(session: Session, actor: Actor, request_id: str, wanted: RecordAward) -> int:
    """Record one deed and give back its number.

    Raises the refusals of `understanding`, `judging` and `caps`, HelperNeeded, TooManyClaims,
    PhotoUnknown.
    """
    wanted = _as_it_came(actor, wanted)

    def perform() -> int:
        _require_room(session, actor, wanted)
        deed = _judged(session, actor, wanted)
        return _write_one(session, actor, deed, wanted, Act.RECORD, AwardState.CLAIMED)

    return _once(session, actor, request_id, "awards.record", wanted, perform)


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
    SomeRefused, and what `understanding.understand` raises.
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
        accepted = accepted_of(session, actor.village_id, deed, whose, skip_refused=skip_refused)
        source = _source(actor, AwardSource.COMMITTEE)
        values = award_values(deed, AwardState.CLAIMED, actor.user_id, source)
        rows = [{**values, "household_id": number} for number in accepted]
        ids = write_awards(session, actor, rows)
        add_steps(session, actor, ids, [(Act.RECORD, AwardState.CLAIMED)])
        return ids[0]

    content = {**said, "item": item, "households": whose, "skip": skip_refused}
    content["deed_on"] = str(deed_on)
    first = once(
        session, actor.village_id, request_id, "awards.record_many", content, perform
    ).result
    return batch_of(session, actor, first, len(whose))


def save_draft(
    session: Session,
    actor: Actor,
    request_id: str,
    wanted: RecordAward,
    *,
    award_id: int | None = None,
) -> int:
    """Keep what is known so far, anew or in the draft `award_id`; gives back its number.

    Evidence may still be missing and caps are not asked; values must be the item's. Raises what
    `understanding` raises, HouseholdUnknown, HelperNeeded, NotYours, AlreadyDecided.
    """
    wanted = _as_it_came(actor, wanted)

    def perform() -> int:
        deed = understand(session, actor.village_id, wanted.item, **wanted.said, reading=_DRAFT)
        # Asks whether the household and the member are there; what stands against it may pass.
        judge(session, actor.village_id, deed, [wanted.household_id], wanted.member_id)
        if award_id is None:
            return _write_one(session, actor, deed, wanted, Act.SAVE, AwardState.DRAFT)
        row = _theirs(session, actor, award_id, Act.SAVE)
        return _rewrite(session, actor, row, deed, wanted, Act.SAVE)

    act = "awards.save" if award_id is None else f"awards.save {award_id}"
    return _once(session, actor, request_id, act, wanted, perform)


def submit(
    session: Session,
    actor: Actor,
    request_id: str,
    award_id: int,
    amended: RecordAward | None = None,
    *,
    household_id: int | None = None,
) -> int:
    """Hand in a draft, or again what was sent back, perhaps amended; gives back its number.

    It is judged anew, by the scheme of its day, and earlier votes are void; a deduction stays one.
    `household_id` is the household that acts from its card's page. Raises what `record` raises,
    NotYours, AlreadyDecided, DeductionFixed.
    """

    def perform() -> int:
        row = _theirs(session, actor, award_id, Act.SUBMIT, household_id)
        wanted = _as_it_came(actor, amended or as_it_stands(row))
        if row.deduction:
            _require_same_matter(row, wanted)
        reading = _DEDUCTION if row.deduction else MERIT
        deed = _judged(session, actor, wanted, reading=reading, instead_of=award_id)
        return _rewrite(session, actor, row, deed, wanted, Act.SUBMIT)

    act = f"awards.submit {award_id}"
    return _once(session, actor, request_id, act, amended, perform)


def withdraw(
    session: Session,
    actor: Actor,
    award_id: int,
    reason: str,
    *,
    household_id: int | None = None,
) -> None:
    """Take a deed out that nobody has decided on, saying why.

    Whoever recorded it may; a household its own claims (`household_id`); and anybody who records
    may take out what was sent back and never came again. A deduction, and what others recorded,
    is no business of those close to the household. Raises ReasonNeeded, KinBarred, NotYours,
    AlreadyDecided.
    """
    reason = checked_reason(reason)
    row = locked_row(session, actor, award_id)
    if household_id is None and (row.deduction or row.recorded_by != actor.user_id):
        require_unbarred_from(session, actor, [row])
    _theirs(session, actor, award_id, Act.WITHDRAW, household_id)
    withdrawn = AwardState.WITHDRAWN
    change_awards(session, actor.village_id, [award_id], {"state": withdrawn})
    add_steps(session, actor, [award_id], [(Act.WITHDRAW, withdrawn)], reason)
    audit.record(session, actor, "awards.withdraw", str(award_id), reason=reason)


def record_deduction(session: Session, actor: Actor, reminder: RecordAward) -> int:
    """Claim a deduction that follows a reminder; gives back its number.

    For the reminders room alone, which sees to repetitions and to the reminder's own rules.
    Raises NoDeduction, and what `record` raises.
    """
    wanted = _as_it_came(actor, reminder)
    deed = _judged(session, actor, wanted, reading=_DEDUCTION)
    return _write_one(session, actor, deed, wanted, Act.RECORD, AwardState.CLAIMED)


def _once(
    session: Session,
    actor: Actor,
    request_id: str,
    act: str,
    wanted: RecordAward | None,
    perform: Callable[[], int],
) -> int:
    # A photo that was sent again may have another number, and is the same deed all the same.
    said = asdict(wanted) if wanted else {}
    content = {name: str(value) for name, value in said.items() if name != "photos"}
    return once(session, actor.village_id, request_id, act, content, perform).result


def _source(actor: Actor, source: AwardSource) -> AwardSource:
    by_grid = actor.role == Role.GRID and source is AwardSource.COMMITTEE
    return AwardSource.GRID if by_grid else source


def _as_it_came(actor: Actor, wanted: RecordAward) -> RecordAward:
    """The same with its true source; raises HelperNeeded."""
    helper = wanted.helper.strip() if wanted.source is AwardSource.PAPER else ""
    if wanted.source is AwardSource.PAPER and not 1 <= len(helper) <= LONGEST_HELPER:
        raise HelperNeeded(field="helper")
    return replace(wanted, source=_source(actor, wanted.source), helper=helper)


def as_it_stands(row: Any) -> RecordAward:
    """An award, anything with its columns, as if it were recorded now; without its photos."""
    return RecordAward(
        household_id=row.household_id,
        item=row.item,
        quantity=row.quantity,
        points_each=row.points_each,
        deed_on=row.deed_on,
        note=row.note,
        member_id=row.member_id,
        source=row.source,
        helper=row.helper,
    )


def _judged(
    session: Session,
    actor: Actor,
    wanted: RecordAward,
    *,
    reading: Reading = MERIT,
    instead_of: int = 0,
) -> Deed:
    """The deed as the scheme of its day has it; raises whatever stands against it."""
    village_id, owner = actor.village_id, wanted.household_id
    deed = understand(session, village_id, wanted.item, **wanted.said, reading=reading)
    judged = judge(session, village_id, deed, [owner], wanted.member_id, instead_of=instead_of)
    refusal = judged[owner]
    if refusal is not None:
        raise refusal
    return deed


def _require_same_matter(row: Any, wanted: RecordAward) -> None:
    """Raise DeductionFixed where a deduction would be about something else than its reminder."""
    for name in ("household_id", "item", "deed_on", "member_id"):
        if getattr(row, name) != getattr(wanted, name):
            raise DeductionFixed(field=name)


def _require_room(session: Session, actor: Actor, wanted: RecordAward) -> None:
    """Raise TooManyClaims where a household's own claims wait already."""
    if wanted.source is not AwardSource.HOUSEHOLD:
        return
    waiting = session.connection().scalar(
        select(func.count()).where(
            _awards.c.village_id == actor.village_id,
            _awards.c.household_id == wanted.household_id,
            _awards.c.source == AwardSource.HOUSEHOLD,
            _awards.c.state.in_(_WAITING),
        )
    )
    if (waiting or 0) >= MOST_CLAIMS:
        raise TooManyClaims(n=waiting)


def _theirs(
    session: Session, actor: Actor, award_id: int, act: Act, household_id: int | None = None
) -> Any:
    """The award, if `act` can be done with it by this person, or by this household itself.

    Raises AlreadyDecided, NotYours.
    """
    row = locked_row(session, actor, award_id)
    next_state(session, actor, row, act)
    if row.source is AwardSource.HOUSEHOLD:
        theirs = row.household_id == household_id
    else:
        theirs = household_id is None and row.recorded_by == actor.user_id
    anybody = act is Act.WITHDRAW and row.state is AwardState.RETURNED and household_id is None
    if not theirs and not anybody:
        names = user_names(session, actor.village_id)
        raise NotYours(id=row.id, who=who_did(names, row.recorded_by, Act.RECORD, row.source))
    return row


def _write_one(
    session: Session, actor: Actor, deed: Deed, wanted: RecordAward, act: Act, state: AwardState
) -> int:
    """Write a new award with its first step and its photos; gives back its number."""
    values = award_values(deed, state, actor.user_id, wanted.source, wanted.helper)
    whose = {"household_id": wanted.household_id, "member_id": wanted.member_id}
    (number,) = write_awards(session, actor, [{**values, **whose}])
    add_steps(session, actor, [number], [(act, state)])
    attach(session, actor.village_id, wanted.photos, PhotoSubject.AWARD, number)
    return number


def _rewrite(
    session: Session, actor: Actor, row: Any, deed: Deed, wanted: RecordAward, act: Act
) -> int:
    """Let an award say something else from here on."""
    values = {
        **deed_values(deed),
        "household_id": wanted.household_id,
        "member_id": wanted.member_id,
        "source": wanted.source if row.source in _AS_SAID else row.source,
        "helper": wanted.helper,
        "state": after(row.state, act),
    }
    rewrite_award(session, actor, row, values, act)
    attach(session, actor.village_id, wanted.photos, PhotoSubject.AWARD, row.id)
    return int(row.id)
