"""What the kernel does, and what it refuses."""

import threading

import pytest

from moralbank.errors import NotFound
from moralbank.ledger import service
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of, statement
from moralbank.ledger.requests import RefusedBefore, RequestIdInvalid, RequestReused, once
from moralbank.ledger.service import Leg
from tests.ledger.books import DU, WANG, Books


def test_an_award_and_a_redemption_balance_in_every_unit(books: Books) -> None:
    books.award(DU, 30)
    books.redeem(DU, 12, rate=100)
    assert books.points(DU) == 18
    assert books.balance(AccountKind.POINTS_ISSUED) == -30
    assert books.balance(AccountKind.POINTS_EXCHANGED) == 12
    assert books.balance(AccountKind.HOUSEHOLD_CREDIT, DU) == 0
    assert books.balance(AccountKind.SHOP_ACCEPTED, 1) == 1200
    assert books.balance(AccountKind.CREDIT_ISSUED) == -1200
    assert books.problems() == []


def test_a_household_never_falls_below_zero(books: Books) -> None:
    books.award(DU, 5)
    with pytest.raises(service.BelowFloor) as refusal:
        books.redeem(DU, 6, rate=100)
    assert refusal.value.message == "余额不足：现有 5，这次要用 6"
    assert books.points(DU) == 5
    assert books.problems() == []


@pytest.mark.parametrize("amount", [0, -1, service.LARGEST + 1])
def test_amounts_out_of_bounds_are_refused(books: Books, amount: int) -> None:
    with pytest.raises(service.AmountInvalid):
        books.award(DU, amount)


def test_points_never_mix_with_credit(books: Books) -> None:
    with books.database.writing() as session:
        points = books.number(session, AccountKind.HOUSEHOLD_POINTS, DU)
        credit = books.number(session, AccountKind.HOUSEHOLD_CREDIT, DU)
        leg = Leg(points, credit, 1)
        with pytest.raises(service.UnitsDiffer):
            service.post(session, books.village_id, EventKind.REDEEM, [leg], actor=1)


def test_unknown_accounts_and_villages_are_not_found(books: Books) -> None:
    with books.database.writing() as session, pytest.raises(service.AccountMissing):
        service.post(session, books.village_id, EventKind.REDEEM, [Leg(1, 999, 1)], actor=1)
    with books.database.writing() as session, pytest.raises(NotFound):
        service.lock(session, 150404103299)
    with books.database.reading() as session, pytest.raises(service.AccountMissing):
        account_of(session, books.village_id, AccountKind.HOUSEHOLD_POINTS, 77)


def test_a_reversal_takes_back_once(books: Books) -> None:
    first = books.award(DU, 30)
    books.reverse(first.seq)
    assert books.points(DU) == 0
    with pytest.raises(service.AlreadyReversed):
        books.reverse(first.seq)
    assert books.problems() == []


def test_one_leg_of_an_event_can_be_reversed_alone(books: Books) -> None:
    with books.database.writing() as session:
        issued = books.number(session, AccountKind.POINTS_ISSUED)
        legs = [
            Leg(issued, books.number(session, AccountKind.HOUSEHOLD_POINTS, owner), 5)
            for owner in (DU, WANG)
        ]
        posted = service.post(session, books.village_id, EventKind.POST_AWARDS, legs, actor=1)
    books.reverse(posted.seq, legs=[2])
    assert (books.points(DU), books.points(WANG)) == (5, 0)
    with pytest.raises(service.AlreadyReversed):
        books.reverse(posted.seq)
    with pytest.raises(service.NothingToReverse):
        books.reverse(posted.seq, legs=[3])
    assert books.problems() == []


def test_spent_points_cannot_be_reversed(books: Books) -> None:
    first = books.award(DU, 10)
    books.redeem(DU, 8, rate=100)
    with pytest.raises(service.BelowFloor):
        books.reverse(first.seq)
    assert books.points(DU) == 2


def test_a_statement_runs_newest_first_with_its_balances(books: Books) -> None:
    books.award(DU, 30)
    books.award(WANG, 7)
    books.redeem(DU, 12, rate=100)
    with books.database.reading() as session:
        account = books.number(session, AccountKind.HOUSEHOLD_POINTS, DU)
        lines = statement(session, books.village_id, account)
        older = statement(session, books.village_id, account, before=(lines[0].seq, lines[0].leg))
    assert [(line.amount, line.balance) for line in lines] == [(-12, 18), (30, 30)]
    assert [line.seq for line in older] == [lines[1].seq]


def _once(books: Books, request_id: str, points: int) -> int:
    with books.database.writing() as session:
        issued = books.number(session, AccountKind.POINTS_ISSUED)
        account = books.number(session, AccountKind.HOUSEHOLD_POINTS, DU)
        leg = Leg(account, issued, -points) if points < 0 else Leg(issued, account, points)

        def perform() -> int:
            return service.post(
                session, books.village_id, EventKind.POST_AWARDS, [leg], actor=1
            ).seq

        content = {"points": points}
        return once(session, books.village_id, request_id, "test", content, perform).result


def test_a_request_sent_twice_is_done_once(books: Books) -> None:
    first = _once(books, "request-0001", 5)
    assert _once(books, "request-0001", 5) == first
    assert books.points(DU) == 5
    with pytest.raises(RequestReused):
        _once(books, "request-0001", 6)


def test_a_refused_request_stays_refused(books: Books) -> None:
    with pytest.raises(service.BelowFloor):
        _once(books, "request-0002", -5)
    books.award(DU, 50)
    with pytest.raises(RefusedBefore) as again:
        _once(books, "request-0002", -5)
    assert again.value.message == "余额不足：现有 0，这次要用 5"
    assert books.points(DU) == 50
    assert books.problems() == []


@pytest.mark.parametrize("request_id", ["", "short", "x" * 65, "有汉字的编号八位", "a b c d e f"])
def test_request_ids_must_be_well_formed(books: Books, request_id: str) -> None:
    with pytest.raises(RequestIdInvalid):
        _once(books, request_id, 5)


def test_sixteen_writers_at_once_give_nothing_away(books: Books) -> None:
    """Points for 10, sixteen tries of one point each, all started by one barrier."""
    books.award(DU, 10)
    barrier = threading.Barrier(16)
    outcomes: list[str] = []

    def try_once() -> None:
        barrier.wait()
        try:
            books.redeem(DU, 1, rate=100)
            outcomes.append("done")
        except service.BelowFloor:
            outcomes.append("refused")

    threads = [threading.Thread(target=try_once) for _number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done"] * 10 + ["refused"] * 6
    assert books.points(DU) == 0
    assert books.problems() == []


def test_one_request_from_eight_threads_is_done_once(books: Books) -> None:
    barrier = threading.Barrier(8)
    results: list[int] = []

    def try_once() -> None:
        barrier.wait()
        results.append(_once(books, "same-request", 4))

    threads = [threading.Thread(target=try_once) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert len(set(results)) == 1
    assert books.points(DU) == 4
