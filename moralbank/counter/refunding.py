"""Taking goods back (退货): whole lines of a slip, each once, value and stock the way they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.permissions import may
from moralbank.audit import Actor
from moralbank.counter.closing import require_open
from moralbank.counter.models import Refund, RefundLine
from moralbank.counter.posting import Accounts, counter_accounts
from moralbank.counter.queries import LineInfo, SlipInfo, slip
from moralbank.counter.reckoning import GivingBack
from moralbank.counter.refunds import refund_label
from moralbank.errors import Denied, Invalid, NotFound, Refused
from moralbank.i18n import mark
from moralbank.ledger import service as ledger
from moralbank.ledger.models import EventKind
from moralbank.ledger.queries import require_clock
from moralbank.ledger.requests import once
from moralbank.ledger.service import Leg, Posted
from moralbank.money import yuan
from moralbank.settlements.models import Settlement, SettlementState
from moralbank.store.keeping import shop, shop_for
from moralbank.store.service import give_back

LONGEST_REASON: Final = 80

_ACT: Final = "counter.refund"
_AT_ANY_TIME: Final = "counter.reopen"
"""Who may open closed days again (the accountant) may take back slips of other days, too."""
_UNPAID: Final = (SettlementState.DRAFT, SettlementState.SIGNED, SettlementState.CHECKED)

_refunds = Refund.__table__  # type: ignore[attr-defined]
_lines = RefundLine.__table__  # type: ignore[attr-defined]
_settlements = Settlement.__table__  # type: ignore[attr-defined]


class NothingRefunded(Invalid):
    """A refund takes back at least one line."""

    text = mark("还没有选要退哪一样")
    code = "nothing_refunded"


class LineUnknown(NotFound):
    """The slip has no such line."""

    text = mark("兑换单 %(label)s 上没有第 %(line)s 行")
    code = "line_unknown"


class RefundedBefore(Refused):
    """A line is taken back once."""

    text = mark("“%(name)s”已经退过了，一样东西只能退一次")
    code = "refunded_before"


class NotToday(Denied):
    """A shopkeeper takes back what was given out the same day; later the accountant does."""

    text = mark("这张单是 %(day)s 的，店长只能退当天的。过了当天，请会计来退")
    code = "not_today"


class RefundReasonMissing(Invalid):
    """The accountant says why."""

    text = mark("请写明为什么退")
    code = "refund_reason_missing"


class RefundReasonTooLong(Invalid):
    """A reason is at most 80 characters."""

    text = mark("原因太长：最多 80 个字")
    code = "refund_reason_too_long"


class ClaimSettled(Refused):
    """The shop's open claim, from which a refund is deducted, doesn't suffice."""

    text = mark(
        "这家店已经结算过，还没结算的只有 %(has)s 元，不够扣这次要退的 %(needed)s 元。"
        "等店里有了新的兑换再退"
    )
    code = "claim_settled"


class ClaimOver(Refused):
    """The same where the shop's contract is over: nothing new comes in to deduct it from."""

    text = mark(
        "“%(name)s”的合同到 %(day)s 为止，还没结算的只有 %(has)s 元，不够扣这次要退的 "
        "%(needed)s 元。请管理员先续上合同，等店里有了新的兑换再退"
    )
    code = "claim_over"


@dataclass(frozen=True)
class Ahead:
    """What lines of a slip would bring back, in points and fen, and what there is then.

    `credit_back` is below zero where change of the last point is taken back.
    """

    value_fen: int
    points_back: int
    credit_back: int
    points_after: int
    credit_after: int


@dataclass(frozen=True)
class _Reckoned:
    """A slip, the goods of it that come back, between which accounts, and how much."""

    sold: SlipInfo
    goods: Sequence[LineInfo]
    accounts: Accounts
    back: GivingBack

    @property
    def ahead(self) -> Ahead:
        """What is shown of it."""
        points, credit = self.back.points_back, self.back.credit_back
        return Ahead(
            value_fen=self.back.value_fen,
            points_back=points,
            credit_back=credit,
            points_after=self.accounts.points.amount + points,
            credit_after=self.accounts.credit.amount + credit,
        )


