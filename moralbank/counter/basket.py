"""The counter's page between scan and confirmation: shelves, what is in the cart, what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session

from moralbank.counter.queries import Customer, customer
from moralbank.counter.reckoning import Reckoning
from moralbank.households.pinyin import initials
from moralbank.households.queries import MemberInfo, members_of
from moralbank.store.prices import points_for
from moralbank.store.queries import ProductInfo, products


@dataclass(frozen=True)
class Tile:
    """A product at the counter: its price in points, and what was typed beside it."""

    product: ProductInfo
    points: int
    short: int
    typed: str

    @property
    def known(self) -> str:
        """What the search box finds it by, in lower case: name, size, SKU, pinyin initials."""
        info = self.product
        words = (info.name, info.spec, info.category, info.sku, info.barcode, initials(info.name))
        return " ".join(words).lower()

    @property
    def pieces(self) -> int:
        """The quantity, 0 where none (or nothing readable) was typed."""
        return int(self.typed) if self.typed.isdecimal() else 0


@dataclass(frozen=True)
class Basket:
    """Everything the page shows about one customer and their cart."""

    customer: Customer
    members: list[MemberInfo]
    shelves: list[tuple[str, list[Tile]]]

    @property
    def chosen(self) -> list[Tile]:
        """The tiles in the cart."""
        return [tile for _name, tiles in self.shelves for tile in tiles if tile.pieces]

    @property
    def pieces(self) -> int:
        """How many pieces are in the cart."""
        return sum(tile.pieces for tile in self.chosen)

    @property
    def reckoning(self) -> Reckoning:
        """What the cart costs this customer."""
        return Reckoning(
            total_fen=sum(tile.product.price_fen * tile.pieces for tile in self.chosen),
            rate_fen=self.customer.rate_fen,
            points_before=self.customer.points,
            credit_before=self.customer.credit_fen,
        )


def basket(
    session: Session, village_id: int, household_id: int, typed: Mapping[int, str]
) -> Basket:
    """The page of a household with what was typed so far. Raises HouseholdUnknown, NoRate."""
    buyer = customer(session, village_id, household_id)
    tiles = [_tile(one, buyer, typed) for one in products(session, village_id)]
    shelves = [
        (name, list(group)) for name, group in groupby(tiles, lambda tile: tile.product.category)
    ]
    return Basket(buyer, members_of(session, village_id, household_id), shelves)


def _tile(product: ProductInfo, buyer: Customer, typed: Mapping[int, str]) -> Tile:
    rest = points_for(product.price_fen - buyer.credit_fen, buyer.rate_fen)
    return Tile(
        product=product,
        points=points_for(product.price_fen, buyer.rate_fen),
        short=max(0, rest - buyer.points),
        typed=typed.get(product.id, ""),
    )
