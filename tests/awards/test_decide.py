"""Deciding: approve and post, refuse, take back; each once, and never one's own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.service import change_role
from moralbank.audit import Actor
from moralbank.awards import acting, bars, posting
from moralbank.awards.desks import count_waiting
from moralbank.awards.honours import Span, merits, notes
from moralbank.awards.models import AwardState
from moralbank.awards.queries import AwardUnknown, steps_of
from moralbank.errors import MoralbankError
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of, head_mark, statement
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, Deeds


def test_approving_posts_all_in_one_event(deeds: Deeds) -> None:
    day = f"{clock.today():%m-%d}"
    sister = deeds.add_member(DU, "杜小妹")
    blood = deeds.record(DU, "无偿献血", note="献血证", member_id=sister)
    ids = [*deeds.record_many([DU, WANG], "庭院清洁达标"), blood]
    seq = deeds.approve(*ids)
    assert [deeds.points(label) for label in (DU, WANG, GAOWA)] == [13, 3, 0]
    for number in ids:
        row = deeds.row(number)
        assert (row.state, row.decider, row.posted_seq) == (AwardState.POSTED, "赵德顺", seq)
    town = deeds.town
    with town.database.reading() as session:
        account = account_of(
            session, town.village_id, AccountKind.HOUSEHOLD_POINTS, town.household(DU).id
        ).account
        lines = statement(session, town.village_id, account)
        assert {line.memo for line in lines} == {f"庭院清洁达标 {day}", f"无偿献血 {day} 杜小妹"}
        assert {line.kind for line in lines} == {EventKind.POST_AWARDS}
        steps = steps_of(session, town.village_id, ids[0])
    assert [step.act for step in steps] == ["申报", "评议通过", "入账"]
    assert [step.by for step in steps] == ["李建军", "赵德顺", "赵德顺"]
    assert deeds.problems() == []


def test_nobody_decides_on_their_own(deeds: Deeds) -> None:
    own = deeds.record(DU, "植树绿化", who=deeds.reviewer)
    other = deeds.record(WANG, "植树绿化")
    for act in (lambda: deeds.approve(other, own), lambda: deeds.refuse(own, "不算")):
        with pytest.raises(bars.SelfReview) as refused:
            act()
        assert f"第 {own} 条" in refused.value.message
    assert deeds.row(other).state is AwardState.CLAIMED
    deeds.approve(own, who=deeds.hire("何满仓"))
    assert deeds.points(DU) == 3


def test_nor_after_becoming_a_reviewer(deeds: Deeds) -> None:
    made = deeds.record(DU, "植树绿化")
    town = deeds.town
    with town.database.writing() as session:
        change_role(session, town.actor(Role.ADMIN), deeds.recorder.user_id, Role.REVIEWER)
    promoted = Actor(town.village_id, deeds.recorder.user_id, "李建军", Role.REVIEWER, "test")
    with pytest.raises(bars.SelfReview):
        deeds.approve(made, who=promoted)


def test_a_repeated_approval_posts_nothing_more(deeds: Deeds) -> None:
    ids = deeds.record_many([DU, WANG], "庭院清洁达标")
    seq = deeds.approve(*ids, request_id="review-000001")
    assert deeds.approve(*reversed(ids), request_id="review-000001") == seq
    assert deeds.points(DU) == 3
    assert deeds.problems() == []


def test_the_second_reviewer_is_told_who_was_first(deeds: Deeds) -> None:
    made = deeds.record(DU, "植树绿化")
    deeds.approve(made)
    second = deeds.hire("何满仓")
    for act in (
        lambda: deeds.approve(made, who=second),
        lambda: deeds.refuse(made, "不同意", who=second),
    ):
        with pytest.raises(acting.AlreadyDecided) as refused:
            act()
        assert "赵德顺" in refused.value.message
        assert "已入账" in refused.value.message
    assert deeds.points(DU) == 3


def test_two_reviewers_at_once_make_one_event(deeds: Deeds) -> None:
    ids = deeds.record_many([DU, GAOWA, WANG, ZHONG], "庭院清洁达标")
    reviewers = [deeds.reviewer, deeds.hire("何满仓")]
    start = Barrier(2)

    def approve(who: Actor) -> int | MoralbankError:
        start.wait()
        try:
            return deeds.approve(*ids, who=who)
        except MoralbankError as refusal:
            return refusal

    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(approve, reviewers))
    events = [result for result in results if isinstance(result, int)]
    refusals = [result for result in results if isinstance(result, MoralbankError)]
    assert len(events) == 1
    assert isinstance(refusals[0], acting.AlreadyDecided)
    winner = reviewers[results.index(events[0])]
    assert winner.name in refusals[0].message
    assert [deeds.points(label) for label in (DU, GAOWA, WANG, ZHONG)] == [3, 3, 3, 3]
    assert deeds.problems() == []


def test_refusing_says_why_and_posts_nothing(deeds: Deeds) -> None:
    made = deeds.record(DU, "植树绿化")
    for reason in ("", "  ", "由" * 201):
        with pytest.raises(acting.ReasonNeeded):
            deeds.refuse(made, reason)
    deeds.refuse(made, " 与上周的重复 ")
    row = deeds.row(made)
    assert (row.state, row.decider, row.posted_seq) == (AwardState.REFUSED, "赵德顺", None)
    with deeds.town.database.reading() as session:
        assert steps_of(session, deeds.town.village_id, made)[-1].reason == "与上周的重复"
    with pytest.raises(acting.AlreadyDecided):
        deeds.approve(made)
    assert deeds.points(DU) == 0


def test_what_does_not_exist_is_not_decided_on(deeds: Deeds) -> None:
    for number in (999, 0, -3, 10**30):
        with pytest.raises(AwardUnknown):
            deeds.approve(number)
        with pytest.raises(AwardUnknown):
            deeds.refuse(number, "没有")
        with pytest.raises(AwardUnknown):
            deeds.reverse(number, "没有")
    with pytest.raises(acting.NothingChosen):
        deeds.approve()


def test_taking_back(deeds: Deeds) -> None:
    ids = deeds.record_many([DU, WANG], "庭院清洁达标")
    deeds.approve(*ids)
    seq = deeds.reverse(ids[0], "记到别人家了", request_id="reverse-0001")
    assert deeds.reverse(ids[0], "记到别人家了", request_id="reverse-0001") == seq
    assert [deeds.points(label) for label in (DU, WANG)] == [0, 3]
    assert deeds.row(ids[0]).state is AwardState.REVERSED
    with deeds.town.database.reading() as session:
        last = steps_of(session, deeds.town.village_id, ids[0])[-1]
    assert (last.act, last.by, last.reason) == ("冲正", "赵德顺", "记到别人家了")
    with pytest.raises(posting.NotPosted) as refused:
        deeds.reverse(ids[0], "再冲一次")
    assert "已冲正" in refused.value.message
    assert deeds.problems() == []


def test_taking_back_needs_a_reason_and_a_posted_deed(deeds: Deeds) -> None:
    made = deeds.record(DU, "植树绿化")
    with pytest.raises(posting.NotPosted):
        deeds.reverse(made, "还没入账")
    deeds.approve(made)
    with pytest.raises(acting.ReasonNeeded):
        deeds.reverse(made, " ")


def test_spent_points_are_not_taken_back(deeds: Deeds) -> None:
    made = deeds.record(DU, "抢险救灾", note="雨夜守堤")
    deeds.approve(made)
    deeds.spend(DU, 3)
    with pytest.raises(posting.PointsSpent) as refused:
        deeds.reverse(made, "记错了")
    assert "该户只剩 2 分" in refused.value.message
    assert deeds.points(DU) == 2
    assert deeds.row(made).state is AwardState.POSTED
    assert deeds.problems() == []


def test_only_posted_deeds_reach_the_boards(deeds: Deeds) -> None:
    town = deeds.town
    posted = deeds.record(DU, "植树绿化", note="栽了二十棵杨树")
    taken_back, refused = deeds.record(WANG, "植树绿化"), deeds.record(GAOWA, "植树绿化")
    deeds.record(ZHONG, "植树绿化")
    deeds.approve(posted, taken_back)
    deeds.reverse(taken_back, "记错了")
    deeds.refuse(refused, "没有")
    day = deeds.row(posted).deed_on
    with town.database.reading() as session:
        span = Span(day.replace(day=1), day, [deeds.row(posted).item])
        found = merits(session, town.village_id, span)
        assert [(one.household_id, one.points) for one in found] == [(town.household(DU).id, 3)]
        told = notes(session, town.village_id, span, [town.household(DU).id], most=8, highest=True)
        assert [one.note for one in told] == ["栽了二十棵杨树"]
        assert merits(session, town.village_id, replace(span, items=[1, 2])) == []
        assert count_waiting(session, town.village_id) == 1


def test_a_refusal_leaves_the_books_as_they_were(deeds: Deeds) -> None:
    made = deeds.record(DU, "植树绿化")
    with deeds.town.database.reading() as session:
        before = head_mark(session, deeds.town.village_id)
    for act in (lambda: deeds.approve(made, 999), lambda: deeds.reverse(made, "没入账")):
        with pytest.raises(MoralbankError):
            act()
    with deeds.town.database.reading() as session:
        assert head_mark(session, deeds.town.village_id) == before
