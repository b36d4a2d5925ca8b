"""What the steps of a settlement have in common: whose turn it is, and who may not."""

from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.errors import Denied, Invalid, Refused
from moralbank.i18n import _, mark
from moralbank.settlements.models import Settlement, SettlementState
from moralbank.settlements.queries import SettlementInfo

LONGEST_REASON: Final = 120

_settlements = Settlement.__table__  # type: ignore[attr-defined]

# Which step each part does; nobody does steps of two parts.
_PARTS: Final = (("drafted", "paid"), ("signed",), ("checked",))
DRAFTED: Final = ("first", "last", "amount_fen", "due_fen")
"""What the trail says of a settlement from the day on which it was drawn up."""
STEPS: Final = {
    "drafted": mark("开单"),
    "signed": mark("店方确认"),
    "checked": mark("核对"),
    "paid": mark("付款"),
}


class NotItsTurn(Refused):
    """The settlement stands elsewhere: somebody was quicker, or a step is missing."""

    text = mark("结算单 %(label)s 现在是“%(state)s”，不能%(step)s")
    code = "not_its_turn"


class SamePerson(Denied):
    """Village, shop and supervisor are three different people."""

    text = mark("这张结算单的“%(done)s”是您办的，“%(step)s”要由另一个人来办")
    code = "settlement_same_person"


class ReasonMissing(Invalid):
    """Whoever gives up a settlement, or pays something else than what is due, says why."""

    text = mark("请写明原因（最多 %(n)s 个字）")
    code = "settlement_reason_missing"


def require_state(info: SettlementInfo, state: SettlementState, step: str) -> None:
    """Raise NotItsTurn unless the settlement stands there; `step` is what was to be done."""
    if info.state != state:
        raise not_its_turn(info, step)


def not_its_turn(info: SettlementInfo, step: str) -> NotItsTurn:
    """The refusal of a step (in words) that the settlement isn't waiting for."""
    return NotItsTurn(label=info.label, state=info.state_label, step=step)


def require_other_person(actor: Actor, info: SettlementInfo, step: str) -> None:
    """Raise SamePerson where the actor did a step of another part."""
    for part in _PARTS:
        for done in part:
            hand = getattr(info, done)
            if step not in part and hand is not None and hand.user_id == actor.user_id:
                raise SamePerson(done=_(STEPS[done]), step=_(STEPS[step]))


def cleaned_reason(typed: str) -> str:
    """The reason, trimmed; raises ReasonMissing."""
    reason = " ".join(typed.split())
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ReasonMissing(field="reason", n=LONGEST_REASON)
    return reason


def change(session: Session, actor: Actor, settlement_id: int, **values: Any) -> None:
    """Set columns of a settlement; the caller holds the village's lock."""
    session.connection().execute(
        update(_settlements)
        .where(_settlements.c.village_id == actor.village_id, _settlements.c.id == settlement_id)
        .values(**values)
    )
