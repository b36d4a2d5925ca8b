"""Reading slips, and what a customer at the counter has."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, true
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.counter.models import Proof, Refund, Slip, SlipLine
from moralbank.counter.reckoning import credit_paid
from moralbank.counter.refunds import RefundInfo, refunds_of
from moralbank.errors import NotFound
from moralbank.households.queries import (
    HouseholdInfo,
    household_labels,
    listed_households,
)
from moralbank.i18n import _, listed, mark
from moralbank.paging import Page, place
from moralbank.prepared import Prepared
from moralbank.store.keeping import shops

PAGE_ROWS: Final = 30

_slips = Slip.__table__  # type: ignore[attr-defined]
_lines = SlipLine.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]
_OF_ITS_SLIP: Final = and_(
    _slips.c.village_id == _refunds.c.village_id, _slips.c.id == _refunds.c.slip_id
)
_LABEL: Final = re.compile(r"(?:DH\d{8}-)?0*(\d{1,9})", re.IGNORECASE | re.ASCII)


class SlipUnknown(NotFound):
    """No such slip in this village."""

    text = mark("没有这张兑换单")
    code = "slip_unknown"


@dataclass(frozen=True)
class LineInfo:
    """One product on a slip, as it was called and priced that day; `refund_id` took it back."""

    line: int
    product_id: int
    name: str
    spec: str
    quantity: int
    price_fen: int
    refund_id: int | None

    @property
    def title(self) -> str:
        """Name and size."""
        return f"{self.name} {self.spec}".rstrip()

    @property
    def sum_fen(self) -> int:
        """What the line costs, in fen."""
        return self.quantity * self.price_fen


@dataclass(frozen=True)
class SlipInfo:
    """A slip with everything on it; credit and totals in fen.

    `credit_used` of the credit from earlier paid for a part. `relation` says whose hand took the
    goods where the `collector` is nobody of the household; an empty collector is the head.
    """

    id: int
    shop_id: int
    shop: str
    seq: int
    at: datetime
    household: HouseholdInfo
    card_id: int | None
    cashier: str
    collector: str
    relation: str
    proof: Proof
    total_fen: int
    rate_fen: int
    points_used: int
    credit_used: int
    points_before: int
    points_after: int
    credit_before: int
    credit_after: int
    lines: tuple[LineInfo, ...]
    refunds: tuple[RefundInfo, ...]

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return slip_label(self.id, self.at)

    @property
    def pieces(self) -> int:
        """How many pieces in all."""
        return sum(line.quantity for line in self.lines)

    @property
    def goods(self) -> str:
        """All goods in one line: "大米 5 公斤 ×1、陈醋 500 毫升 ×2"."""
        return _in_words(self.lines)

    @property
    def taker(self) -> str:
        """Who took the goods away, in words: 户主本人, 杜小军, 李四（邻居）."""
        if self.relation:
            return _("%(name)s（%(relation)s）", name=self.collector, relation=self.relation)
        return self.collector or _("户主本人")

    @property
    def refundable(self) -> tuple[LineInfo, ...]:
        """The lines that were not taken back yet."""
        return tuple(line for line in self.lines if line.refund_id is None)

    @property
    def goods_back(self) -> str:
        """What was taken back so far, in one line as `goods`; empty where nothing was."""
        return _in_words(line for line in self.lines if line.refund_id is not None)

    @property
    def refunded_fen(self) -> int:
        """What was taken back so far, in fen."""
        return sum(one.total_fen for one in self.refunds)

    @property
    def net_fen(self) -> int:
        """What stays of the goods, in fen."""
        return self.total_fen - self.refunded_fen

    @property
    def points_back(self) -> int:
        """Points that went back with it."""
        return sum(one.points_back for one in self.refunds)

    @property
    def credit_paid(self) -> int:
        """Fen of the household's credit that are gone by it; below zero: so many came to it."""
        return credit_paid(self.credit_before, self.credit_after)


@dataclass(frozen=True)
class SlipFilter:
    """Which slips a list shows: days as the village counts them, both included; None: all."""

    first: date | None = None
    last: date | None = None
    typed: str = ""
    shop_id: int | None = None


@dataclass(frozen=True)
class SlipSums:
    """How many slips fit a filter, what they come to in fen and points, what of it came back.

    Whatever was taken back of these slips counts, on whichever day that was.
    """

    slips: int
    total_fen: int
    points_used: int
    refunded_fen: int
    points_back: int

    @property
    def net_fen(self) -> int:
        """What stays of the goods, in fen."""
        return self.total_fen - self.refunded_fen


@dataclass(frozen=True)
class SlipPage(Page[SlipInfo]):
    """One page of slips, newest first, with what all that fit come to."""

    sums: SlipSums


def _in_words(lines: Iterable[LineInfo]) -> str:
    return listed(f"{line.title} ×{line.quantity}" for line in lines)


def slip_label(number: int, at: datetime) -> str:
    """A slip's number as people see it: "DH20261120-0007"."""
    return f"DH{clock.local(at):%Y%m%d}-{number:04d}"


def slip(session: Session, village_id: int, slip_id: int) -> SlipInfo:
    """One slip; raises SlipUnknown, also for another village's."""
    found = _infos(session, village_id, _slips.c.id == slip_id)
    if not found:
        raise SlipUnknown
    return found[0]


def slip_page(session: Session, village_id: int, wanted: SlipFilter, number: int = 1) -> SlipPage:
    """A page of the slips that fit; a page too far gives the last one."""
    fitting = _fitting(session, village_id, wanted)
    sums = _sums(session, fitting)
    here = place(sums.slips, number, PAGE_ROWS)
    rows = _infos(session, village_id, fitting, limit=PAGE_ROWS, offset=here.offset)
    return SlipPage(rows, here, sums)


