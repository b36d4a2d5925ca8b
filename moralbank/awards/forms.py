"""Forms of recording and deciding."""

from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField
from wtforms.validators import NumberRange

from moralbank import clock
from moralbank.awards.judging import LONGEST_NOTE, MOST_QUANTITY, OLDEST_DAYS
from moralbank.awards.service import LONGEST_REASON, RecordAward
from moralbank.forms import AtMost, BaseForm, DayField, Required, TextField, WholeNumberField
from moralbank.households.queries import HouseholdInfo, MemberInfo
from moralbank.i18n import _, mark
from moralbank.local_numbers import number_or_unknown
from moralbank.scheme.queries import Item


class InBounds(NumberRange):  # type: ignore[misc]
    """A quantity's bounds, for the box's own buttons; the service says what is wrong."""

    def __call__(self, form: Any, field: Any) -> None:
        """Leave the judging to the service."""


class _DeedForm(BaseForm):
    """What every record of a deed has; the item is chosen by its tile."""

    item = HiddenField(mark("项目"))
    quantity = WholeNumberField(
        mark("数量"), [Required(), InBounds(min=1, max=MOST_QUANTITY)], default=1
    )
    points = WholeNumberField(mark("每次几分"))
    deed_on = DayField(mark("哪一天"), [Required()], default=clock.today)
    note = TextField(mark("事由"), [AtMost(LONGEST_NOTE)])

    def said(self) -> dict[str, Any]:
        """What was said of the deed, as the service takes it."""
        return {
            "quantity": self.quantity.data,
            "points_each": self.points.data,
            "deed_on": self.deed_on.data,
            "note": self.note.data or "",
        }

    @property
    def day(self) -> date:
        """The day where it can be a deed's, else today, for showing the item as it was then."""
        day, today = self.deed_on.data, clock.today()
        return day if day and today - timedelta(days=OLDEST_DAYS) <= day <= today else today

    def fit(self, item: Item) -> None:
        """Speak of this item: its unit, and whether a note must be given."""
        if item.unit[0].isdigit():  # "2 小时", "100 元": so many of them
            self.quantity.label.text = _("几个“%(unit)s”", unit=item.unit)
        self.points.flags.required = item.has_range
        if item.evidence:
            self.note.flags.required = True
            self.note.label.text = _("事由与依据")


class RecordForm(_DeedForm):
    """One household's deed."""

    household = HiddenField(mark("住户"))
    member = SelectField(
        mark("家里哪一位"), coerce=number_or_unknown, default=0, validate_choice=False
    )

    def offer_members(self, members: list[MemberInfo]) -> None:
        """Fill in who of the household it may have been."""
        self.member.choices = [(0, _("全家")), *((one.id, one.name) for one in members)]

    def command(self, household_id: int, item: int) -> RecordAward:
        """The deed as the service takes it."""
        return RecordAward(
            household_id=household_id, item=item, member_id=self.member.data, **self.said()
        )


class RecordManyForm(_DeedForm):
    """One deed of many households."""

    households = SelectMultipleField(mark("住户"), coerce=number_or_unknown, validate_choice=False)
    skip = BooleanField(mark("跳过不能记的，只记其余的"))

    def options(self) -> dict[str, Any]:
        """What was said, and whether those who can't be given the deed are left out."""
        return {**self.said(), "skip_refused": self.skip.data}

    def offer_households(self, infos: list[HouseholdInfo]) -> None:
        """Fill in whom to choose from."""
        self.households.choices = [(info.id, info.head) for info in infos]


class ReasonForm(BaseForm):
    """Why somebody decides against a deed, or takes it back."""

    reason = TextField(mark("理由"), [Required(), AtMost(LONGEST_REASON)])
