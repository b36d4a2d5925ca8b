"""The form of a new version: a row for each item, points and levels as people write them."""

import re
import unicodedata
from typing import Any, Final

from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField
from wtforms.validators import ValidationError

from moralbank import clock
from moralbank.forms import AtMost, BaseForm, DayField, Required, TextField, WholeNumberField
from moralbank.i18n import _, listed, mark
from moralbank.scheme.models import CapMeasure, CapPer, CapPeriod
from moralbank.scheme.queries import MEASURE_WORDS, PERIOD_WORDS, Cap
from moralbank.scheme.rules import (
    LONGEST_CATEGORY,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_RESOLUTION,
    LONGEST_UNIT,
    NewItem,
    NewScheme,
)

BLANK_ROWS: Final = 3
"""Empty rows at the end of the form, for new items."""

_LEVEL: Final = re.compile(r"(\D+?)\s*(\d{1,6})")
_RANGE: Final = re.compile(r"(\d{1,6})(?:\s*[-–—~至到]\s*(\d{1,6}))?")

PER_WORDS: Final = {CapPer.HOUSEHOLD: mark("按户"), CapPer.MEMBER: mark("按人")}

Points = tuple[int, int, tuple[tuple[str, int], ...]]


def read_points(typed: str) -> Points | None:
    """(least, most, levels) from "3", "1-5" or "村 3、镇 5、县 15"; None for anything else."""
    plain = unicodedata.normalize("NFKC", typed).strip().removesuffix("分").strip()
    found = _RANGE.fullmatch(plain)
    if found:
        return int(found[1]), int(found[2] or found[1]), ()
    parts = [_LEVEL.fullmatch(part.strip()) for part in re.split("[、,;]", plain) if part.strip()]
    if not parts or None in parts:
        return None
    levels = tuple((part[1].strip(), int(part[2])) for part in parts if part)
    amounts = [points for _name, points in levels]
    return min(amounts), max(amounts), levels


def points_typed(item: NewItem) -> str:
    """The points of an item as `read_points` reads them."""
    if item.levels:
        return listed(f"{name} {points}" for name, points in item.levels)
    least, most = item.points_min, item.points_max
    return str(least) if least == most else f"{least}-{most}"


class ItemForm(BaseForm):
    """One item. A row whose name is empty is no item; `retired` ends one."""

    number = HiddenField()
    deduction = BooleanField(mark("这是扣分的项目"))
    retired = BooleanField(mark("停用这一项"))
    name = TextField(mark("名称"), [AtMost(LONGEST_NAME)])
    category = TextField(mark("类别"), [AtMost(LONGEST_CATEGORY)])
    points = TextField(mark("分值"), [AtMost(LONGEST_NOTE)])
    unit = TextField(mark("单位"), [AtMost(LONGEST_UNIT)])
    cap_amount = WholeNumberField(mark("上限（空着就是不限）"))
    cap_measure = SelectField(mark("上限按"), coerce=CapMeasure, default=CapMeasure.TIMES)
    cap_period = SelectField(mark("多久"), coerce=CapPeriod, default=CapPeriod.MONTH)
    cap_per = SelectField(mark("算在谁头上"), coerce=CapPer, default=CapPer.HOUSEHOLD)
    evidence = BooleanField(mark("须写明依据"))
    note = TextField(mark("说明"), [AtMost(LONGEST_NOTE)])

    read: Points | None = None
    """What `read_points` made of the points typed, once validated."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.cap_measure.choices = [(one, _(words)) for one, words in MEASURE_WORDS.items()]
        self.cap_period.choices = [(one, _(words)) for one, words in PERIOD_WORDS.items()]
        self.cap_per.choices = [(one, _(words)) for one, words in PER_WORDS.items()]

    @property
    def given(self) -> bool:
        """Whether this row is an item of the new version."""
        return bool(self.name.data) and not self.retired.data

    def validate_points(self, field: TextField) -> None:
        """An item has points, written in one of three ways."""
        if not self.given:
            return
        if not field.data:
            raise ValidationError(_("请写分值"))
        self.read = read_points(field.data)
        if self.read is None:
            raise ValidationError(_("分值写法不对：应像 3、1-5，或 村 3、镇 5、县 15"))

    def item(self) -> NewItem:
        """The item as the service takes it."""
        least, most, levels = self.read or (0, 0, ())
        return NewItem(
            number=int(self.number.data) if str(self.number.data).isdecimal() else None,
            name=self.name.data,
            category=self.category.data or "",
            points_min=least,
            points_max=most,
            levels=levels,
            unit=self.unit.data or "",
            cap=self._cap(),
            evidence=self.evidence.data,
            deduction=self.deduction.data,
            note=self.note.data or "",
        )

    def _cap(self) -> Cap | None:
        if self.cap_amount.data is None:
            return None
        return Cap(
            self.cap_amount.data, self.cap_measure.data, self.cap_period.data, self.cap_per.data
        )


class SchemeForm(BaseForm):
    """A new version, begun from the last one."""

    resolution = TextField(mark("哪次会议通过的"), [Required(), AtMost(LONGEST_RESOLUTION)])
    adopted_on = DayField(mark("通过日期"), [Required()], default=clock.today)
    valid_from = DayField(mark("生效日期"), [Required()])
    items = FieldList(FormField(ItemForm))

    def begin(self, items: tuple[NewItem, ...]) -> None:
        """Fill in the last version's items, and empty rows for new ones."""
        for item in items:
            self.items.append_entry(_row(item))
        for _number in range(BLANK_ROWS):
            self.items.append_entry({"unit": _("次")})

    def command(self) -> NewScheme:
        """The version as the service takes it, once the form is valid."""
        return NewScheme(
            resolution=self.resolution.data,
            adopted_on=self.adopted_on.data or clock.today(),
            valid_from=self.valid_from.data or clock.today(),
            items=tuple(row.form.item() for row in self.items if row.form.given),
        )


def _row(item: NewItem) -> dict[str, Any]:
    cap = item.cap
    values: dict[str, Any] = {
        "number": str(item.number),
        "deduction": item.deduction,
        "name": item.name,
        "category": item.category,
        "points": points_typed(item),
        "unit": item.unit,
        "evidence": item.evidence,
        "note": item.note,
    }
    if cap is not None:
        values |= {
            "cap_amount": cap.amount,
            "cap_measure": cap.measure,
            "cap_period": cap.period,
            "cap_per": cap.per,
        }
    return values
