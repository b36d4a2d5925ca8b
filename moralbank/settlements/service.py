"""A settlement's way: drafted, signed by the shop, checked by the supervisor, paid; or given up.

The village (who drafts and pays), the shop and the supervisor are three different people.
"""

from datetime import date
from typing import Final

from sqlalchemy import delete, insert, literal, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.permissions import may, require
from moralbank.audit import Actor
from moralbank.counter.models import Refund, Slip
from moralbank.errors import Invalid, Refused
from moralbank.fund.service import record_payment
from moralbank.i18n import _, mark
from moralbank.ledger.queries import require_clock
from moralbank.ledger.requests import once
from moralbank.ledger.service import Posted, lock, take_number
from moralbank.money import yuan
from moralbank.settlements.contents import (
    NOTHING,
    Picked,
    Sums,
    cutoff_that_holds,
    sums_by_shop,
    unsettled,
)
from moralbank.settlements.models import (
    Settlement,
    SettlementRefund,
    SettlementSlip,
    SettlementState,
)
from moralbank.settlements.paying import Payment, checked_payment, post_payment
from moralbank.settlements.queries import (
    Claim,
    SettlementInfo,
    claims,
    due_fen,
    first_day,
    settlement,
    settlement_label,
)
from moralbank.settlements.steps import (
    DRAFTED,
    STEPS,
    change,
    cleaned_reason,
    not_its_turn,
    require_other_person,
    require_state,
)
from moralbank.store.keeping import NoShop, shop_for

_settlements = Settlement.__table__  # type: ignore[attr-defined]
_in_slips = SettlementSlip.__table__  # type: ignore[attr-defined]
_in_refunds = SettlementRefund.__table__  # type: ignore[attr-defined]
_slips = Slip.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]

# Who may give up a settlement, by where it stands: the accountant, or whose turn it is.
_GIVEN_UP_BY: Final = {
    SettlementState.DRAFT: ("settlements.draft", "settlements.sign"),
    SettlementState.SIGNED: ("settlements.draft", "settlements.check"),
    SettlementState.CHECKED: ("settlements.draft", "settlements.check"),
}


class CutoffAhead(Invalid):
    """A settlement ends today or earlier."""

    text = mark("截止日期不能晚于今天（%(today)s）")
    code = "cutoff_ahead"


class NothingToSettle(Refused):
    """Up to the cut-off the shop has neither slips nor refunds that wait."""

    text = mark("“%(shop)s”到 %(last)s 为止没有要结的兑换单")
    code = "nothing_to_settle"


class NothingDue(Refused):
    """Refunds come to as much as the slips, or to more."""

    text = mark(
        "“%(shop)s”到 %(last)s 为止兑换 %(slips)s 元、退货 %(refunds)s 元，没有要结的货款。"
        "请等下次，退货会从以后的兑换里减去"
    )
    code = "nothing_due"


class CutoffTooEarly(Refused):
    """Goods were taken back after the cut-off, so that less is left of the shop's claim."""

    text = mark(
        "“%(shop)s”到 %(last)s 为止是 %(wanted)s 元，可是之后又退过货，现在只有 %(left)s 元可以结。"
        "截止日期请选 %(day)s 或以后"
    )
    code = "cutoff_too_early"


class EarlierUnpaid(Refused):
    """A shop's settlements are paid in their order, so that each can still be paid or given up."""

    text = mark("“%(shop)s”前面还有结算单 %(label)s（%(state)s）没有付款，请先付那一张")
    code = "earlier_unpaid"


class DraftStanding(Refused):
    """The shop has a settlement that isn't checked yet; the next one waits for it."""

    text = mark("“%(shop)s”已有结算单 %(label)s（%(state)s），先办完它，或者先作废它")
    code = "draft_standing"


class LaterStands(Refused):
    """Only a shop's newest settlement can be given up, so that periods follow each other."""

    text = mark("后面还有结算单 %(label)s，请先作废它，再作废这一张")
    code = "later_settlement"


