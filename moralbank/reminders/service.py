"""Giving reminders, and what comes of them: put right, dropped, or made a deduction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from sqlmodel import Session, col, or_, select

from moralbank import audit, clock
from moralbank.access.queries import user_names, user_row
from moralbank.audit import Actor
from moralbank.awards.bars import require_unbarred
from moralbank.awards.judging import HouseholdMoved
from moralbank.awards.models import Award, AwardState
from moralbank.awards.service import RecordAward, record_deduction
from moralbank.awards.understanding import OLDEST_DAYS, DeedInFuture, DeedTooOld, NoDeduction
from moralbank.errors import Denied, Invalid, Refused
from moralbank.households.queries import HouseholdInfo, household
from moralbank.i18n import _, in_the_villages_language, mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import take_number
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.photos.service import attach
from moralbank.reminders.models import Reminder, ReminderState
from moralbank.reminders.queries import STATE_LABELS, ReminderUnknown
from moralbank.scheme.queries import Item, scheme_on
from moralbank.villages.calendar import days_after
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import REMINDER_DAYS

LONGEST_NOTE: Final = 160
"""Shorter than a deed's: the deduction's note names the reminder as well."""
LONGEST_WITNESS: Final = 40
LONGEST_SETTLED_NOTE: Final = 200
LONGEST_WAIT: Final = timedelta(days=180)
SETTLEMENTS: Final = (ReminderState.PUT_RIGHT, ReminderState.DROPPED)
"""What a reminder may come to without a deduction."""
_BARRING: Final = (ReminderState.OPEN, ReminderState.DEDUCTED)


class SeenNoteNeeded(Invalid):
    """A reminder says what was seen, in 1 to 160 characters."""

    text = mark("请写明看到了什么（最多 160 个字）")
    code = "seen_note_needed"


class WitnessTooLong(Invalid):
    """A witness' name is at most 40 characters."""

    text = mark("见证人的名字太长：最多 40 个字")
    code = "witness_too_long"


class EvidenceNeeded(Invalid):
    """Without a photo somebody else must have seen it, too."""

    text = mark("要有依据：至少拍一张照片，或者写明见证人")
    code = "evidence_needed"


class PutRightDayInvalid(Invalid):
    """The household gets a day at least, and half a year at most."""

    text = mark("改正期限不对：最早是明天，最晚半年以内")
    code = "put_right_day_invalid"


class SettledNoteNeeded(Invalid):
    """Who drops a reminder says why; what is said has at most 200 characters."""

    text = mark("请写明为什么撤销（最多 200 个字）")
    code = "settled_note_needed"


class RemindedAlready(Refused):
    """The household has an open reminder of the same, or was reminded of that very day's."""

    text = mark("这件事已经提醒过了：第 %(id)s 号，%(seen_on)s 看到的，%(state)s")
    code = "reminded_already"


class AlreadySettled(Refused):
    """Somebody was there first."""

    text = mark("第 %(id)s 号提醒%(who)s已在 %(when)s 处理过：%(state)s")
    code = "already_settled"


class StillTime(Refused):
    """The day until which the household may put it right isn't over."""

    text = mark("改正期限是 %(day)s，这一天过完以后还没有改的才能转为扣分")
    code = "still_time"


class GiverDeducts(Denied):
    """A deduction is claimed by who gave the reminder, so that they never judge it afterwards."""

    text = mark("转为扣分要由提醒的人（%(name)s）来办，核实和评议再由别人来")
    code = "giver_deducts"


@dataclass(frozen=True)
class GiveReminder:
    """A reminder to be given. The item is its number in the scheme of `seen_on`.

    `put_right_by` None gives the household as many days as the village has set. `photos` are
    numbers of kept photos; where there is none, `witness` names somebody who saw it.
    """

    household_id: int
    item: int
    note: str
    seen_on: date = field(default_factory=clock.today)
    put_right_by: date | None = None
    witness: str = ""
    photos: tuple[int, ...] = ()


