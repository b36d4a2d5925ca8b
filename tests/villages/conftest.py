"""Where villages move from and to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from moralbank.db import Database
from tests.conftest import Source
from tests.village import Town
from tests.villages.houses import Build, House


@pytest.fixture
def build(
    sources: dict[str, Source],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Build]:
    """Makes installations without any village: of an engine, under a name; a bare one is new."""
    made: list[tuple[Source, Database]] = []

    def one(engine: str, name: str, *, bare: bool = False) -> House:
        source = sources[engine]
        made.append((source, Database(source.bare() if bare else source.empty())))
        return House(made[-1][1], tmp_path / name, monkeypatch, capsys)

    yield one
    for source, database in made:
        database.close()
        source.drop(database.engine.url.render_as_string(hide_password=False))


@pytest.fixture
def home(
    village: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> House:
    """The settled village where it always lived, on both engines; its photos lie in `tmp_path`."""
    return House(village.database, tmp_path, monkeypatch, capsys)


@pytest.fixture
def cottage(
    hamlet: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> House:
    """The same on SQLite alone."""
    return House(hamlet.database, tmp_path, monkeypatch, capsys)
