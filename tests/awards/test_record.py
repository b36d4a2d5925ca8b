"""Recording: what a deed may be, and every reason why it may not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards import judging, rows, service, understanding
from moralbank.awards.models import AwardSource, AwardState
from moralbank.awards.queries import steps_of
from moralbank.errors import MoralbankError, NotFound
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import HouseholdUnknown
from moralbank.households.service import (
    EditHousehold,
    NewHousehold,
    add_household,
    edit_household,
)
from moralbank.ledger.requests import RequestReused
from moralbank.scheme.queries import ItemUnknown, NoScheme, scheme_on
from moralbank.scheme.rules import NewScheme, as_new_items
from moralbank.scheme.service import adopt
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, Deeds, fresh_id, on, one_engine
from tests.village import Town, found_village


def test_a_deed_is_recorded_and_waits(deeds: Deeds) -> None:
    made = deeds.record(DU, "志愿服务", quantity=3, note="　清理村口排水沟 ")
    row = deeds.row(made)
    assert (row.head, row.item_name, row.quantity, row.points) == ("杜仁森", "志愿服务", 3, 3)
    assert (row.state, row.note, row.recorder) == (AwardState.CLAIMED, "清理村口排水沟", "李建军")
    assert row.deed_on == clock.today()
    assert deeds.points(DU) == 0
    with deeds.town.database.reading() as session:
        (step,) = steps_of(session, deeds.town.village_id, made)
    assert (step.act, step.by, step.device) == ("申报", "李建军", "test")


@one_engine
@pytest.mark.parametrize("quantity", [0, -1, 1000, 1_000_000_000])
def test_quantities_out_of_bounds_are_refused(deeds: Deeds, quantity: int) -> None:
    with pytest.raises(understanding.QuantityInvalid) as refused:
        deeds.record(DU, "植树绿化", quantity=quantity)
    assert refused.value.field == "quantity"


@one_engine
@pytest.mark.parametrize(
    ("item", "said", "points"),
    [
        ("植树绿化", {"quantity": 999}, 2997),
        ("植树绿化", {"points_each": 3}, 3),
        ("拾金不昧", {"points_each": 1, "note": "拾到钱包"}, 1),
        ("拾金不昧", {"points_each": 5, "note": "拾到钱包"}, 5),
        ("受到表彰", {"points_each": 15, "note": "县级道德模范"}, 15),
        ("参军立功", {"points_each": 20, "quantity": 2, "note": "三等功两次"}, 40),
    ],
)
def test_points_are_each_times_quantity(
    deeds: Deeds, item: str, said: dict[str, Any], points: int
) -> None:
    assert deeds.row(deeds.record(DU, item, **said)).points == points


@one_engine
@pytest.mark.parametrize(
    ("item", "said", "refusal"),
    [
        ("拾金不昧", {}, understanding.PointsNeeded),
        ("拾金不昧", {"points_each": 0}, understanding.PointsNotAllowed),
        ("拾金不昧", {"points_each": 6}, understanding.PointsNotAllowed),
        ("受到表彰", {}, understanding.PointsNeeded),
        ("受到表彰", {"points_each": 4}, understanding.PointsNotAllowed),
        ("植树绿化", {"points_each": 4}, understanding.PointsNotAllowed),
        ("参军立功", {"points_each": 50, "quantity": 201}, understanding.TooManyPoints),
        ("拾金不昧", {"points_each": 3}, understanding.NoteNeeded),
        ("拾金不昧", {"points_each": 3, "note": " …… "}, understanding.NoteNeeded),
        ("植树绿化", {"note": "树" * 201}, understanding.NoteTooLong),
        ("乱倒垃圾", {"note": "倒在渠里"}, understanding.DeductionNeedsReminder),
    ],
)
def test_values_against_the_item_are_refused(
    deeds: Deeds, item: str, said: dict[str, Any], refusal: type[MoralbankError]
) -> None:
    said = {"note": "在路上", **said} if refusal is not understanding.NoteNeeded else said
    with pytest.raises(refusal):
        deeds.record(DU, item, **said)


@one_engine
def test_deductions_are_refused_with_the_words_of_the_rule(deeds: Deeds) -> None:
    with pytest.raises(understanding.DeductionNeedsReminder) as refused:
        deeds.record(DU, "焚烧秸秆", note="在村西地里")
    assert refused.value.message.startswith("扣分须先私下提醒")


@one_engine
def test_days_ahead_and_long_past_are_refused(deeds: Deeds) -> None:
    today = clock.today()
    with pytest.raises(understanding.DeedInFuture):
        deeds.record(DU, "植树绿化", deed_on=today + timedelta(days=1))
    with pytest.raises(understanding.DeedTooOld):
        deeds.record(DU, "植树绿化", deed_on=today - timedelta(days=401))
    with on(today.year, 12, 1) as december:
        oldest = december - timedelta(days=400 - 70)
        assert deeds.row(deeds.record(DU, "植树绿化", deed_on=oldest)).deed_on == oldest


@one_engine
def test_days_before_the_first_scheme_are_refused(deeds: Deeds) -> None:
    with on(clock.today().year, 1, 10) as january:
        long_ago = january - timedelta(days=380)
        with pytest.raises(NoScheme):
            deeds.record(DU, "植树绿化", deed_on=long_ago)


def test_the_item_is_that_of_the_version_in_force_on_the_day(deeds: Deeds) -> None:
    """A rule never acts backwards: yesterday's deed gives yesterday's points."""
    today, town = clock.today(), deeds.town
    with town.database.reading() as session:
        items = as_new_items(scheme_on(session, town.village_id, today))
    doubled = tuple(
        replace(item, points_min=6, points_max=6) if item.name == "植树绿化" else item
        for item in items
        if item.name != "厚养薄葬"
    )
    with town.database.writing() as session:
        adopt(session, town.actor(Role.ADMIN), NewScheme("村民会议通过", today, today, doubled))
    yesterday = today - timedelta(days=1)
    old = deeds.row(deeds.record(DU, "植树绿化", deed_on=yesterday))
    new = deeds.row(deeds.record(DU, "植树绿化"))
    assert (old.scheme_version, old.points) == (1, 3)
    assert (new.scheme_version, new.points) == (2, 6)
    burial = service.RecordAward(town.household(DU).id, 34, note="厚养薄葬")
    with pytest.raises(ItemUnknown), town.database.writing() as session:
        service.record(session, deeds.recorder, fresh_id(), burial)


def test_unknown_items_and_households_are_refused(deeds: Deeds) -> None:
    for wanted in (
        service.RecordAward(deeds.town.household(DU).id, 46),
        service.RecordAward(deeds.town.household(DU).id, -1),
        service.RecordAward(999, 7),
    ):
        with pytest.raises(NotFound), deeds.town.database.writing() as session:
            service.record(session, deeds.recorder, fresh_id(), wanted)


def test_another_villages_household_is_unknown(deeds: Deeds) -> None:
    """Numbers are each village's own, so a household is sought in the actor's village alone."""
    database = deeds.town.database
    found_village(database, 150404103202, "小河沿村")
    with database.writing() as session:
        neighbours = Town(database, 150404103202).actor(Role.ADMIN)
        stranger = add_household(session, neighbours, NewHousehold("一组", "900", "康宁")).id
    wanted = service.RecordAward(stranger, deeds.number("植树绿化"))
    with pytest.raises(HouseholdUnknown), database.writing() as session:
        service.record(session, deeds.recorder, fresh_id(), wanted)


def test_households_that_moved_away_are_refused(deeds: Deeds) -> None:
    info = deeds.town.household(WANG)
    with deeds.town.database.writing() as session:
        moved = EditHousehold(head=info.head, status=HouseholdStatus.MOVED)
        edit_household(session, deeds.town.actor(Role.ADMIN), info.id, moved)
    with pytest.raises(judging.HouseholdMoved) as refused:
        deeds.record(WANG, "植树绿化")
    assert "六组 042 号已经迁出" in refused.value.message


@one_engine
def test_members_belong_to_the_household(deeds: Deeds) -> None:
    sister = deeds.add_member(DU, "杜小妹")
    row = deeds.row(deeds.record(DU, "无偿献血", note="献血证 2201", member_id=sister))
    assert row.member_name == "杜小妹"
    with pytest.raises(judging.MemberNotTheirs):
        deeds.record(GAOWA, "无偿献血", note="献血证 2202", member_id=sister)


def test_the_same_deed_twice_is_refused_and_the_earlier_one_named(deeds: Deeds) -> None:
    first = deeds.record(DU, "出义务工", note="修机耕路，村东头")
    with pytest.raises(judging.SameDeed) as refused:
        deeds.record(DU, "出义务工", note="修机耕路 村东头。")
    words = refused.value.message
    assert "李建军" in words
    assert "待核实或评议" in words
    assert f"第 {first} 条" in words
    deeds.approve(first)
    with pytest.raises(judging.SameDeed) as refused:
        deeds.record(DU, "出义务工", note="修机耕路，村东头")
    assert "已入账" in refused.value.message


def test_another_deed_day_household_or_member_is_not_the_same(deeds: Deeds) -> None:
    sister = deeds.add_member(DU, "杜小妹")
    yesterday = clock.today() - timedelta(days=1)
    recorded = {
        deeds.record(DU, "出义务工", note="修路"),
        deeds.record(DU, "出义务工", note="清渠"),
        deeds.record(DU, "出义务工", note="修路", deed_on=yesterday),
        deeds.record(DU, "出义务工", note="修路", member_id=sister),
        deeds.record(ZHONG, "出义务工", note="修路"),
    }
    assert len(recorded) == 5


def test_what_was_refused_or_taken_back_can_be_recorded_again(deeds: Deeds) -> None:
    first = deeds.record(DU, "出义务工", note="修路")
    deeds.refuse(first, "没有这回事")
    second = deeds.record(DU, "出义务工", note="修路")
    deeds.approve(second)
    deeds.reverse(second, "记错了日子")
    assert deeds.record(DU, "出义务工", note="修路") == second + 1


def test_the_database_itself_bars_the_same_deed(deeds: Deeds) -> None:
    """Should the judging ever miss one, the unique index speaks, and the words are plain."""
    deeds.record(DU, "出义务工", note="修路")
    said = {"quantity": 1, "points_each": None, "deed_on": clock.today(), "note": "修路"}
    owner = deeds.town.household(DU).id
    with deeds.town.database.reading() as session:
        deed = understanding.understand(session, deeds.town.village_id, 16, **said)
    values = rows.award_values(deed, AwardState.CLAIMED, 1, AwardSource.COMMITTEE)
    with (
        pytest.raises(rows.RecordedAtOnce) as refused,
        deeds.town.database.writing() as session,
    ):
        rows.write_awards(session, deeds.recorder, [{**values, "household_id": owner}])
    assert refused.value.code == "same_deed"


def test_the_same_request_is_recorded_once(deeds: Deeds) -> None:
    first = deeds.record(DU, "出义务工", note="修路", request_id="round-000001")
    again = deeds.record(DU, "出义务工", note="修路", request_id="round-000001")
    assert again == first
    with pytest.raises(RequestReused):
        deeds.record(DU, "出义务工", note="清渠", request_id="round-000001")


def test_a_refused_request_stays_refused(deeds: Deeds) -> None:
    deeds.record(DU, "庭院清洁达标")
    words = []
    for _try in range(2):
        with pytest.raises(MoralbankError) as refused:
            deeds.record(DU, "庭院清洁达标", note="又一次", request_id="round-000002")
        words.append(refused.value.message)
    assert words[0] == words[1] == "本月已记 1 次，达到上限 1 次"


def test_many_at_once(deeds: Deeds) -> None:
    ids = deeds.record_many([DU, GAOWA, WANG, DU], "参加集体清扫", request_id="round-000003")
    assert [deeds.row(number).head for number in ids] == ["杜仁森", "斯琴高娃", "王䶮"]
    again = deeds.record_many([DU, GAOWA, WANG, DU], "参加集体清扫", request_id="round-000003")
    assert again == ids


def test_many_are_recorded_all_or_none_unless_skipping_was_asked_for(deeds: Deeds) -> None:
    deeds.record(GAOWA, "庭院清洁达标")
    with pytest.raises(judging.SomeRefused) as refused:
        deeds.record_many([DU, GAOWA, WANG], "庭院清洁达标", note="秋季走访")
    gaowa = deeds.town.household(GAOWA).id
    assert list(refused.value.refusals) == [gaowa]
    assert refused.value.refusals[gaowa].message == "本月已记 1 次，达到上限 1 次"
    assert "只记其余 2 户" in refused.value.message
    ids = deeds.record_many(
        [DU, GAOWA, WANG],
        "庭院清洁达标",
        note="秋季走访",
        skip_refused=True,
        request_id="skip-0001",
    )
    assert [deeds.row(number).head for number in ids] == ["杜仁森", "王䶮"]
    other = deeds.record_many([DU, GAOWA, WANG], "门前三包落实")
    assert (
        deeds.record_many(
            [DU, GAOWA, WANG],
            "庭院清洁达标",
            note="秋季走访",
            skip_refused=True,
            request_id="skip-0001",
        )
        == ids
    )
    assert not set(ids) & set(other)


@one_engine
def test_many_need_somebody_and_somebody_left(deeds: Deeds) -> None:
    with pytest.raises(service.NobodyChosen):
        deeds.record_many([], "庭院清洁达标")
    deeds.record_many([DU, WANG], "庭院清洁达标")
    with pytest.raises(judging.AllRefused) as refused:
        deeds.record_many([DU, WANG], "庭院清洁达标", note="再来", skip_refused=True)
    assert "选的 2 户都不能记" in refused.value.message


def test_steps_are_written_for_each_of_many(deeds: Deeds) -> None:
    ids = deeds.record_many([DU, WANG], "植树绿化")
    deeds.approve(*ids)
    with deeds.town.database.reading() as session:
        acts = [
            [step.act for step in steps_of(session, deeds.town.village_id, number)]
            for number in ids
        ]
    assert acts == [["申报", "评议通过", "入账"]] * 2


@one_engine
def test_a_service_refuses_what_was_left_out(deeds: Deeds) -> None:
    """However it comes in: nothing is guessed, nothing breaks."""
    nothing: Any = None
    with pytest.raises(understanding.QuantityInvalid):
        deeds.record(DU, "植树绿化", quantity=nothing)
    with pytest.raises(understanding.DayMissing):
        deeds.record(DU, "植树绿化", deed_on=nothing)
    with pytest.raises(understanding.QuantityInvalid):
        deeds.record_many([DU, WANG], "植树绿化", quantity=nothing)
    with pytest.raises(understanding.DayMissing):
        deeds.record_many([DU, WANG], "植树绿化", deed_on=nothing)
