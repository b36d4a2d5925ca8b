"""The purse of a test's village: money in and out, goods with their cost, points."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.check import check_village
from moralbank.fund import lapse_rules, lapsing, old_points, service
from moralbank.fund.cover import Cover, cover
from moralbank.fund.models import FundSource
from moralbank.fund.queries import (
    ReceiptToPay,
    VoucherFilter,
    VoucherInfo,
    cash,
    receipts_to_pay,
    vouchers,
)
from moralbank.store.queries import product_by_sku
from moralbank.store.service import ReceivedLine, Receiving, receive, send_back
from tests.awards.deeds import Deeds, fresh_id
from tests.village import Town

MEETING = "参加村民会议"


class Purse(Deeds):
    """The fund of one village, kept by its accountant."""

    def __init__(self, town: Town) -> None:
        """Know who keeps it."""
        super().__init__(town)
        self.accountant, self.admin = town.actor(Role.ACCOUNTANT), town.actor(Role.ADMIN)
        self.keeper = town.actor(Role.SHOPKEEPER)

    def income(self, fen: int, number: str = "", **said: Any) -> int:
        """Write down money that came in."""
        request_id, photos = said.pop("request_id", None) or fresh_id(), said.pop("photos", ())
        said = {"source": FundSource.FINANCE, "party": "哈拉道口镇政府", **said}
        wanted = service.Income(
            number=number or request_id, day=said.pop("day", clock.today()), amount_fen=fen, **said
        )
        with self.town.database.writing() as session:
            return service.record_income(session, self.accountant, request_id, wanted, photos)

    def buy(self, fen: int, **said: Any) -> int:
        """Write down goods that were paid for."""
        request_id = said.pop("request_id", None) or fresh_id()
        said = {"party": "镇上批发部", "day": clock.today(), **said}
        with self.town.database.writing() as session:
            wanted = service.Purchase(amount_fen=fen, **said)
            return service.buy(session, self.accountant, request_id, wanted)

    def take_back(self, voucher_id: int, reason: str = "金额写错", request_id: str = "") -> int:
        """Reverse a voucher."""
        with self.town.database.writing() as session:
            return service.take_back(
                session, self.accountant, request_id or fresh_id(), voucher_id, reason
            )

    def stock(self, sku: str, pieces: int, cost_fen: int | None, supplier: str = "") -> int:
        """Take goods in; the receipt's number."""
        with self.town.database.writing() as session:
            number = product_by_sku(session, self.town.village_id, sku).id
            wanted = Receiving({number: ReceivedLine(pieces, cost_fen)}, supplier=supplier)
            return receive(session, self.keeper, fresh_id(), wanted)

    def send_back(self, receipt_id: int, sku: str, pieces: int) -> None:
        """Give goods of a receipt back to the supplier."""
        with self.town.database.writing() as session:
            number = product_by_sku(session, self.town.village_id, sku).id
            send_back(session, self.keeper, fresh_id(), receipt_id, {number: pieces}, "包装破了")

    def to_pay(self) -> Sequence[ReceiptToPay]:
        """Receipts that wait for their money."""
        with self.town.database.reading() as session:
            return receipts_to_pay(session, self.town.village_id)

    def give(self, label: str, points: int) -> int:
        """Let a household earn points today; the deed's number."""
        made = self.record(
            label, MEETING, quantity=points, note=f"签到表 {fresh_id()}", deed_on=clock.today()
        )
        self.approve(made)
        return made

    def rule(
        self, begins: date | None, keeps_months: int = 0, request_id: str | None = None
    ) -> int:
        """Let points lapse from a day on."""
        with self.town.database.writing() as session:
            return lapse_rules.set_rule(
                session, self.admin, request_id or fresh_id(), begins, keeps_months, "第 5 号决议"
            )

    def lapse(self) -> list[int]:
        """Let lapse what is due by the clock."""
        with self.town.database.writing() as session:
            return lapsing.lapse_due(session)

    def warned(self, label: str) -> str:
        """What a household is told of points that lapse."""
        owner = self.town.household(label).id
        with self.town.database.reading() as session:
            ahead = old_points.lapse_ahead(session, self.town.village_id, owner)
        return ahead.words if ahead else ""

    def cover(self) -> Cover:
        """What stands behind the points."""
        with self.town.database.reading() as session:
            return cover(session, self.town.village_id)

    def cash(self) -> int:
        """The money there is."""
        with self.town.database.reading() as session:
            return cash(session, self.town.village_id)

    def vouchers(self, wanted: VoucherFilter | None = None) -> Sequence[VoucherInfo]:
        """The vouchers."""
        with self.town.database.reading() as session:
            return vouchers(session, self.town.village_id, wanted or VoucherFilter())

    def codes(self) -> list[str]:
        """What `moralbank check` finds; `spend` goes without a slip."""
        with self.town.database.reading() as session:
            found = [problem.code for problem in check_village(session, self.town.village_id)]
        return [code for code in found if code != "slip_missing"]
