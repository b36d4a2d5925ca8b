"""What the demo's people take home from the shop, and how its shelves are filled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

from moralbank.households.queries import MemberInfo
from moralbank.store.queries import ProductInfo

MOST_LINES: Final = 4
_LOW: Final = 0.5
"""A shelf is filled up again when less than this part is on it."""
_COST: Final = (0.76, 0.88)
"""What the shop pays, as a part of the price."""
_KEEPS: Final = {"米面粮油": (150, 330), "副食": (25, 60), "油盐酱醋": (300, 700)}
"""By category how many days goods keep; others keep for ever."""
_SENT: Final = 0.12
_MISCOUNTED: Final = 0.08


def draw_cart(draw: Random, goods: Mapping[int, ProductInfo], purse_fen: int) -> dict[int, int]:
    """Pieces by product, for at most `purse_fen`; empty where nothing can be had."""
    cart: dict[int, int] = {}
    left = purse_fen
    for _line in range(draw.randint(1, MOST_LINES)):
        choice = [
            info
            for info in goods.values()
            if info.sellable > 0 and info.price_fen <= left and info.id not in cart
        ]
        if not choice:
            break
        # Who has much to spend takes the better things first.
        info = draw.choices(choice, [info.price_fen**0.5 for info in choice])[0]
        most = min(2, info.sellable, left // info.price_fen)
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
        if info.sellable <= full * _LOW:
            missing[info.id] = full - info.sellable
    return missing


def cost_of(draw: Random, price_fen: int) -> int:
    """Fen that a piece was bought for."""
    return max(1, round(price_fen * draw.uniform(*_COST)))


def keeps_for(draw: Random, category: str, day: date) -> date | None:
    """Until when goods that come in on a day keep; None for ever."""
    days = _KEEPS.get(category)
    return day + timedelta(days=draw.randint(*days)) if days else None


def draw_collector(
    draw: Random, family: Sequence[MemberInfo], others: Sequence[Sequence[str]]
) -> tuple[str, str]:
    """Who takes the goods: mostly the head, now and then a member or somebody with a relation."""
    if draw.random() >= _SENT:
        return "", ""
    able = [one.name for one in family if not one.minor]
    if able:
        return draw.choice(able), ""
    name, relation = draw.choice(others)
    return name, relation


def tally(draw: Random, stock: Mapping[int, int]) -> dict[int, int]:
    """What is counted of each product: mostly what the books say."""
    return {
        number: max(0, pieces - (draw.random() < _MISCOUNTED)) for number, pieces in stock.items()
    }
