"""Sums over many villages: one statement each, grouped by village, whatever their number.

Every statement asks for the villages of a range of codes, and reads the other tables by keys that
begin with the village: its cost is that of the rows that it adds up.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlmodel import Session

from moralbank import clock
from moralbank.awards.models import Award
from moralbank.counter.models import Refund, Slip
from moralbank.fund.models import Voucher
from moralbank.households.models import Household, HouseholdStatus
from moralbank.ledger.models import Account, AccountKind, Event, Head, Rate
from moralbank.notices.models import Notice, NoticeState
from moralbank.objections.models import Objection, ObjectionState
from moralbank.prepared import Prepared
from moralbank.store.models import (
    ON_THE_SHELF,
    Batch,
    MoveKind,
    Product,
    Receipt,
    Shop,
    ShopKind,
    StockMove,
)
from moralbank.villages.codes import is_village
from moralbank.villages.models import Village

_villages = Village.__table__  # type: ignore[attr-defined]
_heads = Head.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_rates = Rate.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]
_households = Household.__table__  # type: ignore[attr-defined]
_awards = Award.__table__  # type: ignore[attr-defined]
_shops = Shop.__table__  # type: ignore[attr-defined]
_slips = Slip.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]
_products = Product.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]
_receipts = Receipt.__table__  # type: ignore[attr-defined]
_vouchers = Voucher.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_notices = Notice.__table__  # type: ignore[attr-defined]
_objections = Objection.__table__  # type: ignore[attr-defined]

_MIRRORS: Final = {
    AccountKind.POINTS_ISSUED: "points",
    AccountKind.POINTS_EXCHANGED: "points",
    AccountKind.POINTS_LAPSED: "points",
    AccountKind.CREDIT_ISSUED: "credit",
    AccountKind.CREDIT_SETTLED: "credit",
    AccountKind.SHOP_ACCEPTED: "accepted",
    AccountKind.FUND_CASH: "cash",
}
"""The village's own accounts and its shops': what households hold is their mirror."""


@dataclass(frozen=True)
class Scope:
    """The villages whose codes lie from `first` to `last`; offices among them are left out."""

    first: int
    last: int

    @property
    def asked(self) -> dict[str, int]:
        """The values of a statement over `IN_SCOPE`."""
        return {"first_code": self.first, "last_code": self.last}


IN_SCOPE: Final[ColumnElement[bool]] = and_(
    _villages.c.id.between(bindparam("first_code"), bindparam("last_code")),
    is_village(_villages.c.id),
)
"""The condition on the table of villages."""


def held_by(table: Any) -> ColumnElement[bool]:
    """The same on another table.

    As a list of villages, not as a range: so that whatever else is asked of the table finds
    its place in a key that begins with the village, village by village.
    """
    found: ColumnElement[bool] = table.c.village_id.in_(select(_villages.c.id).where(IN_SCOPE))
    return found


def _of(table: Any, beside: Any, number: ColumnElement[int]) -> ColumnElement[bool]:
    """The join to a table's row by its local number, in the village of the row beside it."""
    return and_(table.c.village_id == beside.c.village_id, table.c.id == number)


def _by_village(table: Any, amount: ColumnElement[Any], rows: Select[Any]) -> Prepared:
    """One amount of each village, over the rows of a table that were selected."""
    amounts = (table.c.village_id, amount.label("amount"))
    wanted = rows.with_only_columns(*amounts, maintain_column_froms=True)
    return Prepared(wanted.group_by(table.c.village_id))


def _counted(session: Session, scope: Scope, wanted: Prepared) -> Counter[int]:
    return Counter({one: int(sum_ or 0) for one, sum_ in wanted.rows(session, **scope.asked)})


_RATE: Final = (
    select(_rates.c.fen_per_point)
    .where(_rates.c.village_id == _villages.c.id, _rates.c.valid_from <= bindparam("today"))
    .order_by(_rates.c.valid_from.desc(), _rates.c.seq.desc())
    .limit(1)
    .correlate(_villages)
    .scalar_subquery()
)
_BOOKS: Final = Prepared(
    select(
        _villages,
        *(_heads.c.seq, _heads.c.hash, _heads.c.left_at, _events.c.at),
        func.coalesce(_RATE, 0).label("rate_fen"),
    )
    .join(_heads, _heads.c.village_id == _villages.c.id)
    .outerjoin(
        _events, and_(_events.c.village_id == _heads.c.village_id, _events.c.seq == _heads.c.seq)
    )
    .where(IN_SCOPE)
    .order_by(_villages.c.id)
)


def books(session: Session, scope: Scope) -> Sequence[Any]:
    """Each village: its row, the end of its books (seq, hash, at), the rate of today in fen."""
    return _BOOKS.rows(session, **scope.asked, today=clock.today())


_HOUSEHOLDS: Final = _by_village(
    _households,
    func.count(),
    select(_households).where(held_by(_households), _households.c.status == HouseholdStatus.ACTIVE),
)


def households(session: Session, scope: Scope) -> Counter[int]:
    """How many households take part, by village."""
    return _counted(session, scope, _HOUSEHOLDS)


