"""Forms of a sitting: day and place, who is there, the note at its end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from wtforms import TextAreaField

from moralbank import clock
from moralbank.access.permissions import Role, may
from moralbank.access.queries import UserRow
from moralbank.forms import AtMost, BaseForm, DayField, Required, TextField
from moralbank.i18n import mark
from moralbank.sittings.models import Duty
from moralbank.sittings.queries import SittingInfo
from moralbank.sittings.service import LONGEST_NOTE, LONGEST_PLACE, Attending

GUEST_ROWS: Final = 3
"""So many rows at least are there for people who are no users."""

_USUAL: Final = {
    Role.REVIEWER: Duty.REVIEWER,
    Role.RECORDER: Duty.CLERK,
    Role.SUPERVISOR: Duty.WATCH,
    Role.ADMIN: Duty.CHAIR,
}


class SittingForm(BaseForm):
    """Day and place of a sitting."""

    held_on = DayField(mark("哪天开的"), [Required()], default=clock.today)
    place = TextField(mark("地点"), [Required(), AtMost(LONGEST_PLACE)])

    def day(self) -> date:
        """The day that was chosen."""
        return self.held_on.data or clock.today()


class CloseForm(BaseForm):
    """What the minutes say besides the decisions."""

    note = TextAreaField(mark("会议说明"), [AtMost(LONGEST_NOTE)])


@dataclass(frozen=True)
class Seat:
    """One row of the attendance list. `key` is its part of the fields' names.

    A guest's row (`user_id` 0) is taken when it has a name, a user's when it is ticked.
    """

    key: str
    user_id: int
    name: str
    role: str
    duty: Duty
    taken: bool


def seats(users: Iterable[UserRow], before: SittingInfo | None) -> list[Seat]:
    """The attendance list: everybody who may come, ticked as at the sitting `before`.

    Before the first sitting the reviewers are ticked.
    """
    present = {one.user_id: one for one in before.present if one.user_id} if before else {}
    known = [
        Seat(
            key=str(user.id),
            user_id=user.id,
            name=user.name,
            role=user.role_label,
            duty=present[user.id].duty if user.id in present else _usual(user.role),
            taken=user.id in present if before else user.role is Role.REVIEWER,
        )
        for user in users
        if not user.disabled and may(user.role, "sittings.view")
    ]
    guests = [one for one in before.present if not one.user_id] if before else []
    rows = [_guest(place, one.name, one.duty) for place, one in enumerate(guests, start=1)]
    blank = range(len(rows) + 1, max(GUEST_ROWS, len(rows) + 1) + 1)
    return [*known, *rows, *(_guest(place) for place in blank)]


def read_seats(offered: Iterable[Seat], sent: Mapping[str, str]) -> list[Seat]:
    """The attendance list as it was sent."""
    return [_read(seat, sent) for seat in offered]


def attending(taken: Iterable[Seat]) -> list[Attending]:
    """Those who are there, as the service takes them."""
    return [
        Attending(seat.duty, "" if seat.user_id else seat.name, seat.user_id)
        for seat in taken
        if seat.taken
    ]


def _read(seat: Seat, sent: Mapping[str, str]) -> Seat:
    duty = sent.get(f"duty-{seat.key}", "")
    duty_read = Duty(duty) if duty in set(Duty) else seat.duty
    if seat.user_id:
        return replace(seat, duty=duty_read, taken=f"seat-{seat.key}" in sent)
    name = sent.get(f"seat-{seat.key}", "").strip()
    return replace(seat, duty=duty_read, name=name, taken=bool(name))


def _usual(role: Role) -> Duty:
    return _USUAL.get(role, Duty.GUEST)


def _guest(place: int, name: str = "", duty: Duty = Duty.GUEST) -> Seat:
    return Seat(f"guest-{place}", 0, name, "", duty, taken=bool(name))
