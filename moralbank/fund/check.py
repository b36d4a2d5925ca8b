"""The proof of the fund: its money is what its vouchers say, and what lapsed was written down."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank.audit import trail
from moralbank.fund.lapse_rules import RULE_SET, rule_told, rules
from moralbank.fund.lapsing import lapse_payload
from moralbank.fund.models import FundSource, Lapse, LapseLine, Voucher, VoucherKind
from moralbank.fund.service import voucher_payload
from moralbank.i18n import _
from moralbank.ledger.chain import canonical_json
from moralbank.ledger.check import Problem
from moralbank.ledger.models import VILLAGE, Account, AccountKind, Event, EventKind, Transfer

_vouchers = Voucher.__table__  # type: ignore[attr-defined]
_lapses = Lapse.__table__  # type: ignore[attr-defined]
_lapse_lines = LapseLine.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]

Side = tuple[AccountKind, int]
Move = tuple[Side, Side, int]
"""What a transfer does: from which account, to which, how much."""

_CASH: Final = (AccountKind.FUND_CASH, VILLAGE)
_EVENT_OF: Final = {
    VoucherKind.INCOME: EventKind.INCOME,
    VoucherKind.PURCHASE: EventKind.PURCHASE,
    VoucherKind.SETTLEMENT: EventKind.SETTLE,
}
_SIDES_OF: Final = {
    VoucherKind.INCOME: ((AccountKind.FUND_INCOME, VILLAGE), _CASH),
    VoucherKind.PURCHASE: (_CASH, (AccountKind.FUND_GOODS, VILLAGE)),
    VoucherKind.SETTLEMENT: (_CASH, (AccountKind.FUND_SETTLED, VILLAGE)),
}


@dataclass(frozen=True)
class _Books:
    """The events that may concern the fund, each with what it moved, and the cash there is."""

    events: dict[int, Any]
    moves: dict[int, list[Move]]
    cash: int

    def paid(self, seq: int) -> list[Move]:
        """What an event moved into or out of the fund's cash."""
        return [move for move in self.moves[seq] if _CASH in move[:2]]


