"""Objections: each holds its own line, each gets its answer, and the line goes where it leads."""

from datetime import date

import pytest
from sqlmodel import select

from moralbank.access.models import TieKind
from moralbank.access.service import declare_tie
from moralbank.audit import Actor, AuditEntry
from moralbank.awards.bars import KinBarred
from moralbank.awards.models import AwardState
from moralbank.awards.posting import PointsSpent
from moralbank.errors import MoralbankError
from moralbank.ledger.requests import RefusedBefore
from moralbank.objections import service
from moralbank.objections.models import ObjectionState as State
from moralbank.objections.queries import (
    complainant,
    listed_objections,
    objections_of_award,
    open_objections,
)
from moralbank.villages.calendar import days_after
from moralbank.villages.queries import settings_of
from tests.awards.deeds import DU, GAOWA, WANG, on
from tests.notices.wall import WORK, Wall, after

HONEST = "拾金不昧"


def test_upheld_the_line_ends_and_the_rest_goes_on(wall: Wall) -> None:
    wrong, right = wall.approved(DU), wall.approved(WANG)
    notice = wall.hang(wrong, right)
    number = wall.object_to(wrong, name="白森", telephone="0476-1234567")
    wall.answer(number, State.UPHELD, "签到表上没有他")
    assert wall.state(wrong) is AwardState.REFUSED
    with after(3):
        wall.close_due()
    assert (wall.points(DU), wall.points(WANG)) == (0, 1)
    answered = wall.objection(number)
    assert (answered.state, answered.notice_id, answered.answer, answered.decider) == (
        State.UPHELD,
        notice,
        "签到表上没有他",
        "孙守正",
    )
    assert not answered.late
    assert [line.state_words for line in wall.lines(notice)] == ["异议成立，不计", "已入账"]


def test_changed_it_hangs_again_with_other_points(wall: Wall) -> None:
    award = wall.approved(DU, HONEST, points_each=5)
    first = wall.hang(award)
    number = wall.object_to(award, "捡的是一把伞")
    refusals: list[tuple[int | None, type[MoralbankError]]] = [
        (None, service.NewPointsNeeded),
        (5, service.SamePoints),
    ]
    for points, kind in refusals:
        with pytest.raises(kind):
            wall.answer(number, State.CHANGED, new_points=points)
    with pytest.raises(MoralbankError) as refused:
        wall.answer(number, State.CHANGED, new_points=6)
    assert refused.value.code == "points_not_allowed"
    assert refused.value.field == "new_points"
    wall.answer(number, State.CHANGED, "一把伞，给 1 分", 1)
    assert wall.state(award) is AwardState.APPROVED
    with after(3):
        wall.close_due()
        assert wall.points(DU) == 0
        second = wall.hang(award)
        assert [line.points for line in wall.lines(second)] == [1]
        old = wall.lines(first)[0]
        assert (old.points, old.state_words) == (5, "改分后列入第 2 期")
    with after(6):
        wall.close_due()
    assert wall.points(DU) == 1


def test_dismissed_it_is_posted_with_the_rest_or_at_once_when_that_is_over(wall: Wall) -> None:
    early, late = wall.approved(DU), wall.approved(WANG, WORK)
    wall.hang(early, late)
    first, second = wall.object_to(early), wall.object_to(late)
    wall.answer(first, State.DISMISSED)
    assert wall.state(early) is AwardState.NOTICED
    with after(3):
        wall.close_due()
        assert wall.states([early, late]) == [AwardState.POSTED, AwardState.OBJECTED]
        wall.answer(second, State.DISMISSED, request_id="dismiss-it-once")
        wall.answer(second, State.DISMISSED, request_id="dismiss-it-once")
        with pytest.raises(service.AlreadyAnswered, match="第 2 号异议孙守正已在"):
            wall.answer(second, State.UPHELD)
    assert (wall.points(DU), wall.points(WANG)) == (1, 3)


def test_the_line_waits_for_the_last_of_several(wall: Wall) -> None:
    award = wall.approved(DU)
    wall.hang(award)
    first, second = wall.object_to(award), wall.object_to(award, "日子不对")
    wall.answer(first, State.DISMISSED)
    assert wall.state(award) is AwardState.OBJECTED
    third = wall.object_to(award, "又有人说")
    wall.answer(second, State.UPHELD, "日子确实不对")
    assert wall.state(award) is AwardState.REFUSED
    with wall.town.database.reading() as session:
        village_id = wall.town.village_id
        every = objections_of_award(session, village_id, award)
        assert open_objections(session, village_id) == []
    assert [one.state for one in every] == [State.DISMISSED, State.UPHELD, State.UPHELD]
    assert every[2].id == third
    assert every[2].answer == "已随第 2 号异议一并处理"
    with pytest.raises(service.NotPublic):
        wall.object_to(award)


