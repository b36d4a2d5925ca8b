"""Forms of the card room, and of the page that a card's code opens."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import NumberRange, Optional, ValidationError

from moralbank import clock
from moralbank.awards.queries import AwardRow
from moralbank.awards.understanding import LONGEST_NOTE, MOST_QUANTITY
from moralbank.cards.claims import Claim
from moralbank.cards.orders import Wish, plan_of
from moralbank.cards.queries import masked_member
from moralbank.cards.stocks import BACK_LABELS, CARD_STOCKS, Backs
from moralbank.forms import (
    NOT_OFFERED,
    AtMost,
    BaseForm,
    DayField,
    Required,
    TextField,
    WholeNumberField,
)
from moralbank.households.queries import MemberInfo
from moralbank.i18n import _, mark
from moralbank.local_numbers import number_or_unknown
from moralbank.scheme.queries import ONCE, PERIOD_UNITS, Item, Scheme
from moralbank.villages.settings import CARD_STOCK, INK, setting

# Units of which a deed is one; of all others one says how many.
_ONE_AT_A_TIME: Final = frozenset({ONCE, *PERIOD_UNITS})
_CHOICE: Final = re.compile(r"[0-9]{1,6}(-[0-9]{1,6})?", re.ASCII)


class SheetForm(BaseForm):
    """Which cards to print, one household's, a group's, or all; and how.

    `fresh` (any text) leaves out cards that were printed before. `skip` is for a sheet of which
    some places are used up.
    """

    household = HiddenField()
    group = HiddenField()
    fresh = HiddenField()
    stock = SelectField(mark("用什么纸"))
    ink = SelectField(mark("颜色"))
    backs = SelectField(mark("背面"), default=Backs.NONE.value)
    skip = WholeNumberField(mark("跳过前几格"), [Optional()])
    handout = BooleanField(mark("后面带上发卡登记表"))

    @classmethod
    def offered(
        cls, settings: dict[str, str], sent: Any = None, *, skip: int | None = None
    ) -> "SheetForm":
        """A form to fill in, or as it was sent; what wasn't is as the village has set it."""
        form = cls(sent, stock=settings[CARD_STOCK], ink=settings[INK], skip=skip)
        form.stock.choices = [(key, _(words)) for key, words in setting(CARD_STOCK).choices]
        form.ink.choices = [(key, _(words)) for key, words in setting(INK).choices]
        form.backs.choices = [(one.value, _(words)) for one, words in BACK_LABELS.items()]
        for chosen in (form.stock, form.ink, form.backs):
            chosen.flags.required = True  # one of them always is: nothing to be left empty
        return form

    def wish(self, settings: dict[str, str]) -> Wish:
        """What was asked for, once the form was found right; raises PlacesTooMany."""
        # The place to go on at belongs to sheets of many; a page of one card begins afresh.
        alone = CARD_STOCKS[self.stock.data].per_page == 1
        skip = 0 if alone else self.skip.data or 0
        return Wish(
            plan=plan_of(settings, stock=self.stock.data, ink=self.ink.data, skip=skip),
            backs=Backs(self.backs.data),
            handout=self.handout.data,
            fresh_only=bool(self.fresh.data),
        )


class PinForm(BaseForm):
    """A card's PIN, set at the committee or typed by whoever scanned the card."""

    pin = TextField(mark("密码"), [Required()])


@dataclass(frozen=True)
class Tile:
    """One thing that can be claimed: an item, or one level of an item that has levels.

    `counted` says that one has to say how many `unit`s.
    """

    value: str
    label: str
    points: str
    unit: str
    counted: bool
    hint: str


class _InBounds(NumberRange):  # type: ignore[misc]
    """A quantity's bounds, for the box's own buttons; the service says what is wrong."""

    def __call__(self, form: Any, field: Any) -> None:
        """Leave the judging to the service."""


class ClaimForm(BaseForm):
    """What a household says it has done, on one page. `again` is the claim that was returned."""

    again = HiddenField()
    item = RadioField(mark("做了什么事"), [Required(mark("请选一件"))], validate_choice=False)
    quantity = WholeNumberField(
        mark("数量"), [Required(), _InBounds(min=1, max=MOST_QUANTITY)], default=1
    )
    deed_on = DayField(mark("哪一天"), [Required()], default=clock.today)
    note = TextAreaField(mark("说一说"), [AtMost(LONGEST_NOTE)])
    member = RadioField(
        mark("家里哪一位"), coerce=number_or_unknown, default=0, validate_choice=False
    )
    photos = HiddenField(mark("照片"))

    @classmethod
    def of(cls, returned: AwardRow, scheme: Scheme) -> "ClaimForm":
        """What was claimed and returned, to be amended."""
        item = next((one for one in scheme.merits if one.number == returned.item), None)
        by_level = f"{returned.item}-{returned.points_each}"
        return cls(
            again=returned.id,
            item=by_level if item and item.levels else str(returned.item),
            quantity=returned.quantity,
            deed_on=returned.deed_on,
            note=returned.note,
            member=returned.member_id,
        )

    def offer_members(self, members: Sequence[MemberInfo]) -> None:
        """Fill in who of the family it may have been, as only the family knows them."""
        words = [(one.id, f"{one.relation} {masked_member(one.name)}".strip()) for one in members]
        self.member.choices = [(0, _("全家")), *words]

    def validate_item(self, field: Any) -> None:
        """What isn't written like a tile's value was on none."""
        if not _CHOICE.fullmatch(field.data or ""):
            raise ValidationError(_(NOT_OFFERED))

    def claim(self, photos: tuple[int, ...]) -> Claim:
        """The claim as the service takes it, once the form was found right."""
        number, _dash, points = self.item.data.partition("-")
        return Claim(
            item=int(number),
            points_each=int(points) if points else None,
            quantity=self.quantity.data or 0,
            deed_on=self.deed_on.data or clock.today(),
            note=(self.note.data or "").strip(),
            member_id=self.member.data or 0,
            photos=photos,
        )


def sections(scheme: Scheme) -> list[tuple[str, list[Tile]]]:
    """Everything that can be claimed, by category."""
    return [
        (category.name, [tile for item in category.items for tile in _tiles(item)])
        for category in scheme.categories
    ]


def _tiles(item: Item) -> list[Tile]:
    """What is offered of an item: one tile, or one for each of its levels."""
    if item.levels:
        named = [(f"{item.number}-{points}", name, points) for name, points in item.levels]
        return [
            _tile(item, value, f"{item.name} · {name}", _("%(n)s 分", n=points))
            for value, name, points in named
        ]
    return [_tile(item, str(item.number), item.name, item.points_text)]


def _tile(item: Item, value: str, label: str, points: str) -> Tile:
    return Tile(
        value=value,
        label=label,
        points=points,
        unit=item.unit,
        counted=item.unit not in _ONE_AT_A_TIME,
        hint=item.note,
    )
