"""Deductions: out of a reminder, never below zero, on no board."""

from datetime import timedelta

import pytest

from moralbank import clock
from moralbank.awards import judging, posting, service, understanding
from moralbank.awards.honours import Span, tallies
from moralbank.awards.models import AwardState
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of, statement
from tests.awards.deeds import DU, GAOWA, WANG, Deeds, fresh_id, one_engine

LITTER = "乱倒垃圾"


def _deducted(deeds: Deeds, label: str, item: str = LITTER, days_ago: int = 0) -> int:
    """A deduction that was claimed after its reminder."""
    day = clock.today() - timedelta(days=days_ago)
    wanted = deeds.wanted(label, item, note="倒在渠里，拍了照", deed_on=day)
    with deeds.town.database.writing() as session:
        return service.record_deduction(session, deeds.recorder, wanted)


def test_what_is_there_is_collected_and_no_more(deeds: Deeds) -> None:
    """In one event: merits first, then what can be taken of the household's deductions."""
    town = deeds.town
    first, second = _deducted(deeds, DU), _deducted(deeds, DU, days_ago=1)
    penniless = _deducted(deeds, WANG)
    each = deeds.row(first).points
    assert deeds.row(first).points_words == f"−{each} 分"
    assert deeds.row(first).deduction
    merit = deeds.record(DU, "植树绿化")
    done = deeds.vote(first, second, penniless, merit)
    assert (done.approved, done.points) == (4, 3)
    taken = [deeds.row(number).collected for number in (first, second, penniless)]
    assert taken == [min(each, 3), min(each, max(3 - each, 0)), 0]
    assert [deeds.points(label) for label in (DU, WANG)] == [max(3 - 2 * each, 0), 0]
    with town.database.reading() as session:
        owner = town.household(DU).id
        theirs = account_of(session, town.village_id, AccountKind.HOUSEHOLD_POINTS, owner)
        memos = {line.memo for line in statement(session, town.village_id, theirs.account)}
        day = clock.today()
        span = Span((day - timedelta(days=9)).replace(day=1), day, range(1, 200))
        homes = [town.household(label).id for label in (DU, WANG)]
        on_boards = tallies(session, town.village_id, span, homes)
    assert f"扣分：{LITTER} {day:%m-%d}" in memos
    assert [(one.item_name, one.merits) for one in on_boards] == [("植树绿化", 1)]
    assert deeds.problems() == []
    deeds.reverse(first, "查实不是他家")
    deeds.reverse(penniless, "查实不是他家")
    with pytest.raises(posting.PointsSpent):
        deeds.reverse(merit, "没有栽")
    deeds.reverse(second, "查实不是他家")
    deeds.reverse(merit, "没有栽")
    assert deeds.row(penniless).state is AwardState.REVERSED
    assert deeds.points(DU) == 0
    with pytest.raises(posting.NotPosted):
        deeds.reverse(penniless, "再来一次")
    assert deeds.problems() == []


@one_engine
def test_only_deductions_and_nothing_there(deeds: Deeds) -> None:
    """The event stands without a transfer, and names what it posted."""
    made = _deducted(deeds, GAOWA)
    seq = deeds.approve(made)
    row = deeds.row(made)
    assert (row.posted_seq, row.collected, row.state) == (seq, 0, AwardState.POSTED)
    assert deeds.problems() == []


@one_engine
def test_deductions_come_out_of_reminders_alone(deeds: Deeds) -> None:
    with pytest.raises(understanding.DeductionNeedsReminder):
        deeds.record_many([DU, WANG], LITTER, note="倒在渠里")
    with pytest.raises(understanding.NoDeduction):
        _deducted(deeds, DU, "植树绿化")
    _deducted(deeds, DU)
    with pytest.raises(judging.SameDeed):
        _deducted(deeds, DU)
    with pytest.raises(understanding.NoteNeeded), deeds.town.database.writing() as session:
        service.record_deduction(session, deeds.recorder, deeds.wanted(DU, "焚烧秸秆"))
    with pytest.raises(understanding.DeductionNeedsReminder):
        deeds.record(DU, LITTER, note="倒在渠里", request_id=fresh_id())
