"""The end of the day: counted against the books, frozen, opened again with a reason."""

from datetime import date, datetime, timedelta

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.counter import closing
from moralbank.counter.daybook import CloseInfo, CloseUnknown, close, close_of, unclosed_days
from moralbank.counter.paper import day_sheet
from moralbank.ledger.requests import RefusedBefore
from tests.counter.till import DU, Till

EVENING = datetime(2031, 5, 31, 18, 0, tzinfo=clock.VILLAGE_ZONE)
DAY, NEXT = EVENING.date(), date(2031, 6, 1)


def test_a_day_is_counted_and_closed(till: Till) -> None:
    till.give(DU, 100)
    with clock.at(EVENING):
        first = till.redeem(DU, SALT_400G=2, NOODLE_1KG=1)  # 14.90
        till.redeem(DU, SALT_400G=1)
        till.refund(first.id, 1)
        figures = _figures(till)
        assert (figures.slips, figures.total_fen, figures.refunded_fen) == (2, 1740, 500)
        assert (figures.points_used, figures.points_back, figures.net_fen) == (18, 5, 1240)
        assert [list(vars(one).values())[1:] for one in figures.goods] == [
            ["挂面 1 公斤", 1, 990, 0, 0],
            ["加碘食用盐 400 克", 3, 750, 2, 500],
        ]
        with pytest.raises(closing.DifferenceUnexplained) as refused:
            till.close(DAY, 1, 1490)
        assert "张数差 -1 张，金额差 -2.50 元" in refused.value.message
        number = till.close(DAY, 1, 1490, "有一张被带走了")
        closed = _close(till, number)
        assert closed.figures == figures
        assert (closed.slips_apart, closed.fen_apart, closed.reason) == (-1, -250, "有一张被带走了")
        assert _sheet_mark(till) == closed.mark
        with pytest.raises(closing.DayClosed) as refused:
            till.redeem(DU, SALT_400G=1)
        assert "请会计先把这一天重新打开" in refused.value.message
        with pytest.raises(closing.DayClosed):
            till.refund(first.id, 2)
        with pytest.raises(closing.ClosedBefore):
            till.close(DAY, 2, 1740)
    with clock.at(EVENING + timedelta(hours=7)):  # after midnight it is another day
        till.redeem(DU, SALT_400G=1)
        assert _unclosed(till) == []


def test_opened_again_and_closed_anew(till: Till) -> None:
    till.give(DU, 100)
    with clock.at(EVENING):
        till.redeem(DU, SALT_400G=2)
        number = till.close(DAY, 1, 500)
        with pytest.raises(closing.WhyMissing):
            _reopen(till, number, " ")
        with pytest.raises(CloseUnknown):
            _reopen(till, 99, "漏了一单")
        _reopen(till, number, "漏了一单")
        with pytest.raises(closing.ReopenedBefore):
            _reopen(till, number, "漏了一单")
        till.redeem(DU, SALT_400G=1)
        again = till.close(DAY, 2, 750)
        assert again != number
        undone = _close(till, number)
        assert (undone.reopened_by, undone.reopened_why) == ("钱文秀", "漏了一单")
        assert _close(till, again).reopened_at is None


def test_earlier_days_are_asked_for_and_closed_later(till: Till) -> None:
    till.give(DU, 100)
    with clock.at(EVENING):
        till.redeem(DU, SALT_400G=2)
    with clock.at(EVENING + timedelta(days=1)):
        till.redeem(DU, SALT_400G=1)
        assert _unclosed(till) == [DAY]
        till.close(DAY, 1, 500)
        assert _unclosed(till) == []
        with pytest.raises(closing.DayNotYet):
            till.close(NEXT + timedelta(days=1), 0, 0)
        with pytest.raises(closing.NothingToClose):
            till.close(DAY - timedelta(days=1), 0, 0)
    with clock.at(EVENING + timedelta(days=40)):
        assert _unclosed(till) == []  # so long ago nobody is asked any more


@pytest.mark.parametrize(
    ("slips", "fen"), [(-1, 0), (0, -1), (1.5, 0), (0, 1.5), ("1", 0), (True, 0), (10**6, 0)]
)
def test_what_was_counted_is_whole(booth: Till, slips: int, fen: int) -> None:
    booth.give(DU, 10)
    booth.redeem(DU, SALT_400G=1)
    with pytest.raises(closing.CountInvalid):
        booth.close(clock.today(), slips, fen, "数不清")


def test_a_closing_that_was_sent_twice(booth: Till) -> None:
    booth.give(DU, 10)
    booth.redeem(DU, SALT_400G=1)
    actor, today = booth.town.actor(Role.SHOPKEEPER), clock.today()

    def send(request_id: str, day: date, slips: int) -> int:
        with booth.town.database.writing() as session:
            return closing.close_day(session, actor, request_id, day, slips, 250)

    empty = today - timedelta(days=3)
    for refusal in (closing.NothingToClose, RefusedBefore):
        with pytest.raises(refusal):
            send("close-empty", empty, 1)
    assert send("close-today", today, 1) == send("close-today", today, 1) == 1


def _figures(till: Till) -> closing.DayFigures:
    with till.town.database.reading() as session:
        return closing.day_figures(session, till.town.village_id, 1, DAY)


def _close(till: Till, number: int) -> CloseInfo:
    with till.town.database.reading() as session:
        return close(session, till.town.village_id, number)


def _reopen(till: Till, number: int, why: str) -> None:
    with till.town.database.writing() as session:
        closing.reopen_day(session, till.town.actor(Role.ACCOUNTANT), number, why)


def _unclosed(till: Till) -> list[date]:
    with till.town.database.reading() as session:
        return unclosed_days(session, till.town.village_id, 1)


def _sheet_mark(till: Till) -> str:
    with till.town.database.reading() as session:
        assert close_of(session, till.town.village_id, 1, DAY) is not None
        return day_sheet(session, till.town.village_id, 1, DAY).ledger_mark