def refund(
    session: Session,
    actor: Actor,
    request_id: str,
    slip_id: int,
    lines: Mapping[int, bool],
    reason: str = "",
) -> int:
    """Take back lines of a slip (by line: is it to be written off?); gives the refund's number.

    It belongs to today, and is deducted from the shop's open claim. Raises NothingRefunded,
    RefundReasonMissing, RefundReasonTooLong, SlipUnknown, LineUnknown, RefundedBefore,
    NotYourShop, NotToday, DayClosed, ClockBehind, ClaimSettled,
    ClaimOver.
    """
    reason = reason.strip()
    if not lines:
        raise NothingRefunded(field="lines")
    if len(reason) > LONGEST_REASON:
        raise RefundReasonTooLong(field="reason")
    if not reason and needs_reason(actor):
        raise RefundReasonMissing(field="reason")
    content = {"slip": slip_id, "lines": sorted(lines.items()), "reason": reason}
    return once(
        session,
        actor.village_id,
        request_id,
        _ACT,
        content,
        lambda: _perform(session, actor, request_id, slip_id, lines, reason),
    ).result


def look_ahead(session: Session, actor: Actor, slip_id: int, lines: Mapping[int, bool]) -> Ahead:
    """What `refund` would bring back now; nothing is written.

    Raises what it does about the slip, its lines, the day and the shop's claim.
    """
    if not lines:
        raise NothingRefunded(field="lines")
    return _reckon(session, actor, slip_id, lines).ahead


def needs_reason(actor: Actor) -> bool:
    """Whether this actor must say why: who takes back slips of any day."""
    return may(actor.role, _AT_ANY_TIME)


def require_refundable(session: Session, actor: Actor, sold: SlipInfo) -> None:
    """Whether this actor may take goods of this slip back now.

    Raises NotYourShop, NotToday, DayClosed.
    """
    shop_for(session, actor, sold.shop_id)
    day = clock.local(sold.at).date()
    if day != clock.today() and not needs_reason(actor):
        raise NotToday(day=day)
    require_open(session, actor.village_id, sold.shop_id, clock.today())


def _perform(
    session: Session,
    actor: Actor,
    request_id: str,
    slip_id: int,
    lines: Mapping[int, bool],
    reason: str,
) -> int:
    """Take back, under the ledger's lock."""
    village_id = actor.village_id
    require_clock(session, village_id)
    reckoned = _reckon(session, actor, slip_id, lines)
    sold, goods, ahead = reckoned.sold, reckoned.goods, reckoned.ahead
    number = ledger.take_number(session, village_id, "refund")
    written_off = {one.line: lines[one.line] for one in goods}
    posted = _post(
        session,
        actor,
        request_id,
        reckoned.accounts,
        reckoned.back,
        refund_payload(sold.id, number, written_off, reason),
        _memo(goods),
    )
    row = {
        "village_id": village_id,
        "id": number,
        "slip_id": sold.id,
        "shop_id": sold.shop_id,
        "household_id": sold.household.id,
        "seq": posted.seq,
        "at": posted.at,
        "by": actor.user_id,
        "reason": reason,
        "total_fen": ahead.value_fen,
        "points_back": ahead.points_back,
        "credit_back": ahead.credit_back,
        "points_after": ahead.points_after,
        "credit_after": ahead.credit_after,
    }
    _write(session, row, written_off)
    by_product = {one.product_id: lines[one.line] for one in goods}
    give_back(session, actor, slip_id=sold.id, refund_id=number, lines=by_product)
    label = refund_label(number, posted.at)
    audit.record(session, actor, _ACT, label, slip=sold.label, household=sold.household.label)
    return number