def slip_sums(session: Session, village_id: int, wanted: SlipFilter) -> SlipSums:
    """What the slips that fit come to, without reading them one by one."""
    return _sums(session, _fitting(session, village_id, wanted))


def sums_of_days(
    session: Session, village_id: int, first: date, last: date, *, shop_id: int | None = None
) -> SlipSums:
    """The same of these days, both included, in one shop or in all: for first pages."""
    begin, end = clock.midnight(first), clock.midnight(last + timedelta(days=1))
    when = {"village": village_id, "begin": begin, "end": end}
    if shop_id is None:
        return SlipSums(*map(int, _SUMS_OF_DAYS.rows(session, **when)[0]))
    return SlipSums(*map(int, _SUMS_OF_SHOP.rows(session, **when, shop=shop_id)[0]))


def slips(
    session: Session, village_id: int, wanted: SlipFilter, limit: int | None = None
) -> list[SlipInfo]:
    """All slips that fit, or the newest `limit` of them, newest first."""
    return _infos(session, village_id, _fitting(session, village_id, wanted), limit=limit)


def _fitting(session: Session, village_id: int, wanted: SlipFilter) -> ColumnElement[bool]:
    """The condition of a filter: days, shop, and a slip's number or its household."""
    conditions: list[Any] = [_slips.c.village_id == village_id]
    if wanted.shop_id is not None:
        conditions.append(_slips.c.shop_id == wanted.shop_id)
    if wanted.first is not None:
        conditions.append(_slips.c.at >= clock.midnight(wanted.first))
    if wanted.last is not None and wanted.last < date.max:
        conditions.append(_slips.c.at < clock.midnight(wanted.last + timedelta(days=1)))
    typed = wanted.typed.strip()
    number = _LABEL.fullmatch(typed)
    if number is not None:
        conditions.append(_slips.c.id == int(number.group(1)))
    elif typed:
        households = listed_households(session, village_id, typed=typed)
        conditions.append(_slips.c.household_id.in_([one.id for one in households]))
    return and_(*conditions)


def _sums(session: Session, fitting: ColumnElement[bool]) -> SlipSums:
    return SlipSums(*map(int, session.connection().execute(_summing(fitting)).one()))


def _summing(fitting: ColumnElement[bool]) -> Select[Any]:
    """The fields of `SlipSums`, in their order."""
    taken = (
        select(
            func.count().label("slips"),
            func.coalesce(func.sum(_slips.c.total_fen), 0).label("fen"),
            func.coalesce(func.sum(_slips.c.points_used), 0).label("points"),
        )
        .where(fitting)
        .subquery()
    )
    back = (
        select(
            func.coalesce(func.sum(_refunds.c.total_fen), 0).label("back_fen"),
            func.coalesce(func.sum(_refunds.c.points_back), 0).label("back_points"),
        )
        .join(_slips, _OF_ITS_SLIP)
        .where(fitting)
        .subquery()
    )
    return select(taken, back).select_from(taken.join(back, true()))


_OF_DAYS: Final = and_(
    _slips.c.village_id == bindparam("village"),
    _slips.c.at >= bindparam("begin"),
    _slips.c.at < bindparam("end"),
)
_SUMS_OF_DAYS: Final = Prepared(_summing(_OF_DAYS))
_SUMS_OF_SHOP: Final = Prepared(_summing(and_(_OF_DAYS, _slips.c.shop_id == bindparam("shop"))))


def _infos(
    session: Session,
    village_id: int,
    condition: ColumnElement[bool],
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[SlipInfo]:
    """Slips with lines, names and refunds, newest first; the statements don't grow with rows."""
    rows = (
        session.connection()
        .execute(
            select(_slips)
            .where(_slips.c.village_id == village_id, condition)
            .order_by(_slips.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        .all()
    )
    if not rows:
        return []
    numbers = [row.id for row in rows]
    refunds = refunds_of(session, village_id, numbers)
    lines = _lines_of(session, village_id, numbers, refunds)
    households = household_labels(session, village_id, {row.household_id for row in rows})
    names = user_names(session, village_id)
    known = {one.id: one.name for one in shops(session, village_id)}
    return [
        SlipInfo(
            **{name: getattr(row, name) for name in _AS_KEPT},
            shop=known[row.shop_id],
            household=households[row.household_id],
            cashier=names.get(row.cashier, ""),
            lines=tuple(lines[row.id]),
            refunds=refunds.get(row.id, ()),
        )
        for row in rows
    ]


_AS_KEPT: Final = tuple(
    name for name in Slip.model_fields if name not in {"village_id", "household_id", "cashier"}
)


def _lines_of(
    session: Session,
    village_id: int,
    slip_ids: Sequence[int],
    refunds: Mapping[int, Sequence[RefundInfo]],
) -> dict[int, list[LineInfo]]:
    taken_back = {
        (slip_id, line): one.id
        for slip_id, ones in refunds.items()
        for one in ones
        for line in one.lines
    }
    found: dict[int, list[LineInfo]] = defaultdict(list)
    rows = session.connection().execute(
        select(_lines)
        .where(
            _lines.c.village_id == village_id,
            _lines.c.slip_id.between(min(slip_ids), max(slip_ids)),
        )
        .order_by(_lines.c.slip_id, _lines.c.line)
    )
    for row in rows:
        found[row.slip_id].append(
            LineInfo(
                line=row.line,
                product_id=row.product_id,
                name=row.name,
                spec=row.spec,
                quantity=row.quantity,
                price_fen=row.price_fen,
                refund_id=taken_back.get((row.slip_id, row.line)),
            )
        )
    return found
