"""Forms of proposals."""

from moralbank.forms import AtMost, BaseForm, Required, TextField
from moralbank.i18n import mark
from moralbank.proposals.service import LONGEST_ANSWER


class ConfirmForm(BaseForm):
    """Agreeing, or withdrawing: nothing to fill in, but refusals have their place."""


class TurnDownForm(BaseForm):
    """Why something is turned down."""

    reason = TextField(mark("退回的原因"), [Required(), AtMost(LONGEST_ANSWER)])
