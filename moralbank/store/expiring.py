"""Batches that expire soon, or have (临期): what must go first, and what must go away."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import and_, select
from sqlmodel import Session

from moralbank import clock
from moralbank.store.models import ON_THE_SHELF, Batch, Product

SOON_DAYS: Final = 30
OFFERED_DAYS: Final = (7, 30, 90)

_products = Product.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class ExpiringBatch:
    """Pieces that came in together; `days` are left until the best-before day, which is included.

    Below zero the day is over. `cost_fen` a piece is None where nobody knows.
    """

    product_id: int
    title: str
    sku: str
    unit: str
    best_before: date
    left: int
    cost_fen: int | None
    days: int

    @property
    def expired(self) -> bool:
        """Whether it may no longer be given out."""
        return self.days < 0

    @property
    def sum_fen(self) -> int | None:
        """What the pieces cost; None where nobody knows."""
        return None if self.cost_fen is None else self.left * self.cost_fen


def expiring(
    session: Session, village_id: int, shop_id: int, days: int = SOON_DAYS
) -> list[ExpiringBatch]:
    """What is on the shelf and expires within so many days or has, the first to expire first."""
    today = clock.today()
    rows = session.connection().execute(
        select(
            _products.c.id,
            _products.c.name,
            _products.c.spec,
            _products.c.sku,
            _products.c.unit,
            _batches.c.best_before,
            _batches.c.left,
            _batches.c.cost_fen,
        )
        .join(
            _products,
            and_(
                _products.c.village_id == _batches.c.village_id,
                _products.c.id == _batches.c.product_id,
            ),
        )
        .where(
            _batches.c.village_id == village_id,
            _products.c.shop_id == shop_id,
            ON_THE_SHELF,
            _batches.c.best_before <= today + timedelta(days=days),
        )
        .order_by(_batches.c.best_before, _batches.c.id)
    )
    return [
        ExpiringBatch(
            product_id=row.id,
            title=f"{row.name} {row.spec}".rstrip(),
            sku=row.sku,
            unit=row.unit,
            best_before=row.best_before,
            left=row.left,
            cost_fen=row.cost_fen,
            days=(row.best_before - today).days,
        )
        for row in rows
    ]
