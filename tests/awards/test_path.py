"""The way to the review: drafts, claims, what is looked at on the spot, what is sent back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.awards import acting, bars, deciding, judging, posting, service, understanding
from moralbank.awards.caps import CapRefused
from moralbank.awards.desks import to_verify_count, waiting_by_group
from moralbank.awards.models import AwardSource, AwardState
from moralbank.awards.queries import (
    own_drafts,
    to_verify,
    waiting,
)
from moralbank.awards.verification import NotVerified, NoVerification
from moralbank.errors import Invalid
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import household_named
from moralbank.households.service import EditHousehold, edit_household
from moralbank.ledger.queries import ClockBehind
from moralbank.notices.service import close_due, open_notice
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.photos.service import keep
from moralbank.scheme.queries import ItemUnknown, scheme_on
from moralbank.scheme.rules import NewScheme, as_new_items
from moralbank.scheme.service import adopt
from moralbank.sittings.models import Sitting, SittingState
from moralbank.villages.settings import NOTICE_DAYS, SITTINGS, TRUSTED_ITEMS, VERIFY_ITEMS
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, Deeds, fresh_id, one_engine
from tests.photos.phone import sent, snapshot


@pytest.fixture
def grid(deeds: Deeds) -> Actor:
    """何志勇, who looks after the first group."""
    deeds.look_after("何志勇", DU)
    return deeds.town.actor(Role.GRID)


def test_a_claim_goes_all_the_way(deeds: Deeds, grid: Actor) -> None:
    """From the household's phone into the books: each step with who took it."""
    deeds.allow(NOTICE_DAYS, "3")
    town, said = deeds.town, {"points_each": 3, "note": "拾到钱包，交给失主"}
    made = deeds.claim(DU, "拾金不昧", **said)
    assert (deeds.row(made).recorder, deeds.row(made).source_label) == ("本户", "住户自报")
    assert deeds.row(made).state_label == "待核实"
    assert deeds.row(deeds.record(WANG, "植树绿化")).state_label == "待评议"
    with pytest.raises(NotVerified) as refused:
        deeds.approve(made)
    assert "还没有核实" in refused.value.message
    assert deeds.verify(made, who=grid, witness="失主王大爷") == 1
    assert deeds.vote(made) == deciding.Approval(1, 3, 0, None)
    assert (deeds.row(made).state, deeds.points(DU)) == (AwardState.APPROVED, 0)
    admin = town.actor(Role.ADMIN)
    with town.database.writing() as session:
        notice = open_notice(session, admin, fresh_id(), [made])
    assert deeds.row(made).notice_id == notice
    with clock.at(clock.now() + timedelta(days=3)), town.database.writing() as session:
        assert close_due(session) == [notice]
    assert deeds.points(DU) == 3
    assert deeds.acts(made) == [
        ("申报", "本户", "", ""),
        ("核实属实", "何志勇", "", "失主王大爷"),
        ("评议通过", "赵德顺", "", ""),
        ("列入公示", "王秀兰", "", ""),
        ("入账", "系统", "", ""),
    ]
    assert deeds.problems() == []