def draft(session: Session, actor: Actor, request_id: str, shop_id: int, last: date) -> int:
    """Draw up the settlement of a shop up to the end of a day; gives its number.

    It takes every slip and refund that stands in none yet. Raises NoShop, CutoffAhead,
    DraftStanding, NothingToSettle, NothingDue, CutoffTooEarly, ClockBehind.
    """

    def perform() -> int:
        require_clock(session, actor.village_id)
        if last > clock.today():
            raise CutoffAhead(field="last", today=clock.today().isoformat())
        claim = _claim(session, actor.village_id, shop_id)
        standing = next((one for one in claim.unpaid if one.checked is None), None)
        if standing is not None:
            words = {"label": standing.label, "state": standing.state_label}
            raise DraftStanding(shop=claim.shop.name, **words)
        picked = unsettled(actor.village_id, shop_id, last)
        sums = sums_by_shop(session, picked).get(shop_id, NOTHING)
        _require_due(claim, sums, last)
        _require_claimed(session, actor, claim, sums, last)
        return _write(session, actor, claim, last, picked, sums)

    content = {"shop": shop_id, "last": last.isoformat()}
    return once(session, actor.village_id, request_id, "settlements.draft", content, perform).result


def sign(session: Session, actor: Actor, settlement_id: int) -> None:
    """Sign for the shop, by its own shopkeeper.

    Raises SettlementUnknown, NoShop, ShopNotChosen, NotYourShop, NotItsTurn, SamePerson.
    """
    shop_id = settlement(session, actor.village_id, settlement_id).shop.id
    shop_for(session, actor, shop_id)
    _step(session, actor, settlement_id, SettlementState.DRAFT, SettlementState.SIGNED)


def check(session: Session, actor: Actor, settlement_id: int) -> None:
    """Check for the supervisors. Raises SettlementUnknown, NotItsTurn, SamePerson."""
    _step(session, actor, settlement_id, SettlementState.SIGNED, SettlementState.CHECKED)


def drop(session: Session, actor: Actor, settlement_id: int, reason: str) -> None:
    """Give up a settlement that isn't paid, with a reason; its slips and refunds are free again.

    The accountant may at any time, the shop instead of signing, the supervisor instead of
    checking and after it. Raises SettlementUnknown, ReasonMissing, NotItsTurn, LaterStands,
    NotYourPart, NotYourShop.
    """
    reason = cleaned_reason(reason)
    lock(session, actor.village_id)
    info = settlement(session, actor.village_id, settlement_id)
    if not info.unpaid:
        raise not_its_turn(info, _("作废"))
    _require_may_drop(session, actor, info)
    newest = _claim(session, actor.village_id, info.shop.id).newest
    if newest is not None and newest.id != info.id:
        raise LaterStands(label=newest.label)
    for table in (_in_slips, _in_refunds):
        session.connection().execute(
            delete(table).where(
                table.c.village_id == actor.village_id, table.c.settlement_id == settlement_id
            )
        )
    change(session, actor, settlement_id, state=SettlementState.DROPPED, reason=reason)
    told = {"role": actor.role, "was": info.state, "reason": reason}
    audit.record(session, actor, "settlements.drop", info.label, **told)


def may_drop(role: str, info: SettlementInfo) -> bool:
    """Whether a role gives up settlements where this one stands."""
    return any(may(role, permission) for permission in _GIVEN_UP_BY.get(info.state, ()))


def pay(
    session: Session, actor: Actor, request_id: str, settlement_id: int, payment: Payment
) -> int:
    """Pay a checked settlement: the shop's claim ends, money leaves the fund; gives its number.

    Raises SettlementUnknown, NotItsTurn, SamePerson, EarlierUnpaid, PaidInvalid, ReasonMissing,
    VoucherNumberMissing, PaymentDayInvalid, ClaimShort, FundShort, NumberTaken, ClockBehind.
    """

    def perform() -> int:
        require_clock(session, actor.village_id)
        info = settlement(session, actor.village_id, settlement_id)
        require_state(info, SettlementState.CHECKED, _("付款"))
        require_other_person(actor, info, "paid")
        _require_oldest(session, actor.village_id, info)
        said = checked_payment(payment, info)
        posted = post_payment(session, actor, request_id, info, said)
        _keep_payment(session, actor, info, said, posted)
        return info.id

    content = {
        "settlement": settlement_id,
        "fen": payment.fen,
        "number": payment.number.strip(),
        "day": str(payment.day),
        "reason": payment.reason.strip(),
    }
    return once(session, actor.village_id, request_id, "settlements.pay", content, perform).result


def _claim(session: Session, village_id: int, shop_id: int) -> Claim:
    for one in claims(session, village_id, shop_id):
        return one
    raise NoShop


def _require_due(claim: Claim, sums: Sums, last: date) -> None:
    if not sums.slips and not sums.refunds:
        raise NothingToSettle(shop=claim.shop.name, last=last.isoformat())
    if sums.amount_fen <= 0:
        raise NothingDue(
            shop=claim.shop.name,
            last=last.isoformat(),
            slips=yuan(sums.slips_fen),
            refunds=yuan(sums.refunds_fen),
        )


