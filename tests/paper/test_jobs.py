"""Sheets drawn in the background: how they end, who sees them, what is kept of them."""

import json
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moralbank import i18n
from moralbank.audit import Actor
from moralbank.errors import Refused
from moralbank.i18n import _, mark
from moralbank.paper import jobs, keeping
from moralbank.paper.jobs import Job, Order, Press, SheetGone, State
from moralbank.paper.keeping import SheetNotKept
from moralbank.printing import Progress
from moralbank.printing.sheet import A4, A5, Document

JIANJUN = Actor(150404103201, 2, "李建军", "recorder")
XIULAN = Actor(150404103201, 1, "王秀兰", "admin")
NEXT_VILLAGE = replace(JIANJUN, village_id=150404103202)
PATIENCE = 20


class InkOut(Refused):
    """A refusal of a drawing."""

    text = mark("没有找到")
    code = "ink_out"


def leaves(count: int) -> bytes:
    """A PDF: so many pages of A4, and a last one of A5."""
    document = Document(A4, "纸")
    for number in range(count):
        document.canvas.drawString(90, 90, str(number))
        document.canvas.showPage()
    document.canvas.setPageSize(A5.points)
    document.canvas.drawString(90, 90, "A5")
    return document.close()


class Gate:
    """A drawing that goes on only when it is let through."""

    def __init__(self) -> None:
        self.open, self.begun = threading.Event(), threading.Event()

    def draw(self, told: Progress) -> bytes:
        self.begun.set()
        done = 0
        while not self.open.wait(0.02):
            done += 1
            told(min(done, 9))
        return leaves(1)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


@pytest.fixture
def press() -> Press:
    return Press(at_once=1)


