"""The one table of a deed's way: which act leads from which state to which."""

from enum import StrEnum
from typing import Final

from moralbank.awards.models import AwardState
from moralbank.i18n import mark


class Act(StrEnum):
    """What somebody does with a deed."""

    RECORD = "record"
    APPROVE = "approve"
    POST = "post"
    REFUSE = "refuse"
    REVERSE = "reverse"


WAY: Final[dict[tuple[AwardState | None, Act], AwardState]] = {
    (None, Act.RECORD): AwardState.CLAIMED,
    (AwardState.CLAIMED, Act.APPROVE): AwardState.APPROVED,
    (AwardState.APPROVED, Act.POST): AwardState.POSTED,
    (AwardState.CLAIMED, Act.REFUSE): AwardState.REFUSED,
    (AwardState.POSTED, Act.REVERSE): AwardState.REVERSED,
}

STATE_LABELS: Final = {
    AwardState.CLAIMED: mark("待评议"),
    AwardState.APPROVED: mark("已通过"),
    AwardState.POSTED: mark("已入账"),
    AwardState.REFUSED: mark("未通过"),
    AwardState.REVERSED: mark("已冲正"),
}
ACT_LABELS: Final = {
    Act.RECORD: mark("记分"),
    Act.APPROVE: mark("评议通过"),
    Act.POST: mark("入账"),
    Act.REFUSE: mark("评议未通过"),
    Act.REVERSE: mark("冲正"),
}


def after(state: AwardState | None, act: Act) -> AwardState | None:
    """The state that `act` leads to; None where it can't be done from `state`."""
    return WAY.get((state, act))
