"""What stands in a settlement, or would: slips, refunds, goods, days that weren't closed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, union_all
from sqlmodel import Session

from moralbank import clock
from moralbank.counter.models import DayClose, Refund, RefundLine, Slip, SlipLine
from moralbank.counter.queries import slip_label
from moralbank.counter.refunds import refund_label
from moralbank.households.queries import HouseholdInfo, household_labels
from moralbank.settlements.models import SettlementRefund, SettlementSlip

_slips = Slip.__table__  # type: ignore[attr-defined]
_slip_lines = SlipLine.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]
_refund_lines = RefundLine.__table__  # type: ignore[attr-defined]
_closes = DayClose.__table__  # type: ignore[attr-defined]
_in_slips = SettlementSlip.__table__  # type: ignore[attr-defined]
_in_refunds = SettlementRefund.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Picked:
    """Which slips and refunds of a village are meant, as conditions on their tables."""

    slips: ColumnElement[bool]
    refunds: ColumnElement[bool]


@dataclass(frozen=True)
class Sums:
    """How many slips and refunds there are and what they come to in fen; the day of the first."""

    slips: int = 0
    slips_fen: int = 0
    refunds: int = 0
    refunds_fen: int = 0
    first: date | None = None

    @property
    def amount_fen(self) -> int:
        """Slips less refunds; below zero where more was taken back than given out."""
        return self.slips_fen - self.refunds_fen


NOTHING: Final = Sums()


@dataclass(frozen=True)
class SlipRow:
    """A slip as a settlement lists it."""

    id: int
    label: str
    at: datetime
    household: HouseholdInfo
    fen: int


@dataclass(frozen=True)
class RefundRow:
    """A refund as a settlement lists it; `fen` above zero."""

    id: int
    label: str
    slip_id: int
    slip_label: str
    at: datetime
    household: HouseholdInfo
    fen: int
    reason: str


@dataclass(frozen=True)
class GoodsRow:
    """One product over all slips less refunds; below zero where more came back."""

    title: str
    pieces: int
    fen: int


@dataclass(frozen=True)
class LaterRefunds:
    """Refunds of a settlement's slips that stand in another one, or in none yet."""

    refunds: int
    fen: int


def within(village_id: int, settlement_id: int) -> Picked:
    """What stands in this settlement."""
    return Picked(
        and_(_slips.c.village_id == village_id, _slip_is_in(settlement_id)),
        and_(_refunds.c.village_id == village_id, _refund_is_in(settlement_id)),
    )


def unsettled(village_id: int, shop_id: int | None = None, last: date | None = None) -> Picked:
    """What stands in none: of one shop or all, up to the end of a day or to this moment."""
    slips: list[Any] = [_slips.c.village_id == village_id, ~_slip_is_in()]
    refunds: list[Any] = [_refunds.c.village_id == village_id, ~_refund_is_in()]
    for conditions, table in ((slips, _slips), (refunds, _refunds)):
        if shop_id is not None:
            conditions.append(table.c.shop_id == shop_id)
        if last is not None:
            conditions.append(table.c.at < clock.midnight(last + timedelta(days=1)))
    return Picked(and_(*slips), and_(*refunds))


def sums_by_shop(session: Session, picked: Picked) -> dict[int, Sums]:
    """What was picked comes to, by shop; a shop of which nothing was picked is left out."""
    slips = {row.shop_id: row for row in _totals(session, _slips, picked.slips)}
    refunds = {row.shop_id: row for row in _totals(session, _refunds, picked.refunds)}
    return {
        shop_id: _sums(slips.get(shop_id), refunds.get(shop_id))
        for shop_id in slips.keys() | refunds.keys()
    }


