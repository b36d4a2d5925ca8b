"""What is tried of each invariant: a short piece of the village's day that fails without it."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from moralbank import clock
from moralbank.awards.caps import CapRefused
from moralbank.counter.refunding import RefundedBefore
from moralbank.counter.service import Redeem, RedeemedBefore, redeem
from moralbank.fund.service import FundShort
from moralbank.ledger.models import AccountKind
from moralbank.ledger.service import (
    AlreadyReversed,
    AmountInvalid,
    BelowFloor,
    Leg,
    UnitsDiffer,
)
from moralbank.notices.service import NotOverYet, close
from moralbank.settlements.paying import ClaimShort
from moralbank.settlements.steps import NotItsTurn
from moralbank.store.moving import OutOfStock
from tests.intruder import codes_after
from tests.ledger.books import Books
from tests.mutants.stand import DU, POINTS, WANG, Stand
from tests.village import Town, found_village

POINTS_OF, EXCHANGED = AccountKind.HOUSEHOLD_POINTS, AccountKind.POINTS_EXCHANGED
CAPPED = "邻里互助"
"""Three points a month at most, one for each time."""
NEIGHBOUR = 150404103202


def nobody_falls_below_zero(stand: Stand) -> None:
    points, gone = stand.account(POINTS_OF, DU), stand.account(EXCHANGED)
    with pytest.raises(BelowFloor):
        stand.post(Leg(points, gone, POINTS + 1))
    stand.prove()


def the_fund_pays_only_what_it_has(stand: Stand) -> None:
    stand.purse.income(100_00)
    with pytest.raises(FundShort):
        stand.purse.buy(100_01)
    assert stand.purse.cash() == 100_00


def what_leaves_one_account_enters_another(stand: Stand) -> None:
    stand.purse.give(WANG, 7)
    stand.prove()
    assert stand.purse.points(WANG) == 7


def points_and_money_never_mix(stand: Stand) -> None:
    points = stand.account(POINTS_OF, DU)
    credit = stand.account(AccountKind.HOUSEHOLD_CREDIT, DU)
    with pytest.raises(UnitsDiffer):
        stand.post(Leg(points, credit, 5))


def amounts_are_above_zero(stand: Stand) -> None:
    points, gone = stand.account(POINTS_OF, DU), stand.account(EXCHANGED)
    with pytest.raises(AmountInvalid):
        stand.post(Leg(points, gone, -5))


def a_request_counts_once(stand: Stand) -> None:
    first = stand.desk.redeem(DU, "request-of-du", SALT_400G=1)
    again = stand.desk.redeem(DU, "request-of-du", SALT_400G=1)
    assert (again.id, stand.desk.slips()) == (first.id, 1)


def a_request_means_one_thing(stand: Stand) -> None:
    stand.desk.redeem(DU, "request-of-du", SALT_400G=1)
    with pytest.raises(RedeemedBefore):
        stand.desk.redeem(DU, "request-of-du", SALT_400G=2)


def nothing_is_reversed_twice(stand: Stand) -> None:
    seq = stand.purse.row(stand.purse.give(DU, 10)).posted_seq
    assert seq is not None
    stand.reverse(seq)
    with pytest.raises(AlreadyReversed):
        stand.reverse(seq)


def nothing_is_taken_back_twice(stand: Stand) -> None:
    sold = stand.desk.redeem(DU, SALT_400G=2, SOAP_126G=1)
    stand.desk.redeem(DU, NOODLE_1KG=1)  # the shop's claim would suffice for more
    stand.desk.refund(sold.id, 1)
    with pytest.raises(RefundedBefore):
        stand.desk.refund(sold.id, 1)


def the_hash_covers_every_transfer(stand: Stand) -> None:
    """Somebody gives a point more, and mends every number that tells of it."""
    books = Books(stand.database, NEIGHBOUR).open()
    books.award(1, 6)
    with stand.database.reading() as session:
        points = books.number(session, POINTS_OF, 1)
        issued = books.number(session, AccountKind.POINTS_ISSUED)
    theirs = f"village_id = {NEIGHBOUR}"
    found = codes_after(
        Town(stand.database, NEIGHBOUR),
        "UPDATE ledger_transfers SET amount = amount + 1, debit_after = debit_after - 1, "
        f"credit_after = credit_after + 1 WHERE {theirs}",
        f"UPDATE ledger_accounts SET balance = balance + 1 WHERE {theirs} AND id = {points}",
        f"UPDATE ledger_accounts SET balance = balance - 1 WHERE {theirs} AND id = {issued}",
    )
    assert found & {"hash", "running", "balance", "sum"} == {"hash"}


def history_is_not_rewritten(stand: Stand) -> None:
    for statement in ("UPDATE ledger_events SET payload = '{}'", "DELETE FROM ledger_transfers"):
        with pytest.raises(IntegrityError, match="append-only"), stand.database.writing() as opened:
            opened.connection().execute(text(statement))


def the_chain_has_no_gaps(stand: Stand) -> None:
    stand.desk.redeem(DU, SALT_400G=1)
    stand.prove()


def balances_are_what_history_left(stand: Stand) -> None:
    stand.desk.redeem(DU, SALT_400G=1)
    stand.prove()


def points_wait_for_their_notice(stand: Stand) -> None:
    wall = stand.wall()
    made = wall.approved(DU)
    assert wall.points(DU) == POINTS
    number = wall.hang(made)
    with pytest.raises(NotOverYet):
        stand.desk.do(close, wall.publisher, number)
    assert wall.points(DU) == POINTS


def caps_are_held(stand: Stand) -> None:
    stand.purse.record(WANG, CAPPED, quantity=3, deed_on=clock.today(), note="帮着收麦")
    with pytest.raises(CapRefused):
        stand.purse.record(WANG, CAPPED, deed_on=clock.today(), note="帮着卸煤")


def a_slip_is_worth_what_it_cost(stand: Stand) -> None:
    sold = stand.desk.redeem(DU, NOODLE_1KG=1, SALT_400G=1)
    change = sold.credit_after - sold.credit_before
    assert sold.points_used * sold.rate_fen == sold.total_fen + change
    assert 0 <= change < sold.rate_fen
    stand.prove()


def a_slip_goes_by_the_rate_of_its_day(stand: Stand) -> None:
    stand.desk.rate(500)
    sold = stand.desk.redeem(DU, NOODLE_1KG=1)
    assert sold.rate_fen == 500
    assert sold.points_used == -(-sold.total_fen // 500)


def a_refund_gives_back_what_was_paid(stand: Stand) -> None:
    stand.purse.give(DU, 100)
    salt = {stand.desk.product("SALT-400G").id: 1}
    for _slip in range(3):  # each leaves some change
        stand.desk.take(Redeem(stand.town.household(DU).id, None, salt, credit_fen=0))
    before = stand.desk.has(DU)
    sold = stand.desk.redeem(DU, NOODLE_1KG=1, SALT_400G=1, SOAP_126G=1)
    for line in (2, 3, 1):
        stand.desk.refund(sold.id, line)
    assert stand.desk.has(DU) == before
    stand.prove()


def nothing_leaves_an_empty_shelf(stand: Stand) -> None:
    stand.purse.give(DU, 100)
    stand.desk.redeem(DU, SALT_400G=9)
    with pytest.raises(OutOfStock):
        stand.desk.redeem(DU, SALT_400G=2)
    stand.prove()


def a_slip_stands_in_one_settlement(stand: Stand) -> None:
    first = stand.desk.redeem(DU, SALT_400G=2)
    stand.desk.checked()
    second = stand.desk.redeem(DU, SALT_400G=1)
    settled = stand.desk.settlement(stand.desk.draft())
    assert (settled.amount_fen, first.total_fen) == (second.total_fen, 2 * second.total_fen)


def a_settlement_is_paid_once(stand: Stand) -> None:
    stand.desk.contract()
    stand.purse.income(100_00)
    stand.desk.redeem(DU, SALT_400G=2)
    number = stand.desk.checked()
    stand.desk.redeem(DU, SALT_400G=2)
    stand.desk.checked()
    stand.desk.pay(number)
    with pytest.raises(NotItsTurn):
        stand.desk.pay(number, number="记-二")


def a_settlement_takes_no_more_than_the_claim(stand: Stand) -> None:
    """Goods of a settled slip come back past all rules: then the claim is short."""
    stand.desk.contract()
    stand.purse.income(100_00)
    sold = stand.desk.redeem(DU, SALT_400G=2)
    number = stand.desk.checked()
    stand.reverse(sold.seq)
    with pytest.raises(ClaimShort):
        stand.desk.pay(number)


def villages_never_touch(stand: Stand) -> None:
    found_village(stand.database, NEIGHBOUR, "小河沿村", (("一组", "012", "欧阳春"),))
    neighbour = Stand(Town(stand.database, NEIGHBOUR))
    neighbour.purse.give(DU, 5)
    stand.desk.redeem(DU, SALT_400G=1)
    assert neighbour.purse.points(DU) == 5
    neighbour.prove()
    stand.prove()


def only_old_points_lapse(stand: Stand) -> None:
    """Of 杜仁森's points, those of last month are too old in a month; five of next week are not."""
    begins = clock.today() + timedelta(days=40)
    stand.purse.rule(begins, keeps_months=1)
    with clock.at(clock.now() + timedelta(days=20)):
        stand.purse.give(DU, 5)
    with clock.at(clock.now() + timedelta(days=40)):
        assert stand.purse.lapse()
        assert stand.purse.points(DU) == 5
        stand.prove()


def cover_counts_each_shop_once(stand: Stand) -> None:
    """What a shop under contract took in is owed to it; what the village's own did is not."""
    keeper = stand.desk.second_shop()
    own = stand.desk.redeem(DU, SALT_400G=1)
    sugar = Redeem(stand.town.household(DU).id, None, {stand.desk.product("SUGAR-1").id: 1})
    theirs = stand.desk.slip(stand.desk.do(redeem, keeper, "cover-of-two", sugar))
    told = stand.purse.cover()
    assert (told.now.claims, told.own_claim) == (theirs.total_fen, own.total_fen)
    used = own.points_used + theirs.points_used
    assert (told.now.points, told.now.credit) == (POINTS - used, theirs.credit_after)
