"""The accountant's desk of a test's village: settlements with its shops, day by day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.queries import actor_of
from moralbank.access.service import add_user
from moralbank.audit import Actor
from moralbank.counter.refunding import refund
from moralbank.fund.models import FundSource
from moralbank.fund.queries import cash
from moralbank.fund.service import Income, record_income
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of
from moralbank.settlements import service
from moralbank.settlements.paying import Payment
from moralbank.settlements.queries import Claim, SettlementInfo, claims, settlement
from moralbank.store.goods import ProductDetails, add_product
from moralbank.store.models import ShopKeeper, ShopKind
from moralbank.store.service import ReceivedLine, Receiving, receive
from moralbank.store.shops import NewShop, add_shop, appoint, edit_shop
from tests.counter.till import Till
from tests.village import PASSWORD

SECOND_KEEPER = "吴桂花"


@contextmanager
def on_day(days: int, hour: int = 10, minute: int = 0) -> Iterator[date]:
    """Let it be that time of the village's clock so many days from now."""
    day = clock.local(clock.now()).date() + timedelta(days=days)
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.VILLAGE_ZONE)
    with clock.at(moment):
        yield day


@dataclass
class Desk(Till):
    """Slips at the counter, and what becomes of them at the accountant's."""

    def do(self, act: Callable[..., Any], *what: Any, **more: Any) -> Any:
        """Let a service act in a transaction of its own."""
        with self.town.database.writing() as session:
            return act(session, *what, **more)

    def actor(self, role: Role) -> Actor:
        """The person who has this part."""
        return self.town.actor(role)

    def contract(self, shop_id: int = 1, name: str = "便民商店") -> None:
        """Let a shop be a private one, to which the village owes what it gives out."""
        wanted = NewShop(name, ShopKind.CONTRACT)
        self.do(edit_shop, self.actor(Role.ADMIN), shop_id, wanted)

    def second_shop(self) -> Actor:
        """A second shop with a keeper and goods of its own; its keeper."""
        admin = self.actor(Role.ADMIN)

        def found(session: Session) -> Actor:
            shop = add_shop(session, admin, NewShop("东头小卖部"))
            added = add_user(session, admin, SECOND_KEEPER, Role.SHOPKEEPER, PASSWORD, first=False)
            keeper = actor_of(added, "test")
            appoint(session, admin, keeper.user_id, shop.id)
            details = ProductDetails(name="红糖", price_fen=800, category="食品", unit="袋")
            sugar = add_product(session, keeper, "SUGAR-1", details)
            lines = {sugar.id: ReceivedLine(9)}
            receive(session, keeper, self.request_id(), Receiving(lines))
            return keeper

        made: Actor = self.do(found)
        return made

    def let_keep(self, user_id: int, shop_id: int) -> None:
        """Let somebody keep a shop, whatever else they are."""
        row = ShopKeeper(village_id=self.town.village_id, user_id=user_id, shop_id=shop_id)
        self.do(lambda session: session.add(row))

    def refund(self, slip_id: int, *lines: int) -> int:
        """Take lines of a slip back into the stock, by the accountant."""
        back = dict.fromkeys(lines, False)
        who = self.actor(Role.ACCOUNTANT)
        return int(self.do(refund, who, self.request_id(), slip_id, back, "包装破了"))

    def income(self, fen: int) -> None:
        """Let money come into the fund."""
        paid_in = Income(
            source=FundSource.VILLAGE,
            number=f"收-{self.requests}",
            day=clock.today(),
            amount_fen=fen,
            party="村集体",
        )
        self.do(record_income, self.actor(Role.ACCOUNTANT), self.request_id(), paid_in)

    def draft(self, last: date | None = None, shop_id: int = 1, request_id: str = "") -> int:
        """Draw a settlement up; its number."""
        act = (self.actor(Role.ACCOUNTANT), request_id or self.request_id(), shop_id)
        return int(self.do(service.draft, *act, last or clock.today()))

    def sign(self, number: int, actor: Actor | None = None) -> None:
        """Let the shop sign."""
        self.do(service.sign, actor or self.actor(Role.SHOPKEEPER), number)

    def check(self, number: int, actor: Actor | None = None) -> None:
        """Let the supervisor check."""
        self.do(service.check, actor or self.actor(Role.SUPERVISOR), number)

    def drop(self, number: int, role: Role = Role.ACCOUNTANT, reason: str = "少了一张单") -> None:
        """Give a settlement up."""
        self.do(service.drop, self.actor(role), number, reason)

    def pay(self, settled: int, fen: int | None = None, request_id: str = "", **said: Any) -> int:
        """Pay what is due, or so many fen."""
        usual = {"number": f"记-{settled}", "day": clock.today()}
        due = self.settlement(settled).due_fen if fen is None else fen
        payment = Payment(**{"fen": due, **usual, **said})
        act = (self.actor(Role.ACCOUNTANT), request_id or self.request_id(), settled)
        return int(self.do(service.pay, *act, payment))

    def checked(self, last: date | None = None) -> int:
        """Draft, sign and check; the settlement's number."""
        number = self.draft(last)
        self.sign(number)
        self.check(number)
        return number

    def settlement(self, number: int) -> SettlementInfo:
        """A settlement as it stands."""
        with self.town.database.reading() as session:
            return settlement(session, self.town.village_id, number)

    def claim(self, shop_id: int = 1) -> Claim:
        """What a shop has to get."""
        with self.town.database.reading() as session:
            return claims(session, self.town.village_id, shop_id)[0]

    def cash(self) -> int:
        """Fen in the fund."""
        with self.town.database.reading() as session:
            return cash(session, self.town.village_id)

    def holds(self, kind: AccountKind, owner: int = 0) -> int:
        """Fen on an account."""
        with self.town.database.reading() as session:
            return account_of(session, self.town.village_id, kind, owner).amount
