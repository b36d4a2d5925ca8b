"""Forms of certificates and door plates."""

from typing import Any, Final

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import Optional, ValidationError

from moralbank.boards.honour_sheets import (
    INK_LABELS,
    MOST_STARS,
    PLATE_SIZES,
    CertificateInk,
    CertificateKind,
    PlateKind,
)
from moralbank.boards.honours import (
    LONGEST_BODY,
    LONGEST_CLOSING,
    LONGEST_DATE,
    LONGEST_GIVER,
    MOST_OFFSET,
    PLACE_LABELS,
    CertificateWish,
    CertificateWords,
    Places,
)
from moralbank.boards.plating import (
    DOOR_LABELS,
    LONGEST_ISSUER,
    LONGEST_PERIOD,
    DoorName,
    PlateWish,
    first_stars,
    plate_size,
)
from moralbank.forms import AtMost, BaseForm, Required, TextField, WholeNumberField, Within
from moralbank.i18n import _, mark
from moralbank.local_numbers import local_number, number_or_unknown

_MOVED: Final = Within(-MOST_OFFSET, MOST_OFFSET, mark("要在 -40 到 40 毫米之间"))


class CertificateForm(BaseForm):
    """Whose certificates to print, in which words, on which paper."""

    kind = HiddenField()
    places = RadioField(mark("印哪些"), [Required()], default=Places.THREE.value)
    chosen = SelectMultipleField(mark("勾选"), validate_choice=False)
    body = TextAreaField(mark("正文"), [Required(), AtMost(LONGEST_BODY)])
    closing = TextField(mark("结语"), [AtMost(LONGEST_CLOSING)])
    organisation = TextField(mark("落款单位"), [Required(), AtMost(LONGEST_GIVER)])
    date = TextField(mark("落款日期"), [Required(), AtMost(LONGEST_DATE)])
    ink = RadioField(mark("纸和颜色"), [Required()], default=CertificateInk.COLOUR.value)
    right = WholeNumberField(mark("往右挪"), [Optional(), _MOVED])
    up = WholeNumberField(mark("往上挪"), [Optional(), _MOVED])

    def __init__(
        self, kind: CertificateKind, usual: CertificateWords, sent: Any = None, **given: Any
    ) -> None:
        """Offer what can be chosen, and the usual words."""
        words = {name: getattr(usual, name) for name in ("body", "closing", "organisation", "date")}
        super().__init__(sent, **words, **given)
        self.kind.data = kind.value
        self.places.choices = [(one.value, _(words)) for one, words in PLACE_LABELS.items()]
        self.ink.choices = [(one.value, _(words)) for one, words in INK_LABELS.items()]

    def validate_places(self, field: RadioField) -> None:
        """Ticks count only where they were asked for: nothing that was ticked is passed over."""
        if self.chosen.data and field.data != Places.CHOSEN.value:
            raise ValidationError(_("勾了人却没有选“勾选的”：要用就选上，不用就不勾"))

    @property
    def ticked(self) -> frozenset[int]:
        """The numbers of the lines with a tick; what is no number stands as one of nobody."""
        return frozenset(number_or_unknown(one) for one in self.chosen.data or ())

    def wish(self) -> CertificateWish:
        """What was asked for, once the form was found right."""
        return CertificateWish(
            kind=CertificateKind(self.kind.data),
            ink=CertificateInk(self.ink.data),
            places=Places(self.places.data),
            words=CertificateWords(
                body=self.body.data or "",
                closing=self.closing.data or "",
                organisation=self.organisation.data or "",
                date=self.date.data or "",
            ),
            chosen=self.ticked,
            offset_mm=(self.right.data or 0, self.up.data or 0),
        )


class PlateForm(BaseForm):
    """Whose plates to print, and what stands on them."""

    household = SelectMultipleField(mark("住户"), validate_choice=False)
    scope = HiddenField()
    size = SelectField(mark("尺寸"))
    door = RadioField(mark("门上写什么"), [Required()], default=DoorName.FULL.value)
    usual = WholeNumberField(
        mark("亮几颗星"),
        [Optional(), Within(0, MOST_STARS, mark("要在 0 到 10 之间"))],
    )
    organisation = TextField(mark("落款单位"), [Required(), AtMost(LONGEST_ISSUER)])
    period = TextField(mark("年度"), [AtMost(LONGEST_PERIOD)])
    plain = BooleanField(mark("只用黑色（印在彩色卡纸上，或给刻字用）"))

    def __init__(self, kind: PlateKind, sent: Any = None, **given: Any) -> None:
        """Offer sizes and what may be read at a door."""
        super().__init__(sent, usual=len(kind.stars), **given)
        self.of = kind
        self.size.choices = [(one.key, _(one.label)) for one in PLATE_SIZES.values()]
        self.size.flags.required = True  # one of them always is: nothing to be left empty
        self.door.choices = [(one.value, _(words)) for one, words in DOOR_LABELS.items()]
        self.sent = sent

    @property
    def everyone(self) -> bool:
        """Whether all households that are listed are meant, not those with a tick."""
        return bool(self.scope.data == "listed")

    @property
    def ticked(self) -> list[int]:
        """The households with a tick; what is no number stands as one that nobody has."""
        return [number_or_unknown(one) for one in self.household.data or ()]

    @property
    def stars(self) -> dict[int, frozenset[int]]:
        """The stars that were chosen for single households, by the household's number."""
        found = {}
        for name in self.sent or ():
            number = local_number(name.removeprefix("stars-"))
            if name.startswith("stars-") and number is not None:
                chosen = (local_number(one) for one in self.sent.getlist(name))
                known = range(len(self.of.stars))
                found[number] = frozenset(one for one in chosen if one is not None and one in known)
        return found

    def wish(self) -> PlateWish:
        """What was asked for, once the form was found right."""
        return PlateWish(
            kind=self.of,
            size=plate_size(self.size.data),
            door=DoorName(self.door.data),
            organisation=self.organisation.data or "",
            period=self.period.data or "",
            plain=self.plain.data,
            usual=first_stars(self.of, self.usual.data or 0),
            stars=self.stars,
        )
