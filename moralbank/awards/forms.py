"""Forms of recording, verifying and deciding."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, Final

from wtforms import (
    BooleanField,
    HiddenField,
    MultipleFileField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import NumberRange

from moralbank import clock
from moralbank.awards.acting import LONGEST_REASON
from moralbank.awards.models import AwardSource
from moralbank.awards.queries import AwardRow
from moralbank.awards.service import RecordAward
from moralbank.awards.understanding import LONGEST_NOTE, MOST_QUANTITY, OLDEST_DAYS
from moralbank.forms import AtMost, BaseForm, DayField, Required, TextField, WholeNumberField
from moralbank.households.queries import HouseholdInfo, MemberInfo
from moralbank.i18n import _, mark
from moralbank.local_numbers import number_or_unknown
from moralbank.scheme.queries import Item

LONGEST_NAME: Final = 40
"""A witness's or a helper's name; the tables' own width."""
RIGHT: Final = "right"
DOUBTS: Final = ("wrong", "ask")


class InBounds(NumberRange):  # type: ignore[misc]
    """A quantity's bounds, for the box's own buttons; the service says what is wrong."""

    def __call__(self, form: Any, field: Any) -> None:
        """Leave the judging to the service."""


class AskedFor:
    """Marks a field as one to be filled in; whether it must be depends on the button pressed."""

    field_flags: ClassVar = {"required": True}

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
    paper = BooleanField(mark("代办：住户交来纸质申报，由人代填"))
    helper = TextField(mark("代办人"), [AskedFor(), AtMost(LONGEST_NAME)])
    photos = MultipleFileField(mark("照片"))

    def offer_members(self, members: list[MemberInfo]) -> None:
        """Fill in who of the household it may have been."""
        self.member.choices = [(0, _("全家")), *((one.id, one.name) for one in members)]

    @classmethod
    def of(cls, award: AwardRow) -> "RecordForm":
        """What was recorded so far, to be amended."""
        return cls(
            quantity=award.quantity,
            points=award.points_each,
            deed_on=award.deed_on,
            note=award.note,
            member=award.member_id,
            paper=award.source is AwardSource.PAPER,
            helper=award.helper,
        )

    def command(self, household_id: int, item: int, photos: Sequence[int] = ()) -> RecordAward:
        """The deed as the service takes it, with the photos that show it."""
        on_paper = bool(self.paper.data)
        return RecordAward(
            household_id=household_id,
            item=item,
            member_id=self.member.data,
            source=AwardSource.PAPER if on_paper else AwardSource.COMMITTEE,
            helper=(self.helper.data or "") if on_paper else "",
            photos=tuple(photos),
            **self.said(),
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
    """Why somebody takes a deed back."""

    reason = TextField(mark("理由"), [Required(), AtMost(LONGEST_REASON)])


class FindingForm(BaseForm):
    """What somebody found on the spot: right, wrong, or something to be asked again.

    Many stand on one page, so each is made with `prefix=prefix_of(award_id)`.
    """

    witness = TextField(mark("见证人"), [AtMost(LONGEST_NAME)])
    note = TextField(mark("说明"), [AtMost(LONGEST_REASON)])
    photos = MultipleFileField(mark("现场照片"))
    doubt = TextField(mark("不属实还是再问问"))
    reason = TextField(mark("理由"), [AskedFor(), AtMost(LONGEST_REASON)])

    @classmethod
    def of(cls, award: AwardRow) -> "FindingForm":
        """An empty one for this deed."""
        return cls(prefix=prefix_of(award.id))

    def found(self, pressed: str) -> str | None:
        """What was found: "right", "wrong", "ask"; None where the form is to be mended first."""
        if not self.validate():
            return None
        if pressed == RIGHT:
            return RIGHT
        if self.doubt.data in DOUBTS:
            return str(self.doubt.data)
        self.doubt.errors = [_("请先选“不属实”或“再问问”")]
        return None


class DecideForm(BaseForm):
    """Other points, or why not; `prefix` as with FindingForm."""

    quantity = WholeNumberField(mark("数量"), [AskedFor(), InBounds(min=1, max=MOST_QUANTITY)])
    points = WholeNumberField(mark("每次几分"), [AskedFor()])
    reason = TextField(mark("理由"), [AskedFor(), AtMost(LONGEST_REASON)])

    @classmethod
    def of(cls, award: AwardRow) -> "DecideForm":
        """One for this deed, with its points as they are."""
        said = {"quantity": award.quantity, "points": award.points_each}
        return cls(prefix=prefix_of(award.id), **said)

    def other_points(self) -> dict[str, Any]:
        """The points that it should be, and why, as the service takes them."""
        return {
            "quantity": self.quantity.data,
            "points_each": self.points.data,
            **self.why(),
        }

    def why(self) -> dict[str, Any]:
        """Why it is refused or sent back, as the service takes it."""
        return {"reason": self.reason.data or ""}


def prefix_of(award_id: int) -> str:
    """What the names of one deed's fields begin with, where many deeds are on one page."""
    return f"a{award_id}-"