_BALANCES: Final = Prepared(
    select(
        _accounts.c.village_id,
        _accounts.c.kind,
        _shops.c.kind.label("shop"),
        func.sum(_accounts.c.balance).label("amount"),
    )
    .outerjoin(
        _shops,
        and_(
            _of(_shops, _accounts, _accounts.c.owner),
            _shops.c.kind == ShopKind.CONTRACT,
            _accounts.c.kind == AccountKind.SHOP_ACCEPTED,
        ),
    )
    .where(held_by(_accounts), or_(*(_accounts.c.kind == kind for kind in _MIRRORS)))
    .group_by(_accounts.c.village_id, _accounts.c.kind, _shops.c.kind)
)


def balances(session: Session, scope: Scope) -> dict[int, Counter[str]]:
    """By village what its own accounts hold: `points`, `credit`, `cash`, `accepted`, `claims`.

    Points and credit are negative: they mirror what households hold. `claims` are what shops under
    contract took in, a part of `accepted`.
    """
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for row in _BALANCES.rows(session, **scope.asked):
        found[row.village_id][_MIRRORS[AccountKind(row.kind)]] += int(row.amount)
        if row.shop is not None:
            found[row.village_id]["claims"] += int(row.amount)
    return found


_GOODS: Final = _by_village(
    _batches,
    func.sum(_batches.c.left * _batches.c.cost_fen),
    select(_batches)
    .join(_products, _of(_products, _batches, _batches.c.product_id))
    .join(_shops, _of(_shops, _products, _products.c.shop_id))
    .where(held_by(_batches), ON_THE_SHELF, _shops.c.kind == ShopKind.VILLAGE),
)


def goods(session: Session, scope: Scope) -> Counter[int]:
    """Fen at cost that lie in the village's own shops, by village."""
    return _counted(session, scope, _GOODS)


def _unpaid() -> tuple[Prepared, Prepared]:
    """Receipts that wait for their money, and what went back of them."""
    paid = (
        select(_vouchers.c.village_id, _vouchers.c.receipt_id)
        .where(
            held_by(_vouchers),
            _vouchers.c.receipt_id.is_not(None),
            _vouchers.c.reversed_seq.is_(None),
        )
        .distinct()
        .subquery()
    )
    settled = and_(paid.c.village_id == _receipts.c.village_id, paid.c.receipt_id == _receipts.c.id)
    unpaid = and_(
        _receipts.c.cost_fen > 0,
        _shops.c.kind == ShopKind.VILLAGE,
        paid.c.receipt_id.is_(None),
    )
    came = (
        select(_receipts)
        .join(_shops, _of(_shops, _receipts, _receipts.c.shop_id))
        .outerjoin(paid, settled)
        .where(held_by(_receipts), unpaid)
    )
    back = (
        select(_moves)
        .join(_batches, _of(_batches, _moves, _moves.c.batch_id))
        .join(_receipts, _of(_receipts, _moves, _moves.c.receipt_id))
        .join(_shops, _of(_shops, _receipts, _receipts.c.shop_id))
        .outerjoin(paid, settled)
        # No slip: by that key the few moves are found that no household made.
        .where(
            held_by(_moves),
            _moves.c.slip_id.is_(None),
            _moves.c.kind == MoveKind.SEND_BACK,
            unpaid,
        )
    )
    value = func.sum(_moves.c.quantity * _batches.c.cost_fen)
    return (
        _by_village(_receipts, func.sum(_receipts.c.cost_fen), came),
        _by_village(_moves, value, back),
    )


_CAME, _WENT_BACK = _unpaid()


def bills(session: Session, scope: Scope) -> Counter[int]:
    """Fen that own shops owe their suppliers: unpaid receipts less what went back of them."""
    owed = _counted(session, scope, _CAME)
    owed.update(_counted(session, scope, _WENT_BACK))  # adds: it stands below zero
    return owed


_NOTICES: Final = Prepared(
    select(
        _notices.c.village_id,
        func.sum(case((_notices.c.state == NoticeState.OPEN, 1), else_=0)).label("hanging"),
        func.max(_notices.c.first_day).label("newest"),
    )
    .where(held_by(_notices))
    .group_by(_notices.c.village_id)
)


def notices(session: Session, scope: Scope) -> dict[int, Any]:
    """How many notices hang (`hanging`) and when the newest was hung (`newest`), by village."""
    return {row.village_id: row for row in _NOTICES.rows(session, **scope.asked)}


_OBJECTIONS: Final = Prepared(
    select(
        _objections.c.village_id,
        func.count().label("waiting"),
        func.sum(case((_objections.c.due_on < bindparam("today"), 1), else_=0)).label("overdue"),
    )
    .where(held_by(_objections), _objections.c.state == ObjectionState.OPEN)
    .group_by(_objections.c.village_id)
)


def open_objections(session: Session, scope: Scope) -> dict[int, Any]:
    """How many objections wait (`waiting`), and how many of them too long (`overdue`)."""
    rows = _OBJECTIONS.rows(session, **scope.asked, today=clock.today())
    return {row.village_id: row for row in rows}
