"""Form of the card room."""

from wtforms import HiddenField
from wtforms.validators import Optional

from moralbank.forms import BaseForm, WholeNumberField, Within
from moralbank.i18n import mark

PLACES = 10


class SheetForm(BaseForm):
    """Which cards to print: one household's, a group's, or all; and how many places to leave free.

    `fresh` (any text) leaves out cards that were printed before. `skip` is for a sheet of which
    some cards were already cut off.
    """

    household = HiddenField()
    group = HiddenField()
    fresh = HiddenField()
    skip = WholeNumberField(
        mark("跳过前几格"),
        [Optional(), Within(0, PLACES - 1, mark("一张纸有 10 格：填 0 到 9"))],
    )
