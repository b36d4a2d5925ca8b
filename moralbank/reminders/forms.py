"""Forms of giving and ending reminders."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from wtforms import HiddenField, MultipleFileField, RadioField, TextAreaField

from moralbank import clock
from moralbank.awards.understanding import OLDEST_DAYS
from moralbank.forms import AtMost, BaseForm, DayField, Required, TextField, WholeNumberField
from moralbank.i18n import mark
from moralbank.local_numbers import number_or_unknown
from moralbank.reminders.models import ReminderState
from moralbank.reminders.service import (
    LONGEST_NOTE,
    LONGEST_SETTLED_NOTE,
    LONGEST_WITNESS,
    GiveReminder,
)
from moralbank.scheme.queries import Item

OUTCOMES: Final = {state.value: state for state in (ReminderState.PUT_RIGHT, ReminderState.DROPPED)}


class GiveForm(BaseForm):
    """A reminder to be given to one household."""

    household = HiddenField(mark("住户"))
    item = RadioField(
        mark("提醒什么"), [Required()], coerce=number_or_unknown, validate_choice=False
    )
    seen_on = DayField(mark("哪一天看到的"), [Required()], default=clock.today)
    note = TextAreaField(mark("看到了什么"), [Required(), AtMost(LONGEST_NOTE)])
    witness = TextField(mark("见证人"), [AtMost(LONGEST_WITNESS)])
    photos = MultipleFileField(mark("照片"))
    put_right_by = DayField(mark("请在这一天以前改好（含当天）"), [Required()])

    def offer(self, items: Sequence[Item]) -> None:
        """Fill in what a household can be reminded of."""
        self.item.choices = [(item.number, item.name) for item in items]

    @property
    def day(self) -> date:
        """The day where it can be one, else today, for showing the items as they were then."""
        day, today = self.seen_on.data, clock.today()
        return day if day and 0 <= (today - day).days <= OLDEST_DAYS else today

    def command(self, photos: Sequence[int]) -> GiveReminder:
        """The reminder as the service takes it; call after validate()."""
        return GiveReminder(
            household_id=number_or_unknown(self.household.data),
            item=self.item.data,
            note=self.note.data,
            seen_on=self.seen_on.data or clock.today(),
            put_right_by=self.put_right_by.data,
            witness=self.witness.data or "",
            photos=tuple(photos),
        )


class SettleForm(BaseForm):
    """How a reminder ended without a deduction; its two buttons say which way."""

    note = TextField(mark("说明"), [AtMost(LONGEST_SETTLED_NOTE)])


class DeductForm(BaseForm):
    """How many points, where the item leaves a choice."""

    points = WholeNumberField(mark("扣几分"))

    def fit(self, item: Item) -> None:
        """Ask only where somebody must say."""
        self.points.flags.required = item.has_range