def test_a_grid_worker_verifies_in_their_own_groups(deeds: Deeds, grid: Actor) -> None:
    near, far = deeds.claim(DU, "植树绿化"), deeds.claim(WANG, "植树绿化")
    own = deeds.record(DU, "出义务工", who=grid, note="修路")
    assert deeds.row(own).source is AwardSource.GRID
    evidence = deeds.claim(DU, "抢险救灾", note="雨夜守堤")
    for ids, refusal, words in (
        ([near, far], deciding.NotYourGroup, "六组"),
        ([own], bars.SelfReview, "自己记的"),
        ([evidence], deciding.EvidenceNeeded, "“抢险救灾”要有依据"),
        ([], acting.NothingChosen, "还没有选"),
    ):
        with pytest.raises(refusal) as refused:
            deeds.verify(*ids, who=grid)
        assert words in refused.value.message
    for act in (deciding.deny, deciding.send_back):
        with pytest.raises(deciding.NotYourGroup), deeds.town.database.writing() as session:
            act(session, grid, far, "没有的事")
    with pytest.raises(NoVerification), deeds.town.database.writing() as session:
        deciding.deny(session, deeds.recorder, own, "没有的事")
    with deeds.town.database.writing() as session:
        deciding.deny(session, deeds.recorder, far, "树没有栽")
        group = {household_named(session, deeds.town.village_id, DU).group_id}
        left = to_verify(session, deeds.town.village_id, groups=group)
        assert [row.id for row in left] == [near, evidence]
        assert to_verify_count(session, deeds.town.village_id) == 2
        assert [row.id for row in waiting(session, deeds.town.village_id)] == [own]
        assert [one.count for one in waiting_by_group(session, deeds.town.village_id)] == [1]
    denied = deeds.row(far)
    assert (denied.state, denied.decider) == (AwardState.REFUSED, "李建军")
    assert denied.decided_at is not None
    deeds.verify(near, who=grid)
    with pytest.raises(acting.AlreadyDecided) as again:
        deeds.verify(near)
    assert "何志勇" in again.value.message
    assert deeds.problems() == []


@one_engine
def test_which_items_are_verified_the_village_says(deeds: Deeds) -> None:
    always, never = str(deeds.number("植树绿化")), str(deeds.number("参加村民会议"))
    deeds.allow(VERIFY_ITEMS, always)
    deeds.allow(TRUSTED_ITEMS, f"{never} {always}")
    planted, met = deeds.record(DU, "植树绿化"), deeds.claim(DU, "参加村民会议", note="签到表")
    paper = deeds.record(DU, "出义务工", note="修路", source=AwardSource.PAPER, helper=" 村医小王 ")
    asked = {number: deeds.row(number).needs_verification for number in (planted, met, paper)}
    assert asked == {planted: True, met: False, paper: True}
    assert (deeds.row(paper).source_label, deeds.row(paper).helper) == ("代办", "村医小王")
    with pytest.raises(service.HelperNeeded):
        deeds.record(DU, "植树绿化", source=AwardSource.PAPER)
    deeds.approve(met)
    with pytest.raises(NotVerified):
        deeds.refuse(planted, "没有栽")


@one_engine
def test_a_draft_is_completed_and_handed_in(deeds: Deeds) -> None:
    town, wanted = deeds.town, deeds.wanted(DU, "抢险救灾")
    with town.database.writing() as session:
        made = service.save_draft(session, deeds.recorder, "draft-0001", wanted)
        assert service.save_draft(session, deeds.recorder, "draft-0001", wanted) == made
    assert deeds.row(made).state is AwardState.DRAFT
    with pytest.raises(acting.NotHandedIn) as early, town.database.writing() as session:
        deciding.approve(session, deeds.reviewer, fresh_id(), [made])
    assert early.value.message == f"第 {made} 条还是草稿，提交以后才能办"
    with pytest.raises(understanding.NoteNeeded), town.database.writing() as session:
        service.submit(session, deeds.recorder, fresh_id(), made)
    whole = replace(wanted, note="雨夜守堤")
    with pytest.raises(service.NotYours) as refused, town.database.writing() as session:
        service.submit(session, town.actor(Role.GRID), fresh_id(), made, whole)
    assert "李建军" in refused.value.message
    with town.database.writing() as session:
        service.save_draft(session, deeds.recorder, fresh_id(), whole, award_id=made)
        assert [row.note for row in own_drafts(session, town.village_id, 2)] == ["雨夜守堤"]
        service.submit(session, deeds.recorder, "submit-0001", made)
        assert service.submit(session, deeds.recorder, "submit-0001", made) == made
    with town.database.writing() as session:
        deciding.send_back(session, deeds.reviewer, made, "是哪一段堤？")
    again = replace(whole, note="雨夜守堤，村东第二段")
    with town.database.writing() as session:
        service.submit(session, deeds.recorder, fresh_id(), made, again)
    assert [act[0] for act in deeds.acts(made)] == [
        "存草稿",
        "存草稿",
        "提交",
        "退回补充",
        "提交",
    ]
    deeds.approve(made)
    assert deeds.problems() == []


