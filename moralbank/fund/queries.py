"""Reading the fund: how much is there, by which vouchers it came and went."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, extract, func, or_, select
from sqlmodel import Session

from moralbank.errors import NotFound
from moralbank.fund.bills import bills
from moralbank.fund.models import FundSource, Voucher, VoucherKind
from moralbank.i18n import _, mark
from moralbank.ledger.models import VILLAGE, Account, AccountKind
from moralbank.paging import Page, place
from moralbank.store.models import Receipt, Shop, ShopKind

ROWS: Final = 30
"""Vouchers on a page."""
KIND_LABELS: Final = {
    VoucherKind.INCOME: mark("收入"),
    VoucherKind.PURCHASE: mark("付货款"),
    VoucherKind.SETTLEMENT: mark("付结算款"),
}
SOURCE_LABELS: Final = {
    FundSource.VILLAGE: mark("村集体"),
    FundSource.FINANCE: mark("财政"),
    FundSource.DONATION: mark("捐赠"),
    FundSource.PARTNER: mark("帮扶单位"),
    FundSource.OTHER: mark("其他"),
}
"""Where income may come from; `NONE` is for money that goes out."""

_vouchers = Voucher.__table__  # type: ignore[attr-defined]
_receipts = Receipt.__table__  # type: ignore[attr-defined]
_shops = Shop.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]
_shops = Shop.__table__  # type: ignore[attr-defined]
_LIVE: Final = _vouchers.c.reversed_seq.is_(None)
_OWN_SHOP: Final = (
    (_shops.c.village_id == _receipts.c.village_id)
    & (_shops.c.id == _receipts.c.shop_id)
    & (_shops.c.kind == ShopKind.VILLAGE)
)


class VoucherUnknown(NotFound):
    """No such voucher in this village."""

    text = mark("没有第 %(id)s 号凭证记录")
    code = "voucher_unknown"


class ReceiptUnknown(NotFound):
    """No such receipt of goods in this village."""

    text = mark("没有第 %(id)s 号进货单")
    code = "receipt_unknown"


@dataclass(frozen=True)
class VoucherInfo:
    """One movement of the fund's money; see `Voucher`. `amount_fen` is never signed."""

    id: int
    kind: VoucherKind
    source: FundSource
    number: str
    day: date
    amount_fen: int
    party: str
    note: str
    receipt_id: int | None
    settlement_id: int | None
    seq: int
    at: datetime
    by: int
    reversed_seq: int | None
    reversed_why: str

    @property
    def live(self) -> bool:
        """Whether it counts: it was not taken back."""
        return self.reversed_seq is None

    @property
    def kind_words(self) -> str:
        """What it is: "收入", "付货款", "付结算款"."""
        return _(KIND_LABELS[self.kind])

    @property
    def source_words(self) -> str:
        """Where income came from; empty where money went out."""
        return _(SOURCE_LABELS[self.source]) if self.source in SOURCE_LABELS else ""

    @property
    def signed_fen(self) -> int:
        """What it does to the money: below zero where it went out."""
        return self.amount_fen if self.kind is VoucherKind.INCOME else -self.amount_fen

    @property
    def reversible(self) -> bool:
        """Whether it may be taken back here; a settlement's payment stands in its settlement."""
        return self.live and self.kind is not VoucherKind.SETTLEMENT


@dataclass(frozen=True)
class VoucherFilter:
    """What a list of vouchers is narrowed to; None and "" leave all in."""

    kind: VoucherKind | None = None
    source: FundSource | None = None
    first: date | None = None
    last: date | None = None
    typed: str = ""


@dataclass(frozen=True)
class FundSums:
    """What came in and went out, in fen, taken-back vouchers left out."""

    income: int = 0
    purchases: int = 0
    settlements: int = 0

    @property
    def left(self) -> int:
        """What that adds to the fund."""
        return self.income - self.spent

    @property
    def spent(self) -> int:
        """All that went out."""
        return self.purchases + self.settlements


@dataclass(frozen=True)
class FundMonth:
    """A month by the days on its vouchers; `cash` is what was left at its end."""

    first: date
    sums: FundSums
    cash: int


@dataclass(frozen=True)
class ReceiptToPay:
    """Goods that came in and that no voucher pays for yet.

    `cost_fen` is what they cost, less what went back to the supplier.
    """

    id: int
    supplier: str
    number: str
    cost_fen: int
    at: datetime


def cash(session: Session, village_id: int) -> int:
    """The fund's money, in fen; 0 where nothing ever came in."""
    found = session.connection().scalar(
        select(_accounts.c.balance).where(
            _accounts.c.village_id == village_id,
            _accounts.c.kind == AccountKind.FUND_CASH,
            _accounts.c.owner == VILLAGE,
        )
    )
    return int(found or 0)


def voucher(session: Session, village_id: int, voucher_id: int) -> VoucherInfo:
    """One voucher; raises VoucherUnknown, also for another village's."""
    found = _read(session, village_id, [_vouchers.c.id == voucher_id])
    if not found:
        raise VoucherUnknown(id=voucher_id)
    return found[0]


def vouchers(session: Session, village_id: int, wanted: VoucherFilter) -> list[VoucherInfo]:
    """All vouchers that a filter leaves, the newest day first."""
    return _read(session, village_id, _narrowed(wanted))


