"""What comes from the pages after a sale: the slip list's filter, a refund, a day's count."""

from collections.abc import Mapping
from typing import Final

from moralbank.counter.queries import SlipFilter
from moralbank.forms import (
    AtMost,
    BaseForm,
    DayField,
    Required,
    TextField,
    WholeNumberField,
    YuanField,
)
from moralbank.i18n import mark
from moralbank.local_numbers import number_or_unknown

TO_THE_SHELF: Final = "shelf"
SPOILED: Final = "spoiled"

_LINE: Final = "line-"


class SlipFilterForm(BaseForm):
    """Days and words to look for in the list of slips."""

    first = DayField(mark("从"))
    last = DayField(mark("到"))
    q = TextField(mark("查找"))

    def chosen(self, shop_id: int | None) -> SlipFilter:
        """The filter, of one shop or all; what can't be read as a date is left out."""
        return SlipFilter(self.first.data, self.last.data, (self.q.data or "")[:60], shop_id)


class RefundForm(BaseForm):
    """Why goods are taken back; which ones, `refund_lines` reads."""

    reason = TextField(mark("为什么退"), [AtMost(80)])


class DayForm(BaseForm):
    """What was counted at the end of a day."""

    counted_slips = WholeNumberField(mark("点到几张兑换单"), [Required()])
    counted_yuan = YuanField(mark("这些单合计"), [Required()])
    reason = TextField(mark("不一样的原因"), [AtMost(80)])

    def counted(self) -> tuple[int, int, str]:
        """Slips, fen and the reason, once they were validated."""
        return self.counted_slips.data or 0, int(self.counted_yuan.fen or 0), self.reason.data or ""


class ReopenForm(BaseForm):
    """Why a closed day is opened again."""

    why = TextField(mark("为什么重新打开"), [Required(), AtMost(80)])


def refund_lines(form: Mapping[str, str]) -> dict[int, bool]:
    """The lines that are to come back, and of each whether it is spoiled.

    Fields `line-<number>` hold TO_THE_SHELF or SPOILED; anything else leaves the line where it
    is, and a number that none is becomes one that no slip has.
    """
    chosen = {
        name.removeprefix(_LINE): value
        for name, value in form.items()
        if name.startswith(_LINE) and value in {TO_THE_SHELF, SPOILED}
    }
    return {number_or_unknown(typed): value == SPOILED for typed, value in chosen.items()}
