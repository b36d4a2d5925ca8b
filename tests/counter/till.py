"""The counter of a test's village, and words for giving points and redeeming."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import date, timedelta
from typing import Any

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.cards.queries import CardInfo, card_by_token
from moralbank.cards.service import issue
from moralbank.check import check_village
from moralbank.counter.basket import Customer, customer
from moralbank.counter.closing import close_day
from moralbank.counter.models import Proof
from moralbank.counter.queries import SlipFilter, SlipInfo, slip, slips
from moralbank.counter.refunding import refund
from moralbank.counter.refunds import RefundInfo
from moralbank.counter.refunds import refund as read_refund
from moralbank.counter.service import Redeem, redeem
from moralbank.households.service import NewMember, add_member
from moralbank.ledger.check import Problem
from moralbank.scheme.queries import scheme_on
from moralbank.store.goods import ProductDetails, edit_product
from moralbank.store.models import LimitPeriod, ShopKind
from moralbank.store.queries import ProductInfo, product_by_sku
from moralbank.store.service import ReceivedLine, Receiving, receive, set_rate
from moralbank.store.shops import NewShop, edit_shop
from moralbank.villages.service import change_setting
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
            lines = {
                self._number(sku.replace("_", "-")): ReceivedLine(n) for sku, n in pieces.items()
            }
            keeper = self.town.actor(Role.SHOPKEEPER)
            receive(session, keeper, self.request_id(), Receiving(lines))

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
        self.change(sku, active=active, price_fen=fen)

    def limit(self, sku: str, pieces: int, period: LimitPeriod) -> None:
        """Let a household have only so many pieces."""
        self.change(sku, limit_pieces=pieces, limit_period=period)

    def change(self, sku: str, *, active: bool = True, **fields: Any) -> None:
        """Change what is known of a product."""
        names = {one.name for one in dataclass_fields(ProductDetails)}
        with self.town.database.writing() as session:
            now = product_by_sku(session, self.town.village_id, sku)
            kept = {name: getattr(now, name) for name in names}
            actor = self.town.actor(Role.SHOPKEEPER)
            details = ProductDetails(**{**kept, **fields})
            edit_product(session, actor, now.id, details, active=active)

    def contract(self, until: date) -> None:
        """Let the shop be a private one, under contract until a day."""
        with self.town.database.writing() as session:
            wanted = NewShop("老周商店", ShopKind.CONTRACT, contract_until=until)
            edit_shop(session, self.town.actor(Role.ADMIN), 1, wanted)

    def member(self, label: str, name: str, relation: str) -> None:
        """Add a person to a household."""
        with self.town.database.writing() as session:
            wanted = NewMember(name, relation)
            household_id = self.town.household(label).id
            add_member(session, self.town.actor(Role.ADMIN), household_id, wanted)

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
            # What needs no proof is none the worse for one.
            wanted = Redeem(self.town.household(label).id, None, lines, proof=Proof.PIN)
            actor = self.town.actor(Role.SHOPKEEPER)
            number = redeem(session, actor, request_id or self.request_id(), wanted)
        return self.slip(number)

    def rule(self, key: str, value: str | int) -> None:
        """Let the village set something."""
        with self.town.database.writing() as session:
            change_setting(session, self.town.actor(Role.ADMIN), key, str(value))

    def refund(
        self,
        slip_id: int,
        *lines: int,
        spoiled: Sequence[int] = (),
        reason: str = "",
        by: Role = Role.SHOPKEEPER,
        request_id: str = "",
    ) -> RefundInfo:
        """Take lines of a slip back; the refund."""
        wanted = {line: line in spoiled for line in (*lines, *spoiled)}
        with self.town.database.writing() as session:
            number = refund(
                session,
                self.town.actor(by),
                request_id or self.request_id(),
                slip_id,
                wanted,
                reason,
            )
        with self.town.database.reading() as session:
            return read_refund(session, self.town.village_id, number)

    def close(self, day: date, slips: int, fen: int, reason: str = "") -> int:
        """Close a day; the closing's number."""
        with self.town.database.writing() as session:
            actor = self.town.actor(Role.SHOPKEEPER)
            return close_day(session, actor, self.request_id(), day, slips, fen, reason)

    def take(self, wanted: Redeem, request_id: str = "") -> int:
        """Redeem what is said in full; the slip's number."""
        with self.town.database.writing() as session:
            actor = self.town.actor(Role.SHOPKEEPER)
            return redeem(session, actor, request_id or self.request_id(), wanted)

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
