"""Making backups while the bank works: where they go, how many stay, sealed, and on bad disks."""

import errno
import json
import resource
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.archive import key_files
from moralbank.awards.service import RecordAward, record
from moralbank.backup.disk import (
    DiskFault,
    FileTooLarge,
    FolderFull,
    FolderMissing,
    FolderReadOnly,
    plain_faults,
    turn,
)
from moralbank.backup.queries import standing
from moralbank.backup.reading import opened as opened_backup
from moralbank.backup.reading import prove
from moralbank.backup.service import back_up
from moralbank.backup.shelf import NOTE, Why
from moralbank.errors import MoralbankError
from moralbank.models import metadata
from tests.backup.conftest import Elsewhere, photos_in, take_photo
from tests.soak import times, told
from tests.terminal import Terminal
from tests.village import Town

PASSPHRASE = "三道弯-羊圈湾-麦子-2026"
NEW_PASSPHRASE = "another-one-of-the-kind"
MORNING = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
WORK = 16


@pytest.fixture
def hamlet_terminal(
    hamlet: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    """The command line over a village on SQLite: for what is the machine's, not the database's."""
    return Terminal(hamlet.database, tmp_path, monkeypatch, capsys)


def zips(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.zip*"))


def make(terminal: Terminal, days: int) -> None:
    """A backup made so many days after a certain morning."""
    with clock.at(MORNING + timedelta(days=days)):
        terminal.run("backup", "create")


def test_a_backup_tells_what_it_holds_and_proves(
    hamlet: Town, hamlet_terminal: Terminal, tmp_path: Path, stick: Path
) -> None:
    terminal = hamlet_terminal
    take_photo(hamlet, tmp_path)
    terminal.run("backup", "set", "--folder", str(stick))
    said = terminal.run("backup", "create")
    assert "已备份并核对" in said
    (name,) = zips(stick)
    assert stat.S_IMODE((stick / name).stat().st_mode) == 0o600
    (one,) = json.loads(terminal.run("backup", "list", "--json"))
    assert one["villages"][0]["name"] == "羊圈湾村"
    assert one["photos"] == len(photos_in(tmp_path)) == 2
    beside = next(stick.glob("*.json")).read_text("utf-8")
    assert "杜仁森" not in beside
    assert "王秀兰" not in beside
    assert one["proved_at"] is None
    assert "账目无误" in terminal.run("backup", "verify")
    assert json.loads(terminal.run("backup", "list", "--json"))[0]["proved_at"]
    assert "moralbank backup restore" in (stick / NOTE).read_text("utf-8-sig")
    assert standing(tmp_path).good


def test_the_newest_stay_and_what_others_put_there(hamlet_terminal: Terminal, stick: Path) -> None:
    strangers = {"moralbank-20200101-000000.zip": b"a neighbour's", "wedding.zip": b"photos"}
    for name, content in strangers.items():
        (stick / name).write_bytes(content)
    hamlet_terminal.run("backup", "set", "--folder", str(stick), "--keep", "2")
    make(hamlet_terminal, 0)
    beside = stick / "moralbank-20261120-093000.json"
    kept_by_hand = json.loads(beside.read_text("utf-8"))
    beside.write_text(json.dumps({**kept_by_hand, "maker": "another"}), "utf-8")
    for days in (1, 2, 3):
        make(hamlet_terminal, days)
    ours = {f"moralbank-202611{day}-093000.zip" for day in (20, 22, 23)}
    assert set(zips(stick)) == {*strangers, *ours}  # the 20th bears another maker's word
    make(hamlet_terminal, -400)  # a clock whose battery is dead
    assert "moralbank-20251016-093000.zip" in zips(stick)
    assert not list(stick.glob(".*"))


def test_sealed_backups_open_with_their_passphrase_alone(
    hamlet: Town,
    hamlet_terminal: Terminal,
    tmp_path: Path,
    stick: Path,
    elsewhere: Callable[[str], Elsewhere],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sealing knows no passphrase any more; an older passphrase opens what it sealed."""
    monkeypatch.setattr(key_files, "COST", 10)  # nobody here tries passphrases
    terminal = hamlet_terminal
    take_photo(hamlet, tmp_path)
    told_twice = ("--seal", "--passphrase-stdin")
    assert "太简单" in terminal.run("backup", "set", *told_twice, stdin="12345\n", expect=1)
    terminal.run("backup", "set", "--folder", str(stick), *told_twice, stdin=f"{PASSPHRASE}\n")
    terminal.run("backup", "create")
    (name,) = zips(stick)
    sealed = (stick / name).read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert (stick / "key.age").read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt ")
    kept = [path.read_bytes() for path in tmp_path.glob("backup*.json")]
    assert not any(PASSPHRASE.encode() in content for content in kept)
    terminal.run("backup", "verify", "--quick")
    terminal.run("backup", "set", *told_twice, stdin=f"{NEW_PASSPHRASE}\n")

    machine = elsewhere("sqlite")
    restore = ("backup", "restore", str(stick / name), "--password-stdin")
    assert "口令不对" in machine.terminal.run(*restore, stdin=f"{NEW_PASSPHRASE}\n", expect=1)
    flipped = sealed[:-70] + bytes([sealed[-70] ^ 1]) + sealed[-69:]
    for content in (flipped, sealed[:-40], sealed[:300]):
        (stick / name).write_bytes(content)
        assert "✗" in hamlet_terminal.run("backup", "verify", name, "--quick", expect=1)
    said = machine.terminal.run(*restore, stdin=f"{PASSPHRASE}\n", expect=1)
    assert "损坏" in said
    (stick / name).write_bytes(sealed)
    machine.terminal.run(*restore, stdin=f"{PASSPHRASE}\n")
    assert photos_in(machine.folder) == photos_in(tmp_path)


def test_a_bad_disk_is_said_in_plain_words_and_leaves_no_half_file(
    hamlet: Town, hamlet_terminal: Terminal, tmp_path: Path, stick: Path
) -> None:
    take_photo(hamlet, tmp_path)
    hamlet_terminal.run("backup", "set", "--folder", str(stick))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, hard))  # what a disk of little room does
    try:
        said = hamlet_terminal.run("backup", "create", expect=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "放不下这么大的文件" in said
    assert len(said.splitlines()) == 1  # no line of the log beside the refusal
    assert {path.name for path in stick.iterdir()} == {NOTE}
    assert not standing(tmp_path).good
    assert "放不下" in standing(tmp_path).failure
    (stick / NOTE).rename(tmp_path / "elsewhere.txt")  # pulled out: an empty folder is left
    assert "U 盘拔掉了吗" in hamlet_terminal.run("backup", "create", expect=1)
    assert "U 盘" in standing(tmp_path).words
    assert not list(stick.iterdir())
    (tmp_path / "elsewhere.txt").rename(stick / NOTE)
    hamlet_terminal.run("backup", "create")
    assert standing(tmp_path).good


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (errno.ENOSPC, FolderFull),
        (errno.EFBIG, FileTooLarge),
        (errno.EROFS, FolderReadOnly),
        (errno.ENOENT, FolderMissing),
        (errno.EIO, DiskFault),
    ],
)
def test_each_fault_of_a_disk_has_its_words(fault: int, refusal: type[MoralbankError]) -> None:
    with pytest.raises(refusal, match="/media/stick"), plain_faults(Path("/media/stick")):
        raise OSError(fault, "said by the disk")


def test_one_at_a_time(hamlet_terminal: Terminal, tmp_path: Path) -> None:
    with turn(tmp_path):
        assert "正在备份" in hamlet_terminal.run("backup", "create", expect=1)
    assert not (tmp_path / "backups").exists()
    assert not standing(tmp_path).failure  # being late is no failure
    hamlet_terminal.run("backup", "create")


class Clerk(Thread):
    """李建军, who records deed after deed until told to stop."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.acknowledged: list[int] = []
        self.stop = Event()
        self._town = town
        self._actor = town.actor(Role.RECORDER)
        self._home = town.household("一组-012").id

    def run(self) -> None:
        while not self.stop.is_set():
            number = len(self.acknowledged)
            wanted = RecordAward(self._home, WORK, note=f"第 {number} 次帮工")
            with self._town.database.writing() as session:
                made = record(session, self._actor, f"clerk-of-backups-{number}", wanted)
            self.acknowledged.append(made)


@pytest.mark.soak
def test_a_backup_under_work_has_no_half_act_and_loses_none(village: Town, tmp_path: Path) -> None:
    clerk = Clerk(village)
    clerk.start()
    rounds = times(1, 20)
    try:
        for _round in range(rounds):
            before = list(clerk.acknowledged)
            with village.database.reading() as session:
                made = back_up(session, tmp_path, Why.ASKED)
            with opened_backup(made.path, tmp_path, str) as archive:
                prove(archive, tmp_path)
                kept = archive.column(metadata.tables["awards"], "id")
            assert set(before) <= set(kept)
            assert sorted(kept) == list(range(1, len(kept) + 1))
    finally:
        clerk.stop.set()
        clerk.join()
    assert len(clerk.acknowledged) > rounds
    told(f"backups under work: {rounds}, {len(clerk.acknowledged)} acts meanwhile, none lost")