def voucher_page(
    session: Session, village_id: int, wanted: VoucherFilter, number: int, rows: int = ROWS
) -> Page[VoucherInfo]:
    """One page of what a filter leaves."""
    narrowed = _narrowed(wanted)
    total = session.connection().scalar(
        select(func.count()).where(_vouchers.c.village_id == village_id, *narrowed)
    )
    where = place(int(total or 0), number, rows)
    return Page(_read(session, village_id, narrowed, where.offset, rows), where)


def fund_sums(session: Session, village_id: int, wanted: VoucherFilter) -> FundSums:
    """What the vouchers that a filter leaves come to."""
    rows = session.connection().execute(
        select(_vouchers.c.kind, func.sum(_vouchers.c.amount_fen).label("fen"))
        .where(_vouchers.c.village_id == village_id, _LIVE, *_narrowed(wanted))
        .group_by(_vouchers.c.kind)
    )
    return _sums({VoucherKind(row.kind): int(row.fen) for row in rows})


def months(session: Session, village_id: int) -> list[FundMonth]:
    """Every month in which money moved, the newest first."""
    year, month = extract("year", _vouchers.c.day), extract("month", _vouchers.c.day)
    rows = session.connection().execute(
        select(
            year.label("year"),
            month.label("month"),
            _vouchers.c.kind,
            func.sum(_vouchers.c.amount_fen).label("fen"),
        )
        .where(_vouchers.c.village_id == village_id, _LIVE)
        .group_by(year, month, _vouchers.c.kind)
    )
    found: dict[date, dict[VoucherKind, int]] = defaultdict(dict)
    for row in rows:
        first = date(int(row.year), int(row.month), 1)
        found[first][VoucherKind(row.kind)] = int(row.fen)
    told, left = [], 0
    for first in sorted(found):
        sums = _sums(found[first])
        left += sums.left
        told.append(FundMonth(first, sums, left))
    return told[::-1]


def receipts_to_pay(session: Session, village_id: int) -> list[ReceiptToPay]:
    """Receipts of the village's own shops that wait for their money, the oldest first.

    What a shop under contract buys is its own affair.
    """
    return [
        ReceiptToPay(one.id, one.supplier, one.number, one.owed_fen, one.at)
        for one in bills(session, village_id)
        if one.owed_fen
    ]


def twin(
    session: Session, village_id: int, kind: VoucherKind, number: str, year: int
) -> VoucherInfo | None:
    """A voucher of the same kind that counts and bears the same number on paper, in a year."""
    found = _read(
        session,
        village_id,
        [
            _LIVE,
            _vouchers.c.kind == kind,
            _vouchers.c.number == number,
            _vouchers.c.day.between(date(year, 1, 1), date(year, 12, 31)),
        ],
    )
    return found[0] if found else None


def receipt_payer(session: Session, village_id: int, receipt_id: int) -> VoucherInfo | None:
    """The voucher that pays for a receipt of an own shop; None while nobody has paid.

    Raises ReceiptUnknown.
    """
    known = session.connection().scalar(
        select(_receipts.c.id)
        .join(_shops, _OWN_SHOP)
        .where(_receipts.c.village_id == village_id, _receipts.c.id == receipt_id)
    )
    if known is None:
        raise ReceiptUnknown(field="receipt", id=receipt_id)
    found = _read(session, village_id, [_LIVE, _vouchers.c.receipt_id == receipt_id])
    return found[0] if found else None


def _narrowed(wanted: VoucherFilter) -> list[ColumnElement[bool]]:
    """A filter as conditions."""
    found: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(_vouchers.c.kind == wanted.kind)
    if wanted.source is not None:
        found.append(_vouchers.c.source == wanted.source)
    if wanted.first is not None:
        found.append(_vouchers.c.day >= wanted.first)
    if wanted.last is not None:
        found.append(_vouchers.c.day <= wanted.last)
    for word in wanted.typed.split():
        texts = (_vouchers.c.number, _vouchers.c.party, _vouchers.c.note)
        found.append(or_(*(column.contains(word, autoescape=True) for column in texts)))
    return found


def _read(
    session: Session,
    village_id: int,
    narrowed: Iterable[ColumnElement[bool]],
    offset: int = 0,
    rows: int | None = None,
) -> list[VoucherInfo]:
    session.flush()
    found = session.connection().execute(
        select(_vouchers)
        .where(and_(_vouchers.c.village_id == village_id, *narrowed))
        .order_by(_vouchers.c.day.desc(), _vouchers.c.id.desc())
        .offset(offset)
        .limit(rows)
    )
    return [_info(row) for row in found]


def _info(row: Any) -> VoucherInfo:
    return VoucherInfo(
        id=row.id,
        kind=VoucherKind(row.kind),
        source=FundSource(row.source),
        number=row.number,
        day=row.day,
        amount_fen=row.amount_fen,
        party=row.party,
        note=row.note,
        receipt_id=row.receipt_id,
        settlement_id=row.settlement_id,
        seq=row.seq,
        at=row.at,
        by=row.by,
        reversed_seq=row.reversed_seq,
        reversed_why=row.reversed_why,
    )


def _sums(by_kind: dict[VoucherKind, int]) -> FundSums:
    return FundSums(
        income=by_kind.get(VoucherKind.INCOME, 0),
        purchases=by_kind.get(VoucherKind.PURCHASE, 0),
        settlements=by_kind.get(VoucherKind.SETTLEMENT, 0),
    )
