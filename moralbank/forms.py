"""What every form stands on: WTForms without Flask, Chinese messages, forgiving fields.

A room's `forms.py` turns a request into a frozen command dataclass with `command()`; refusals
that a service raises with a `field` are put beside that field by `take_refusal`.
"""

import re
import unicodedata
from datetime import date
from typing import Any, Final

from wtforms import DateField, Form, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, StopValidation, ValidationError

from moralbank.errors import MoralbankError
from moralbank.i18n import _, mark
from moralbank.money import fen_from_yuan

REQUIRED = mark("请填写这一项")
NOT_OFFERED = mark("请从列出的里面选一项")

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Days of other years are slips of the finger; far away ones no clock can hold."""

_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WHOLE_NUMBER: Final = re.compile(r"[+-]?\d{1,12}")


def visible(text: str) -> str:
    """The text without control characters; tabs and line breaks stay."""
    return _UNSEEN.sub("", text)


def day_in(typed: str) -> date:
    """The day that a text names ("2026-11-20"); raises ValueError, which says why it is none."""
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError as error:
        raise ValueError(_("日期不对：应像 2026-11-20")) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(
            _("年份不对：应在 %(first)s 到 %(last)s 年之间", first=FIRST_YEAR, last=LAST_YEAR)
        )
    return day


class _Words:
    """What WTForms itself says: all that our fields leave to it is that a choice isn't offered."""

    def gettext(self, text: str) -> str:
        """Our words for WTForms' own."""
        return _(NOT_OFFERED) if "hoice" in text else text

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Our words, where several of a list's choices aren't offered: the same as for one."""
        return self.gettext(one if n == 1 else many)


class BaseForm(Form):  # type: ignore[misc]
    """A form of ours. CSRF is guarded for all POSTs at once in `app.py`."""

    class Meta:
        """WTForms' settings."""

        def get_translations(self, form: Form) -> _Words:
            """Let WTForms speak our language."""
            del form
            return _Words()

    def take_refusal(self, refusal: MoralbankError) -> None:
        """Show a service's refusal beside its field, or above the form if it names none."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(refusal.message)
        else:
            field.errors = [*field.errors, refusal.message]


class Required(InputRequired):  # type: ignore[misc]
    """The field must be given, and hold something once it was read: blanks are nothing.

    `message` is a msgid to say instead of "请填写这一项".
    """

    def __call__(self, form: Form, field: Any) -> None:
        """Judge what was understood; where reading failed, its own words stand alone."""
        del form
        if field.process_errors:
            field.errors = field.process_errors[:1]
            raise StopValidation
        blank = field.data is None or (isinstance(field.data, str) and not field.data.strip())
        if blank or not field.raw_data:
            field.errors = []
            raise StopValidation(_(self.message or REQUIRED))


class Within(NumberRange):  # type: ignore[misc]
    """The number lies between two bounds; `words` (a msgid) say which."""

    def __init__(self, least: int, most: int, words: str) -> None:
        """Keep bounds and words."""
        super().__init__(least, most)
        self.words = words

    def __call__(self, form: Form, field: Any) -> None:
        """Speak in the reader's language."""
        self.message = _(self.words)
        super().__call__(form, field)


class AtMost(Length):  # type: ignore[misc]
    """The text has at most this many characters."""

    def __init__(self, longest: int) -> None:
        """Keep the bound."""
        super().__init__(max=longest)

    def __call__(self, form: Form, field: Any) -> None:
        """Speak in the reader's language."""
        self.message = _("太长：最多 %(n)s 个字", n=self.max)
        super().__call__(form, field)


class TextField(StringField):  # type: ignore[misc]
    """One line of text, trimmed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Trim what was typed."""
        super().process_formdata([value.strip() for value in valuelist])


class WholeNumberField(IntegerField):  # type: ignore[misc]
    """A whole number, full-width digits too; an empty field is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read digits however they were typed."""
        typed = unicodedata.normalize("NFKC", valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        if not _WHOLE_NUMBER.fullmatch(typed):
            raise ValueError(_("要填整数，不能是“%(typed)s”", typed=typed[:20]))
        self.data = int(typed)


class YuanField(StringField):  # type: ignore[misc]
    """An amount of money typed in yuan, kept in `fen` (whole fen, or None)."""

    fen: int | None = None

    def post_validate(self, form: Form, validation_stopped: bool) -> None:  # noqa: FBT001
        """Read the yuan."""
        del form
        if validation_stopped or not self.data:
            return
        self.fen = fen_from_yuan(self.data)
        if self.fen is None:
            raise ValidationError(_("金额不对：应像 12 或 12.50"))


class DayField(DateField):  # type: ignore[misc]
    """A date; an empty field is None."""

    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the date, or say how it should look."""
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = day_in(valuelist[0])
