"""Reading a shop's days: what slips and refunds came to, and which days were closed (日结)."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.counter.models import DayClose, Refund, RefundLine, Slip, SlipLine
from moralbank.errors import NotFound
from moralbank.i18n import mark
from moralbank.ledger.chain import canonical_json
from moralbank.paging import Page, place
from moralbank.prepared import Prepared

_slips = Slip.__table__  # type: ignore[attr-defined]
_slip_lines = SlipLine.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]
_refund_lines = RefundLine.__table__  # type: ignore[attr-defined]
_closes = DayClose.__table__  # type: ignore[attr-defined]

DAYS_ASKED: Final = 31
"""So many days back it is asked for days that were not closed; older ones are left in peace."""
CLOSES_SHOWN: Final = 62
PAGE_ROWS: Final = 30

ShopDay = tuple[int, date]


class CloseUnknown(NotFound):
    """That day was not closed, or not in this village."""

    text = mark("这一天还没有日结")
    code = "close_unknown"


@dataclass(frozen=True)
class GoodsOfDay:
    """One product on a day: pieces that went out and came back, and their worth in fen."""

    product_id: int
    title: str
    pieces: int
    fen: int
    pieces_back: int
    fen_back: int


@dataclass(frozen=True)
class DayFigures:
    """What a shop's day came to. Refunds belong to the day on which they were made."""

    slips: int = 0
    total_fen: int = 0
    points_used: int = 0
    credit_used: int = 0
    refunds: int = 0
    refunded_fen: int = 0
    points_back: int = 0
    goods: tuple[GoodsOfDay, ...] = ()

    @property
    def net_fen(self) -> int:
        """What the shop may claim for the day."""
        return self.total_fen - self.refunded_fen

    @property
    def written(self) -> str:
        """The goods as they are kept: canonical JSON, a list for each product."""
        return canonical_json([list(vars(one).values()) for one in self.goods])


@dataclass(frozen=True)
class CloseInfo:
    """A closed day: what the books said, what was counted, who closed and opened it again."""

    id: int
    shop_id: int
    day: date
    figures: DayFigures
    counted_slips: int
    counted_fen: int
    reason: str
    mark: str
    closed_at: datetime
    closed_by: str
    reopened_at: datetime | None
    reopened_by: str
    reopened_why: str

    @property
    def slips_apart(self) -> int:
        """Paper slips counted beyond those in the books; below zero where some are missing."""
        return self.counted_slips - self.figures.slips

    @property
    def fen_apart(self) -> int:
        """Fen on the paper slips beyond those in the books; below zero where some are missing."""
        return self.counted_fen - self.figures.total_fen


