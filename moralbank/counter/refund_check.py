"""The proof of what was taken back, and of the days that were closed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from sqlalchemy import select
from sqlmodel import Session

from moralbank.audit import trail
from moralbank.counter.closing import CLOSED, REOPENED, close_seal
from moralbank.counter.daybook import DayFigures, figures_by_day
from moralbank.counter.models import DayClose, Refund, RefundLine
from moralbank.counter.reckoning import GivingBack
from moralbank.counter.refunding import refund_payload
from moralbank.i18n import _
from moralbank.ledger.chain import canonical_json, printed_mark
from moralbank.ledger.check import Problem
from moralbank.ledger.models import VILLAGE, AccountKind, Event, EventKind

_refunds = Refund.__table__  # type: ignore[attr-defined]
_lines = RefundLine.__table__  # type: ignore[attr-defined]
_closes = DayClose.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]

_SUMS: Final = (
    "slips",
    "total_fen",
    "points_used",
    "credit_used",
    "refunds",
    "refunded_fen",
    "points_back",
)


class Books(Protocol):
    """What the ledger says of the counter (see `check.Books`)."""

    def points_before(self, household_id: int, seq: int) -> int:
        """The household's points just before an event."""

    def moved(self, seq: int) -> list[Any]:
        """Each leg of an event: between whom, how much, what it left to the household."""

    def of_kind(self, kind: EventKind) -> dict[int, Any]:
        """The events of one kind by number."""


def check_refunds(
    session: Session,
    village_id: int,
    slips: Mapping[int, Any],
    slip_lines: Mapping[int, list[Any]],
    books: Books,
) -> Iterator[Problem]:
    """Refunds and their events are the same ones, and agree with the slips they take back."""
    connection = session.connection()
    refunds = connection.execute(
        select(_refunds).where(_refunds.c.village_id == village_id).order_by(_refunds.c.id)
    ).all()
    lines: dict[int, dict[int, Any]] = defaultdict(dict)
    for row in connection.execute(
        select(_lines).where(_lines.c.village_id == village_id).order_by(_lines.c.line)
    ):
        lines[row.refund_id][row.line] = row
    events = books.of_kind(EventKind.REFUND)
    for seq in sorted(events.keys() - {row.seq for row in refunds}):
        yield Problem("refund_missing", _("第 %(seq)s 号退货没有退货单", seq=seq))
    left = {number: {line.line: line for line in found} for number, found in slip_lines.items()}
    points_back: dict[int, int] = defaultdict(int)
    for row in refunds:
        if row.seq not in events:
            words = _("第 %(n)s 号退货单没有对应的账", n=row.id)
            yield Problem("refund_without_event", words)
            continue
        taken, own = lines[row.id], left.get(row.slip_id, {})
        value = _take(own, taken)
        yield from _check_lines(row, taken, value)
        back = _giving_back(row, slips[row.slip_id], value, own, points_back[row.slip_id])
        points_back[row.slip_id] += row.points_back
        yield from _check_refund(row, slips[row.slip_id], back, books)
        yield from _check_event(row, taken, slips[row.slip_id], events[row.seq], books)


def check_days(session: Session, village_id: int) -> Iterator[Problem]:
    """A closed day is what its slips and refunds come to, and its mark stands in the books.

    Whether it was closed so, and who opened it again and why, stands in the trail.
    """
    connection = session.connection()
    every = connection.execute(
        select(_closes).where(_closes.c.village_id == village_id).order_by(_closes.c.id)
    ).all()
    yield from _check_trail(session, village_id, every)
    rows = [row for row in every if row.reopened_at is None]
    days = figures_by_day(session, village_id)
    marks = {
        printed_mark(event.seq, event.hash)
        for event in connection.execute(
            select(_events.c.seq, _events.c.hash).where(_events.c.village_id == village_id)
        )
    }
    for row in rows:
        figures = days.get((row.shop_id, row.day), DayFigures())
        sums = [getattr(row, name) for name in _SUMS]
        if sums != [getattr(figures, name) for name in _SUMS] or row.goods != figures.written:
            words = _("%(day)s 的日结与当天的兑换单、退货单不符", day=row.day)
            yield Problem("day_figures", words)
        apart = (row.counted_slips, row.counted_fen) != (row.slips, row.total_fen)
        if apart and not row.reason:
            words = _("%(day)s 的日结点到的与账上不一样，却没有原因", day=row.day)
            yield Problem("day_reason", words)
        if row.mark not in marks:
            words = _("%(day)s 的日结上的账号在账里找不到", day=row.day)
            yield Problem("day_mark", words)