def _reckon(session: Session, actor: Actor, slip_id: int, lines: Mapping[int, bool]) -> _Reckoned:
    """What comes back as the books stand, once every rule was asked."""
    village_id = actor.village_id
    sold = slip(session, village_id, slip_id)
    require_refundable(session, actor, sold)
    goods = _chosen(sold, lines)
    accounts = counter_accounts(session, village_id, sold.household.id, sold.shop_id)
    back = giving_back(sold, goods, accounts.credit.amount)
    _require_claim(session, village_id, sold.shop_id, accounts.accepted.amount, back.value_fen)
    return _Reckoned(sold, goods, accounts, back)


def giving_back(sold: SlipInfo, goods: Sequence[LineInfo], credit_now: int) -> GivingBack:
    """What comes back when these lines of a slip do, to a household with so much credit."""
    value = sum(one.sum_fen for one in goods)
    return GivingBack(
        rate_fen=sold.rate_fen,
        points_used=sold.points_used,
        credit_used=sold.credit_used,
        value_fen=value,
        left_fen=sum(one.sum_fen for one in sold.refundable) - value,
        points_back_before=sum(one.points_back for one in sold.refunds),
        credit_now=credit_now,
    )


def _chosen(sold: SlipInfo, lines: Mapping[int, bool]) -> list[LineInfo]:
    """The slip's lines that are to come back; none of them came back before."""
    known = {one.line: one for one in sold.lines}
    for line in lines:
        if line not in known:
            raise LineUnknown(label=sold.label, line=line)
        if known[line].refund_id is not None:
            raise RefundedBefore(name=known[line].title)
    return [one for one in sold.lines if one.line in lines]


def _require_claim(
    session: Session, village_id: int, shop_id: int, accepted: int, needed: int
) -> None:
    """What the shop may still claim beyond settlements that wait to be paid must suffice."""
    waiting = session.connection().scalar(
        select(func.coalesce(func.sum(_settlements.c.amount_fen), 0)).where(
            _settlements.c.village_id == village_id,
            _settlements.c.shop_id == shop_id,
            _settlements.c.state.in_(_UNPAID),
        )
    )
    free = max(0, accepted - int(waiting or 0))
    if free < needed:
        words = {"has": yuan(free), "needed": yuan(needed)}
        at = shop(session, village_id, shop_id)
        if at.ended:
            raise ClaimOver(name=at.name, day=at.contract_until, **words)
        raise ClaimSettled(**words)


def refund_payload(
    slip_id: int, number: int, written_off: Mapping[int, bool], reason: str
) -> dict[str, Any]:
    """What an event says of its refund, so that `check` can compare."""
    lines = [list(one) for one in written_off.items()]
    return {"slip": slip_id, "refund": number, "lines": lines, "reason": reason}


def _post(
    session: Session,
    actor: Actor,
    request_id: str,
    accounts: Accounts,
    back: GivingBack,
    payload: dict[str, Any],
    memo: str,
) -> Posted:
    """One event: the shop's claim to credit, credit back to points (unless credit had paid)."""
    credit, points = accounts.credit.account, back.points_back
    legs = [Leg(accounts.accepted.account, credit, back.value_fen, memo)]
    if points:
        worth = points * back.rate_fen
        legs.append(Leg(credit, accounts.issued.account, worth, memo))
        legs.append(Leg(accounts.exchanged.account, accounts.points.account, points, memo))
    return ledger.post(
        session,
        actor.village_id,
        EventKind.REFUND,
        legs,
        actor=actor.user_id,
        request_id=request_id,
        payload=payload,
    )


def _memo(goods: Sequence[LineInfo]) -> str:
    """What a statement says, in the ledger's own language: "退回 大豆油 5 升等 3 种"."""
    first = goods[0].title
    return f"退回 {first}" if len(goods) == 1 else f"退回 {first}等 {len(goods)} 种"


def _write(session: Session, row: dict[str, Any], written_off: Mapping[int, bool]) -> None:
    """The refund and its lines, whose key lets each come back once."""
    connection = session.connection()
    connection.execute(insert(_refunds), row)
    connection.execute(
        insert(_lines),
        [
            {
                "village_id": row["village_id"],
                "slip_id": row["slip_id"],
                "line": line,
                "refund_id": row["id"],
                "written_off": spoiled,
            }
            for line, spoiled in written_off.items()
        ],
    )
