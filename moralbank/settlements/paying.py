"""The payment of a settlement: what may be paid, and its event in the books."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final

from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Actor
from moralbank.errors import Invalid, Refused
from moralbank.fund.service import require_cash
from moralbank.i18n import mark
from moralbank.ledger import service as ledger
from moralbank.ledger.accounts import village_account
from moralbank.ledger.chain import canonical_json
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import Leg, Posted
from moralbank.money import yuan
from moralbank.settlements.contents import numbers_in, within
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


class ClaimShort(Refused):
    """The shop's claim is less than what is settled: goods of it were taken back since."""

    text = mark(
        "“%(shop)s”现在应结的只有 %(has)s 元，不够这张结算单的 %(needed)s 元。"
        "请作废这一张，重新开单"
    )
    code = "claim_short"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """What was paid, in fen, by which paper voucher and on which day.

    `reason` says why it differs from what was due. Without money neither number nor day count.
    """

    fen: int
    number: str = ""
    day: date | None = None
    reason: str = ""


def papers_seal(slips: Iterable[int], refunds: Iterable[int]) -> str:
    """What binds a settlement to its slips and refunds: SHA-256 of their numbers, in order."""
    numbers = canonical_json([sorted(slips), sorted(refunds)])
    return sha256(numbers.encode()).hexdigest()


def settle_payload(
    settlement_id: int, amount_fen: int, due_fen: int, said: Payment, party: str, papers: str
) -> dict[str, Any]:
    """What the ledger's event says of a settlement and its voucher, so that `check` can compare.

    `party` is whom the voucher says was paid, `papers` the seal of what stands in the settlement.
    """
    return {
        "settlement": settlement_id,
        "amount": amount_fen,
        "due": due_fen,
        "paid": said.fen,
        "reason": said.reason,
        "voucher": [said.number, said.day.isoformat(), party] if said.day else None,
        "papers": papers,
    }


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
    session: Session, actor: Actor, request_id: str, info: SettlementInfo, said: Payment
) -> Posted:
    """One event: the shop's claim ends, and money leaves the fund where any is paid."""
    village_id = actor.village_id
    accepted = account_of(session, village_id, AccountKind.SHOP_ACCEPTED, info.shop.id)
    if accepted.amount < info.amount_fen:
        has, needed = yuan(accepted.amount), yuan(info.amount_fen)
        raise ClaimShort(shop=info.shop.name, has=has, needed=needed)
    if said.fen:
        require_cash(session, village_id, said.fen)
    papers = papers_seal(*numbers_in(session, within(village_id, info.id)))

    def own(kind: AccountKind) -> int:
        return village_account(session, village_id, kind, actor=actor.user_id).account

    memo = f"结算 {info.label} {info.shop.name}"
    legs = [Leg(accepted.account, own(AccountKind.CREDIT_SETTLED), info.amount_fen, memo)]
    if said.fen:
        cash, settled = own(AccountKind.FUND_CASH), own(AccountKind.FUND_SETTLED)
        legs.append(Leg(cash, settled, said.fen, memo))
    return ledger.post(
        session,
        village_id,
        EventKind.SETTLE,
        legs,
        actor=actor.user_id,
        request_id=request_id,
        payload=settle_payload(
            info.id, info.amount_fen, info.due_fen, said, info.shop.name, papers
        ),
    )
