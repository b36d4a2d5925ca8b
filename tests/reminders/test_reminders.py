"""Private reminders: kind first, a deduction only when the day has passed, never in public."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from moralbank.access.permissions import Role
from moralbank.access.service import set_disabled
from moralbank.awards.models import AwardSource, AwardState
from moralbank.awards.queries import award
from moralbank.awards.service import as_it_stands
from moralbank.households.models import HouseholdStatus
from moralbank.households.service import EditHousehold, edit_household
from moralbank.reminders import service
from moralbank.reminders.models import ReminderState
from moralbank.reminders.queries import (
    due_count,
    letter_of,
    open_reminders,
    reminder,
    reminder_page,
)
from moralbank.supervision.months import month_of
from moralbank.supervision.trail import bar_hits
from tests.awards.deeds import DU, WANG, fresh_id, on
from tests.reminders.given import HEAPED, SEEN, UNTIL, Reminders, refused
from tests.village import Town


def test_a_household_is_reminded_once_and_has_its_days(reminders: Reminders) -> None:
    number = reminders.give(note=f"  {HEAPED} ")
    (seen,) = reminders.read(open_reminders, reminders.town.household(WANG).id)
    assert (seen.id, seen.head, seen.spoken) == (number, "王䶮", "六组 042 号")
    assert (seen.note, seen.put_right_by, seen.state_words) == (HEAPED, UNTIL, "还有 7 天")
    assert reminders.read(open_reminders, reminders.town.household(DU).id) == []
    again = refused("reminded_already", reminders.give, seen_on=date(2026, 11, 19))
    assert f"第 {number} 号" in again.message
    reminders.give(item="乱倒垃圾")
    reminders.give(label=DU)
    reminders.settle(number, ReminderState.PUT_RIGHT)
    assert reminders.give() > number, "put right, then seen again"


@pytest.mark.parametrize(("code", "said"), [
    ("seen_note_needed", {"note": " "}),
    ("seen_note_needed", {"note": "堆" * 161}),
    ("evidence_needed", {"witness": " "}),
    ("witness_too_long", {"witness": "文" * 41}),
    ("photo_unknown", {"witness": "", "photos": (9,)}),
    ("deed_in_future", {"seen_on": date(2026, 11, 21)}),
    ("deed_too_old", {"seen_on": date(2025, 1, 1)}),
    ("put_right_day_invalid", {"put_right_by": SEEN}),
    ("put_right_day_invalid", {"put_right_by": date(2027, 12, 1)}),
    ("no_deduction", {"item": "志愿服务"}),
    ("item_unknown", {"item": 99}),
    ("household_unknown", {"household_id": 99}),
])  # fmt: skip
def test_what_makes_no_reminder(hamlet: Town, code: str, said: dict[str, Any]) -> None:
    with on(2026, 11, 20):
        reminders = Reminders(hamlet)
        if isinstance(said.get("item"), str):
            said = {"item": reminders.deeds.number(said["item"])}
        wanted = replace(reminders.wanted(), **said)

        def give() -> None:
            with hamlet.database.writing() as session:
                service.give(session, reminders.grid, fresh_id(), wanted)

        refused(code, give)
        assert reminders.read(reminder_page).rows == []


def test_who_has_moved_away_is_not_reminded(hamlet: Town) -> None:
    home = hamlet.household(WANG)
    with hamlet.database.writing() as session:
        gone = EditHousehold(head=home.head, status=HouseholdStatus.MOVED)
        edit_household(session, hamlet.actor(Role.ADMIN), home.id, gone)
    refused("household_moved", Reminders(hamlet).give)


def test_a_deduction_comes_only_after_the_day_and_from_who_reminded(reminders: Reminders) -> None:
    number = reminders.give()
    for day in (21, 27):
        with on(2026, 11, day):
            assert "2026-11-27" in refused("still_time", reminders.deduct, number).message
            assert reminders.read(due_count) == 0
    with on(2026, 11, 28):
        sixth, first = (reminders.town.household(label).group_id for label in (WANG, DU))
        assert reminders.read(due_count) == reminders.read(due_count, groups={sixth}) == 1
        assert reminders.read(due_count, groups={first}) == 0
        refusal = refused("giver_deducts", reminders.deduct, number, reminders.recorder)
        assert "何志勇" in refusal.message
        award_id = reminders.deduct(number)
        claimed = reminders.read(award, award_id)
        assert (claimed.state, claimed.deduction) == (AwardState.CLAIMED, True)
        assert (claimed.points_words, claimed.deed_on) == ("−2 分", SEEN)
        assert claimed.source is AwardSource.GRID
        assert claimed.note == f"{HEAPED}（提醒第 {number} 号）"
        assert reminders.read(reminder, number).award_id == award_id
        refused("already_settled", reminders.deduct, number)
        refused("already_settled", reminders.settle, number, ReminderState.PUT_RIGHT)
        refused("reminded_already", reminders.give, seen_on=SEEN)
        reminders.give(seen_on=date(2026, 11, 28))


def test_the_same_click_twice_is_one_reminder_and_one_deduction(reminders: Reminders) -> None:
    once, then = fresh_id(), fresh_id()
    numbers, awards = set(), set()
    for _again in range(2):
        with reminders.town.database.writing() as session:
            numbers.add(service.give(session, reminders.grid, once, reminders.wanted()))
    (number,) = numbers
    with on(2026, 11, 28):
        for _again in range(2):
            with reminders.town.database.writing() as session:
                awards.add(service.deduct(session, reminders.grid, then, number))
    assert len(awards) == 1
    assert len(reminders.read(reminder_page).rows) == 1


def test_where_the_giver_has_left_another_may_deduct(reminders: Reminders) -> None:
    number = reminders.give()
    with reminders.town.database.writing() as session:
        admin = reminders.town.actor(Role.ADMIN)
        set_disabled(session, admin, reminders.grid.user_id, disabled=True)
    with on(2026, 11, 28):
        assert reminders.deduct(number, reminders.recorder)


def test_dropping_says_why(reminders: Reminders) -> None:
    number = reminders.give()
    refused("settled_note_needed", reminders.settle, number, ReminderState.DROPPED)
    reminders.settle(number, ReminderState.DROPPED, "看错了户")
    dropped = reminders.read(reminder, number)
    assert (dropped.state_words, dropped.settled_note) == ("已撤销", "看错了户")
    refusal = refused("already_settled", reminders.settle, number, ReminderState.PUT_RIGHT)
    assert "何志勇已在 11-20 12:00 处理过：已撤销" in refusal.message


def test_kin_let_nobody_off(reminders: Reminders) -> None:
    deeds, number = reminders.deeds, reminders.give()
    reminders.tie(reminders.grid)
    for outcome in (ReminderState.DROPPED, ReminderState.PUT_RIGHT):
        refused("kin_barred", reminders.settle, number, outcome, "自家的，算了")
    tried = reminders.read(bar_hits, month_of(SEEN))
    assert [(one.tried, one.households) for one in tried] == [("了结提醒", (WANG,))] * 2
    with on(2026, 11, 28):
        claimed = reminders.deduct(number)
        refused("kin_barred", reminders.withdraw, claimed, reminders.grid)
        reminders.send_back(claimed)
        refused("kin_barred", reminders.withdraw, claimed, reminders.grid)
        assert deeds.problems() == []
        reminders.withdraw(claimed, reminders.recorder)
        assert deeds.problems() == []


def test_a_deduction_withdrawn_by_kin_is_found(reminders: Reminders) -> None:
    deeds, number = reminders.deeds, reminders.give()
    with on(2026, 11, 28):
        reminders.withdraw(reminders.deduct(number), reminders.grid)
        reminders.tie(reminders.grid)
        assert deeds.problems() == ["award_barred"]


def test_a_deduction_that_came_back_is_handed_in_again(reminders: Reminders) -> None:
    number = reminders.give()
    with on(2026, 11, 28):
        claimed = reminders.deduct(number)
        reminders.send_back(claimed)
        row = reminders.deeds.row(claimed)
        said = replace(as_it_stands(row), note=f"{row.note}，又去看过一次")
        for other in ({"household_id": reminders.town.household(DU).id}, {"deed_on": UNTIL}):
            refused("deduction_fixed", reminders.submit, claimed, replace(said, **other))
        reminders.submit(claimed, said)
        again = reminders.deeds.row(claimed)
        assert (again.state, again.deduction) == (AwardState.CLAIMED, True)
        assert again.note.endswith("又去看过一次")
        refused("reminded_already", reminders.give, seen_on=SEEN)
        reminders.withdraw(claimed, reminders.grid)
        assert reminders.give(seen_on=SEEN) > number, "nothing was deducted for that day"
        assert reminders.deeds.problems() == []


def test_what_is_due_stands_first(reminders: Reminders) -> None:
    late = reminders.give(label=DU, put_right_by=date(2026, 11, 22))
    later = reminders.give(put_right_by=date(2026, 12, 5))
    right = reminders.give(item="乱倒垃圾", put_right_by=date(2026, 11, 21))
    soon = reminders.give(item="焚烧秸秆")
    reminders.settle(right, ReminderState.PUT_RIGHT)
    with on(2026, 11, 25):
        rows = reminders.read(reminder_page).rows
        assert [(one.id, one.state_words) for one in rows] == [
            (late, "过期 3 天"), (soon, "还有 2 天"), (later, "还有 10 天"), (right, "已改正"),
        ]  # fmt: skip
        assert [one.id for one in reminders.read(reminder_page, state="due").rows] == [late]
        assert [one.id for one in reminders.read(reminder_page, typed="杜仁森").rows] == [late]


def test_more_reminders_need_no_more_statements(reminders: Reminders) -> None:
    def statements() -> int:
        counted: list[str] = []

        def count(*arguments: object) -> None:
            counted.append(str(arguments[2]))

        event.listen(reminders.town.database.engine, "before_cursor_execute", count)
        reminders.read(reminder_page)
        event.remove(reminders.town.database.engine, "before_cursor_execute", count)
        return len(counted)

    reminders.give()
    before = statements()
    for label in (DU, "一组-001", "一组-006", "二组-007"):
        reminders.give(label=label)
    assert statements() == before


def test_the_letter_does_not_name_the_witness(reminders: Reminders) -> None:
    letter = reminders.read(letter_of, reminders.give())
    assert "文义" not in repr(letter)
    assert (letter.points, letter.put_right_by, letter.item) == (2, UNTIL, "占道堆放")
