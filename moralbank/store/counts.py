"""Reading stock counts (盘点): all of a shop, one with its lines, its sheet."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import and_, case, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.audit import Actor
from moralbank.errors import NotFound
from moralbank.i18n import _, mark
from moralbank.ledger.chain import canonical_json
from moralbank.local_numbers import local_number
from moralbank.paging import Page, place
from moralbank.store.keeping import shop, shop_for
from moralbank.store.models import Batch, CountState, StockCount, StockCountLine, StockMove
from moralbank.store.queries import ProductInfo, products_by_id
from moralbank.store.sheets import CountLine, CountSheet
from moralbank.villages.queries import village_info

PAGE_ROWS: Final = 30
STATE_LABELS: Final = {
    CountState.OPEN: mark("正在盘点"),
    CountState.POSTED: mark("已入账"),
    CountState.DROPPED: mark("已作废"),
}
_LABEL: Final = re.compile(r"(?:PD[0-9]{4}-)?0*([0-9]{1,9})", re.IGNORECASE | re.ASCII)

_counts = StockCount.__table__  # type: ignore[attr-defined]
_lines = StockCountLine.__table__  # type: ignore[attr-defined]
_moves = StockMove.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]


class CountUnknown(NotFound):
    """No such count in this village."""

    text = mark("没有这次盘点")
    code = "count_unknown"


@dataclass(frozen=True)
class CountedLine:
    """One product of a count: pieces by the books when the sheet was made, and pieces found.

    `counted` is None while nobody has counted. `moved` pieces came (or, below zero, went) since
    the sheet was made, as long as the count is open. `cost_fen` is what the difference comes to
    at cost, None where no cost is known: of the batches that it changed once it is posted, before
    that at what the product was last bought for.
    """

    product: ProductInfo
    expected: int
    counted: int | None
    moved: int
    cost_fen: int | None

    @property
    def difference(self) -> int:
        """Pieces found too many, below zero too few; 0 for a product that was not counted."""
        return 0 if self.counted is None else self.counted - self.expected


@dataclass(frozen=True)
class CountHead:
    """A count without its lines; `ended_at` and `ended_by` say who posted or dropped it."""

    id: int
    shop_id: int
    state: CountState
    category: str
    note: str
    opened_at: datetime
    opened_by: str
    ended_at: datetime | None
    ended_by: str

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return count_label(self.id, self.opened_at)

    @property
    def open(self) -> bool:
        """Whether it may still be typed in."""
        return self.state is CountState.OPEN

    @property
    def state_words(self) -> str:
        """Where it stands."""
        return _(STATE_LABELS[self.state])


@dataclass(frozen=True)
class CountRow:
    """A count as lists show it: how many products, how many of them counted, and differing."""

    head: CountHead
    lines: int
    counted: int
    differing: int


@dataclass(frozen=True)
class CountInfo:
    """A count with all its lines, as they stand on the shelf."""

    head: CountHead
    lines: tuple[CountedLine, ...]

    @property
    def counted(self) -> list[CountedLine]:
        """The lines that somebody has counted."""
        return [line for line in self.lines if line.counted is not None]

    @property
    def differing(self) -> list[CountedLine]:
        """The counted lines where shelf and books differ."""
        return [line for line in self.lines if line.difference]

    @property
    def cost_fen(self) -> int:
        """What all differences come to at cost, in fen; below zero where goods are missing."""
        return sum(line.cost_fen or 0 for line in self.differing)

    @property
    def unknown_kinds(self) -> int:
        """Of how many differing products nobody knows the cost."""
        return sum(line.cost_fen is None for line in self.differing)

    @property
    def digest(self) -> str:
        """A short word for what was counted: two that differ are two different counts."""
        counted = [[line.product.id, line.counted] for line in self.counted]
        return sha256(canonical_json(counted).encode()).hexdigest()[:16]


def count_label(number: int, opened_at: datetime) -> str:
    """A count's number as people see it: "PD2026-0003"."""
    return f"PD{clock.local(opened_at):%Y}-{number:04d}"


def count_number(typed: str) -> int | None:
    """The number in what was scanned from a sheet or typed ("PD2026-0003", "3"), or None."""
    found = _LABEL.fullmatch(typed.strip())
    return local_number(found.group(1)) if found else None


def count_head(session: Session, village_id: int, count_id: int) -> CountHead:
    """One count without its lines; raises CountUnknown, also for another village's."""
    row = (
        session.connection()
        .execute(
            select(_counts).where(_counts.c.village_id == village_id, _counts.c.id == count_id)
        )
        .first()
    )
    if row is None:
        raise CountUnknown
    return _head(row, user_names(session, village_id))


def count_for(session: Session, actor: Actor, count_id: int) -> CountInfo:
    """One count for somebody who may see its shop. Raises CountUnknown, NotYourShop."""
    head = count_head(session, actor.village_id, count_id)
    shop_for(session, actor, head.shop_id)
    return CountInfo(head, tuple(_lines_of(session, actor.village_id, head)))


