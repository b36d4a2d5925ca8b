"""Reminders on pages and at the command line: who may, and who sees them."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from moralbank.access.permissions import Role
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.reminders.queries import (
    reminder,
)
from tests.awards.deeds import WANG, fresh_id, on
from tests.conftest import make_app
from tests.photos.phone import from_a_phone
from tests.printing.paper import Paper
from tests.reminders.given import HEAPED, Reminders
from tests.terminal import Terminal
from tests.village import Browser, Town, found_village


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
