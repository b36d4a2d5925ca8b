"""Private reminders: kind first, a deduction only when the day has passed, never in public."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import event

from moralbank import clock
from moralbank.access.models import Tie, TieKind
from moralbank.access.permissions import Role
from moralbank.access.service import set_disabled
from moralbank.audit import Actor
from moralbank.awards import deciding
from moralbank.awards.models import AwardSource, AwardState
from moralbank.awards.queries import award
from moralbank.awards.service import RecordAward, as_it_stands, submit, withdraw
from moralbank.errors import MoralbankError
from moralbank.households.models import HouseholdStatus
from moralbank.households.service import EditHousehold, edit_household
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
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
from tests.awards.deeds import DU, WANG, Deeds, fresh_id, on
from tests.conftest import make_app
from tests.photos.phone import from_a_phone
from tests.printing.paper import Paper
from tests.terminal import Terminal
from tests.village import Browser, Town, found_village

HEAPED: Final = "门前柴草堆到路上，校车过不去"
SEEN: Final = date(2026, 11, 20)
UNTIL: Final = date(2026, 11, 27)


class Reminders:
    """Reminders of the village, given by its grid worker unless somebody else is named."""

    def __init__(self, town: Town) -> None:
        """Know the village."""
        self.town, self.deeds = town, Deeds(town)
        self.grid, self.recorder = town.actor(Role.GRID), town.actor(Role.RECORDER)

    def wanted(self, label: str = WANG, item: str = "占道堆放", **said: Any) -> Any:
        """A reminder as the service takes it."""
        common = {"note": HEAPED, "witness": "文义"}
        return service.GiveReminder(
            household_id=self.town.household(label).id,
            item=self.deeds.number(item),
            **{**common, **said},
        )

    def give(self, label: str = WANG, item: str = "占道堆放", **said: Any) -> int:
        """Give one."""
        with self.town.database.writing() as session:
            return service.give(session, self.grid, fresh_id(), self.wanted(label, item, **said))

    def settle(self, number: int, outcome: ReminderState, note: str = "") -> None:
        """End one without a deduction."""
        with self.town.database.writing() as session:
            service.settle(session, self.grid, fresh_id(), number, outcome, note)

    def deduct(self, number: int, who: Any = None) -> int:
        """Claim the deduction."""
        with self.town.database.writing() as session:
            return service.deduct(session, who or self.grid, fresh_id(), number)

    def tie(self, who: Actor) -> None:
        """Let somebody be kin to the household of WANG, for three days now."""
        with self.town.database.writing() as session:
            session.add(
                Tie(
                    village_id=self.town.village_id,
                    id=1,
                    user_id=who.user_id,
                    household_id=self.town.household(WANG).id,
                    kind=TieKind.KIN,
                    words="女儿家",
                    since=clock.now() - timedelta(days=3),
                    ended_at=None,
                )
            )

    def send_back(self, award_id: int) -> None:
        """Ask for more."""
        with self.town.database.writing() as session:
            deciding.send_back(session, self.deeds.reviewer, award_id, "请补一张照片")

    def submit(self, award_id: int, amended: RecordAward) -> None:
        """Hand a deduction in again."""
        with self.town.database.writing() as session:
            submit(session, self.grid, fresh_id(), award_id, amended)

    def withdraw(self, award_id: int, who: Actor) -> None:
        """Take a deduction out."""
        with self.town.database.writing() as session:
            withdraw(session, who, award_id, "算了")

    def read(self, query: Callable[..., Any], *arguments: Any, **said: Any) -> Any:
        """Ask a query of the village."""
        with self.town.database.reading() as session:
            return query(session, self.town.village_id, *arguments, **said)


@pytest.fixture
def reminders(village: Town) -> Iterator[Reminders]:
    """Reminders of the settled village, on both engines; it is the 20th of November."""
    with on(2026, 11, 20):
        yield Reminders(village)


def refused(code: str, act: Callable[..., Any], *arguments: Any, **said: Any) -> MoralbankError:
    """The refusal of this code that an act ends in."""
    with pytest.raises(MoralbankError) as refusal:
        act(*arguments, **said)
    assert refusal.value.code == code, refusal.value.message
    return refusal.value


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


def test_from_the_page_to_the_deduction(
    reminders: Reminders, browse: Callable[[Role], Browser]
) -> None:
    grid, home = browse(Role.GRID), reminders.town.household(WANG)
    page = grid.open("/reminders")
    assert "还没有提醒" in page
    assert 'href="/reminders/new"' in page
    assert "王䶮" in grid.open("/reminders/new", q="王")
    grid.open("/reminders/new", household=home.id)
    said = {
        "household": home.id,
        "item": reminders.deeds.number("占道堆放"),
        "seen_on": "2026-11-20",
        "put_right_by": grid.value("put_right_by"),
        "request_id": grid.value("request_id"),
    }
    photo = {"photos": (io.BytesIO(from_a_phone()), "1.jpg")}
    refusal = grid.send("/reminders/new", **said, **photo, note="")
    assert refusal.status_code == 422
    assert "请填写这一项" in grid.page
    kept = grid.value("photos_kept")
    said["request_id"] = grid.value("request_id")
    made = grid.send("/reminders/new", **said, photos_kept=kept, note=HEAPED)
    assert made.status_code == 303
    page = grid.open(made.location)
    for words in ("王䶮", HEAPED, "2026-11-27（含当天）", "−2 分", "photos__picture"):
        assert words in page
    assert "转为扣分</button>" not in page
    number = int(made.location.rpartition("/")[2])
    text = "".join(Paper(grid.client.get(f"{made.location}/letter.pdf").data).text.split())
    assert "王䶮一家（六组042号）" in text
    early = grid.send(f"{made.location}/deduct", request_id=grid.value("request_id"))
    assert early.status_code == 409
    assert "2026-11-27" in grid.page
    with on(2026, 11, 28):
        assert "转为扣分</button>" in grid.open(made.location)
        done = grid.send(f"{made.location}/deduct", request_id=grid.value("request_id"))
        assert done.status_code == 303
    award_id = reminders.read(reminder, number).award_id
    for subject, subject_id in ((PhotoSubject.REMINDER, number), (PhotoSubject.AWARD, award_id)):
        assert len(reminders.read(photos_of, subject, [subject_id])[subject_id]) == 1


def test_who_only_looks_can_not_give_or_end_one(
    reminders: Reminders, browse: Callable[[Role], Browser]
) -> None:
    number = reminders.give()
    supervisor = browse(Role.SUPERVISOR)
    assert 'href="/reminders/new"' not in supervisor.open("/reminders")
    assert "已改正</button>" not in supervisor.open(f"/reminders/{number}")
    for path in ("/reminders/new", f"/reminders/{number}/settle", f"/reminders/{number}/deduct"):
        assert supervisor.send(path, request_id=fresh_id()).status_code == 403
    browse(Role.SHOPKEEPER).open("/reminders", expect=403)
    recorder = browse(Role.RECORDER)
    assert "已改正</button>" in recorder.open(f"/reminders/{number}")
    ended = {"outcome": "put_right", "request_id": fresh_id()}
    assert recorder.send(f"/reminders/{number}/settle", **ended).status_code == 303
    recorder.open(f"/reminders/{number}")
    ended["request_id"] = fresh_id()
    assert recorder.send(f"/reminders/{number}/settle", **ended).status_code == 409
    assert "李建军已在" in recorder.page


def test_no_other_village_and_no_stranger_sees_it(hamlet: Town, tmp_path: Path) -> None:
    app = make_app(hamlet, tmp_path)
    Reminders(hamlet).give(note="只给本户看的话")
    stranger = Browser(app)
    for path in ("/reminders", "/reminders/1", "/reminders/1/letter.pdf"):
        assert stranger.client.get(path).status_code == 302
    found_village(hamlet.database, 150404103202, "小河沿村")
    neighbour = Browser(app).sign_in("李建军202")
    for path in ("/reminders/1", "/reminders/1/letter.pdf"):
        neighbour.open(path, expect=404)
    assert "只给本户看的话" not in neighbour.open("/reminders")
    app.extensions["moralbank"].close()


@pytest.mark.usefixtures("reminders")
def test_at_the_command_line(terminal: Terminal, tmp_path: Path) -> None:
    photo, letter = tmp_path / "1.jpg", tmp_path / "letter.pdf"
    photo.write_bytes(from_a_phone())
    give = ("reminders", "give", "--household", WANG, "--item", "占道堆放", "--note", HEAPED)
    assert "至少拍一张照片" in terminal.run(*give, who="何志勇", expect=1)
    assert "应写成" in terminal.run(*give, "--until", "明天", who="何志勇", expect=1)
    assert "第 1 号提醒" in terminal.run(*give, "--photo", str(photo), who="何志勇")
    listed = terminal.run("reminders", "list", "--state", "open", "--json", who="赵德顺")
    assert '"household": "六组-042"' in listed
    assert "请由" in terminal.run("reminders", "deduct", "1", who="赵德顺", expect=1)
    assert "2026-11-27" in terminal.run("reminders", "deduct", "1", who="何志勇", expect=1)
    terminal.run("reminders", "letter", "1", "-o", str(letter), who="何志勇")
    assert HEAPED in "".join(Paper(letter.read_bytes()).text.split())
    with on(2026, 11, 28):
        assert "已转为扣分" in terminal.run("reminders", "deduct", "1", who="何志勇")
    assert "已转为扣分" in terminal.run("reminders", "list", who="何志勇")
    told = terminal.run("reminders", "settle", "1", "put_right", who="何志勇", expect=1)
    assert "处理过" in told