@one_engine
def test_whose_claim_it_is_may_withdraw_it(deeds: Deeds) -> None:
    made, town = deeds.claim(DU, "植树绿化"), deeds.town
    household = Actor(town.village_id, 0, "杜**", "household", "phone")
    for who, whose in (
        (household, town.household(WANG).id),
        (household, None),
        (deeds.recorder, None),
    ):
        with pytest.raises(service.NotYours), town.database.writing() as session:
            service.withdraw(session, who, made, "不报了", household_id=whose)
    with town.database.writing() as session:
        service.withdraw(session, household, made, "不报了", household_id=town.household(DU).id)
    assert deeds.acts(made)[-1] == ("撤回", "本户", "不报了", "")
    returned = deeds.claim(DU, "植树绿化")
    with town.database.writing() as session:
        deciding.send_back(session, deeds.recorder, returned, "栽在哪里？")
    with town.database.writing() as session:
        service.withdraw(session, town.actor(Role.GRID), returned, "一直没有补")
    mine = deeds.record(GAOWA, "植树绿化")
    deeds.approve(mine)
    with pytest.raises(acting.AlreadyDecided), town.database.writing() as session:
        service.withdraw(session, deeds.recorder, mine, "记错了")


@one_engine
def test_ten_claims_of_a_household_wait_at_once(deeds: Deeds) -> None:
    for number in range(10):
        deeds.claim(DU, "出义务工", note=f"修路第 {number} 段")
    with pytest.raises(service.TooManyClaims) as refused:
        deeds.claim(DU, "出义务工", note="又一段")
    assert "已有 10 条" in refused.value.message
    deeds.claim(WANG, "出义务工", note="修路")
    deeds.record(DU, "出义务工", note="村里记的")


@one_engine
def test_deeds_are_judged_by_the_version_of_their_day(deeds: Deeds) -> None:
    """An item was given a range and a cap today, another was retired: older deeds stay right."""
    today, town = clock.today(), deeds.town
    yesterday = today - timedelta(days=1)
    old = deeds.record(DU, "植树绿化", deed_on=yesterday)
    burial = deeds.wanted(DU, "厚养薄葬", note="一切从简", deed_on=yesterday)
    with town.database.writing() as session:
        draft = service.save_draft(session, deeds.recorder, fresh_id(), burial)
        items = as_new_items(scheme_on(session, town.village_id, today))
        new = tuple(
            replace(item, points_min=6, points_max=9) if item.name == "植树绿化" else item
            for item in items
            if item.name != "厚养薄葬"
        )
        adopt(session, town.actor(Role.ADMIN), NewScheme("村民会议通过", today, today, new))
    fresh = deeds.record(DU, "植树绿化", points_each=7)
    with pytest.raises(understanding.PointsNotAllowed):
        deeds.adjust(old, 6, "按新细则")
    deeds.adjust(fresh, 9, "栽得多")
    assert deeds.acts(fresh)[-1][2] == "7 分 → 9 分：栽得多"
    with town.database.writing() as session:
        service.submit(session, deeds.recorder, fresh_id(), draft)
    assert (deeds.row(draft).scheme_version, deeds.row(old).points) == (1, 3)
    retired = replace(burial, deed_on=today)
    with pytest.raises(ItemUnknown), town.database.writing() as session:
        service.record(session, deeds.recorder, fresh_id(), retired)
    deeds.approve(old, fresh, draft)
    assert deeds.problems() == []


