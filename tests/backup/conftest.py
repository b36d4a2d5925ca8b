"""A village with real photos, its backups, and empty folders to restore them into."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from moralbank import db
from moralbank.access.permissions import Role
from moralbank.db import Database
from moralbank.photos import storage
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach, keep
from tests.conftest import ENGINES, Source
from tests.lively import live
from tests.photos.phone import from_a_phone
from tests.terminal import Terminal
from tests.village import Town


@dataclass
class Elsewhere:
    """Another machine: an empty folder, an empty database, the command line over both."""

    folder: Path
    url: str
    terminal: Terminal


def photos_in(folder: Path) -> dict[str, bytes]:
    """Every photo's file of an instance."""
    place = storage.folder_of(folder)
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*.jpg")}


def take_photo(town: Town, folder: Path) -> None:
    """白森's house is pictured."""
    with town.database.writing() as session:
        actor = town.actor(Role.ADMIN)
        number = keep(session, actor, storage.folder_of(folder), from_a_phone())
        whose = town.household("一组-001").id
        attach(session, town.village_id, [number], PhotoSubject.HOUSEHOLD, whose)


@pytest.fixture
def lively(village: Town, tmp_path: Path) -> Town:
    """A village in which a little of everything happened, photos too."""
    live(village, "替邻居收麦子")
    take_photo(village, tmp_path)
    return village


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A USB stick, or a folder that stands for one."""
    place = tmp_path / "stick"
    place.mkdir()
    return place


@pytest.fixture
def elsewhere(
    sources: dict[str, Source],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Callable[[str], Elsewhere]]:
    """Another machine with a database of this engine."""
    made: list[tuple[Source, str]] = []

    def machine(engine: str) -> Elsewhere:
        url = sources[engine].bare()
        made.append((sources[engine], url))
        folder = tmp_path / f"elsewhere-{len(made)}"
        return Elsewhere(folder, url, Terminal(url, folder, monkeypatch, capsys))

    yield machine
    for source, url in made:
        source.drop(url)


def other_engine(town: Town) -> str:
    """The engine that a village's database is not of."""
    return ENGINES[1 if town.database.is_sqlite else 0]


def opened(url: str) -> Database:
    """A database, to look what lies there now."""
    database = Database(url)
    db.use(database)
    return database
