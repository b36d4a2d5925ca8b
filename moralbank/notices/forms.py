"""The form of hanging a notice."""

from typing import Any

from wtforms import SelectMultipleField

from moralbank import clock
from moralbank.forms import AtMost, BaseForm, DayField, Required, TextField, WholeNumberField
from moralbank.i18n import mark
from moralbank.local_numbers import number_or_unknown
from moralbank.notices.service import LONGEST_TITLE


class NoticeForm(BaseForm):
    """Which lines hang, under what title, from when and how long."""

    awards = SelectMultipleField(mark("记录"), coerce=number_or_unknown, validate_choice=False)
    title = TextField(mark("标题"), [AtMost(LONGEST_TITLE)])
    first_day = DayField(mark("从哪天起"), [Required()], default=clock.today)
    days = WholeNumberField(mark("公示几天"), [Required()])

    @property
    def award_ids(self) -> list[int]:
        """The deeds that were ticked."""
        return list(self.awards.data or [])

    def command(self) -> dict[str, Any]:
        """Title and days as the service takes them."""
        return {
            "title": self.title.data or "",
            "first_day": self.first_day.data,
            "days": self.days.data,
        }
