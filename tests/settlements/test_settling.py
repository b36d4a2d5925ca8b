"""A settlement's way through the services: what stands in it, who may do what, what is paid."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from moralbank import clock
from moralbank.access.permissions import NotYourPart, Role
from moralbank.audit import Actor
from moralbank.counter.refunding import ClaimOver, ClaimSettled
from moralbank.counter.service import Redeem, redeem
from moralbank.errors import MoralbankError
from moralbank.fund.service import FundShort, NumberTaken
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import ClockBehind
from moralbank.money import yuan
from moralbank.settlements import service, steps
from moralbank.settlements.contents import goods_in, later_refunds, open_days, within
from moralbank.settlements.models import SettlementState
from moralbank.settlements.paying import (
    MOST_FEN,
    ClaimShort,
    PaidInvalid,
    PaymentDayInvalid,
    VoucherNumberMissing,
)
from moralbank.settlements.queries import SettlementUnknown, waiting_for
from moralbank.store.keeping import NoShop, NotYourShop
from moralbank.store.models import ShopKind
from moralbank.store.queries import product_by_sku
from moralbank.store.shops import KindStays, NewShop, edit_shop
from tests.counter.till import DU, SIQIN, WANG
from tests.intruder import intrude
from tests.settlements.desk import Desk, on_day
from tests.village import Town, found_village

ACCEPTED = AccountKind.SHOP_ACCEPTED


def test_a_month_from_the_first_slip_to_the_payment(desk: Desk) -> None:
    desk.contract()
    with on_day(1) as first:
        slip = desk.redeem(DU, OIL_5L=1, SALT_400G=2)
    with on_day(3):
        desk.redeem(WANG, RICE_5KG=1, SALT_400G=1)
        back = desk.refund(slip.id, 2)
    goods = {sku: desk.product(sku).price_fen for sku in ("OIL-5L", "RICE-5KG", "SALT-400G")}
    amount = sum(goods.values())  # of three bags of salt two came back
    with on_day(5) as last:
        desk.income(100_000)
        number = desk.draft()
        info = desk.settlement(number)
        assert (info.label, info.state_label) == (f"JS{last.year}-0001", "待店方确认")
        assert (info.first, info.last) == (first, last)
        assert (info.slips, info.refunds, info.amount_fen) == (2, 1, amount)
        assert (info.refunds_fen, info.due_fen) == (2 * goods["SALT-400G"], amount)
        with desk.town.database.reading() as session:
            picked = within(desk.town.village_id, number)
            rows = goods_in(session, picked)
            assert {row.pieces for row in rows} == {1}
            assert [row.fen for row in rows] == sorted(goods.values(), reverse=True)
            unclosed = open_days(session, desk.town.village_id, 1, picked)
            assert [(day - first).days for day in unclosed] == [0, 2]
        desk.sign(number)
        desk.check(number)
        with pytest.raises(MoralbankError):
            desk.refund(slip.id, 1)  # what waits to be paid can't be taken back meanwhile
        desk.pay(number)
        paid = desk.settlement(number)
        hands = [hand.name for hand in (paid.drafted, paid.signed, paid.checked, paid.paid) if hand]
        assert hands == ["钱文秀", "周桂兰", "孙守正", "钱文秀"]
        assert (paid.paid_fen, paid.reason, paid.state_label) == (amount, "", "已付款")
        assert desk.cash() == 100_000 - amount
        assert desk.holds(ACCEPTED, 1) == 0
        assert desk.holds(AccountKind.CREDIT_SETTLED) == amount
        assert desk.holds(AccountKind.FUND_SETTLED) == amount
    assert back == 1
    with on_day(7):  # the slip was paid for long ago: the next settlement deducts it
        desk.redeem(SIQIN, OIL_5L=2)
        desk.refund(slip.id, 1)
        claim = desk.claim()
        assert (claim.free.slips, claim.free.refunds) == (1, 1)
        assert claim.free.amount_fen == claim.claim_fen == goods["OIL-5L"]
        assert claim.first == last + timedelta(days=1)
        with desk.town.database.reading() as session:
            assert later_refunds(session, desk.town.village_id, number).fen == goods["OIL-5L"]
        second = desk.settlement(desk.draft())
        assert (second.label[-4:], second.amount_fen) == ("0002", goods["OIL-5L"])
        assert second.first == claim.first


def test_the_cut_off_is_midnight_of_the_villages_clock(desk: Desk) -> None:
    with on_day(2, 23, 59) as last:
        late = desk.redeem(DU, SALT_400G=1)
    with on_day(3, 0, 1):
        early = desk.redeem(DU, SALT_400G=3)
        desk.refund(late.id, 1)  # after the cut-off: it belongs to the next one
        number = desk.draft(last)
        info = desk.settlement(number)
        assert (info.slips, info.refunds, info.amount_fen) == (1, 0, late.total_fen)
        desk.sign(number)
        desk.check(number)
        following = desk.settlement(desk.draft())
        assert (following.first, following.slips, following.refunds) == (clock.today(), 1, 1)
        assert following.amount_fen == early.total_fen - late.total_fen
    with on_day(3, 9):  # the same day goes on after its settlement
        desk.redeem(DU, SOAP_126G=1)
        assert desk.claim().first == clock.today()
        desk.sign(following.id)
        desk.check(following.id)
        assert desk.settlement(desk.draft()).first == clock.today()


def test_what_can_not_be_drafted(desk: Desk) -> None:
    with pytest.raises(service.NothingToSettle):
        desk.draft()
    with pytest.raises(NoShop):
        desk.draft(shop_id=7)
    with on_day(1) as first:
        sold = desk.redeem(DU, SALT_400G=2)
        with pytest.raises(service.CutoffAhead) as ahead:
            desk.draft(first + timedelta(days=1))
        assert ahead.value.field == "last"
        request = desk.request_id()
        number = desk.draft(request_id=request)
        assert desk.draft(request_id=request) == number  # sent twice
        with pytest.raises(service.DraftStanding, match="待店方确认"):
            desk.draft()
        desk.drop(number)
        desk.refund(sold.id, 1)
        with pytest.raises(service.NothingDue, match="退货"):
            desk.draft()
        assert desk.claim().newest is None
    with pytest.raises(ClockBehind):  # the clock was set back behind the books
        desk.draft()


def test_each_part_is_somebody_elses(desk: Desk) -> None:
    keeper = desk.second_shop()
    with on_day(1):
        desk.redeem(DU, SALT_400G=1)
        number = desk.draft()
        with pytest.raises(NotYourShop):
            desk.sign(number, keeper)
        with pytest.raises(steps.NotItsTurn, match="待店方确认"):
            desk.check(number)
        accountant = desk.actor(Role.ACCOUNTANT)
        desk.let_keep(accountant.user_id, 1)
        keeps_shop = Actor(desk.town.village_id, accountant.user_id, "钱文秀", Role.SHOPKEEPER)
        with pytest.raises(steps.SamePerson, match="开单"):
            desk.sign(number, keeps_shop)
        desk.sign(number)
        with pytest.raises(steps.NotItsTurn):
            desk.sign(number)
        for moved in (accountant, desk.actor(Role.SHOPKEEPER)):  # given another job since
            now = Actor(desk.town.village_id, moved.user_id, moved.name, Role.SUPERVISOR)
            with pytest.raises(steps.SamePerson):
                desk.check(number, now)
        desk.check(number)
        once_supervisor = desk.actor(Role.SUPERVISOR)
        now = Actor(desk.town.village_id, once_supervisor.user_id, "孙守正", Role.ACCOUNTANT)
        with pytest.raises(steps.SamePerson, match="核对"):
            desk.do(service.pay, now, desk.request_id(), number, service.Payment(fen=0))
        desk.pay(number)
        with pytest.raises(SettlementUnknown):
            desk.settlement(number + 1)


def test_given_up_slips_are_free_again(desk: Desk) -> None:
    with on_day(1) as first:
        desk.redeem(DU, SALT_400G=1)
        number = desk.draft()
        with pytest.raises(steps.ReasonMissing):
            desk.drop(number, reason="  ")
        with pytest.raises(NotYourPart):
            desk.drop(number, Role.SUPERVISOR)
        desk.drop(number, Role.SHOPKEEPER, "少了一张")
        dropped = desk.settlement(number)
        assert (dropped.state, dropped.reason) == (SettlementState.DROPPED, "少了一张")
        with pytest.raises(steps.NotItsTurn):
            desk.drop(number)
        second = desk.draft()
        desk.sign(second)
        with pytest.raises(NotYourPart):
            desk.drop(second, Role.SHOPKEEPER)
        desk.drop(second, Role.SUPERVISOR)
        third = desk.checked()
        assert desk.settlement(third).first == first
    with on_day(2):
        desk.redeem(DU, SALT_400G=1)
        fourth = desk.draft()
        with pytest.raises(service.LaterStands, match="0004"):
            desk.drop(third)
        desk.drop(fourth)
        desk.drop(third, Role.SUPERVISOR)
        assert desk.claim().free.slips == 2
        desk.pay(desk.checked())
        with pytest.raises(steps.NotItsTurn, match="已对清，不用付款"):
            desk.drop(fourth + 1)


def test_what_is_paid(desk: Desk) -> None:
    desk.contract()
    with on_day(1) as first:
        sold = desk.redeem(DU, OIL_5L=2)
        number = desk.checked()
        with pytest.raises(FundShort, match="还差"):
            desk.pay(number)
        desk.income(sold.total_fen - 1)
        with pytest.raises(FundShort):
            desk.pay(number)
        assert desk.holds(ACCEPTED, 1) == sold.total_fen
        wrong: list[tuple[type[MoralbankError], dict[str, Any]]] = [
            (PaidInvalid, {"fen": -1}),
            (PaidInvalid, {"fen": MOST_FEN + 1}),
            (PaidInvalid, {"fen": 1.5}),
            (steps.ReasonMissing, {"fen": 1}),
            (steps.ReasonMissing, {"fen": 0}),
            (steps.ReasonMissing, {"fen": 1, "reason": "长" * 121}),
            (VoucherNumberMissing, {"number": " "}),
            (VoucherNumberMissing, {"number": "9" * 31}),
            (PaymentDayInvalid, {"day": None}),
            (PaymentDayInvalid, {"day": first - timedelta(days=1)}),
            (PaymentDayInvalid, {"day": first + timedelta(days=1)}),
        ]
        for refusal, said in wrong:
            with pytest.raises(refusal) as refused:
                desk.pay(number, **said)
            assert refused.value.field
        request = desk.request_id()
        said = {"request_id": request, "reason": "抹去零头"}
        assert desk.pay(number, sold.total_fen - 100, **said) == number
        assert desk.pay(number, sold.total_fen - 100, **said) == number  # sent twice
        with pytest.raises(steps.NotItsTurn, match="已付款"):
            desk.pay(number)
        assert desk.cash() == 99
        assert desk.holds(ACCEPTED, 1) == 0  # the whole claim ends, whatever was paid
        assert desk.settlement(number).reason == "抹去零头"


def test_the_villages_own_shop_was_paid_when_its_goods_were_bought(desk: Desk) -> None:
    with on_day(1):
        sold = desk.redeem(DU, OIL_5L=1)
        number = desk.checked()
        assert desk.settlement(number).due_fen == 0
        desk.pay(number, number="", day=None)
        assert desk.cash() == 0
        assert desk.holds(AccountKind.CREDIT_SETTLED) == sold.total_fen
        desk.redeem(DU, OIL_5L=1)
        desk.income(500)
        desk.pay(desk.checked(), 500, reason="村里另给的损耗补贴")
        assert desk.cash() == 0


def test_a_shops_kind_stays_until_everything_is_settled(desk: Desk) -> None:
    """What is due is said when a settlement is drawn up; nobody changes it on its way."""
    with on_day(1):
        sold = desk.redeem(DU, OIL_5L=1)
        with pytest.raises(KindStays, match=f"还有 {yuan(sold.total_fen)} 元没有结算") as refused:
            desk.contract()
        assert refused.value.field == "kind"
        number = desk.checked()
        with pytest.raises(KindStays):
            desk.contract()
        desk.pay(number, number="", day=None)
        desk.contract()
        owed = desk.redeem(DU, OIL_5L=1)
        desk.income(owed.total_fen)
        following = desk.checked()
        assert [desk.settlement(one).due_fen for one in (number, following)] == [0, owed.total_fen]
        desk.pay(following)
        assert desk.cash() == 0


def test_goods_taken_back_after_the_cut_off(desk: Desk) -> None:
    desk.contract()
    with on_day(1):
        paid = desk.redeem(DU, OIL_5L=1)
        desk.income(paid.total_fen)
        desk.pay(desk.checked())
    with on_day(3):
        desk.redeem(WANG, OIL_5L=1)
    with on_day(4) as last:
        desk.refund(paid.id, 1)
        before = last - timedelta(days=1)
        with pytest.raises(service.NothingDue, match=f"到 {last} 为止"):
            desk.draft(before)  # no cut-off would do: all of it was taken back
        salt = desk.redeem(SIQIN, SALT_400G=1)
        with pytest.raises(service.CutoffTooEarly, match=f"请选 {last} 或以后") as refused:
            desk.draft(before)
        assert refused.value.field == "last"
        assert f"只有 {yuan(salt.total_fen)} 元可以结" in refused.value.message
        assert desk.settlement(desk.draft(last)).amount_fen == salt.total_fen


def test_settlements_are_paid_in_their_order(desk: Desk) -> None:
    desk.contract()
    with on_day(1):
        desk.income(100_000)
        desk.redeem(DU, OIL_5L=1)
        older = desk.checked()
        desk.redeem(WANG, SALT_400G=1)
        newer = desk.checked()
        with pytest.raises(service.EarlierUnpaid, match="0001（待付款）"):
            desk.pay(newer)
        desk.pay(older, number="记-77")
        held = desk.holds(ACCEPTED, 1)
        with pytest.raises(NumberTaken, match="记-77") as refused:
            desk.pay(newer, number="记-77")  # one paper voucher pays once
        assert refused.value.field == "number"
        assert desk.holds(ACCEPTED, 1) == held
        desk.pay(newer, number="记-78")
        assert desk.holds(ACCEPTED, 1) == 0


def test_taken_back_from_a_shop_that_sells_no_more(desk: Desk) -> None:
    admin = desk.actor(Role.ADMIN)
    with on_day(1) as last:
        wanted = NewShop("便民商店", ShopKind.CONTRACT, contract_until=last)
        desk.do(edit_shop, admin, 1, wanted)
        sold = desk.redeem(DU, OIL_5L=1)
        desk.income(sold.total_fen)
        desk.pay(desk.checked())
        with pytest.raises(ClaimSettled, match="等店里有了新的兑换再退"):
            desk.refund(sold.id, 1)
    with on_day(2), pytest.raises(ClaimOver, match=f"合同到 {last} 为止.*请管理员先续上合同"):
        desk.refund(sold.id, 1)


def test_a_claim_that_does_not_suffice_is_told_of_in_yuan(small_desk: Desk) -> None:
    """Only somebody who writes past the program gets so far."""
    with on_day(1):
        small_desk.redeem(DU, SALT_400G=1)
        number = small_desk.checked()
        intrude(small_desk.town.database, "UPDATE settlements SET amount_fen = 99900")
        with pytest.raises(ClaimShort, match=r"不够这张结算单的 999\.00 元"):
            small_desk.pay(number, 0)


def test_two_shops_are_settled_apart(desk: Desk) -> None:
    keeper = desk.second_shop()
    with on_day(1):
        mine = desk.redeem(DU, SALT_400G=1)
        with desk.town.database.writing() as session:
            sugar = product_by_sku(session, desk.town.village_id, "SUGAR-1").id
            wanted = Redeem(desk.town.household(WANG).id, None, {sugar: 2})
            redeem(session, keeper, desk.request_id(), wanted)
        first, second = desk.draft(shop_id=1), desk.draft(shop_id=2)
        assert desk.settlement(first).amount_fen == mine.total_fen
        assert desk.settlement(second).amount_fen == 1600
        with desk.town.database.reading() as session:
            waits = [waiting_for(session, who) for who in (desk.actor(Role.SHOPKEEPER), keeper)]
        assert [[one.id for one in own] for own in waits] == [[first], [second]]
        desk.sign(second, keeper)
        found_village(desk.town.database, 150404103202, "小河沿村")
        stranger = Town(desk.town.database, 150404103202).actor(Role.SUPERVISOR)
        with pytest.raises(SettlementUnknown):
            desk.check(second, stranger)
        desk.check(second)


def test_drafted_twice_at_once(desk: Desk) -> None:
    """Two accountants at two machines: one settlement, and the other is told of it."""
    with on_day(1):
        desk.redeem(DU, SALT_400G=1)
    made: list[int] = []
    told: list[str] = []
    together = threading.Barrier(4)
    accountant = desk.actor(Role.ACCOUNTANT)

    def draw_up(request_id: str) -> None:
        with on_day(1, 11) as today:
            together.wait()
            try:
                with desk.town.database.writing() as session:
                    made.append(service.draft(session, accountant, request_id, 1, today))
            except service.DraftStanding as refusal:
                told.append(refusal.message)

    people = [threading.Thread(target=draw_up, args=(f"at-once-{n}",)) for n in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert len(made) == 1
    assert len(told) == 3
    assert all("JS" in words for words in told)
