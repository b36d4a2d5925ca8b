"""Somebody at the command line of a test's village."""

import io
from functools import lru_cache
from pathlib import Path

import pytest

from moralbank import cli, console
from moralbank.db import Database


@lru_cache(maxsize=16)
def _kept(url: str) -> Database:
    return Database(url)


def _opened(url: str) -> Database:
    """A database as a process opens it, but the engine knows the statements it compiled before.

    Commands close their connections, and nothing else of one is left to the next.
    """
    database = _kept(url)
    database._known = None
    return database


class Terminal:
    """Runs `moralbank` in this process, over one database and one instance folder."""

    def __init__(
        self,
        database: Database | str,
        instance: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Point the environment at the database."""
        url = (
            database
            if isinstance(database, str)
            else str(database.engine.url.render_as_string(hide_password=False))
        )
        monkeypatch.setenv("MORALBANK_DATABASE_URL", url)
        monkeypatch.setattr(console, "Database", _opened)
        self._instance, self._monkeypatch, self._capsys = instance, monkeypatch, capsys

    def run(self, *arguments: str, who: str = "", stdin: str = "", expect: int = 0) -> str:
        """What the command said, on either channel; it must end with `expect`."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        person = ["--as", who] if who else []
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as leaving:
            cli.main(["--instance", str(self._instance), *person, *arguments])
        said = self._capsys.readouterr()
        assert leaving.value.code == expect, said
        return said.out + said.err
