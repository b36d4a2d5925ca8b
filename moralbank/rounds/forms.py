"""Forms of a round: opening it, and the paper form typed in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from wtforms import SelectField, SelectMultipleField

from moralbank import clock
from moralbank.access.permissions import may
from moralbank.access.queries import UserRow
from moralbank.errors import MoralbankError
from moralbank.forms import AtMost, BaseForm, DayField, Required, TextField
from moralbank.i18n import _, mark
from moralbank.local_numbers import local_number, number_or_unknown
from moralbank.rounds.choices import default_choices, read_choices, typed_choices
from moralbank.rounds.grid import Sheet
from moralbank.rounds.opening import LONGEST_TITLE, MOST_ITEMS, OpenRound
from moralbank.rounds.standing import Place
from moralbank.scheme.queries import Item, Scheme
from moralbank.villages.models import Group

PLACES: Final = tuple(range(1, MOST_ITEMS + 1))
_CELL: Final = re.compile(r"s-([0-9]{1,9})-([0-9]{1,9})", re.ASCII)
_REMARK: Final = re.compile(r"r-([0-9]{1,9})", re.ASCII)
_LONGEST_CELL: Final = 20
_LONGEST_TYPED: Final = 200


class NewRoundForm(BaseForm):
    """A new round. Buttons left empty are those that suit the item."""

    title = TextField(mark("名称"), [Required(), AtMost(LONGEST_TITLE)])
    held_on = DayField(mark("评比日期"), [Required()], default=clock.today)
    item_1 = SelectField(mark("项目"), [Required()], validate_choice=False)
    choices_1 = TextField(mark("按钮"))
    item_2 = SelectField(mark("第 2 项"), validate_choice=False)
    choices_2 = TextField(mark("按钮"))
    item_3 = SelectField(mark("第 3 项"), validate_choice=False)
    choices_3 = TextField(mark("按钮"))
    item_4 = SelectField(mark("第 4 项"), validate_choice=False)
    choices_4 = TextField(mark("按钮"))
    item_5 = SelectField(mark("第 5 项"), validate_choice=False)
    choices_5 = TextField(mark("按钮"))
    # Whether a group or a scorer is offered is for the service to say, in our own words.
    groups = SelectMultipleField(
        mark("走哪些小组"), [Required()], coerce=number_or_unknown, validate_choice=False
    )
    scorers = SelectMultipleField(
        mark("谁来评"), [Required()], coerce=number_or_unknown, validate_choice=False
    )

    def offer(self, scheme: Scheme, groups: list[Group], users: list[UserRow]) -> None:
        """Fill in what there is to choose from; a fresh form has all groups and scorers."""
        items: dict[str, list[tuple[str, str]]] = {
            one.name: [
                (str(item.number), _noted(item.name, item.points_text)) for item in one.items
            ]
            for one in scheme.categories
        }
        for place in PLACES:
            self.item_field(place).choices = {"": [("", _("不选"))], **items}
        self.groups.choices = [(one.id, one.name) for one in groups]
        able = [one for one in users if not one.disabled and may(one.role, "rounds.score")]
        self.scorers.choices = [(one.id, _noted(one.name, one.role_label)) for one in able]

    def take_all(self) -> None:
        """Tick every group and every scorer, as most rounds have them."""
        self.groups.data = [number for number, _name in self.groups.choices]
        self.scorers.data = [number for number, _name in self.scorers.choices]

    def item_field(self, place: int) -> Any:
        """The field of the item at this place, from 1."""
        return self._fields[f"item_{place}"]

    def choices_field(self, place: int) -> Any:
        """The field of its buttons."""
        return self._fields[f"choices_{place}"]

    def fill_choices(self, scheme: Scheme) -> None:
        """Give buttons left empty those that suit their item."""
        fitting = suggested(scheme)
        for place in PLACES:
            box, item = self.choices_field(place), local_number(self.item_field(place).data or "")
            if not (box.data or "").strip():
                box.data = fitting.get(item or 0, "")

    @property
    def has_more(self) -> bool:
        """Whether more than one item was filled in, so that the others must be shown."""
        fields = [
            one(place) for place in PLACES[1:] for one in (self.item_field, self.choices_field)
        ]
        return any(field.data or field.errors for field in fields)

    def command(self, scheme: Scheme) -> OpenRound:
        """The round as the service takes it; raises ChoicesInvalid beside the buttons' field."""
        merits = {item.number: item for item in scheme.merits}
        items = []
        for place in PLACES:
            number = local_number(self.item_field(place).data or "")
            if number is None:
                continue
            try:
                choices = _choices(self.choices_field(place).data, merits.get(number))
            except MoralbankError as refusal:
                refusal.field = f"choices_{place}"
                raise
            items.append((number, choices))
        return OpenRound(
            title=self.title.data,
            held_on=self.held_on.data or clock.today(),
            items=tuple(items),
            groups=tuple(self.groups.data or ()),
            scorers=tuple(self.scorers.data or ()),
        )


@dataclass(frozen=True)
class Typed:
    """The cells and remarks of a paper form as they were typed."""

    cells: Mapping[Place, str]
    remarks: Mapping[int, str]

    def sheet(self, scorer: int) -> Sheet:
        """The form as the service takes it."""
        return Sheet(scorer, self.cells, self.remarks)


def read_typed(form: Mapping[str, str]) -> Typed:
    """Read cells `s-<household>-<item>` and remarks `r-<household>`."""
    cells, remarks = {}, {}
    for name, value in form.items():
        if cell := _CELL.fullmatch(name):
            cells[int(cell[1]), int(cell[2])] = value[:_LONGEST_CELL]
        elif remark := _REMARK.fullmatch(name):
            remarks[int(remark[1])] = value[:_LONGEST_TYPED]
    return Typed(cells, remarks)


def suggested(scheme: Scheme) -> dict[int, str]:
    """The buttons that suit each item, as one types them."""
    return {item.number: typed_choices(default_choices(item)) for item in scheme.merits}


def _choices(typed: str | None, item: Item | None) -> Any:
    if not (typed or "").strip() and item is not None:
        return default_choices(item)
    return read_choices(typed or "")


def _noted(name: str, note: str) -> str:
    return _("%(name)s（%(note)s）", name=name, note=note)