def cutoff_that_holds(session: Session, picked: Picked, last: date) -> date:
    """The first day after `last` from which on refunds no longer outweigh what came with them.

    Of what was picked, whatever comes after such a cut-off is worth nothing or more.
    """
    nets: dict[date, int] = defaultdict(int)
    for table, condition, sign in ((_slips, picked.slips, 1), (_refunds, picked.refunds, -1)):
        papers = select(table.c.at, table.c.total_fen).where(condition)
        for row in session.connection().execute(papers):
            nets[clock.local(row.at).date()] += sign * row.total_fen
    later = 0
    for day in sorted((day for day in nets if day > last), reverse=True):
        later += nets[day]
        if later < 0:
            return day
    return clock.today()


def numbers_in(session: Session, picked: Picked) -> tuple[list[int], list[int]]:
    """The numbers of the slips and of the refunds."""
    connection = session.connection()
    slips = connection.scalars(select(_slips.c.id).where(picked.slips))
    refunds = connection.scalars(select(_refunds.c.id).where(picked.refunds))
    return list(slips), list(refunds)


def slips_in(
    session: Session,
    village_id: int,
    picked: Picked,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[SlipRow]:
    """The slips, the oldest first."""
    rows = (
        session.connection()
        .execute(
            select(_slips.c.id, _slips.c.at, _slips.c.household_id, _slips.c.total_fen)
            .where(picked.slips)
            .order_by(_slips.c.id)
            .limit(limit)
            .offset(offset)
        )
        .all()
    )
    households = household_labels(session, village_id, {row.household_id for row in rows})
    return [
        SlipRow(
            row.id,
            slip_label(row.id, row.at),
            row.at,
            households[row.household_id],
            row.total_fen,
        )
        for row in rows
    ]


def refunds_in(session: Session, village_id: int, picked: Picked) -> list[RefundRow]:
    """The refunds, the oldest first."""
    rows = (
        session.connection()
        .execute(
            select(_refunds, _slips.c.at.label("slip_at"))
            .join(
                _slips,
                and_(
                    _slips.c.village_id == _refunds.c.village_id,
                    _slips.c.id == _refunds.c.slip_id,
                ),
            )
            .where(picked.refunds)
            .order_by(_refunds.c.id)
        )
        .all()
    )
    households = household_labels(session, village_id, {row.household_id for row in rows})
    return [
        RefundRow(
            row.id,
            refund_label(row.id, row.at),
            row.slip_id,
            slip_label(row.slip_id, row.slip_at),
            row.at,
            households[row.household_id],
            row.total_fen,
            row.reason,
        )
        for row in rows
    ]


def goods_in(session: Session, picked: Picked) -> list[GoodsRow]:
    """All goods that were given out less what came back, dearest first; sums to the amount."""
    pieces: dict[tuple[int, str, str], int] = defaultdict(int)
    fen: dict[tuple[int, str, str], int] = defaultdict(int)
    for rows, sign in ((_given(picked), 1), (_taken_back(picked), -1)):
        for row in session.connection().execute(rows):
            called = (row.product_id, row.name, row.spec)
            pieces[called] += sign * int(row.pieces)
            fen[called] += sign * int(row.fen)
    found = [
        GoodsRow(f"{called[1]} {called[2]}".rstrip(), pieces[called], fen[called])
        for called in sorted(pieces, key=lambda one: (-fen[one], one))
    ]
    return [one for one in found if one.pieces or one.fen]


def open_days(session: Session, village_id: int, shop_id: int, picked: Picked) -> list[date]:
    """Days of these slips and refunds that the shop hasn't closed (日结)."""
    moments = session.connection().scalars(
        union_all(
            select(_slips.c.at).where(picked.slips), select(_refunds.c.at).where(picked.refunds)
        )
    )
    days = {clock.local(at).date() for at in moments}
    return sorted(days - _closed(session, village_id, shop_id, days))


def later_refunds(session: Session, village_id: int, settlement_id: int) -> LaterRefunds:
    """Refunds of this settlement's slips that came too late for it."""
    of_its_slips = exists().where(
        _in_slips.c.village_id == village_id,
        _in_slips.c.slip_id == _refunds.c.slip_id,
        _in_slips.c.settlement_id == settlement_id,
    )
    row = (
        session.connection()
        .execute(
            select(func.count(), func.coalesce(func.sum(_refunds.c.total_fen), 0)).where(
                _refunds.c.village_id == village_id, of_its_slips, ~_refund_is_in(settlement_id)
            )
        )
        .one()
    )
    return LaterRefunds(row[0], int(row[1]))


def _slip_is_in(settlement_id: int | None = None) -> ColumnElement[bool]:
    """Whether a slip stands in this settlement, or in any."""
    found = exists().where(
        _in_slips.c.village_id == _slips.c.village_id, _in_slips.c.slip_id == _slips.c.id
    )
    return found if settlement_id is None else found.where(_in(_in_slips, settlement_id))


def _refund_is_in(settlement_id: int | None = None) -> ColumnElement[bool]:
    """Whether a refund stands in this settlement, or in any."""
    found = exists().where(
        _in_refunds.c.village_id == _refunds.c.village_id,
        _in_refunds.c.refund_id == _refunds.c.id,
    )
    return found if settlement_id is None else found.where(_in(_in_refunds, settlement_id))


def _in(table: Any, settlement_id: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.c.settlement_id == settlement_id
    return found


def _totals(session: Session, table: Any, condition: ColumnElement[bool]) -> list[Any]:
    """Count, sum and first moment by shop."""
    return list(
        session.connection().execute(
            select(
                table.c.shop_id,
                func.count().label("papers"),
                func.sum(table.c.total_fen).label("fen"),
                func.min(table.c.at).label("first"),
            )
            .where(condition)
            .group_by(table.c.shop_id)
        )
    )


def _sums(slips: Any, refunds: Any) -> Sums:
    """Both rows in one; None where there are none."""
    first = min(row.first for row in (slips, refunds) if row is not None)
    return Sums(
        slips=slips.papers if slips else 0,
        slips_fen=int(slips.fen) if slips else 0,
        refunds=refunds.papers if refunds else 0,
        refunds_fen=int(refunds.fen) if refunds else 0,
        first=clock.local(first).date(),
    )


def _given(picked: Picked) -> Select[Any]:
    """Pieces and fen of what was given out, by product as it was called."""
    slip_of = and_(
        _slips.c.village_id == _slip_lines.c.village_id, _slips.c.id == _slip_lines.c.slip_id
    )
    return _by_product().join(_slips, slip_of).where(picked.slips)


def _taken_back(picked: Picked) -> Select[Any]:
    """The same of what came back."""
    line_of = and_(
        _refund_lines.c.village_id == _slip_lines.c.village_id,
        _refund_lines.c.slip_id == _slip_lines.c.slip_id,
        _refund_lines.c.line == _slip_lines.c.line,
    )
    refund_of = and_(
        _refunds.c.village_id == _refund_lines.c.village_id,
        _refunds.c.id == _refund_lines.c.refund_id,
    )
    joined = _by_product().join(_refund_lines, line_of).join(_refunds, refund_of)
    return joined.where(picked.refunds)


def _by_product() -> Select[Any]:
    called = (_slip_lines.c.product_id, _slip_lines.c.name, _slip_lines.c.spec)
    return (
        select(
            *called,
            func.sum(_slip_lines.c.quantity).label("pieces"),
            func.sum(_slip_lines.c.quantity * _slip_lines.c.price_fen).label("fen"),
        )
        .select_from(_slip_lines)
        .group_by(*called)
    )


def _closed(session: Session, village_id: int, shop_id: int, days: Collection[date]) -> set[date]:
    """Which of these days the shop has closed."""
    if not days:
        return set()
    return set(
        session.connection().scalars(
            select(_closes.c.day).where(
                _closes.c.village_id == village_id,
                _closes.c.shop_id == shop_id,
                _closes.c.day.between(min(days), max(days)),
                _closes.c.reopened_at.is_(None),
            )
        )
    )
