"""The whole village against a plain-Python model of it, driven by hypothesis.

As TigerBeetle tests its state machine: acts in any order, on any day, asked for again with the
same request id, asked for under an id that was used for something else, half done and undone.
`tests/ledger/test_model.py` does the same with the kernel alone.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards import posting
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.check import check_village
from moralbank.counter.models import Proof
from moralbank.counter.refunding import refund
from moralbank.counter.service import Redeem, redeem
from moralbank.errors import Refused
from moralbank.fund import lapse_rules
from moralbank.fund.lapsing import lapse_due
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of, balances
from moralbank.notices.service import close_due, open_notice
from moralbank.scheme.queries import scheme_on
from moralbank.settlements import service as settlements
from moralbank.settlements.paying import Payment
from moralbank.store.queries import products
from moralbank.store.service import set_rate
from moralbank.villages.service import change_setting
from moralbank.villages.settings import NOTICE_DAYS
from tests.conftest import Source, opened
from tests.counter.till import DU, SIQIN
from tests.faults.reckoned import Deed, Reckoned
from tests.settlements.desk import Desk
from tests.soak import times, told
from tests.village import VILLAGE_ID, Town

LABELS: Final = (DU, SIQIN)
GOODS: Final = {"SOAP-126G": 230, "NOODLE-1KG": 370}
PIECES: Final = 25
CASH: Final = 200_00
STEPS: Final = times(20, 60)
PHASES: Final = times((Phase.generate,), tuple(Phase))
"""In the short form a history that fails isn't made shorter: that takes minutes."""
Work = Callable[[Session, str], int]


class TakenBackError(Exception):
    """Ends a savepoint whose work is to leave no trace."""


@dataclass(frozen=True)
class Asked:
    """A request as it was first made: what it was, and the number or refusal that it got."""

    id: str
    work: Work
    result: int | None
    code: str