def _require_claimed(session: Session, actor: Actor, claim: Claim, sums: Sums, last: date) -> None:
    """What is settled must still be the shop's claim, beyond what unpaid settlements take of it."""
    left = claim.claim_fen - sum(one.amount_fen for one in claim.unpaid)
    if sums.amount_fen <= left:
        return
    if left <= 0:
        _require_due(claim, claim.free, clock.today())
    raise CutoffTooEarly(
        field="last",
        shop=claim.shop.name,
        last=last.isoformat(),
        wanted=yuan(sums.amount_fen),
        left=yuan(max(0, left)),
        day=cutoff_that_holds(
            session, unsettled(actor.village_id, claim.shop.id), last
        ).isoformat(),
    )


def _require_oldest(session: Session, village_id: int, info: SettlementInfo) -> None:
    oldest = _claim(session, village_id, info.shop.id).unpaid[0]
    if oldest.id != info.id:
        words = {"label": oldest.label, "state": oldest.state_label}
        raise EarlierUnpaid(shop=info.shop.name, **words)


def _write(
    session: Session, actor: Actor, claim: Claim, last: date, picked: Picked, sums: Sums
) -> int:
    """The settlement and what stands in it."""
    village_id, now = actor.village_id, clock.now()
    number = take_number(session, village_id, "settlement")
    row = {
        "village_id": village_id,
        "id": number,
        "shop_id": claim.shop.id,
        "first": first_day(sums, claim.newest.last if claim.newest else None),
        "last": last,
        "state": SettlementState.DRAFT,
        "slips": sums.slips,
        "refunds": sums.refunds,
        "refunds_fen": sums.refunds_fen,
        "amount_fen": sums.amount_fen,
        "due_fen": due_fen(claim.shop.kind, sums.amount_fen),
        "reason": "",
        "drafted_by": actor.user_id,
        "drafted_at": now,
    }
    connection = session.connection()
    connection.execute(insert(_settlements), row)
    for table, key, papers, condition in (
        (_in_slips, "slip_id", _slips, picked.slips),
        (_in_refunds, "refund_id", _refunds, picked.refunds),
    ):
        found = select(papers.c.village_id, papers.c.id, literal(number)).where(condition)
        connection.execute(insert(table).from_select(["village_id", key, "settlement_id"], found))
    label = settlement_label(number, now)
    told = {name: str(row[name]) for name in DRAFTED}
    audit.record(
        session,
        actor,
        "settlements.draft",
        label,
        role=actor.role,
        shop=claim.shop.name,
        **told,
    )
    return number


def _step(
    session: Session,
    actor: Actor,
    settlement_id: int,
    before: SettlementState,
    after: SettlementState,
) -> None:
    """Take a settlement one step further, under the village's lock."""
    step = after.value  # so are its columns called
    lock(session, actor.village_id)
    info = settlement(session, actor.village_id, settlement_id)
    require_state(info, before, _(STEPS[step]))
    require_other_person(actor, info, step)
    hand = {f"{step}_by": actor.user_id, f"{step}_at": clock.now()}
    change(session, actor, settlement_id, state=after, **hand)
    audit.record(
        session,
        actor,
        f"settlements.{step.removesuffix('ed')}",
        info.label,
        role=actor.role,
        amount_fen=info.amount_fen,
    )


def _require_may_drop(session: Session, actor: Actor, info: SettlementInfo) -> None:
    """Raise NotYourPart or NotYourShop unless the actor may give it up where it stands."""
    if not may_drop(actor.role, info):
        require(actor, "settlements.draft")
    if info.state == SettlementState.DRAFT and not may(actor.role, "settlements.draft"):
        shop_for(session, actor, info.shop.id)


def _keep_payment(
    session: Session, actor: Actor, info: SettlementInfo, said: Payment, posted: Posted
) -> None:
    """The voucher, and the settlement as paid."""
    if said.day is not None:
        record_payment(
            session,
            actor,
            settlement_id=info.id,
            amount_fen=said.fen,
            party=info.shop.name,
            number=said.number,
            day=said.day,
            seq=posted.seq,
        )
    change(
        session,
        actor,
        info.id,
        state=SettlementState.PAID,
        paid_fen=said.fen,
        reason=said.reason,
        paid_by=actor.user_id,
        paid_at=posted.at,
        seq=posted.seq,
    )
    told = {"role": actor.role, "paid_fen": said.fen, "reason": said.reason}
    audit.record(session, actor, "settlements.pay", info.label, **told)
