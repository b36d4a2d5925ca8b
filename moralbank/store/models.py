"""Tables of shops, products, batches, stock moves, receipts and counts."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, literal_column, text
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, big, choice, local_key, village_key


class ShopKind(StrEnum):
    """Whose goods a shop gives out: the village's own, or a private shop's under contract.

    The village owes a shop under contract what its slips come to; its own shop's goods were paid
    for when they were bought.
    """

    VILLAGE = "village"
    CONTRACT = "contract"


class MoveKind(StrEnum):
    """Why stock changed: 进货, 兑换, 退回 (by a household), 退供货商, 报损, 盘点."""

    RECEIVE = "receive"
    REDEEM = "redeem"
    RETURN = "return"
    SEND_BACK = "send_back"
    WASTE = "waste"
    COUNT = "count"


class LimitPeriod(StrEnum):
    """How long a household's limit of a product lasts, as the calendar counts."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class CountState(StrEnum):
    """Where a stock count stands."""

    OPEN = "open"
    POSTED = "posted"
    DROPPED = "dropped"


class Shop(SQLModel, table=True):
    """A shop that takes the village's store credit; under contract until a day, or for good."""

    __tablename__ = "shops"

    village_id: int = village_key()
    id: int = local_key()
    name: str = Field(max_length=40)
    kind: ShopKind = choice(ShopKind, ShopKind.VILLAGE)
    contact: str = Field(default="", max_length=40)
    contract_until: date | None = Field(default=None)


class ShopKeeper(SQLModel, table=True):
    """Which shop a shopkeeper keeps. Without a row it is the village's only shop."""

    __tablename__ = "shop_keepers"
    __table_args__ = (belongs_to("shops", "shop_id"),)

    village_id: int = village_key()
    user_id: int = local_key()
    shop_id: int


class Product(SQLModel, table=True):
    """Goods on a shelf. `price_fen` is what one `unit` costs; `stock` counts whole units.

    An empty barcode means that there is none; `cost_fen` is what one unit was last bought for,
    None where nobody said. `on_from` and `on_until` are the first and last day it is offered.
    `low_at` pieces or less: time to order. A household may take `limit_pieces` in a
    `limit_period`; 0 is no limit.
    """

    __tablename__ = "products"
    __table_args__ = (
        belongs_to("shops", "shop_id"),
        UniqueConstraint("village_id", "shop_id", "sku"),
        CheckConstraint("price_fen > 0", name="price"),
        CheckConstraint("cost_fen >= 0", name="cost"),
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("limit_pieces >= 0 AND low_at >= 0", name="limits"),
        CheckConstraint("on_until >= on_from", name="offered"),
    )

    village_id: int = village_key()
    id: int = local_key()
    shop_id: int
    sku: str = Field(max_length=20)
    barcode: str = Field(max_length=20, index=True)
    name: str = Field(max_length=40)
    spec: str = Field(max_length=20)
    unit: str = Field(max_length=8)
    category: str = Field(max_length=20)
    price_fen: int
    stock: int
    active: bool
    cost_fen: int | None = Field(default=None)
    on_from: date | None = Field(default=None)
    on_until: date | None = Field(default=None)
    low_at: int = Field(default=3)
    limit_pieces: int = Field(default=0)
    limit_period: LimitPeriod = choice(LimitPeriod, LimitPeriod.MONTH)


class Batch(SQLModel, table=True):
    """Pieces of one product that came in together; the first to expire leaves first.

    `cost_fen` is what one piece cost, None where nobody knows; `left` pieces are still there.
    """

    __tablename__ = "stock_batches"
    __table_args__ = (
        belongs_to("products", "product_id"),
        CheckConstraint('"left" >= 0', name="left"),
        CheckConstraint("cost_fen >= 0", name="cost"),
        # What lies on the shelf, first expired first: few rows however long the history is.
        Index(
            "ix_stock_batches_shelf",
            "village_id",
            "product_id",
            "best_before",
            sqlite_where=text('"left" > 0'),
            postgresql_where=text('"left" > 0'),
        ),
    )

    village_id: int = village_key()
    id: int = local_key()
    product_id: int
    best_before: date | None
    cost_fen: int | None
    left: int
    at: datetime


ON_THE_SHELF: Final[Any] = Batch.__table__.c.left > literal_column("0")  # type: ignore[attr-defined]
"""The condition of the shelf's index, written as there.

With a 0 that comes as a value SQLite plans anew whenever it is asked, which takes ten times as
long as the answer.
"""


class Receipt(SQLModel, table=True):
    """Goods that came in together (进货单): from whom, by which paper, for how many fen."""

    __tablename__ = "stock_receipts"
    __table_args__ = (
        belongs_to("shops", "shop_id"),
        CheckConstraint("cost_fen >= 0", name="cost"),
    )

    village_id: int = village_key()
    id: int = local_key()
    shop_id: int
    supplier: str = Field(max_length=40)
    number: str = Field(max_length=30)
    note: str = Field(max_length=80)
    cost_fen: int = big()
    at: datetime
    by: int


class StockMove(SQLModel, table=True):
    """One change of one batch: how many, why, and how many of the product were left in all.

    At most one of slip, refund, receipt and count says by which paper.
    """

    __tablename__ = "stock_moves"
    __table_args__ = (
        belongs_to("products", "product_id"),
        belongs_to("stock_batches", "batch_id"),
        CheckConstraint("quantity <> 0", name="quantity"),
        # A product's own history, and what a slip took, however long the village's is.
        Index("ix_stock_moves_product", "village_id", "product_id", "id"),
        Index("ix_stock_moves_slip", "village_id", "slip_id"),
    )

    village_id: int = village_key()
    id: int = local_key()
    product_id: int
    batch_id: int
    kind: MoveKind = choice(MoveKind)
    quantity: int
    left: int
    slip_id: int | None
    refund_id: int | None = Field(default=None)
    receipt_id: int | None = Field(default=None)
    count_id: int | None = Field(default=None)
    note: str = Field(max_length=80)
    by: int
    at: datetime


class StockCount(SQLModel, table=True):
    """A count of what lies on the shelf (盘点): opened with its sheet, posted once."""

    __tablename__ = "stock_counts"
    __table_args__ = (belongs_to("shops", "shop_id"),)

    village_id: int = village_key()
    id: int = local_key()
    shop_id: int
    state: CountState = choice(CountState)
    category: str = Field(max_length=20)
    note: str = Field(max_length=80)
    opened_at: datetime
    opened_by: int
    ended_at: datetime | None
    ended_by: int | None


class StockCountLine(SQLModel, table=True):
    """One product of a count: what the books said when the sheet was made, what was counted."""

    __tablename__ = "stock_count_lines"
    __table_args__ = (
        belongs_to("stock_counts", "count_id"),
        belongs_to("products", "product_id"),
        CheckConstraint("expected >= 0 AND counted >= 0", name="pieces"),
    )

    village_id: int = village_key()
    count_id: int = local_key()
    product_id: int = local_key()
    expected: int
    counted: int | None