def give(session: Session, actor: Actor, request_id: str, wanted: GiveReminder) -> int:
    """Give a reminder; gives back its number.

    Raises HouseholdUnknown, HouseholdMoved, ItemUnknown, NoDeduction, DeedInFuture,
    DeedTooOld, SeenNoteNeeded, WitnessTooLong, EvidenceNeeded, PutRightDayInvalid,
    RemindedAlready, PhotoUnknown.
    """
    said = _checked(wanted)

    def perform() -> int:
        home = household(session, actor.village_id, said.household_id)
        if home.moved:
            raise HouseholdMoved(field="household", household=home.spoken)
        scheme = scheme_on(session, actor.village_id, said.seen_on)
        item = scheme.item(said.item)
        if not item.deduction:
            raise NoDeduction(field="item", item=item.name)
        _require_new(session, actor.village_id, said)
        return _write(session, actor, said, scheme.version, home, item)

    # A photo sent again may be another file: it doesn't tell one reminder from another.
    content = {key: str(value) for key, value in asdict(said).items() if key != "photos"}
    return once(session, actor.village_id, request_id, "reminders.give", content, perform).result


def settle(
    session: Session,
    actor: Actor,
    request_id: str,
    reminder_id: int,
    outcome: ReminderState,
    note: str = "",
) -> None:
    """End a reminder without a deduction: `outcome` is one of SETTLEMENTS.

    Nobody lets their own household or kin off. Raises ReminderUnknown, SettledNoteNeeded,
    KinBarred, AlreadySettled.
    """
    note = note.strip()
    if len(note) > LONGEST_SETTLED_NOTE or (outcome is ReminderState.DROPPED and not note):
        raise SettledNoteNeeded(field="note")
    owner = _row(session, actor.village_id, reminder_id).household_id
    require_unbarred(session, actor, [owner], act="reminders.barred")

    def perform() -> int:
        reminder = _open(session, actor.village_id, reminder_id)
        _end(session, actor, reminder, outcome, note)
        audit.record(session, actor, f"reminders.{outcome.value}", str(reminder_id), note=note)
        return reminder_id

    content = {"reminder": reminder_id, "outcome": outcome.value, "note": note}
    once(session, actor.village_id, request_id, "reminders.settle", content, perform)


def deduct(
    session: Session,
    actor: Actor,
    request_id: str,
    reminder_id: int,
    points_each: int | None = None,
) -> int:
    """Claim the deduction that a reminder warned of; gives back the award's number.

    It goes the usual way from there, and others verify and decide it. `points_each` is needed
    where the item has a range. Raises ReminderUnknown, AlreadySettled, StillTime, GiverDeducts,
    and what `awards.service.record_deduction` raises.
    """

    def perform() -> int:
        reminder = _open(session, actor.village_id, reminder_id)
        if clock.today() <= reminder.put_right_by:
            raise StillTime(day=reminder.put_right_by)
        if not may_deduct(session, actor, reminder.given_by):
            names = user_names(session, actor.village_id)
            raise GiverDeducts(name=names[reminder.given_by])
        wanted = _deduction(session, reminder, points_each)
        award_id = record_deduction(session, actor, wanted)
        reminder.award_id = award_id
        _end(session, actor, reminder, ReminderState.DEDUCTED, "")
        audit.record(session, actor, "reminders.deduct", str(reminder_id), award=award_id)
        return award_id

    content = {"reminder": reminder_id, "points": points_each}
    return once(session, actor.village_id, request_id, "reminders.deduct", content, perform).result


def may_deduct(session: Session, actor: Actor, given_by: int) -> bool:
    """Whether the actor gave the reminder, or whoever did doesn't work here any more."""
    return given_by == actor.user_id or user_row(session, actor.village_id, given_by).disabled


def default_put_right_by(settings: Mapping[str, str]) -> date:
    """The day until which a household reminded today may put it right, by the village's days."""
    return days_after(clock.today(), int(settings[REMINDER_DAYS]), settings)


def _checked(wanted: GiveReminder) -> GiveReminder:
    """The same with blanks taken off, once everything that needs no database is right."""
    today = clock.today()
    note, witness = wanted.note.strip(), wanted.witness.strip()
    if not 1 <= len(note) <= LONGEST_NOTE:
        raise SeenNoteNeeded(field="note")
    if len(witness) > LONGEST_WITNESS:
        raise WitnessTooLong(field="witness")
    if not wanted.photos and not witness:
        raise EvidenceNeeded(field="photos")
    if wanted.seen_on > today:
        raise DeedInFuture(field="seen_on")
    if wanted.seen_on < today - timedelta(days=OLDEST_DAYS):
        raise DeedTooOld(field="seen_on")
    until = wanted.put_right_by
    if until is not None and not today < until <= today + LONGEST_WAIT:
        raise PutRightDayInvalid(field="put_right_by")
    return GiveReminder(**{**vars(wanted), "note": note, "witness": witness})