def _check_trail(session: Session, village_id: int, rows: Sequence[Any]) -> Iterator[Problem]:
    """The trail knows of the same closings, and of the same that were opened again."""
    told: dict[int, list[Any]] = defaultdict(list)
    for line in trail(session, village_id, (CLOSED, REOPENED)):
        said = line.detail["seal" if line.act == CLOSED else "why"]
        told[line.detail["close"]].append((line.act, line.user_id, said))
    for row in rows:
        expected = [(CLOSED, row.closed_by, close_seal(row._asdict()))]
        if row.reopened_at is not None:
            expected.append((REOPENED, row.reopened_by, row.reopened_why))
        if told.pop(row.id, []) != expected:
            yield Problem("day_trail", _("%(day)s 的日结与操作记录不符", day=row.day))
    for number in sorted(told):
        yield Problem("day_gone", _("第 %(n)s 次日结做过，现在却没有了", n=number))


def _take(own: dict[int, Any], taken: Mapping[int, Any]) -> int:
    """Take a refund's lines from what the slip has left; what they come to, in fen."""
    gone = [own.pop(line) for line in taken if line in own]
    return sum(line.quantity * line.price_fen for line in gone)


def _check_lines(row: Any, taken: Mapping[int, Any], value: int) -> Iterator[Problem]:
    """A refund takes lines of its own slip, and comes to what they do."""
    if any(line.slip_id != row.slip_id for line in taken.values()):
        yield Problem("refund_lines", _("第 %(n)s 号退货单上有别的兑换单的商品", n=row.id))
    if value != row.total_fen:
        yield Problem("refund_total", _("第 %(n)s 号退货单的各行合计与总额不符", n=row.id))


def _giving_back(
    row: Any, slip: Any, value: int, left: Mapping[int, Any], before: int
) -> GivingBack:
    return GivingBack(
        rate_fen=slip.rate_fen,
        points_used=slip.points_used,
        credit_used=slip.credit_used,
        value_fen=value,
        left_fen=sum(line.quantity * line.price_fen for line in left.values()),
        points_back_before=before,
        credit_now=row.credit_after - row.credit_back,
    )


def _check_refund(row: Any, slip: Any, back: GivingBack, books: Books) -> Iterator[Problem]:
    """A refund's figures follow from its slip and from what was there before."""
    if (row.household_id, row.shop_id) != (slip.household_id, slip.shop_id):
        yield Problem("refund_slip", _("第 %(n)s 号退货单与兑换单不是同一户、同一店", n=row.id))
    points_after = books.points_before(row.household_id, row.seq) + row.points_back
    figures = (row.points_back, row.credit_back, row.points_after)
    if figures != (back.points_back, back.credit_back, points_after):
        yield Problem("refund_sums", _("第 %(n)s 号退货单的积分与余额算不平", n=row.id))


def _check_event(
    row: Any, taken: Mapping[int, Any], slip: Any, event: Any, books: Books
) -> Iterator[Problem]:
    """A refund's event says and moves what the refund does."""
    written_off = {line: found.written_off for line, found in taken.items()}
    payload = canonical_json(refund_payload(row.slip_id, row.id, written_off, row.reason))
    if event.payload != payload or (row.by, row.at) != (event.actor, event.at):
        yield Problem("refund_payload", _("第 %(n)s 号退货单与账上写的内容不符", n=row.id))
    if books.moved(row.seq) != _expected(row, slip):
        yield Problem("refund_legs", _("第 %(n)s 号退货单与账上的分录不符", n=row.id))


def _expected(row: Any, slip: Any) -> list[Any]:
    """What the event must have moved, and left to the household."""
    points = (AccountKind.HOUSEHOLD_POINTS, row.household_id)
    credit = (AccountKind.HOUSEHOLD_CREDIT, row.household_id)
    worth = row.points_back * slip.rate_fen
    given = (AccountKind.SHOP_ACCEPTED, row.shop_id), credit
    first = (given, row.total_fen, row.credit_after + worth)
    if not row.points_back:
        return [first]
    return [
        first,
        ((credit, (AccountKind.CREDIT_ISSUED, VILLAGE)), worth, row.credit_after),
        (((AccountKind.POINTS_EXCHANGED, VILLAGE), points), row.points_back, row.points_after),
    ]
