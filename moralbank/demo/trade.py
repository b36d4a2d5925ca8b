"""What the demo's people take home from the shop, and how its shelves are filled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from moralbank.store.queries import ProductInfo

MOST_LINES: Final = 4
_LOW: Final = 0.5
"""A shelf is filled up again when less than this part is on it."""


def draw_cart(draw: Random, goods: Mapping[int, ProductInfo], purse_fen: int) -> dict[int, int]:
    """Pieces by product, for at most `purse_fen`; empty where nothing can be had."""
    cart: dict[int, int] = {}
    left = purse_fen
    for _line in range(draw.randint(1, MOST_LINES)):
        choice = [
            info
            for info in goods.values()
            if info.stock > 0 and info.price_fen <= left and info.id not in cart
        ]
        if not choice:
            break
        # Who has much to spend takes the better things first.
        info = draw.choices(choice, [info.price_fen**0.5 for info in choice])[0]
        most = min(2, info.stock, left // info.price_fen)
        cart[info.id] = draw.randint(1, most)
        left -= info.price_fen * cart[info.id]
    return cart


def take(goods: dict[int, ProductInfo], cart: Mapping[int, int]) -> None:
    """Remember that a cart's pieces are off the shelf."""
    for number, pieces in cart.items():
        goods[number] = replace(goods[number], stock=goods[number].stock - pieces)


def wanted_stock(
    goods: Iterable[ProductInfo], shelves: Sequence[tuple[int, int]]
) -> dict[int, int]:
    """Pieces to be fetched by product: up to the shelf's measure for what has run low."""
    missing = {}
    for info in goods:
        full = next(pieces for up_to, pieces in shelves if info.price_fen <= up_to)
        if info.stock <= full * _LOW:
            missing[info.id] = full - info.stock
    return missing
