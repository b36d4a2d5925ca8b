"""The one table of a deed's way: which act leads from which state to which."""

from enum import StrEnum
from typing import Final

from moralbank.awards.models import AwardState as State
from moralbank.i18n import mark


class Act(StrEnum):
    """What somebody does with a deed."""

    SAVE = "save"
    RECORD = "record"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    VERIFY = "verify"
    DENY = "deny"
    SEND_BACK = "send_back"
    ADJUST = "adjust"
    APPROVE = "approve"
    REFUSE = "refuse"
    NOTICE = "notice"
    OBJECT = "object"
    UPHOLD = "uphold"
    CHANGE = "change"
    DISMISS = "dismiss"
    POST = "post"
    REVERSE = "reverse"


WAY: Final[dict[tuple[State | None, Act], State]] = {
    # Bringing it in.
    (None, Act.SAVE): State.DRAFT,
    (State.DRAFT, Act.SAVE): State.DRAFT,
    (None, Act.RECORD): State.CLAIMED,
    (State.DRAFT, Act.SUBMIT): State.CLAIMED,
    (State.RETURNED, Act.SUBMIT): State.CLAIMED,
    (State.DRAFT, Act.WITHDRAW): State.WITHDRAWN,
    (State.CLAIMED, Act.WITHDRAW): State.WITHDRAWN,
    (State.VERIFIED, Act.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Act.WITHDRAW): State.WITHDRAWN,
    # On the spot: right, wrong, ask.
    (State.CLAIMED, Act.VERIFY): State.VERIFIED,
    (State.CLAIMED, Act.DENY): State.REFUSED,
    (State.CLAIMED, Act.SEND_BACK): State.RETURNED,
    # The review. From `claimed` only where the village asks for no verification.
    (State.CLAIMED, Act.ADJUST): State.CLAIMED,
    (State.CLAIMED, Act.APPROVE): State.APPROVED,
    (State.CLAIMED, Act.REFUSE): State.REFUSED,
    (State.VERIFIED, Act.ADJUST): State.VERIFIED,
    (State.VERIFIED, Act.SEND_BACK): State.RETURNED,
    (State.VERIFIED, Act.APPROVE): State.APPROVED,
    (State.VERIFIED, Act.REFUSE): State.REFUSED,
    # In public. A village with no days of notice posts what was approved at once.
    (State.APPROVED, Act.NOTICE): State.NOTICED,
    (State.APPROVED, Act.POST): State.POSTED,
    (State.NOTICED, Act.POST): State.POSTED,
    # An objection before posting holds its own line: it ends, goes to the next notice with other
    # points, or goes on hanging (and is posted at once where its notice has closed meanwhile).
    (State.NOTICED, Act.OBJECT): State.OBJECTED,
    (State.OBJECTED, Act.UPHOLD): State.REFUSED,
    (State.OBJECTED, Act.CHANGE): State.APPROVED,
    (State.OBJECTED, Act.DISMISS): State.NOTICED,
    # After posting.
    (State.POSTED, Act.REVERSE): State.REVERSED,
}

STATE_LABELS: Final = {
    State.DRAFT: mark("草稿"),
    State.CLAIMED: mark("待核实或评议"),
    State.VERIFIED: mark("已核实"),
    State.RETURNED: mark("退回补充"),
    State.APPROVED: mark("已通过"),
    State.NOTICED: mark("公示中"),
    State.OBJECTED: mark("有异议"),
    State.POSTED: mark("已入账"),
    State.REFUSED: mark("未通过"),
    State.WITHDRAWN: mark("已撤回"),
    State.REVERSED: mark("已冲正"),
}
ACT_LABELS: Final = {
    Act.SAVE: mark("存草稿"),
    Act.RECORD: mark("申报"),
    Act.SUBMIT: mark("提交"),
    Act.WITHDRAW: mark("撤回"),
    Act.VERIFY: mark("核实属实"),
    Act.DENY: mark("核实不属实"),
    Act.SEND_BACK: mark("退回补充"),
    Act.ADJUST: mark("调整分数"),
    Act.APPROVE: mark("评议通过"),
    Act.REFUSE: mark("评议未通过"),
    Act.NOTICE: mark("列入公示"),
    Act.OBJECT: mark("提出异议"),
    Act.UPHOLD: mark("异议成立"),
    Act.CHANGE: mark("异议后改分"),
    Act.DISMISS: mark("异议不成立"),
    Act.POST: mark("入账"),
    Act.REVERSE: mark("冲正"),
}


def after(state: State | None, act: Act) -> State | None:
    """The state that `act` leads to; None where it can't be done from `state`."""
    return WAY.get((state, act))
