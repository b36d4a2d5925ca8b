"""The proof of settlements: what stands in them, what they come to, how they were paid."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import may
from moralbank.audit import Line, trail
from moralbank.counter.models import Refund, Slip
from moralbank.fund.models import Voucher, VoucherKind
from moralbank.i18n import _
from moralbank.ledger.chain import canonical_json
from moralbank.ledger.check import Problem
from moralbank.ledger.models import VILLAGE, Account, AccountKind, Event, EventKind, Transfer
from moralbank.ledger.queries import CLOCK_SLACK
from moralbank.settlements.models import (
    Settlement,
    SettlementRefund,
    SettlementSlip,
    SettlementState,
)
from moralbank.settlements.paying import Payment, papers_seal, settle_payload
from moralbank.settlements.queries import settlement_label
from moralbank.settlements.steps import DRAFTED

_settlements = Settlement.__table__  # type: ignore[attr-defined]
_in_slips = SettlementSlip.__table__  # type: ignore[attr-defined]
_in_refunds = SettlementRefund.__table__  # type: ignore[attr-defined]
_slips = Slip.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]
_vouchers = Voucher.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]

_STEPS: Final = ("drafted", "signed", "checked", "paid")
_DONE_AT: Final = {
    SettlementState.DRAFT: _STEPS[:1],
    SettlementState.SIGNED: _STEPS[:2],
    SettlementState.CHECKED: _STEPS[:3],
    SettlementState.PAID: _STEPS,
}
# Permissions and the trail call each step so.
_ACT_OF: Final = {
    "drafted": "settlements.draft",
    "signed": "settlements.sign",
    "checked": "settlements.check",
    "paid": "settlements.pay",
}


@dataclass
class _Found:
    """What stands in one settlement: papers with the number, fen and shop of each."""

    slips: list[Any] = field(default_factory=list)
    refunds: list[Any] = field(default_factory=list)

    @property
    def seal(self) -> str:
        """What the payment's event says of them."""
        return papers_seal((one.id for one in self.slips), (one.id for one in self.refunds))


