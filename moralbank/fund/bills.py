"""What the village's own shops owe their suppliers: now, and at moments of the past.

A receipt of goods is owed from the moment they come in until a voucher pays for it, less what
goes back to the supplier meanwhile. What a shop under contract buys is its own affair.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, select
from sqlmodel import Session

from moralbank.fund.models import Voucher
from moralbank.local_numbers import LARGEST
from moralbank.prepared import Prepared
from moralbank.store.models import Batch, MoveKind, Receipt, Shop, ShopKind, StockMove

_vouchers = Voucher.__table__  # type: ignore[attr-defined]
_receipts = Receipt.__table__  # type: ignore[attr-defined]
_shops = Shop.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]
_PAYS: Final = and_(
    _vouchers.c.village_id == _receipts.c.village_id, _vouchers.c.receipt_id == _receipts.c.id
)
_OWN_SHOP: Final = and_(
    _shops.c.village_id == _receipts.c.village_id,
    _shops.c.id == _receipts.c.shop_id,
    _shops.c.kind == ShopKind.VILLAGE,
)


@dataclass(frozen=True, kw_only=True)
class Bill:
    """A receipt of goods that cost something, and its way to being paid.

    `went_back` are the moments at which goods of so many fen went back to the supplier;
    `payments` the ledger events of its vouchers, each with the one that took it back, if any.
    """

    id: int
    supplier: str
    number: str
    cost_fen: int
    at: datetime
    went_back: tuple[tuple[datetime, int], ...]
    payments: tuple[tuple[int, int | None], ...]

    @property
    def owed_fen(self) -> int:
        """What is still to be paid."""
        if any(undone is None for _paid, undone in self.payments):
            return 0
        return self.cost_fen - sum(fen for _at, fen in self.went_back)

    def owed_at(self, moment: datetime, seq: int | None) -> int:
        """What was to be paid before a moment, whose last event in the books was `seq`."""
        if self.at >= moment or (seq is not None and self._paid_at(seq)):
            return 0
        return self.cost_fen - sum(fen for at, fen in self.went_back if at < moment)

    def _paid_at(self, seq: int) -> bool:
        return any(
            paid <= seq and (undone is None or undone > seq) for paid, undone in self.payments
        )


_BILLS: Final = Prepared(
    select(_receipts, _vouchers.c.seq, _vouchers.c.reversed_seq)
    .join(_shops, _OWN_SHOP)
    .outerjoin(_vouchers, _PAYS)
    .where(
        _receipts.c.village_id == bindparam("village"),
        _receipts.c.cost_fen > 0,
        _receipts.c.id.not_in(
            select(_vouchers.c.receipt_id).where(
                _vouchers.c.village_id == bindparam("village"),
                _vouchers.c.receipt_id.is_not(None),
                _vouchers.c.reversed_seq.is_(None),
                _vouchers.c.seq <= bindparam("since"),
            )
        ),
    )
    .order_by(_receipts.c.id)
)
_SENT_BACK: Final = Prepared(
    select(_moves.c.receipt_id, _moves.c.at, (_moves.c.quantity * _batches.c.cost_fen).label("fen"))
    .join(
        _batches,
        and_(_batches.c.village_id == _moves.c.village_id, _batches.c.id == _moves.c.batch_id),
    )
    .where(
        _moves.c.village_id == bindparam("village"),
        _moves.c.kind == MoveKind.SEND_BACK,
        _batches.c.cost_fen > 0,
    )
)


def bills(session: Session, village_id: int, since: int | None = None) -> list[Bill]:
    """Bills that are open, or were at or after the event `since`, the oldest first."""
    until = LARGEST if since is None else since
    rows = _BILLS.rows(session, village=village_id, since=until)
    payments = defaultdict(list)
    for row in rows:
        if row.seq is not None:
            payments[row.id].append((row.seq, row.reversed_seq))
    back = _went_back(session, village_id)
    return [
        Bill(
            id=row.id,
            supplier=row.supplier,
            number=row.number,
            cost_fen=row.cost_fen,
            at=row.at,
            went_back=tuple(back.get(row.id, ())),
            payments=tuple(payments[row.id]),
        )
        for row in {row.id: row for row in rows}.values()
    ]


def _went_back(session: Session, village_id: int) -> Mapping[int, Sequence[tuple[datetime, int]]]:
    """When goods of how many fen went back, by receipt."""
    found = defaultdict(list)
    for receipt_id, at, fen in _SENT_BACK.rows(session, village=village_id):
        found[receipt_id].append((at, -fen))
    return found
