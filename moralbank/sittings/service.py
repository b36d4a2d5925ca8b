"""Holding a sitting of the review group: opened with who is there, closed with a note."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session, col, delete, select

from moralbank import audit, clock
from moralbank.access.queries import UserUnknown, user_names
from moralbank.audit import Actor
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_number
from moralbank.sittings.models import Attendee, Duty, Sitting, SittingState
from moralbank.sittings.queries import sitting_row

LONGEST_PLACE: Final = 40
LONGEST_NAME: Final = 40
LONGEST_NOTE: Final = 400
MOST_PEOPLE: Final = 40
LONGEST_AHEAD: Final = timedelta(days=7)
LONGEST_AGO: Final = timedelta(days=366)


class SittingOpenAlready(Refused):
    """A village holds one sitting at a time, so that each decision has one that it belongs to."""

    text = mark("第 %(id)s 次评议会（%(day)s）还没有结束。请先结束它，再开新的")
    code = "sitting_open_already"


class NoSittingOpen(Refused):
    """There is no sitting that could be closed."""

    text = mark("现在没有正在开的评议会")
    code = "no_sitting_open"


class SittingClosed(Refused):
    """What was closed stays as its minutes say."""

    text = mark("第 %(id)s 次评议会已在 %(when)s 结束，不能再改")
    code = "sitting_closed"


class HeldOnInvalid(Invalid):
    """A sitting is held between a year ago and a week ahead."""

    text = mark("开会日期不对：最早一年前，最晚一周后")
    code = "held_on_invalid"


class PlaceInvalid(Invalid):
    """Where the group meets is said in 1 to 40 characters."""

    text = mark("请写开会地点（最多 40 个字），如 村委会二楼")
    code = "place_invalid"


class NobodyThere(Invalid):
    """Somebody must be there, and minutes have room for forty."""

    text = mark("请勾选或写上到会的人（1 到 40 位）")
    code = "nobody_there"


class AttendeeInvalid(Invalid):
    """A name has 1 to 40 characters and stands once."""

    text = mark("到会人的名字不对：1 到 40 个字，每人只写一次")
    code = "attendee_invalid"


class NoteTooLong(Invalid):
    """The note has at most 400 characters."""

    text = mark("会议说明太长：最多 400 个字")
    code = "note_too_long"


@dataclass(frozen=True)
class Attending:
    """Somebody who is there: a user (whose own name then counts), or a guest by name alone."""

    duty: Duty
    name: str = ""
    user_id: int = 0


def open_sitting_now(
    session: Session,
    actor: Actor,
    request_id: str,
    held_on: date,
    place: str,
    attendees: Sequence[Attending],
) -> int:
    """Open a sitting and give back its number: what is decided from now on belongs to it.

    `held_on` is the day of the minutes and may be another than today. Raises SittingOpenAlready,
    HeldOnInvalid, PlaceInvalid, NobodyThere, AttendeeInvalid, UserUnknown.
    """
    place = place.strip()
    if not 1 <= len(place) <= LONGEST_PLACE:
        raise PlaceInvalid(field="place")
    if not clock.today() - LONGEST_AGO <= held_on <= clock.today() + LONGEST_AHEAD:
        raise HeldOnInvalid(field="held_on")
    present = _named(session, actor.village_id, attendees)

    def perform() -> int:
        _require_none_open(session, actor.village_id)
        return _write(session, actor, held_on, place, present)

    content = {
        "held_on": str(held_on),
        "place": place,
        "present": [asdict(person) for person in present],
    }
    return once(session, actor.village_id, request_id, "sittings.open", content, perform).result


def change_attendees(
    session: Session, actor: Actor, sitting_id: int, attendees: Sequence[Attending]
) -> None:
    """Write down anew who is there, while the sitting is open.

    Raises SittingUnknown, SittingClosed, NobodyThere, AttendeeInvalid, UserUnknown.
    """
    present = _named(session, actor.village_id, attendees)
    _open_one(session, actor, sitting_id)
    session.exec(
        delete(Attendee).where(
            col(Attendee.village_id) == actor.village_id, col(Attendee.sitting_id) == sitting_id
        )
    )
    _write_present(session, actor.village_id, sitting_id, present)
    names = [person.name for person in present]
    audit.record(session, actor, "sittings.attendees", str(sitting_id), present=names)


def close_sitting(session: Session, actor: Actor, sitting_id: int, note: str) -> None:
    """End a sitting. Raises SittingUnknown, SittingClosed, NoteTooLong."""
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise NoteTooLong(field="note")
    sitting = _open_one(session, actor, sitting_id)
    sitting.state = SittingState.CLOSED
    sitting.note = note
    sitting.closed_by = actor.user_id
    sitting.closed_at = clock.now()
    session.add(sitting)
    audit.record(session, actor, "sittings.close", str(sitting_id))


def _require_none_open(session: Session, village_id: int) -> None:
    going_on = session.exec(
        select(Sitting).where(Sitting.village_id == village_id, Sitting.state == SittingState.OPEN)
    ).first()
    if going_on is not None:
        raise SittingOpenAlready(id=going_on.id, day=str(going_on.held_on))


def _open_one(session: Session, actor: Actor, sitting_id: int) -> Sitting:
    """The sitting, locked against anybody else's change and still open."""
    lock(session, actor.village_id)
    sitting = sitting_row(session, actor.village_id, sitting_id)
    if sitting.state != SittingState.OPEN:
        when = clock.minute(sitting.closed_at) if sitting.closed_at else ""
        raise SittingClosed(id=sitting_id, when=when)
    return sitting


def _write(
    session: Session, actor: Actor, held_on: date, place: str, present: Sequence[Attending]
) -> int:
    sitting = Sitting(
        village_id=actor.village_id,
        id=take_number(session, actor.village_id, "sitting"),
        held_on=held_on,
        place=place,
        note="",
        state=SittingState.OPEN,
        opened_by=actor.user_id,
        opened_at=clock.now(),
        closed_by=None,
        closed_at=None,
    )
    session.add(sitting)
    session.flush()
    _write_present(session, actor.village_id, sitting.id, present)
    names = [person.name for person in present]
    audit.record(session, actor, "sittings.open", str(sitting.id), held_on=held_on, present=names)
    return sitting.id


def _write_present(
    session: Session, village_id: int, sitting_id: int, present: Sequence[Attending]
) -> None:
    session.add_all(
        Attendee(
            village_id=village_id,
            sitting_id=sitting_id,
            position=position,
            user_id=person.user_id,
            name=person.name,
            duty=person.duty,
        )
        for position, person in enumerate(present, start=1)
    )
    session.flush()


def _named(session: Session, village_id: int, attendees: Sequence[Attending]) -> list[Attending]:
    """Everybody with the name that the minutes write, in the order of their duties."""
    known, present = user_names(session, village_id), []
    for person in attendees:
        if person.user_id and person.user_id not in known:
            raise UserUnknown(name=person.user_id)
        name = known[person.user_id] if person.user_id else person.name.strip()
        present.append(Attending(person.duty, name, person.user_id))
    names = [person.name for person in present]
    if not 1 <= len(names) <= MOST_PEOPLE:
        raise NobodyThere(field="present")
    if len(set(names)) < len(names) or not all(1 <= len(name) <= LONGEST_NAME for name in names):
        raise AttendeeInvalid(field="present")
    duties = list(Duty)
    return sorted(present, key=lambda person: duties.index(person.duty))