def check_fund(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's fund; an empty list is the proof that nothing is."""
    books = _read(session, village_id)
    rows = session.connection().execute(
        select(_vouchers).where(_vouchers.c.village_id == village_id).order_by(_vouchers.c.id)
    )
    vouchers = list(rows)
    return [
        *_check_cash(vouchers, books),
        *(problem for one in vouchers for problem in _check_voucher(one, books)),
        *_check_events(vouchers, books),
        *_check_lapses(session, village_id, books),
        *_check_rules(session, village_id),
    ]


def _read(session: Session, village_id: int) -> _Books:
    """Transfers of cash, and those of lapses, with their events."""
    connection = session.connection()
    accounts = {
        row.id: row
        for row in connection.execute(select(_accounts).where(_accounts.c.village_id == village_id))
    }
    sides = {number: (AccountKind(row.kind), row.owner) for number, row in accounts.items()}
    mine = [
        number
        for number, (kind, _owner) in sides.items()
        if kind in {AccountKind.FUND_CASH, AccountKind.POINTS_LAPSED}
    ]
    touches = _transfers.c.debit_account.in_(mine) | _transfers.c.credit_account.in_(mine)
    moves: dict[int, list[Move]] = defaultdict(list)
    for row in connection.execute(
        select(_transfers)
        .where(_transfers.c.village_id == village_id, touches)
        .order_by(_transfers.c.seq, _transfers.c.leg)
    ):
        move = (sides[row.debit_account], sides[row.credit_account], row.amount)
        moves[row.seq].append(move)
    kinds = (EventKind.INCOME, EventKind.PURCHASE, EventKind.SETTLE)
    events = connection.execute(
        select(
            _events.c.seq,
            _events.c.kind,
            _events.c.payload,
            _events.c.reverses,
            _events.c.actor,
        ).where(
            _events.c.village_id == village_id,
            _events.c.kind.in_((*kinds, EventKind.LAPSE, EventKind.REVERSE)),
        )
    )
    cash = sum(row.balance for number, row in accounts.items() if sides[number] == _CASH)
    return _Books({row.seq: row for row in events}, moves, cash)


def _check_cash(vouchers: list[Any], books: _Books) -> Iterator[Problem]:
    """The fund's cash is what its vouchers leave, and never below nothing."""
    left = sum(
        one.amount_fen if one.kind == VoucherKind.INCOME else -one.amount_fen
        for one in vouchers
        if one.reversed_seq is None
    )
    if books.cash != left:
        yield Problem("fund_cash", _("基金的现金与凭证合计不符"))
    if books.cash < 0:
        yield Problem("fund_below_zero", _("基金透支"))


def _check_voucher(one: Any, books: _Books) -> Iterator[Problem]:
    """A voucher and its event say the same, also of being taken back."""
    event, words = books.events.get(one.seq), {"n": one.id}
    kind = VoucherKind(one.kind)
    if event is None or event.kind != _EVENT_OF[kind]:
        yield Problem("voucher_without_event", _("第 %(n)s 号凭证没有对应的账", **words))
        return
    if books.paid(one.seq) != [(*_SIDES_OF[kind], one.amount_fen)]:
        yield Problem("voucher_legs", _("第 %(n)s 号凭证的金额与账上不符", **words))
    expected = (kind is VoucherKind.INCOME, kind is VoucherKind.SETTLEMENT)
    if (one.source != FundSource.NONE, one.settlement_id is not None) != expected:
        yield Problem("voucher_kind", _("第 %(n)s 号凭证写的来源或结算单与它的种类不符", **words))
    if one.by != event.actor:
        yield Problem("voucher_hand", _("第 %(n)s 号凭证与它的账不是一个人记的", **words))
    if kind is not VoucherKind.SETTLEMENT and event.payload != canonical_json(
        voucher_payload(one._asdict())
    ):
        yield Problem("voucher_payload", _("第 %(n)s 号凭证与它的账说的不一样", **words))
    back = [
        (seq, other.payload) for seq, other in books.events.items() if other.reverses == one.seq
    ]
    why = canonical_json({"reason": one.reversed_why})
    if back != ([] if one.reversed_seq is None else [(one.reversed_seq, why)]):
        yield Problem("voucher_reversed", _("第 %(n)s 号凭证的冲正与账上不符", **words))


def _check_events(vouchers: list[Any], books: _Books) -> Iterator[Problem]:
    """Every movement of cash has its voucher, or takes one back."""
    known = {one.seq for one in vouchers} | {one.reversed_seq for one in vouchers}
    for seq in sorted(books.moves):
        if books.paid(seq) and seq not in known:
            yield Problem("voucher_missing", _("第 %(seq)s 号账动了基金的钱，却没有凭证", seq=seq))


def _check_lapses(session: Session, village_id: int, books: _Books) -> Iterator[Problem]:
    """What lapsed is what its event moved, household by household."""
    connection = session.connection()
    lines: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(
        select(_lapse_lines)
        .where(_lapse_lines.c.village_id == village_id)
        .order_by(_lapse_lines.c.household_id)
    ):
        lines[row.lapse_id].append(row)
    rows = connection.execute(
        select(_lapses).where(_lapses.c.village_id == village_id).order_by(_lapses.c.id)
    )
    lapses = list(rows)
    for one in lapses:
        yield from _check_lapse(one, lines[one.id], books)
    known = {one.seq for one in lapses}
    for seq, event in sorted(books.events.items()):
        if event.kind == EventKind.LAPSE and seq not in known:
            yield Problem("lapse_missing", _("第 %(seq)s 号到期清零没有记录", seq=seq))
    for day, times in Counter(one.day for one in lapses).items():
        if times > 1:
            yield Problem("lapse_twice", _("%(day)s 的积分清零了两次", day=day))


def _check_rules(session: Session, village_id: int) -> Iterator[Problem]:
    """The trail knows of the same rules on points that lapse, by the same resolutions."""
    told = {
        int(line.subject): (line.user_id, line.detail)
        for line in trail(session, village_id, (RULE_SET,))
    }
    kept = {one.id: (one.by, rule_told(vars(one))) for one in rules(session, village_id)}
    for number in sorted(told.keys() | kept.keys()):
        if told.get(number) != kept.get(number):
            words = _("第 %(n)s 次定的积分到期规定与操作记录不符", n=number)
            yield Problem("lapse_rule", words)


def _check_lapse(one: Any, lines: list[Any], books: _Books) -> Iterator[Problem]:
    day = {"day": one.day}
    if (one.households, one.points) != (len(lines), sum(line.points for line in lines)):
        yield Problem("lapse_sums", _("%(day)s 到期清零的合计与各户不符", **day))
    if one.seq is None:
        if lines:
            yield Problem("lapse_without_event", _("%(day)s 到期清零没有对应的账", **day))
        return
    event = books.events.get(one.seq)
    if event is None or event.kind != EventKind.LAPSE:
        yield Problem("lapse_without_event", _("%(day)s 到期清零没有对应的账", **day))
        return
    lapsed = (AccountKind.POINTS_LAPSED, VILLAGE)
    told = [
        ((AccountKind.HOUSEHOLD_POINTS, line.household_id), lapsed, line.points) for line in lines
    ]
    if sorted(books.moves[one.seq]) != sorted(told):
        yield Problem("lapse_legs", _("%(day)s 各户清零的分与账上不符", **day))
    if event.payload != canonical_json(lapse_payload(one._asdict())):
        yield Problem("lapse_payload", _("%(day)s 到期清零与它的账说的不一样", **day))