def test_after_posting_it_is_taken_back(wall: Wall) -> None:
    award = wall.approved(DU, WORK)
    wall.hang(award)
    with after(5):
        wall.close_due()
        number = wall.object_to(award, "那天他在城里")
        assert wall.state(award) is AwardState.POSTED
        with pytest.raises(service.CannotChange):
            wall.answer(number, State.CHANGED, new_points=1)
        wall.spend(DU, 2)
        with pytest.raises(PointsSpent):
            wall.answer(number, State.UPHELD, request_id="no-points-left")
        assert wall.objection(number).waits  # nothing was half done
        with pytest.raises(RefusedBefore):
            wall.answer(number, State.UPHELD, request_id="no-points-left")
    with after(6):
        wall.change("notice_days", "0")
        wall.approved(DU, WORK)
        wall.answer(number, State.UPHELD)
        assert wall.state(award) is AwardState.REVERSED
    assert wall.points(DU) == 1


def test_what_was_taken_back_meanwhile_needs_only_its_answer(wall: Wall) -> None:
    wall.change("notice_days", "0")
    award = wall.approved(DU)  # posted at once: it hung on no notice
    number = wall.object_to(award)
    assert wall.objection(number).notice_id is None
    wall.reverse(award, "记错了人")
    wall.answer(number, State.UPHELD)
    assert wall.objection(number).state is State.UPHELD


def test_who_is_close_to_the_household_does_not_answer(wall: Wall) -> None:
    award = wall.approved(DU)
    wall.hang(award)
    number = wall.object_to(award)
    supervisor = wall.supervisor
    with wall.town.database.writing() as session:
        du = wall.town.household(DU).id
        declare_tie(session, supervisor, supervisor.user_id, du, TieKind.KIN, "女儿家")
    with pytest.raises(KinBarred):
        wall.answer(number, State.DISMISSED)
    assert wall.objection(number).waits
    with wall.town.database.reading() as session:
        barred = session.exec(select(AuditEntry).where(AuditEntry.act == "awards.barred")).one()
    assert barred.user_id == supervisor.user_id
    another = Actor(wall.town.village_id, 99, "另一位", "supervisor")
    wall.answer(number, State.DISMISSED, who=another)


def test_what_is_no_objection(wall: Wall) -> None:
    claimed, award = wall.record(DU, WORK), wall.approved(WANG)
    wall.hang(award)
    refusals: list[tuple[int, dict[str, str], type[MoralbankError]]] = [
        (claimed, {}, service.NotPublic),
        (award, {"words": "   "}, service.WordsNeeded),
        (award, {"words": "字" * 501}, service.WordsNeeded),
        (award, {"name": "名" * 41}, service.NameTooLong),
        (award, {"telephone": "一三八"}, service.TelephoneInvalid),
        (award, {"telephone": "1" * 21}, service.TelephoneInvalid),
    ]
    for about, said, kind in refusals:
        with pytest.raises(kind):
            wall.object_to(about, **said)
    assert wall.state(award) is AwardState.NOTICED
    number = wall.object_to(award, request_id="objected-once")
    assert wall.object_to(award, request_id="objected-once") == number
    for outcome, words, wrong in (
        (State.OPEN, "查了", service.OutcomeNeeded),
        (State.UPHELD, " ", service.AnswerNeeded),
        (State.UPHELD, "字" * 501, service.AnswerNeeded),
    ):
        with pytest.raises(wrong):
            wall.answer(number, outcome, words)


def test_days_run_and_late_ones_are_shown(wall: Wall) -> None:
    wall.change("working_days", "yes")
    wall.change("days_off", "2027-01-01")
    award, other = wall.approved(DU), wall.approved(GAOWA)
    with on(2026, 12, 30):  # a Wednesday
        wall.hang(award, other)
        number, second = wall.object_to(award, name="白森"), wall.object_to(other)
        assert wall.objection(number).due_on == date(2027, 1, 7)
        assert wall.objection(number).days_words == "还有 8 天"
    with on(2027, 1, 7):
        assert wall.objection(number).days_words == "今天到期"
        wall.answer(second, State.DISMISSED)
    with on(2027, 1, 9):
        assert wall.objection(number).days_words == "超期 2 天"
        assert wall.objection(number).late
        wall.answer(number, State.DISMISSED)
        assert wall.objection(number).days_words == "超期答复"
        assert wall.objection(second).days_words == "按期答复"
        with wall.town.database.reading() as session:
            found = listed_objections(session, wall.town.village_id)
            assert complainant(session, wall.town.village_id, number).name == "白森"
            settings = settings_of(session, wall.town.village_id)
        assert days_after(date(2026, 12, 31), 1, settings) == date(2027, 1, 4)
    assert [one.id for one in found] == [number, second]
    assert "白森" not in str(found)  # lists never say who
