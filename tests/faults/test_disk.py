"""The disk is full, fails, may only be read; another program holds the file: SQLite."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from threading import Timer

import pytest
from flask import Flask
from sqlalchemy import event

from moralbank import db
from moralbank.access.permissions import Role
from moralbank.db import Database
from moralbank.errors import (
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnopened,
    DiskFailed,
    DiskFull,
)
from tests.conftest import make_app
from tests.faults.selling import Sale
from tests.village import STAFF, Browser, Town

HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    held.execute(statement)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def sale(hamlet: Town, tmp_path: Path) -> Sale:
    """A counter on SQLite."""
    return Sale(hamlet, make_app(hamlet, tmp_path))


def test_a_disk_that_fills_up_during_the_day(sale: Sale) -> None:
    """Sales go on until no page is left; the one that found none waits for room."""
    with _each_connection(sale.till.town.database, "PRAGMA max_page_count = 1"):
        for _customer in range(60):
            before, form = sale.books(), sale.filled()
            if sale.send(form).status_code != HTTPStatus.SEE_OTHER:
                break
        sale.fails(form, DiskFull)
        assert sale.books() == before
        assert sale.till.problems() == []
    sale.prove_again(sale.kept)
    assert sale.books() == (before[0] + 1, before[1] - 6, before[2] - 3)
    assert sale.till.problems() == []


def test_a_disk_that_refuses_to_write(sale: Sale) -> None:
    sale.survives(_no_file_larger_than(4096), DiskFailed)


def test_a_file_that_may_only_be_read(sale: Sale) -> None:
    fault = _each_connection(sale.till.town.database, "PRAGMA query_only = ON")
    sale.survives(fault, DatabaseReadOnly)


def test_a_real_disk_full_and_a_real_one_that_may_only_be_read(
    hamlet: Town, tmp_path: Path
) -> None:
    """On a small disk of its own: written full by somebody else, then mounted for reading."""
    with _small_disk() as disk:
        town = _moved(hamlet, disk)
        sale = Sale(town, make_app(town, tmp_path))
        sale.survives(_filled(disk), DiskFull)
        sale.survives(_read_only(disk, town.database), DatabaseUnopened)
        town.database.close()


def test_a_file_held_by_another_program(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held for a moment it is waited for; held for long, that is said, and nothing is lost."""
    path = sale.till.town.database.engine.url.database or ""
    with _held(path, "BEGIN IMMEDIATE") as let_go:
        form = sale.filled()
        Timer(0.2, let_go).start()
        assert sale.send(form).status_code == HTTPStatus.SEE_OTHER
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.2)
    sale.survives(_held(path, "BEGIN IMMEDIATE"), DatabaseLocked)
    sale.till.town.database.close()
    sale.survives(_alone(sale, path), DatabaseLocked)


def test_a_form_without_a_request_id_and_one_with_a_secret(sale: Sale, app_of: Flask) -> None:
    """What was typed stays; a password is never repeated on a page."""
    admin = Browser(app_of).sign_in(STAFF[Role.ADMIN])
    admin.open("/households/new")
    with _each_connection(sale.till.town.database, "PRAGMA query_only = ON"):
        answer = admin.send("/households/new", group="七组", number="7", head="欧阳春")
    assert answer.status_code >= HTTPStatus.BAD_REQUEST
    assert DatabaseReadOnly.text in admin.page
    assert "欧阳春" in admin.page
    path = Path(sale.till.town.database.engine.url.database or "")
    away = path.rename(path.with_suffix(".away"))
    answer = admin.send("/sign-in", name="王秀兰", password="gan-jing-8")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "gan-jing-8" not in admin.page
    away.rename(path)


@pytest.fixture
def app_of(sale: Sale) -> Flask:
    """The application of that counter."""
    return sale.keeper.client.application


@contextmanager
def _each_connection(database: Database, statement: str) -> Iterator[None]:
    """Run a statement whenever a connection is taken, until the fault is over."""

    def spoil(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.execute(statement)

    event.listen(database.engine, "checkout", spoil)
    try:
        yield
    finally:
        event.remove(database.engine, "checkout", spoil)
        database.close()


@contextmanager
def _no_file_larger_than(size: int) -> Iterator[None]:
    """Let the system refuse to write behind so many bytes of any file (EFBIG)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def _small_disk() -> Iterator[Path]:
    """A disk of a few megabytes; only somebody who may mount has one."""
    folder = Path(tempfile.mkdtemp(prefix="moralbank-disk-"))
    made = os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", "size=8m", "moralbank", str(folder))
    if not made:
        folder.rmdir()
        pytest.skip("only root may mount a small disk: see the tests above for the same faults")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def _mount(*words: str) -> bool:
    done = subprocess.run(["mount", *words], check=False, capture_output=True)
    return done.returncode == 0


def _moved(town: Town, disk: Path) -> Town:
    """The village's database on that disk."""
    town.database.close()
    copy = shutil.copy(town.database.engine.url.database or "", disk / "moralbank.db")
    return Town(Database(f"sqlite:///{copy}"), town.village_id)


@contextmanager
def _filled(disk: Path) -> Iterator[None]:
    """Somebody else's file takes the last byte."""
    block, size = bytes(4096), shutil.disk_usage(disk).free
    with (disk / "photos.zip").open("wb", buffering=0) as file:
        file.write(block * (size // len(block)))
    yield
    (disk / "photos.zip").unlink()


@contextmanager
def _read_only(disk: Path, database: Database) -> Iterator[None]:
    """The disk is mounted again, for reading."""
    database.close()
    assert _mount("-o", "remount,ro", str(disk))
    yield
    database.close()
    assert _mount("-o", "remount,rw", str(disk))


@contextmanager
def _held(path: str, *statements: str) -> Iterator[Callable[[], None]]:
    """Another program has the file; what it gives lets it go before the end."""
    with subprocess.Popen(
        [sys.executable, "-S", "-c", HOLDER, path, *statements],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.kill
        holder.kill()


@contextmanager
def _alone(sale: Sale, path: str) -> Iterator[None]:
    """Another program has the whole file for itself, so that nobody even reads."""
    form = ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE")
    sale.till.town.database.close()
    with _held(path, *form):
        yield