@one_engine
def test_points_change_within_range_and_cap(deeds: Deeds) -> None:
    made = deeds.record(DU, "参加集体清扫", quantity=3)
    deeds.record(DU, "参加集体清扫", note="又扫一遍")
    for quantity, points, reason, refusal in (
        (4, 2, "扫了四次", CapRefused),
        (3, 3, "扫得好", understanding.PointsNotAllowed),
        (0, 2, "没有扫", understanding.QuantityInvalid),
        (3, 2, "不变", deciding.NothingChanged),
        (2, 2, " ", acting.ReasonNeeded),
    ):
        with pytest.raises((Invalid, CapRefused)) as refused:
            deeds.adjust(made, points, reason, quantity=quantity)
        assert isinstance(refused.value, refusal)
    deeds.adjust(made, 2, "只扫了两次", quantity=2)
    assert deeds.row(made).points == 4
    deeds.approve(made)
    assert deeds.points(DU) == 4


@one_engine
def test_a_household_moves_away_while_its_claim_waits(deeds: Deeds) -> None:
    made, town = deeds.claim(ZHONG, "植树绿化"), deeds.town
    with town.database.writing() as session:
        deciding.send_back(session, deeds.recorder, made, "栽在哪里？")
        moved = EditHousehold(head="钟𬭎", status=HouseholdStatus.MOVED)
        edit_household(session, town.actor(Role.ADMIN), town.household(ZHONG).id, moved)
    household = Actor(town.village_id, 0, "钟**", "household", "phone")
    whose = town.household(ZHONG).id
    with pytest.raises(judging.HouseholdMoved), town.database.writing() as session:
        service.submit(session, household, fresh_id(), made, household_id=whose)


@one_engine
def test_without_a_sitting_nothing_is_decided(deeds: Deeds) -> None:
    made, town = deeds.record(DU, "植树绿化"), deeds.town
    deeds.allow(SITTINGS, "month")
    for act in (lambda: deeds.approve(made), lambda: deeds.refuse(made, "没有栽")):
        with pytest.raises(deciding.NoSitting):
            act()
    with town.database.writing() as session:
        now = {"held_on": clock.today(), "opened_by": 4, "opened_at": clock.now()}
        empty = {"place": "村部", "note": "", "closed_by": None, "closed_at": None}
        state = SittingState.OPEN
        session.add(Sitting(village_id=town.village_id, id=7, state=state, **now, **empty))
    deeds.approve(made)
    assert deeds.row(made).sitting_id == 7


@one_engine
def test_photos_belong_to_the_deed(deeds: Deeds, tmp_path_factory: pytest.TempPathFactory) -> None:
    town, folder = deeds.town, tmp_path_factory.mktemp("photos")
    with town.database.writing() as session:
        first, second = (
            keep(session, deeds.recorder, folder, sent(snapshot(colour=colour)))
            for colour in ("green", "blue")
        )
    made = deeds.claim(DU, "抢险救灾", note="雨夜守堤", photos=(first,))
    deeds.verify(made, photos=(second,))
    with town.database.reading() as session:
        shown = photos_of(session, town.village_id, PhotoSubject.AWARD, [made])
    assert [photo.id for photo in shown[made]] == [first, second]


@one_engine
def test_a_clock_set_back_posts_nothing(deeds: Deeds) -> None:
    made, other = deeds.record(DU, "植树绿化"), deeds.record(WANG, "植树绿化")
    deeds.approve(made)
    with clock.at(clock.now() - timedelta(days=2)):
        for act in (lambda: deeds.approve(other), lambda: deeds.reverse(made, "记错了")):
            with pytest.raises(ClockBehind) as refused:
                act()
            assert "请先校准" in refused.value.message
        with pytest.raises(ClockBehind), deeds.town.database.writing() as session:
            posting.post_noticed(session, deeds.reviewer, 1, fresh_id())
    deeds.approve(other)
    assert deeds.problems() == []
