"""`moralbank doctor`: what is wrong is named, with what to do; what is right is said too."""

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.backup.plan import note_failure, note_success
from moralbank.config import Settings
from moralbank.db import writing
from moralbank.doctor.findings import Verdict
from moralbank.doctor.machine import disk, fonts, sqlite_library
from moralbank.doctor.mounts import mount_of
from moralbank.villages.service import change_setting
from moralbank.villages.settings import PUBLIC_ADDRESS
from tests.conftest import on_one_engine
from tests.intruder import intrude
from tests.terminal import Terminal
from tests.village import Town

OLD_LIBRARY = sqlite3.sqlite_version_info < (3, 51, 3)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """The instance folder of the terminal, as it should be."""
    tmp_path.chmod(0o700)
    Settings.load(tmp_path).secret_key()
    note_success(tmp_path, "moralbank-20261120-103205.zip", clock.now())
    return tmp_path


def _verdicts(terminal: Terminal, *options: str, expect: int = 0) -> dict[str, Verdict]:
    """The worst that is said under each key."""
    said = json.loads(terminal.run("doctor", "--json", *options, expect=expect))
    worst: dict[str, Verdict] = {}
    for line in said:
        assert line["words"]
        assert line["verdict"] == Verdict.FINE or line["advice"] or line["key"] == "database"
        order = list(Verdict)
        found = max(worst.get(line["key"], Verdict.FINE), Verdict(line["verdict"]), key=order.index)
        worst[line["key"]] = found
    return worst


def test_a_machine_in_order_has_a_clean_bill(
    terminal: Terminal, village: Town, instance: Path
) -> None:
    """On both engines; the books are proved where that is asked for."""
    assert instance.is_dir()
    hasty = not village.database.is_sqlite  # the tests' server gives safety up for speed
    found = _verdicts(terminal, expect=int(hasty))
    if village.database.is_sqlite:
        assert found.pop("sqlite") is (Verdict.CAREFUL if OLD_LIBRARY else Verdict.FINE)
        assert "keeping" in found
    else:
        assert {"postgresql", "encoding", "row_security"} <= set(found)
        assert found.pop("keeping") is Verdict.WRONG
    assert found.pop("backup_disk", Verdict.CAREFUL) is Verdict.CAREFUL  # a test has one disk
    assert set(found.values()) == {Verdict.FINE}, found
    assert {"python", "folder", "secret_key", "disk", "fonts", "migrations"} <= set(found)
    assert {"villages", "address", "backup", "time", "database"} <= set(found)
    said = terminal.run("doctor", "--books", expect=int(hasty))
    assert "✓ 羊圈湾村：账目无误" in said
    assert ("✗" in said.split("\n\n")[0]) == hasty


def test_what_is_wrong_is_said_with_what_to_do(
    terminal: Terminal, village: Town, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (instance / "backups").mkdir()
    (instance / "secret.key").chmod(0o644)
    instance.chmod(0o755)
    note_success(instance, "old.zip", clock.now() - timedelta(days=5))
    with writing() as session:
        change_setting(
            session, village.actor(Role.ADMIN), PUBLIC_ADDRESS, "https://bank.example.cn"
        )
    said = terminal.run("doctor", expect=1)
    assert f"chmod 700 {instance}" in said
    assert f"chmod 600 {instance / 'secret.key'}" in said
    assert "✗ 已经 5 天没有备份了" in said
    assert "同一块磁盘" in said
    assert "moralbank backup create" in said
    assert "MORALBANK_SECURE_COOKIES=1" in said

    monkeypatch.setenv("MORALBANK_SECURE_COOKIES", "1")
    note_failure(instance, "U 盘不在")
    (instance / "secret.key").write_bytes(b"")
    ahead = "UPDATE ledger_events SET at = '2050-01-01 00:00:00+00:00'"
    swelled = "UPDATE ledger_accounts SET balance = balance + 1 WHERE id = 3"
    intrude(village.database, ahead, swelled)
    found = _verdicts(terminal, "--books", expect=1)
    assert found["address"] is Verdict.FINE
    wrong = {key for key, verdict in found.items() if verdict is Verdict.WRONG}
    assert wrong - {"keeping"} == {"backup", "secret_key", "clock", "books"}


def test_a_database_that_cannot_be_used_is_named_and_the_rest_is_looked_at(
    terminal: Terminal,
    village: Town,
    instance: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of another release, of too mighty a user, not there at all; no password is shown."""
    assert instance.is_dir()
    url = village.database.engine.url
    if not village.database.is_sqlite:
        mighty = url.set(username="postgres").render_as_string(hide_password=False)
        monkeypatch.setenv("MORALBANK_DATABASE_URL", mighty)
        assert _verdicts(terminal, expect=1)["row_security"] is Verdict.CAREFUL
        away = make_url("postgresql+psycopg://moralbank:geheim@127.0.0.1:9/none")
    else:
        away = make_url(f"sqlite:///{tmp_path / 'none.db'}")
    monkeypatch.setenv("MORALBANK_DATABASE_URL", url.render_as_string(hide_password=False))
    intrude(village.database, "UPDATE alembic_version SET version_num = '0001'")
    assert "moralbank db upgrade" in terminal.run("doctor", expect=1)
    monkeypatch.setenv("MORALBANK_DATABASE_URL", away.render_as_string(hide_password=False))
    said = terminal.run("doctor", "--books", expect=1)
    assert "geheim" not in said
    found = _verdicts(terminal, expect=1)
    assert found["database"] is Verdict.WRONG
    assert found["fonts"] is Verdict.FINE
    assert "villages" not in found


@on_one_engine
def test_an_empty_place_and_a_strange_database(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is made by looking; a database that is kept less safely is found."""
    monkeypatch.setenv("MORALBANK_DATABASE_URL", "")
    nowhere = tmp_path / "none"
    found = json.loads(terminal.run("--instance", str(nowhere), "doctor", "--json", expect=1))
    wrong = {line["key"] for line in found if line["verdict"] == Verdict.WRONG}
    assert wrong == {"folder", "database"}
    assert not nowhere.exists()


def test_library_disk_and_mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine can't show, told to the looks themselves."""
    settings = Settings.load(tmp_path)
    [old] = sqlite_library(settings, (3, 51, 2))
    [new] = sqlite_library(settings, (3, 51, 3))
    assert (old.verdict, new.verdict) == (Verdict.CAREFUL, Verdict.FINE)
    assert "备份" in old.advice

    (tmp_path / "moralbank.db").touch()
    monkeypatch.setattr("moralbank.doctor.machine._size_of_books", lambda _folder: 1 << 60)
    [full] = disk(settings)
    assert full.verdict is Verdict.CAREFUL
    monkeypatch.setattr("moralbank.doctor.machine.FOLDER", tmp_path)
    [broken] = fonts(settings)
    assert broken.verdict is Verdict.WRONG

    table = tmp_path / "mounts"
    table.write_text(
        "/dev/sda1 / ext4 rw 0 0\n"
        f"nas:/books {tmp_path}/net nfs4 rw 0 0\n"
        f"/dev/sdz9 {tmp_path}/U\\040盘 exfat rw 0 0\n",
        "utf-8",
    )
    kinds = {
        name: (found.kind, found.is_networked, found.is_stick)
        for name in ("here", "net/deep", "U 盘/instance", "network")
        if (found := mount_of(tmp_path / name, table))
    }
    assert kinds == {
        "here": ("ext4", False, False),
        "network": ("ext4", False, False),
        "net/deep": ("nfs4", True, False),
        "U 盘/instance": ("exfat", False, True),
    }
    assert mount_of(tmp_path, tmp_path / "no table") is None
