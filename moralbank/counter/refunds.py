"""Reading refunds: what of a slip was taken back, when and by whom."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.counter.models import Refund, RefundLine
from moralbank.errors import NotFound
from moralbank.i18n import mark

_refunds = Refund.__table__  # type: ignore[attr-defined]
_lines = RefundLine.__table__  # type: ignore[attr-defined]


class RefundUnknown(NotFound):
    """No such refund in this village."""

    text = mark("没有这张退货单")
    code = "refund_unknown"


@dataclass(frozen=True)
class RefundInfo:
    """Lines of a slip that were taken back, by line whether the goods were written off.

    Amounts are fen and points; `credit_back` is below zero where the change of the slip's last
    point went back, too. `points_after` and `credit_after` are the household's balances.
    """

    id: int
    slip_id: int
    shop_id: int
    household_id: int
    seq: int
    at: datetime
    by: str
    reason: str
    total_fen: int
    points_back: int
    credit_back: int
    points_after: int
    credit_after: int
    lines: dict[int, bool]

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return refund_label(self.id, self.at)


def refund_label(number: int, at: datetime) -> str:
    """A refund's number as people see it: "TH20261120-0003"."""
    return f"TH{clock.local(at):%Y%m%d}-{number:04d}"


def refund(session: Session, village_id: int, refund_id: int) -> RefundInfo:
    """One refund; raises RefundUnknown, also for another village's."""
    found = _infos(session, village_id, _refunds.c.id == refund_id)
    if not found:
        raise RefundUnknown
    return found[0]


def refunds_of(
    session: Session, village_id: int, slip_ids: Collection[int]
) -> dict[int, tuple[RefundInfo, ...]]:
    """The refunds of each of these slips, the first first; who has none is left out."""
    found: dict[int, tuple[RefundInfo, ...]] = {}
    # By their bounds: a list that is exported has more numbers than a statement may carry.
    between = _refunds.c.slip_id.between(min(slip_ids, default=0), max(slip_ids, default=0))
    for one in _infos(session, village_id, between):
        found[one.slip_id] = (*found.get(one.slip_id, ()), one)
    return found


def _infos(session: Session, village_id: int, chosen: ColumnElement[bool]) -> list[RefundInfo]:
    """Refunds with their lines and names, oldest first; one statement where there are none."""
    rows = (
        session.connection()
        .execute(
            select(_refunds)
            .where(_refunds.c.village_id == village_id, chosen)
            .order_by(_refunds.c.id)
        )
        .all()
    )
    if not rows:
        return []
    lines = _lines_of(session, village_id, [row.id for row in rows])
    names = user_names(session, village_id)
    return [_info(row, names.get(row.by, ""), lines[row.id]) for row in rows]


def _info(row: Any, by: str, lines: dict[int, bool]) -> RefundInfo:
    return RefundInfo(
        id=row.id,
        slip_id=row.slip_id,
        shop_id=row.shop_id,
        household_id=row.household_id,
        seq=row.seq,
        at=row.at,
        by=by,
        reason=row.reason,
        total_fen=row.total_fen,
        points_back=row.points_back,
        credit_back=row.credit_back,
        points_after=row.points_after,
        credit_after=row.credit_after,
        lines=lines,
    )


def _lines_of(
    session: Session, village_id: int, refund_ids: Collection[int]
) -> dict[int, dict[int, bool]]:
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    rows = session.connection().execute(
        select(_lines)
        .where(
            _lines.c.village_id == village_id,
            _lines.c.refund_id.between(min(refund_ids), max(refund_ids)),
        )
        .order_by(_lines.c.line)
    )
    for row in rows:
        found[row.refund_id][row.line] = row.written_off
    return found
