"""Who stands on a board, in which place, with which words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.boards.edits import save_edit
from moralbank.boards.periods import Period, current_quarter, quarter_of, read_period
from moralbank.boards.queries import rank, rank_all
from moralbank.fund.models import FundSource
from moralbank.fund.service import take_back as take_voucher_back
from moralbank.households.models import HouseholdStatus
from moralbank.scheme.queries import scheme_on
from moralbank.villages.queries import GroupUnknown
from tests.boards.deeds import (
    adopt_changed,
    board,
    change,
    do,
    edit,
    give,
    member,
    neighbours,
    places,
    request_id,
    take_back,
)
from tests.village import Town

FOURTEEN = tuple(f"邻{sign}" for sign in "甲乙丙丁戊己庚辛壬癸子丑寅卯")
"""Heads of households that moved in."""


@contextmanager
def next_quarter() -> Iterator[Period]:
    """Amid the next quarter, so that days before are of the same one whatever day it is."""
    after = quarter_of(current_quarter().last + timedelta(days=1))
    with clock.at(clock.now() + (after.first - clock.today()) + timedelta(days=40)):
        yield after


def test_most_points_stand_first_and_equal_points_share_a_place(village: Town) -> None:
    do(village, "一组-006", "出义务工", 2)
    do(village, "六组-042", "出义务工", 3)
    do(village, "一组-012", "出义务工", 2)
    do(village, "二组-007", "出义务工", 1)
    assert places(board(village, "shanju")) == [
        (1, "王䶮", 9),
        (2, "布和", 6),
        (2, "杜仁森", 6),
        (4, "斯琴高娃", 3),
    ]


def test_a_households_deeds_are_added_up(village: Town) -> None:
    somebody = member(village, "一组-012", "杜小妹")
    do(village, "一组-012", "出义务工")
    do(village, "一组-012", "志愿服务", 4)
    do(village, "一组-012", "义务维修公共设施", member=somebody)
    do(village, "一组-012", "邻里互助", 2)
    assert places(board(village, "shanju")) == [(1, "杜仁森", 10)]
    assert places(board(village, "zuimei")) == [(1, "杜仁森", 12)]


def test_only_what_is_posted_counts(village: Town) -> None:
    do(village, "一组-012", "出义务工", 3, posted=False)
    wrong = do(village, "一组-006", "出义务工", 4)
    do(village, "六组-042", "出义务工")
    take_back(village, wrong)
    assert places(board(village, "shanju")) == [(1, "王䶮", 3)]


def test_the_day_of_the_deed_decides_on_the_period(village: Town) -> None:
    today = clock.today()
    before = current_quarter().first - timedelta(days=1)
    do(village, "一组-012", "出义务工", on=before)
    do(village, "一组-006", "出义务工", on=today)
    assert places(board(village, "shanju")) == [(1, "布和", 3)]
    month = read_period(f"{before.year}-{before.month:02d}")
    assert places(board(village, "shanju", month)) == [(1, "杜仁森", 3)]
    year = read_period(str(today.year))
    both = 2 if before.year == today.year else 1
    assert len(board(village, "shanju", year).entries) == both


def test_a_household_that_moved_away_is_left_out(village: Town) -> None:
    do(village, "一组-012", "出义务工")
    do(village, "一组-006", "出义务工")
    edit(village, "一组-012", status=HouseholdStatus.MOVED)
    assert places(board(village, "shanju")) == [(1, "布和", 3)]


def test_who_did_not_consent_is_masked_and_so_are_the_notes(village: Town) -> None:
    do(village, "一组-012", "出义务工", note="杜仁森修水渠一天")
    do(village, "一组-012", "志愿服务", note="杜家老二值守防火站")
    edit(village, "一组-012", consent=False)
    (entry,) = board(village, "shanju").entries
    assert entry.name == "杜某某"
    assert entry.deed in {"出义务工 1 次、志愿服务 1 次", "志愿服务 1 次、出义务工 1 次"}
    do(village, "一组-012", "义务维修公共设施", note="杜仁森修路灯")
    assert [entry.name for entry in board(village, "haoren").entries] == ["杜某某"]


def test_a_board_of_persons_names_them_and_the_head_for_all_others(village: Town) -> None:
    daughter = member(village, "一组-012", "杜小妹")
    do(village, "一组-012", "义务维修公共设施", 2, member=daughter)
    do(village, "一组-012", "义务维修公共设施")
    assert places(board(village, "haoren")) == [(1, "杜小妹", 6), (2, "杜仁森", 3)]


def test_minors_never_stand_on_a_board(village: Town) -> None:
    child = member(village, "一组-012", "杜小雨", minor=True)
    do(village, "一组-012", "拾金不昧", points=5, note="杜小雨拾到手机还给失主", member=child)
    assert board(village, "haoren").entries == ()
    do(village, "一组-012", "出义务工", 3, note="修渠")
    (entry,) = board(village, "zuimei").entries
    assert (entry.name, entry.points) == ("杜仁森", 14)
    assert "杜小雨" not in entry.deed
    do(village, "一组-012", "志愿服务", note="值守防火站")
    assert "杜小雨" not in str(board(village, "shanju").entries)


def test_too_few_points_are_not_enough(village: Town) -> None:
    do(village, "一组-012", "志愿服务", 2)
    do(village, "一组-006", "志愿服务", 3)
    assert places(board(village, "shanju")) == [(1, "布和", 3)]


def test_those_equal_to_the_last_place_stand_there_too(village: Town) -> None:
    for position, label in enumerate(neighbours(village, *FOURTEEN).values()):
        do(village, label, "义务维修公共设施", max(2, 11 - position) if position < 13 else 1)
    found = places(board(village, "haoren"))
    assert len(found) == 13  # places 1 to 9, and four tied in the tenth
    assert [place for place, _name, _points in found[9:]] == [10, 10, 10, 10]
    assert "邻卯" not in {name for _place, name, _points in found}


def test_who_comes_after_the_last_place_does_not(village: Town) -> None:
    for position, label in enumerate(neighbours(village, *FOURTEEN[:11]).values()):
        do(village, label, "义务维修公共设施", 12 - position)
    found = places(board(village, "haoren"))
    assert tuple(name for _place, name, _points in found) == FOURTEEN[:10]


def test_one_group_has_a_board_of_its_own(village: Town) -> None:
    do(village, "六组-042", "出义务工", 3)
    do(village, "一组-012", "出义务工", 2)
    do(village, "一组-006", "出义务工", 1)
    ranking = board(village, "shanju", group="一组")
    assert places(ranking) == [(1, "杜仁森", 6), (2, "布和", 3)]
    assert ranking.group == "一组"


def test_an_unknown_group_is_refused(village: Town) -> None:
    with village.database.reading() as session, pytest.raises(GroupUnknown):
        rank(session, village.village_id, "shanju", current_quarter(), group_id=99)


def test_the_deed_tells_what_weighed_most(village: Town) -> None:
    do(village, "一组-012", "志愿服务", 1, note="值守防火检查站。")
    do(village, "一组-012", "抢险救灾", 1, note="雨夜堵住渠口")
    do(village, "一组-012", "出义务工", 1, note="值守防火检查站")
    (entry,) = board(village, "shanju").entries
    assert entry.deed == "雨夜堵住渠口；值守防火检查站"


def test_the_latest_deed_is_told_first_where_the_board_says_so(village: Town) -> None:
    with next_quarter() as quarter:
        do(village, "一组-012", "无偿献血", note="献血一次", on=quarter.first)
        do(village, "一组-012", "出义务工", note="修渠一天")
        (entry,) = board(village, "zuimei").entries
    assert entry.deed == "修渠一天；献血一次"


def test_without_notes_it_is_counted_what_was_done(village: Town) -> None:
    with next_quarter():
        do(village, "一组-012", "出义务工")
        for back in range(2):
            do(village, "一组-012", "志愿服务", on=clock.today() - timedelta(days=back))
        (entry,) = board(village, "shanju").entries
    assert entry.deed == "志愿服务 2 次、出义务工 1 次"


def test_the_line_is_never_too_long(village: Town) -> None:
    do(village, "一组-012", "出义务工", 3, note="修" * 60)
    (entry,) = board(village, "shanju").entries
    assert entry.deed == "修" * 39 + "…"
    do(village, "一组-006", "出义务工", 2, note="修好广场两盏路灯" * 4)
    assert board(village, "shanju").entries[1].deed == "修好广场两盏路灯" * 4


def test_only_what_fits_is_joined(village: Town) -> None:
    do(village, "一组-012", "出义务工", 3, note="清理河道淤泥，平整进山路")
    do(village, "一组-012", "义务维修公共设施", note="给公厕换水龙头，修好饮水井的井盖")
    do(village, "一组-012", "志愿服务", note="帮老人填表")
    (entry,) = board(village, "shanju").entries
    assert entry.deed == "清理河道淤泥，平整进山路；帮老人填表"


def test_more_people_need_no_more_statements(village: Town) -> None:
    def statements() -> int:
        counted: list[str] = []

        def count(*arguments: object) -> None:
            counted.append(str(arguments[2]))

        event.listen(village.database.engine, "before_cursor_execute", count)
        with village.database.reading() as session:
            rank_all(session, village.village_id, current_quarter())
        event.remove(village.database.engine, "before_cursor_execute", count)
        return len(counted)

    do(village, "一组-012", "出义务工")
    before = statements()
    for label in neighbours(village, *FOURTEEN[:6]).values():
        do(village, label, "出义务工")
    assert statements() == before


def test_the_board_of_progress_counts_what_came_on_top(village: Town) -> None:
    quarter = current_quarter()
    before = quarter.before.last
    do(village, "一组-012", "出义务工", 4, on=before, note="上一季修渠")
    do(village, "一组-012", "出义务工", 6, note="这一季修渠")  # 18 less 12
    do(village, "一组-006", "出义务工", 3, on=before)
    do(village, "一组-006", "出义务工", 3)  # not more than before
    do(village, "六组-042", "出义务工", 5, on=before)
    do(village, "六组-042", "出义务工")  # less
    do(village, "二组-007", "出义务工", 2)  # nothing before
    do(village, "六组-031", "志愿服务", 2)  # 1 point: below the board's minimum
    do(village, "二组-014", "出义务工", on=quarter.before.first - timedelta(days=1))
    ranking = board(village, "jinbu")
    assert places(ranking) == [(1, "杜仁森", 6), (1, "斯琴高娃", 6)]
    assert ranking.standings[0].notes == ("这一季修渠",)
    assert quarter.before.label in ranking.rule
    # Beside the other boards it stands as alone, and they as if it were not there.
    with village.database.reading() as session:
        everything = {one.board.slug: one for one in rank_all(session, village.village_id, quarter)}
    assert places(everything["jinbu"]) == places(ranking)
    assert places(everything["shanju"]) == places(board(village, "shanju"))


def test_donors_stand_by_whole_yuan(village: Town) -> None:
    today = clock.today()
    give(village, "乡贤杜凤山", "1500")
    give(village, " 乡贤杜凤山 ", "500.90")
    give(village, "匿名", "300")
    give(village, "无名氏", "300")
    give(village, "河沿商店", "0.90")
    give(village, "村集体", "9000", source=FundSource.VILLAGE)
    give(village, "早先的人", "800", on=current_quarter().first - timedelta(days=1))
    wrong = give(village, "记错的人", "7000")
    with village.database.writing() as session:
        take_voucher_back(session, village.actor(Role.ACCOUNTANT), request_id(), wrong, "记错了")
    ranking = board(village, "juanzeng")
    assert places(ranking) == [(1, "乡贤杜凤山", 2000), (2, "爱心人士", 300), (2, "爱心人士", 300)]
    first = ranking.standings[0]
    assert (first.deed, first.group, first.household_id, first.shown) == ("捐赠 2 笔", "", 0, True)
    assert (ranking.board.unit, ranking.board.measure_label) == ("元", "金额")
    # A group has no donors of its own: its board is the village's.
    assert board(village, "juanzeng", group="一组").standings == ranking.standings
    year = board(village, "juanzeng", read_period(str(today.year)))
    assert year.standings[0].points >= 2000


def test_a_donor_who_is_not_to_be_named_as_a_villager_is_not_as_a_donor(hamlet: Town) -> None:
    give(hamlet, "杜仁森", "300")
    give(hamlet, "王䶮", "200")
    edit(hamlet, "一组-012", consent=False)
    assert places(board(hamlet, "juanzeng")) == [(1, "爱心人士", 300), (2, "王䶮", 200)]


def test_what_was_chosen_for_a_line_stands_there_unless_they_hide(village: Town) -> None:
    do(village, "一组-012", "出义务工", 2, note="修渠一天")
    do(village, "一组-012", "志愿服务", 2, note="帮杜老汉收麦")
    household = village.household("一组-012").id
    with village.database.writing() as session:
        actor, period = village.actor(Role.RECORDER), current_quarter().text
        save_edit(session, actor, "shanju", period, household, deed="带人修好东沟水渠")
    (one,) = board(village, "shanju").standings
    assert one.deed == "带人修好东沟水渠"
    assert set(one.notes) == {"修渠一天", "帮杜老汉收麦"}
    assert "修渠" in board(village, "zongbang").standings[0].deed  # another board: its own words
    edit(village, "一组-012", consent=False)
    (hidden,) = board(village, "shanju").standings
    assert (hidden.name, hidden.shown, hidden.notes) == ("杜某某", False, ())
    assert "水渠" not in hidden.deed


def test_a_renamed_item_still_counts_where_it_was_chosen(village: Town) -> None:
    do(village, "一组-012", "邻里互助", 2)
    with village.database.reading() as session:
        item = scheme_on(session, village.village_id, clock.today()).item("邻里互助").number
    change(village, "haoren", minimum=1, items=(item,))
    adopt_changed(village, item, "邻里搭把手")
    with clock.at(clock.now() + timedelta(days=2)):
        period = read_period(str(clock.today().year))
        do(village, "一组-006", "邻里搭把手")
        ranking = board(village, "haoren", period)
        assert ("布和", 1) in {(name, points) for _place, name, points in places(ranking)}
        assert "邻里搭把手" in ranking.rule


def test_the_rule_says_what_counts(hamlet: Town) -> None:
    change(hamlet, "shanju", top=8, minimum=5)
    rules = {slug: board(hamlet, slug).rule for slug in ("shanju", "haoren", "zuimei", "juanzeng")}
    assert rules["shanju"] == (
        "按本期已入账的积分排名。只算热心公益。满 5 分的上榜。取前 8 名，与最后一名并列的也上榜。"
    )
    assert "抢险救灾" in rules["haoren"]
    assert "记在户主名下" in rules["haoren"]
    assert "各项加分都算。满 10 分的上榜。" in rules["zuimei"]
    assert "捐给积分基金的钱" in rules["juanzeng"]
    assert all(len(rule) < 300 for rule in rules.values())
