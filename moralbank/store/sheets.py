"""What the shelf's papers show, as plain values: price labels and count sheets."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ShelfLabel:
    """The label of one product: ``price_fen`` is what one ``unit`` costs, ``points`` what it takes.

    ``barcode`` holds the digits that stand on the goods, empty where there are none: then the
    label carries the ``sku`` as Code 128.
    """

    name: str
    spec: str
    unit: str
    points: int
    price_fen: int
    barcode: str
    sku: str


@dataclass(frozen=True, kw_only=True)
class LabelSheet:
    """Labels to be cut or peeled off, in this order."""

    shop: str
    labels: tuple[ShelfLabel, ...]


@dataclass(frozen=True, kw_only=True)
class CountLine:
    """One product to be counted; ``expected`` pieces by the books, None on a blind sheet."""

    sku: str
    title: str
    unit: str
    expected: int | None


@dataclass(frozen=True, kw_only=True)
class CountSheet:
    """The sheet that a count (盘点) is written on.

    ``number`` is like "PD2026-0003" and stands on the sheet as a QR code; ``made_at`` is local
    time, the moment the ``expected`` pieces are of. ``category`` is empty for the whole shop.
    """

    village: str
    shop: str
    number: str
    made_at: datetime
    category: str
    by: str
    lines: tuple[CountLine, ...]
