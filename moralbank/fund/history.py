"""Balances of the past, from those that every transfer left behind: few rows, however old.

Nothing is added up from the beginning: of each account the last transfer before a moment tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Subquery,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlmodel import Session

from moralbank.ledger.models import Account, AccountKind, Event, Rate, Transfer
from moralbank.prepared import Prepared
from moralbank.store.models import ON_THE_SHELF, Batch, Product, Shop, ShopKind, StockMove

_accounts = Account.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]
_rates = Rate.__table__  # type: ignore[attr-defined]
_shops = Shop.__table__  # type: ignore[attr-defined]
_products = Product.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]

Balances = dict[tuple[AccountKind, int], int]
"""Balances by kind and owner; an account that was never touched is left out."""

READ: Final = (
    AccountKind.POINTS_ISSUED,
    AccountKind.POINTS_EXCHANGED,
    AccountKind.POINTS_LAPSED,
    AccountKind.CREDIT_ISSUED,
    AccountKind.CREDIT_SETTLED,
    AccountKind.SHOP_ACCEPTED,
    AccountKind.FUND_CASH,
    AccountKind.FUND_INCOME,
    AccountKind.FUND_GOODS,
)
"""The village's own accounts and its shops': what households hold is their mirror."""


@dataclass(frozen=True)
class Goods:
    """What lies in the village's own shops: at cost, and how many kinds have no known cost."""

    cost_fen: int
    unknown_kinds: int


_HERE: Final[ColumnElement[int]] = bindparam("village")


def _numbered(name: str, values: Sequence[Any]) -> Mapping[str, Any]:
    """The values of a statement that is prepared for so many of them."""
    return {f"{name}{n}": value for n, value in enumerate(values)}


def last_events(session: Session, village_id: int, moments: Sequence[datetime]) -> list[int | None]:
    """The last event before each moment; None where there was none yet."""
    asked = _last_events(len(moments))
    return list(asked.rows(session, village=village_id, **_numbered("moment", moments))[0])


@cache
def _last_events(count: int) -> Prepared:
    found = (
        select(_events.c.seq)
        .where(_events.c.village_id == _HERE, _events.c.at < bindparam(f"moment{n}"))
        .order_by(_events.c.seq.desc())
        .limit(1)
        .scalar_subquery()
        .label(f"at_{n}")
        for n in range(count)
    )
    return Prepared(select(*found))


def balances_at(session: Session, village_id: int, seqs: Sequence[int]) -> dict[int, Balances]:
    """What the accounts of `READ` held right after each of these events."""
    if not seqs:
        return {}
    wanted = sorted(set(seqs))
    found: dict[int, Balances] = {seq: {} for seq in wanted}
    asked = _balances_at(len(wanted))
    for row in asked.rows(session, village=village_id, **_numbered("seq", wanted)):
        left = _later(row)
        if left is not None:
            found[row.seq][AccountKind(row.kind), row.owner] = left
    return found


@cache
def _balances_at(count: int) -> Prepared:
    wanted = (bindparam(f"seq{n}", type_=_events.c.seq.type) for n in range(count))
    moments = union_all(*(select(seq.label("seq")) for seq in wanted)).subquery()
    asked = [moments.c.seq, _accounts.c.kind, _accounts.c.owner]
    for side in ("debit", "credit"):
        asked += [
            _last(moments, side, _transfers.c.seq).label(f"{side}_seq"),
            _last(moments, side, _transfers.c.leg).label(f"{side}_leg"),
            _last(moments, side, _transfers.c[f"{side}_after"]).label(f"{side}_left"),
        ]
    return Prepared(
        select(*asked)
        .select_from(_accounts.join(moments, literal(value=True)))
        .where(_accounts.c.village_id == _HERE, or_(*(_accounts.c.kind == kind for kind in READ)))
    )


_RATES: Final = Prepared(
    select(_rates.c.valid_from, _rates.c.fen_per_point)
    .where(_rates.c.village_id == _HERE)
    .order_by(_rates.c.valid_from, _rates.c.seq)
)


def rates_on(session: Session, village_id: int, days: Sequence[date]) -> list[int]:
    """Fen per point on each day, 0 where none was in force yet."""
    rows = _RATES.rows(session, village=village_id)
    return [
        next((row.fen_per_point for row in reversed(rows) if row.valid_from <= day), 0)
        for day in days
    ]


def goods(session: Session, village_id: int) -> Goods:
    """What lies in the village's own shops now."""
    row = _GOODS.rows(session, village=village_id)[0]
    return Goods(int(row.fen or 0), row.unknown)


def goods_since(session: Session, village_id: int, moments: Sequence[datetime]) -> list[int]:
    """How much more (or less) lies there now than at each moment, in fen at cost."""
    asked = {"village": village_id, "first": min(moments), **_numbered("moment", moments)}
    return [int(found or 0) for found in _goods_since(len(moments)).rows(session, **asked)[0]]


@cache
def _goods_since(count: int) -> Prepared:
    value = _moves.c.quantity * _batches.c.cost_fen
    sums = (
        func.sum(case((_moves.c.at >= bindparam(f"moment{n}"), value), else_=0)).label(f"since_{n}")
        for n in range(count)
    )
    return Prepared(
        select(*sums)
        .select_from(
            _own_batches(
                _moves.join(
                    _batches,
                    (_batches.c.village_id == _moves.c.village_id)
                    & (_batches.c.id == _moves.c.batch_id),
                )
            )
        )
        .where(_moves.c.village_id == _HERE, _moves.c.at >= bindparam("first"), _OWN_SHOP)
    )


_OWN_SHOP: Final[ColumnElement[bool]] = _shops.c.kind == ShopKind.VILLAGE


def _own_batches(begin: Any) -> Any:
    """Batches (and what is joined to them) with their products and shops."""
    return begin.join(
        _products,
        (_products.c.village_id == _batches.c.village_id)
        & (_products.c.id == _batches.c.product_id),
    ).join(
        _shops,
        (_shops.c.village_id == _products.c.village_id) & (_shops.c.id == _products.c.shop_id),
    )


_GOODS: Final = Prepared(
    select(
        func.sum(_batches.c.left * _batches.c.cost_fen).label("fen"),
        func.count(func.distinct(case((_batches.c.cost_fen.is_(None), _products.c.id)))).label(
            "unknown"
        ),
    )
    .select_from(_own_batches(_batches))
    .where(_batches.c.village_id == _HERE, ON_THE_SHELF, _OWN_SHOP)
)


def _last(moments: Subquery, side: str, column: ColumnElement[int]) -> ScalarSelect[int]:
    """A column of the last transfer on one side of an account, up to an event."""
    return (
        select(column)
        .where(
            _transfers.c.village_id == _accounts.c.village_id,
            _transfers.c[f"{side}_account"] == _accounts.c.id,
            _transfers.c.seq <= moments.c.seq,
        )
        .order_by(_transfers.c.seq.desc(), _transfers.c.leg.desc())
        .limit(1)
        .correlate(_accounts, moments)
        .scalar_subquery()
    )


def _later(row: Any) -> int | None:
    """The balance that the later of the two last transfers left."""
    sides = [
        (row.debit_seq, row.debit_leg, row.debit_left),
        (row.credit_seq, row.credit_leg, row.credit_left),
    ]
    touched = [side for side in sides if side[0] is not None]
    return max(touched)[2] if touched else None
