"""Balances of the past, from those that every transfer left behind: few rows, however old.

Nothing is added up from the beginning: of each account the last transfer before a moment tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, case, func, literal, select, union_all
from sqlmodel import Session

from moralbank.ledger.models import Account, AccountKind, Event, Rate, Transfer
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


def last_events(session: Session, village_id: int, moments: Sequence[datetime]) -> list[int | None]:
    """The last event before each moment; None where there was none yet."""
    found = [
        select(_events.c.seq)
        .where(_events.c.village_id == village_id, _events.c.at < moment)
        .order_by(_events.c.seq.desc())
        .limit(1)
        .scalar_subquery()
        .label(f"at_{number}")
        for number, moment in enumerate(moments)
    ]
    return list(session.connection().execute(select(*found)).one())


def balances_at(session: Session, village_id: int, seqs: Sequence[int]) -> dict[int, Balances]:
    """What the accounts of `READ` held right after each of these events."""
    if not seqs:
        return {}
    moments = union_all(*(select(literal(seq).label("seq")) for seq in set(seqs))).subquery()
    asked = [moments.c.seq, _accounts.c.kind, _accounts.c.owner]
    for side in ("debit", "credit"):
        asked += [
            _last(moments, side, _transfers.c.seq).label(f"{side}_seq"),
            _last(moments, side, _transfers.c.leg).label(f"{side}_leg"),
            _last(moments, side, _transfers.c[f"{side}_after"]).label(f"{side}_left"),
        ]
    rows = session.connection().execute(
        select(*asked)
        .select_from(_accounts.join(moments, literal(value=True)))
        .where(_accounts.c.village_id == village_id, _accounts.c.kind.in_(READ))
    )
    found: dict[int, Balances] = {seq: {} for seq in seqs}
    for row in rows:
        left = _later(row)
        if left is not None:
            found[row.seq][AccountKind(row.kind), row.owner] = left
    return found


def rates_on(session: Session, village_id: int, days: Sequence[date]) -> list[int]:
    """Fen per point on each day, 0 where none was in force yet."""
    rows = list(
        session.connection().execute(
            select(_rates.c.valid_from, _rates.c.fen_per_point)
            .where(_rates.c.village_id == village_id)
            .order_by(_rates.c.valid_from, _rates.c.seq)
        )
    )
    return [
        next((row.fen_per_point for row in reversed(rows) if row.valid_from <= day), 0)
        for day in days
    ]


def goods(session: Session, village_id: int) -> Goods:
    """What lies in the village's own shops now."""
    row = (
        session.connection()
        .execute(
            select(
                func.sum(_batches.c.left * _batches.c.cost_fen).label("fen"),
                func.count(func.distinct(case((_batches.c.cost_fen.is_(None), _products.c.id)))),
            )
            .select_from(_own_batches(_batches))
            .where(_batches.c.village_id == village_id, ON_THE_SHELF, _OWN_SHOP)
        )
        .one()
    )
    return Goods(int(row[0] or 0), row[1])


def goods_since(session: Session, village_id: int, moments: Sequence[datetime]) -> list[int]:
    """How much more (or less) lies there now than at each moment, in fen at cost."""
    value = _moves.c.quantity * _batches.c.cost_fen
    sums = [func.sum(case((_moves.c.at >= moment, value), else_=0)) for moment in moments]
    row = session.connection().execute(
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
        .where(_moves.c.village_id == village_id, _moves.c.at >= min(moments), _OWN_SHOP)
    )
    return [int(found or 0) for found in row.one()]


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