def check_settlements(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's settlements; an empty list proves that nothing is."""
    rows = (
        session.connection()
        .execute(
            select(_settlements)
            .where(_settlements.c.village_id == village_id)
            .order_by(_settlements.c.id)
        )
        .all()
    )
    found = _contents(session, village_id)
    events = _payments(session, village_id)
    vouchers = _vouchers_by_settlement(session, village_id)
    paid = {row.seq for row in rows if row.state == SettlementState.PAID}
    problems = [
        Problem("settlement_missing", _("第 %(seq)s 号结算付款没有结算单", seq=seq))
        for seq in sorted(events.keys() - paid)
    ]
    problems += _check_claims(session, village_id, rows)
    lines = _trail(session, village_id)
    for row in rows:
        problems += _check_contents(row, found[row.id])
        problems += _check_hands(row)
        problems += _check_trail(row, lines.pop(_label(row), []))
        paid_by = vouchers.pop(row.id, [])
        problems += _check_payment(row, events.get(row.seq), paid_by, found[row.id].seal)
    for label in sorted(lines):
        words = _("结算单 %(label)s 开过，现在却没有了", label=label)
        problems.append(Problem("settlement_gone", words))
    for number in sorted(vouchers):
        words = _("有付款凭证写的结算单 %(n)s 不存在", n=number)
        problems.append(Problem("settlement_voucher", words))
    return problems


def _contents(session: Session, village_id: int) -> dict[int, _Found]:
    """Slips and refunds by the settlement that they stand in."""
    found: dict[int, _Found] = defaultdict(_Found)
    for table, key, papers, name in (
        (_in_slips, _in_slips.c.slip_id, _slips, "slips"),
        (_in_refunds, _in_refunds.c.refund_id, _refunds, "refunds"),
    ):
        rows = session.connection().execute(
            select(
                table.c.settlement_id,
                papers.c.id,
                papers.c.shop_id,
                papers.c.total_fen,
                papers.c.at,
            )
            .join(papers, and_(papers.c.village_id == table.c.village_id, papers.c.id == key))
            .where(table.c.village_id == village_id)
        )
        for row in rows:
            getattr(found[row.settlement_id], name).append(row)
    return found


def _payments(session: Session, village_id: int) -> dict[int, tuple[Any, list[Any]]]:
    """The events that paid settlements, each with its transfers."""
    connection = session.connection()
    of_kind = and_(_events.c.village_id == village_id, _events.c.kind == EventKind.SETTLE)
    events: dict[int, tuple[Any, list[Any]]] = {
        row.seq: (row, [])
        for row in connection.execute(
            select(_events.c.seq, _events.c.payload, _events.c.actor, _events.c.at).where(of_kind)
        )
    }
    debit, credit = _accounts.alias(), _accounts.alias()
    legs = connection.execute(
        select(
            _transfers.c.seq,
            debit.c.kind.label("source"),
            debit.c.owner.label("source_owner"),
            credit.c.kind.label("target"),
            credit.c.owner.label("target_owner"),
            _transfers.c.amount,
        )
        .join(
            _events,
            and_(
                _events.c.village_id == _transfers.c.village_id, _events.c.seq == _transfers.c.seq
            ),
        )
        .join(debit, _is_account(debit, _transfers.c.debit_account))
        .join(credit, _is_account(credit, _transfers.c.credit_account))
        .where(of_kind)
        .order_by(_transfers.c.seq, _transfers.c.leg)
    )
    for leg in legs:
        events[leg.seq][1].append(tuple(leg)[1:])
    return events


def _is_account(account: Any, number: Any) -> Any:
    return and_(account.c.village_id == _transfers.c.village_id, account.c.id == number)


def _vouchers_by_settlement(session: Session, village_id: int) -> dict[int, list[Any]]:
    """Vouchers that say that they paid a settlement, and were not taken back."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = session.connection().execute(
        select(_vouchers).where(
            _vouchers.c.village_id == village_id,
            _vouchers.c.kind == VoucherKind.SETTLEMENT,
            _vouchers.c.reversed_seq.is_(None),
        )
    )
    for row in rows:
        found[row.settlement_id or 0].append(row)
    return found


def _label(row: Any) -> str:
    return settlement_label(row.id, row.drafted_at)


def _check_claims(session: Session, village_id: int, rows: Any) -> Iterator[Problem]:
    """Each shop's account holds its slips less its refunds less what was settled."""
    connection = session.connection()
    should: dict[int, int] = defaultdict(int)
    for table, sign in ((_slips, 1), (_refunds, -1)):
        sums = connection.execute(
            select(table.c.shop_id, func.sum(table.c.total_fen).label("fen"))
            .where(table.c.village_id == village_id)
            .group_by(table.c.shop_id)
        )
        for one in sums:
            should[one.shop_id] += sign * int(one.fen)
    for row in rows:
        if row.state == SettlementState.PAID:
            should[row.shop_id] -= row.amount_fen
    accounts = connection.execute(
        select(_accounts.c.owner, _accounts.c.balance).where(
            _accounts.c.village_id == village_id,
            _accounts.c.kind == AccountKind.SHOP_ACCEPTED,
        )
    )
    for account in accounts:
        if account.balance != should[account.owner]:
            words = _("第 %(n)s 家店还没有结清的货款与兑换、退货、已结的对不上", n=account.owner)
            yield Problem("settlement_claim", words)


def _check_contents(row: Any, found: _Found) -> Iterator[Problem]:
    """A settlement holds papers of its own shop and period, and comes to what they come to."""
    label = _label(row)
    papers = [*found.slips, *found.refunds]
    if row.state == SettlementState.DROPPED:
        if papers:
            words = _("结算单 %(label)s 已作废，里面却还有单子", label=label)
            yield Problem("settlement_dropped", words)
        return
    if any(paper.shop_id != row.shop_id for paper in papers):
        words = _("结算单 %(label)s 里有别家店的单子", label=label)
        yield Problem("settlement_shop", words)
    days = {clock.local(paper.at).date() for paper in papers}
    if days and not row.first <= min(days) <= max(days) <= row.last:
        words = _("结算单 %(label)s 里有期外的单子", label=label)
        yield Problem("settlement_period", words)
    slips_fen = sum(paper.total_fen for paper in found.slips)
    refunds_fen = sum(paper.total_fen for paper in found.refunds)
    sums = (len(found.slips), len(found.refunds), refunds_fen, slips_fen - refunds_fen)
    if sums != (row.slips, row.refunds, row.refunds_fen, row.amount_fen):
        words = _("结算单 %(label)s 的金额与里面的单子对不上", label=label)
        yield Problem("settlement_sums", words)


def _check_hands(row: Any) -> Iterator[Problem]:
    """Every step up to its state was done, none beyond it, and by people of three parts."""
    done = _done(row)
    hands = {step: getattr(row, f"{step}_by") for step in done}
    village = {hands[step] for step in ("drafted", "paid") if step in done}
    others = [hands[step] for step in ("signed", "checked") if step in done]
    apart = not village & set(others) and len(set(others)) == len(others)
    state = SettlementState(row.state)
    if not apart or done != _DONE_AT.get(state, _STEPS[: len(done)]):
        words = _("结算单 %(label)s 没有由三方分别签办", label=_label(row))
        yield Problem("settlement_hands", words)


def _done(row: Any) -> tuple[str, ...]:
    return tuple(step for step in _STEPS if getattr(row, f"{step}_by") is not None)


def _trail(session: Session, village_id: int) -> dict[str, list[Line]]:
    """What the trail says of each settlement by its label, in the order in which it was done."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in trail(session, village_id, _ACT_OF.values()):
        found[line.subject].append(line)
    return found


def _check_trail(row: Any, lines: list[Line]) -> Iterator[Problem]:
    """Its steps were done as the trail says: drawn up so, by whom and when, each by its part."""
    done = _done(row)
    told = [(line.act, line.user_id) for line in lines]
    moments = [getattr(row, f"{step}_at") for step in done]
    if (
        told != [(_ACT_OF[step], getattr(row, f"{step}_by")) for step in done]
        or not all(may(line.detail["role"], line.act) for line in lines)
        or not all(_near(line.at, at) for line, at in zip(lines, moments, strict=True))
    ):
        words = _("结算单 %(label)s 的签办人与操作记录不符", label=_label(row))
        yield Problem("settlement_trail", words)
    drafted = {name: str(getattr(row, name)) for name in DRAFTED}
    if not any(drafted.items() <= line.detail.items() for line in lines):
        words = _("结算单 %(label)s 与开单时的记录不符", label=_label(row))
        yield Problem("settlement_drafted", words)


def _near(told: datetime, written: datetime | None) -> bool:
    """Whether two moments of one act are the same, read off the clock one after the other."""
    return written is not None and abs(told - written) <= CLOCK_SLACK


def _check_payment(
    row: Any, event: tuple[Any, list[Any]] | None, vouchers: list[Any], papers: str
) -> Iterator[Problem]:
    """What was paid stands in the books and on its voucher; what wasn't stands in neither."""
    label = _label(row)
    if row.state != SettlementState.PAID:
        if vouchers or row.paid_fen is not None or row.seq is not None:
            words = _("结算单 %(label)s 还没有付款，却有付款的记录", label=label)
            yield Problem("settlement_paid", words)
        return
    if event is None or not _says_the_same(row, *event, vouchers, papers):
        words = _("结算单 %(label)s 与账上的付款不符", label=label)
        yield Problem("settlement_event", words)
    paid = [(one.amount_fen, one.seq) for one in vouchers]
    if paid != ([(row.paid_fen, row.seq)] if row.paid_fen else []):
        words = _("结算单 %(label)s 与付款凭证不符", label=label)
        yield Problem("settlement_voucher", words)


def _says_the_same(row: Any, event: Any, legs: list[Any], vouchers: list[Any], papers: str) -> bool:
    """Whether the event says what settlement, papers and voucher say, and moved it."""
    number, day, party = ("", None, "")
    for one in vouchers:
        number, day, party = one.number, one.day, one.party
    said = Payment(fen=row.paid_fen, number=number, day=day, reason=row.reason)
    payload = canonical_json(
        settle_payload(row.id, row.amount_fen, row.due_fen, said, party, papers)
    )
    settled = (AccountKind.SHOP_ACCEPTED, row.shop_id, AccountKind.CREDIT_SETTLED, VILLAGE)
    money = (AccountKind.FUND_CASH, VILLAGE, AccountKind.FUND_SETTLED, VILLAGE)
    expected = [(*settled, row.amount_fen)]
    if row.paid_fen:
        expected.append((*money, row.paid_fen))
    act = (event.payload, event.actor, event.at)
    return act == (payload, row.paid_by, row.paid_at) and legs == expected