def once(condition: Callable[[], Any]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_quick_sheet_is_there_at_once_for_its_user_alone(press: Press, tmp_path: Path) -> None:
    run = press.take(
        tmp_path, JIANJUN, Order("卡.pdf", 2, "/cards", "实际大小"), lambda _t: leaves(2)
    )
    assert run.wait(PATIENCE)
    assert run.fault is None
    job = jobs.find(tmp_path, JIANJUN, run.token)
    assert job.state is State.READY
    assert not job.busy
    assert (job.order.back, job.pages) == ("/cards", 3)
    assert [(part.width_mm, part.pages) for part in job.leaves] == [(210, 2), (148, 1)]
    for stranger in (XIULAN, NEXT_VILLAGE, replace(JIANJUN, role="shopkeeper")):
        with pytest.raises(SheetGone):
            jobs.find(tmp_path, stranger, run.token)
    for never in ("0" * 32, f"../2/{run.token}", "..", ""):
        with pytest.raises(SheetGone):
            jobs.find(tmp_path, XIULAN, never)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in job.folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(job.folder.stat().st_mode) == 0o700


def test_a_slow_sheet_tells_how_far_it_is_and_the_next_waits_in_line(
    press: Press, tmp_path: Path, gate: Gate
) -> None:
    slow = press.take(tmp_path, JIANJUN, Order("慢.pdf", 9), gate.draw)
    behind = press.take(tmp_path, XIULAN, Order("后.pdf"), lambda _told: leaves(1))
    assert not slow.wait(0.05)
    once(lambda: jobs.find(tmp_path, JIANJUN, slow.token).done > 0)
    assert jobs.find(tmp_path, JIANJUN, slow.token).state is State.DRAWING
    assert jobs.find(tmp_path, XIULAN, behind.token).state is State.WAITING
    gate.open.set()
    assert slow.wait(PATIENCE)
    assert behind.wait(PATIENCE)
    assert jobs.find(tmp_path, XIULAN, behind.token).state is State.READY


def test_a_cancelled_sheet_stops_and_leaves_nothing(
    press: Press, tmp_path: Path, gate: Gate
) -> None:
    run = press.take(tmp_path, JIANJUN, Order("慢.pdf", 9), gate.draw)
    assert gate.begun.wait(PATIENCE)
    jobs.cancel(jobs.find(tmp_path, JIANJUN, run.token))
    assert jobs.find(tmp_path, JIANJUN, run.token).state is State.CANCELLED
    assert run.wait(PATIENCE)  # though its gate never opened
    assert not list(tmp_path.rglob("sheet.pdf"))


def test_one_cancelled_in_line_is_never_begun(press: Press, tmp_path: Path, gate: Gate) -> None:
    press.take(tmp_path, JIANJUN, Order("慢.pdf"), gate.draw)
    drawn: list[bool] = []
    run = press.take(tmp_path, JIANJUN, Order("后.pdf"), lambda _t: bytes(drawn.append(True) or 0))
    jobs.cancel(jobs.find(tmp_path, JIANJUN, run.token))
    gate.open.set()
    assert run.wait(PATIENCE)
    assert drawn == []


def test_one_cancelled_after_its_last_piece_keeps_no_sheet(
    press: Press, tmp_path: Path, gate: Gate
) -> None:
    """A drawing that doesn't count can't be stopped, but what it brings is thrown away."""

    def blind(_told: Progress) -> bytes:
        gate.begun.set()
        gate.open.wait(PATIENCE)
        return leaves(1)

    run = press.take(tmp_path, JIANJUN, Order("慢.pdf"), blind)
    assert gate.begun.wait(PATIENCE)
    jobs.cancel(jobs.find(tmp_path, JIANJUN, run.token))
    gate.open.set()
    assert run.wait(PATIENCE)
    assert jobs.find(tmp_path, JIANJUN, run.token).state is State.CANCELLED
    assert not list(tmp_path.rglob("sheet.pdf"))


def test_a_refusal_is_told_in_the_language_of_whoever_asked(press: Press, tmp_path: Path) -> None:
    def refuse(_told: Progress) -> bytes:
        raise InkOut

    i18n.use_language(i18n.ENGLISH)
    run = press.take(tmp_path, JIANJUN, Order("卡.pdf"), refuse)
    told = _(InkOut.text)
    i18n.use_language(i18n.CHINESE)
    assert run.wait(PATIENCE)
    assert isinstance(run.fault, InkOut)
    job = jobs.find(tmp_path, JIANJUN, run.token)
    assert (job.state, job.words) == (State.REFUSED, told)
    assert told != InkOut.text


def test_a_fault_is_logged_and_the_next_sheet_is_drawn(
    press: Press, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = press.take(tmp_path, JIANJUN, Order("卡.pdf"), lambda _told: bytes(1 // 0))
    next_one = press.take(tmp_path, JIANJUN, Order("卡.pdf"), lambda _told: leaves(1))
    assert broken.wait(PATIENCE)
    assert next_one.wait(PATIENCE)
    job = jobs.find(tmp_path, JIANJUN, broken.token)
    assert (job.state, job.words) == (State.FAILED, "")
    assert "ZeroDivisionError" in caplog.text
    assert jobs.find(tmp_path, JIANJUN, next_one.token).state is State.READY


def test_a_restart_in_the_middle_leaves_a_job_that_says_so(
    press: Press, tmp_path: Path, gate: Gate
) -> None:
    run = press.take(tmp_path, JIANJUN, Order("慢.pdf"), gate.draw)
    once(lambda: jobs.find(tmp_path, JIANJUN, run.token).state is State.DRAWING)
    folder = jobs.find(tmp_path, JIANJUN, run.token).folder
    left = folder.with_name("f" * 32)  # as another process would have left it, long dead
    left.mkdir()
    for name in ("job.json", "progress", "beat"):
        (left / name).write_bytes((folder / name).read_bytes())
    silent = time.time() - keeping.LOST_SECONDS - 1
    os.utime(left / "beat", (silent, silent))
    assert jobs.find(tmp_path, JIANJUN, left.name).state is State.LOST
    assert jobs.find(tmp_path, JIANJUN, run.token).busy  # this one's process gives signs of life
    (left / "end.json").write_text('{"state": "rea')  # and died while writing
    assert jobs.find(tmp_path, JIANJUN, left.name).state is State.LOST


def test_what_is_older_than_an_hour_goes_but_not_what_is_drawn(
    press: Press, tmp_path: Path, gate: Gate
) -> None:
    old = press.take(tmp_path, JIANJUN, Order("旧.pdf"), lambda _told: leaves(1))
    assert old.wait(PATIENCE)
    slow = press.take(tmp_path, JIANJUN, Order("慢.pdf"), gate.draw)
    assert gate.begun.wait(PATIENCE)
    long_ago = time.time() - keeping.KEPT_SECONDS - 1
    for run in (old, slow):
        os.utime(jobs.find(tmp_path, JIANJUN, run.token).folder / "job.json", (long_ago, long_ago))
    assert jobs.sweep(tmp_path) == 1
    for path in tmp_path.rglob(old.token):
        pytest.fail(f"{path} is left")
    assert jobs.find(tmp_path, JIANJUN, slow.token).busy


def test_an_hour_later_nobody_finds_it_though_it_was_not_swept(
    press: Press, tmp_path: Path
) -> None:
    run = press.take(tmp_path, JIANJUN, Order("旧.pdf"), lambda _told: leaves(1))
    assert run.wait(PATIENCE)
    folder = jobs.find(tmp_path, JIANJUN, run.token).folder
    long_ago = time.time() - keeping.KEPT_SECONDS - 1
    os.utime(folder / "job.json", (long_ago, long_ago))
    with pytest.raises(SheetGone):
        jobs.find(tmp_path, JIANJUN, run.token)
    assert jobs.recent(tmp_path, JIANJUN, 6) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("job.json", '{"name": "卡.pdf", "colour": 3}'),
        ("end.json", '{"state": "folded"}'),
        ("end.json", '{"state": "ready", "leaves": [{"sides": 2}]}'),
    ],
)
def test_what_another_release_wrote_is_gone(
    press: Press, tmp_path: Path, name: str, said: str
) -> None:
    """After an update the page of all paper must open, whatever the old one left."""
    run = press.take(tmp_path, JIANJUN, Order("卡.pdf"), lambda _told: leaves(1))
    assert run.wait(PATIENCE)
    (jobs.find(tmp_path, JIANJUN, run.token).folder / name).write_text(said, "utf-8")
    with pytest.raises(SheetGone):
        jobs.find(tmp_path, JIANJUN, run.token)
    assert jobs.recent(tmp_path, JIANJUN, 6) == []


def test_a_user_has_few_sheets_unfinished_and_not_endless_many_kept(
    press: Press, tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(jobs.MOST_WAITING):
        press.take(tmp_path, JIANJUN, Order("慢.pdf"), gate.draw)
    with pytest.raises(jobs.TooManySheets):
        press.take(tmp_path, JIANJUN, Order("慢.pdf"), gate.draw)
    press.take(tmp_path, XIULAN, Order("她的.pdf"), gate.draw)
    gate.open.set()
    runs = list(press._runs.values())
    assert all(run.wait(PATIENCE) for run in runs)
    monkeypatch.setattr(jobs, "MOST_KEPT", 2)
    assert jobs.sweep(tmp_path) == jobs.MOST_WAITING - 2


def test_a_full_disk_is_said_in_words(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the start the order is refused; behind it the job says that its sheet wasn't kept."""
    (tmp_path / "paper").write_text("")
    with pytest.raises(SheetNotKept):
        press.require_place(tmp_path, JIANJUN)
    with pytest.raises(SheetNotKept):
        press.take(tmp_path, JIANJUN, Order("卡.pdf"), lambda _told: leaves(1))
    (tmp_path / "paper").unlink()
    press.require_place(tmp_path, JIANJUN)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    whole = Path.replace

    def full(path: Path, target: Path) -> Path:
        if target.name == keeping.SHEET:
            raise OSError(28, "No space left on device")
        return whole(path, target)

    monkeypatch.setattr(Path, "replace", full)
    run = press.take(tmp_path, JIANJUN, Order("卡.pdf"), lambda _told: leaves(1))
    assert run.wait(PATIENCE)
    job = jobs.find(tmp_path, JIANJUN, run.token)
    assert job.state is State.REFUSED
    assert "磁盘" in job.words
    assert {path.name for path in job.folder.iterdir()} == {
        "job.json",
        "beat",
        "progress",
        "end.json",
    }


def test_the_folder_tells_nothing_but_what_was_asked(press: Press, tmp_path: Path) -> None:
    """What lies there is read by any process; it holds no name of a villager."""
    run = press.take(tmp_path, JIANJUN, Order("卡.pdf", 1, "/cards"), lambda _told: leaves(1))
    assert run.wait(PATIENCE)
    job: Job = jobs.find(tmp_path, JIANJUN, run.token)
    said = json.loads((job.folder / "job.json").read_text("utf-8"))
    assert said == {"name": "卡.pdf", "pieces": 1, "back": "/cards", "hint": ""}
