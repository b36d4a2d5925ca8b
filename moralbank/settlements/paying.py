"""The payment of a settlement: what may be paid, and its event in the books."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.errors import Invalid
from moralbank.fund.service import require_cash
from moralbank.i18n import mark
from moralbank.ledger import service as ledger
from moralbank.ledger.accounts import village_account
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import Leg, Posted
from moralbank.settlements.queries import SettlementInfo
from moralbank.settlements.steps import cleaned_reason

LONGEST_NUMBER: Final = 30
MOST_FEN: Final = 999_999_999
"""One payment is below ten million yuan, as one transfer of the ledger is."""


class PaidInvalid(Invalid):
    """What is paid is whole fen, from nothing to just below ten million yuan."""

    text = mark("金额不对：须在 0 元到 9999999.99 元之间，最多两位小数")
    code = "settlement_paid_invalid"


class PaymentDayInvalid(Invalid):
    """Money is paid after the cut-off and not in the future."""

    text = mark("付款日期不对：不能早于截止日 %(last)s，也不能晚于今天")
    code = "payment_day_invalid"


class VoucherNumberMissing(Invalid):
    """A payment has the number of its paper voucher."""

    text = mark("请填写付款凭证号（最多 %(n)s 个字）")
    code = "voucher_number_missing"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """What was paid, in fen, by which paper voucher and on which day.

    `reason` says why it differs from what was due. Without money neither number nor day count.
    """

    fen: int
    number: str = ""
    day: date | None = None
    reason: str = ""


def settle_payload(settlement_id: int, amount_fen: int, paid_fen: int) -> dict[str, Any]:
    """What the ledger's event says of a settlement, so that `check` can compare."""
    return {"settlement": settlement_id, "amount": amount_fen, "paid": paid_fen}


def checked_payment(payment: Payment, info: SettlementInfo) -> Payment:
    """The payment, trimmed, when all is well with it."""
    if type(payment.fen) is not int or not 0 <= payment.fen <= MOST_FEN:
        raise PaidInvalid(field="amount")
    reason = "" if payment.fen == info.due_fen else cleaned_reason(payment.reason)
    if not payment.fen:
        return Payment(fen=0, reason=reason)
    number = " ".join(payment.number.split())
    if not 1 <= len(number) <= LONGEST_NUMBER:
        raise VoucherNumberMissing(field="number", n=LONGEST_NUMBER)
    if payment.day is None or not info.last <= payment.day <= clock.today():
        raise PaymentDayInvalid(field="day", last=info.last.isoformat())
    return Payment(fen=payment.fen, number=number, day=payment.day, reason=reason)


def post_payment(
    session: Session, actor: Actor, request_id: str, info: SettlementInfo, paid_fen: int
) -> Posted:
    """One event: the shop's claim ends, and money leaves the fund where any is paid."""
    village_id = actor.village_id
    accepted = account_of(session, village_id, AccountKind.SHOP_ACCEPTED, info.shop.id)
    if paid_fen:
        require_cash(session, village_id, paid_fen)

    def own(kind: AccountKind) -> int:
        return village_account(session, village_id, kind, actor=actor.user_id).account

    memo = f"结算 {info.label} {info.shop.name}"
    legs = [Leg(accepted.account, own(AccountKind.CREDIT_SETTLED), info.amount_fen, memo)]
    if paid_fen:
        cash, settled = own(AccountKind.FUND_CASH), own(AccountKind.FUND_SETTLED)
        legs.append(Leg(cash, settled, paid_fen, memo))
    return ledger.post(
        session,
        village_id,
        EventKind.SETTLE,
        legs,
        actor=actor.user_id,
        request_id=request_id,
        payload=settle_payload(info.id, info.amount_fen, paid_fen),
    )
