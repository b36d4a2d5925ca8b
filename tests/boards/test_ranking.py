"""Who stands on a board, in which place, with which words."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.boards.periods import current_quarter, read_period
from moralbank.boards.queries import rank, rank_all
from moralbank.households.models import HouseholdStatus
from moralbank.households.service import NewHousehold, NewMember, add_household, add_member
from moralbank.villages.queries import GroupUnknown
from tests.boards.deeds import board, do, edit, places, take_back
from tests.village import Town


def member(village: Town, label: str, name: str, *, minor: bool = False) -> int:
    """A person of a household."""
    household = village.household(label).id
    with village.database.writing() as session:
        wanted = NewMember(name=name, relation="家人", minor=minor)
        return add_member(session, village.actor(Role.ADMIN), household, wanted).id


def neighbours(village: Town, count: int) -> list[str]:
    """So many more households, as 三组-001 and on."""
    with village.database.writing() as session:
        for number in range(1, count + 1):
            head = "邻" + "甲乙丙丁戊己庚辛壬癸子丑寅卯"[number - 1]
            wanted = NewHousehold(group="三组", number=f"{number:03d}", head=head)
            add_household(session, village.actor(Role.ADMIN), wanted)
    return [f"三组-{number:03d}" for number in range(1, count + 1)]


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


def test_dense_places_leave_no_gap(village: Town) -> None:
    for label, times in (("六组-042", 3), ("一组-006", 2), ("一组-012", 2), ("二组-007", 1)):
        do(village, label, "义务维修公共设施", times)
    assert [place for place, _name, _points in places(board(village, "haoren"))] == [1, 2, 2, 3]


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
    labels = neighbours(village, 14)
    for position, label in enumerate(labels):
        do(village, label, "义务维修公共设施", max(2, 11 - position) if position < 13 else 1)
    found = places(board(village, "haoren"))
    assert len(found) == 13  # places 1 to 9, and four tied in the tenth
    assert [place for place, _name, _points in found[9:]] == [10, 10, 10, 10]
    assert "邻卯" not in {name for _place, name, _points in found}


def test_who_comes_after_the_last_place_does_not(village: Town) -> None:
    for position, label in enumerate(neighbours(village, 11)):
        do(village, label, "义务维修公共设施", 12 - position)
    found = places(board(village, "haoren"))
    assert [name for _place, name, _points in found] == [
        "邻" + sign for sign in "甲乙丙丁戊己庚辛壬癸"
    ]


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
    first = current_quarter().first
    today = clock.today()
    do(village, "一组-012", "无偿献血", note="献血一次", on=first)
    do(village, "一组-012", "出义务工", note="修渠一天", on=today)
    (entry,) = board(village, "zuimei").entries
    expected = "修渠一天；献血一次" if today > first else entry.deed
    assert entry.deed == expected


def test_without_notes_it_is_counted_what_was_done(village: Town) -> None:
    today = clock.today()
    do(village, "一组-012", "出义务工", on=today)
    for back in range(2):
        day = max(current_quarter().first, today - timedelta(days=back))
        if back and day == today:
            return  # the quarter's first day: there is no second day yet
        do(village, "一组-012", "志愿服务", on=day)
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
    for label in neighbours(village, 6):
        do(village, label, "出义务工")
    assert statements() == before
