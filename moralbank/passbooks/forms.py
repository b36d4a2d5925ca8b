"""Forms of passbooks: what to print for whom, and how far a paper really goes."""

from typing import Final

from wtforms import HiddenField, RadioField, SelectMultipleField

from moralbank.forms import BaseForm, Required, WholeNumberField
from moralbank.i18n import _, mark
from moralbank.local_numbers import UNKNOWN, local_number
from moralbank.passbooks.sheets import How

HOW_LABELS: Final = {
    How.REFILL: mark("续页"),
    How.CONTINUE: mark("接着印"),
    How.BOOKLET: mark("整本"),
    How.WHOLE: mark("重印全部"),
}
HOW_NOTES: Final = {
    How.REFILL: mark("没印过的账，印成新的单页，裁开夹进存折"),
    How.CONTINUE: mark("把手里的最后一页放回打印机，只印新的几行"),
    How.BOOKLET: mark("新的一本存折：封面、全部账目、空白行、使用须知，A4 双面对折装订"),
    How.WHOLE: mark("从第一笔起全部印成单页，不带封面"),
}


class PrintForm(BaseForm):
    """What to print: `how`, for the households that were ticked or for all that are listed.

    `sample` (any text) shows what would be printed without remembering it.
    """

    how = RadioField(mark("印什么"), [Required()], default=How.REFILL.value)
    household = SelectMultipleField(mark("住户"), validate_choice=False)
    scope = HiddenField(mark("范围"))
    group = HiddenField(mark("小组"))
    sample = HiddenField(mark("样张"))

    def __init__(self, *given: object) -> None:
        """Offer the ways in the reader's language."""
        super().__init__(*given)
        self.how.choices = [(way.value, _(label)) for way, label in HOW_LABELS.items()]

    @property
    def way(self) -> How:
        """What is to be printed."""
        return How(self.how.data)

    @property
    def everyone(self) -> bool:
        """Whether all households that are listed are meant, not those with a tick."""
        return bool(self.scope.data == "listed")

    @property
    def ticked(self) -> list[int]:
        """The households with a tick; a number that is none stands as one that nobody has."""
        typed = (local_number(str(one)) for one in self.household.data or ())
        return [UNKNOWN if number is None else number for number in typed]


class SetBackForm(BaseForm):
    """The last line that really stands on a household's paper."""

    lines = WholeNumberField(mark("纸上最后一笔是第几笔"), [Required()])


def notes() -> dict[str, str]:
    """What each way is good for, in the reader's language, by its value."""
    return {way.value: _(words) for way, words in HOW_NOTES.items()}