def _require_new(session: Session, village_id: int, said: GiveReminder) -> None:
    """Nobody is reminded twice of the same while it is open, nor of what was deducted.

    A deduction that was withdrawn is none: the household may be reminded of that day again.
    """
    withdrawn = select(Award.id).where(
        Award.village_id == village_id, Award.state == AwardState.WITHDRAWN
    )
    earlier = session.exec(
        select(Reminder)
        .where(
            Reminder.village_id == village_id,
            Reminder.household_id == said.household_id,
            Reminder.item == said.item,
            col(Reminder.state).in_(_BARRING),
            or_(col(Reminder.award_id).is_(None), col(Reminder.award_id).not_in(withdrawn)),
        )
        .order_by(col(Reminder.id).desc())
    )
    for known in earlier:
        if known.state is ReminderState.OPEN or known.seen_on == said.seen_on:
            raise RemindedAlready(
                field="item",
                id=known.id,
                seen_on=str(known.seen_on),
                state=_(STATE_LABELS[known.state]),
            )


def _write(
    session: Session,
    actor: Actor,
    said: GiveReminder,
    version: int,
    home: HouseholdInfo,
    item: Item,
) -> int:
    settings = settings_of(session, actor.village_id)
    number = take_number(session, actor.village_id, "reminder")
    until = said.put_right_by or default_put_right_by(settings)
    session.add(
        Reminder(
            village_id=actor.village_id,
            id=number,
            household_id=said.household_id,
            scheme_version=version,
            item=said.item,
            seen_on=said.seen_on,
            note=said.note,
            witness=said.witness,
            put_right_by=until,
            given_by=actor.user_id,
            given_at=clock.now(),
            state=ReminderState.OPEN,
            settled_by=None,
            settled_at=None,
            settled_note="",
            award_id=None,
        )
    )
    session.flush()
    attach(session, actor.village_id, said.photos, PhotoSubject.REMINDER, number)
    told = {"household": home.label, "item": item.name, "until": until}
    audit.record(session, actor, "reminders.give", str(number), **told)
    return number


def _row(session: Session, village_id: int, reminder_id: int) -> Reminder:
    """The reminder as it stands; raises ReminderUnknown."""
    found = session.get(Reminder, (village_id, reminder_id), populate_existing=True)
    if found is None:
        raise ReminderUnknown
    return found


def _open(session: Session, village_id: int, reminder_id: int) -> Reminder:
    """The reminder, if nothing came of it yet; raises ReminderUnknown, AlreadySettled."""
    reminder = _row(session, village_id, reminder_id)
    if reminder.state is not ReminderState.OPEN:
        settled_at = reminder.settled_at or reminder.given_at
        raise AlreadySettled(
            id=reminder.id,
            who=user_names(session, village_id).get(reminder.settled_by or 0, ""),
            when=clock.local(settled_at).strftime("%m-%d %H:%M"),
            state=_(STATE_LABELS[reminder.state]),
        )
    return reminder


def _end(
    session: Session, actor: Actor, reminder: Reminder, state: ReminderState, note: str
) -> None:
    reminder.state = state
    reminder.settled_by, reminder.settled_at = actor.user_id, clock.now()
    reminder.settled_note = note
    session.add(reminder)
    session.flush()


def _deduction(session: Session, reminder: Reminder, points_each: int | None) -> RecordAward:
    """The deed to be claimed, with the reminder's own evidence."""
    shown: dict[int, list[Any]] = photos_of(
        session, reminder.village_id, PhotoSubject.REMINDER, [reminder.id]
    )
    with in_the_villages_language():
        note = _("%(note)s（提醒第 %(id)s 号）", note=reminder.note, id=reminder.id)
    return RecordAward(
        household_id=reminder.household_id,
        item=reminder.item,
        points_each=points_each,
        deed_on=reminder.seen_on,
        note=note,
        photos=tuple(photo.id for photo in shown.get(reminder.id, [])),
    )
