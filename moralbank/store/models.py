"""Tables of shops, products and stock moves."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice, local_key, village_key


class MoveKind(StrEnum):
    """Why stock changed."""

    RECEIVE = "receive"
    REDEEM = "redeem"


class Shop(SQLModel, table=True):
    """A shop that takes the village's store credit."""

    __tablename__ = "shops"

    village_id: int = village_key()
    id: int = local_key()
    name: str = Field(max_length=40)


class Product(SQLModel, table=True):
    """Goods on a shelf. `price_fen` is what one `unit` costs; `stock` counts whole units.

    An empty barcode means that there is none.
    """

    __tablename__ = "products"
    __table_args__ = (
        belongs_to("shops", "shop_id"),
        UniqueConstraint("village_id", "shop_id", "sku"),
        CheckConstraint("price_fen > 0", name="price"),
        CheckConstraint("stock >= 0", name="stock"),
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


class StockMove(SQLModel, table=True):
    """One change of one product's stock: how many, why, and how many were left."""

    __tablename__ = "stock_moves"
    __table_args__ = (
        belongs_to("products", "product_id"),
        CheckConstraint("quantity <> 0", name="quantity"),
    )

    village_id: int = village_key()
    id: int = local_key()
    product_id: int
    kind: MoveKind = choice(MoveKind)
    quantity: int
    left: int
    slip_id: int | None
    note: str = Field(max_length=80)
    by: int
    at: datetime
