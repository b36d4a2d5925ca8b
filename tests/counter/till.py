"""The counter of a test's village, and words for giving points and redeeming."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.cards.queries import CardInfo, card_by_token
from moralbank.cards.service import issue
from moralbank.check import check_village
from moralbank.counter.queries import Customer, SlipFilter, SlipInfo, customer, slip, slips
from moralbank.counter.service import Redeem, redeem
from moralbank.ledger.check import Problem
from moralbank.scheme.queries import scheme_on
from moralbank.store.queries import ProductInfo, product_by_sku
from moralbank.store.service import ProductDetails, edit_product, receive, set_rate
from tests.village import Town

DU, WANG, SIQIN = "一组-012", "六组-042", "二组-007"


@dataclass
class Till:
    """The counter of a settled village."""

    town: Town
    requests: int = 0

    def request_id(self) -> str:
        """A request id that was not used yet."""
        self.requests += 1
        return f"till-{self.requests:06d}"

    def stock(self, **pieces: int) -> None:
        """Take goods in, SKU=pieces (OIL_5L for OIL-5L)."""
        with self.town.database.writing() as session:
            numbers = {self._number(sku.replace("_", "-")): n for sku, n in pieces.items()}
            receive(session, self.town.actor(Role.SHOPKEEPER), self.request_id(), numbers)

    def give(self, label: str, points: int, days_ago: int = 1) -> None:
        """Let a household earn points: recorded by one, approved by another."""
        day = clock.today() - timedelta(days=days_ago)
        with self.town.database.writing() as session:
            item = scheme_on(session, self.town.village_id, day).item("参加村民会议")
            wanted = RecordAward(
                self.town.household(label).id,
                item.number,
                quantity=points,
                deed_on=day,
                note="签到表",
            )
            number = record(session, self.town.actor(Role.RECORDER), self.request_id(), wanted)
        with self.town.database.writing() as session:
            approve(session, self.town.actor(Role.REVIEWER), self.request_id(), [number])

    def price(self, sku: str, fen: int, *, active: bool = True) -> None:
        """Change what a product costs."""
        with self.town.database.writing() as session:
            now = product_by_sku(session, self.town.village_id, sku)
            details = ProductDetails(
                name=now.name,
                price_fen=fen,
                category=now.category,
                unit=now.unit,
                spec=now.spec,
                barcode=now.barcode,
            )
            actor = self.town.actor(Role.SHOPKEEPER)
            edit_product(session, actor, now.id, details, active=active)

    def rate(self, fen: int) -> None:
        """Let a point be worth so many fen from today."""
        with self.town.database.writing() as session:
            set_rate(session, self.town.actor(Role.ADMIN), fen, clock.today(), "村民会议第 3 号")

    def card(self, label: str) -> CardInfo:
        """Give a household its card."""
        with self.town.database.writing() as session:
            number = self.town.household(label).id
            token = issue(session, self.town.actor(Role.RECORDER), [number])[0].token
        with self.town.database.reading() as session:
            return card_by_token(session, token)

    def redeem(self, label: str, request_id: str = "", **pieces: int) -> SlipInfo:
        """Exchange, by name; the slip."""
        with self.town.database.writing() as session:
            lines = {self._number(sku.replace("_", "-")): n for sku, n in pieces.items()}
            wanted = Redeem(self.town.household(label).id, None, lines)
            actor = self.town.actor(Role.SHOPKEEPER)
            number = redeem(session, actor, request_id or self.request_id(), wanted)
        return self.slip(number)

    def slip(self, number: int) -> SlipInfo:
        """A slip by its number."""
        with self.town.database.reading() as session:
            return slip(session, self.town.village_id, number)

    def slips(self) -> int:
        """How many slips there are."""
        with self.town.database.reading() as session:
            return len(slips(session, self.town.village_id, SlipFilter()))

    def product(self, sku: str) -> ProductInfo:
        """A product by its SKU."""
        with self.town.database.reading() as session:
            return product_by_sku(session, self.town.village_id, sku)

    def has(self, label: str) -> Customer:
        """What a household has."""
        with self.town.database.reading() as session:
            return customer(session, self.town.village_id, self.town.household(label).id)

    def problems(self) -> Sequence[Problem]:
        """What `moralbank check` finds."""
        with self.town.database.reading() as session:
            return check_village(session, self.town.village_id)

    def _number(self, sku: str) -> int:
        with self.town.database.reading() as session:
            return product_by_sku(session, self.town.village_id, sku).id