def figures_by_day(
    session: Session,
    village_id: int,
    *,
    shop_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> dict[ShopDay, DayFigures]:
    """The days of one shop or all, from `first` to `last`, each that had slips or refunds."""
    days: dict[ShopDay, _Adding] = defaultdict(_Adding)

    def chosen(table: Table) -> ColumnElement[bool]:
        return _within(table, village_id, shop_id, first, last)

    connection = session.connection()
    for row in connection.execute(select(_slips).where(chosen(_slips))):
        days[_day(row)].add_slip(row)
    for row in connection.execute(_LINES.where(chosen(_slips)).order_by(*_LINE_ORDER)):
        days[_day(row)].add_goods(row)
    for row in connection.execute(select(_refunds).where(chosen(_refunds))):
        days[_day(row)].add_refund(row)
    for row in connection.execute(_LINES_BACK.where(chosen(_refunds)).order_by(*_LINE_ORDER)):
        days[_day(row)].add_goods_back(row)
    return {key: one.figures() for key, one in days.items()}


def close_of(session: Session, village_id: int, shop_id: int, day: date) -> CloseInfo | None:
    """How a day was closed; None while it is open, or open again."""
    found = _infos(
        session,
        village_id,
        and_(_closes.c.shop_id == shop_id, _closes.c.day == day, _closes.c.reopened_at.is_(None)),
    )
    return found[0] if found else None


def close(session: Session, village_id: int, close_id: int) -> CloseInfo:
    """One closing by its number; raises CloseUnknown, also for another village's."""
    found = _infos(session, village_id, _closes.c.id == close_id)
    if not found:
        raise CloseUnknown
    return found[0]


def closes(session: Session, village_id: int, shop_id: int) -> list[CloseInfo]:
    """The shop's newest closings, the newest day first, those that were opened again too."""
    return _infos(session, village_id, _closes.c.shop_id == shop_id, CLOSES_SHOWN)


def close_page(session: Session, village_id: int, shop_id: int, number: int = 1) -> Page[CloseInfo]:
    """A page of all closings of a shop, in the order of `closes`; one too far gives the last."""
    chosen = _closes.c.shop_id == shop_id
    counted = select(func.count()).where(_closes.c.village_id == village_id, chosen)
    here = place(session.connection().execute(counted).scalar_one(), number, PAGE_ROWS)
    return Page(_infos(session, village_id, chosen, PAGE_ROWS, here.offset), here)


def unclosed_days(session: Session, village_id: int, shop_id: int) -> list[date]:
    """Days before today that had slips or refunds and were not closed, the newest first."""
    today = clock.today()
    first = today - timedelta(days=DAYS_ASKED)
    asked = {"village": village_id, "shop": shop_id}
    when = {"begin": clock.midnight(first), "end": clock.midnight(today)}
    traded = {
        clock.local(row.at).date()
        for moments in _TRADED
        for row in moments.rows(session, **asked, **when)
    }
    closed = {row.day for row in _CLOSED.rows(session, **asked, first=first)}
    return sorted(traded - closed, reverse=True)


_TRADED: Final = tuple(
    Prepared(
        select(table.c.at).where(
            table.c.village_id == bindparam("village"),
            table.c.shop_id == bindparam("shop"),
            table.c.at >= bindparam("begin"),
            table.c.at < bindparam("end"),
        )
    )
    for table in (_slips, _refunds)
)
_CLOSED: Final = Prepared(
    select(_closes.c.day).where(
        _closes.c.village_id == bindparam("village"),
        _closes.c.shop_id == bindparam("shop"),
        _closes.c.day >= bindparam("first"),
        _closes.c.reopened_at.is_(None),
    )
)


_LINES: Final = select(_slips.c.shop_id, _slips.c.at, _slip_lines).join(
    _slip_lines,
    and_(_slip_lines.c.village_id == _slips.c.village_id, _slip_lines.c.slip_id == _slips.c.id),
)
_LINES_BACK: Final = (
    select(_refunds.c.shop_id, _refunds.c.at, _slip_lines)
    .join(
        _refund_lines,
        and_(
            _refund_lines.c.village_id == _refunds.c.village_id,
            _refund_lines.c.refund_id == _refunds.c.id,
        ),
    )
    .join(
        _slip_lines,
        and_(
            _slip_lines.c.village_id == _refund_lines.c.village_id,
            _slip_lines.c.slip_id == _refund_lines.c.slip_id,
            _slip_lines.c.line == _refund_lines.c.line,
        ),
    )
)
_LINE_ORDER: Final = (_slip_lines.c.slip_id, _slip_lines.c.line)


@dataclass
class _Adding:
    """A day while its rows are added up."""

    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    titles: dict[int, str] = field(default_factory=dict)
    goods: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 4))

    def add_slip(self, row: Any) -> None:
        self.sums["slips"] += 1
        for name in ("total_fen", "points_used", "credit_used"):
            self.sums[name] += getattr(row, name)

    def add_refund(self, row: Any) -> None:
        self.sums["refunds"] += 1
        self.sums["refunded_fen"] += row.total_fen
        self.sums["points_back"] += row.points_back

    def add_goods(self, row: Any) -> None:
        # A product that was renamed during the day is called as it was last.
        self.titles[row.product_id] = _title(row)
        self._add(row, 0)

    def add_goods_back(self, row: Any) -> None:
        self.titles.setdefault(row.product_id, _title(row))
        self._add(row, 2)

    def _add(self, row: Any, place: int) -> None:
        counted = self.goods[row.product_id]
        counted[place] += row.quantity
        counted[place + 1] += row.quantity * row.price_fen

    def figures(self) -> DayFigures:
        goods = (
            GoodsOfDay(number, self.titles[number], *counted)
            for number, counted in sorted(self.goods.items())
        )
        return DayFigures(**self.sums, goods=tuple(goods))


def _title(row: Any) -> str:
    return f"{row.name} {row.spec}".rstrip()


def _day(row: Any) -> ShopDay:
    return row.shop_id, clock.local(row.at).date()


def _within(
    table: Table, village_id: int, shop_id: int | None, first: date | None, last: date | None
) -> ColumnElement[bool]:
    """The rows of a village and shop whose moment lies within these days."""
    conditions = [table.c.village_id == village_id]
    if shop_id is not None:
        conditions.append(table.c.shop_id == shop_id)
    if first is not None:
        conditions.append(table.c.at >= clock.midnight(first))
    if last is not None:
        conditions.append(table.c.at < clock.midnight(last + timedelta(days=1)))
    return and_(*conditions)


def _infos(
    session: Session,
    village_id: int,
    chosen: ColumnElement[bool],
    limit: int | None = None,
    offset: int = 0,
) -> list[CloseInfo]:
    rows = (
        session.connection()
        .execute(
            select(_closes)
            .where(_closes.c.village_id == village_id, chosen)
            .order_by(_closes.c.day.desc(), _closes.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        .all()
    )
    names = user_names(session, village_id) if rows else {}
    return [_info(row, names) for row in rows]


def _info(row: Any, names: dict[int, str]) -> CloseInfo:
    return CloseInfo(
        id=row.id,
        shop_id=row.shop_id,
        day=row.day,
        figures=kept_figures(row),
        counted_slips=row.counted_slips,
        counted_fen=row.counted_fen,
        reason=row.reason,
        mark=row.mark,
        closed_at=row.closed_at,
        closed_by=names.get(row.closed_by, ""),
        reopened_at=row.reopened_at,
        reopened_by=names.get(row.reopened_by, ""),
        reopened_why=row.reopened_why,
    )


def kept_figures(row: Any) -> DayFigures:
    """The figures that a closing's row keeps."""
    return DayFigures(
        slips=row.slips,
        total_fen=row.total_fen,
        points_used=row.points_used,
        credit_used=row.credit_used,
        refunds=row.refunds,
        refunded_fen=row.refunded_fen,
        points_back=row.points_back,
        goods=tuple(GoodsOfDay(*line) for line in json.loads(row.goods)),
    )
