"""The review group: so many of them, and never those who are close to the household."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import select

from moralbank.access.permissions import Role
from moralbank.access.service import end_tie, set_disabled
from moralbank.audit import Actor, AuditEntry
from moralbank.awards import acting, bars, deciding, posting
from moralbank.awards.models import AwardState
from moralbank.awards.queries import votes_of
from moralbank.awards.voting import standings
from moralbank.errors import MoralbankError
from moralbank.villages.settings import REVIEW_VOTES
from tests.awards.deeds import DU, GAOWA, WANG, Deeds, fresh_id, one_engine


@pytest.fixture
def group(deeds: Deeds) -> list[Actor]:
    """Three reviewers, of whom two must agree."""
    deeds.allow(REVIEW_VOTES, "2")
    return [deeds.reviewer, deeds.hire("何满仓"), deeds.hire("乌云其木格")]


def test_two_of_three_decide(deeds: Deeds, group: list[Actor]) -> None:
    first, second, third = group
    made, other = deeds.record(DU, "植树绿化"), deeds.record(WANG, "植树绿化")
    assert deeds.vote(made, other, who=first) == deciding.Approval(0, 0, 2, None)
    deeds.vote(made, who=first)  # a mind that didn't change is no second vote
    assert deeds.row(made).state is AwardState.CLAIMED
    done = deeds.vote(made, who=second, request_id="vote-000001")
    assert (done.approved, done.points, done.waiting_for_votes) == (1, 3, 0)
    assert deeds.vote(made, who=second, request_id="vote-000001") == done
    with pytest.raises(acting.AlreadyDecided) as late:
        deeds.refuse(made, "我不同意", who=third)
    assert "何满仓" in late.value.message
    deeds.refuse(other, "没有栽", who=second)
    assert deeds.row(other).state is AwardState.CLAIMED
    deeds.vote(other, who=second)  # who was against may be for it now
    assert [deeds.row(one).state for one in (made, other)] == [AwardState.POSTED] * 2
    with deeds.town.database.reading() as session:
        cast = votes_of(session, deeds.town.village_id, [made, other])
    assert [(vote.voter, vote.in_favour) for vote in cast[other]] == [
        ("赵德顺", True),
        ("何满仓", True),
    ]
    assert deeds.problems() == []


@one_engine
def test_what_can_not_be_carried_any_more_is_refused(deeds: Deeds, group: list[Actor]) -> None:
    made = deeds.record(DU, "植树绿化")
    deeds.refuse(made, "没有栽", who=group[0])
    assert deeds.row(made).state is AwardState.CLAIMED
    deeds.refuse(made, "没有看见", who=group[1])
    row = deeds.row(made)
    assert (row.state, row.decider) == (AwardState.REFUSED, "何满仓")
    assert deeds.acts(made)[-1][:3] == ("评议未通过", "何满仓", "没有看见")
    assert deeds.problems() == []


@one_engine
def test_other_points_make_earlier_votes_void(deeds: Deeds, group: list[Actor]) -> None:
    made = deeds.record(DU, "拾金不昧", points_each=3, note="拾到钱包")
    deeds.vote(made, who=group[1])
    deeds.adjust(made, 5, "是五百元")
    assert deeds.vote(made, who=group[2]).waiting_for_votes == 1
    assert deeds.vote(made, who=group[1]).points == 5
    assert deeds.points(DU) == 5
    assert deeds.problems() == []


def test_kin_are_barred_and_the_attempt_is_written_down(deeds: Deeds, group: list[Actor]) -> None:
    """By direct call: approving, refusing, sending back, changing, taking back, verifying."""
    town, who = deeds.town, group[0]
    tie = deeds.bar(who, DU)
    deeds.bar(deeds.recorder, DU, "本家")
    kin, other = deeds.record(DU, "植树绿化"), deeds.record(WANG, "植树绿化")
    for act in (
        lambda: deeds.vote(other, kin, who=who),
        lambda: deeds.refuse(kin, "不算", who=who),
        lambda: deeds.adjust(kin, 3, "不变"),
        lambda: deeds.reverse(kin, "不算"),
        lambda: deeds.verify(kin, who=deeds.recorder),
    ):
        with pytest.raises(bars.KinBarred) as refused:
            act()
    assert refused.value.message == "您须回避，请别人来办：一组 012 号 杜仁森（本家）"
    with town.database.reading() as session:
        tried = session.exec(select(AuditEntry).where(AuditEntry.act == "awards.barred")).all()
        assert [entry.user_id for entry in tried] == [who.user_id] * 4 + [deeds.recorder.user_id]
        assert f'"awards": [{kin}, {other}]' in tried[0].detail
        assert tried[0].subject == DU
        standing = standings(session, town.village_id, [deeds.row(kin), deeds.row(other)])
    assert standing[kin].eligible == {one.user_id for one in group[1:]}
    assert standing[kin].barred.keys() == {who.user_id}
    assert standing[other].in_favour == set()
    assert deeds.row(kin).state is AwardState.CLAIMED
    own = deeds.record(GAOWA, "植树绿化", who=who)
    for act in (
        lambda: deeds.vote(own, other, who=who),
        lambda: deeds.refuse(own, "不算", who=who),
    ):
        with pytest.raises(bars.SelfReview):
            act()
    with town.database.reading() as session:
        tried = session.exec(select(AuditEntry).where(AuditEntry.act == "awards.own")).all()
        assert [(entry.user_id, entry.subject) for entry in tried] == [(who.user_id, GAOWA)] * 2
        assert f'"awards": [{own}]' in tried[0].detail
        assert standings(session, town.village_id, [deeds.row(other)])[other].in_favour == set()
    deeds.vote(kin, who=group[1])
    deeds.vote(kin, who=group[2])
    with town.database.writing() as session:
        end_tie(session, town.actor(Role.ADMIN), tie)
    deeds.vote(other, who=who)
    assert deeds.row(kin).state is AwardState.POSTED
    assert deeds.problems() == []


@one_engine
def test_few_who_may_judge_are_enough(deeds: Deeds, group: list[Actor]) -> None:
    """Two are asked for, but one is kin and one has left: the last one decides alone."""
    deeds.bar(group[0], DU)
    with deeds.town.database.writing() as session:
        admin = deeds.town.actor(Role.ADMIN)
        set_disabled(session, admin, group[1].user_id, disabled=True)
    made = deeds.record(DU, "植树绿化")
    assert deeds.vote(made, who=group[2]).approved == 1
    assert deeds.problems() == []


def test_two_reviewers_vote_at_once(deeds: Deeds, group: list[Actor]) -> None:
    """Two votes are needed and three come at the same instant: decided once, posted once."""
    ids = deeds.record_many([DU, GAOWA, WANG], "庭院清洁达标")
    start = Barrier(3)

    def approve(who: Actor) -> deciding.Approval | MoralbankError:
        start.wait()
        try:
            return deeds.vote(*ids, who=who)
        except MoralbankError as refusal:
            return refusal

    with ThreadPoolExecutor(3) as threads:
        results = list(threads.map(approve, group))
    approved = [one.approved for one in results if isinstance(one, deciding.Approval)]
    refused = [one for one in results if isinstance(one, MoralbankError)]
    assert sorted(approved) == [0, 3]
    assert isinstance(refused[0], acting.AlreadyDecided)
    assert [deeds.points(label) for label in (DU, GAOWA, WANG)] == [3, 3, 3]
    assert deeds.problems() == []


@one_engine
def test_an_objection_holds_its_own_line_and_ends_it(deeds: Deeds) -> None:
    """The steps themselves; notices and objections have their own tests."""
    deeds.allow("notice_days", "3")
    made = deeds.record(DU, "拾金不昧", points_each=3, note="拾到钱包")
    deeds.approve(made)
    for act in (posting.hold, posting.uphold):
        with pytest.raises(acting.AlreadyDecided), deeds.town.database.writing() as session:
            act(session, deeds.reviewer, made, "没有公示")
    with pytest.raises(acting.AlreadyDecided), deeds.town.database.writing() as session:
        posting.dismiss(session, deeds.reviewer, fresh_id(), made, "没有异议", notice_open=True)
    with pytest.raises(acting.AlreadyDecided), deeds.town.database.writing() as session:
        posting.change(session, deeds.reviewer, made, 5, "没有异议")