def count_page(session: Session, village_id: int, shop_id: int, number: int = 1) -> Page[CountRow]:
    """A page of a shop's counts, newest first; a page too far gives the last one."""
    wanted = and_(_counts.c.village_id == village_id, _counts.c.shop_id == shop_id)
    connection = session.connection()
    total = connection.scalar(select(func.count()).select_from(_counts).where(wanted)) or 0
    here = place(total, number, PAGE_ROWS)
    differs = case((_lines.c.counted != _lines.c.expected, 1))
    found = (
        select(
            _counts,
            func.count(_lines.c.product_id).label("lines"),
            func.count(_lines.c.counted).label("counted"),
            func.count(differs).label("differing"),
        )
        .join(
            _lines,
            and_(_lines.c.village_id == _counts.c.village_id, _lines.c.count_id == _counts.c.id),
        )
        .where(wanted)
        .group_by(*_counts.c)
        .order_by(_counts.c.id.desc())
        .limit(PAGE_ROWS)
        .offset(here.offset)
    )
    names = user_names(session, village_id)
    rows = [
        CountRow(_head(row, names), row.lines, row.counted, row.differing)
        for row in connection.execute(found)
    ]
    return Page(rows, here)


def count_sheet(session: Session, actor: Actor, count_id: int, *, blind: bool) -> CountSheet:
    """The sheet to walk along the shelf with; a blind one keeps what the books say to itself.

    Raises CountUnknown, NotYourShop.
    """
    info = count_for(session, actor, count_id)
    return CountSheet(
        village=village_info(session, actor.village_id).name,
        shop=shop(session, actor.village_id, info.head.shop_id).name,
        number=info.head.label,
        made_at=clock.local(info.head.opened_at),
        category=info.head.category,
        by=info.head.opened_by,
        lines=tuple(
            CountLine(
                sku=line.product.sku,
                title=line.product.title,
                unit=line.product.unit,
                expected=None if blind else line.expected,
            )
            for line in info.lines
        ),
    )


def _head(row: Any, names: Mapping[int, str]) -> CountHead:
    return CountHead(
        id=row.id,
        shop_id=row.shop_id,
        state=CountState(row.state),
        category=row.category,
        note=row.note,
        opened_at=row.opened_at,
        opened_by=names.get(row.opened_by, ""),
        ended_at=row.ended_at,
        ended_by="" if row.ended_by is None else names.get(row.ended_by, ""),
    )


def _lines_of(session: Session, village_id: int, head: CountHead) -> list[CountedLine]:
    """A count's lines, category by category, as the goods of a shop are always listed."""
    rows = (
        session.connection()
        .execute(
            select(_lines.c.product_id, _lines.c.expected, _lines.c.counted)
            .where(_lines.c.village_id == village_id, _lines.c.count_id == head.id)
            .order_by(_lines.c.product_id)
        )
        .all()
    )
    goods = products_by_id(session, village_id, [row.product_id for row in rows])
    costs = _costs_posted(session, village_id, head) if head.state is CountState.POSTED else None
    lines = [_line(row, goods[row.product_id], head, costs) for row in rows]
    places: dict[str, int] = {}
    for line in lines:
        places.setdefault(line.product.category, len(places))
    return sorted(lines, key=lambda line: places[line.product.category])


def _line(
    row: Any, product: ProductInfo, head: CountHead, costs: Mapping[int, int | None] | None
) -> CountedLine:
    difference = 0 if row.counted is None else row.counted - row.expected
    if costs is None:
        cost = None if product.cost_fen is None else difference * product.cost_fen
    else:
        cost = costs.get(product.id, 0)
    # While a product is being counted no other count can change it: what its stock moved by
    # since the sheet was made came and went over the counter, or with the supplier.
    moved = product.stock - row.expected if head.open else 0
    return CountedLine(product, row.expected, row.counted, moved, cost)


def _costs_posted(session: Session, village_id: int, head: CountHead) -> dict[int, int | None]:
    """What a posted count changed, at the cost of the batches that it changed, by product."""
    unknown = func.count(case((_batches.c.cost_fen.is_(None), 1)))
    rows = session.connection().execute(
        select(
            _moves.c.product_id,
            func.sum(_moves.c.quantity * _batches.c.cost_fen).label("fen"),
            unknown.label("unknown"),
        )
        .join(
            _batches,
            and_(_batches.c.village_id == _moves.c.village_id, _batches.c.id == _moves.c.batch_id),
        )
        .where(_moves.c.village_id == village_id, _moves.c.count_id == head.id)
        .group_by(_moves.c.product_id)
    )
    return {row.product_id: None if row.unknown else int(row.fen) for row in rows}
