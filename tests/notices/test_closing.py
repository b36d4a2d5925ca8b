"""The end of a notice: it posts by itself, once, whatever happens in between."""

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from moralbank import clock
from moralbank.audit import Actor
from moralbank.awards.models import AwardState
from moralbank.ledger.models import Event, EventKind, Transfer
from moralbank.ledger.queries import ClockBehind
from moralbank.notices import service
from moralbank.notices.models import NoticeState
from moralbank.objections.models import ObjectionState
from tests.awards.deeds import DU, GAOWA, WANG
from tests.notices.wall import WORK, Wall, after
from tests.terminal import Terminal
from tests.village import VILLAGERS, Browser, Town, found_village

_ONE_OF_TWO = """
import sys, time
from datetime import datetime
from pathlib import Path
from moralbank import cli, clock
from moralbank.notices import commands
gate, moment = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
gate.with_name(sys.argv[3]).touch()
while not gate.exists():
    time.sleep(0.001)
with clock.at(moment):
    cli.main(["--instance", str(gate.parent), "notices", "close"])
"""


def events_of_notices(wall: Wall) -> int:
    """How many events posted deeds."""
    with wall.town.database.reading() as session:
        return (
            session.scalar(
                select(func.count()).select_from(Event).where(Event.kind == EventKind.POST_AWARDS)  # type: ignore[arg-type]
            )
            or 0
        )


def test_an_objection_holds_its_own_line_out_of_two_hundred(wall: Wall) -> None:
    labels = [f"{group}-{number}" for group, number, _head in VILLAGERS]
    today = clock.today()
    ids = [
        number
        for day in range(25)
        for number in wall.record_many(labels, WORK, deed_on=today - timedelta(days=day))
    ]
    wall.approve(*ids)
    notice = wall.hang(*ids)
    disputed = ids[77]
    wall.object_to(disputed)
    assert wall.state(disputed) is AwardState.OBJECTED
    with after(2):
        assert wall.close_due() == []  # the third and last day
    with after(3):
        assert wall.close_due() == [notice]
    states = {line.award_id: line.state for line in wall.lines(notice)}
    assert states.pop(disputed) is AwardState.OBJECTED
    assert len(states) == 199
    assert set(states.values()) == {AwardState.POSTED}
    seq = wall.notice(notice).posted_seq
    with wall.town.database.reading() as session:
        legs = select(func.count()).select_from(Transfer).where(Transfer.seq == seq)  # type: ignore[arg-type]
        assert session.scalar(legs) == 199


def test_two_processes_close_it_at_the_same_instant(
    wall: Wall, terminal: Terminal, tmp_path: Path
) -> None:
    """Both started before the gate opens; one of them posts, the other finds it posted."""
    notice = wall.hang(wall.approved(DU), wall.approved(WANG, WORK))
    gate, moment = tmp_path / "gate", (clock.now() + timedelta(days=3)).isoformat()
    closers = [
        subprocess.Popen(
            [sys.executable, "-c", _ONE_OF_TWO, str(gate), moment, name],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ("first", "second")
    ]
    while not all((tmp_path / name).exists() for name in ("first", "second")):
        time.sleep(0.01)
        assert all(closer.poll() is None for closer in closers)
    gate.touch()
    said = [closer.communicate(timeout=60)[0] for closer in closers]
    assert [closer.returncode for closer in closers] == [0, 0], said
    assert any("第 1 期公示已结束" in words for words in said)
    assert events_of_notices(wall) == 1
    assert wall.notice(notice).state is NoticeState.CLOSED
    assert wall.notice(notice).posted_seq is not None
    assert (wall.points(DU), wall.points(WANG)) == (1, 3)
    with after(3):
        assert "没有到期的公示" in terminal.run("notices", "close")


def test_the_next_request_closes_it(wall: Wall, app: Flask) -> None:
    notice = wall.hang(wall.approved(DU))
    visitor = Browser(app)
    visitor.open("/sign-in")
    assert wall.notice(notice).open
    with after(3):
        visitor.open("/sign-in")
        closed = wall.notice(notice)
        visitor.open("/sign-in")
    assert (closed.open, closed.closed_at is not None) == (False, True)
    assert wall.points(DU) == 1
    assert events_of_notices(wall) == 1


def test_what_stands_in_the_way_of_closing_does_not_stop_the_page(
    wall: Wall, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """The clock ran ahead, something was posted, and the clock was set right again."""
    notice = wall.hang(wall.approved(DU))
    with after(90):
        wall.change("notice_days", "0")
        wall.approved(GAOWA)
    with after(20):
        Browser(app).open("/sign-in")
    assert wall.notice(notice).open
    assert "clock_behind" in caplog.text
    with after(91):
        assert wall.close_due() == [notice]


def test_a_clock_that_is_set_back_closes_nothing_early_or_twice(wall: Wall) -> None:
    notice, later = wall.hang(wall.approved(DU)), wall.approved(WANG)
    clock_of_the_village = service.the_clock(wall.town.village_id)
    with after(3):
        assert wall.close_due() == [notice]
    with after(0):
        assert wall.close_due() == []
        assert not close(wall, clock_of_the_village, notice)
        with pytest.raises(ClockBehind):
            wall.hang(later)
    with after(4):
        second = wall.hang(later)
        with pytest.raises(service.NotOverYet):
            close(wall, clock_of_the_village, second)
    assert (events_of_notices(wall), wall.points(DU), wall.points(WANG)) == (1, 1, 0)


def test_a_notice_of_disputed_lines_alone_closes_without_an_event(wall: Wall) -> None:
    award = wall.approved(DU)
    notice = wall.hang(award)
    number = wall.object_to(award)
    with after(3):
        assert wall.close_due() == [notice]
        assert wall.notice(notice).posted_seq is None
        wall.answer(number, ObjectionState.DISMISSED)
        assert wall.state(award) is AwardState.POSTED
    assert wall.points(DU) == 1


def test_every_village_is_closed_and_one_that_can_not_be_waits(hamlet: Town) -> None:
    wall = Wall(hamlet)
    found_village(wall.town.database, 150404103202, "小河沿村", (("一组", "012", "欧阳春"),))
    other = Wall(Town(wall.town.database, 150404103202))
    ours, theirs = wall.hang(wall.approved(DU)), other.hang(other.approved("一组-012"))
    with after(90):
        other.change("notice_days", "0")
        other.approved("一组-012")
    with after(10):
        assert wall.close_due() == [ours]
    assert (wall.notice(ours).open, other.notice(theirs).open) == (False, True)


def close(wall: Wall, actor: Actor, notice: int) -> bool:
    """Close one by its number."""
    with wall.town.database.writing() as session:
        return service.close(session, actor, notice)
