"""What a reviewer is told before deciding; and how many statements it costs."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.models import AwardSource
from moralbank.awards.queries import waiting
from moralbank.awards.scores import ScoredDeed, record_scores
from moralbank.awards.warnings import budget_used, warnings_of
from moralbank.households.models import HouseholdStatus
from moralbank.households.service import EditHousehold, edit_household
from moralbank.photos.service import keep
from moralbank.villages.settings import MONTH_BUDGET
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, Deeds, one_engine
from tests.photos.phone import sent, snapshot
from tests.village import Town


def _warned(deeds: Deeds) -> dict[int, dict[str, str]]:
    with deeds.town.database.reading() as session:
        rows = waiting(session, deeds.town.village_id, limit=None)
        found = warnings_of(session, deeds.town.village_id, rows)
    return {number: {one.kind: one.text for one in several} for number, several in found.items()}


def test_each_warning(deeds: Deeds, tmp_path_factory: pytest.TempPathFactory) -> None:
    town, today = deeds.town, clock.today()
    day = timedelta(days=1)
    plain = deeds.record(GAOWA, "植树绿化")
    assert _warned(deeds) == {}
    # Usual amounts: five posted deeds of 1 point, then one of 5.
    for number in range(5):
        label = (DU, GAOWA, WANG, ZHONG, "一组-001")[number]
        deeds.approve(deeds.record(label, "拾金不昧", points_each=1, note=f"拾到第 {number} 件"))
    much = deeds.record(WANG, "拾金不昧", points_each=5, note="拾到很多钱")
    # The same deed, or the same event under another item.
    first = deeds.record(DU, "出义务工", note="村东修路", deed_on=today - 2 * day)
    again = deeds.record(DU, "出义务工", note="修路", deed_on=today)
    other = deeds.record(DU, "志愿服务", note="去村东修路半天", deed_on=today - 2 * day)
    # The cap is reached, with an earlier one counted.
    swept = [deeds.record("一组-006", "参加集体清扫", quantity=2, note=note) for note in "东西"]
    # The same picture.
    folder = tmp_path_factory.mktemp("photos")
    pictures = []
    for who in (deeds.recorder, town.actor(Role.GRID)):
        with town.database.writing() as session:
            pictures.append(keep(session, who, folder, sent(snapshot(colour="red"))))
    photographed = deeds.record("二组-014", "植树绿化", photos=(pictures[0],))
    taken_over = deeds.record("六组-031", "植树绿化", photos=(pictures[1],))
    # A household that moved away.
    with town.database.writing() as session:
        moved = EditHousehold(head="斯琴高娃", status=HouseholdStatus.MOVED)
        edit_household(session, town.actor(Role.ADMIN), town.household(GAOWA).id, moved)
    found = _warned(deeds)
    assert found[plain] == {"moved": "这一户已经迁出"}
    assert found[much]["unusual"] == "分数少见：这一项一般 1 分，这条 5 分"
    assert found[again]["same_deed"].startswith(f"像是第 {first} 条（")
    assert f"第 {other} 条“志愿服务”" in found[first]["other_item"]
    assert f"第 {first} 条“出义务工”" in found[other]["other_item"]
    assert found[swept[1]]["cap"] == "连这条，本月正好到上限 8 分"
    assert found[photographed]["same_photo"] == f"照片和第 {taken_over} 条的一样"
    assert found[taken_over]["same_photo"] == f"照片和第 {photographed} 条的一样"
    assert not any("budget" in kinds for kinds in found.values())
    deeds.allow(MONTH_BUDGET, "9")
    with town.database.reading() as session:
        assert budget_used(session, town.village_id) == 5
    found = _warned(deeds)
    assert found[much]["budget"] == "本月已通过 5 分，加上这条超过每月 9 分的限额"
    assert "budget" not in found[photographed]  # 5 and 3 of 9: less than nine tenths
    deeds.allow(MONTH_BUDGET, "8")
    assert _warned(deeds)[photographed]["budget"] == "本月已通过 5 分，离每月 8 分的限额还差 3 分"
    deeds.allow(MONTH_BUDGET, "5")
    assert _warned(deeds)[photographed]["budget"] == "本月已通过 5 分，每月 5 分的限额已用完"


@one_engine
def test_the_budget_counts_this_months_decisions(deeds: Deeds) -> None:
    made = deeds.record(DU, "植树绿化")
    deeds.approve(made, deeds.record(WANG, "植树绿化"))
    deeds.reverse(made, "没有栽")
    with deeds.town.database.reading() as session:
        assert budget_used(session, deeds.town.village_id) == 3
        with clock.at(clock.now() + timedelta(days=32)):
            assert budget_used(session, deeds.town.village_id) == 0


def _statements(town: Town, deeds: Deeds) -> int:
    """How many statements the queue with its warnings costs."""
    seen: list[str] = []
    engine = town.database.engine

    def hear(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        _warned(deeds)
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return len(seen)


def test_sixty_deeds_cost_as_many_statements_as_one(hamlet: Town) -> None:
    deeds = Deeds(hamlet)
    deeds.record(DU, "植树绿化")
    one = _statements(hamlet, deeds)
    for number in range(15):
        deeds.record_many([DU, GAOWA, WANG, ZHONG], "出义务工", note=f"第 {number} 段")
    assert _statements(hamlet, deeds) == one


def test_scores_of_a_round_become_claims(deeds: Deeds) -> None:
    """Each as its scorer's own record; what a cap leaves out says why."""
    town, today = deeds.town, clock.today()
    item, grid = deeds.number("庭院清洁达标"), town.actor(Role.GRID)
    deeds.record(WANG, "庭院清洁达标", note="已经记过")
    scores = [
        ScoredDeed(town.household(label).id, item, points, today, "评比：十一月", grid.user_id)
        for label, points in ((DU, 3), (WANG, 3), (GAOWA, 99), (DU, 3))
    ]
    with town.database.writing() as session:
        made = record_scores(session, town.actor(Role.ADMIN), scores)
        assert record_scores(session, town.actor(Role.ADMIN), []) == []
    assert isinstance(made[0], int)
    row = deeds.row(made[0])
    assert (row.source, row.recorder, row.points) == (AwardSource.ROUND, "何志勇", 3)
    assert made[1] == "本月已记 1 次，达到上限 1 次"
    assert "不能给 99 分" in str(made[2])
    assert "这件事已经记过了" in str(made[3])
    assert deeds.problems() == []
