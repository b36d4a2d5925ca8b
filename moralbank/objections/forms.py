"""Forms of objections: taking one down, from the public page or by staff, and answering it."""

from typing import Any

from wtforms import RadioField, TextAreaField

from moralbank.forms import AtMost, BaseForm, Required, TextField, WholeNumberField
from moralbank.i18n import _, mark
from moralbank.objections.models import ObjectionState, ObjectionWay
from moralbank.objections.queries import STATE_LABELS, WAY_LABELS
from moralbank.objections.service import (
    LONGEST_NAME,
    LONGEST_TELEPHONE,
    LONGEST_WORDS,
    RaiseObjection,
)

_OUTCOMES = (ObjectionState.UPHELD, ObjectionState.CHANGED, ObjectionState.DISMISSED)
_WAYS_OF_STAFF = (ObjectionWay.PERSON, ObjectionWay.PHONE, ObjectionWay.PAPER)


class PublicObjectionForm(BaseForm):
    """What a villager says on the public page; only the words are needed."""

    words = TextAreaField(mark("哪里不对"), [Required(), AtMost(LONGEST_WORDS)])
    name = TextField(mark("您的姓名"), [AtMost(LONGEST_NAME)])
    telephone = TextField(mark("您的电话"), [AtMost(LONGEST_TELEPHONE)])

    def command(self, award_id: int, photos: tuple[int, ...]) -> RaiseObjection:
        """The objection as the service takes it."""
        return self._command(award_id, ObjectionWay.PAGE, photos)

    def _command(self, award_id: int, way: ObjectionWay, photos: tuple[int, ...]) -> RaiseObjection:
        return RaiseObjection(
            award_id=award_id,
            words=self.words.data or "",
            way=way,
            name=self.name.data or "",
            telephone=self.telephone.data or "",
            photos=photos,
        )


class ObjectionForm(PublicObjectionForm):
    """The same as staff write it down for somebody."""

    way = RadioField(mark("怎么提出的"), [Required()], default=ObjectionWay.PERSON.value)

    def offer_ways(self) -> None:
        """Fill in how it may have come; from the page it comes by itself."""
        self.way.choices = [(way.value, _(WAY_LABELS[way])) for way in _WAYS_OF_STAFF]
        self.name.label.text = mark("提出人姓名")
        self.telephone.label.text = mark("提出人电话")

    def command(self, award_id: int, photos: tuple[int, ...]) -> RaiseObjection:
        """The objection as the service takes it."""
        return self._command(award_id, ObjectionWay(self.way.data), photos)


class AnswerForm(BaseForm):
    """What the supervisor decides, and the written answer."""

    outcome = RadioField(mark("处理结果"), [Required()])
    new_points = WholeNumberField(mark("改为每次几分"))
    answer = TextAreaField(mark("书面答复"), [Required(), AtMost(LONGEST_WORDS)])

    def offer(self, *, may_change: bool) -> None:
        """Fill in the outcomes; what was posted can't be given other points."""
        offered = [one for one in _OUTCOMES if may_change or one is not ObjectionState.CHANGED]
        self.outcome.choices = [(one.value, _(STATE_LABELS[one])) for one in offered]

    def verdict(self) -> dict[str, Any]:
        """Outcome, answer and new points as the service takes them."""
        outcome = ObjectionState(self.outcome.data)
        changed = outcome is ObjectionState.CHANGED
        return {
            "outcome": outcome,
            "answer": self.answer.data or "",
            "new_points": self.new_points.data if changed else None,
        }