class Village(RuleBasedStateMachine):
    """Everybody at once: recorder, reviewer, counter, accountant, and the days that go by."""

    def __init__(self, source: Source) -> None:
        """The settled village, its shop a private one, an empty till and some money."""
        super().__init__()
        self._opened = opened(source, source.settled())
        self.database = next(self._opened)
        self.desk = Desk(Town(self.database, VILLAGE_ID))
        self.day = clock.today()
        self.asked: list[Asked] = []
        self.hanging: dict[int | None, date] = {}
        self.homes: dict[str, int] = {}
        self.model = Reckoned(
            prices=dict(GOODS),
            stock=dict.fromkeys(GOODS, PIECES),
            cash=CASH,
            points=dict.fromkeys(LABELS, 0),
            credit=dict.fromkeys(LABELS, 0),
        )

    @initialize()
    def settle_down(self) -> None:
        """Goods at prices that leave change, and the people by name."""
        self.desk.contract()
        for sku, fen in GOODS.items():
            self.desk.price(sku, fen)
        self.desk.stock(SOAP_126G=PIECES, NOODLE_1KG=PIECES)
        self.desk.income(CASH)
        self.homes = {label: self.desk.town.household(label).id for label in LABELS}
        self.goods = {sku: self.desk.product(sku).id for sku in GOODS}
        self.people = {role: self.desk.actor(role) for role in Role if role != Role.OVERSEER}
        with self.database.reading() as session:
            scheme = scheme_on(session, VILLAGE_ID, self.day)
            self.item = scheme.item("参加村民会议").number
        for label in LABELS:
            self.give(label, 60)

    def teardown(self) -> None:
        """Prove the whole history once more, and give the database back."""
        with self._now(), self.database.reading() as session:
            assert check_village(session, VILLAGE_ID) == []
        next(self._opened, None)

    @rule(label=st.sampled_from(LABELS), points=st.integers(1, 40))
    def give(self, label: str, points: int) -> None:
        """A deed is recorded and approved, and stands in the books at once."""
        deed = Deed(label, points)
        self.model.post(deed, self.day)
        number = self._ask(self._recorded(label, points))
        self.model.deeds[number or 0] = deed
        self._ask(lambda session, name: self._approved(session, name, [number or 0]))

    @rule(
        label=st.sampled_from(LABELS), points=st.lists(st.integers(1, 20), min_size=1, max_size=3)
    )
    def hang(self, label: str, points: list[int]) -> None:
        """Deeds are approved while the village has days of notice, and hang."""
        self._let(NOTICE_DAYS, "2")
        numbers = [self._ask(self._recorded(label, each)) or 0 for each in points]
        self._ask(lambda session, name: self._approved(session, name, numbers))
        admin = self.people[Role.ADMIN]
        notice = self._ask(lambda session, name: open_notice(session, admin, name, numbers))
        for number, each in zip(numbers, points, strict=True):
            self.model.deeds[number] = Deed(label, each, notice=notice)
        self._let(NOTICE_DAYS, "0")
        self.hanging[notice] = self.day + timedelta(days=1)

    @rule(days=st.integers(0, 3))
    def days_pass(self, days: int) -> None:
        """Time goes by, and does what is due: notices whose last day is over are posted, once."""
        self.day += timedelta(days=days)
        due = {notice for notice, last in self.hanging.items() if last < self.day}
        for deed in self.model.deeds.values():
            if deed.notice in due:
                self.model.post(deed, self.day)
                deed.notice = None
        self.hanging = {one: last for one, last in self.hanging.items() if one not in due}
        with self._now():
            assert set(self.desk.do(close_due)) == due
            assert self.desk.do(close_due) == []

    @rule(data=st.data())
    @precondition(lambda self: self.model.deeds)
    def reverse(self, data: st.DataObject) -> None:
        """Points are taken back, if they were given, are still there, and were not taken back."""
        number = data.draw(st.sampled_from(sorted(self.model.deeds)))
        allowed = self.model.reverse(self.model.deeds[number])
        who = self.people[Role.REVIEWER]
        self._ask(
            lambda session, name: posting.reverse(session, who, name, number, "记错了户"),
            allowed=allowed,
        )

    @rule(
        label=st.sampled_from(LABELS), sku=st.sampled_from(sorted(GOODS)), pieces=st.integers(1, 8)
    )
    def redeem(self, label: str, sku: str, pieces: int) -> None:
        """Points become goods, if there are enough of both."""
        self._sell(label, sku, pieces)

    @rule(data=st.data())
    @precondition(lambda self: self.model.slips)
    def give_back(self, data: st.DataObject) -> None:
        """Goods come back, once, as long as the shop's open claim suffices."""
        self._take_back(data.draw(st.sampled_from(sorted(self.model.slips))))

    @rule(label=st.sampled_from(LABELS), pieces=st.integers(1, 5))
    def spend_the_change(self, label: str, pieces: int) -> None:
        """What brought the change comes back when the change is gone: fewer points come back."""
        first = self._sell(label, "NOODLE-1KG", pieces)
        self._sell(label, "SOAP-126G", 1)
        if first is not None:
            self._take_back(first)

    @rule()
    def settle(self) -> None:
        """The shop is paid what it has to get, if there is anything, and money for it."""
        owed, accountant = self.model.accepted, self.people[Role.ACCOUNTANT]
        day = self.day
        number = self._ask(
            lambda session, name: settlements.draft(session, accountant, name, 1, day),
            allowed=owed > 0,
        )
        if number is None:
            return
        with self._now():
            self.desk.sign(number)
            self.desk.check(number)
        payment = Payment(fen=owed, number=f"记-{number}", day=day)
        paid = self._ask(
            lambda session, name: settlements.pay(session, accountant, name, number, payment),
            allowed=self.model.settle(),
        )
        if paid is None:
            with self._now():
                self.desk.drop(number)

    @rule(fen=st.sampled_from([50, 100, 130]))
    def new_rate(self, fen: int) -> None:
        """A point is worth something else from today."""
        self.model.rate = fen
        who, day = self.people[Role.ADMIN], self.day
        self._ask(lambda session, name: set_rate(session, who, fen, day, "村民会议第 3 号", name))

    @rule(late=st.integers(0, 2), points=st.integers(1, 20))
    def lapse(self, late: int, points: int) -> None:
        """Old points lapse on their day, or some days late; what came since stays."""
        begins = self.day + timedelta(days=30)
        who = self.people[Role.ADMIN]
        self._ask(lambda session, name: lapse_rules.set_rule(session, who, name, begins, 0, "决议"))
        self.days_pass(30 + late)
        self.give(DU, points)
        self.model.lapse(begins)
        with self._now():
            assert len(self.desk.do(lapse_due)) == 1
            assert self.desk.do(lapse_due) == []
        self._ask(lambda session, name: lapse_rules.set_rule(session, who, name, None, 0, "决议"))

    @rule(data=st.data())
    @precondition(lambda self: self.asked)
    def again(self, data: st.DataObject) -> None:
        """A request comes a second time: the first answer, and nothing more."""
        first = data.draw(st.sampled_from(self.asked))
        assert self._try(first.work, first.id) == (first.result, first.code)

    @rule(data=st.data(), label=st.sampled_from(LABELS))
    @precondition(lambda self: self.asked)
    def another_under_the_same_id(self, data: st.DataObject, label: str) -> None:
        """An id comes with something else: refused, and nothing happens."""
        first = data.draw(st.sampled_from(self.asked))
        result, code = self._try(self._redeemed(label, "SOAP-126G", 9), first.id)
        assert result is None
        assert code in {"request_reused", "redeemed_before"}

    @rule(label=st.sampled_from(LABELS), points=st.integers(1, 9), whole=st.booleans())
    def half_done(self, label: str, points: int, *, whole: bool) -> None:
        """Something is done within a savepoint and undone; what comes after it counts alone."""
        kept = Deed(label, points)
        with self._now(), suppress(TakenBackError), self.database.writing() as session:
            with suppress(TakenBackError), session.begin_nested():
                lost = self._recorded(label, 500)(session, self.desk.request_id())
                self._approved(session, self.desk.request_id(), [lost])
                raise TakenBackError
            number = self._recorded(label, points)(session, self.desk.request_id())
            self._approved(session, self.desk.request_id(), [number])
            if not whole:
                raise TakenBackError
            self.model.post(kept, self.day)
            self.model.deeds[number] = kept

    @invariant()
    def books_agree(self) -> None:
        """Books and model say the same of everything of value."""
        if not self.homes:
            return  # nobody lives here yet
        model = self.model
        with self.database.reading() as session:
            points = balances(session, VILLAGE_ID, AccountKind.HOUSEHOLD_POINTS)
            credit = balances(session, VILLAGE_ID, AccountKind.HOUSEHOLD_CREDIT)
            stock = {one.sku: one.stock for one in products(session, VILLAGE_ID)}
            accounts = {
                kind: account_of(session, VILLAGE_ID, kind, owner).amount
                for kind, owner in (
                    (AccountKind.POINTS_ISSUED, 0),
                    (AccountKind.POINTS_EXCHANGED, 0),
                    (AccountKind.SHOP_ACCEPTED, 1),
                    (AccountKind.FUND_CASH, 0),
                )
            }
        assert {label: points[home].amount for label, home in self.homes.items()} == model.points
        assert {label: credit[home].amount for label, home in self.homes.items()} == model.credit
        assert {sku: stock[sku] for sku in GOODS} == model.stock
        assert list(accounts.values()) == [
            -model.given,
            model.exchanged,
            model.accepted,
            model.cash,
        ]
        assert sum(model.points.values()) + model.exchanged + model.lapsed == model.given

    def _now(self) -> Any:
        return clock.at(datetime.combine(self.day, time(12), tzinfo=clock.VILLAGE_ZONE))

    def _try(self, work: Work, name: str) -> tuple[int | None, str]:
        """The number that a request gives, or the code of its refusal."""
        with self._now():
            try:
                return int(self.desk.do(work, name) or 0), ""
            except Refused as refusal:
                return None, refusal.code

    def _ask(self, work: Work, *, allowed: bool = True) -> int | None:
        """Make a request for the first time; it must be granted just when it is allowed."""
        name = self.desk.request_id()
        result, code = self._try(work, name)
        assert (result is not None) == allowed, code
        self.asked.append(Asked(name, work, result, code))
        return result

    def _sell(self, label: str, sku: str, pieces: int) -> int | None:
        """A slip's number, if the model allows it."""
        sold = self.model.redeem(label, sku, pieces)
        number = self._ask(self._redeemed(label, sku, pieces), allowed=sold is not None)
        if sold is not None and number is not None:
            self.model.slips[number] = sold
        return number

    def _take_back(self, number: int) -> None:
        """A slip's only line comes back, if the model allows it."""
        allowed = self.model.refund(self.model.slips[number])
        who = self.people[Role.ACCOUNTANT]
        self._ask(
            lambda session, name: refund(session, who, name, number, {1: False}, "包装破了"),
            allowed=allowed,
        )

    def _recorded(self, label: str, points: int) -> Work:
        home, item, day, who = self.homes[label], self.item, self.day, self.people[Role.RECORDER]
        note = f"第 {len(self.asked)} 次会议，{self.desk.requests}"  # each is another deed
        wanted = RecordAward(home, item, quantity=points, deed_on=day, note=note)
        return lambda session, name: record(session, who, name, wanted)

    def _approved(self, session: Session, name: str, numbers: list[int]) -> int:
        return approve(session, self.people[Role.REVIEWER], name, numbers).seq or 0

    def _redeemed(self, label: str, sku: str, pieces: int) -> Work:
        who = self.people[Role.SHOPKEEPER]
        wanted = Redeem(self.homes[label], None, {self.goods[sku]: pieces}, proof=Proof.PIN)
        return lambda session, name: redeem(session, who, name, wanted)

    def _let(self, key: str, value: str) -> None:
        with self._now():
            self.desk.do(change_setting, self.people[Role.ADMIN], key, value)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("engine", "examples"), [("sqlite", times(6, 200)), ("postgresql", times(2, 40))]
)
def test_the_village_behaves_as_its_model(
    sources: dict[str, Source], engine: str, examples: int
) -> None:
    checks: list[Any] = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        lambda: Village(sources[engine]),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=checks,
            phases=PHASES,
        ),
    )
    told(f"the village against its model on {engine}: {examples} histories of {STEPS} acts agree")
